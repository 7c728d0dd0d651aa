"""One track of Shippo: its statuses, events and times as an observation.

Source: Shippo's tracking pages, and recorded answers of its Python client. Events are oldest first. `status_date`
looks like UTC but is the wall clock of the place: every recorded event came in hours after it, never sooner than the
place's own offset allows. `object_created`, when Shippo heard of the event, is true UTC and bounds it from above. The
ID of one event differs from answer to answer, so what it says makes it itself.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, optional, part, recent, record, rows, text
from parcelwatch.couriers.shared.history import Scan, history
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, due, naive, parse
from parcelwatch.couriers.shippo.codes import DELAYED, HELD, KNOWN, NOTICES, STATUSES, SUB_STATUSES
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Observation

M = Milestone
NOT_YET = "UNKNOWN"
_ZULU = re.compile(r"(?:Z|[+-]00:?00)$")


def observe(ask: Ask, track: Record) -> Observation:
    """What a track says about the number asked; not found while no event says anything."""
    origin, destination = _country(track, "address_from"), _country(track, "address_to")
    company = text(track.get("carrier"), "carrier") or ask.company
    scans = _scans(track, origin if origin == destination else "")
    if not scans:
        return NotFound(ask.number, company=company)
    level = part(track.get("servicelevel"))
    return Answered(
        number=ask.number,
        checkpoints=history(scans, newest_first=False),
        estimate=_estimate(track, destination),
        stands=_stands(record(track.get("tracking_status"), "tracking_status")),
        company=company,
        service=aside(level.get("name")) or aside(level.get("token")),
        origin=origin,
        destination=destination,
    )


def _stands(status: Record) -> Milestone | None:
    _, name, sub, words, _ = _key(status)
    return standing(_told(name.upper(), sub.lower(), words)[0])


@optional("")
def _country(track: Record, end: str) -> str:
    return text(record(track.get(end), end).get("country"), "country").upper()


@optional(None)
def _estimate(track: Record, country: str) -> datetime | None:
    """The end of the day at the destination; its "Z" is as false as that of the events."""
    stamp = text(track.get("eta"), "eta")
    return due(_ZULU.sub("", stamp), country)


# --- times ---------------------------------------------------------------------------------------


def _wall(stamp: str) -> datetime:
    """A wall clock: the "Z" is dropped; an offset that is none of Shippo's stays."""
    moment = parse(stamp)
    return moment.replace(tzinfo=None) if moment.utcoffset() == timedelta(0) else moment


@lru_cache(maxsize=4096)  # every answer repeats the times of the last one
def when(stamp: str, heard: str, country: str) -> Span:
    """When an event happened: by the wall clock of its country, and not after Shippo heard of it.

    Midnight means the day. A wall clock that would have to be later than it was heard of was UTC after all.
    """
    local = _wall(stamp)
    if local.tzinfo is not None:
        at = local.astimezone(UTC)
        return at, at
    day = timedelta(0) if local.hour or local.minute or local.second else timedelta(days=1, seconds=-1)
    earliest, latest = naive(local, country)
    latest += day
    ceiling = _heard(heard)
    if ceiling is None or latest <= ceiling:
        return earliest, latest
    if earliest <= ceiling:
        return earliest, ceiling
    at = min(local.replace(tzinfo=UTC), ceiling)
    return at, min(at + day, ceiling)


@optional(None)
def _when(stamp: str, heard: str, country: str) -> Span | None:
    return when(stamp, heard, country) if stamp else None


@optional(None)
def _heard(stamp: str) -> datetime | None:
    """When Shippo heard of it; nothing if that names no offset, as it bounds nothing then."""
    moment = parse(stamp) if stamp else None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None


# --- events --------------------------------------------------------------------------------------


def _scans(track: Record, home: str) -> list[Scan]:
    """The history as listed, and the current status where it is not in it. `home`: where all of it happened."""
    told = recent(rows(track.get("tracking_history"), "tracking_history"))
    found = {_key(event): _scan(event, home) for event in told}
    status = record(track.get("tracking_status"), "tracking_status")
    if status and _key(status) not in found:
        found[_key(status)] = _scan(status, home)
    return [scan for scan in found.values() if scan.code.partition("/")[0] != NOT_YET or scan.words]


def _key(event: Record) -> tuple[str, str, str, str, str]:
    """What makes an event itself, as its ID does not."""
    sub = record(event.get("substatus"), "substatus")
    return (
        text(event.get("status_date"), "status_date"),
        text(event.get("status"), "status"),
        text(sub.get("code"), "substatus.code"),
        text(event.get("status_details"), "status_details", TEXT_LIMIT),
        _place(event),
    )


def _scan(event: Record, home: str) -> Scan:
    stamp, status, sub, words, place = _key(event)
    status, sub = status.upper(), sub.lower()
    country = aside(part(event.get("location")).get("country")).upper()
    heard = aside(event.get("object_created"))
    words = words or text(record(event.get("substatus"), "substatus").get("text"), "substatus.text", TEXT_LIMIT)
    meaning, reading = _told(status, sub, words)
    span = _when(stamp, heard, country or home)
    code = f"{status}/{sub}" if sub else status
    return Scan(span, code, meaning, words, place, reading, False if sub in NOTICES else None)


@optional("")
def _place(event: Record) -> str:
    where = record(event.get("location"), "location")
    return ", ".join(filter(None, (text(where.get(part), part) for part in ("city", "state", "country"))))


@lru_cache(maxsize=8192)  # events of many parcels say the same things
def _told(status: str, sub: str, words: str) -> tuple[Meaning | None, Reading]:
    """What an event's status means, None where its words speak instead."""
    reading = read(words)
    if not status or (sub == HELD and reading.milestone is not None):
        return None, reading
    if status == NOT_YET:
        # Before it had sub-statuses, Shippo told of a printed label as of a number not known yet.
        label = not sub and reading.milestone is None
        return ((M.INFO_RECEIVED, None) if label else None), reading
    subs = SUB_STATUSES.get(status)
    if subs is None or (sub and sub not in KNOWN):
        return UNKNOWN, reading
    meaning = subs.get(sub, STATUSES[status])
    if sub == DELAYED and reading.cause not in (None, Cause.UNSTATED):
        meaning = meaning[0], None
    return meaning, reading
