"""The one step: what follows for a parcel from hearing something about it, or from time passing.

Everything that polls, pushes, clocks, agents and replay lead to is decided here and nowhere else:
hear → assess → react → tell → draft → look again. Whoever calls it saves all of what it returns in one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from parcelwatch.core import letters, tell
from parcelwatch.core.assess import Assessment, assess
from parcelwatch.core.cadence import UNANSWERED, next_poll
from parcelwatch.core.lives import reborn
from parcelwatch.core.milestones import stage
from parcelwatch.core.policy import Policy
from parcelwatch.core.step import Step
from parcelwatch.core.timeline import current, merge
from parcelwatch.core.view import View, view
from parcelwatch.model import (
    Action,
    Advance,
    Answer,
    Dossier,
    LetterAction,
    Milestone,
    Observation,
    Parcel,
    Undelivered,
)

# Parcels already at one of these when we first hear of them are over: nothing of their past is told.
_OVER_AND_DONE = frozenset({Milestone.DELIVERED, Milestone.CANCELLED})
_BEFORE_TRANSIT = frozenset({Milestone.INFO_RECEIVED, Milestone.UNKNOWN, Milestone.PICKED_UP})
# How long an aggregator that has only just been told of a number may hold up the news of the others.
_PATIENCE = timedelta(minutes=10)
# A replaced number is asked for under the new one soon; more replacements than this are a mistake of somebody's.
_HANDOVER = timedelta(minutes=1)
_NUMBERS = 8


Event = Observation | Action | LetterAction | Undelivered | None
"""What a step follows from: an answer or a push, what an agent did, alerts nobody got, or time alone (None)."""


def advance(dossier: Dossier, heard: Event, policy: Policy, now: datetime) -> Advance:
    """One step. `heard` is an answer, an agent's action, or None when only time has passed.

    Raises BadInput for an action the case does not allow and NotFound for a case that does not exist.
    """
    after = dossier
    if isinstance(heard, Observation):
        after, heard = reborn(dossier, heard)
        after = _hear(after, heard, now)
    first = dossier.first_tracked_at is None and after.first_tracked_at is not None
    seen = view(after, policy.calendar)
    if (after.milestone, after.cause) != (_shown(seen), seen.stage.cause):
        after = replace(after, milestone=_shown(seen), cause=seen.stage.cause)
    found = assess(seen, policy)
    step = Step(after, policy, now, first)
    if isinstance(heard, Undelivered):
        step = tell.untold(step, heard.kinds)
    step = tell.move(step, found.findings, heard if isinstance(heard, Action) else None)
    step = tell.tell(step)
    if isinstance(heard, LetterAction):
        step = letters.act(step, heard)
    step = letters.take_back(step)
    step = letters.write(step, found.findings)
    return _look_again(step, heard, seen, found, dossier)


# --- hear ----------------------------------------------------------------------------------------


def _hear(dossier: Dossier, said: Observation, now: datetime) -> Dossier:
    if said.pushed:
        return _hear_push(dossier, said, now)
    if said.answer is Answer.UNANSWERED:
        return dossier
    if said.answer is Answer.REFUSED:
        return dossier if said.unregistered else replace(dossier, refused=said.reason or "no reason given")
    confirmed = max(now, dossier.confirmed_at or now)
    if said.answer is Answer.NOT_FOUND:
        return replace(dossier, confirmed_at=confirmed, missing_since=dossier.missing_since or now, refused="")
    timeline = merge(dossier.timeline, _rest_of(dossier.parcel, said), now)
    moved = len(timeline.entries) > len(dossier.timeline.entries)
    after = replace(
        dossier,
        parcel=_learn(dossier, said),
        timeline=timeline,
        confirmed_at=confirmed,
        missing_since=None,
        refused="",
        stopped=_stopped(dossier.stopped, said.stopped, moved=moved),
        estimate=said.estimate or dossier.estimate,
    )
    first = dossier.first_tracked_at is None and bool(after.timeline.entries)
    promised = dossier.promise is None and said.estimate is not None
    return _mark(after, said.estimate if promised else None, first, now) if first or promised else after


def _stopped(before: str, said: str | None, *, moved: bool) -> str:
    """Why it is no longer followed. Where an answer does not say, what was told stands until something new is heard."""
    if said is not None:
        return said
    return "" if moved else before


def _hear_push(dossier: Dossier, said: Observation, now: datetime) -> Dossier:
    """What a push adds. It may be an old one sent again, so it confirms nothing and takes nothing back."""
    if said.answer is not Answer.TRACKED:
        return dossier
    timeline = merge(dossier.timeline, replace(said, complete=False), now)
    known = {entry.checkpoint.identity for entry in dossier.timeline.entries}
    new = any(checkpoint.identity not in known for checkpoint in said.checkpoints)
    promised = said.estimate is not None and said.estimate != dossier.estimate
    if not (new or promised or (said.stopped and not dossier.stopped)):
        return dossier
    after = replace(
        dossier,
        parcel=_learn(dossier, said),
        timeline=timeline if new else dossier.timeline,
        missing_since=None if new else dossier.missing_since,
        stopped=dossier.stopped or said.stopped or "",
        estimate=said.estimate or dossier.estimate,
    )
    first = dossier.first_tracked_at is None and bool(after.timeline.entries)
    promise = said.estimate if dossier.promise is None else None
    return _mark(after, promise, first, now) if first or promise else after


def _mark(dossier: Dossier, estimate: datetime | None, first: bool, now: datetime) -> Dossier:
    """What is kept of a first answer, and of the courier's first promise once the parcel moves."""
    reached = stage(current(dossier.timeline)).milestone
    return replace(
        dossier,
        first_tracked_at=now if first else dossier.first_tracked_at,
        baseline_at=now if first and reached in _OVER_AND_DONE else dossier.baseline_at,
        promise=dossier.promise or (None if reached in _BEFORE_TRANSIT else estimate),
    )


def _rest_of(parcel: Parcel, said: Observation) -> Observation:
    """What is told under a new number is the rest of the story, not all of it."""
    return replace(said, complete=False) if parcel.successor and said.complete else said


def _learn(dossier: Dossier, said: Observation) -> Parcel:
    """The parcel with what the courier knows of it and the shop did not say."""
    parcel = dossier.parcel
    service, origin = parcel.service or said.service, parcel.origin or said.origin
    destination = parcel.destination or said.destination
    if _is_new(said.successor, parcel):
        replaced = (*parcel.replaced, parcel.successor) if parcel.successor else parcel.replaced
        parcel = replace(parcel, successor=said.successor, replaced=replaced)
    if (service, origin, destination) == (parcel.service, parcel.origin, parcel.destination):
        return parcel
    return replace(parcel, service=service, origin=origin, destination=destination)


def _is_new(number: str, parcel: Parcel) -> bool:
    """Whether a number is one this parcel never had: couriers have been seen to name two numbers in turn."""
    had = (parcel.number, parcel.successor, *parcel.replaced)
    return bool(number) and len(had) < _NUMBERS and all(_plain(number) != _plain(one) for one in had)


def _plain(number: str) -> str:
    return "".join(number.split()).upper()


def _shown(seen: View) -> Milestone:
    """What people are shown: unknown when the newest checkpoint is, wherever the parcel was before."""
    if seen.entries and seen.entries[-1].checkpoint.milestone is Milestone.UNKNOWN:
        return Milestone.UNKNOWN
    return seen.milestone


# --- look again ----------------------------------------------------------------------------------


def _look_again(step: Step, heard: Event, seen: View, found: Assessment, before: Dossier) -> Advance:
    dossier, now = step.dossier, step.now
    poll_at, why = dossier.poll_at, ""
    if isinstance(heard, Observation):
        poll_at, why = _next_poll(heard, seen, found, now)
        if heard.pushed and dossier.timeline == before.timeline:
            # Nothing new: the next question stays where it was.
            poll_at, why = dossier.poll_at, ""
        if dossier.parcel.successor != before.parcel.successor:
            poll_at, why = now + _HANDOVER, "its number was replaced"
    wakes = [case.snoozed_until for case in dossier.cases if case.live and case.snoozed_until]
    return Advance(
        dossier=replace(dossier, poll_at=poll_at),
        notices=step.notices,
        events=step.events,
        moves=step.moves,
        ended=step.ended,
        poll_at=poll_at,
        assess_at=min((at for at in (*wakes, found.valid_until) if at is not None), default=None),
        poll_why=why,
        first=step.first,
        asked=isinstance(heard, Observation) and _had_its_say(heard, dossier, now),
        due_at=found.due_at,
    )


def _next_poll(heard: Observation, seen: View, found: Assessment, now: datetime) -> tuple[datetime | None, str]:
    if heard.unregistered:
        return now, "to be registered"
    if heard.answer is Answer.UNANSWERED:
        return now + UNANSWERED, "missing from the answer"
    return next_poll(seen, found.due_at, now, pushed=heard.pushed)


def _had_its_say(heard: Observation, dossier: Dossier, now: datetime) -> bool:
    if heard.unregistered or heard.answer is Answer.UNANSWERED:
        return False
    return not heard.pending or now - dossier.parcel.added_at >= _PATIENCE
