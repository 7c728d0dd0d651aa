"""From counts to a chance: hazards that lean on the wider level, this week's pace, and what they come to.

The chance that a parcel, still waiting at an age, has not come at a later one is exp(-pace x risk): `risk` is what the
hazards between the two ages add up to, and `pace` how this week's deliveries compare with what was to be expected.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import exp, expm1, log, log1p
from typing import Final

from parcelwatch.core.learn.counts import BINS, WEEK, Count, Day, weight
from parcelwatch.core.learn.levels import Key, Scope
from parcelwatch.model.frequent import frequent

LEANS: Final = 15.0
"""So many parcels of the wider level stand beside those of a level."""
THIN: Final = 30.0
"""A level speaks of an age that so many of its parcels have reached."""
_ENDS: Final = log(2)
"""Nor does one that has not seen half of its parcels come: of those that wait, nobody knows yet how long they will."""
_PACE_LEANS: Final = 50.0
SLOWEST: Final = 0.5
_FASTEST: Final = 1.5
_SURE: Final = 0.99


@dataclass(frozen=True, slots=True)
class Level:
    """The hazards of one level as they were on one day.

    `risks`: what they add up to until each age. `reached`: how many parcels, as if all were of that day, waited through
    it.
    """

    scope: Scope
    name: str
    risks: Sequence[float]
    reached: Sequence[float]

    def risk(self, age: float) -> float:
        """What the hazards add up to until an age, in bins; past the last of them it goes on as there."""
        place = min(int(age), BINS - 1)
        return self.risks[place] + (age - place) * (self.risks[place + 1] - self.risks[place])

    def n(self, age: float) -> float:
        return self.reached[min(int(age), BINS - 1)]


@frequent
@dataclass(frozen=True, slots=True)
class Outlook:
    """What was known of parcels like one, on one day; the widest level first. `pace`: that of the seven days before.

    `until`: the midnight from which on more may be known; None where nothing more is learned.
    """

    levels: tuple[Level, ...]
    pace: float = 1.0
    until: datetime | None = None

    def at(self, age: float) -> Level | None:
        """The narrowest level that has seen enough parcels of this age; None where even the widest has not."""
        known = (level for level in reversed(self.levels) if level.n(age) >= THIN and level.risks[-1] >= _ENDS)
        return next(known, None)

    def late(self, age: float, end: float) -> float | None:
        """The chance that what waits at `age` still does at `end`; None where too little is known."""
        level = self.at(age)
        return None if level is None else exp(-self.pace * (level.risk(end) - level.risk(age)))


def look_ahead(seen: Sequence[tuple[Key, Count]], at: datetime) -> Outlook:
    """What the counts of some levels, the widest first, say at a time."""
    found: list[Level] = []
    pace = 1.0
    for key, count in seen:
        level, pace = deeper(found[-1] if found else None, pace, key, count, at)
        found.append(level)
    return Outlook(tuple(found), pace, tomorrow(at))


def tomorrow(at: datetime) -> datetime:
    """The next midnight, UTC: what others teach is looked at once a day."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(0), UTC)


def deeper(wider: Level | None, pace: float, key: Key, count: Count, at: datetime) -> tuple[Level, float]:
    """The next narrower level, with its pace; a lane's is that of where it leads."""
    level = deepened(wider, key, count, at)
    return level, pace if key[0] is Scope.LANE else paced(count.days, at.date(), pace)


def deepened(wider: Level | None, key: Key, count: Count, at: datetime) -> Level:
    """A level that leans on a wider one. Where there is none, an age leans on the age before it."""
    now = 1.0 / weight(at)
    waited, came = (_lengthened(values, now) for values in (count.waited, count.came))
    priors = wider.risks if wider else None
    risks = array("d", [0.0])
    total = hazard = 0.0
    for place in range(BINS):
        prior = -expm1(priors[place] - priors[place + 1]) if priors else hazard
        hazard = min((came[place] + LEANS * prior) / (waited[place] + LEANS), _SURE)
        total -= log1p(-hazard)
        risks.append(total)
    return Level(*key, risks, waited)


def _lengthened(values: Sequence[float], now: float) -> array[float]:
    """In parcels of now; what was taken back may leave a rounding below nothing."""
    return array("d", [max(0.0, value * now) for value in values] + [0.0] * (BINS - len(values)))


def paced(days: Sequence[Day], today: date, wider: float) -> float:
    """How many parcels came in the seven days before today for each that was to be expected; leans on the wider."""
    first = today - timedelta(days=WEEK)
    week = [day for day in days if first <= day.on < today]
    expected, came = sum(day.expected for day in week), sum(day.came for day in week)
    return min(max((came + _PACE_LEANS * wider) / (max(expected, 0.0) + _PACE_LEANS), SLOWEST), _FASTEST)
