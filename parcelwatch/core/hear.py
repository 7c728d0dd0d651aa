"""What an answer or a push adds to what is known of a parcel, and nothing of what follows from it.

What belongs here: believing. What is about an earlier parcel with the same number is left alone; what a push says may
be old, so it confirms nothing and takes nothing back; what nobody can answer changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from parcelwatch.core.orders import described
from parcelwatch.core.tracking.lives import reborn
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.registration import believed
from parcelwatch.core.tracking.timeline import current, join, merge
from parcelwatch.core.view import View
from parcelwatch.model import (
    Amended,
    Answered,
    Checkpoint,
    Dossier,
    Entry,
    Event,
    Marked,
    Milestone,
    NotFound,
    Parcel,
    Passed,
    Pushed,
    Refused,
    Timeline,
)

# Parcels already at one of these when we first hear of them are over: nothing of their past is told.
OVER_AND_DONE = frozenset({Milestone.DELIVERED, Milestone.CANCELLED})
_BEFORE_TRANSIT = frozenset({Milestone.INFO_RECEIVED, Milestone.UNKNOWN, Milestone.PICKED_UP})
# More replacements of one number than this are a mistake of somebody's.
_NUMBERS = 8


def ours(dossier: Dossier, heard: Event, now: datetime) -> tuple[Dossier, Event]:
    """Both without what is about an earlier parcel with the same number, and as far as it can be believed."""
    match heard:
        case Answered():
            return reborn(dossier, heard)
        case Pushed(said):
            dossier, present = reborn(dossier, said)
            return dossier, Pushed(present) if isinstance(present, Answered) else Passed()
        case Refused(unregistered=True):
            return dossier, believed(heard, dossier.registered_at, now)
    return dossier, heard


def hear(dossier: Dossier, heard: Event, now: datetime) -> Dossier:
    """The dossier with what was heard."""
    after = _joined(dossier, heard, now)
    if after.parcel.successor != dossier.parcel.successor:
        # Nobody has told the aggregator of the new number yet.
        return replace(after, registered_at=None)
    return after


def _joined(dossier: Dossier, heard: Event, now: datetime) -> Dossier:
    match heard:
        case Answered():
            return _hear_answer(dossier, heard, now)
        case Pushed(said):
            return _hear_push(dossier, said, now)
        case NotFound():
            missing = dossier.missing_since or now
            return replace(dossier, confirmed_at=_confirmed(dossier, now), missing_since=missing, refused="")
        case Refused(unregistered=False):
            return replace(dossier, refused=heard.reason or "no reason given")
        case Refused(unregistered=True):
            return replace(dossier, registered_at=None)
        case Amended(said):
            return _amended(dossier, described(dossier.parcel, said))
        case Marked():
            return _mark_by_hand(dossier, heard, now)
    return dossier


def _amended(dossier: Dossier, parcel: Parcel) -> Dossier:
    """What was heard of a parcel under the wrong company was another's: nothing is known of it yet."""
    if dossier.parcel.company in ("", parcel.company):
        return replace(dossier, parcel=parcel)
    return Dossier(
        replace(parcel, successor="", replaced=()),
        policy_id=dossier.policy_id,
        cases=dossier.cases,
        shadows=dossier.shadows,
        drafts=dossier.drafts,
        poll_at=dossier.poll_at,
        unwatched=dossier.unwatched,
    )


def _mark_by_hand(dossier: Dossier, said: Marked, now: datetime) -> Dossier:
    """An agent's word is a checkpoint among the courier's: what comes after it, by either, outweighs it."""
    word = Checkpoint(now, now, said.milestone, said.cause, text=said.note, by=said.by or "an agent")
    timeline = join(dossier.timeline, Timeline((Entry(word, now, now),)))
    return replace(dossier, timeline=timeline, stands=None, first_tracked_at=dossier.first_tracked_at or now)


def _confirmed(dossier: Dossier, now: datetime) -> datetime:
    return max(now, dossier.confirmed_at or now)


def _hear_answer(dossier: Dossier, said: Answered, now: datetime) -> Dossier:
    said = _kept(said)
    timeline = merge(dossier.timeline, _rest_of(dossier.parcel, said), now)
    moved = len(timeline.entries) > len(dossier.timeline.entries)
    first = dossier.first_tracked_at is None and bool(timeline.entries)
    promised = dossier.promise is None and said.commitment is not None
    marks = _marks(dossier, timeline, said.stands, said.commitment, first, now) if first or promised else {}
    return replace(
        dossier,
        parcel=_learn(dossier, said),
        timeline=timeline,
        confirmed_at=_confirmed(dossier, now),
        missing_since=None,
        refused="",
        stopped=_stopped(dossier.stopped, said.stopped, moved=moved),
        estimate=said.estimate or dossier.estimate,
        stands=said.stands,
        **marks,
    )


def _kept(said: Answered) -> Answered:
    """Without what is only counted: that a finer code of a checkpoint meant nothing to us."""
    if not any(one.unmapped for one in said.checkpoints):
        return said
    return replace(said, checkpoints=tuple(replace(one, unmapped=False) for one in said.checkpoints))


def _stopped(before: str, said: str | None, *, moved: bool) -> str:
    """Why it is no longer followed. Where an answer does not say, what was told stands until something new is heard."""
    if said is not None:
        return said
    return "" if moved else before


def _hear_push(dossier: Dossier, said: Answered, now: datetime) -> Dossier:
    """What a push adds. It may be an old one sent again, so it confirms nothing and takes nothing back."""
    said = _kept(said)
    timeline = merge(dossier.timeline, replace(said, complete=False), now)
    known = {entry.checkpoint.identity for entry in dossier.timeline.entries}
    new = any(checkpoint.identity not in known for checkpoint in said.checkpoints)
    expected = said.estimate is not None and said.estimate != dossier.estimate
    promise = said.commitment if dossier.promise is None else None
    if not (new or expected or promise or (said.stopped and not dossier.stopped)):
        return dossier
    timeline = timeline if new else dossier.timeline
    stands = (said.stands if new else None) or dossier.stands
    first = dossier.first_tracked_at is None and bool(timeline.entries)
    return replace(
        dossier,
        parcel=_learn(dossier, said),
        timeline=timeline,
        missing_since=None if new else dossier.missing_since,
        stopped=dossier.stopped or said.stopped or "",
        estimate=said.estimate or dossier.estimate,
        stands=stands,
        **(_marks(dossier, timeline, stands, promise, first, now) if first or promise else {}),
    )


class _Marks(TypedDict, total=False):
    first_tracked_at: datetime | None
    baseline_at: datetime | None
    promise: datetime | None


def _marks(
    dossier: Dossier,
    timeline: Timeline,
    stands: Milestone | None,
    commitment: datetime | None,
    first: bool,
    now: datetime,
) -> _Marks:
    """What is kept of a first answer, and of the courier's first commitment once the parcel moves."""
    reached = stage(current(timeline), stands).milestone
    return {
        "first_tracked_at": now if first else dossier.first_tracked_at,
        "baseline_at": now if first and reached in OVER_AND_DONE else dossier.baseline_at,
        "promise": dossier.promise or (None if reached in _BEFORE_TRANSIT else commitment),
    }


def _rest_of(parcel: Parcel, said: Answered) -> Answered:
    """What is told under a new number is the rest of the story, not all of it."""
    return replace(said, complete=False) if parcel.successor and said.complete else said


def _learn(dossier: Dossier, said: Answered) -> Parcel:
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


def shown(seen: View) -> Milestone:
    """What people are shown: unknown when the newest checkpoint is, wherever the parcel was before."""
    if seen.entries and seen.entries[-1].checkpoint.milestone is Milestone.UNKNOWN:
        return Milestone.UNKNOWN
    return seen.milestone
