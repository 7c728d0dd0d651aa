"""What checkpoints mean together: which milestone a parcel is at, and which may follow which.

What belongs here: the reading of a sequence of milestones. Reading one code or one text is the couriers'
and the lexicon's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from parcelwatch.model import Cause, Checkpoint, Entry, Milestone
from parcelwatch.model.frequent import frequent

M = Milestone

PROGRESS: dict[Milestone, int] = {
    milestone: place
    for place, milestone in enumerate(
        [
            M.UNKNOWN,
            M.INFO_RECEIVED,
            M.PICKED_UP,
            M.IN_TRANSIT,
            M.CUSTOMS,
            M.EXCEPTION,
            M.OUT_FOR_DELIVERY,
            M.ATTEMPT_FAILED,
            M.AVAILABLE_FOR_PICKUP,
            M.RETURNING,
            M.DELIVERED,
            M.RETURNED,
            M.CANCELLED,
        ]
    )
}

_UNDER_WAY = frozenset({M.INFO_RECEIVED, M.PICKED_UP})
_ON = frozenset({M.PICKED_UP, M.IN_TRANSIT})

# What a parcel at the left does not become by hearing one of the right: a label updated late is no step back,
# scans on the way home do not end a return, and a depot scan booked after the delivery does not undo it.
STAYS: dict[Milestone, frozenset[Milestone]] = {
    M.PICKED_UP: frozenset({M.INFO_RECEIVED}),
    M.IN_TRANSIT: _UNDER_WAY,
    M.CUSTOMS: _UNDER_WAY,
    M.OUT_FOR_DELIVERY: _UNDER_WAY,
    M.ATTEMPT_FAILED: _UNDER_WAY,
    M.AVAILABLE_FOR_PICKUP: _UNDER_WAY,
    M.EXCEPTION: frozenset({M.INFO_RECEIVED}),
    M.RETURNING: frozenset(M) - {M.RETURNED, M.DELIVERED, M.CANCELLED},
    M.DELIVERED: _UNDER_WAY | {M.IN_TRANSIT, M.CUSTOMS},
    M.RETURNED: frozenset(M),
    M.CANCELLED: frozenset({M.INFO_RECEIVED}),
}

# A parcel handed over after it turned back was handed to its sender.
BECOMES: dict[tuple[Milestone, Milestone], Milestone] = {(M.RETURNING, M.DELIVERED): M.RETURNED}


# A scan told of less than this after a delivery may be an earlier one that was booked late: drivers hand in their
# devices in the evening. An attempt a night later is another one.
LATE_BOOKING: Final = timedelta(hours=10)
_ATTEMPTS = frozenset({M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED})
# What takes a delivery back, unless it was only booked after it; a return scan does so at once.
_AGAIN = _ATTEMPTS | {M.AVAILABLE_FOR_PICKUP, M.EXCEPTION}
_OVER = frozenset({M.DELIVERED, M.RETURNED})
_BACK = frozenset({M.RETURNING, M.RETURNED})


@frequent
@dataclass(frozen=True, slots=True)
class Stage:
    """Where a parcel is, why, and the entry that brought it there (None before any)."""

    milestone: Milestone = M.UNKNOWN
    cause: Cause | None = None
    entry: Entry | None = None


def stage(entries: Iterable[Entry], stands: Milestone | None = None) -> Stage:
    """Where `entries`, oldest first, leave the parcel. A checkpoint nobody could read changes nothing.

    `stands`: where the courier itself says the parcel is. It outweighs the order of two scans minutes or hours apart.
    """
    now = Stage()
    told = tuple(entries)
    for at, entry in enumerate(told):
        back = now.milestone is M.RETURNING and _turned_around(now, entry, told[:at], stands)
        checkpoint = entry.checkpoint
        now = Stage(checkpoint.milestone, checkpoint.cause, entry) if back else _after(now, entry, stands)
    return now


def _after(now: Stage, entry: Entry, stands: Milestone | None) -> Stage:
    heard = entry.checkpoint.milestone
    if heard is now.milestone and entry.checkpoint.cause is now.cause:
        return now
    if entry.checkpoint.by:
        # An agent says where it is now, not what was scanned: no booking comes late, and no way leads there.
        return Stage(heard, entry.checkpoint.cause, entry)
    if heard is M.UNKNOWN or heard in STAYS.get(now.milestone, ()):
        return now
    if now.milestone is M.AVAILABLE_FOR_PICKUP and entry.checkpoint.cause is Cause.POSTPONED:
        return now  # what lies ready goes on lying there
    if heard in _ON and not entry.checkpoint.moves and _stands(now):
        return now  # trouble is over once somebody has had the parcel in hand
    if now.milestone is M.DELIVERED and heard in _AGAIN and not _takes_back(entry, now.entry, stands):
        return now
    if (now.milestone, heard, stands) == (M.DELIVERED, M.RETURNING, M.RETURNED):
        # It was the delivery to the sender, and a scan of the way there was booked after it.
        return replace(now, milestone=M.RETURNED)
    reached = BECOMES.get((now.milestone, heard), heard)
    return Stage(reached, entry.checkpoint.cause, entry)


def _stands(now: Stage) -> bool:
    """Whether the parcel is in trouble on its way, or customs or the police have it."""
    return now.milestone in (M.CUSTOMS, M.EXCEPTION) or now.cause in (Cause.CUSTOMS, Cause.SECURITY)


def _turned_around(now: Stage, entry: Entry, before: Sequence[Entry], stands: Milestone | None) -> bool:
    """Whether a parcel on its way back is brought to its recipient after all.

    An attempt says so where the recipient was tried before; a delivery after one is what the courier says that it is.
    """
    told = entry.checkpoint
    if stands in _BACK or now.entry is None:
        return False
    if told.milestone is M.DELIVERED:
        since = before[before.index(now.entry) :]
        return any(one.checkpoint.milestone in _ATTEMPTS for one in since)
    late = min(_between(now.entry.checkpoint, told)) < LATE_BOOKING
    return told.milestone in _ATTEMPTS and not late and tried_there(told.place, map(_milestone_and_place, before))


def _milestone_and_place(entry: Entry) -> tuple[Milestone, str]:
    return entry.checkpoint.milestone, entry.checkpoint.place


def tried_there(place: str, before: Iterable[tuple[Milestone, str]]) -> bool:
    """Whether the recipient was tried at `place`, and the sender did not hand it over there."""
    known = [(milestone, _plain(each)) for milestone, each in before]
    tried = (milestone in _ATTEMPTS for milestone, each in known if each == _plain(place))
    sent = (milestone in _UNDER_WAY for milestone, each in known if each == _plain(place))
    return bool(place.strip()) and any(tried) and not any(sent)


def _plain(place: str) -> str:
    return place.strip().casefold()


def _takes_back(entry: Entry, delivery: Entry | None, stands: Milestone | None) -> bool:
    """Whether what is told after a delivery cannot have been booked late, or the courier itself says it is not one."""
    if stands is not None and stands not in _OVER:
        return True
    told = entry.checkpoint
    if delivery is None or min(_between(delivery.checkpoint, told)) < LATE_BOOKING:
        return False
    return stands is None or told.milestone in _ATTEMPTS


def _between(one: Checkpoint, other: Checkpoint) -> tuple[timedelta, timedelta]:
    """How long one was before another, by their earliest and by their latest instants."""
    return other.occurred_at - one.occurred_at, other.occurred_until - one.occurred_until
