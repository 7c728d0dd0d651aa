"""The shop's working time, and how long a case may wait in it.

What belongs here: counting hours in which somebody is there. Which days those are is calendar.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from parcelwatch.core.timekeeping.clockwork import Clock
from parcelwatch.duration import BUSINESS_DAY, Duration
from parcelwatch.model import Severity

_DAY: Final = timedelta(days=1)
_MOST_DAYS: Final = 4000
_MORNING: Final = time(9)
_THREE_DAYS: Final = Duration(3, BUSINESS_DAY)
_TWO_DAYS: Final = Duration(2, BUSINESS_DAY)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From when until when somebody is there, by the clock of `zone`; the whole day where that is not said."""

    zone: tzinfo = UTC
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How long cases wait for people.

    `escalate_after`: how long one may stand told and unacknowledged, by severity; never where it is not said.
    `escalate_to`: the channel that then hears of it, "" for the next after those that did before. `reraise_after`: how
    long one that was acknowledged may stand without news. `remedy_after`: how long a remedy that was agreed may take.
    """

    escalate_after: Mapping[Severity, Duration] = field(default_factory=dict)
    escalate_to: str = ""
    reraise_after: Duration = _THREE_DAYS
    remedy_after: Duration = _TWO_DAYS


@dataclass(frozen=True, slots=True)
class Working:
    """Time as the shop's people have it. `home`: the clock of its business days."""

    hours: OfficeHours
    home: Clock

    def add(self, start: datetime, duration: Duration) -> datetime:
        """When `duration` has passed since `start`: business days by the calendar, the rest in working hours."""
        if duration.unit == BUSINESS_DAY or self.hours.opens is None:
            return self.home.add(start, duration)
        left = duration.natural()
        for opens, closes in self._shifts(start):
            begins = max(start, opens)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, timedelta(0))
        return self.home.add(start, duration)

    def reminder(self, told_at: datetime, by: datetime) -> datetime:
        """When to remind of a word that was given at `told_at` for the day of `by`: in the morning of that day.

        Where nobody works that day, on the last day before it on which somebody does, if that comes after the day of
        the giving. A word for the same day has its own time.
        """
        zone = self.hours.zone
        given, promised = told_at.astimezone(zone).date(), by.astimezone(zone).date()
        if promised <= given:
            return max(told_at, by)
        days = (promised - _DAY * back for back in range(min((promised - given).days, _MOST_DAYS)))
        day = next((each for each in days if self._works(each)), promised)
        return max(told_at, self._at(day, self.hours.opens or _MORNING))

    def _shifts(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        assert self.hours.opens is not None
        assert self.hours.closes is not None
        first = start.astimezone(self.hours.zone).date()
        for day in (first + _DAY * later for later in range(_MOST_DAYS)):
            if self._works(day):
                yield self._at(day, self.hours.opens), self._at(day, self.hours.closes)

    def _works(self, day: date) -> bool:
        """Whether most of a day is business time: the shop's clock may be another than that of its country."""
        begins, ends = self._at(day, time(0)), self._at(day + _DAY, time(0))
        return self.home.elapsed(begins, ends, BUSINESS_DAY) * 2 > ends - begins

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.hours.zone).astimezone(UTC)
