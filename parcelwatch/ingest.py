"""Load, advance, save: what was decided about parcels goes to the store with what is to be told, in one transaction.

What belongs here: the border between the pure step and the store. Nobody else saves what `advance` returns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from parcelwatch import notices
from parcelwatch.core.advance import advance
from parcelwatch.core.cadence import SET_ASIDE
from parcelwatch.core.drafts import parts
from parcelwatch.core.letters import promised
from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.orders import described
from parcelwatch.core.policy import Policy
from parcelwatch.core.texts.privacy import wording
from parcelwatch.core.tracking.timeline import READ
from parcelwatch.errors import StoreError
from parcelwatch.model import (
    Advance,
    Amended,
    Answered,
    Checkpoint,
    Dossier,
    DraftState,
    Event,
    LetterAction,
    LetterEvent,
    LetterSettled,
    Milestone,
    News,
    Observation,
    Parcel,
    Passed,
    Pushed,
    State,
    Unanswered,
    Undelivered,
)
from parcelwatch.store import (
    Store,
    drafts,
    evidence,
    forecast,
    imports,
    orders,
    parcels,
    takeback,
)
from parcelwatch.store.rows import Added, whole

log = structlog.get_logger()

MOST_ASSESSED = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said about one parcel, and when it was heard."""

    parcel_id: int
    observation: Observation | Pushed
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What some steps came to. `failed`: parcels whose step raised and was undone."""

    answered: int = 0
    unanswered: int = 0
    opened: int = 0
    resolved: int = 0
    failed: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        kinds = self.kinds
        if other.kinds:
            kinds = {kind: kinds.get(kind, 0) + other.kinds.get(kind, 0) for kind in {*kinds, *other.kinds}}
        return Tally(
            self.answered + other.answered,
            self.unanswered + other.unanswered,
            self.opened + other.opened,
            self.resolved + other.resolved,
            self.failed + other.failed,
            kinds,
        )


def ingest(store: Store, heard: Sequence[Heard], policy: Policy) -> Tally:
    """Take in what was heard; the caller holds the transaction.

    A parcel whose step raises is rolled back alone and set aside; the others go on.
    """
    unanswered = sum(isinstance(one.observation, Unanswered) for one in heard)
    due = [_Due(one.parcel_id, one.observation, whole(one.at)) for one in heard]
    return Tally(answered=len(heard) - unanswered, unanswered=unanswered) + _survive(store, due, policy)


def assess_due(store: Store, policy: Policy, now: datetime) -> Tally:
    """Look again, with nothing heard, at the parcels whose time has come; the caller holds the transaction."""
    due = [_Due(parcel_id, Passed(), whole(now)) for parcel_id in parcels.due_to_assess(store, now, MOST_ASSESSED)]
    return _survive(store, due, policy)


def rejudge(store: Store, policy: Policy, now: datetime) -> Tally:
    """Look again at parcels that another policy judged, a batch of them; the caller holds the transaction.

    What newly fires is told together once all of them were looked at.
    """
    imports.end_other_waves(store, policy.policy_id, now)
    waiting = parcels.judged_otherwise(store, policy.policy_id, MOST_ASSESSED)
    wave = imports.wave(store, policy.policy_id, now, over=len(waiting) < MOST_ASSESSED)
    return _survive(store, [_Due(parcel_id, Passed(), whole(now)) for parcel_id in waiting], policy, wave)


def learn_from_before(store: Store, policy: Policy, now: datetime) -> None:
    """Learn from parcels that were watched before anything was learned, a batch of them.

    The caller holds the transaction.
    """
    for parcel_id in forecast.unseen(store, MOST_ASSESSED) if policy.foresight.enabled else ():
        dossier, learned = parcels.with_learned(store, parcel_id)
        expected = forecast.ahead(store, dossier.parcel, now)
        learned, lessons = forecast.taught(dossier, learned, policy.calendar, expected, now)
        forecast.count(store, lessons)
        forecast.keep_learned(store, parcel_id, learned)


def watch_all(store: Store, said: Iterable[Parcel], policy: Policy, now: datetime) -> list[Added]:
    """Watch many parcels as `watch` does, and look up together which of them are new."""
    wanted = list(said)
    known = parcels.known(store, {one.number for one in wanted})
    ordered = orders.known(store, {number for one in wanted for number in one.order_numbers if number})
    done: list[Added] = []
    for one in wanted:
        new = one.number not in known and ordered.isdisjoint(one.order_numbers)
        done.append(
            Added(parcels.add(store, one, whole(now), alone=True), "added") if new else watch(store, one, policy, now)
        )
        known.add(one.number)
        ordered.update(filter(None, one.order_numbers))
    return done


def watch(store: Store, said: Parcel, policy: Policy, now: datetime) -> Added:
    """Watch a parcel (its id is ignored), or take over what is new about it; the caller holds the transaction.

    What it leaves empty stays as it was.
    """
    now = whole(now)
    resolved = orders.resolved(store, said.orders)
    if resolved != said.orders:
        said = replace(said, orders=resolved)
    known = parcels.same(store, said)
    if known is None:
        return Added(parcels.add(store, said, now), "added")
    if described(known, said) == known:
        return Added(known.id, "unchanged")
    take_step(store, known.id, Amended(said), policy, now)
    return Added(known.id, "updated")


def undelivered(store: Store, untold: Sequence[tuple[int, str]], policy: Policy, now: datetime) -> None:
    """Nobody was told of these cases (parcel, kind) after all; the caller holds the transaction."""
    for parcel_id, kind in untold:
        take_step(store, parcel_id, Undelivered((kind,)), policy, whole(now))


def take_step(
    store: Store, parcel_id: int, event: Event, policy: Policy, now: datetime, *, wave: int | None = None
) -> Advance:
    """One step of one parcel, saved with everything it says; the caller holds the transaction.

    `wave`: what it says waits for the rest of that import, or of the parcels that are judged anew.
    """
    step, lessons = _step(store, parcel_id, event, policy, now, wave)
    forecast.count(store, lessons)
    return step


def _step(
    store: Store, parcel_id: int, event: Event, policy: Policy, now: datetime, wave: int | None
) -> tuple[Advance, Sequence[forecast.Taught]]:
    """The same, and what it taught, which is yet to be counted."""
    before, learned = _known(store, parcel_id, event)
    if isinstance(event, News) and before.policy_id not in ("", policy.policy_id) and not before.unwatched:
        return _judged_first(store, parcel_id, event, policy, now, wave)
    event = _as_kept(event)
    lessons: Sequence[forecast.Taught] = ()
    ahead = forecast.ahead(store, before.parcel, now) if policy.foresight.enabled else None
    step = advance(before, event, policy, now, ahead)
    if ahead is not None:
        learned, lessons = forecast.taught(step.dossier, learned, policy.calendar, ahead, now)
    saved = parcels.save(store, before, step, now, learned)
    match event:
        case Answered(checkpoints=said) | Pushed(Answered(checkpoints=said)):
            _count_unread(store, before, said, now)
    untold = [kind for kind in step.ended if takeback.suppress(store, parcel_id, kind, _MOOT)]
    for event_kind in {one.kind for one in step.events if one.after in _TAKEN}:
        takeback.hush(store, parcel_id, event_kind)
    if before.cases and _claims_are_over(before, step.dossier):
        takeback.take_back_claims(store, parcel_id, "there is no claim to be made any more")
    wave = step.dossier.parcel.import_id if step.first else wave
    notices.say(store, step, saved, policy, now, wave, pushed=isinstance(event, Pushed))
    if isinstance(event, LetterAction):
        _tell_others(store, step, policy, now)
    if untold:
        take_step(store, parcel_id, Undelivered(tuple(untold)), policy, now)
    return step, lessons


def _judged_first(
    store: Store, parcel_id: int, event: News, policy: Policy, now: datetime, wave: int | None
) -> tuple[Advance, Sequence[forecast.Taught]]:
    """News of a parcel that another policy judged: it is judged anew before, so that each has its own consequences.

    What the policy fires is told with what it fires elsewhere, and what it ends is not told as the courier's news.
    """
    others = imports.wave(store, policy.policy_id, now, over=False) if wave is None else wave
    first, taught = _step(store, parcel_id, Passed(), policy, now, others)
    step, more = _step(store, parcel_id, event, policy, now, wave)
    return replace(step, events=(*first.events, *step.events)), (*taught, *more)


def _claims_are_over(before: Dossier, after: Dossier) -> bool:
    def running(dossier: Dossier) -> bool:
        return any(case.claim is not None and case.claim.running for case in dossier.cases)

    return running(before) and not running(after)


_MOOT = "the case was resolved before it was sent"
_TAKEN = (State.ACKNOWLEDGED, State.SNOOZED)
_BEING_SENT = "an agent has sent the letter, or said what became of it"
_OVER = (DraftState.SENT, DraftState.DISCARDED)


def _known(store: Store, parcel_id: int, event: Event) -> tuple[Dossier, int]:
    """All that is known of the parcel, with the drafts an agent acts on, sent or not; and how far it taught."""
    known, learned = parcels.with_learned(store, parcel_id)
    if isinstance(event, LetterAction):
        there = {one.id for one in known.drafts}
        missing = [drafts.one(store, one)[1] for one in event.drafts if one not in there]
        known = replace(known, drafts=(*known.drafts, *missing)) if missing else known
    return known, learned


def _as_kept(event: Event) -> Event:
    """What was heard with times as the store gives them back."""
    match event:
        case Answered():
            return _rounded(event)
        case Pushed(said):
            return Pushed(_rounded(said))
    return event


def _rounded(said: Answered) -> Answered:
    """A microsecond more would make another checkpoint of the same one."""
    if not any(one.occurred_at.microsecond % 1000 or one.occurred_until.microsecond % 1000 for one in said.checkpoints):
        return said
    checkpoints = (
        replace(one, occurred_at=whole(one.occurred_at), occurred_until=whole(one.occurred_until))
        for one in said.checkpoints
    )
    return replace(said, checkpoints=tuple(checkpoints))


def _tell_others(store: Store, step: Advance, policy: Policy, now: datetime) -> None:
    """What became of a letter about several parcels follows for each; one that was sent gave its word of all.

    What waits to be told of it, that it is to be checked, or that nobody knows whether it arrived, is not told then.
    """
    for move in step.moves:
        if move.draft.id is not None and DraftState.SENDING in (move.before, move.after):
            takeback.take_back_draft(store, move.draft.id, _BEING_SENT)
        elif move.draft.id is not None and move.after in _OVER:
            takeback.take_back_draft(store, move.draft.id, f"the draft was {move.after} before")
        others = [part.get("parcel") for part in parts(move.draft.facts)]
        for other in others:
            if isinstance(other, int) and other != step.dossier.parcel.id:
                for event in _of_letter(move):
                    take_step(store, other, event, policy, now)


def _of_letter(move: LetterEvent) -> Iterator[Event]:
    """What another of its parcels hears of a letter."""
    sent = move.after == DraftState.SENT
    if sent and (given := promised(move.draft, move.by)):
        yield given
    if move.before == DraftState.SENDING and move.draft.id is not None:
        yield LetterSettled(move.draft.id, arrived=sent)


# --- one bad parcel ------------------------------------------------------------------------------


class _Due(NamedTuple):
    """A parcel whose turn has come: what happened to it, and when."""

    parcel_id: int
    event: Event
    at: datetime


def _survive(store: Store, due: Sequence[_Due], policy: Policy, wave: int | None = None) -> Tally:
    """The steps of some parcels: together, and singly where one of them raises."""
    steps: list[Advance] = []
    lessons: list[forecast.Taught] = []
    try:
        with store.savepoint():
            for parcel_id, event, at in due:
                step, taught = _step(store, parcel_id, event, policy, at, wave)
                steps.append(step)
                lessons += taught
            forecast.count(store, lessons)
    except StoreError:
        raise
    except Exception:
        if len(due) > 1:
            return sum((_survive(store, [one], policy, wave) for one in due), Tally())
        log.exception("a parcel's step failed and was undone", parcel=due[0].parcel_id)
        _set_aside(store, *due[0], policy)
        return Tally(failed=1)
    return _count(steps)


def _set_aside(store: Store, parcel_id: int, event: Event, now: datetime, policy: Policy) -> None:
    later, why = SET_ASIDE.after(now)
    parcels.poll_again(store, [parcel_id], later, why)
    if isinstance(event, Passed):
        parcels.look_again(store, [parcel_id], later)
        parcels.set_judged(store, parcel_id, policy.policy_id)


def _count(steps: Iterable[Advance]) -> Tally:
    events = [event for step in steps for event in step.events]
    kinds = Counter(event.kind for event in events if event.signal == "fires")
    resolved = sum(event.after == "resolved" != event.before for event in events)
    return Tally(opened=kinds.total(), resolved=resolved, kinds=kinds)


# --- what could not be read ----------------------------------------------------------------------


def _count_unread(store: Store, before: Dossier, said: Sequence[Checkpoint], now: datetime) -> None:
    """Count codes and wordings that mean nothing to us, once per checkpoint; and that not all of a list is read."""
    if len(said) >= READ > len(before.timeline.entries) and len({one.identity for one in said}) >= READ:
        number = before.parcel.number
        evidence.count_unknown(store, before.parcel.courier, UNREADABLE, _LONG, now, another=True, number=number)
    unread = [one for one in said if one.milestone is Milestone.UNKNOWN or one.unmapped]
    if not unread:
        return
    known = {entry.checkpoint.identity for entry in before.timeline.entries}
    seen = {_wording(entry.checkpoint) for entry in before.timeline.entries}
    for checkpoint in unread:
        if checkpoint.identity not in known:
            another = _wording(checkpoint) not in seen
            seen.add(_wording(checkpoint))
            courier, code = before.parcel.courier, checkpoint.code
            text = checkpoint.text if code else _wording(checkpoint)[1]
            number = before.parcel.number if another else ""
            evidence.count_unknown(store, courier, code, text, now, another=another, number=number)


_LONG: Final = f"{READ} scans or more of one parcel; only the newest {READ} of a list are read"


def _wording(checkpoint: Checkpoint) -> tuple[str, str]:
    """What is unknown about it: its code, or the wording of its text where it has none."""
    return (checkpoint.code, "" if checkpoint.code else wording(checkpoint.text, checkpoint.place))
