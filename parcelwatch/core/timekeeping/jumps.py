"""What time it is believed to be, and when a jump of the wall clock is believed.

What belongs here: deciding, from what both clocks show. The monotonic clock cannot be set; between two looks the time
believed runs on it, so a clock that jumps and returns leaves no trace. A jump is believed once it lasted, or once a
courier's own clock shows the same; while their clocks show ours as it was, it is not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=1)
"""A smaller difference between the clocks is put right without a word."""

PATIENCE: Final = timedelta(minutes=5)
"""A jump that lasted so long is believed."""

CONTRADICTED: Final = timedelta(days=1)
"""The same for one that a courier's clock spoke against, counted from when one last did."""

AWAY: Final = timedelta(days=1)
"""Whoever starts so long after what was last noted asks couriers what time it is."""

_NOTHING: Final = timedelta(0)

EARLIEST: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""No clock that shows an earlier time is right: a computer without a battery for its clock starts in such a year."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A jump that is not believed yet. Both times are readings of the monotonic clock, in seconds.

    `since`: when it was seen, None while no courier can be asked. `denied_at`: when one's clock last spoke against it.
    """

    by: timedelta
    since: float | None
    denied_at: float | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """It was `at` when the monotonic clock read `mark` seconds."""

    at: datetime
    mark: float
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """News of the wall clock: it jumped `by` so much, when it was believed to be `before`.

    `believed`: what it shows counts from now on; else it goes on not to be believed. `tell`: nobody was told before.
    """

    by: timedelta
    before: datetime
    believed: bool = True
    tell: bool = True


def plausible(at: datetime) -> bool:
    """Whether it can be that late."""
    return at >= EARLIEST


def doubtful(wall: datetime, last: datetime) -> bool:
    """Whether a clock read at a start contradicts what was noted `last`, or may: it is behind, or far ahead."""
    return plausible(wall) and not last - TOLERANCE <= wall <= last + AWAY


def begun(wall: datetime, monotonic: float, last: datetime, heard: Collection[datetime]) -> Belief:
    """What is believed at a start by a doubtful clock. `heard`: what couriers' clocks show.

    Theirs, where none bears the computer's out and they contradict nothing that was noted; else the computer's.
    """
    theirs = sorted(one for one in heard if one >= last - TOLERANCE or one > wall)
    if not theirs or any(_alike(one - wall, _NOTHING) for one in heard):
        return Belief(wall, monotonic)
    return Belief(theirs[len(theirs) // 2], monotonic)


def believed(belief: Belief, monotonic: float) -> datetime:
    """What time it is."""
    return belief.at + timedelta(seconds=monotonic - belief.mark)


def look(
    belief: Belief, wall: datetime, monotonic: float, heard: Collection[timedelta] = (), *, asking: bool = True
) -> tuple[Belief, Jump | None]:
    """What is believed after a look at both clocks, and what is new of a jump.

    `heard`: how far ahead of the time believed couriers' clocks were, by their answers since the last look. `asking`:
    whether they are asked at all; a jump that none could speak against is not believed for lasting.
    """
    line = believed(belief, monotonic)
    by = wall - line
    if _alike(by, _NOTHING):
        return Belief(wall, monotonic), None
    known, seen = belief.doubt, monotonic if asking else None
    if known is None or not _alike(known.by, by):
        # What was heard just now may have been said before it.
        return replace(belief, doubt=Doubt(by, seen)), None
    denied = any(_alike(one, _NOTHING) for one in heard)
    since = seen if known.since is None or not asking else known.since
    doubt = replace(known, since=since, denied_at=monotonic if denied else known.denied_at)
    if plausible(wall) and (any(_alike(one, by) for one in heard) or _lasted(doubt, monotonic)):
        return Belief(wall, monotonic), Jump(by, line, tell=known.denied_at is None)
    news = Jump(by, line, believed=False) if denied and known.denied_at is None else None
    return replace(belief, doubt=doubt), news


def _lasted(doubt: Doubt, monotonic: float) -> bool:
    if doubt.since is None:
        return False
    if doubt.denied_at is not None:
        return monotonic - max(doubt.since, doubt.denied_at) >= CONTRADICTED.total_seconds()
    return monotonic - doubt.since >= PATIENCE.total_seconds()


def _alike(one: timedelta, other: timedelta) -> bool:
    return abs(one - other) <= TOLERANCE
