"""A clock that stands still, or runs slow, on some days of some place: what it adds up, and what it skips and why.

What belongs here: counting. Which days those are is calendar.py's.

A clock keeps one table a year and unit: the instants (microseconds since 1970, UTC) at which its pace changes, and what
it had counted by then. Paces are whole numbers, so that what was added is what is counted, to the microsecond.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, pairwise
from math import lcm
from typing import Final

from parcelwatch.duration import BUSINESS_DAY, NATURAL, Duration

STILL: Final = Fraction(0)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta.resolution
_NOTHING: Final = timedelta(0)
_LENGTHS: Final = {unit: length // _TICK for unit, length in {**NATURAL, BUSINESS_DAY: _DAY}.items()}
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


class Reason(StrEnum):
    """Why time does not count, or not in full."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    STOPPAGE = "stoppage"
    DELAY = "delay"
    PEAK = "peak"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Pause:
    """Days, both included, on which a clock stands still or, with a `factor`, runs that many times slower."""

    first: date
    last: date
    why: Reason
    name: str = ""
    factor: Fraction = STILL


@dataclass(frozen=True, slots=True)
class Skip:
    """A span that counts for nothing or, with a `factor`, for less. `lost`: what of it does not count.

    `name` is what the days are called ("Good Friday"), "" where `why` says all.
    """

    from_: datetime
    to: datetime
    why: Reason
    name: str
    lost: timedelta
    factor: Fraction = STILL


@dataclass(frozen=True, slots=True)
class Slowness:
    """What makes everything take longer, whenever it is."""

    factor: Fraction
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Year:
    """One year in stretches of one pace each: where they begin, what was counted by then, the pace, what holds it up.

    `end` is where the last one ends, `total` what all of them count.
    """

    begins: list[int]
    counted: list[int]
    paces: list[int]
    pauses: list[Pause | None]
    end: int
    total: int

    def by(self, at: int) -> int:
        """What is counted from the start of the year to `at`."""
        place = bisect_right(self.begins, at) - 1
        return self.counted[place] + (at - self.begins[place]) * self.paces[place]

    def when(self, counted: int) -> int:
        """The first instant by which `counted`, more than nothing, has been counted."""
        place = bisect_left(self.counted, counted) - 1
        return self.begins[place] - (self.counted[place] - counted) // self.paces[place]


Days = Callable[[int], Iterable[Pause]]
"""The pauses of a year, and those that only touch it."""


def _no_days(year: int) -> tuple[Pause, ...]:
    del year
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Which time counts in one place. Every time taken must be aware (ValueError otherwise); every time given is UTC.

    `rests`: days that do not count as business days, by year; `pauses`: days that hold up every duration. An instant
    is in a day when any of the `zones` says so: a place whose zone is not known for certain rests while any of its
    zones does, so that what has been counted has been counted in all of them. `even`: nothing ever holds up natural
    time here. `place`: "DE", "US-CA", "" for anywhere.
    """

    place: str = ""
    zones: tuple[tzinfo, ...] = (UTC,)
    rests: Days = _no_days
    pauses: Days = _no_days
    factors: tuple[Fraction, ...] = ()
    slow: Slowness | None = None
    even: bool = True
    _scale: int = field(init=False, repr=False, default=1)
    _years: dict[tuple[int, bool], _Year] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        own = self.slow.factor if self.slow else Fraction(1)
        paces = (own, *(own * factor for factor in self.factors))
        object.__setattr__(self, "_scale", lcm(*(pace.numerator for pace in paces)))
        object.__setattr__(self, "even", self.even and not self.slow)

    def add(self, start: datetime, duration: Duration, already: timedelta = _NOTHING) -> datetime:
        """The first instant at which `duration`, `already` of it apart, has been counted since `start`.

        The end of time if it lies beyond.
        """
        start = _utc(start)
        unit = duration.unit
        business = unit == BUSINESS_DAY
        if _LENGTHS[unit] * duration.amount <= already // _TICK:
            return start
        try:
            if self.even and not business:
                return start + duration.length - already
            year = start.year
            table = self._years.get((year, business)) or self._wound(year, business)
            left = _LENGTHS[unit] * duration.amount - already // _TICK
            wanted = table.by((start - _EPOCH) // _TICK) + left * self._scale
            while wanted > table.total:
                wanted -= table.total
                year += 1
                table = self._year(year, business)
            return _at(table.when(wanted))
        except OverflowError:
            return _END_OF_TIME

    def elapsed(self, start: datetime, end: datetime, unit: str) -> timedelta:
        """How much of [start, end] counts for durations written in `unit`; nothing when it ends before it starts."""
        start, end = _utc(start), _utc(end)
        business = unit == BUSINESS_DAY
        if end <= start:
            return _NOTHING
        if self.even and not business:
            return end - start
        counted = self._by(end, business) - self._by(start, business)
        counted += sum(self._year(year, business).total for year in range(start.year, end.year))
        return timedelta(microseconds=counted // self._scale)

    def counted(self, start: datetime, end: datetime, unit: str) -> float:
        """`elapsed` as a number of `unit`s."""
        return self.elapsed(start, end, unit) / NATURAL.get(unit, _DAY)

    def skipped(self, start: datetime, end: datetime, unit: str = BUSINESS_DAY) -> tuple[Skip, ...]:
        """The spans of [start, end] that do not count in full, oldest first."""
        start, end = _utc(start), _utc(end)
        business = unit == BUSINESS_DAY
        if end <= start or (self.even and not business):
            return ()
        years = range(start.year, end.year + 1)
        first, last = _ticks(start), _ticks(end)
        spans = (span for year in years for span in _clipped(self._year(year, business), first, last))
        return tuple(skip for from_, to, pause in _joined(spans) for skip in self._skips(from_, to, pause))

    def _skips(self, from_: int, to: int, pause: Pause | None) -> Iterator[Skip]:
        first, last, left = _at(from_), _at(to), to - from_
        if pause is not None:
            kept = int(left / pause.factor) if pause.factor else 0
            yield Skip(first, last, pause.why, pause.name, timedelta(microseconds=left - kept), pause.factor)
            left = kept
        if left and self.slow:
            lost = left - int(left / self.slow.factor)
            yield Skip(first, last, Reason.REMOTE, self.slow.name, timedelta(microseconds=lost), self.slow.factor)

    def _by(self, at: datetime, business: bool) -> int:
        return self._year(at.year, business).by(_ticks(at))

    def _year(self, year: int, business: bool) -> _Year:
        return self._years.get((year, business)) or self._wound(year, business)

    def _wound(self, year: int, business: bool) -> _Year:
        if year > MAXYEAR:
            raise OverflowError("no year comes after the last one")
        begin = _ticks(datetime(year, 1, 1, tzinfo=UTC))
        end = _ticks(datetime(year + 1, 1, 1, tzinfo=UTC) if year < MAXYEAR else _END_OF_TIME)
        pauses = (*self.pauses(year), *(self.rests(year) if business else ()))
        stretches = list(_stretches(pauses, self.zones, begin, end))
        begins = [from_ for from_, _ in stretches]
        paces = [self._pace(pause) for _, pause in stretches]
        counted = [0]
        for (from_, to), pace in zip(pairwise((*begins, end)), paces, strict=True):
            counted.append(counted[-1] + (to - from_) * pace)
        total = counted.pop()
        self._years[year, business] = made = _Year(
            begins, counted, paces, [pause for _, pause in stretches], end, total
        )
        return made

    def _pace(self, pause: Pause | None) -> int:
        if pause is not None and not pause.factor:
            return 0
        slowness = (self.slow.factor if self.slow else 1) * (pause.factor if pause else Fraction(1))
        return int(self._scale / slowness)


# --- from days to instants -----------------------------------------------------------------------


def _stretches(
    pauses: Iterable[Pause], zones: tuple[tzinfo, ...], begin: int, end: int
) -> Iterator[tuple[int, Pause | None]]:
    """Where each stretch begins, and what holds the clock up in it."""
    spans = sorted(((*_span(pause, zones), pause) for pause in pauses), key=lambda span: span[:2])
    edges = sorted({begin, *(edge for from_, to, _ in spans for edge in (from_, to) if begin < edge < end)})
    coming, around = iter(spans), list[tuple[int, int, Pause]]()
    span = next(coming, None)
    for edge in edges:
        while span is not None and span[0] <= edge:
            around.append(span)
            span = next(coming, None)
        around = [each for each in around if each[1] > edge]
        yield edge, _strongest([pause for _, _, pause in around])


def _strongest(pauses: list[Pause]) -> Pause | None:
    """What stands still outdoes what is slow; of several, what the courier says outdoes what the calendar does."""
    still = [pause for pause in pauses if not pause.factor]
    if still:
        return next((pause for pause in still if pause.why is Reason.STOPPAGE), still[0])
    return max(pauses, key=lambda pause: pause.factor, default=None)


def _span(pause: Pause, zones: tuple[tzinfo, ...]) -> tuple[int, int]:
    """From the first zone's midnight to the last one's."""
    return min(_midnight(pause.first, zone) for zone in zones), max(_midnight(pause.last, zone, 1) for zone in zones)


def _midnight(day: date, zone: tzinfo, later: int = 0) -> int:
    """Where a day begins. Where a clock change leaves its midnight out, with the change; of two, at the first."""
    try:
        day += _DAY * later
        return _ticks(datetime(day.year, day.month, day.day, tzinfo=zone))
    except OverflowError:
        return _ticks(_END_OF_TIME)


# --- from instants to spans ----------------------------------------------------------------------


def _clipped(year: _Year, start: int, end: int) -> Iterator[tuple[int, int, Pause | None]]:
    for (from_, to), pause in zip(pairwise((*year.begins, year.end)), year.pauses, strict=True):
        if from_ < end and to > start:
            yield max(from_, start), min(to, end), pause


def _joined(spans: Iterable[tuple[int, int, Pause | None]]) -> Iterator[tuple[int, int, Pause | None]]:
    """Neighbours of one reason and name as one: days of a festival, and a pause that outlasts the year."""
    for _, group in groupby(spans, key=lambda span: span[2] and (span[2].why, span[2].name, span[2].factor)):
        parts = list(group)
        yield parts[0][0], parts[-1][1], parts[0][2]


# --- instants ------------------------------------------------------------------------------------


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _at(ticks: int) -> datetime:
    return _EPOCH + ticks * _TICK


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be counted with: {at.isoformat()}")
    return at.astimezone(UTC)
