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
"""The same for one that couriers' clocks speak against."""

EARLIEST: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""No clock that shows an earlier time is right: a computer without a battery for its clock starts in such a year."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A jump that is not believed yet.

    `since`: what the monotonic clock read, in seconds, when it was seen. `denied`: a courier's clock spoke against it.
    """

    by: timedelta
    since: float
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Belief:
    """It was `at` when the monotonic clock read `mark` seconds."""

    at: datetime
    mark: float
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock jumped `by` so much, and from now on is believed. `before`: what time it was believed to be."""

    by: timedelta
    before: datetime


def plausible(at: datetime) -> bool:
    """Whether it can be that late."""
    return at >= EARLIEST


def believed(belief: Belief, monotonic: float) -> datetime:
    """What time it is."""
    return belief.at + timedelta(seconds=monotonic - belief.mark)


def look(
    belief: Belief, wall: datetime, monotonic: float, heard: Collection[timedelta] = ()
) -> tuple[Belief, Jump | None]:
    """What is believed after a look at both clocks, and the jump that is believed from now on.

    `heard`: how far ahead of the time believed couriers' clocks were, by their answers since the last look.
    """
    line = believed(belief, monotonic)
    by = wall - line
    if abs(by) <= TOLERANCE:
        return Belief(wall, monotonic), None
    known = belief.doubt
    if known is None or not _alike(known.by, by):
        # What was heard just now may have been said before it.
        return Belief(line, monotonic, Doubt(by, monotonic)), None
    doubt = replace(known, denied=known.denied or any(_alike(one, timedelta(0)) for one in heard))
    borne_out = any(_alike(one, by) for one in heard)
    if plausible(wall) and (borne_out or monotonic - doubt.since >= _patience(doubt).total_seconds()):
        return Belief(wall, monotonic), Jump(by, line)
    return Belief(line, monotonic, doubt), None


def _patience(doubt: Doubt) -> timedelta:
    return CONTRADICTED if doubt.denied else PATIENCE


def _alike(one: timedelta, other: timedelta) -> bool:
    return abs(one - other) <= TOLERANCE
