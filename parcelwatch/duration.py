"""Durations and rates as the configuration writes them: "90s", "15m", "48h", "3d", "2bd"; "3/s", "1/31m".

What belongs here: reading them, writing them back, and which of two is longer. When a duration ends is
`core.timekeeping.calendar`'s business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

BUSINESS_DAY: Final = "bd"
NATURAL: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
UNITS: Final = (*NATURAL, BUSINESS_DAY)
LONGEST: Final = timedelta(days=3660)

_LENGTHS = {**NATURAL, BUSINESS_DAY: NATURAL["d"] * 7 / 5}

_WRITTEN = re.compile(r"([0-9]{1,12})(s|m|h|d|bd)")
_MEANT = re.compile(r"([0-9]{1,12})\s*([a-z\u4e00-\u9fff ]+)")
_RATE = re.compile(r"([0-9]{1,9})/([0-9]{0,9})([smhd])")
_WORDS = {
    "s": ("s", "sec", "secs", "second", "seconds", "秒"),
    "m": ("m", "min", "mins", "minute", "minutes", "分", "分钟"),
    "h": ("h", "hr", "hrs", "hour", "hours", "小时", "时"),
    "d": ("d", "day", "days", "天", "日"),
    "bd": ("bd", "b d", "business day", "business days", "working day", "working days", "workdays", "工作日"),
}
_UNIT_OF_WORD = {word: unit for unit, words in _WORDS.items() for word in words}
_EXPECTED = 'a duration such as "90s", "15m", "48h", "3d" or "2bd" (business days)'
_EXPECTED_RATE = 'a rate such as "3/s", "250/d" or "1/31m" (one call in 31 minutes)'


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of seconds, minutes, hours, days, or business days, kept in the unit it was written in.

    `length` is natural time, to tell which of two is longer: a business day weighs 7/5 of a day, as over a whole week.
    """

    amount: int
    unit: str
    length: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.unit not in UNITS or self.amount < 0:
            raise ValueError(f"no such duration: {self.amount} {self.unit}")
        if self.amount > LONGEST // _LENGTHS[self.unit]:
            raise ValueError(f'"{self.amount}{self.unit}" is longer than ten years')
        object.__setattr__(self, "length", _LENGTHS[self.unit] * self.amount)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def business(self) -> bool:
        return self.unit == BUSINESS_DAY

    def natural(self) -> timedelta:
        """The exact length. Raises ValueError for business days, which have none without a calendar."""
        if self.business:
            raise ValueError(f'business days cannot be used here; write natural time, such as "{self.amount}d"')
        return self.length


def parse(text: str) -> Duration:
    """Read "48h". Raises ValueError that says what was expected and, where we can tell, what was meant."""
    written = _WRITTEN.fullmatch(text)
    if not written:
        raise ValueError(f'expected {_EXPECTED}, got "{text}"{_did_you_mean(text)}')
    return Duration(int(written[1]), written[2])


def _did_you_mean(text: str) -> str:
    plain = text.strip().lower()
    if plain.isascii() and plain.isdigit():
        return ": the unit is missing"
    meant = _MEANT.fullmatch(plain)
    unit = _UNIT_OF_WORD.get(meant[2].strip()) if meant else None
    return f' (did you mean "{meant[1]}{unit}"?)' if meant and unit else ""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` calls in every `period_seconds`."""

    count: int
    period_seconds: int

    def __str__(self) -> str:
        period = timedelta(seconds=self.period_seconds)
        unit = next(unit for unit in ("d", "h", "m", "s") if not period % NATURAL[unit])
        periods = period // NATURAL[unit]
        return f"{self.count}/{periods if periods > 1 else ''}{unit}"


def parse_rate(text: str) -> Rate:
    """Read "3/s", "250/d", "1/5s" or "1/31m". Raises ValueError that says what was expected."""
    written = _RATE.fullmatch(text.replace(" ", ""))
    if not written:
        raise ValueError(f'expected {_EXPECTED_RATE}, got "{text}"')
    period = NATURAL[written[3]] * int(written[2] or 1)
    rate = Rate(int(written[1]), int(period.total_seconds()))
    if not rate.count or not rate.period_seconds:
        raise ValueError(f'expected {_EXPECTED_RATE}, got "{text}": neither number can be 0')
    if period > LONGEST:
        raise ValueError(f'"{text}" spreads its calls over more than ten years')
    return rate
