"""Letters that leave as one: what waits for the same customer of the same order is said together.

What belongs here: which drafts make one letter, in which order it says them, and what it promises of all. The words are
letters/several's (see words/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from parcelwatch.core import drafts
from parcelwatch.core.kinds import KINDS
from parcelwatch.model import Draft, DraftState, LetterStep

OF_TROUBLE = (LetterStep.FIRST, LetterStep.UPDATE)


def together(draft: Draft, known: Iterable[Draft]) -> tuple[Draft, ...]:
    """The drafts that make one letter with this one, itself among them, in the order in which it says them.

    An announcement is a letter of its own, and so are words that an agent chose: what comes later does not join them.
    What has left stays as it left. A letter is about so many parcels as a draft may be; the rest make another.
    """
    every = {one.id: one for one in (*known, draft) if one.id is not None}
    if draft.joint and (draft.edited or draft.gone):
        as_it_was = (one for one in every.values() if one.joint == draft.joint and one.unsent is draft.unsent)
        return ordered(one for one in as_it_was if one.unsent or one.gone)
    if not _joins(draft):
        return (draft,)
    theirs = (draft.addressee, draft.language)
    waiting = [one for _, one in sorted(every.items()) if _joins(one) and (one.addressee, one.language) == theirs]
    return next((ordered(some) for some in _by_size(waiting) if draft.id in {one.id for one in some}), (draft,))


def _joins(draft: Draft) -> bool:
    return draft.unsent and not draft.edited and draft.step is not LetterStep.PEAK and bool(draft.order and draft.id)


def _by_size(waiting: Sequence[Draft]) -> Iterator[list[Draft]]:
    some: list[Draft] = []
    for one in waiting:
        if some and sum(len(drafts.parts(each.facts)) for each in (*some, one)) > drafts.MOST:
            yield some
            some = []
        some.append(one)
    yield some


def ordered(letter: Iterable[Draft]) -> tuple[Draft, ...]:
    """Trouble first, the worst before the milder, as agents read of it; then what is set right or goes well again."""
    return tuple(sorted(letter, key=_place))


def _place(draft: Draft) -> tuple[bool, bool, int, int, int]:
    kind = KINDS.get(draft.kind)
    good = draft.step in (LetterStep.MOVED, LetterStep.DELIVERED)
    severity = draft.severity.rank if draft.severity else -1
    return draft.step not in OF_TROUBLE, good, -severity, kind.place if kind else 0, draft.id or 0


def ids(letter: Iterable[Draft]) -> tuple[int, ...]:
    """The ids of its drafts, as a draft keeps them: none for a draft that is a letter by itself."""
    known = tuple(sorted(one.id for one in letter if one.id is not None))
    return known if len(known) > 1 else ()


def worded(letter: Sequence[Draft]) -> Draft | None:
    """One of its drafts with the words that somebody saw or chose for just this letter, None where nobody did."""
    mine = ids(letter)
    return next((one for one in letter if one.body and one.joint == mine), None)


def approved(letter: Sequence[Draft]) -> bool:
    """Whether an agent has said yes to all of it, as it is."""
    mine = ids(letter)
    return all(one.state is DraftState.APPROVED and one.joint == mine for one in letter)


def unread(letter: Sequence[Draft]) -> tuple[int, ...]:
    """The drafts of it that have joined since its words were last shown or chosen, () where nobody has seen any."""
    seen = {one for draft in letter if draft.body for one in (draft.joint or (draft.id,))}
    return tuple(sorted(one.id for one in letter if one.id is not None and one.id not in seen)) if seen else ()


def next_word(letter: Sequence[Draft]) -> str:
    """The day by which its customer hears again, ISO 8601: the earliest that lay ahead when the last of it was written.

    "" where no draft of it promises one.
    """
    written = max((str(one.facts.get("written_at") or "") for one in letter), default="")
    days = [str(one.facts.get("follow_up_at") or "") for one in letter if one.step in OF_TROUBLE]
    return min((day for day in days if day > written), default="")


def overdue(letter: Sequence[Draft], now: datetime) -> bool:
    """Whether the day by which it promises word has come, so that it must be edited before it is sent.

    One that says several promises none where every day lay behind when the last of it was written.
    """
    if len(letter) == 1:
        return drafts.overdue(letter[0], now)
    day = next_word(letter)
    return bool(day) and drafts.stamp(now) >= day


def scope(draft: Draft, verb: str, letter: Sequence[int]) -> tuple[int, ...]:
    """Which drafts of the letter that says this one a verb is done to, () for this one alone.

    What is known of a letter's arrival is known of all it said; one that is dropped leaves the others whole.
    """
    if verb in ("sent", "unsent") or draft.state is DraftState.SENDING:
        return draft.joint
    return () if verb == "discard" or len(letter) < 2 else tuple(sorted(letter))
