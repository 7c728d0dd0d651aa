"""When: the times of a declared courier, in the form and the zone its declaration names, as honest intervals.

What belongs here: from one or several values of an answer to [earliest, latest]. A time's own offset comes first, then
the offset beside it, the zone, the country; without any of them it may be any zone's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from parcelwatch.config.declared import Time
from parcelwatch.config.expressions import Expression
from parcelwatch.couriers.shared.fields import text
from parcelwatch.couriers.shared.times import Span, country_code, naive, parse, zoned
from parcelwatch.errors import CourierUnreadable

Looks = Callable[[str, Expression, object], object]
"""Asks an expression: (its key, it, of what)."""

_DAY = timedelta(days=1, seconds=-1)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-]?)(\d{1,2}):?(\d{2})?")
_HOURS = re.compile("%[HIcXTpRr]")
_FARTHEST = 14 * 60


@dataclass(frozen=True, slots=True)
class _Told:
    """A moment as it was told, and whether it is a whole day."""

    moment: datetime
    day: bool


def when(time: Time, look: Looks, item: object) -> Span | None:
    """When a checkpoint was, None where it does not say; a bare day is all of it."""
    told = _told(time, look, item)
    if told is None:
        return None
    earliest, last = _span(time, look, item, told.moment)
    return (earliest, last + _DAY) if told.day else (earliest, last)


def latest(time: Time, look: Looks, item: object) -> datetime | None:
    """The latest instant of a promise, None where none can be read: midnight and bare days mean that day's end."""
    try:
        told = _told(time, look, item)
    except CourierUnreadable:
        return None
    if told is None:
        return None
    moment = told.moment
    if time.format not in ("epoch", "epoch_ms") and not (moment.hour or moment.minute or moment.second):
        moment += _DAY
    return _span(time, look, item, moment)[1]


def _told(time: Time, look: Looks, item: object) -> _Told | None:
    found = [look("from", expression, item) for expression in time.from_]
    several = [one for each in found for one in (each if isinstance(each, list) else [each])]
    if time.format in ("epoch", "epoch_ms"):
        numbers = [one for one in several if one not in (None, "")]
        return _Told(_epoch(numbers[0], time.format), day=False) if numbers else None
    pieces = [piece for each in several if (piece := text(each, "answer.time"))]
    if not pieces:
        return None
    if time.format == "rfc2822":
        return _Told(_mailed(" ".join(pieces)), day=False)
    if time.format == "iso":
        stamp = "T".join(pieces)
        return _Told(parse(stamp), day=len(stamp) <= len("2026-01-31"))
    return _Told(_formed(" ".join(pieces), time.format), day=not _HOURS.search(time.format))


def _mailed(stamp: str) -> datetime:
    """A time as mail writes it: Tue, 20 Nov 2012 00:00:00 +0000."""
    try:
        return parse(parsedate_to_datetime(stamp).isoformat())
    except (ValueError, TypeError, OverflowError, IndexError):
        raise CourierUnreadable(f"a time is not of the form that mail has: {stamp[:40]!r}") from None


def _formed(stamp: str, form: str) -> datetime:
    try:
        moment = datetime.strptime(stamp, form)  # noqa: DTZ007 - its zone is found out after
    except ValueError:
        raise CourierUnreadable(f"a time is not of the form {form!r}: {stamp[:40]!r}") from None
    return parse(moment.isoformat())


def _epoch(value: object, form: str) -> datetime:
    number = value if isinstance(value, int | float | str) and not isinstance(value, bool) else "none"
    try:
        seconds = float(number) / (1000 if form == "epoch_ms" else 1)
        return parse(datetime.fromtimestamp(seconds, UTC).isoformat())
    except (ValueError, OverflowError, OSError):
        raise CourierUnreadable(f"a time is no {form}: {str(value)[:40]!r}") from None


def _span(time: Time, look: Looks, item: object, moment: datetime) -> Span:
    if moment.tzinfo is None and time.offset is not None:
        moment = _with_offset(moment, look("offset", time.offset, item))
    if moment.tzinfo is not None:
        at = moment.astimezone(UTC)
        return at, at
    if time.zone is not None:
        return zoned(moment, time.zone)
    country = text(look("country", time.country, item), "answer.time.country") if time.country is not None else ""
    return naive(moment, country_code(country))


def _with_offset(moment: datetime, value: object) -> datetime:
    """The moment with the offset beside it: hours, or +02:00; as it was when there is none."""
    written = text(value, "answer.time.offset").upper()
    if not written:
        return moment
    if written in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    found = _OFFSET.fullmatch(written)
    minutes = int(found[2]) * 60 + int(found[3] or 0) if found else _FARTHEST + 1
    if found is None or minutes > _FARTHEST:
        raise CourierUnreadable(f"an offset cannot be read: {written[:20]!r}")
    return moment.replace(tzinfo=timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes)))
