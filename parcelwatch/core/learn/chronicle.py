"""What was known on any day of the past: learned from histories, for replay, backtests and their tables.

What belongs here: keeping apart what was heard when. Histories may come in any order and in parts, for what they add up
to is the same. On a day only what had been heard before it is known; lanes are looked at once a week, wider levels
every day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Final

from parcelwatch.core.learn.counts import BINS, WEEK, Count, Day, weight
from parcelwatch.core.learn.lessons import ARRIVED, age, end_of, hand_off, handed_at
from parcelwatch.core.learn.levels import Key, Scope, levels, where_to, wider_than
from parcelwatch.core.learn.outlook import Level, Outlook, deepened, paced
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.clockwork import Clock
from parcelwatch.core.tracking.timeline import latest
from parcelwatch.model import Entry, Parcel

_DAY: Final = timedelta(days=1)
_FURTHEST: Final = timedelta(days=400)
# Longer than it takes for the last age to pass anywhere.
_MOST_DAYS: Final = 90

Steps = dict[tuple[int, int], float]
"""(day, bin) -> how much more waits, or comes, from this bin on."""


@dataclass(slots=True)
class _Heard:
    """What was heard of one level. `waited` says where stretches begin and end; `there`, the same unweighted."""

    waited: Steps = field(default_factory=lambda: defaultdict(float))
    came: Steps = field(default_factory=lambda: defaultdict(float))
    there: Steps = field(default_factory=lambda: defaultdict(float))
    arrived: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, other: _Heard) -> None:
        for name in ("waited", "came", "there", "arrived"):
            mine = getattr(self, name)
            for at, value in getattr(other, name).items():
                mine[at] += value


@dataclass(slots=True)
class Chronicle:
    """Histories, counted by when what of them was heard."""

    calendar: Calendar
    heard: dict[Key, _Heard] = field(default_factory=dict)

    def take(self, parcel: Parcel, entries: tuple[Entry, ...]) -> None:
        """Count one history: all that was ever said of it, oldest first."""
        since, first = handed_at(entries, parcel), hand_off(entries)
        if since is None or entries[-1].seen_at - since > _FURTHEST:
            return
        known_at = (first or entries[0]).seen_at
        clock = self.calendar.at(*where_to(parcel))
        end = end_of(entries)
        until = max(since, latest(end)) if end else None
        # What is wider follows from these two: see Forecasts.
        place, lane = (self._of(key) for key in levels(parcel)[-2:])
        each = weight(since)
        for day, from_, to in _stretches(clock, since, known_at, until):
            _step(lane.waited, _week_of(day), from_, to, each)
            _step(place.waited, day, from_, to, each)
            _step(place.there, day, from_, to, 1.0)
        if end is None or until is None or end.checkpoint.milestone not in ARRIVED:
            return
        aged, day = int(age(clock, since, until)), _on(end.seen_at)
        place.arrived[day] += 1.0
        if aged < BINS:
            _step(place.there, day, aged, aged + 1, 1.0)
            for one, on in ((place, day), (lane, _week_of(day))):
                _step(one.waited, on, aged, aged + 1, each)
                one.came[on, aged] += each

    def add(self, other: Chronicle) -> None:
        """Count what another did."""
        for key, heard in other.heard.items():
            self._of(key).add(heard)

    def _of(self, key: Key) -> _Heard:
        heard = self.heard.get(key)
        if heard is None:
            heard = self.heard[key] = _Heard()
        return heard


def _step(steps: Steps, day: int, from_: int, to: int, each: float) -> None:
    steps[day, from_] += each
    steps[day, to] -= each


def _stretches(
    clock: Clock, since: datetime, known_at: datetime, until: datetime | None
) -> Iterator[tuple[int, int, int]]:
    """Which ages were waited through on which day: (day, from, to). Ages of before it was known count on that day."""
    passed, day = 0, _on(since)
    known_on = _on(known_at)
    last = min(_on(until), day + _MOST_DAYS) if until else day + _MOST_DAYS
    for each in range(day, last + 1):
        midnight = _midnight(each + 1)
        place = min(int(age(clock, since, min(midnight, until) if until else midnight)), BINS)
        if place > passed:
            yield max(each, known_on), passed, place
            passed = place
        if passed >= BINS:
            return


def _on(at: datetime) -> int:
    return at.astimezone(UTC).date().toordinal()


def _week_of(day: int) -> int:
    """Its Sunday: lanes are looked at on Mondays, when what was heard in the week is known."""
    return day - (day - 1) % WEEK + WEEK - 1


# --- looking back --------------------------------------------------------------------------------


class Forecasts:
    """What was known on each day, by a chronicle that is complete."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._heard = {key: heard for key, heard in chronicle.heard.items() if key[0] is Scope.LANE}
        for key, heard in chronicle.heard.items():
            for each in (*wider_than(key), key) if key[0] is not Scope.LANE else ():
                self._heard.setdefault(each, _Heard()).add(heard)
        self._levels: dict[Key, tuple[list[int], list[Level]]] = {}
        self._paces: dict[Key, dict[int, float]] = {}
        self._weeks: dict[Key, Mapping[int, Day]] = {}

    def outlook(self, parcel: Parcel, at: datetime) -> Outlook:
        """What was known by the midnight before, UTC, of parcels like this one."""
        day = _on(at)
        keys = levels(parcel)
        known = tuple(level for key in keys if (level := self._level(key, day)) is not None)
        return Outlook(known, self._pace(keys[:-1], day), _midnight(day + 1))

    def _level(self, key: Key, day: int) -> Level | None:
        """What was known of one level; None while that was nothing."""
        days, made = self._made(key)
        place = bisect_right(days, day) - 1
        return made[place] if place >= 0 else None

    def _made(self, key: Key) -> tuple[list[int], list[Level]]:
        """A level after each day on which something of it was heard."""
        if key not in self._levels:
            heard = self._heard.get(key) or _Heard()
            made = list(_unrolled(heard, self._wider(key), key))
            self._levels[key] = ([day for day, _ in made], [level for _, level in made])
        return self._levels[key]

    def _wider(self, key: Key) -> Callable[[int], Level | None]:
        """The next wider level of which anything was known on a day."""
        above = wider_than(key)[::-1]
        return lambda day: next((level for each in above if (level := self._level(each, day)) is not None), None)

    def _pace(self, keys: tuple[Key, ...], day: int) -> float:
        pace = 1.0
        for key in keys:
            paces = self._paces.setdefault(key, {})
            if day not in paces:
                days = self._days(key)
                week = [days[each] for each in range(day - WEEK, day) if each in days]
                paces[day] = paced(week, date.fromordinal(day), pace)
            pace = paces[day]
        return pace

    def _days(self, key: Key) -> Mapping[int, Day]:
        """What should have come on each day by what was known then, and what did."""
        if key not in self._weeks:
            heard, days, made = self._heard.get(key) or _Heard(), *self._made(key)
            expected: dict[int, float] = defaultdict(float)
            for (day, place), each in heard.there.items():
                known = bisect_right(days, day) - 1
                # A stretch is worth what lies between its ends.
                expected[day] -= each * made[known].risks[min(place, BINS)] if known >= 0 else 0.0
            on = expected.keys() | heard.arrived.keys()
            self._weeks[key] = {
                day: Day(date.fromordinal(day), expected.get(day, 0.0), heard.arrived.get(day, 0.0)) for day in on
            }
        return self._weeks[key]


def _unrolled(heard: _Heard, wider: Callable[[int], Level | None], key: Key) -> Iterator[tuple[int, Level]]:
    by_day: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for (day, place), each in heard.waited.items():
        by_day[day].append((place, each, 0.0))
    for (day, place), each in heard.came.items():
        by_day[day].append((place, 0.0, each))
    steps, came = [0.0] * (BINS + 1), [0.0] * BINS
    for day in sorted(by_day):
        for place, more, some in by_day[day]:
            steps[place] += more
            if some:
                came[place] += some
        count = Count(tuple(accumulate(steps[:-1])), tuple(came))
        yield day + 1, deepened(wider(day + 1), key, count, _midnight(day + 1))


def _midnight(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(0), UTC)
