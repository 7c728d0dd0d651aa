"""17TRACK v2.4, the item: what `track_info` looks like for one number. The desk that takes calls is `desk_17track`.

Source: the v2.4 documentation, the vendor's status article, and published answers. Kept as it is: newest event
first inside each provider and providers unmerged; `time_iso`, `time_utc` or both may be null beside `time_raw`;
`stage` is null for an ordinary scan; all nine milestones are listed, the unreached ones without times.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zlib import crc32

from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.story import StoryParcel
from parcelwatch.sandbox.texts import wording
from parcelwatch.sandbox.world import Heard, Mark

M = Milestone
C = Cause
HOME = "UTC"

SUB_STATUSES: Mapping[tuple[Milestone, Cause | None], str] = {
    (M.INFO_RECEIVED, None): "InfoReceived",
    (M.PICKED_UP, None): "InTransit_PickedUp",
    (M.IN_TRANSIT, None): "InTransit_Other",
    (M.CUSTOMS, None): "InTransit_CustomsProcessing",
    (M.CUSTOMS, C.CUSTOMS): "InTransit_CustomsRequiringInformation",
    (M.OUT_FOR_DELIVERY, None): "OutForDelivery_Other",
    (M.AVAILABLE_FOR_PICKUP, None): "AvailableForPickup_Other",
    (M.ATTEMPT_FAILED, None): "DeliveryFailure_Other",
    (M.ATTEMPT_FAILED, C.NOBODY_HOME): "DeliveryFailure_NoBody",
    (M.ATTEMPT_FAILED, C.SECURITY): "DeliveryFailure_Security",
    (M.ATTEMPT_FAILED, C.REFUSED): "DeliveryFailure_Rejected",
    (M.ATTEMPT_FAILED, C.ADDRESS): "DeliveryFailure_InvalidAddress",
    (M.EXCEPTION, None): "Exception_Other",
    (M.EXCEPTION, C.DAMAGED): "Exception_Damage",
    (M.EXCEPTION, C.LOST): "Exception_Lost",
    (M.EXCEPTION, C.DESTROYED): "Exception_Destroyed",
    (M.EXCEPTION, C.REFUSED): "Exception_Rejected",
    (M.EXCEPTION, C.ADDRESS): "Exception_NoBody",
    (M.EXCEPTION, C.NOBODY_HOME): "Exception_NoBody",
    (M.EXCEPTION, C.CUSTOMS): "Exception_Security",
    (M.EXCEPTION, C.SECURITY): "Exception_Security",
    (M.EXCEPTION, C.WEATHER): "Exception_Delayed",
    (M.EXCEPTION, C.DISRUPTED): "Exception_Delayed",
    (M.EXCEPTION, C.COURIER_FAULT): "Exception_Delayed",
    (M.RETURNING, None): "Exception_Returning",
    (M.RETURNED, None): "Exception_Returned",
    (M.DELIVERED, None): "Delivered_Other",
    (M.CANCELLED, None): "Exception_Cancel",
    (M.UNKNOWN, None): "InTransit_SandboxOnly",
}
STAGES: Mapping[str, str] = {
    "InfoReceived": "InfoReceived",
    "InTransit_PickedUp": "PickedUp",
    "InTransit_Departure": "Departure",
    "InTransit_Arrival": "Arrival",
    "AvailableForPickup_Other": "AvailableForPickup",
    "OutForDelivery_Other": "OutForDelivery",
    "Delivered_Other": "Delivered",
    "Exception_Returning": "Returning",
    "Exception_Returned": "Returned",
}
# Carrier code → (name, home page, country, language). The codes are opaque numbers of the vendor's list.
CARRIERS: Mapping[int, tuple[str, str, str, str]] = {
    2151: ("Correios", "https://www.correios.com.br/", "BR", "en"),
    3011: ("China Post", "http://www.ems.com.cn/", "CN", "en"),
    7041: ("DHL Paket", "https://www.dhl.de/", "DE", "de"),
    11031: ("Royal Mail", "https://www.royalmail.com/", "GB", "en"),
    21051: ("USPS", "https://www.usps.com/", "US", "en"),
    100001: ("DHL Express", "https://www.dhl.com/", "DE", "en"),
    100002: ("UPS", "https://www.ups.com/", "US", "en"),
    100003: ("FedEx", "https://www.fedex.com/", "US", "en"),
    190012: ("Yanwen", "http://www.yw56.com.cn/", "CN", "en"),
}
Item = dict[str, object]


def item(heard: Heard, carrier: int, told: Mapping[str, object], now: datetime) -> Item:
    """An element of `data.accepted`. `told` is what the registration said: tag, lang, param."""
    echoed = {key: told.get(key) for key in ("param", "tag", "lang")}
    return {
        "number": heard.parcel.number,
        "carrier": carrier,
        **echoed,
        "special_tracking_info": None,
        "track_info": _track_info(heard, carrier, now),
    }


def latest_status(heard: Heard) -> Item:
    """Main and sub status: those of the newest event, unless there is none or it is followed no longer."""
    if not heard.marks:
        sub = "NotFound_Other"
    elif heard.stopped_at and heard.marks[-1].says.milestone not in (M.DELIVERED, M.RETURNED):
        sub = "Expired_Other"
    else:
        sub = sub_status(heard.marks[-1])
    return {"status": sub.partition("_")[0], "sub_status": sub, "sub_status_descr": None}


def sub_status(mark: Mark) -> str:
    says = mark.says
    return says.code or SUB_STATUSES.get((says.milestone, says.cause)) or SUB_STATUSES[(says.milestone, None)]


def _track_info(heard: Heard, carrier: int, now: datetime) -> Item:
    parcel = heard.parcel
    return {
        "shipping_info": {
            "shipper_address": _address(parcel.origin),
            "recipient_address": _address(parcel.destination),
        },
        "latest_status": latest_status(heard),
        "latest_event": _event(heard.marks[-1], parcel, carrier) if heard.marks else None,
        "time_metrics": _metrics(heard, now),
        "milestone": _milestones(heard),
        "misc_info": _misc(parcel),
        "tracking": _tracking(heard, carrier, now),
    }


def _tracking(heard: Heard, carrier: int, now: datetime) -> Item:
    """One provider for each company that says something; the last mile is not merged into the first."""
    sayers = {int(mark.says.company or carrier): None for mark in reversed(heard.marks)} or {carrier: None}
    providers = [_provider(heard, sayer, carrier, now) for sayer in sayers]
    fingerprint = crc32(f"{heard.parcel.number}/{len(heard.marks)}".encode()) - 2**31
    return {"providers_hash": fingerprint, "providers": providers}


def _provider(heard: Heard, sayer: int, carrier: int, now: datetime) -> Item:
    marks = [mark for mark in reversed(heard.marks) if int(mark.says.company or carrier) == sayer]
    name, homepage, country, language = CARRIERS.get(sayer, (f"Carrier {sayer}", None, None, "en"))
    synced = heard.stopped_at or now
    return {
        "provider": {
            "key": sayer,
            "name": name,
            "alias": name,
            "tel": None,
            "homepage": homepage,
            "country": country,
        },
        "service_type": heard.parcel.service or None,
        "latest_sync_status": "Success" if marks else "Failure",
        "latest_sync_time": _utc(synced),
        "provider_lang": language,
        "provider_tips": None,
        "events_hash": crc32("/".join(f"{m.at} {m.dice}" for m in marks).encode()),
        "events": [_event(mark, heard.parcel, sayer) for mark in marks],
    }


def _event(mark: Mark, parcel: StoryParcel, sayer: int) -> Item:
    language = CARRIERS.get(sayer, ("", "", "", "en"))[3]
    text = wording(mark, language)
    sub = sub_status(mark)
    translation = None if language == "en" else {"lang": "en", "description": wording(mark, "en")}
    return {
        **_times(mark, parcel),
        "description": text,
        "description_translation": translation,
        "location": mark.says.place or None,
        "stage": STAGES.get(sub),
        "sub_status": sub,
        "address": {**_address(mark.country), "city": mark.locality or None},
    }


def _times(mark: Mark, parcel: StoryParcel) -> Item:
    if mark.says.time == "none":
        return _no_times()
    local = mark.local(parcel, HOME)
    offset = local.isoformat()[19:]
    raw = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M:%S}", "timezone": offset}
    if mark.says.time == "raw":
        return {**_no_times(), "time_raw": {**raw, "timezone": None}}
    return {"time_iso": local.isoformat(), "time_utc": _utc(mark.at), "time_raw": raw}


def _no_times() -> Item:
    return {"time_iso": None, "time_utc": None, "time_raw": {"date": None, "time": None, "timezone": None}}


def _milestones(heard: Heard) -> list[Item]:
    reached = {STAGES.get(sub_status(mark)): mark for mark in heard.marks}
    return [
        {"key_stage": stage, **(_times(reached[stage], heard.parcel) if stage in reached else _no_times())}
        for stage in STAGES.values()
    ]


def _metrics(heard: Heard, now: datetime) -> Item:
    estimate = None if heard.estimate is None else heard.estimate.isoformat()
    moved = [mark.at for mark in heard.marks if mark.says.milestone is not M.INFO_RECEIVED]
    done = [mark.at for mark in heard.marks if mark.says.milestone is M.DELIVERED]
    return {
        "days_after_order": (now - heard.marks[0].at).days if heard.marks else 0,
        "days_of_transit": ((done or [now])[0] - moved[0]).days if moved else 0,
        "days_of_transit_done": (done[0] - moved[0]).days if moved and done else 0,
        "days_after_last_update": (now - heard.marks[-1].at).days if heard.marks else 0,
        "estimated_delivery_date": {"source": estimate and "Official", "from": estimate, "to": estimate},
    }


def _misc(parcel: StoryParcel) -> Item:
    unset = ("service_type", "weight_raw", "weight_kg", "pieces", "dimensions", "customer_number", "reference_number")
    local = {"local_number": "", "local_provider": None, "local_key": 0}
    return {"risk_factor": 0, **dict.fromkeys(unset), "service_type": parcel.service or None, **local}


def _address(country: str) -> Item:
    parts: Item = {"country": country or None, **dict.fromkeys(("state", "city", "street", "postal_code"))}
    return {**parts, "coordinates": {"longitude": None, "latitude": None}}


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
