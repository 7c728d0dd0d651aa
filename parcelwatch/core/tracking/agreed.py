"""Until when a parcel is held: because its delivery was put off, or for its buyer to fetch it.

What belongs here: until when a postponement holds, and the deadline of a locker or shop. Which day words name is
named.py's; that it was put off, or lies ready, the couriers' codes and wordings say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from parcelwatch.core.timekeeping.clockwork import Clock
from parcelwatch.core.tracking.named import FURTHEST, named_day
from parcelwatch.core.tracking.timeline import earliest, latest
from parcelwatch.duration import BUSINESS_DAY
from parcelwatch.model import Cause, Entry, Milestone

_DAY: Final = timedelta(days=1)
# An estimate moves on day by day where nothing happens: by itself it holds nothing longer than this.
_EXPECTED: Final = timedelta(days=7)
# So many days may be agreed on, one instead of the other, while the parcel goes nowhere.
_MOST: Final = 3
_M: Final = Milestone
# What ends the wait, whatever day was agreed.
_KEPT: Final = frozenset(_M) - {_M.UNKNOWN, _M.INFO_RECEIVED, _M.PICKED_UP, _M.IN_TRANSIT, _M.CUSTOMS, _M.EXCEPTION}

_WITHIN: Final = re.compile(
    r"(?:within|for|next) (?P<count>\d{1,3})[ -](?P<unit>hour|day)s?\b"
    r"|(?P<ge>\d{1,3})个?(?P<danwei>小时|天|日)(?:之?内|未|仍未|后(?:将|自动|会)?退|[，,]?将退)",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(
    r"\b(?:until|till|by|before|no later than|deadline)\b[^;。；]{1,40}"
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
        day = named_day(found["ri"] or found[0], told)
        return _soon(min(_midnights(day + _DAY, clock)), dropped) if day else None
    return None


def _soon(ends: datetime, dropped: datetime) -> datetime | None:
    return ends if dropped < ends <= dropped + FURTHEST else None


def postponements(entries: Iterable[Entry]) -> list[Entry]:
    """Those, of `entries`, newest first, since it was last out for delivery or further."""
    found = []
    for entry in entries:
        if entry.checkpoint.cause is Cause.POSTPONED:
            found.append(entry)
        elif entry.checkpoint.milestone in _KEPT:
            break
    return found


def leading(found: Sequence[Entry], clock: Clock) -> Entry:
    """Which of several postponements, newest first, counts: the newest that names a day, else the first that was.

    Who only says again that it is put off, day after day, agreed on nothing new; nor does who names the fourth day.
    """
    named = [(each, day) for each in found if (day := named_day(each.checkpoint.text, _told(each, clock)))]
    days = list(dict.fromkeys(day for _, day in reversed(named)))[:_MOST]
    return next((each for each, day in named if day in days), found[-1])


def agreed(entry: Entry, clock: Clock) -> bool:
    """Whether its words name a day later than the next working day: from one day to the next, nobody agreed on any."""
    told = _told(entry, clock)
    day = named_day(entry.checkpoint.text, told)
    return day is not None and day > _next_working_day(told, clock)


def dated(entry: Entry, clock: Clock) -> bool:
    """Whether its words name a day."""
    return named_day(entry.checkpoint.text, _told(entry, clock)) is not None


def held_until(entry: Entry, clock: Clock, estimate: datetime | None) -> datetime:
    """Where the agreed day begins at the parcel's place: as the words name it, else as the courier expects it within a
    week, else the next working day.
    """
    told = _told(entry, clock)
    day = named_day(entry.checkpoint.text, told) or _expected(estimate, told, clock) or _next_working_day(told, clock)
    return _begins(day, clock)


def _told(entry: Entry, clock: Clock) -> date:
    return max(latest(entry).astimezone(zone).date() for zone in clock.zones)


def _expected(estimate: datetime | None, told: date, clock: Clock) -> date | None:
    day = min(estimate.astimezone(zone).date() for zone in clock.zones) if estimate else None
    return min(day, told + _EXPECTED) if day and told < day <= told + FURTHEST else None


def _next_working_day(told: date, clock: Clock) -> date:
    following = (told + _DAY * after for after in range(1, FURTHEST.days))
    works = (day for day in following if clock.elapsed(_begins(day, clock), _begins(day + _DAY, clock), BUSINESS_DAY))
    return next(works, told + _DAY)


def _begins(day: date, clock: Clock) -> datetime:
    return max(_midnights(day, clock))


def _midnights(day: date, clock: Clock) -> Iterator[datetime]:
    return (datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for zone in clock.zones)
