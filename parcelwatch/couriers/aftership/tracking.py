"""One tracking of AfterShip: its tags, checkpoints and times as an observation.

Source: the models of AfterShip's SDK (2026-07) and the fixtures of its older ones, whose field names still count here.
A checkpoint's time has an offset or none. Without one it may be the place's clock or UTC: the same parcel comes both
ways from two endpoints, so it may be any zone's. Checkpoints are oldest first, which is usual but not promised. The
delivery date that counts is the latest estimate, whoever made it, and the courier's own where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from parcelwatch.couriers.aftership.codes import CODES, EXPIRED, HANDED_OVER, NOTICES, PENDING, RETURNED
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, flag, optional, recent, record, rows, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, ordered
from parcelwatch.couriers.shared.iso3 import alpha2
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, due, span
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import FINAL, Answered, Ask, Cause, Checkpoint, Milestone, NotFound, Observation, Refused, Stop

M = Milestone

# Of each, the key of the present version first.
ORIGIN = ("origin_country_region", "origin_country_iso3")
DESTINATION = (
    *("destination_country_region", "courier_destination_country_region"),
    *("destination_country_iso3", "courier_destination_country_iso3"),
)
COUNTRY_NAME = ("country_region_name", "country_name", "country_region", "country_iso3")
LATEST = ("datetime_max", "datetime", "datetime_min")
COURIERS_OWN = ("estimated_delivery_date_max", "estimated_delivery_date", "estimated_delivery_date_min")

UNRECOGNIZED = "unrecognized"

# Tags that say nothing of where a parcel is.
SILENT = ("", PENDING, EXPIRED)
# Tags about the parcel itself that may be concluded without any one checkpoint saying so.
CONCLUDED = ("Exception", "AttemptFail", "Delivered")


def observe(ask: Ask, tracking: Record) -> Observation:
    """What a tracking says about the number asked."""
    tag, sub = text(tracking.get("tag"), "tag"), text(tracking.get("subtag"), "subtag")
    company = text(tracking.get("slug"), "slug").lower()
    checkpoints = _checkpoints(tracking, tag, sub)
    stopped = _stopped(tracking, tag, sub)
    if not checkpoints and company == UNRECOGNIZED:
        reason = "AfterShip cannot tell the courier: set company to its slug, such as usps or dhl"
        return Refused(ask.number, reason=reason)
    if not checkpoints and tag in SILENT:
        pending = tag != EXPIRED and not stopped
        return NotFound(ask.number, pending=pending, reason=stopped, company=company)
    destination = alpha2(_first(tracking, DESTINATION))
    return Answered(
        number=ask.number,
        checkpoints=checkpoints,
        estimate=_estimate(tracking, destination),
        stopped=stopped,
        stands=_stands(tracking, tag, sub),
        company=company,
        service=aside(tracking.get("shipment_type")),
        origin=alpha2(_first(tracking, ORIGIN)),
        destination=destination,
    )


def _first(fields: Mapping[str, object], names: Sequence[str]) -> str:
    """The first of several keys that says anything."""
    return next(filter(None, (aside(fields.get(name)) for name in names)), "")


def _stopped(tracking: Record, tag: str, sub: str) -> str:
    """Why AfterShip looks no more; a parcel whose way is over needs no looking after."""
    if tag == EXPIRED:
        return Stop.NO_NEWS
    following = tracking.get("active") is None or flag(tracking.get("active"), "active")
    over = CODES.get(sub or tag, UNKNOWN)[0] in FINAL
    return "" if following or over else Stop.NO_LONGER_FOLLOWED


@optional(None)
def _estimate(tracking: Record, country: str) -> datetime | None:
    latest = record(tracking.get("latest_estimated_delivery"), "latest_estimated_delivery")
    own = record(tracking.get("courier_estimated_delivery_date"), "courier_estimated_delivery_date")
    stamp = _first(latest, LATEST) or _first(own, COURIERS_OWN)
    return due(stamp, country)


# --- checkpoints ---------------------------------------------------------------------------------


def _checkpoints(tracking: Record, tag: str, sub: str) -> tuple[Checkpoint, ...]:
    events = recent(rows(tracking.get("checkpoints"), "checkpoints"))
    scans = ordered([_scan(event) for event in events], newest_first=False)
    if not scans:
        return ()
    code = _conclusion([scan.code for scan in scans], tag, sub)
    if code:
        words = aside(tracking.get("subtag_message")) or scans[-1].words
        scans[-1] = concluded(scans[-1], code, *_told(code, words), words=words)
    found = checkpoints(scans)
    return _turned_back(found) if flag(tracking.get("return_to_sender"), "return_to_sender") else found


@optional(None)
def _span(event: Record) -> Span | None:
    stamp = text(event.get("checkpoint_time"), "checkpoint_time")
    return span(stamp) if stamp else None


def _scan(event: Record) -> Scan:
    words = text(event.get("message"), "message", TEXT_LIMIT) or aside(event.get("subtag_message"))
    place = aside(event.get("location"))
    place = place or ", ".join(filter(None, (aside(event.get("city")), _first(event, COUNTRY_NAME))))
    code = text(event.get("subtag"), "subtag") or text(event.get("tag"), "tag")
    meaning, reading = _told(code, words)
    return Scan(_span(event), code, meaning, words, place, reading, False if code in NOTICES else None)


@lru_cache(maxsize=8192)  # checkpoints of many parcels say the same things
def _told(code: str, words: str) -> tuple[Meaning | None, Reading]:
    """What a checkpoint's code means, None where its words speak instead."""
    reading = read(words)
    if code.partition("_")[0] in ("", PENDING):
        return None, reading
    if code == HANDED_OVER and reading.milestone is M.IN_TRANSIT:
        return None, reading
    return CODES.get(code, UNKNOWN), reading


def _conclusion(codes: Sequence[str], tag: str, sub: str) -> str:
    """The parcel's tag where it belongs to the newest checkpoint: that one says nothing, or none says it.

    That a parcel waits for its recipient says more than an exception without a reason.
    """
    code, newest = sub or tag, codes[-1]
    if tag in SILENT:
        return ""
    if not newest:
        return code
    meant, own = CODES.get(code, UNKNOWN), CODES.get(newest, UNKNOWN)
    if tag not in CONCLUDED or any(CODES.get(one) == meant for one in codes):
        return ""
    if meant[0] is M.RETURNING and own[0] is M.DELIVERED:
        return RETURNED
    vague = meant[1] in (None, Cause.UNSTATED)
    waits = own[0] is M.AVAILABLE_FOR_PICKUP and meant[0] is M.EXCEPTION
    return "" if vague and (waits or own[0] is meant[0]) else code


def _stands(tracking: Record, tag: str, sub: str) -> Milestone | None:
    """Where the parcel's tag says that it is; one that goes back was delivered to its sender."""
    stands = None if tag in SILENT else standing(CODES.get(sub or tag))
    turned = flag(tracking.get("return_to_sender"), "return_to_sender")
    return M.RETURNED if turned and stands is M.DELIVERED else stands


def _turned_back(found: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
    """A parcel said to go back, which no checkpoint tells: the newest one does."""
    if any(one.milestone in (M.RETURNING, M.RETURNED) for one in found):
        return found
    newest = found[-1]
    milestone = M.RETURNED if newest.milestone is M.DELIVERED else M.RETURNING
    return (*found[:-1], replace(newest, milestone=milestone))
