"""What one parcel adds to the counts, each time more is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from parcelwatch.core.learn.counts import BIN, BINS, WEEK, Change, Day, weight
from parcelwatch.core.learn.outlook import Outlook
from parcelwatch.core.timekeeping.clockwork import Clock
from parcelwatch.core.tracking.timeline import latest
from parcelwatch.duration import BUSINESS_DAY
from parcelwatch.model import FINAL, Entry, Milestone, Parcel

DONE: Final = -1
"""Nothing more is to be learned from a parcel."""

_M: Final = Milestone
ARRIVED: Final = frozenset({_M.DELIVERED, _M.AVAILABLE_FOR_PICKUP})
# It will not arrive, or nobody can say when.
LEFT: Final = (FINAL - ARRIVED) | {_M.RETURNING}
_ENDS: Final = ARRIVED | LEFT
_BEFORE: Final = frozenset({_M.INFO_RECEIVED, _M.UNKNOWN, _M.CANCELLED})
# From the hand-off to what is known now: what is further apart is a mistake of somebody's.
_TIMES: Final = (timedelta(0), timedelta(days=400))
# Writing is what costs, so that waiting is counted a business day at a time.
_WORTH_COUNTING: Final = 3


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a parcel teaches by what is known of it: `change` is yet to be counted, `learned` is what then was."""

    change: Change
    learned: int


def handed_at(entries: tuple[Entry, ...], parcel: Parcel) -> datetime | None:
    """When the courier had it first: by its first scan before it arrived, else by the shop; None while nobody says."""
    entry = hand_off(entries)
    return latest(entry) if entry else parcel.shipped_at if entries else None


def hand_off(entries: tuple[Entry, ...]) -> Entry | None:
    """The first scan by which the courier had it, before it arrived."""
    for entry in entries:
        said = entry.checkpoint
        if said.milestone in ARRIVED:
            break
        if said.moves and said.milestone not in _BEFORE:
            return entry
    return None


def end_of(entries: tuple[Entry, ...]) -> Entry | None:
    """What ended its way: that it arrived, or that it never will."""
    return next((entry for entry in entries if entry.checkpoint.milestone in _ENDS), None)


def age(clock: Clock, since: datetime, at: datetime) -> float:
    """How long a parcel had been with the courier, in bins of business time."""
    return clock.elapsed(since, at, BUSINESS_DAY) / BIN


def lesson(
    entries: tuple[Entry, ...], parcel: Parcel, learned: int, known_at: datetime, clock: Clock, ahead: Outlook | None
) -> Lesson | None:
    """What is new to learn from a parcel of which the ages below `learned` were counted, None when nothing is.

    `entries`: what the courier stands by, oldest first, as of `known_at`. `ahead`: what was expected of it.
    """
    since = handed_at(entries, parcel) if learned != DONE else None
    if since is None or not _TIMES[0] <= known_at - since <= _TIMES[1]:
        return None
    end = end_of(entries)
    if end is not None and end.checkpoint.milestone in LEFT:
        return None
    until = min(known_at, latest(end)) if end else known_at
    if end is None and (until - since) / BIN - learned < _WORTH_COUNTING:
        return None  # no clock runs fast, and winding one costs the most
    place = int(age(clock, since, until))
    if end is None and place - learned < _WORTH_COUNTING:
        return None
    came = place if end is not None and place < BINS else None
    to = min(place + (end is not None), BINS)
    if end is None and to == learned:
        return None
    days = tuple(_days(learned, to, since, until, came is not None, clock, ahead))
    return Lesson(Change(weight(since), learned, to, came, days), DONE if end else to)


def _days(
    from_: int, to: int, since: datetime, until: datetime, came: bool, clock: Clock, ahead: Outlook | None
) -> Iterator[Day]:
    """What should have come on each of the last days, and what did; of days longer ago nobody asks."""
    end, day = float(max(from_, to)), until.astimezone(UTC).date()
    level = ahead.at(end) if ahead else None
    if level is None:
        return
    for place in range(WEEK):
        begin = max(float(from_), age(clock, since, _midnight(day - timedelta(days=place))))
        came_then = float(came and not place)
        if begin < end or came_then:
            yield Day(day - timedelta(days=place), level.risk(end) - level.risk(min(begin, end)), came_then)
        end = min(begin, end)
        if begin <= from_:
            return


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
