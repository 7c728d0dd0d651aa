"""What follows from an order as a shop tells of it: which parcels are watched, which no more, and what nobody can ask.

What belongs here: deciding, from an order and what the shop told of it before. Asking shops and saving is done
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parcelwatch.core.rows.assigning import Assigned
from parcelwatch.core.rows.cells import number_of
from parcelwatch.errors import BadInput
from parcelwatch.model import Order, Parcel, Shipment, ShopOrder, Standing

# Names and contacts that a platform masks or encrypts: 张**, 138****0000, ##密文, $$密文, ~…~.
_MASKED: Final = re.compile(r"[*＊]|^\s*(?:##|\$\$|~|@#)|•{2}")

CANCELLED: Final = "the shop cancelled the order"
REFUNDED: Final = "the order was refunded"
REPLACED: Final = "the shop replaced the number"
_OVER: Final = {Standing.CANCELLED: CANCELLED, Standing.REFUNDED: REFUNDED}

Assign = Callable[[str, str], Assigned]
"""(what the shop calls the courier, the number) → who asks; raises BadInput."""


@dataclass(frozen=True, slots=True)
class Known:
    """A parcel that the shop told of with this order before. `stopped`: it was stopped because the shop said so."""

    parcel_id: int
    number: str
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """A parcel to be watched no more, and why."""

    parcel_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """A number of an order that nobody can ask about, and why."""

    number: str
    company: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about an order. `watch`: parcels as the shop describes them now, with id 0."""

    order: Order
    watch: tuple[Parcel, ...] = ()
    stop: tuple[Stopped, ...] = ()
    held: tuple[Held, ...] = ()
    doubts: tuple[str, ...] = ()


def plan(told: ShopOrder, known: Sequence[Known], assign: Assign, now: datetime, currency: str = "") -> Plan:
    """What an order, as told now, asks for. `currency`: the shop's; a value in another one is left out."""
    order = described(told, currency)
    if told.standing in _OVER:
        why = _OVER[told.standing]
        return Plan(order, stop=tuple(Stopped(each.parcel_id, why) for each in known if not each.stopped))
    watch: list[Parcel] = []
    held: list[Held] = []
    doubts: list[str] = []
    for shipment in told.shipments:
        try:
            number = _watchable(shipment)
            who = assign(shipment.company, number)
        except BadInput as error:
            held.append(Held(shipment.number[:80], shipment.company[:80], str(error)))
            continue
        doubts += [who.doubt] if who.doubt else []
        watch.append(
            Parcel(
                id=0,
                number=number,
                courier=who.courier,
                added_at=now,
                company=who.company,
                service=shipment.service,
                origin=told.origin,
                destination=told.destination,
                shipped_at=shipment.shipped_at,
                phone_last4=told.phone_last4,
                postal_code=told.postal_code,
                orders=(order,),
            )
        )
    named = {number for shipment in told.shipments if (number := _number(shipment.number))}
    gone = (each for each in known if not each.stopped and each.number not in named)
    return Plan(
        order, tuple(watch), tuple(Stopped(each.parcel_id, REPLACED) for each in gone), tuple(held), tuple(doubts)
    )


def described(told: ShopOrder, currency: str = "") -> Order:
    """The order as parcels and letters know it; what the platform masks is no name and no contact."""
    foreign = bool(currency and told.currency and currency != told.currency)
    return Order(
        number=told.number,
        customer_name=unmasked(told.customer_name),
        customer_contact=unmasked(told.customer_contact),
        buyer=unmasked(told.buyer),
        language=told.language,
        value=0.0 if foreign else told.value,
        tier=told.tier,
        goods=told.goods,
        url=told.url,
        promised_by=told.promised_by,
        dispatch_by=told.hand_over_by,
        tags=told.tags,
    )


def unmasked(text: str) -> str:
    """What names somebody; "" for what a platform masks or encrypts."""
    return "" if _MASKED.search(text) else text


def _watchable(shipment: Shipment) -> str:
    if shipment.fault:
        raise BadInput(shipment.fault)
    return number_of(shipment.number)


def _number(text: str) -> str:
    try:
        return number_of(text)
    except BadInput:
        return ""
