"""One tracked number of 17TRACK v2.4: its statuses, events and times as an observation.

Source: 17TRACK's status help page (9 statuses, 30 sub-statuses) and API document. Events are newest first inside a
provider; several providers tell one parcel's story and are merged. The main status counts where the events do not
say it themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, optional, part, recent, record, rows, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, in_time, joined
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, country_in, due, span
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, Cause, Checkpoint, Milestone, NotFound, Observation, Refused, Stop

M = Milestone
C = Cause

STATUSES: Mapping[str, Meaning] = {
    "NotFound": UNKNOWN,
    "InfoReceived": (M.INFO_RECEIVED, None),
    "InTransit": (M.IN_TRANSIT, None),
    "Expired": (M.IN_TRANSIT, None),
    "AvailableForPickup": (M.AVAILABLE_FOR_PICKUP, None),
    "OutForDelivery": (M.OUT_FOR_DELIVERY, None),
    "DeliveryFailure": (M.ATTEMPT_FAILED, None),
    "Delivered": (M.DELIVERED, None),
    "Exception": (M.EXCEPTION, C.UNSTATED),
}

SUB_STATUSES: Mapping[str, Meaning] = {
    "NotFound_Other": UNKNOWN,
    "NotFound_InvalidCode": UNKNOWN,
    "InTransit_PickedUp": (M.PICKED_UP, None),
    "InTransit_Departure": (M.IN_TRANSIT, None),
    "InTransit_Arrival": (M.IN_TRANSIT, None),
    "InTransit_CustomsProcessing": (M.CUSTOMS, None),
    "InTransit_CustomsReleased": (M.IN_TRANSIT, None),
    "InTransit_CustomsRequiringInformation": (M.CUSTOMS, C.CUSTOMS),
    "InTransit_Other": (M.IN_TRANSIT, None),
    "Expired_Other": (M.IN_TRANSIT, None),
    "AvailableForPickup_Other": (M.AVAILABLE_FOR_PICKUP, None),
    "OutForDelivery_Other": (M.OUT_FOR_DELIVERY, None),
    "DeliveryFailure_NoBody": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "DeliveryFailure_Security": (M.ATTEMPT_FAILED, C.SECURITY),
    "DeliveryFailure_Rejected": (M.ATTEMPT_FAILED, C.REFUSED),
    "DeliveryFailure_InvalidAddress": (M.ATTEMPT_FAILED, C.ADDRESS),
    "DeliveryFailure_Other": (M.ATTEMPT_FAILED, None),
    "Delivered_Other": (M.DELIVERED, None),
    "Exception_Returning": (M.RETURNING, None),
    "Exception_Returned": (M.RETURNED, None),
    "Exception_NoBody": (M.EXCEPTION, C.ADDRESS),
    "Exception_Security": (M.EXCEPTION, C.SECURITY),
    "Exception_Damage": (M.EXCEPTION, C.DAMAGED),
    "Exception_Rejected": (M.EXCEPTION, C.REFUSED),
    "Exception_Delayed": (M.EXCEPTION, C.COURIER_FAULT),
    "Exception_Lost": (M.EXCEPTION, C.LOST),
    "Exception_Destroyed": (M.EXCEPTION, C.DESTROYED),
    "Exception_Cancel": (M.CANCELLED, None),
    "Exception_Other": (M.EXCEPTION, C.UNSTATED),
}

STAGES: Mapping[str, Meaning] = {
    "PickedUp": (M.PICKED_UP, None),
    "Departure": (M.IN_TRANSIT, None),
    "Arrival": (M.IN_TRANSIT, None),
    "Returning": (M.RETURNING, None),
    "Returned": (M.RETURNED, None),
}

PLAIN: Meaning = (M.IN_TRANSIT, None)
CODES: Mapping[str, Meaning] = {**STATUSES, **SUB_STATUSES, **STAGES}

# Main statuses that say nothing of where a parcel is.
SILENT = ("NotFound", "Expired")
# Main statuses about the parcel itself that 17TRACK may conclude without any one event saying so.
CONCLUDED = ("Exception", "DeliveryFailure", "Delivered")


def observe(ask: Ask, item: Record) -> Observation:
    """What an accepted item says about the number asked."""
    info = record(item.get("track_info"), "track_info")
    status = record(info.get("latest_status"), "latest_status")
    main, sub = text(status.get("status"), "status"), text(status.get("sub_status"), "sub_status")
    scans = _scans(info)
    if not scans and main in ("", "NotFound"):
        return _empty(ask, main, sub)
    shipping = part(info.get("shipping_info"))
    destination = _country(shipping.get("recipient_address"), "recipient_address")
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(scans, main, sub, aside(status.get("sub_status_descr"))),
        estimate=_estimate(info, destination),
        stopped=_stopped(item, main),
        stands=None if main in SILENT else standing(CODES.get(sub or main)),
        company=aside(item.get("carrier")),
        service=aside(part(info.get("misc_info")).get("service_type")),
        origin=_country(shipping.get("shipper_address"), "shipper_address"),
        destination=destination,
    )


def _empty(ask: Ask, main: str, sub: str) -> Observation:
    """Registered, but there is no history: not yet (ask again soon), none at the carrier, or no such number."""
    if sub == "NotFound_InvalidCode":
        reason = "the carrier says this is not one of its numbers: check the number and the company"
        return Refused(ask.number, reason=reason)
    return NotFound(ask.number, pending=main != "NotFound")


def _stopped(item: Record, main: str) -> str | None:
    """Why 17TRACK no longer follows it; an item need not say, and then only its push did."""
    if main == "Expired":
        return Stop.NEVER_DELIVERED
    if text(item.get("tracking_status"), "tracking_status") == "Stopped":
        return text(item.get("stop_track_reason"), "stop_track_reason") or Stop.NO_LONGER_FOLLOWED
    return "" if item.get("tracking_status") else None


# --- events --------------------------------------------------------------------------------------


def _scans(info: Record) -> list[Scan]:
    """All providers' events, oldest first, what several tell once; the latest event alone when they list none."""
    tracking = record(info.get("tracking"), "tracking")
    providers = rows(tracking.get("providers"), "providers")
    lists = [recent(rows(provider.get("events"), "events")) for provider in providers]
    if not any(lists) and info.get("latest_event"):
        lists = [[record(info.get("latest_event"), "latest_event")]]
    found = joined([_scan(event) for event in events] for events in reversed(lists))
    return in_time(dict.fromkeys(found))


def _scan(event: Record) -> Scan:
    sub, stage = text(event.get("sub_status"), "sub_status"), text(event.get("stage"), "stage")
    address = part(event.get("address"))
    words = text(event.get("description"), "description", TEXT_LIMIT)
    place = aside(event.get("location")) or aside(address.get("city"))
    # Without a code the text speaks, except for a plain scan, which the document calls ordinary.
    meaning = PLAIN if not sub and not stage and "stage" in event else None
    return Scan(
        _span(event, aside(address.get("country")) or country_in(place)),
        sub or stage,
        CODES.get(sub or stage, UNKNOWN) if sub or stage else meaning,
        words,
        place,
        read(words),
    )


@optional(None)
def _span(event: Record, country: str) -> Span | None:
    """The event's time: with offset, else UTC, else the raw wall clock, which is never given an offset it lacks."""
    for name in ("time_iso", "time_utc"):
        stamp = text(event.get(name), name)
        if stamp:
            return span(stamp, country)
    raw = record(event.get("time_raw"), "time_raw")
    day, hour = text(raw.get("date"), "time_raw.date"), text(raw.get("time"), "time_raw.time")
    if not day:
        return None
    zone = text(raw.get("timezone"), "time_raw.timezone")
    return span(f"{day}T{hour}{zone}" if hour else day, country)


def _checkpoints(scans: list[Scan], main: str, sub: str, words: str) -> tuple[Checkpoint, ...]:
    if not scans:
        return ()
    code = _conclusion([scan.code for scan in scans], main, sub)
    if code:
        scans[-1] = concluded(scans[-1], code, CODES.get(code, UNKNOWN), words=words)
    return checkpoints(scans)


def _conclusion(codes: Sequence[str], main: str, sub: str) -> str:
    """The main status where it belongs to the newest event: that one says nothing itself, or no event says it.

    A parcel nobody collects ends as an unspecified exception; that it waits in a shop says more, so it stays.
    """
    code, newest = sub or main, codes[-1]
    if not code or main in SILENT:
        return ""
    if not newest:
        return code
    meant = CODES.get(code, UNKNOWN)
    if main not in CONCLUDED or any(CODES.get(one) == meant for one in codes):
        return ""
    waiting = CODES.get(newest) == STATUSES["AvailableForPickup"] and meant == STATUSES["Exception"]
    return "" if waiting else code


# --- the parcel ----------------------------------------------------------------------------------


@optional("")
def _country(address: object, where: str) -> str:
    return text(record(address, where).get("country"), f"{where}.country").upper()


@optional(None)
def _estimate(info: Record, country: str) -> datetime | None:
    window = record(record(info.get("time_metrics"), "time_metrics").get("estimated_delivery_date"), "estimate")
    stamp = text(window.get("to"), "estimate.to") or text(window.get("from"), "estimate.from")
    return due(stamp, country)
