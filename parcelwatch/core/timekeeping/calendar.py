"""Business time: which days count where, what makes things take longer, and the clock of every place.

What belongs here: choosing days. A business day is 24 hours of days on which people work in the place the parcel is in:
the clock stands still over weekends and public holidays there, so Friday 17:00 + 1bd is Monday 17:00. Stoppages and
peaks hold up every duration, in hours too. How time is then added up is clockwork.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, timedelta, tzinfo
from fractions import Fraction
from typing import Final, Protocol

from parcelwatch.core.timekeeping.clockwork import Clock, Pause, Reason, Slowness
from parcelwatch.core.timekeeping.whereabouts import Gazetteer, Whereabouts, split
from parcelwatch.model import Parcel

_FRIDAY: Final = 4
_DAY: Final = timedelta(days=1)
_KNOWN_CLOCKS: Final = 1024
# Days of the years beside one that may reach into it: no zone is further from UTC.
_MARGIN: Final = 2


@dataclass(frozen=True, slots=True)
class Year:
    """One year of one place.

    `off`: the days on which people do not work, each with what it is called, "" for a mere weekend; a day that is made
    up for is not among them. `standstill`: the days on which nothing moves at all, so that hours do not count either.
    """

    off: Mapping[date, str]
    standstill: Mapping[date, str] = field(default_factory=dict)


class Almanac(Gazetteer, Protocol):
    """What is known of the world's days and zones: the same for ever under one `edition`."""

    @property
    def edition(self) -> str: ...

    @property
    def festive(self) -> frozenset[str]:
        """The countries in which some days of some years are a standstill."""
        ...

    def zones(self, country: str, region: str) -> tuple[tzinfo, ...]:
        """The zones a place may be in; () for a country we do not know."""
        ...

    def year(self, country: str, region: str, year: int) -> Year:
        """The days of a place, weekends alone where its holidays are not known."""
        ...


@dataclass(frozen=True, slots=True)
class Weekends:
    """The almanac that knows nothing but Saturdays and Sundays."""

    edition: str = "weekends"
    festive: frozenset[str] = frozenset()
    divided: tuple[str, ...] = ()

    def zones(self, country: str, region: str) -> tuple[tzinfo, ...]:
        del country, region
        return ()

    def year(self, country: str, region: str, year: int) -> Year:
        del country, region
        return Year(weekends(year))

    def country(self, name: str) -> str:
        del name
        return ""

    def regions(self, country: str) -> frozenset[str]:
        del country
        return frozenset()


def weekends(year: int) -> dict[date, str]:
    """Saturdays and Sundays, which have no name."""
    return {day: "" for day in _days(date(year, 1, 1), date(year, 12, 31)) if day.weekday() > _FRIDAY}


@dataclass(frozen=True, slots=True)
class Dates:
    """From one day to another, both included: "2026-02-14" to "2026-02-23", or every year "12-20" to "01-05".

    Raises ValueError where they are not of one kind, or end before they begin.
    """

    from_: str
    to: str

    def __post_init__(self) -> None:
        if len(self.from_) != len(self.to):
            raise ValueError(f'both days with their year or both without: "{self.from_}", "{self.to}"')
        if not self.yearly and self.to < self.from_:
            raise ValueError(f"it ends ({self.to}) before it begins ({self.from_})")

    @property
    def yearly(self) -> bool:
        return len(self.from_) == len("12-24")

    def near(self, year: int) -> Iterator[tuple[date, date]]:
        """Each time they come about in a year, or in those beside it."""
        if not self.yearly:
            first, last = date.fromisoformat(self.from_), date.fromisoformat(self.to)
            if first.year - 1 <= year <= last.year + 1:
                yield first, last
            return
        for begins in _around(year):
            ends = begins + (self.to < self.from_)
            if ends <= MAXYEAR:
                yield _day_of(begins, self.from_), _day_of(ends, self.to)


@dataclass(frozen=True, slots=True)
class Peak:
    """Days on which everything takes `factor` times as long; `country` is where, "" for everywhere."""

    name: str
    dates: Dates
    factor: Fraction
    country: str = ""


@dataclass(frozen=True, slots=True)
class Stoppage:
    """Days on which a courier moves nothing; "" matches every account, company and country."""

    why: str
    dates: Dates
    courier: str = ""
    company: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """Destinations to which everything takes `factor` times as long. `postal`: how codes there begin, () for all."""

    factor: Fraction
    destination: str
    postal: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The days of every place, with the shop's own.

    `country`: where the shop is ("DE", "DE-BY"). `closed`, `open`: its days there, or everywhere if that is not said,
    that are no business days whatever the almanac says, or are some.
    """

    almanac: Almanac = field(default_factory=Weekends, compare=False)
    country: str = ""
    closed: tuple[Dates, ...] = ()
    open: tuple[Dates, ...] = ()
    peaks: tuple[Peak, ...] = ()
    stoppages: tuple[Stoppage, ...] = ()
    remote: tuple[Remote, ...] = ()
    edition: str = field(init=False, default="")
    _clocks: dict[tuple[object, ...], Clock] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "edition", self.almanac.edition)

    def at(self, country: str = "", region: str = "") -> Clock:
        """The clock of a place, for whatever no courier's stoppage and no remoteness concerns."""
        return self._clocks.get((country, region)) or self._made(country, region)

    @property
    def home(self) -> Clock:
        """The shop's own clock, for what people agree on there: neither peaks nor couriers hold it up."""
        where = Whereabouts(*split(self.country))
        zones = self.almanac.zones(where.country, where.region) or (UTC,)
        return Clock(self.country, zones, rests=lambda year: self._rests(where, year))

    def clock(self, where: Whereabouts, parcel: Parcel) -> Clock:
        """The clock of a parcel: of the place it is in, of the courier that has it, and of where it is to go."""
        if not (self.stoppages or self.remote):
            return self.at(where.country, where.region)
        standing = self._standing(where, parcel)
        far = self._far(parcel) if where.under_way else None
        if not standing and far is None:
            return self.at(where.country, where.region)
        key = (where.country, where.region, standing, far)
        return self._clocks.get(key) or self._made(*key)

    def _standing(self, where: Whereabouts, parcel: Parcel) -> tuple[Stoppage, ...]:
        return tuple(
            each
            for each in self.stoppages
            if each.courier in ("", parcel.courier)
            and each.company in ("", parcel.company)
            and _may_lie(where, each.country)
        )

    def _far(self, parcel: Parcel) -> Remote | None:
        """What makes its destination remote: of several, what takes longest."""
        there = Whereabouts(*split(parcel.destination))
        code = "".join(parcel.postal_code.split()).upper()
        fit = (
            each
            for each in self.remote
            if _lies(there, each.destination) and (not each.postal or code.startswith(each.postal))
        )
        return max(fit, key=lambda each: each.factor, default=None)

    def _made(self, country: str, region: str, standing: tuple[Stoppage, ...] = (), far: Remote | None = None) -> Clock:
        where = Whereabouts(country, region)
        peaks = tuple(peak for peak in self.peaks if _may_lie(where, peak.country))
        clock = Clock(
            place="-".join(filter(None, (country, region))),
            zones=self.almanac.zones(country, region) or (UTC,),
            rests=lambda year: self._rests(where, year),
            pauses=lambda year: self._pauses(where, standing, peaks, year),
            factors=tuple(peak.factor for peak in peaks),
            slow=Slowness(far.factor, far.name) if far else None,
            even=not (standing or peaks or country in self.almanac.festive),
        )
        if len(self._clocks) >= _KNOWN_CLOCKS:
            self._clocks.clear()
        self._clocks[(country, region, standing, far) if standing or far else (country, region)] = clock
        return clock

    # --- the days of a year ----------------------------------------------------------------------

    def _rests(self, where: Whereabouts, year: int) -> Iterator[Pause]:
        """Days that are no business days, neighbours of one name as one."""
        off = dict[date, tuple[Reason, str]]()
        for each in self._years(where, year):
            off.update({day: (Reason.HOLIDAY if name else Reason.WEEKEND, name) for day, name in each.off.items()})
        if _lies(where, self.country):
            for day in _all(self.open, year):
                off.pop(day, None)
        if _may_lie(where, self.country):
            off.update(dict.fromkeys(_all(self.closed, year), (Reason.CLOSED, "")))
        near = range(date(year, 1, 1).toordinal() - _MARGIN, date(year, 12, 31).toordinal() + _MARGIN + 1)
        return _runs({day: label for day, label in off.items() if day.toordinal() in near})

    def _pauses(
        self, where: Whereabouts, standing: tuple[Stoppage, ...], peaks: tuple[Peak, ...], year: int
    ) -> Iterator[Pause]:
        for stoppage in standing:
            yield from (Pause(*span, Reason.STOPPAGE, stoppage.why) for span in stoppage.dates.near(year))
        still = {day: name for each in self._years(where, year) for day, name in each.standstill.items()}
        if _lies(where, self.country):
            for day in _all(self.open, year):
                still.pop(day, None)
        yield from _runs({day: (Reason.HOLIDAY, name) for day, name in still.items()})
        for peak in peaks:
            yield from (Pause(*span, Reason.PEAK, peak.name, peak.factor) for span in peak.dates.near(year))

    def _years(self, where: Whereabouts, year: int) -> Iterator[Year]:
        return (self.almanac.year(where.country, where.region, each) for each in _around(year))


# --- dates ---------------------------------------------------------------------------------------


def _lies(where: Whereabouts, wanted: str) -> bool:
    """For certain."""
    country, region = split(wanted)
    return country in ("", where.country) and region in ("", where.region)


def _may_lie(where: Whereabouts, wanted: str) -> bool:
    """What holds a clock up in a region does so wherever in the country a parcel may be in that region."""
    return _lies(where, wanted) or (not where.region and _lies(where, split(wanted)[0]))


def _around(year: int) -> range:
    """A year and its neighbours: a day's local midnight may fall into another one."""
    return range(max(MINYEAR, year - 1), min(MAXYEAR, year + 1) + 1)


def _days(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))


def _all(dates: Iterable[Dates], year: int) -> list[date]:
    return [day for each in dates for span in each.near(year) for day in _days(*span)]


def _day_of(year: int, written: str) -> date:
    """A day of every year, of this one; 29 February is the day before 1 March where there is none."""
    month, day = map(int, written.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


def _runs(labels: Mapping[date, tuple[Reason, str]]) -> Iterator[Pause]:
    first: date | None = None
    last = date.min
    for day in sorted(labels):
        if first is not None and (day - last > _DAY or labels[day] != labels[first]):
            yield Pause(first, last, *labels[first])
            first = None
        first, last = first or day, day
    if first is not None:
        yield Pause(first, last, *labels[first])
