"""When customers are written to: first words of a trouble, what follows them, good news and corrections.

What belongs here: choosing which letters a step writes. What becomes of one then is letters.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from parcelwatch.core import drafts, letters
from parcelwatch.core.cases import Signal, limit_raised
from parcelwatch.core.kinds import KINDS, LETTERS, Family
from parcelwatch.core.step import Step
from parcelwatch.core.tracking.timeline import current, latest
from parcelwatch.model import (
    Case,
    CaseTold,
    Dossier,
    Draft,
    DraftState,
    Fact,
    Form,
    LetterStep,
    LetterTakenBack,
    LetterWritten,
    Milestone,
    Order,
    State,
    Why,
)

_WRITTEN_WHEN = frozenset({Why.OPENED, Why.REOPENED, Why.UNHIDDEN})
_ANEW_WHEN = frozenset({Why.WORSENED, Why.WOKEN})
_FOR_AGENTS = frozenset({Why.ESCALATED, Why.RERAISED, Why.UNFULFILLED})


def write(step: Step, standing: Collection[str], before: Dossier) -> Step:
    """One draft an order for each case agents are newly told of, if customers are written to about its kind.

    A draft that newer facts made untrue is written anew while the trouble stands, and an order that the parcel did not
    have `before` gets its own. Parcels of one order share a draft. Who was sent a letter hears again: when the trouble
    gets worse, on the day that letter names, when the parcel moves or is delivered, and when it was wrong.
    """
    if not step.dossier.cases:
        return step
    wanted = _wanted(step, standing, before.parcel.orders)
    for case in step.dossier.cases:
        if letters.stands(case) and _worth_a_letter(case, step.dossier):
            for order in letters.orders(step):
                if (case.kind, order.number) in wanted and not _still_to_come(case, order, step):
                    step = _write_of(step, case, order)
    return _close(step, before)


def _write_of(step: Step, case: Case, order: Order) -> Step:
    """Word of a trouble; what follows a letter waits until it is known whether that one arrived."""
    what, sent = _step(step, case, order), drafts.last_sent(step.dossier, case.kind, order)
    if what is LetterStep.UPDATE and sent is not None and (sent.state is DraftState.SENDING or _known(step, sent)):
        return step
    return _write(step, case, order, what)


def _known(step: Step, sent: Draft) -> bool:
    """Whether nothing is new to whoever was sent the letter but a threshold, and no word that it gave is due."""
    later = (one for one in step.dossier.past if (one.id or 0) > (sent.id or 0))
    about = [one for one in later if (one.kind, one.order) == (sent.kind, sent.order)]
    followed = any(drafts.about(one, step.dossier.parcel.id) is not None for one in about)
    due = any(one.id == sent.id and at <= step.now for one, at in _promises(step.dossier))
    return step.rejudged and not (followed or due)


def _worth_a_letter(case: Case, dossier: Dossier) -> bool:
    """Whether the customer does not know it already: what the shop called back, it has spoken of."""
    return case.kind not in ("returning", "returned") or not drafts.called_back(dossier)


def _still_to_come(case: Case, order: Order, step: Step) -> bool:
    """Whether the day it would name is yet to come: it is another order's promise that is over."""
    promise, known = drafts.promised_to(order, step.dossier), step.dossier.confirmed_at or step.now
    return LETTERS[case.kind].promise and promise is not None and promise > min(known, step.now)


_STANDS_AGAIN = (Signal.RESUME, Signal.REOPEN)
_HAD = (State.ACKNOWLEDGED, State.SNOOZED)


def _withdrawn_when_closed(step: Step) -> set[tuple[str, str]]:
    """Kinds and orders, of what stands again that an agent had closed or taken: their customers had nothing yet."""
    closed = (event for event in step.events if event.before == State.RESOLVED)
    again = {each.kind for each in closed if each.signal in _STANDS_AGAIN or each.after in _HAD} & set(LETTERS)
    return {
        (kind, order.number)
        for kind in again
        for order in letters.orders(step)
        if drafts.last_sent(step.dossier, kind, order) is None
    }


def _come_due(dossier: Dossier) -> set[tuple[str, str]]:
    """Kinds and orders whose own day has come since agents were told: no letter named that day to the customer yet."""
    mine = dossier.parcel.id
    known = [one for one in (*dossier.past, *dossier.drafts) if drafts.about(one, mine) is not None]
    return {
        (case.kind, order.number)
        for case in dossier.cases
        if case.told and case.live and case.kind in LETTERS and LETTERS[case.kind].promise
        for order in dossier.parcel.orders
        if (day := drafts.promised_to(order, dossier)) is not None and day > case.opened_at
        if not any((one.kind, one.order) == (case.kind, order.number) and drafts.names(one, day) for one in known)
    }


def _wanted(step: Step, standing: Collection[str], before: Sequence[Order]) -> set[tuple[str, str]]:
    """Kinds and orders to write about."""
    orders = [order.number for order in letters.orders(step)]
    news = [each for each in step.notices if isinstance(each, CaseTold)]
    told = {each.case.kind for each in news if each.why in _WRITTEN_WHEN}
    worse = {each.case.kind for each in news if each.why in _ANEW_WHEN}
    told |= {kind for kind in worse if kind in LETTERS and LETTERS[kind].again}
    wanted = {(kind, order) for kind in told & set(LETTERS) for order in orders}
    known = {order.number for order in before or (letters.UNNAMED,)}
    told_before = {case.kind for case in step.dossier.cases if case.told and case.live} & set(LETTERS)
    wanted |= {(kind, order) for kind in told_before for order in orders if order not in known}
    untrue = (each.draft for each in step.notices if isinstance(each, LetterTakenBack))
    wanted |= {
        (draft.kind, draft.order) for draft in untrue if draft.step in letters.OF_TROUBLE and draft.kind in standing
    }
    fresh = (each.case.kind for each in news if each.why not in _FOR_AGENTS)
    wanted |= {(kind, sent.order) for kind in fresh for sent in _sent(step.dossier, kind)}
    wanted |= {(sent.kind, sent.order) for sent in _outdated(step)}
    wanted |= {(sent.kind, sent.order) for sent, due in _promises(step.dossier) if due <= step.now}
    wanted |= _come_due(step.dossier)
    wanted |= _withdrawn_when_closed(step)
    mine = step.dossier.parcel.id
    return wanted - {(one.kind, one.order) for one in step.dossier.drafts if one.unsent and drafts.about(one, mine)}


def _sent(dossier: Dossier, kind: str) -> list[Draft]:
    """What the customers of its orders were last sent about a kind."""
    last = (drafts.last_sent(dossier, kind, order) for order in dossier.parcel.orders or (letters.UNNAMED,))
    return [one for one in last if one is not None]


def _outdated(step: Step) -> Sequence[Draft]:
    """Letters known only now to have arrived, of trouble that agents were told anew of since they were written."""
    sent = ((one, case) for case in step.dossier.cases for one in _sent(step.dossier, case.kind))
    arrived = [(one, case) for one, case in sent if one.step in letters.OF_TROUBLE and one.id in step.arrived]
    return [one for one, case in arrived if not case.reraised and case.told_at and case.told_at > one.created_at]


def _promises(dossier: Dossier) -> list[tuple[Draft, datetime]]:
    """Letters whose word is still to be kept, and when: their trouble stands, and nothing was written since then."""
    mine = dossier.parcel.id
    later = [one for one in (*dossier.past, *dossier.drafts) if drafts.about(one, mine) is not None]
    sent = [
        (one, _due(one, case)) for case in dossier.cases if letters.stands(case) for one in _sent(dossier, case.kind)
    ]
    return [
        (one, due)
        for one, due in sent
        if one.step in letters.OF_TROUBLE
        and not any((other.kind, other.order) == (one.kind, one.order) and _answers(other, one, due) for other in later)
    ]


def _answers(later: Draft, sent: Draft, due: datetime) -> bool:
    return later is not sent and (later.unsent or later.created_at >= due)


def _due(sent: Draft, case: Case) -> datetime:
    """When agents are reminded of the day that a letter promised; where that is not known, that day."""
    if case.word is not None and case.word.letter == sent.id:
        return case.word.remind_at
    return datetime.fromisoformat(str(sent.facts["follow_up_at"]))


def next_word(dossier: Dossier, now: datetime) -> datetime | None:
    """When the next day comes on which a customer was promised word, or an announcement comes too late."""
    promised = [due for _, due in _promises(dossier)] if dossier.past else []
    over = [drafts.peak_over_at(one) for one in dossier.drafts if one.unsent and one.step is LetterStep.PEAK]
    return min((at for at in (*promised, *over) if at > now), default=None)


def _step(step: Step, case: Case, order: Order) -> LetterStep:
    """An update where the customer was sent the same trouble already, told as surely; else the first word of it."""
    sent = drafts.last_sent(step.dossier, case.kind, order)
    if sent is None or sent.step not in letters.OF_TROUBLE:
        return LetterStep.FIRST
    said, found = drafts.about(sent, step.dossier.parcel.id) or {}, drafts.evidence(step.dossier, case.kind)
    sure = str(found.checkpoint.sure) if found else ""
    same = (said.get("since"), said.get("sure")) == (drafts.stamp(case.since), sure)
    return LetterStep.UPDATE if same else LetterStep.FIRST


# --- after one was sent --------------------------------------------------------------------------

_UNDER_WAY = frozenset(
    {
        Milestone.PICKED_UP,
        Milestone.IN_TRANSIT,
        Milestone.CUSTOMS,
        Milestone.OUT_FOR_DELIVERY,
        Milestone.AVAILABLE_FOR_PICKUP,
    }
)


def _close(step: Step, before: Dossier) -> Step:
    """Good news, and corrections, to those who were sent a letter; one an order."""
    if not any(one.gone for one in step.dossier.past):
        return step
    for order in letters.orders(step):
        sent = [one for case in step.dossier.cases if (one := drafts.last_sent(step.dossier, case.kind, order))]
        for letter in sorted(sent, key=lambda one: one.id or 0, reverse=True):
            case = next(case for case in step.dossier.cases if case.kind == letter.kind)
            what = _closing(step, case, letter, before)
            if what is not None and not _written_already(step, order, what):
                step = _write(step, case, order, what, letter)
    return step


def _closing(step: Step, case: Case, letter: Draft, before: Dossier) -> LetterStep | None:
    """What is to follow a letter now, if anything."""
    after = step.dossier
    newest = max(current(after.timeline), key=latest, default=None)
    # What an agent knows better, the customer mostly told them.
    if (
        letter.state is DraftState.SENDING
        or not LETTERS[case.kind].good_news
        or (newest is not None and newest.checkpoint.by)
    ):
        return None
    # Known only now that it arrived, after what would have followed it.
    said, late = drafts.about(letter, after.parcel.id) or {}, letter.id in step.arrived
    if after.milestone is Milestone.DELIVERED:
        news = before.milestone is not Milestone.DELIVERED or (late and said.get("milestone") != Milestone.DELIVERED)
        return LetterStep.DELIVERED if news and letter.step is not LetterStep.DELIVERED else None
    if letter.step not in letters.OF_TROUBLE:
        held = late or drafts.rests(said, before)
        wrong = held and not drafts.rests(said, after) and drafts.outlived(letter, after)
        return LetterStep.CORRECTED if wrong and not any(map(letters.stands, after.cases)) else None
    told = KINDS[case.kind].family is Family.TOLD
    if told and (late or drafts.rests(said, before)) and not drafts.rests(said, after):
        return LetterStep.CORRECTED if drafts.evidence(after, case.kind) is None else None
    ends = (each for each in step.events if (each.kind, each.signal) == (case.kind, "clears"))
    cleared = any(not limit_raised(each) for each in ends)
    if (
        not (cleared or (late and not case.live) or _moved_on(step, letter))
        or after.milestone not in _UNDER_WAY
        or any(map(letters.stands, after.cases))
    ):
        return None
    return LetterStep.MOVED if drafts.newer(letter, after) else None


def _moved_on(step: Step, letter: Draft) -> bool:
    """Whether good news of it was just taken back because the parcel has moved on since."""
    gone = (each for each in step.notices if isinstance(each, LetterTakenBack) and each.why.says is Form.NEWER_SCAN)
    about = (letter.kind, letter.order, LetterStep.MOVED)
    return any((each.draft.kind, each.draft.order, each.draft.step) == about for each in gone)


def _written_already(step: Step, order: Order, what: LetterStep) -> bool:
    """Whether a parcel's order has good news of it already, of this step or as it stands."""
    mine = step.dossier.parcel.id
    return any(
        (one.step, one.order) == (what, order.number) and drafts.about(one, mine) is not None
        for one in step.dossier.drafts
        if one.unsent
    )


# --- one draft -----------------------------------------------------------------------------------


def _write(step: Step, case: Case, order: Order, what: LetterStep, earlier: Draft | None = None) -> Step:
    """A draft for one order; it joins the one that another parcel of the order has already."""
    draft = _written(step, case, order, what, earlier)
    other = _with_room(step.dossier.drafts, draft, order) if order.number else None
    if other is not None:
        draft = letters.again(other, drafts.joined(other, step.dossier, case), step)
    # A later checkpoint of the same answer can make it untrue before it is written down.
    if drafts.contradicted(draft, step.dossier) is not None:
        return step
    if other is not None:
        step = (
            _forget(step, other)
            if other.id is None
            else letters.end(step, other, case, letters.Verb.SUPERSEDE, _JOINED)
        )
    return letters.add(step, draft, case)


def _with_room(known: Sequence[Draft], draft: Draft, order: Order) -> Draft | None:
    """The newest draft that says the same to the customer of the order, and can be about one parcel more.

    Words that an agent chose stand: beside them comes a draft of its own.
    """
    about = (draft.kind, draft.order, draft.step)
    same = (one for one in reversed(known) if one.unsent and (one.kind, one.order, one.step) == about)
    ours = (one for one in same if not one.edited and not drafts.misaddressed(one, (order,)))
    room = (one for one in ours if len(drafts.parts(one.facts)) < drafts.MOST)
    return next((one for one in room if drafts.tells(one) == drafts.tells(draft)), None)


_JOINED = Fact(Form.OTHER_PARCELS)


def _forget(step: Step, draft: Draft) -> Step:
    """A draft of this very step that nobody has seen."""
    kept = tuple(one for one in step.dossier.drafts if one is not draft)
    notices = tuple(one for one in step.notices if not (isinstance(one, LetterWritten) and one.draft is draft))
    return replace(step, dossier=replace(step.dossier, drafts=kept), notices=notices)


def _written(step: Step, case: Case, order: Order, what: LetterStep, earlier: Draft | None) -> Draft:
    if earlier is None and what is LetterStep.UPDATE:
        earlier = drafts.last_sent(step.dossier, case.kind, order)
    said = drafts.facts(step.dossier, case, order, step.policy.wording, step.now, what, earlier)
    return letters.new(step, case.kind, order, said, what)
