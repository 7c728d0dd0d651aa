"""Acting through the link in a message: once a verb, by the same way as the command line, and what came of it.

What belongs here: who acts, and carrying out. The link alone says which message it is; that it may act is said by
its channel belonging to one person, in whose name it then does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from parcelwatch.core import joint
from parcelwatch.core.messaging.links import LEADS_TO, SNOOZE, Ended, Item, Link, Verb, well_formed
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.model import Draft, DraftState
from parcelwatch.store import Store, cases, drafts, links
from parcelwatch.verbs.agents import act_on_case, act_on_draft

Together = Callable[[Draft, Iterable[Draft]], tuple[Draft, ...]]
"""Which drafts make one letter with one, of those known of its order: Renderer.together, where templates say it."""

ALL: Final = "all"
"""Stands for every case of a link that nothing has ended."""

UNDO: Final = "undo"
"""Stands for taking back what was done last."""


class Came(StrEnum):
    """What came of pressing a button. `so`: it was so without this link; `changed`: the letter is another by now."""

    DONE = "done"
    ALREADY = "already"
    SO = "so"
    CHANGED = "changed"
    MOVED_ON = "moved_on"
    NOT_NOW = "not_now"
    ENDED = "ended"
    UNDONE = "undone"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one verb for one case; `by` and `at` where somebody did it and that is known."""

    item: Item
    verb: Verb
    came: Came
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a token leads to: its link as it stands, in whose name it acts, "" for nobody's, and what was just done.

    `undoable`: the items of which what was done last can be taken back.
    """

    link: Link | None
    ended: Ended | None = None
    person: str = ""
    outcomes: tuple[Outcome, ...] = ()
    undoable: frozenset[int] = frozenset()


def look(store: Store, token: str, people: Mapping[str, str], now: datetime) -> Looked:
    """What a token is good for; changes nothing. `people`: those channels that are one person's own, with whose."""
    link = links.find(store, token) if well_formed(token) else None
    ended = link.ended(now) if link else Ended.UNKNOWN
    if link is None or ended is not None:
        return Looked(None, ended)
    person = people.get(link.channel, "")
    undoable = frozenset(item.id for item in link.items if person and item.undoable(person, now))
    return Looked(link, None, person, undoable=undoable)


def press(
    store: Store,
    token: str,
    verb: str,
    case: str,
    people: Mapping[str, str],
    policy: Policy,
    now: datetime,
    together: Together = joint.together,
) -> Looked:
    """Do `verb` to one case of the link, or to ALL, if its channel is one person's.

    Raises BadInput where there is no such button.
    """
    with store.transaction():
        before = look(store, token, people, now)
        if before.link is None or not before.person:
            return before
        act = _undoing if verb == UNDO else _doing
        outcomes = tuple(act(store, before.link, verb, case, before.person, policy, now, together))
        return replace(look(store, token, people, now), outcomes=outcomes)


def _doing(
    store: Store, link: Link, verb: str, case: str, by: str, policy: Policy, now: datetime, together: Together
) -> Iterator[Outcome]:
    chosen, wanted = list(_chosen(link, case)), _verb(verb)
    if not (chosen or case == ALL) or any(wanted not in item.verbs for item in chosen):
        raise BadInput("there is no such button")
    for item in chosen:
        yield _press(store, item, wanted, by, policy, now, together)


def _undoing(
    store: Store, link: Link, _: str, case: str, by: str, policy: Policy, now: datetime, __: Together
) -> Iterator[Outcome]:
    item = next((one for one in link.items if str(one.case_id) == case), None)
    if item is None or not item.uses:
        raise BadInput("there is no such button")
    yield _undo(store, item, by, policy, now)


def _undo(store: Store, item: Item, by: str, policy: Policy, now: datetime) -> Outcome:
    """Take back what was done last, if nobody has moved it since."""
    last = item.undoable(by, now)
    if last is None:
        return Outcome(item, item.uses[-1].verb, Came.TOO_LATE)
    try:
        with store.savepoint():
            if last.verb is Verb.APPROVE and item.draft_id is not None:
                _, draft = drafts.one(store, item.draft_id)
                words = {"subject": draft.subject, "body": draft.body}
                act_on_draft(store, item.draft_id, "edit", policy, now, **words, by=by, letter=draft.joint)
            else:
                act_on_case(store, item.case_id, "reopen", policy, now, by=by)
            links.unuse(store, item, last.verb)
            return Outcome(item, last.verb, Came.UNDONE, by, now)
    except BadInput:
        return Outcome(item, last.verb, Came.TOO_LATE)


def _verb(text: str) -> Verb:
    try:
        return Verb(text)
    except ValueError:
        raise BadInput("there is no such button") from None


def _chosen(link: Link, case: str) -> Iterator[Item]:
    for item in link.items:
        if str(item.case_id) == case or (case == ALL and item.ended is None):
            yield item


def _press(store: Store, item: Item, verb: Verb, by: str, policy: Policy, now: datetime, together: Together) -> Outcome:
    if before := item.used(verb):
        return Outcome(item, verb, Came.ALREADY, before.by, before.at)
    if item.ended is Ended.CLOSED and verb is Verb.RESOLVE:
        return _so(store, item, verb)
    if item.ended:
        return Outcome(item, verb, Came.ENDED)
    try:
        with store.savepoint():
            if verb is Verb.APPROVE:
                outcome = _approve(store, item, verb, by, policy, now, together)
            else:
                outcome = _move(store, item, verb, by, policy, now)
            if outcome.came is Came.DONE:
                links.use(store, item, verb, by, now)
            return outcome
    except BadInput:
        return Outcome(item, verb, Came.NOT_NOW)


def _move(store: Store, item: Item, verb: Verb, by: str, policy: Policy, now: datetime) -> Outcome:
    until = now + SNOOZE if verb is Verb.SNOOZE else None
    sleeps_until = cases.one(store, item.case_id, now).case.snoozed_until
    if until and sleeps_until and sleeps_until >= until:
        return _so(store, item, verb)
    if not act_on_case(store, item.case_id, verb, policy, now, by=by, until=until):
        return _so(store, item, verb)
    return Outcome(item, verb, Came.DONE, by, now)


def _approve(
    store: Store, item: Item, verb: Verb, by: str, policy: Policy, now: datetime, together: Together
) -> Outcome:
    """Only the very words that the message showed."""
    if item.draft_id is None or item.draft not in (DraftState.DRAFT, DraftState.APPROVED):
        return Outcome(item, verb, Came.MOVED_ON)
    _, draft = drafts.one(store, item.draft_id)
    joined = _joined_since(store, draft, together)
    if draft.state is DraftState.APPROVED and not joined:
        return Outcome(item, verb, Came.SO)
    if joined or not item.unchanged:
        return Outcome(item, verb, Came.CHANGED)
    words = {"subject": draft.subject, "body": draft.body}
    act_on_draft(store, item.draft_id, verb, policy, now, **words, by=by, letter=draft.joint)
    if drafts.one(store, item.draft_id)[1].state is not DraftState.APPROVED:
        return Outcome(item, verb, Came.MOVED_ON)
    return Outcome(item, verb, Came.DONE, by, now)


def _joined_since(store: Store, draft: Draft, together: Together) -> bool:
    """Whether what was written later is said together with it: then its letter is another by now."""
    last = max(draft.joint, default=draft.id or 0)
    return any((one.id or 0) > last for one in together(draft, drafts.beside(store, draft.id or 0)))


def _so(store: Store, item: Item, verb: Verb) -> Outcome:
    """It was so before, by whoever moved it there last."""
    moves = [event for event in cases.events(store, item.case_id) if event.after == LEADS_TO[verb]]
    last = moves[-1] if moves else None
    return Outcome(item, verb, Came.SO, last.by if last else "", last.at if last else None)
