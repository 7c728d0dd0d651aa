"""Business time: when a duration ends, how much of a span counted, and what was skipped and why.

What belongs here: every clock that can stand still. A business day is 24 hours of Monday to Friday, UTC: the
clock runs through those days and stands still on Saturday and Sunday, so Friday 17:00 + 1bd is Monday 17:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from parcelwatch.duration import BUSINESS_DAY, NATURAL, Duration

_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_A_WEEK: Final = 7
_WORKDAYS: Final = 5
_FRIDAY: Final = 4
_WEEK: Final = timedelta(weeks=1)
_WORKING: Final = timedelta(days=5)
_NOTHING: Final = timedelta(0)
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Skip:
    """A span in which the clock stood still."""

    from_: datetime
    to: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which time counts. Every time taken must be aware (ValueError otherwise); every time given is UTC."""

    def add(self, start: datetime, duration: Duration) -> datetime:
        """The first instant at which `duration` has been counted since `start`; the end of time if it lies beyond."""
        start = _utc(start)
        try:
            return self._business(start, duration.amount) if duration.business else start + duration.length
        except OverflowError:
            return _END_OF_TIME

    def _business(self, start: datetime, days: int) -> datetime:
        if not days:
            return start
        weekday = start.weekday()
        if weekday > _FRIDAY:
            start = datetime(start.year, start.month, start.day, tzinfo=UTC) + _DAY * (_A_WEEK - weekday)
            weekday = 0
        weekends, rest = divmod(weekday + days, _WORKDAYS)
        if not rest and not (start.hour or start.minute or start.second or start.microsecond):
            # A full week is over when Friday is, not when Monday begins.
            weekends -= 1
        return start + timedelta(days=days + weekends * (_A_WEEK - _WORKDAYS))

    def elapsed(self, start: datetime, end: datetime, unit: str) -> timedelta:
        """How much of [start, end] counts for durations written in `unit`; nothing when it ends before it starts."""
        start, end = _utc(start), _utc(end)
        if end <= start:
            return _NOTHING
        return _worked(end) - _worked(start) if unit == BUSINESS_DAY else end - start

    def counted(self, start: datetime, end: datetime, unit: str) -> float:
        """`elapsed` as a number of `unit`s."""
        return self.elapsed(start, end, unit) / NATURAL.get(unit, _DAY)

    def skipped(self, start: datetime, end: datetime, unit: str = BUSINESS_DAY) -> tuple[Skip, ...]:
        """The spans of [start, end] that do not count, oldest first."""
        if unit != BUSINESS_DAY:
            return ()
        start, end = _utc(start), _utc(end)
        saturday = _MONDAY + (start - _MONDAY) // _WEEK * _WEEK + _WORKING
        skips = []
        while saturday < end:
            from_, to = max(start, saturday), min(end, saturday + _WEEK - _WORKING)
            if from_ < to:
                skips.append(Skip(from_, to, "weekend"))
            saturday += _WEEK
        return tuple(skips)


def _worked(at: datetime) -> timedelta:
    """Business time from a fixed Monday to `at`; negative before it."""
    weeks, within = divmod(at - _MONDAY, _WEEK)
    return weeks * _WORKING + min(within, _WORKING)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be counted with: {at.isoformat()}")
    return at.astimezone(UTC)
