"""DHL Shipment Tracking – Unified 1.5. One number a call, 250 calls a day, one every 5 seconds by default.

Source: DHL's API reference and support articles. Times are mostly wall clocks of the event's place. Damage, customs
holds and returns hide in a division's own code or in text. A finished return is "delivered" with `returnFlag`. An
unknown number is a 404. Without `service` another shipment may answer to the number, so ids are compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import ClassVar, NamedTuple

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, document, fitting, said, unreadable
from parcelwatch.couriers.dhl.codes import DIVISIONS, HOMES, NO_CODE, NOTICED, SERVICES, STATUS_CODES
from parcelwatch.couriers.dhl.silent import NOTICES, SILENT
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
    same_number,
    text,
)
from parcelwatch.couriers.shared.history import Scan, history
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, beside, standing
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.times import Span, country_code, due, span
from parcelwatch.errors import CourierRefused
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import Answered, Ask, Cause, Checkpoint, Milestone, NotFound, Observation, Refused, Unanswered

M = Milestone
C = Cause

KINDS = ("json",)
NO_SHIPMENT = re.compile(r"no result|shipment", re.IGNORECASE)
# A lacking value is the call's fault, unless it is one that only some parcels need.
INCOMPLETE = re.compile(r"missing (?:mandatory|required) (?!.*postal)", re.IGNORECASE)
BACK = "+return"
# A second level that is a code, as against a sentence.
_SECOND = re.compile(r"[A-Z0-9][A-Z0-9_/-]{0,79}")

# Where a parcel with returnFlag turned back, and what does not become "returning" after that.
_DOOR = frozenset({M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP})
_DOOR_CAUSES = frozenset({C.REFUSED, C.ADDRESS, C.NOBODY_HOME})
_STAYS = frozenset({M.RETURNED, M.CANCELLED, M.UNKNOWN})


class Dhl:
    """All DHL divisions behind one call."""

    api: ClassVar[str] = "dhl"
    base_url: ClassVar[str] = "https://api-eu.dhl.com/track/shipments"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/5s"
    quotas: ClassVar[tuple[str, ...]] = ("250/d",)
    needs: ClassVar[tuple[str, ...]] = ("key",)
    auth: ClassVar[str] = "key in a header"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = STATUS_CODES
    card: ClassVar[Card] = Card(asks=("dhl", "dhlexpress", "dhlecommerce", "deutschepost"))

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        query = {"trackingNumber": ask.number, "language": "en"}
        if ask.service.lower() in SERVICES:
            query["service"] = ask.service.lower()
        if ask.postal_code:
            query["recipientPostalCode"] = ask.postal_code
        headers = {"DHL-API-Key": account.key, "Accept": "application/json"}
        return httpx.Request("GET", account.base_url or self.base_url, params=query, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            if response.status_code in (400, 404):
                return (_problem(response, ask),)
            check(response)
            body = document(response, kinds=KINDS)
            if "shipments" not in body:
                unreadable(response, "the answer holds no shipments")
            return (_observation(ask, rows(body["shipments"], "shipments")),)


def _problem(response: httpx.Response, ask: Ask) -> Observation:
    """404 is an answer where it speaks of shipments; 400 is about the number asked, which alone differs by call."""
    body = document(response, kinds=KINDS)
    title, detail = text(body.get("title"), "title"), text(body.get("detail"), "detail")
    known = NO_SHIPMENT.search(f"{title} {detail}") if response.status_code == 404 else title or detail
    if "fault" in body or not known:
        unreadable(response, f"the answer {response.status_code} comes from DHL's gateway: check base_url")
    if response.status_code == 404:
        return NotFound(ask.number)
    detail = detail or title
    if INCOMPLETE.search(detail):
        raise CourierRefused(said(response, f"DHL refuses the call: {detail}"))
    return Refused(ask.number, reason=said(response, f"DHL does not accept the number: {detail}"))


def _observation(ask: Ask, shipments: list[Record]) -> Observation:
    if not shipments:
        return NotFound(ask.number)
    ours = [shipment for shipment in shipments if _is(shipment, ask.number)]
    if not ours:
        return Unanswered(ask.number, reason="DHL answers about another shipment: set service")
    wanted = [shipment for shipment in ours if text(shipment.get("service"), "service") == ask.service.lower()]
    return likeliest([_tracked(ask, shipment) for shipment in wanted or ours], ask.shipped_at)


def _is(shipment: Record, number: str) -> bool:
    """Whether a shipment is the one asked for, by its id or the id of one of its pieces."""
    if same_number(text(shipment.get("id"), "id"), number):
        return True
    pieces = record(shipment.get("details"), "details").get("pieceIds")
    return isinstance(pieces, list) and any(same_number(text(piece, "pieceIds"), number) for piece in pieces)


@dataclass(frozen=True, slots=True)
class _Lane:
    """Where a shipment's scans without a country of their own were made, as far as can be known."""

    service: str
    origin: str
    destination: str

    @property
    def home(self) -> str:
        if self.origin or self.destination:
            return self.origin if self.origin == self.destination else ""
        return HOMES.get(self.service, "")


def _tracked(ask: Ask, shipment: Record) -> Observation:
    lane = _Lane(
        text(shipment.get("service"), "service").lower(),
        _country(part(shipment.get("origin"))),
        _country(part(shipment.get("destination"))),
    )
    checkpoints = _checkpoints(shipment, lane)
    if flag(shipment.get("returnFlag"), "returnFlag"):
        checkpoints = _turned_back(checkpoints)
    return Answered(
        number=ask.number,
        checkpoints=checkpoints,
        estimate=_estimate(shipment, lane.destination),
        stands=_stands(shipment, lane),
        service=lane.service,
        origin=lane.origin,
        destination=lane.destination,
    )


def _stands(shipment: Record, lane: _Lane) -> Milestone | None:
    """Where the shipment's status says that it is; one with returnFlag was delivered to its sender."""
    told, _ = _said(record(shipment.get("status"), "status"), lane)
    stands = standing(beside(told.meaning, told.reading) if told.meaning else None)
    back = flag(shipment.get("returnFlag"), "returnFlag")
    return M.RETURNED if back and stands is M.DELIVERED else stands


@optional(None)
def _estimate(shipment: Record, country: str) -> datetime | None:
    window = record(shipment.get("estimatedDeliveryTimeFrame"), "estimatedDeliveryTimeFrame")
    stamp = text(window.get("estimatedThrough"), "estimatedThrough") or text(
        shipment.get("estimatedTimeOfDelivery"), "estimatedTimeOfDelivery"
    )
    return due(stamp, country)


# --- events --------------------------------------------------------------------------------------


def _checkpoints(shipment: Record, lane: _Lane) -> tuple[Checkpoint, ...]:
    """Oldest first. An event without a time takes its neighbours'; without a code, the text speaks."""
    return history([_told(event, lane) for event in _events(shipment)])


def _events(shipment: Record) -> list[Record]:
    """The events, newest first, and the shipment's status where it says what they do not."""
    events = recent(rows(shipment.get("events"), "events"))
    status = record(shipment.get("status"), "status")
    if not status:
        return events
    stamp = text(status.get("timestamp"), "status.timestamp")[:19]
    stamps = [text(event.get("timestamp"), "timestamp")[:19] for event in events]
    if not events or (stamp and stamp > max(stamps)):
        return [status, *events]
    newest = events[0]
    if newest.get("statusCode") is None and (
        stamp == stamps[0] or newest.get("description") == status.get("description")
    ):
        events = [{**status, **{name: value for name, value in newest.items() if value is not None}}, *events[1:]]
    return events


class _Said(NamedTuple):
    """All of a Scan but its time."""

    code: str
    meaning: Meaning | None
    words: str
    place: str
    reading: Reading
    moves: bool | None
    unmapped: bool
    suspected: bool


def _told(event: Record, lane: _Lane) -> Scan:
    said, country = _said(event, lane)
    return Scan(_span(event, country or lane.home), *said)


def _said(event: Record, lane: _Lane) -> tuple[_Said, str]:
    """What an event says but for its time, and the country it names."""
    address = part(part(event.get("location")).get("address"))
    return _scan(
        lane.service,
        event.get("statusCode"),
        event.get("status"),
        event.get("description"),
        _plainly(event.get("remark")),
        _plainly(address.get("addressLocality")),
        _plainly(address.get("countryCode")),
    )


def _plainly(value: object) -> str:
    """A text that may as well be missing, as it came if it is one."""
    return value if isinstance(value, str) else aside(value)


@lru_cache(maxsize=8192)  # events of many parcels say the same things at the same places
def _scan(
    service: str, status_code: object, status: object, description: object, remark: str, where: str, iso: str
) -> tuple[_Said, str]:
    first, second = text(status_code, "statusCode"), text(status, "status", TEXT_LIMIT)
    words, more = text(description, "description", TEXT_LIMIT), aside(remark, TEXT_LIMIT)
    meaning, unmapped = DIVISIONS.get(service, {}).get(second), _unlisted(service, second)
    if meaning is not None or unmapped:
        code = f"{first}/{second}" if first else second
    else:
        code = first
        words = words or second
    if meaning is None:
        meaning = STATUS_CODES.get(first.lower(), UNKNOWN) if first.lower() not in ("", NO_CODE) else None
    if " " in more and more != words:
        words = f"{words} ({more})" if words else more
    place, country = _where(aside(where).strip("- "), aside(iso).upper())
    moves = False if second.startswith(NOTICES) and " " not in second else None
    return _Said(code, meaning, words, place, read(words), moves, unmapped, second in NOTICED), country


def _unlisted(service: str, second: str) -> bool:
    """Whether a second level is a code, and one that nobody has listed for a division whose codes are."""
    listed = service in DIVISIONS and _SECOND.fullmatch(second) is not None
    return listed and second not in DIVISIONS[service] and second not in SILENT.get(service, ())


def _where(locality: str, country: str) -> tuple[str, str]:
    """A place to show, and its country; Express writes the country's name behind the town."""
    place = ", ".join(filter(None, (locality, country)))
    if not country and " - " in locality:
        country = country_code(locality.rsplit(" - ", 1)[1])
    return place, country


@optional(None)
def _span(event: Record, country: str) -> Span | None:
    stamp = text(event.get("timestamp"), "timestamp")
    return span(stamp, country) if stamp else None


@optional("")
def _country(end: Record) -> str:
    return text(record(end.get("address"), "address").get("countryCode"), "countryCode").upper()


# --- returns -------------------------------------------------------------------------------------


def _turned_back(checkpoints: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
    """A shipment with returnFlag: from where it turned it is returning, and its delivery is the return's end."""
    if not checkpoints:
        return ()
    turn = _turn(checkpoints)
    return (*checkpoints[:turn], *(_back(checkpoint) for checkpoint in checkpoints[turn:]))


def _turn(checkpoints: tuple[Checkpoint, ...]) -> int:
    """The first scan told as a return, else the last trouble at the door, else the last trouble, else the newest."""
    before_end = checkpoints[:-1] if checkpoints[-1].milestone is M.DELIVERED else checkpoints
    told = [place for place, one in enumerate(before_end) if one.milestone is M.RETURNING]
    door = [place for place, one in enumerate(before_end) if one.milestone in _DOOR or one.cause in _DOOR_CAUSES]
    trouble = [place for place, one in enumerate(before_end) if one.milestone is M.EXCEPTION]
    return (told[:1] or door[-1:] or trouble[-1:] or [len(checkpoints) - 1])[0]


def _back(one: Checkpoint) -> Checkpoint:
    """A scan on the way back; the code says that the flag made it one."""
    if one.milestone in _STAYS or (one.milestone is M.RETURNING and one.cause is not C.UNSTATED):
        return one
    milestone = M.RETURNED if one.milestone is M.DELIVERED else M.RETURNING
    cause = None if one.cause is C.UNSTATED else one.cause
    return replace(one, milestone=milestone, cause=cause, code=one.code + BACK)
