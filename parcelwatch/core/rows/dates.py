"""Days and times as people, shops and spreadsheets write them.

What belongs here: from a text to a datetime, and what is said where one text may be two days. Which zone a time without
an offset is in, is the caller's to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from parcelwatch.errors import BadInput

ORDERS: Final = {"d/m/y": "dmy", "m/d/y": "mdy", "y/m/d": "ymd"}
"""How a file writes its days, as --date-format says it."""

_YEARS: Final = range(2000, 2100)
_HOW: Final = "write 2026-03-31, 2026-03-31T18:00 or 2026-03-31T18:00+08:00"
_CLOCK: Final = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<offset>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?",
    re.IGNORECASE,
)
_DAY: Final = re.compile(
    r"(?:(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})"
    r"|(?P<year_>[0-9]{4})(?P<month_>[0-9]{2})(?P<day_>[0-9]{2})"
    r"|(?P<nian>[0-9]{4})年(?P<yue>[0-9]{1,2})月(?P<ri>[0-9]{1,2})[日号]"
    r"|(?P<first>[0-9]{1,2})(?P<between>[-/.])(?P<second>[0-9]{1,2})(?P=between)(?P<third>[0-9]{4}|[0-9]{2})"
    r"|(?P<before>[0-9]{1,2})\.?[- ](?P<named>[A-Za-z]{3,9})\.?,?[- ](?P<after>[0-9]{4}|[0-9]{2})"
    r"|(?P<named_>[A-Za-z]{3,9})\.?[- ](?P<before_>[0-9]{1,2}),?[- ](?P<after_>[0-9]{4}|[0-9]{2}))"
    r"(?:[T ,]+(?P<clock>[0-9].*)|(?<=[日号])(?P<clock_>[0-9].*))?"
)
_MONTHS: Final = {
    name: month
    for month, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_LETTERS: Final = re.compile("[dmyj]")
_SIGN: Final = re.compile(r"[0-9]{1,2}([-/.])")
# A day as spreadsheets count it, and what part of it is over.
_SERIAL: Final = re.compile(r"[0-9]{5}(?:[.,][0-9]{1,12})?")
_FIRST_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a day


class TwoDays(BadInput):
    """A day that may be another, as 03/04/2026 may."""

    def typed(self) -> BadInput:
        """The same for whoever can say how a file writes its days."""
        return BadInput(f"{self}, or say --date-format d/m/y")


@lru_cache(maxsize=1024)
def time_of(text: str, order: str = "") -> tuple[datetime, bool]:
    """A time as written, naive without an offset; True for a bare day. `order`: one of ORDERS' values, "" if not known.

    Raises BadInput for what is no time, TwoDays for a day that may be another.
    """
    written = _DAY.fullmatch(text)
    if not written and _SERIAL.fullmatch(text):
        return _counted(text)
    if not written:
        raise _no_time(text, _HOW)
    day = _day(text, written, order)
    if day.year not in _YEARS:
        raise _no_time(text, f"expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    clock = written["clock"] or written["clock_"]
    return (_at(text, day, clock), False) if clock else (day, True)


def _counted(text: str) -> tuple[datetime, bool]:
    whole, _, part = text.replace(",", ".").partition(".")
    at = _FIRST_DAY + timedelta(days=int(whole), seconds=round(float(f"0.{part or 0}") * 86400))
    if at.year not in _YEARS:
        raise _no_time(text, _HOW)
    return at, not part.strip("0")


def fits(text: str) -> tuple[str, frozenset[str]]:
    """The sign in a day of three numbers, and the orders in which they are one: 13/04/2026 is only d/m/y.

    "" for what is no such day.
    """
    written = _DAY.fullmatch(text) if text[:1].isdigit() else None
    if not written or not written["first"]:
        return "", frozenset()
    parts = written["first"], written["second"], written["third"]
    orders = _orders(written["between"], parts[2], "")
    return written["between"], frozenset(each for each in orders if any(_readings(written, each)))


def sign_of(text: str) -> str:
    """The sign between the numbers of a day, "" where there is none."""
    found = _SIGN.match(text)
    return found[1] if found else ""


def order_of(text: str) -> str:
    """What --date-format says: "d/m/y", "DD.MM.YYYY" and "%d/%m/%Y" are one. Raises BadInput."""
    letters = _LETTERS.findall(text.lower().replace("j", "y"))
    order = "".join(dict.fromkeys(letters))
    if order not in ORDERS.values():
        raise BadInput(f"--date-format {text[:40]!r}: write {', '.join(ORDERS)}, in the order in which the days are")
    return order


def _day(text: str, written: re.Match[str], order: str) -> datetime:
    days = sorted(set(_readings(written, order)))
    if len(days) > 1:
        either = " or ".join(f"{day:%Y-%m-%d}" for day in days)
        raise TwoDays(f"{text[:40]!r} may be {either}: write the one that is meant")
    if not days:
        fits = f" in the order {'/'.join(order)}" if order and written["first"] else ""
        raise _no_time(text, f"there is no such day{fits}")
    return days[0]


def _readings(written: re.Match[str], order: str) -> Iterator[datetime]:
    """Every day there is that the text may mean."""
    for year, month, day in _numbers(written, order):
        try:
            yield datetime(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: DTZ001 - a day
        except ValueError:
            continue


def _numbers(written: re.Match[str], order: str) -> Iterator[tuple[str, str, str]]:
    for year, month, day in (("year", "month", "day"), ("year_", "month_", "day_"), ("nian", "yue", "ri")):
        if written[year]:
            yield written[year], written[month], written[day]
    for year, month, day in (("after", "named", "before"), ("after_", "named_", "before_")):
        if written[year]:
            yield written[year], str(_MONTHS.get(written[month][:3].lower(), 0)), written[day]
    if written["first"]:
        parts = written["first"], written["second"], written["third"]
        for each in _orders(written["between"], parts[2], order):
            one = dict(zip(each, parts, strict=True))
            yield one["y"], one["m"], one["d"]


def _orders(sign: str, last: str, order: str) -> tuple[str, ...]:
    """The orders in which three numbers may stand. With dots between them nobody writes the month first."""
    if order and (order != "ymd" or len(last) == 2):
        return (order,)
    if sign == ".":
        return ("dmy",)
    return ("dmy", "mdy") if len(last) == 4 else ("dmy", "mdy", "ymd")


def _at(text: str, day: datetime, clock: str) -> datetime:
    written = _CLOCK.fullmatch(clock.strip())
    if not written:
        raise _no_time(text, _HOW)
    hour, offset = int(written["hour"]), (written["offset"] or "").upper()
    if written["half"]:
        hour = hour % 12 + (12 if written["half"] in "pP" else 0) if 1 <= hour <= 12 else 24
    iso = f"{day:%Y-%m-%d}T{hour:02}:{written['minute']}:{written['second'] or '00'}"
    try:
        return datetime.fromisoformat(iso + ("Z" if offset in ("UTC", "GMT") else offset))
    except ValueError:
        raise _no_time(text, "there is no such hour") from None


def _no_time(text: str, why: str) -> BadInput:
    return BadInput(f"{text[:40]!r} is no time: {why}")
