"""What programs of the shop's own post to us: parcels, orders and complaints, item by item, each with its answer.

What belongs here: from items to answers, in the caller's transaction. HTTP, tokens and limits are web/api.py's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.complaints import Reader
from parcelwatch.core.rows.intake import Intake, Row
from parcelwatch.errors import BadInput
from parcelwatch.model import Parcel, Shipment, ShopOrder, Standing
from parcelwatch.shopping.taking import Counter, take_page
from parcelwatch.shops.base import Page
from parcelwatch.store import Store, complaints
from parcelwatch.verbs import importing
from parcelwatch.verbs.promising import Promises

MOST: Final = 500
"""Items one call may hold."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counters:
    """What items are held against. `counter`: where orders of this caller are taken in.

    `promised`: what the parcels of a call differ about.
    """

    parcels: Intake
    complaints: Reader
    policy: Policy
    counter: Counter
    promised: Promises = field(default_factory=Promises)


Take = Callable[[Store, Counters, Mapping[str, object], datetime], Answer]


def take_all(store: Store, take: Take, counters: Counters, items: Sequence[object], now: datetime) -> list[Answer]:
    """An answer per item, in order; what is refused leaves nothing behind, and the others go in.

    What parcels of one call say of one order's deadlines is made one, and said with the later of two that differ.
    """
    promised = _promised(counters.parcels, items, now) if take is parcel and len(items) > 1 else Promises()
    counters = replace(counters, promised=promised)
    answers: list[Answer] = []
    for item in items:
        try:
            with store.savepoint():
                answers.append(take(store, counters, _object(item), now))
        except BadInput as error:
            answers.append({"outcome": "refused", "reason": str(error)})
    for doubt in promised.doubts():
        answers[doubt.line - 1].setdefault("warnings", []).append({"field": doubt.column, "text": doubt.text})
    return answers


def _promised(reader: Intake, items: Sequence[object], now: datetime) -> Promises:
    """What the last words on each parcel of a call promise of its orders."""
    last: dict[tuple[object, ...], tuple[int, Mapping[str, object], Parcel]] = {}
    for place, item in enumerate(items, 1):
        with suppress(BadInput):
            cells = _object(item)
            said = reader.read(cells, now).parcel
            last[said.number, said.courier, said.company, said.order_numbers] = place, cells, said
    promised = Promises("item")
    for place, cells, said in last.values():
        promised.say(said, cells, place)
    return promised


def _object(item: object) -> Mapping[str, object]:
    if not isinstance(item, dict):
        raise BadInput("it is no JSON object")
    return item


def parcel(store: Store, counters: Counters, item: Mapping[str, object], now: datetime) -> Answer:
    """Watch a parcel, described as a row of an import."""
    received = importing.receive(store, item, counters.parcels, counters.policy, now, counters.promised)
    if received is None:
        return {"outcome": "skipped", "reason": _FORGOTTEN}
    described, added = received
    warnings = [{"field": each.column, "text": each.text} for each in described.remarks]
    said = described.parcel
    return {
        "outcome": added.outcome,
        "id": added.id,
        "number": said.number,
        "courier": said.courier,
        "warnings": warnings,
    }


def complaint(store: Store, counters: Counters, item: Mapping[str, object], now: datetime) -> Answer:
    """Keep a complaint, described as a row of an import."""
    told = counters.complaints.read(item, now)
    about = complaints.subject(store, told)
    if about is None:
        return {"outcome": "skipped", "reason": "no parcel that is watched has it"}
    warnings = [{"field": each.column, "text": each.text} for each in told.spoiled]
    return {"outcome": complaints.keep(store, told, about), "warnings": warnings}


def order(store: Store, counters: Counters, item: Mapping[str, object], now: datetime) -> Answer:
    """Take in an order as it stands now: all its parcels, or that it was cancelled or refunded."""
    told = _told(item, counters.parcels, now)
    taken = take_page(store, counters.counter, Page((told,)), now)
    if taken.forgotten:
        return {"outcome": "skipped", "reason": _FORGOTTEN}
    counts = {"added": taken.added, "updated": taken.updated, "stopped": taken.stopped, "held": taken.held}
    return {"outcome": "taken", "order": told.number, **counts}


ORDER_FIELDS: Final = (
    "order",
    "standing",
    "shipments",
    "origin",
    "destination",
    "postal_code",
    "phone_last4",
    "promised_by",
    "dispatch_by",
    "customer_name",
    "customer_contact",
    "language",
    "value",
    "tag",
    "buyer",
    "tier",
    "goods",
    "order_url",
)
_FORGOTTEN: Final = "it was forgotten; `parcelwatch parcels add` watches it again"
_NO_ORDER: Final = "it names no order: a field `order` holds its number"
_SHIPMENT_FIELDS: Final = ("number", "company", "service", "shipped_at")


def _told(item: Mapping[str, object], reader: Intake, now: datetime) -> ShopOrder:
    """The order that an item describes. Raises BadInput with every reason against it."""
    _refuse_strange(item, ORDER_FIELDS)
    number = item.get("order")
    if not isinstance(number, str | int) or not str(number).strip():
        raise BadInput(_NO_ORDER)
    standing = item.get("standing", Standing.OPEN.value)
    if standing not in tuple(Standing):
        raise BadInput(f"standing {str(standing)[:40]!r}: write {', '.join(Standing)}")
    parcels = item.get("shipments", [])
    if not isinstance(parcels, list):
        raise BadInput("shipments is no list")
    described = reader.order(
        {name: value for name, value in item.items() if name not in ("standing", "shipments")}, now
    )
    if not described.parcel.orders:
        raise BadInput(_NO_ORDER)
    parcel, known = described.parcel, described.parcel.orders[0]
    return ShopOrder(
        ref=known.number,
        number=known.number,
        updated_at=now,
        standing=Standing(str(standing)),
        shipments=tuple(_shipment(each, reader, now) for each in parcels[:MOST]),
        customer_name=known.customer_name,
        customer_contact=known.customer_contact,
        buyer=known.buyer,
        language=known.language,
        value=known.value,
        tier=known.tier,
        goods=known.goods,
        url=known.url,
        origin=parcel.origin,
        destination=parcel.destination,
        postal_code=parcel.postal_code,
        phone_last4=parcel.phone_last4,
        promised_by=known.promised_by,
        hand_over_by=known.dispatch_by,
        tags=known.tags,
    )


def _shipment(item: object, reader: Intake, now: datetime) -> Shipment:
    told = {"number": item} if isinstance(item, str) else _object(item)
    _refuse_strange(told, _SHIPMENT_FIELDS)
    row = Row(told)
    number, company = row.need("number", str, ""), row.may("company", str, "")
    at = row.may("shipped_at", lambda text: reader.past(text, now), None)
    if row.reasons or row.spoiled:
        raise BadInput("; ".join([*row.reasons, *(each.text for each in row.spoiled)]))
    return Shipment(number, company, row.may("service", str, ""), at)


def _refuse_strange(item: Mapping[str, object], known: Sequence[str]) -> None:
    strange = next((str(name) for name in item if name not in known), None)
    if strange is not None:
        raise BadInput(f"there is no field {strange[:40]!r}: there are {', '.join(known)}")


# --- the same call twice -------------------------------------------------------------------------

REMEMBERED: Final = timedelta(hours=24)
"""How long the answer to a call with an Idempotency-Key is kept."""


def fingerprint(path: str, body: bytes) -> str:
    """What tells a repetition of a call from another call under the same key."""
    return hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
