"""What USPS says about one parcel: its events, what its category adds, and when it is due.

What belongs here: reading a tracking detail of v3 or v3r2, or the sentence a summary is. Times are the wall clock of
the scan beside its offset; the time called GMT carries the local date and is not read, and a Z behind a wall clock is
not true. A locker named in a delivery is the addressee's own box, so it is a delivery.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, optional, recent, record, rows, text
from parcelwatch.couriers.shared.history import Scan, concluded, history
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, beside, standing
from parcelwatch.couriers.shared.times import Span, committed, due, naive, span
from parcelwatch.couriers.usps.codes import (
    CATEGORIES,
    COMPUTED,
    COMPUTED_WORDS,
    DATE_ONLY,
    DISPUTED,
    EVENTS,
    INFO,
    LATE,
    WITH_A_PARTNER,
)
from parcelwatch.errors import CourierUnreadable
from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Answered, Ask, Cause, Checkpoint, Milestone

M = Milestone
C = Cause
HOME = "US"

_TAG = re.compile(r"<[^<>]{0,40}>")
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?(Z|[+-]\d{2}:?\d{2})?")
_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d{2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})? ?(am|pm)?", re.IGNORECASE)
_SENTENCE = re.compile(r"(\d{1,2}:\d{2} [ap]m) on ([A-Z][a-z]{2,8} \d{1,2}, \d{4})")

_MOVING = frozenset({M.INFO_RECEIVED, M.PICKED_UP, M.IN_TRANSIT, M.CUSTOMS, M.OUT_FOR_DELIVERY})
_OUTWEIGHS = frozenset({M.EXCEPTION, M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP, M.RETURNING})
_KEPT_BACK = frozenset({M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP})


def observe(ask: Ask, detail: Record) -> Answered:
    destination = _country(detail, "destination", "destinationCountryCode") or ask.destination
    events = recent(rows(detail.get("trackingEvents"), "trackingEvents"))
    summary = words(aside(detail.get("statusSummary"), TEXT_LIMIT))
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(detail, events) if events else _from_summary(summary),
        complete=bool(events),
        estimate=_estimate(detail, destination or HOME),
        commitment=_commitment(detail, destination or HOME),
        stands=standing(CATEGORIES.get(_category(detail))),
        service=words(aside(detail.get("mailClass"))),
        origin=_country(detail, "origin", "originCountry"),
        destination=destination,
    )


def summarized(ask: Ask, summary: str) -> Answered:
    """A parcel of which only a sentence is known."""
    return Answered(ask.number, checkpoints=_from_summary(summary), complete=False)


def words(value: object) -> str:
    """Text without the HTML USPS writes into it."""
    said = text(value, "text", TEXT_LIMIT)
    return " ".join(html.unescape(_TAG.sub("", said)).split()) if said else ""


@optional("")
def _country(detail: Record, end: str, name: str) -> str:
    told = text(detail.get(name), name).upper()
    return told or (HOME if text(detail.get(f"{end}ZIP"), f"{end}ZIP") else "")


def _from_summary(summary: str) -> tuple[Checkpoint, ...]:
    """The one thing a summary tells, if it tells when."""
    when = _SENTENCE.search(summary)
    if not when:
        return ()
    try:
        local = datetime.strptime(f"{when[2]} {when[1]}", "%B %d, %Y %I:%M %p")  # noqa: DTZ007 - a wall clock
    except ValueError as error:
        raise CourierUnreadable("the time in a summary cannot be read") from error
    reading = read(summary, "en")
    meaning = (reading.milestone, reading.cause) if reading.milestone else UNKNOWN
    return (Checkpoint(*naive(local, HOME), *meaning, text=summary, sure=reading.sure),)


# --- events --------------------------------------------------------------------------------------


def _checkpoints(detail: Record, events: list[Record]) -> tuple[Checkpoint, ...]:
    """Oldest first; the list comes newest first. The category is the newest event's."""
    scans = [_scan(event) for event in events]
    category = CATEGORIES.get(_category(detail))
    newest = scans[0]
    if category and newest.meaning:
        outweighed = _outweighed(newest.meaning, category, words(aside(detail.get("statusSummary"), TEXT_LIMIT)))
        newest = concluded(newest, newest.code, outweighed)
    notice = aside(detail.get("returnDateNotice"))
    if notice and newest.meaning and newest.meaning[0] in _KEPT_BACK:
        newest = replace(newest, words=f"{newest.words} (goes back on {notice})")
    return history([newest, *scans[1:]])


def _category(detail: Record) -> str:
    return aside(detail.get("statusCategory")).lower()


def _scan(event: Record) -> Scan:
    code, said = text(event.get("eventCode"), "eventCode").upper(), words(event.get("eventType"))
    meaning = _told(code, said, unplaced=not aside(event.get("eventCity")))
    return Scan(_span(event), _code(event), meaning, said, _place(event), moves=False if code in LATE else None)


@lru_cache(maxsize=4096)
def _told(code: str, said: str, *, unplaced: bool) -> Meaning:
    """What an event says by itself: its code, or first its text where the code's editions disagree."""
    if unplaced and (code in COMPUTED or COMPUTED_WORDS in said.lower()):
        return INFO
    reading = NOTHING if code in WITH_A_PARTNER else read(said, "en")
    if not code or code in DISPUTED:
        if reading.milestone:
            return reading.milestone, reading.cause
        return EVENTS.get(code, UNKNOWN)
    meaning = EVENTS.get(code, UNKNOWN)
    if meaning[0] is M.DELIVERED and reading.milestone is M.AVAILABLE_FOR_PICKUP:
        return meaning
    return beside(meaning, reading)


def _outweighed(meaning: Meaning, category: Meaning, summary: str) -> Meaning:
    """The newest event in the light of the parcel's category, which tells trouble where a scan only moves."""
    milestone, cause = meaning
    if milestone is M.UNKNOWN:
        return category[0], cause or category[1]
    if milestone is M.DELIVERED and category[0] is M.RETURNING:
        return M.RETURNED, cause
    if milestone not in _MOVING or category[0] not in _OUTWEIGHS or cause is not None:
        return meaning
    if category[0] is not M.EXCEPTION:
        return category
    if milestone is M.CUSTOMS:
        return milestone, C.CUSTOMS
    return beside(category, _trouble(read(summary, "en")))


def _trouble(reading: Reading) -> Reading:
    return reading if reading.cause else NOTHING


def _code(event: Record) -> str:
    names = ("eventCode", "actionCode", "reasonCode")
    return "/".join(filter(None, (text(event.get(name), name) for name in names)))


@optional("")
def _place(event: Record) -> str:
    names = ("eventCity", "eventState", "eventCountry")
    return ", ".join(filter(None, (text(event.get(name), name) for name in names)))


# --- times ---------------------------------------------------------------------------------------


@optional(None)
def _span(event: Record) -> Span | None:
    stamp = text(event.get("eventTimestamp"), "eventTimestamp")
    if not stamp:
        return None
    parts = _STAMP.fullmatch(stamp)
    if not parts:
        raise CourierUnreadable(f"a time cannot be read: {stamp[:40]!r}")
    day, clock, zone = parts.groups()
    country = aside(event.get("eventCountry")) or HOME
    offset = zone if zone and zone != "Z" else _offset(text(event.get("GMTOffset"), "GMTOffset"))
    at_midnight = not (clock or "").strip("0:.")
    if not clock or (at_midnight and (not offset or text(event.get("eventCode"), "eventCode") == DATE_ONLY)):
        return span(day, country)
    return span(f"{day}T{clock}{offset}", country)


def _offset(told: str) -> str:
    parts = _OFFSET.fullmatch(told)
    return f"{parts[1]}{parts[2]:0>2}:{parts[3]}" if parts else ""


@optional(None)
def _estimate(detail: Record, country: str) -> datetime | None:
    """What USPS predicts now, or else expects, or else guarantees; v3r2 keeps them one level deeper."""
    dates = {**detail, **record(detail.get("deliveryDateExpectation"), "deliveryDateExpectation")}
    window = text(dates.get("predictedDeliveryWindowEndTime"), "predictedDeliveryWindowEndTime")
    found = (
        _due(dates, "predictedDeliveryDate", window),
        _due(dates, "expectedDeliveryTimeStamp"),
        _due(dates, "expectedDeliveryDate"),
        _due(dates, "guaranteedDeliveryTimeStamp"),
        _due(dates, "guaranteedDeliveryDate"),
    )
    stamp = next(filter(None, found), "")
    return due(stamp, country)


@optional(None)
def _commitment(detail: Record, country: str) -> datetime | None:
    """The day USPS guarantees, which few services have; what it expects or predicts is an estimate."""
    dates = {**detail, **record(detail.get("deliveryDateExpectation"), "deliveryDateExpectation")}
    names = ("guaranteedDeliveryDate", "guaranteedDeliveryTimeStamp")
    return next(filter(None, (committed(_due(dates, name), country) for name in names)), None)


def _due(dates: Record, name: str, end: str = "") -> str:
    """A day, and a time of day if there is one; "" for what is no date, such as "3 Business Days"."""
    parts = _STAMP.match(text(dates.get(name), name))
    if not parts:
        return ""
    clock = _clock(end) or (parts[2] or "")
    return f"{parts[1]}T{clock}" if clock else parts[1]


def _clock(told: str) -> str:
    """A time of day in either notation, alone or behind a day."""
    parts = _CLOCK.search(told)
    if not parts:
        return ""
    hour, half = int(parts[1]), (parts[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{parts[2]}" if hour < 24 and int(parts[2]) < 60 else ""
