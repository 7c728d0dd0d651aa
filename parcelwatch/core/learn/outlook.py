"""From counts to a chance: hazards that lean on the wider level, this week's pace, and what they come to.

The chance that a parcel, still waiting at an age, has not come at a later one is exp(-pace x risk): `risk` is what the
hazards between the two ages add up to, and `pace` how this week's deliveries compare with what was to be expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log1p
from typing import Final

from parcelwatch.core.learn.counts import BINS, WEEK, Count, Day, weight
from parcelwatch.core.learn.levels import Key, Scope

LEANS: Final = 15.0
"""So many parcels of the wider level stand beside those of a level."""
THIN: Final = 30.0
"""A level speaks of an age that so many of its parcels have reached."""
_PACE_LEANS: Final = 50.0
SLOWEST: Final = 0.5
_FASTEST: Final = 1.5
_SURE: Final = 0.99


@dataclass(frozen=True, slots=True)
class Level:
    """The hazards of one level as they were on one day.

    `risks`: what they add up to until each age. `reached`: how many parcels, as if all were of that day, waited through
    it. `pace`: of its last seven days.
    """

    scope: Scope
    name: str
    hazards: tuple[float, ...]
    risks: tuple[float, ...]
    reached: tuple[float, ...]
    pace: float

    def risk(self, age: float) -> float:
        """What the hazards add up to until an age, in bins; past the last of them it goes on as there."""
        place = min(int(age), BINS - 1)
        return self.risks[place] + (age - place) * (self.risks[place + 1] - self.risks[place])

    def n(self, age: float) -> float:
        return self.reached[min(int(age), BINS - 1)]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was known of parcels like one, on one day; the widest level first."""

    levels: tuple[Level, ...]

    def at(self, age: float) -> Level | None:
        """The narrowest level that has seen enough parcels of this age; None where even the widest has not."""
        return next((level for level in reversed(self.levels) if level.n(age) >= THIN), None)

    def late(self, age: float, end: float, pace: float | None = None) -> float:
        """The chance that what waits at `age` still does at `end`; 0.0 where too little is known.

        `pace`: another one than this week's.
        """
        level = self.at(age)
        if level is None:
            return 0.0
        return exp(-(level.pace if pace is None else pace) * (level.risk(end) - level.risk(age)))


def outlook(seen: Sequence[tuple[Key, Count]], at: datetime) -> Outlook:
    """What the counts of some levels, the widest first, say at a time."""
    found: list[Level] = []
    for key, count in seen:
        found.append(deepened(found[-1] if found else None, key, count, at))
    return Outlook(tuple(found))


def deepened(wider: Level | None, key: Key, count: Count, at: datetime) -> Level:
    """A level that leans on a wider one. Where there is none, an age leans on the age before it."""
    now = weight(at)
    waited, came = (_lengthened(values, now) for values in (count.waited, count.came))
    hazards: list[float] = []
    risks = [0.0]
    for place in range(BINS):
        prior = wider.hazards[place] if wider else (hazards[-1] if hazards else 0.0)
        hazard = min((came[place] + LEANS * prior) / (waited[place] + LEANS), _SURE)
        hazards.append(hazard)
        risks.append(risks[-1] - log1p(-hazard))
    pace = _pace(count.days, at.date(), wider.pace if wider else 1.0)
    return Level(*key, tuple(hazards), tuple(risks), tuple(waited), pace)


def _lengthened(values: tuple[float, ...], now: float) -> list[float]:
    """In parcels of now; what was taken back may leave a rounding below nothing."""
    return [max(0.0, value / now) for value in values] + [0.0] * (BINS - len(values))


def _pace(days: Sequence[Day], today: date, wider: float) -> float:
    first = today - timedelta(days=WEEK)
    week = [day for day in days if first <= day.on < today]
    expected, came = sum(day.expected for day in week), sum(day.came for day in week)
    return min(max((came + _PACE_LEANS * wider) / (max(expected, 0.0) + _PACE_LEANS), SLOWEST), _FASTEST)
