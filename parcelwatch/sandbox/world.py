"""The world a story makes: what a courier would say about a parcel at an instant.

Pure but for the clock it is handed; formats and HTTP are elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from parcelwatch.model import Milestone
from parcelwatch.sandbox.story import Says, Story, StoryParcel, Trouble, When

Clock = Callable[[], datetime]

# The clock on the wall where a place ends in a country code. One zone a country is enough for stories.
ZONES = {
    "AT": "Europe/Vienna",
    "AU": "Australia/Sydney",
    "BE": "Europe/Brussels",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CH": "Europe/Zurich",
    "CN": "Asia/Shanghai",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "HK": "Asia/Hong_Kong",
    "IE": "Europe/Dublin",
    "IT": "Europe/Rome",
    "JP": "Asia/Tokyo",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon",
    "SE": "Europe/Stockholm",
    "US": "America/New_York",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a history at its instant; `dice` picks a wording for it, the same every time."""

    at: datetime
    says: Says
    dice: int

    @property
    def locality(self) -> str:
        return _split(self.says.place)[0]

    @property
    def country(self) -> str:
        return _split(self.says.place)[1]

    def local(self, parcel: StoryParcel, default: str) -> datetime:
        """The time on the wall where it happened."""
        zone = self.says.zone or ZONES.get(self.country) or parcel.zone or default
        return self.at.astimezone(ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Heard:
    """What the courier has to say about a parcel: its history oldest first."""

    parcel: StoryParcel
    marks: tuple[Mark, ...]
    estimate: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def turned_back(self) -> bool:
        return any(mark.says.milestone in (Milestone.RETURNING, Milestone.RETURNED) for mark in self.marks)


def heard(parcel: StoryParcel, start: datetime, now: datetime) -> Heard:
    """What the courier would answer about `parcel` at `now`."""
    stopped_at = _instant(parcel.stops, start)
    stopped = stopped_at is not None and stopped_at <= now
    until = min(now, stopped_at) if stopped_at else now
    marks = [
        Mark(_whole(instant(says.at, start)), says, crc32(f"{parcel.number}/{position}".encode()))
        for position, says in enumerate(parcel.says)
        if _listed(says, start, until)
    ]
    marks.sort(key=lambda mark: mark.at)
    estimate = None if parcel.estimate is None else _whole(instant(parcel.estimate, start))
    return Heard(parcel, tuple(marks), estimate, stopped_at if stopped else None)


def changes(parcel: StoryParcel, start: datetime) -> list[datetime]:
    """The instants at which the courier's answer about `parcel` changes, in order."""
    times = {instant(says.heard if says.heard is not None else says.at, start) for says in parcel.says}
    times |= {instant(says.until, start) for says in parcel.says if says.until is not None}
    times |= {instant(parcel.stops, start)} if parcel.stops is not None else set()
    return sorted(times)


def instant(when: When, start: datetime) -> datetime:
    return when if isinstance(when, datetime) else start + when


class World:
    """The parcels of a story under a clock. Not changed by being asked, so any thread may ask."""

    def __init__(self, story: Story, clock: Clock) -> None:
        self.story = story
        self.clock = clock
        self.start = story.start or clock()
        self._known: dict[tuple[str, str], list[StoryParcel]] = defaultdict(list)
        for parcel in story.parcels:
            self._known[parcel.api, parcel.number].append(parcel)
        self._changes: dict[int, list[datetime]] = {}

    def find(self, api: str, number: str) -> list[StoryParcel]:
        """The parcels that go by this number at this API; companies may share a number."""
        return self._known.get((api, number), [])

    def heard(self, parcel: StoryParcel, now: datetime) -> Heard:
        return heard(parcel, self.start, now)

    def version(self, parcel: StoryParcel, now: datetime) -> int:
        """A number that is another one whenever `heard` says something else."""
        times = self._changes.get(id(parcel))
        if times is None:
            times = self._changes[id(parcel)] = changes(parcel, self.start)
        return bisect_right(times, now)

    def trouble(self, api: str, numbers: tuple[str, ...], now: datetime) -> Trouble | None:
        """The first trouble of the story that befalls a call for `numbers` now."""
        return next((trouble for trouble in self.story.troubles if self._befalls(trouble, api, numbers, now)), None)

    def _befalls(self, trouble: Trouble, api: str, numbers: tuple[str, ...], now: datetime) -> bool:
        if trouble.api not in ("", api) or (trouble.numbers and not set(trouble.numbers) & set(numbers)):
            return False
        begun = trouble.begins is None or instant(trouble.begins, self.start) <= now
        return begun and (trouble.ends is None or now < instant(trouble.ends, self.start))


def _listed(says: Says, start: datetime, now: datetime) -> bool:
    since = instant(says.heard if says.heard is not None else says.at, start)
    return since <= now and (says.until is None or now < instant(says.until, start))


def _instant(when: When | None, start: datetime) -> datetime | None:
    return None if when is None else instant(when, start)


def _whole(at: datetime) -> datetime:
    """No courier tells fractions of a second."""
    return at - timedelta(microseconds=at.microsecond)


@lru_cache(maxsize=4096)
def _split(place: str) -> tuple[str, str]:
    locality, comma, country = place.rpartition(", ")
    return (locality, country) if comma and len(country) == 2 and country.isupper() else (place, "")
