"""Until when a parcel is held: because its delivery was put off, or for its buyer to fetch it.

What belongs here: the day that a postponement names, and the working day after it where it names none; the deadline of
a locker or shop. That it was put off, or lies ready, the couriers' codes and wordings say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from parcelwatch.core.clockwork import Clock
from parcelwatch.core.timeline import earliest, latest
from parcelwatch.duration import BUSINESS_DAY
from parcelwatch.model import Cause, Entry, Milestone

_DAY: Final = timedelta(days=1)
_FURTHEST: Final = timedelta(days=60)
"""A day further off is no agreed day: nobody holds a parcel for so long."""

_M: Final = Milestone
# What ends the wait, whatever day was agreed.
_KEPT: Final = frozenset(_M) - {_M.UNKNOWN, _M.INFO_RECEIVED, _M.PICKED_UP, _M.IN_TRANSIT, _M.CUSTOMS, _M.EXCEPTION}

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_WEEKDAYS: Final = "mon tue wed thu fri sat sun".split()  # noqa: SIM905
_NAMED: Final = re.compile(
    r"(?<!\d)(?P<year>20\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<yue>\d{1,2})月(?P<ri>\d{1,2})[日号]"
    r"|(?<![\d/.-])(?P<one>\d{1,2})(?P<sign>[/.-])(?P<two>\d{1,2})(?:(?P=sign)(?P<third>(?:20)?\d\d)?)?(?![\d/-])"
    rf"|\b(?P<named>{'|'.join(_MONTHS)})[a-z]*\.? (?P<after>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|\b(?P<before>\d{{1,2}})(?:st|nd|rd|th|\.)? (?P<named_>{'|'.join(_MONTHS)})[a-z]*\b"
    rf"|\b(?P<weekday>{'|'.join(_WEEKDAYS)})(?:(?:s|nes|rs|ur)?day)?\b|(?:周|星期|礼拜)(?P<zhou>[一二三四五六日天])"
    r"|(?P<tomorrow>明[日天]|次日|\btomorrow\b)|(?P<then>后天)",
    re.IGNORECASE,
)

_WITHIN: Final = re.compile(
    r"(?:within|for|next) (?P<count>\d{1,3})[ -](?P<unit>hour|day)s?\b"
    r"|(?P<ge>\d{1,3})个?(?P<danwei>小时|天|日)(?:之?内|未|仍未|后(?:将|自动|会)?退|[，,]?将退)"
)
_UNTIL: Final = re.compile(
    r"\b(?:until|till|by|before|no later than|deadline)\b(?P<day>[^;。；]{1,40})"
    r"|(?P<ri>[^，。；]{0,24})(?:之?前)[^，。；]{0,8}[取领提]",
    re.IGNORECASE,
)
_HOURS: Final = frozenset({"hour", "小时"})


def kept_until(entry: Entry, clock: Clock) -> datetime | None:
    """Until when a locker or shop keeps it, by the words of the scan that it lies there; None where they do not say."""
    words, dropped = entry.checkpoint.text, earliest(entry)
    if found := _WITHIN.search(words):
        unit = timedelta(hours=1) if (found["unit"] or found["danwei"]).lower() in _HOURS else _DAY
        return _soon(dropped + unit * int(found["count"] or found["ge"]), dropped)
    if found := _UNTIL.search(words):
        told = min(dropped.astimezone(zone).date() for zone in clock.zones)
        day = named_day(found["day"] or found["ri"], told)
        return _soon(min(_midnights(day + _DAY, clock)), dropped) if day else None
    return None


def _soon(ends: datetime, dropped: datetime) -> datetime | None:
    return ends if dropped < ends <= dropped + _FURTHEST else None


def postponed(entries: Iterable[Entry]) -> Entry | None:
    """The postponement, of `entries`, newest first, that still holds; None once it was out for delivery or further."""
    for entry in entries:
        if entry.checkpoint.cause is Cause.POSTPONED:
            return entry
        if entry.checkpoint.milestone in _KEPT:
            return None
    return None


def held_until(entry: Entry, clock: Clock, estimate: datetime | None) -> datetime:
    """Where the agreed day begins at the parcel's place: as the words name it, else as the courier expects it, else the
    next working day.
    """
    told = max(latest(entry).astimezone(zone).date() for zone in clock.zones)
    day = named_day(entry.checkpoint.text, told) or _expected(estimate, told, clock) or _next_working_day(told, clock)
    return _begins(day, clock)


def named_day(words: str, told: date) -> date | None:
    """The first day that `words`, said on the day `told`, name; None where they name none soon after it.

    Of a day that may be two ("03/04") the sooner one counts; a weekday is the next such.
    """
    for found in _NAMED.finditer(words):
        days = [day for day in _days(found, told) if told <= day <= told + _FURTHEST]
        if days:
            return min(days)
    return None


def _days(found: re.Match[str], told: date) -> Iterator[date]:
    said = found.groupdict()
    if said["year"]:
        yield from _day(int(said["year"]), said["month"], said["day"])
    elif said["tomorrow"] or said["then"]:
        yield told + _DAY * (1 if said["tomorrow"] else 2)
    elif said["weekday"] or said["zhou"]:
        place = _WEEKDAYS.index(said["weekday"].lower()) if said["weekday"] else "一二三四五六日天".index(said["zhou"])
        yield told + _DAY * ((min(place, 6) - told.weekday() - 1) % 7 + 1)
    else:
        for year in (told.year, told.year + 1):
            for month, day in _months(said):
                yield from _day(year, month, day)


def _months(said: dict[str, str]) -> Iterator[tuple[str, str]]:
    if named := said["named"] or said["named_"]:
        yield str(_MONTHS.index(named.lower()) + 1), said["after"] or said["before"]
    elif said["yue"]:
        yield said["yue"], said["ri"]
    else:
        yield said["one"], said["two"]
        yield said["two"], said["one"]


def _day(year: int, month: str, day: str) -> Iterator[date]:
    try:
        yield date(year, int(month), int(day))
    except ValueError:
        return


def _expected(estimate: datetime | None, told: date, clock: Clock) -> date | None:
    day = min(estimate.astimezone(zone).date() for zone in clock.zones) if estimate else None
    return day if day and told < day <= told + _FURTHEST else None


def _next_working_day(told: date, clock: Clock) -> date:
    following = (told + _DAY * after for after in range(1, _FURTHEST.days))
    works = (day for day in following if clock.elapsed(_begins(day, clock), _begins(day + _DAY, clock), BUSINESS_DAY))
    return next(works, told + _DAY)


def _begins(day: date, clock: Clock) -> datetime:
    return max(_midnights(day, clock))


def _midnights(day: date, clock: Clock) -> Iterator[datetime]:
    return (datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for zone in clock.zones)
