"""From [calendar], [[peaks]], [[stoppages]] and [[remote]] to the core's calendar, and what is wrong between them.

What belongs here: what is written about days.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from parcelwatch.config.models import File
from parcelwatch.config.problems import Problem
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.core.timekeeping.calendar import Calendar, Dates, Peak, Remote, Stoppage
from parcelwatch.reference.almanac import ALMANAC

# A year that has a 29 February, in which all yearly days can be laid.
_ANY_YEAR = 2024


def calendar(file: File) -> Calendar:
    """The world's days with the file's own."""
    return Calendar(
        ALMANAC,
        country=file.calendar.country,
        closed=tuple(Dates(day, day) for day in file.calendar.closed),
        open=tuple(Dates(day, day) for day in file.calendar.open),
        peaks=peaks(file),
        stoppages=tuple(
            Stoppage(each.why, Dates(each.from_, each.to), each.courier, each.company, each.country)
            for each in file.stoppages
        ),
        remote=tuple(Remote(_fraction(each.factor), each.destination, each.postal, each.name) for each in file.remote),
    )


def peaks(file: File) -> tuple[Peak, ...]:
    return tuple(
        Peak(each.name, Dates(each.from_, each.to), _fraction(each.factor), each.country) for each in file.peaks
    )


def errors(file: File) -> Iterator[Problem]:
    """Peaks that are one time at one place in two sizes."""
    for (_, one), (position, other) in combinations(enumerate(peaks(file)), 2):
        if _share_a_place(one.country, other.country) and (day := _shared_day(one.dates, other.dates)):
            text = f'"{other.name}" overlaps "{one.name}" ({day}): which factor holds? Let one end before the other'
            yield Problem(("peaks", position), text)


def warnings(file: File) -> Iterator[Problem]:
    """What can never come about."""
    for position, each in enumerate(file.stoppages):
        if each.courier and file.couriers and each.courier not in file.couriers:
            meant = did_you_mean(each.courier, file.couriers)
            at = ("stoppages", position, "courier")
            yield Problem(at, f'no account "{each.courier}"{meant}: this stoppage holds no parcel')
    for position, peak in enumerate(file.peaks):
        if peak.factor == 1:
            yield Problem(("peaks", position), "has no factor above 1, so nothing takes longer")
    for day in sorted(set(file.calendar.closed) & set(file.calendar.open)):
        yield Problem(("calendar", "open"), f'"{day}" is also among `closed`, which wins')


def _share_a_place(one: str, other: str) -> bool:
    return not one or not other or f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-")


def _shared_day(one: Dates, other: Dates) -> str:
    """A day of both, "" when there is none."""
    dated = [int(dates.from_[:4]) for dates in (one, other) if not dates.yearly]
    for first, last in one.near(dated[0] if dated else _ANY_YEAR):
        for begins, ends in other.near(first.year):
            if first <= ends and begins <= last:
                return f"{max(first, begins):%m-%d}" if not dated else f"{max(first, begins)}"
    return ""


def _fraction(factor: float) -> Fraction:
    """As it was written: 1.1 is eleven tenths."""
    return Fraction(str(factor))
