"""One tracker of EasyPost: its statuses, details and times as an observation.

Source: EasyPost's tracking and support pages, its libraries' types, and recorded answers. Details are oldest first,
which is usual but not promised. All times end in "Z"; where a detail's place is not complete that is only the carrier's
clock. Neither `finalized` nor `is_return` says where a parcel is. What cannot be processed has one made-up detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from parcelwatch.couriers.easypost.codes import (
    DELAYED,
    DETAILS,
    ERROR,
    EXPIRED,
    HELD,
    NOT_YET,
    NOTICES,
    meaning,
)
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, optional, part, recent, record, rows, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, ordered
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, committed, country_code, naive, parse, promise, span
from parcelwatch.errors import CourierUnreadable
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import Answered, Ask, Cause, Checkpoint, Milestone, NotFound, Observation, Refused, Stop

M = Milestone
MADE_UP = "processingerror"

# Carriers of one country, whose details often name none.
HOMES = {
    "usps": "US",
    "canadapost": "CA",
    "canpar": "CA",
    "purolator": "CA",
    "australiapost": "AU",
    "royalmail": "GB",
}

# What a tracker may conclude about its parcel without any one detail saying so.
CONCLUDED = frozenset({M.DELIVERED, M.RETURNING, M.CANCELLED, M.EXCEPTION, M.ATTEMPT_FAILED})
# A promise further than this from the tracker's making is nonsense; one for the year 2875 is on record.
FARTHEST = timedelta(days=366)

# A status or a detail with which EasyPost follows the parcel no more.
STOPPED = {ERROR: Stop.NOT_PROCESSED, EXPIRED: Stop.NO_NEWS}

Told = tuple[Meaning | None, Reading]


def observe(ask: Ask, tracker: Record) -> Observation:
    """What a tracker says about the number asked."""
    status, detail = _word(tracker, "status"), _word(tracker, "status_detail")
    company = text(tracker.get("carrier"), "carrier") or ask.company
    listed = recent(rows(tracker.get("tracking_details"), "tracking_details"))
    events = [event for event in listed if not _made_up(event)]
    if not events and status == ERROR:
        return Refused(ask.number, reason=_trouble(listed), company=company)
    if not events and status in ("", NOT_YET):
        fresh = tracker.get("created_at") == tracker.get("updated_at")
        return NotFound(ask.number, pending=fresh, company=company)
    about = part(tracker.get("carrier_detail"))
    destination = _country(about.get("destination_tracking_location"))
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(events, HOMES.get(company.lower(), ""), status, detail),
        estimate=_estimate(tracker, about, destination),
        commitment=_commitment(about, destination),
        stands=None if EXPIRED in (status, detail) else standing(meaning(status, detail)),
        stopped=STOPPED.get(status) or STOPPED.get(detail, ""),
        company=company,
        service=aside(about.get("service")),
        origin=_country(about.get("origin_tracking_location")),
        destination=destination,
    )


def _word(fields: Record, name: str) -> str:
    return text(fields.get(name), name).lower()


def _made_up(event: Record) -> bool:
    """A detail that is no scan but says why EasyPost could not process the number."""
    return _word(event, "status") == ERROR or _word(event, "source") == MADE_UP


def _trouble(events: Sequence[Record]) -> str:
    words = (text(event.get("message"), "message", 300) for event in events if _made_up(event))
    told = next(filter(None, words), "no reason given")
    return f"EasyPost cannot process it: {told}; check number and company"


@optional("")
def _country(location: object) -> str:
    return country_code(text(record(location, "location").get("country"), "country"))


# --- the promise ---------------------------------------------------------------------------------


@optional(None)
def _estimate(tracker: Record, about: Record, country: str) -> datetime | None:
    """The carrier's own day and hour at the destination, else EasyPost's, unless that is plainly none."""
    day = text(about.get("est_delivery_date_local"), "est_delivery_date_local")
    hour = text(about.get("est_delivery_time_local"), "est_delivery_time_local")
    stamp = text(tracker.get("est_delivery_date"), "est_delivery_date")
    made = text(tracker.get("created_at"), "created_at")
    if stamp in (made, text(tracker.get("updated_at"), "updated_at")):
        stamp = ""  # so in test mode
    day_only = stamp[:10] if stamp[10:19] in ("T00:00:00", "") else stamp
    found = (_promised(one, country, made) for one in (f"{day}T{hour}" if day and hour else "", day, day_only) if one)
    return next((one for one in found if one is not None), None)


@optional(None)
def _commitment(about: Record, country: str) -> datetime | None:
    """The day the carrier guarantees; every other date of EasyPost's is an estimate."""
    return committed(text(about.get("guaranteed_delivery_date"), "guaranteed_delivery_date")[:10], country)


def _promised(stamp: str, country: str, made: str) -> datetime | None:
    """A promise that can be read and is within reason."""
    try:
        due, start = promise(stamp, country), span(made)[0] if made else None
    except CourierUnreadable:
        return None
    return due if start is None or abs(due - start) <= FARTHEST else None


# --- details -------------------------------------------------------------------------------------


def _checkpoints(events: Sequence[Record], home: str, status: str, detail: str) -> tuple[Checkpoint, ...]:
    scans = ordered([_scan(event, home) for event in events], newest_first=False)
    if not scans:
        return ()
    scans[-1] = _concluded(scans[-1], [scan.meaning for scan in scans], status, detail)
    return checkpoints(scans)


def _scan(event: Record, home: str) -> Scan:
    status, detail = _word(event, "status"), _word(event, "status_detail")
    words = text(event.get("message"), "message", TEXT_LIMIT)
    words = words or text(event.get("description"), "description", TEXT_LIMIT)
    where = part(event.get("tracking_location"))
    place = ", ".join(filter(None, (aside(where.get(name)) for name in ("city", "state", "country"))))
    meaning, reading = _told(status, detail, words)
    moves = False if detail in NOTICES else None
    unmapped = bool(detail) and detail not in DETAILS
    return Scan(_span(event, home), _code(status, detail), meaning, words, place, reading, moves, unmapped)


def _code(status: str, detail: str) -> str:
    return f"{status}/{detail}" if detail else status


@lru_cache(maxsize=8192)  # details of many parcels say the same things
def _told(status: str, detail: str, words: str) -> Told:
    """What a detail's status means, None where its words speak instead."""
    reading = read(words)
    if detail == HELD and reading.milestone is not None and status != "available_for_pickup":
        return None, reading
    meant = meaning(status, detail)
    if meant and detail == DELAYED and reading.cause not in (None, Cause.UNSTATED):
        meant = meant[0], None
    return meant, reading


def _concluded(newest: Scan, meanings: Sequence[Meaning | None], status: str, detail: str) -> Scan:
    """The newest detail, with the tracker's status where no detail says that."""
    meant, own = meaning(status, detail), newest.meaning
    if meant is None or meant == UNKNOWN or newest.code == _code(status, detail):
        return newest
    silent = own is None and newest.reading.milestone is None
    vaguer = own is not None and own[0] is meant[0] and meant[1] in (None, Cause.UNSTATED)
    said = meant[0] not in CONCLUDED or meant in meanings or vaguer
    waiting = own is not None and own[0] is M.AVAILABLE_FOR_PICKUP and meant == (M.EXCEPTION, Cause.UNSTATED)
    if not silent and (said or waiting):
        return newest
    if meant[0] is M.RETURNING and own is not None and own[0] is M.DELIVERED:
        meant = M.RETURNED, meant[1]
    return concluded(newest, _code(status, detail), meant)


# --- times ---------------------------------------------------------------------------------------


@optional(None)
def _span(event: Record, home: str) -> Span | None:
    stamp = text(event.get("datetime"), "datetime")
    where = part(event.get("tracking_location"))
    country = _country(where)
    exact = bool(country and aside(where.get("city")))
    return when(stamp, country or home, exact=exact) if stamp else None


@lru_cache(maxsize=4096)  # every answer repeats the times of the last one
def when(stamp: str, country: str, *, exact: bool) -> Span:
    """A time in UTC, or, where the place is not complete, in UTC or by any clock of its country."""
    moment = parse(stamp)
    if exact or moment.utcoffset() != timedelta(0):
        return span(stamp, country)
    at = moment.astimezone(UTC)
    earliest, latest = naive(moment.replace(tzinfo=None), country)
    return min(at, earliest), max(at, latest)
