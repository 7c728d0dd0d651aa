"""How many parcels waited through each age, and how many came: sums that forget.

A parcel weighs twice as much as one that was handed over a half-life earlier, and always the same: a weight grows with
the day of the hand-off instead of shrinking with every day that passes. What was counted can be taken back to the last
bit that matters, the order of counting does not matter either, and nothing ever has to be gone through to forget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

BIN: Final = timedelta(hours=8)
"""Of business time; three of them are a business day."""
BINS: Final = 120
"""Ages beyond these are not learned: forty business days."""
HALF_LIFE: Final = timedelta(days=60)
WEEK: Final = 7

_BEGINNING: Final = datetime(2020, 1, 1, tzinfo=UTC)
_MOST: Final = 900.0


def weight(handed_at: datetime) -> float:
    """How much a parcel counts that was handed over then."""
    return float(2.0 ** min((handed_at - _BEGINNING) / HALF_LIFE, _MOST))


@dataclass(frozen=True, slots=True)
class Day:
    """How many parcels should have come on a day, and how many did; in parcels, not in weights."""

    on: date
    expected: float = 0.0
    came: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be counted: a parcel of this `weight` waited through the ages [`from_`, `to`).

    Where they run backwards it did not, after all: they are taken back. `came`: the age at which it arrived, None while
    it has not. `days`: what of that was on which day, as far as it was lately.
    """

    weight: float
    from_: int
    to: int
    came: int | None = None
    days: tuple[Day, ...] = ()

    def without_days(self) -> Change:
        """For a lane, whose pace is that of where it leads."""
        return replace(self, days=()) if self.days else self


@dataclass(frozen=True, slots=True)
class Count:
    """What one level has seen. `waited`, `came`: weights of parcels, by age. `days`: of the last week, oldest first."""

    waited: tuple[float, ...] = ()
    came: tuple[float, ...] = ()
    days: tuple[Day, ...] = ()

    def plus(self, *changes: Change) -> Count:
        waited, came = list(self.waited), list(self.came)
        for change in changes:
            _wait(waited, change)
            _come(came, change)
        return Count(tuple(waited), tuple(came), _together(self.days, [day for each in changes for day in each.days]))


def _wait(waited: list[float], change: Change) -> None:
    first, last = sorted((change.from_, change.to))
    each = change.weight if change.from_ <= change.to else -change.weight
    waited += [0.0] * (last - len(waited))
    for place in range(first, last):
        waited[place] += each


def _come(came: list[float], change: Change) -> None:
    if change.came is not None:
        came += [0.0] * (change.came + 1 - len(came))
        came[change.came] += change.weight


def _together(before: tuple[Day, ...], more: list[Day]) -> tuple[Day, ...]:
    if not more:
        return before
    days = {day.on: day for day in before}
    for day in more:
        known = days.get(day.on, Day(day.on))
        days[day.on] = Day(day.on, known.expected + day.expected, known.came + day.came)
    # One more than a week: today is not over.
    return tuple(days[on] for on in sorted(days)[-WEEK - 1 :])
