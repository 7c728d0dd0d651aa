"""Which end of a list of scans is the newest, by their days, however a courier writes these.

What belongs here: an order, found by the look of it. When a scan was is each courier's to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeVar

_Key = tuple[tuple[tuple[int, ...], ...], ...]
T = TypeVar("T")
K = TypeVar("K", _Key, datetime)

# The months as they begin in the languages of couriers, all that are one month in one line.
_NAMES: Final = """jan ene gen; feb fév fev; mar mär maa mrt; apr avr abr; may mai mag mei maj; jun juin giu;
jul juil lug; aug aoû aou ago; sep set; oct okt ott out; nov; dec dez dic déc"""
_MONTHS: Final = {name: at for at, names in enumerate(_NAMES.split(";"), 1) for name in names.split()}
_MONTH: Final = rf"({'|'.join(sorted(_MONTHS, key=len, reverse=True))})[^\W\d]{{0,7}}\.?"
_BREAK: Final = r"[,.]?[- ]?(?:de )?"
_DAY: Final = re.compile(
    r"(?<!\d)(?:"
    r"(20\d\d)([-/.] ?)(\d\d?)\2(\d\d?)(?!\d)"
    r"|(20\d\d)([01]\d)([0-3]\d)(?=\D|$|\d{4}(?:\d\d)?(?!\d))"
    r"|(20\d\d) ?[年년] ?(\d\d?) ?[月월] ?(\d\d?)"
    r"|(\d\d?)([-/.] ?)(\d\d?)\12(20\d\d|\d\d)(?![\d.]\d)"
    rf"|(\d\d?)(?:st|nd|rd|th)?{_BREAK}{_MONTH}{_BREAK}(20\d\d|\d\d(?!\d|:))"
    rf"|(20\d\d){_BREAK}{_MONTH}{_BREAK}(\d\d?)(?!\d)"
    rf")|(?<![^\W\d]){_MONTH}{_BREAK}(\d\d?)(?:st|nd|rd|th)?{_BREAK}(20\d\d)"
)
_CLOCK: Final = re.compile(
    r"(?<![\d:])(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d+)?(?: ?([ap])\.?m\b)?|(?<=20\d{6})[t ]?(\d\d)(\d\d)(\d\d)?(?!\d)"
)
_COUNTED: Final = re.compile(r"\b1\d{9}(?:\d{3}){0,3}\b")  # seconds, or finer
_MANY: Final = 100
"""Scans of a list that are looked at, its ends among them."""
_LONGEST: Final = 4_000
"""Characters of a scan that are looked at."""


def newest_last(listed: Sequence[T], when: Callable[[T], datetime | None] | None = None) -> bool:
    """Whether a list gets newer towards its end, False where its times do not say. `when`: what is known of each.

    Where the first two numbers of a day may be either of day and month, they are what puts the list in order.
    """
    some = [*listed[:: max(1, len(listed) // _MANY)], *listed[-1:]]
    if when is not None:
        return _rise(map(when, some)) > 0
    said = [str(one)[:_LONGEST].lower() for one in some]
    return max((_rise([_key(text, day_first=first) for text in said]) for first in (True, False)), key=abs) > 0


def _rise(keys: Iterable[K | None]) -> int:
    """How much oftener times rise than fall from one to the next, or from end to end; unknown ones are passed over."""
    known: list[K] = [key for key in keys if key is not None]
    steps = sum((one < other) - (one > other) for one, other in pairwise(known))
    return steps or int(bool(known) and known[0] < known[-1])


def _key(text: str, *, day_first: bool) -> _Key | None:
    """What puts a scan in order: its days, then its hours, or what it counts; None where it has none."""
    days = tuple(_day(found, day_first=day_first) for found in _DAY.finditer(text))
    counted = tuple((int(one[:10]), int(one[10:] or 0)) for one in _COUNTED.findall(text))
    if any(not (1 <= month <= 12 and 1 <= day <= 31) for _, month, day in days) or not (days or counted):
        return None
    return days, tuple(map(_clock, _CLOCK.finditer(text))) if days else (), counted


def _day(found: re.Match[str], *, day_first: bool) -> tuple[int, int, int]:
    said = [one for one in found.groups() if one and one[:1] not in "-/."]
    named = next((at for at, one in enumerate(said) if not one.isdigit()), None)
    numbers = [_MONTHS[one] if at == named else int(one) for at, one in enumerate(said)]
    first, second, third = numbers
    if first > 999:
        return first, second, third
    day, month = (second, first) if named == 0 or (named is None and not day_first) else (first, second)
    return third % 100 + 2000, month, day


def _clock(found: re.Match[str]) -> tuple[int, ...]:
    hour, minute, second, half, *compact = found.groups()
    if hour is None:
        return tuple(int(one or 0) for one in compact)
    noon = {"a": 0, "p": 12}.get(half or "")
    return int(hour) if noon is None else int(hour) % 12 + noon, int(minute), int(second or 0)
