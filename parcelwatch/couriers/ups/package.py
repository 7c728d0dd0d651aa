"""What UPS says about one package: its events, where it goes, and when it is due.

What belongs here: reading a package. The statusCode speaks first, then the code in the space of the event's type; the
type X alone is no trouble, for clearances come and go in it. Descriptions are translated and reworded, so they are
read only where no code says anything.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from parcelwatch.couriers.shared.fields import (
    TEXT_LIMIT,
    Record,
    aside,
    flag,
    optional,
    part,
    recent,
    record,
    rows,
    text,
)
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, ordered
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, beside, standing
from parcelwatch.couriers.shared.times import Span, committed, due, span
from parcelwatch.couriers.ups.codes import (
    DELAY,
    ENDS_A_HOLD,
    INFO,
    LATE_EXCEPTIONS,
    LATE_STATUSES,
    SOUGHT,
    STATUS,
    TYPES,
    VAGUE,
    space,
)
from parcelwatch.lexicon import NOTHING, read
from parcelwatch.model import FINAL, Answered, Ask, Cause, Checkpoint, Milestone

M = Milestone
C = Cause

# Label data and its updates.
NOTES = frozenset({"M", "MV", "U"})

_MOVED = frozenset({M.PICKED_UP, M.IN_TRANSIT})
_BACK = frozenset({M.RETURNING, M.RETURNED})
_UNDER_WAY = _MOVED | {M.CUSTOMS, M.OUT_FOR_DELIVERY}
_DOOR = frozenset({M.ATTEMPT_FAILED, M.RETURNING, M.RETURNED})
_NOT_IN_HAND = frozenset({M.AVAILABLE_FOR_PICKUP, M.RETURNED})
_GRAVE = frozenset({C.DAMAGED, C.LOST, C.DESTROYED, C.REFUSED})
_DOOR_CAUSES = _GRAVE | {C.ADDRESS, C.NOBODY_HOME}

# Windows that end the day's promise; "end of day" and the rest leave the whole day.
_WINDOWS = frozenset({"CMT", "EDW", "CDW", "IDW"})
_DAYS = ("RDD", "SDD")

_LATE_STATUSES = frozenset(LATE_STATUSES.split())
_LATE_EXCEPTIONS = frozenset(LATE_EXCEPTIONS.split())

_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})")


def observe(ask: Ask, package: Record) -> Answered:
    ends = _ends(package)
    destination = _country(ends.get("DESTINATION"))
    current = _current(package)
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(package, current),
        stands=_stands(package, current),
        estimate=_estimate(package, destination or ask.destination),
        commitment=_commitment(package, destination or ask.destination),
        service=aside(part(package.get("service")).get("description")),
        origin=_country(ends.get("ORIGIN")),
        destination=destination,
    )


@optional({})
def _ends(package: Record) -> dict[str, Record]:
    return {text(end.get("type"), "type"): end for end in rows(package.get("packageAddress"), "packageAddress")}


@optional("")
def _country(end: Record | None) -> str:
    address = record((end or {}).get("address"), "address")
    return text(address.get("countryCode") or address.get("country"), "countryCode").upper()


@optional(None)
def _estimate(package: Record, country: str) -> datetime | None:
    """The rescheduled day, or the scheduled one, until the end of its window; at the destination's clock."""
    dates = rows(package.get("deliveryDate"), "deliveryDate")
    days = {text(one.get("type"), "type"): text(one.get("date"), "date") for one in dates}
    day = next((days[kind] for kind in _DAYS if due(days.get(kind, ""))), "")
    window = record(package.get("deliveryTime"), "deliveryTime")
    end = text(window.get("endTime"), "endTime") if text(window.get("type"), "type") in _WINDOWS else ""
    return (due(f"{day}T{_clock(end)}", country) if end else None) or due(day, country)


@optional(None)
def _commitment(package: Record, country: str) -> datetime | None:
    """The scheduled day, which is that of the service; a rescheduled one is what UPS now expects."""
    dates = rows(package.get("deliveryDate"), "deliveryDate")
    found = (committed(text(one.get("date"), "date"), country) for one in dates if one.get("type") == "SDD")
    return next(filter(None, found), None)


# --- events --------------------------------------------------------------------------------------


def _checkpoints(package: Record, current: Scan) -> tuple[Checkpoint, ...]:
    """Oldest first. The newest takes the package's status where its own code says nothing."""
    scans = ordered([_told(event) for event in recent(rows(package.get("activity"), "activity"))])
    if scans and scans[-1].meaning in (None, UNKNOWN) and current.meaning not in (None, UNKNOWN):
        scans[-1] = concluded(scans[-1], scans[-1].code or current.code, current.meaning, current.reading)
    return checkpoints(scans)


@optional(None)
def _stands(package: Record, current: Scan) -> Milestone | None:
    """Where the package's status says that it is, else what a day of delivery says."""
    dates = rows(package.get("deliveryDate"), "deliveryDate")
    delivered = any(text(one.get("type"), "type") == "DEL" and text(one.get("date"), "date") for one in dates)
    stands = standing(beside(current.meaning, current.reading) if current.meaning else None)
    return stands or (M.DELIVERED if delivered else None)


def _current(package: Record) -> Scan:
    """How the package stands. What other answers call statusCode is `code` here."""
    status = part(package.get("currentStatus"))
    code = aside(status.get("code"))
    numbered = {"statusCode": code, "description": status.get("description")} if code.isdigit() else status
    return _told({"status": numbered})


def _told(event: Record) -> Scan:
    status = record(event.get("status"), "status")
    kind, code = text(status.get("type"), "type").upper(), text(status.get("code"), "code").upper()
    number = text(status.get("statusCode"), "statusCode")
    number = number.zfill(3) if number.isascii() and number.isdigit() else number
    words = text(status.get("description"), "description", TEXT_LIMIT)
    meaning, silent = _meaning(kind, code, number, logical=flag(event.get("logicalScan"), "logicalScan"))
    reading = read(words, "en") if silent or (meaning and meaning[0] is M.DELIVERED) else NOTHING
    if not silent and reading.milestone is not M.AVAILABLE_FOR_PICKUP:
        reading = NOTHING  # of a delivery, words tell only that it was one to a shop
    shown = "/".join(filter(None, (kind, code, number)))
    late = meaning == DELAY and (number in _LATE_STATUSES or (kind == "X" and code in _LATE_EXCEPTIONS))
    return Scan(
        _span(event), shown, meaning, words, _place(event), reading, False if late else None, suspected=code in SOUGHT
    )


@lru_cache(maxsize=4096)
def _meaning(kind: str, code: str, number: str, *, logical: bool) -> tuple[Meaning | None, bool]:
    """What an event's codes mean together, and whether they say so little that the text may speak."""
    status, own = STATUS.get(number), space(kind, code) if code else None
    if not (number or code or kind):
        return None, True
    if status is None:
        meaning = own or (UNKNOWN if number or code else TYPES.get(kind, UNKNOWN))
    elif number in VAGUE:
        meaning = own or status
    else:
        meaning = _both(status, own, number)
    if _unmoved(kind, number, logical=logical) and meaning[1] is None and meaning[0] in _MOVED:
        return INFO, False
    return meaning, own is None and (status is None or number in VAGUE)


def _both(status: Meaning, own: Meaning | None, number: str) -> Meaning:
    """A statusCode that decides, and what the code beside it may still add."""
    milestone, cause = status
    if own is None or cause is not None or number in ENDS_A_HOLD:
        return status
    if milestone is M.DELIVERED:
        return own if own[0] in _NOT_IN_HAND else (milestone, own[1] if own[1] is C.DAMAGED else None)
    if milestone in _DOOR:
        return milestone, own[1] if own[1] in _DOOR_CAUSES else None
    if milestone in _UNDER_WAY and own[0] not in FINAL - _BACK and (own[1] in _GRAVE or own[0] in _BACK):
        return own
    return status


def _unmoved(kind: str, number: str, *, logical: bool) -> bool:
    """Whether nobody had the package in hand: such an event must not count as a sign of life.

    Exceptions are spared, as one that reads as moving is the end of a hold.
    """
    return kind in NOTES or (logical and kind != "X" and number not in ENDS_A_HOLD)


@optional("")
def _place(event: Record) -> str:
    address = record(record(event.get("location"), "location").get("address"), "address")
    parts = (address.get("city"), address.get("stateProvince"), address.get("countryCode") or address.get("country"))
    return ", ".join(filter(None, (text(part, "address") for part in parts)))


@optional(None)
def _span(event: Record) -> Span | None:
    """The scan's own clock with its offset; else Greenwich's; else the clock alone, in the scan's country."""
    day, clock = text(event.get("date"), "date"), text(event.get("time"), "time")
    offset = _offset(text(event.get("gmtOffset"), "gmtOffset"))
    if day and clock and offset:
        return span(f"{day}T{_clock(clock)}{offset}")
    there, then = text(event.get("gmtDate"), "gmtDate"), text(event.get("gmtTime"), "gmtTime")
    if there and then:
        return span(f"{there}T{_clock(then)}+00:00")
    if not day:
        return None
    country = _country(part(event.get("location")))
    return span(f"{day}T{_clock(clock)}" if clock else day, country)


def _offset(told: str) -> str:
    """An offset with both digits of its hours; "" for what is none."""
    parts = _OFFSET.fullmatch(told)
    return f"{parts[1]}{parts[2]:0>2}:{parts[3]}" if parts else ""


def _clock(told: str) -> str:
    """HHMMSS, which comes with colons and without its leading zero."""
    return told.replace(":", "").zfill(6)
