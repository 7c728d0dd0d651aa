"""Acting through the link in a message: once a verb, by the same way as the command line, and what came of it.

What belongs here: who acts, and carrying out. The link alone says which message it is; that it may act is said by
its channel belonging to one person, in whose name it then does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from parcelwatch.core.links import SNOOZE, Ended, Item, Link, Verb, well_formed
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.model import DraftState, State
from parcelwatch.store import Store, cases, drafts, links
from parcelwatch.verbs.agents import act_on_case, act_on_draft

ALL: Final = "all"
"""Stands for every case of a link that nothing has ended."""

_ENDS_AS: Final = {Verb.ACK: State.ACKNOWLEDGED, Verb.SNOOZE: State.SNOOZED, Verb.RESOLVE: State.RESOLVED}


class Came(StrEnum):
    """What came of pressing a button. `so`: it was so without this link; `changed`: the letter is another by now."""

    DONE = "done"
    ALREADY = "already"
    SO = "so"
    CHANGED = "changed"
    MOVED_ON = "moved_on"
    NOT_NOW = "not_now"
    ENDED = "ended"


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
    """What a token leads to: its link as it stands, in whose name it acts, "" for nobody's, and what was just done."""

    link: Link | None
    ended: Ended | None = None
    person: str = ""
    outcomes: tuple[Outcome, ...] = ()


def look(store: Store, token: str, people: Mapping[str, str], now: datetime) -> Looked:
    """What a token is good for; changes nothing. `people`: those channels that are one person's own, with whose."""
    link = links.find(store, token) if well_formed(token) else None
    ended = link.ended(now) if link else Ended.UNKNOWN
    if link is None or ended is not None:
        return Looked(None, ended)
    return Looked(link, None, people.get(link.channel, ""))


def press(
    store: Store, token: str, verb: str, case: str, people: Mapping[str, str], policy: Policy, now: datetime
) -> Looked:
    """Do `verb` to one case of the link, or to ALL, if its channel is one person's.

    Raises BadInput where there is no such button.
    """
    with store.transaction():
        before = look(store, token, people, now)
        if before.link is None or not before.person:
            return before
        chosen = list(_chosen(before.link, case))
        wanted = _verb(verb)
        if not (chosen or case == ALL) or any(wanted not in item.verbs for item in chosen):
            raise BadInput("there is no such button")
        outcomes = tuple(_press(store, item, wanted, before.person, policy, now) for item in chosen)
        return Looked(look(store, token, people, now).link, None, before.person, outcomes)


def _verb(text: str) -> Verb:
    try:
        return Verb(text)
    except ValueError:
        raise BadInput("there is no such button") from None


def _chosen(link: Link, case: str) -> Iterator[Item]:
    for item in link.items:
        if str(item.case_id) == case or (case == ALL and item.ended is None):
            yield item


def _press(store: Store, item: Item, verb: Verb, by: str, policy: Policy, now: datetime) -> Outcome:
    if before := item.used(verb):
        return Outcome(item, verb, Came.ALREADY, before.by, before.at)
    if item.ended is Ended.CLOSED and verb is Verb.RESOLVE:
        return _so(store, item, verb)
    if item.ended:
        return Outcome(item, verb, Came.ENDED)
    try:
        with store.savepoint():
            act = _approve if verb is Verb.APPROVE else _move
            outcome = act(store, item, verb, by, policy, now)
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


def _approve(store: Store, item: Item, verb: Verb, by: str, policy: Policy, now: datetime) -> Outcome:
    """Only the very words that the message showed."""
    if item.draft is DraftState.APPROVED:
        return Outcome(item, verb, Came.SO)
    if item.draft is not DraftState.DRAFT or item.draft_id is None:
        return Outcome(item, verb, Came.MOVED_ON)
    if not item.unchanged:
        return Outcome(item, verb, Came.CHANGED)
    _, draft = drafts.one(store, item.draft_id)
    act_on_draft(store, item.draft_id, verb, policy, now, subject=draft.subject, body=draft.body, by=by)
    if drafts.one(store, item.draft_id)[1].state is not DraftState.APPROVED:
        return Outcome(item, verb, Came.MOVED_ON)
    return Outcome(item, verb, Came.DONE, by, now)


def _so(store: Store, item: Item, verb: Verb) -> Outcome:
    """It was so before, by whoever moved it there last."""
    moves = [event for event in cases.events(store, item.case_id) if event.after == _ENDS_AS[verb]]
    last = moves[-1] if moves else None
    return Outcome(item, verb, Came.SO, last.by if last else "", last.at if last else None)
