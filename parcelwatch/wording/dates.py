"""Times and dates in words: for agents on their clock, for customers on that of the place.

What belongs here: which clock a thing is told by, and how a language writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from babel.dates import format_datetime

from parcelwatch.core.timekeeping.whereabouts import read, split
from parcelwatch.reference.almanac import ALMANAC

_UTC: Final = ZoneInfo("UTC")
_LAST_MINUTE: Final = timedelta(minutes=1)
_LAST_SECOND: Final = 59
_FROM_THE_WEST: Final = tuple(timezone(timedelta(hours=hours)) for hours in range(-12, 15))

# How a language writes the first day of a month where that is no plain number: a CLDR pattern.
_FIRST_OF_MONTH: Final = {"fr": "d'er'", "pt": "d'º'"}


@dataclass(frozen=True, slots=True)
class Times:
    """Times as agents read them, in one language and on one clock. `times`, `days`: the words of both."""

    language: str
    zone: ZoneInfo
    times: Mapping[str, str]
    days: Mapping[str, str]

    def moment(self, at: datetime | None, now: datetime) -> str:
        """A moment in the agents' time; the year is named where it is not this one."""
        if at is None:
            return ""
        this_year = at.astimezone(self.zone).year == now.astimezone(self.zone).year
        return formatted(at, self.zone, self.times["moment" if this_year else "with_year"], self.language)

    def day(self, on: date | None, now: datetime) -> str:
        """A day of the calendar, which is the same in every zone; the year is named where it is not this one."""
        if on is None:
            return ""
        pattern = "day" if on.year == now.astimezone(self.zone).year else "day_with_year"
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        return formatted(noon, _UTC, self.times[pattern], self.language)

    def lately(self, at: datetime | None, now: datetime) -> str:
        """The same, of today only the time."""
        today = at is not None and at.astimezone(self.zone).date() == now.astimezone(self.zone).date()
        return formatted(at, self.zone, self.times["clock"], self.language) if at and today else self.moment(at, now)

    def deadline(self, until: datetime | None, now: datetime, country: str) -> str:
        """A day where a day was promised, which is kept as its end at the destination; else the moment."""
        if until is None:
            return ""
        calendar = Calendar(self.language, self.days, self.zone, now)
        return calendar.promised(until, country) or self.moment(until, now)

    def age(self, span: timedelta) -> str:
        """A span as people say it: minutes, then hours up to three days, then days."""
        times, minutes = self.times, max(0, int(span.total_seconds() // 60))
        if minutes < 120:
            return str(times["minutes"].format(n=minutes))
        if minutes < 72 * 60:
            return str(times["hours"].format(n=minutes // 60))
        return str(times["days"].format(n=minutes // 1440))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dates of one letter, in its language and on one clock. The year is named where it is not that of writing.

    `named`: a time of day says whose clock it is by, for it is not known to be that of the place it happened at.
    """

    language: str
    words: Mapping[str, str]
    zone: ZoneInfo
    written_at: datetime
    named: bool = False

    def day(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        this_year = local.year == self.written_at.astimezone(self.zone).year
        pattern = self.words["day" if this_year else "with_year"]
        if local.day == 1:
            pattern = pattern.replace("d", _FIRST_OF_MONTH.get(self.language.partition("-")[0], "d"), 1)
        return formatted(at, self.zone, pattern, self.language)

    def on(self, first: datetime | None, last: datetime | None) -> str:
        """The day, or the days between which it lies when more than one is possible."""
        if first is None or last is None:
            return ""
        days = self.day(first), self.day(last)
        pattern = "on_day" if days[0] == days[1] else "on_days"
        return self.words[pattern].format(day=days[0], first=days[0], last=days[1])

    def at(self, first: datetime | None, last: datetime | None) -> str:
        if first is None or first != last:
            return self.on(first, last)
        pattern = self.words["zoned" if self.named else "time"]
        time = formatted(first, self.zone, pattern, self.language)
        return self.words["at_time"].format(day=self.day(first), time=time)

    def last_day(self, until: datetime | None, country: str) -> str:
        """The day that was promised, else the day `until` falls in here."""
        return (self.promised(until, country) or self.day(until)) if until is not None else ""

    def promised(self, until: datetime, country: str) -> str:
        """The day whose end `until` is at the destination or in the shop's zone, else in the westernmost; "" for none.

        A promise of a day is kept as that day's end there, which is another date elsewhere. Its last second tells it
        from a promise of an hour where nobody says what the destination is.
        """
        anywhere = _FROM_THE_WEST if until.second == _LAST_SECOND else ()
        for zone in (*_zones(split(country)[0]), self.zone, *anywhere):
            local = until.astimezone(zone)
            if (local - _LAST_MINUTE).date() != local.date() or (local + _LAST_MINUTE).date() != local.date():
                return self.day((local - _LAST_MINUTE).replace(tzinfo=self.zone))
        return ""


@lru_cache(maxsize=4096)
def formatted(at: datetime, zone: ZoneInfo, pattern: str, language: str) -> str:
    """`zone` is told apart here because equal instants are one cache key whatever their zones."""
    said = format_datetime(at.astimezone(zone), pattern, locale=language.replace("-", "_"))
    return re.sub(r"(GMT|UTC)\+00:00", "UTC", said)


@lru_cache(maxsize=4096)
def clock_there(place: str, origin: str, destination: str, at: datetime) -> ZoneInfo | None:
    """The clock of a scan's place, else of the destination; None where neither is known to have one clock at `at`."""
    return clock_of_place(place, origin, destination, at) or _only(*split(destination), at)


def clock_of_place(place: str, origin: str, destination: str, at: datetime) -> ZoneInfo | None:
    """The clock of a place; one that nobody can read lies in the country that its parcel does not leave, if any."""
    start, end = split(origin)[0], split(destination)[0]
    country, region = read(place, start, end, ALMANAC)
    return _only(country or (end if start == end else ""), region, at)


def clock_at_home(place: str, origin: str, zone: ZoneInfo) -> ZoneInfo | None:
    """The shop's clock where a place ends in its country's code, which may be a state's elsewhere (Berlin, DE).

    For a parcel of which nobody says that it comes from elsewhere.
    """
    country = place.rpartition(",")[2].strip().upper()
    return zone if zone in _zones(country) and split(origin)[0] in ("", country) else None


def _only(country: str, region: str, at: datetime) -> ZoneInfo | None:
    zones = [zone for zone in ALMANAC.zones(country, region) if isinstance(zone, ZoneInfo)]
    return zones[0] if len({at.astimezone(zone).utcoffset() for zone in zones}) == 1 else None


def middle(country: str, at: datetime) -> ZoneInfo | None:
    """Of a country of several clocks the one in the middle, which is never far off; None for none we know."""
    zones = sorted(_zones(split(country)[0]), key=lambda zone: at.astimezone(zone).utcoffset() or timedelta())
    return zones[len(zones) // 2] if zones else None


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    """The zones of a country given by its two letters; () for one we do not know."""
    zones = (_zone(name) for name in get_global("territory_zones").get(country.upper(), ()))
    return tuple(zone for zone in zones if zone is not None)


def _zone(name: str) -> ZoneInfo | None:
    """None where Babel knows a name that this machine's time zone data does not."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None
