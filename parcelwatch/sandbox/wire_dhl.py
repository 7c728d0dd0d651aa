"""DHL Shipment Tracking – Unified 1.5: GET /track/shipments, one number a call, header `DHL-API-Key`.

Source: DHL's API reference, support articles on status codes and return flag, and published answers. What makes
it hard, kept as it is: times are naive local ones of the event's place; damage, loss and customs stand only in
free text or in a division's own code; a finished return is "delivered" with `returnFlag`; unknown is a 404.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.story import StoryParcel
from parcelwatch.sandbox.texts import wording
from parcelwatch.sandbox.wire import Call, Reply, as_json, reply
from parcelwatch.sandbox.world import Heard, Mark, World

M = Milestone
C = Cause
PATH = "/track/shipments"
HOME = "Europe/Berlin"
CACHED = 50_000

# The first level; only these five words exist. Damage and customs holds do not leave "transit".
STATUS_CODES: Mapping[Milestone, str] = {
    M.INFO_RECEIVED: "pre-transit",
    M.PICKED_UP: "transit",
    M.IN_TRANSIT: "transit",
    M.CUSTOMS: "transit",
    M.OUT_FOR_DELIVERY: "transit",
    M.ATTEMPT_FAILED: "failure",
    M.AVAILABLE_FOR_PICKUP: "transit",
    M.EXCEPTION: "transit",
    M.RETURNING: "transit",
    M.RETURNED: "delivered",
    M.DELIVERED: "delivered",
    M.CANCELLED: "failure",
    M.UNKNOWN: "unknown",
}
FAILURES = frozenset({C.REFUSED, C.ADDRESS, C.LOST, C.DESTROYED, C.NOBODY_HOME})

# The second level of divisions that have codes of their own; the others write free text.
DIVISION_CODES: Mapping[str, Mapping[tuple[Milestone, Cause | None], str]] = {
    "ecommerce": {
        (M.INFO_RECEIVED, None): "238",
        (M.PICKED_UP, None): "130",
        (M.IN_TRANSIT, None): "120",
        (M.CUSTOMS, C.CUSTOMS): "443",
        (M.EXCEPTION, C.CUSTOMS): "443",
        (M.OUT_FOR_DELIVERY, None): "598",
        (M.ATTEMPT_FAILED, None): "571",
        (M.ATTEMPT_FAILED, C.REFUSED): "610",
        (M.EXCEPTION, C.REFUSED): "610",
        (M.EXCEPTION, C.ADDRESS): "630",
        (M.EXCEPTION, C.DAMAGED): "623",
        (M.EXCEPTION, C.LOST): "690",
        (M.EXCEPTION, C.DESTROYED): "825",
        (M.RETURNED, None): "860",
        (M.DELIVERED, None): "600",
        (M.CANCELLED, None): "101",
    },
    "parcel-nl": {
        (M.OUT_FOR_DELIVERY, None): "LOAD_VEHICLE",
        (M.CUSTOMS, None): "IN_CLEARANCE_PROCESS",
        (M.EXCEPTION, C.CUSTOMS): "CLEARANCE_DELAY",
        (M.EXCEPTION, C.ADDRESS): "BAD_ADDRESS",
        (M.EXCEPTION, C.DAMAGED): "ARRIVED_DAMAGED",
        (M.EXCEPTION, C.MISROUTED): "MIS_ROUTED",
        (M.RETURNED, None): "DELIVERED_AT_SHIPPER",
        (M.DELIVERED, None): "DELIVERED",
    },
}
PRODUCTS = {"parcel-de": "DHL PAKET (parcel)", "express": "EXPRESS WORLDWIDE"}
SIBLINGS = ("freight", "dgf", "ecommerce", "parcel-nl", "post-de", "express")


class Dhl:
    """Answers calls, counts them against the day's quota, and keeps rendered bodies."""

    name = "dhl"
    base = PATH
    routes: tuple[tuple[str, str], ...] = (("GET", PATH),)

    def __init__(self, world: World) -> None:
        self.world = world
        self._bodies: dict[tuple[int, int, str, bool], bytes] = {}
        self._day: tuple[object, int] = (None, 0)

    def numbers(self, call: Call) -> tuple[str, ...]:
        number = call.query.get("trackingNumber", "")
        return (number,) if number else ()

    def answer(self, call: Call, now: datetime) -> Reply:
        if call.headers.get("dhl-api-key") != self.world.story.access.key:
            return self.refused()
        if self._spent(now):
            return self.busy()
        number = call.query.get("trackingNumber")
        if not number:
            return _problem(400, "Invalid input", "Invalid input: missing mandatory parameter 'trackingNumber'")
        service = call.query.get("service", "")
        for parcel in self.world.find(self.name, number):
            if parcel.says and service in ("", parcel.service or "parcel-de"):
                return self._tracked(parcel, call.query.get("language", ""), bool(service), now)
        return _not_found(number)

    def warm(self, now: datetime, language: str = "en") -> None:
        """Renders every answer beforehand, as far as they are kept: for those who measure the asking side."""
        for parcel in self.world.story.parcels[:CACHED]:
            if parcel.api == self.name:
                self._tracked(parcel, language, True, now)

    def refused(self) -> Reply:
        return _problem(401, "Unauthorized", "Unauthorized for given resource.")

    def busy(self) -> Reply:
        detail = "Too many requests within defined time period, please try again later."
        return _problem(429, "Too Many Requests", detail)

    def broken(self) -> Reply:
        return _problem(500, "Internal Server Error", "An internal error has occurred.")

    def _spent(self, now: datetime) -> bool:
        """The quota counts calls, whatever they asked, and starts anew at 00:00 GMT."""
        quota = self.world.story.access.quota
        today = now.date()
        self._day = (today, self._day[1] + 1 if self._day[0] == today else 1)
        return quota is not None and self._day[1] > quota

    def _tracked(self, parcel: StoryParcel, language: str, narrowed: bool, now: datetime) -> Reply:
        key = (id(parcel), self.world.version(parcel, now), language, narrowed)
        body = self._bodies.get(key)
        if body is None:
            heard = self.world.heard(parcel, now)
            body = as_json(answer(heard, language, narrowed)) if heard.marks else b""
            if len(self._bodies) >= CACHED:
                self._bodies.clear()
            self._bodies[key] = body
        return Reply(200, body) if body else _not_found(parcel.number)


def answer(heard: Heard, language: str = "", narrowed: bool = True) -> dict[str, object]:
    """The body for a parcel with a history. `narrowed`: the call named a service, so there are no other hits."""
    parcel = heard.parcel
    written: dict[str, object] = {"shipments": [_shipment(heard, language or _own_language(parcel))]}
    if narrowed:
        return written
    others = [f"{PATH}?trackingNumber={parcel.number}&service={s}" for s in SIBLINGS if s != _service(parcel)]
    return {**written, "possibleAdditionalShipmentsUrl": others}


def _shipment(heard: Heard, language: str) -> dict[str, object]:
    parcel = heard.parcel
    events = [_event(mark, parcel, language) for mark in reversed(heard.marks)]
    shipment: dict[str, object] = {
        "serviceUrl": f"https://www.dhl.de/de/privatkunden.html?piececode={parcel.number}",
        "id": parcel.number,
        "service": _service(parcel),
        "origin": {"address": {"countryCode": parcel.origin}} if parcel.origin else {"address": {}},
        "destination": {"address": {"countryCode": parcel.destination}} if parcel.destination else {"address": {}},
        "status": events[0],
        "details": _details(parcel),
        "events": [_bare(event) for event in events] if _service(parcel) == "express" else events,
    }
    if heard.estimate is not None:
        shipment["estimatedTimeOfDelivery"] = _naive(heard.estimate.astimezone(ZoneInfo(parcel.zone or HOME)))
    if heard.turned_back:
        shipment["returnFlag"] = True
    return shipment


def _event(mark: Mark, parcel: StoryParcel, language: str) -> dict[str, object]:
    text = wording(mark, language)
    event: dict[str, object] = {}
    if mark.says.time != "none":
        event["timestamp"] = _naive(mark.local(parcel, HOME))
    if mark.locality:
        address = {"countryCode": mark.country} if mark.country else {}
        event["location"] = {"address": {**address, "addressLocality": mark.locality}}
    event["statusCode"] = _status_code(mark)
    event["status"] = mark.says.code or _division_code(parcel, mark) or text
    event["description"] = text
    return event


def _bare(event: dict[str, object]) -> dict[str, object]:
    """Express lists its events with a description and a place, but without the two status levels."""
    return {key: value for key, value in event.items() if key not in ("statusCode", "status")}


def _status_code(mark: Mark) -> str:
    if mark.says.milestone is M.EXCEPTION and mark.says.cause in FAILURES:
        return "failure"
    return STATUS_CODES[mark.says.milestone]


def _division_code(parcel: StoryParcel, mark: Mark) -> str:
    codes = DIVISION_CODES.get(parcel.service, {})
    says = mark.says
    return codes.get((says.milestone, says.cause)) or ("" if says.cause else codes.get((says.milestone, None), ""))


def _details(parcel: StoryParcel) -> dict[str, object]:
    return {
        "product": {"productName": PRODUCTS.get(_service(parcel), "UNKNOWN - Product unknown")},
        "proofOfDeliverySignedAvailable": False,
        "totalNumberOfPieces": 1,
        "pieceIds": [parcel.number.lstrip("0")],
        "weight": {"value": 2, "unitText": "kg"},
    }


def _service(parcel: StoryParcel) -> str:
    return parcel.service or "parcel-de"


def _own_language(parcel: StoryParcel) -> str:
    return "de" if _service(parcel) == "parcel-de" else "en"


def _naive(local: datetime) -> str:
    return local.isoformat()[:19]


def _problem(status: int, title: str, detail: str) -> Reply:
    return reply({"status": status, "title": title, "detail": detail}, status)


def _not_found(number: str) -> Reply:
    body = {"title": "No result found", "detail": "No shipment with given tracking number found.", "status": 404}
    return reply({**body, "instance": f"/shipment/{number}"}, 404)
