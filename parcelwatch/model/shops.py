"""What a shop's platform says of an order: what was sent, to whom it belongs, and whether it still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """Whether the buyer is still to get what they ordered."""

    OPEN = "open"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel as a shop names it. `company`: what it calls the courier, a name or its own code, "" for nothing.

    `fault`: why this is no number that can be watched, "" when it is.
    """

    number: str
    company: str = ""
    service: str = ""
    shipped_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as a shop tells of it. `ref`: its identity there; `number`: what the buyer knows it by.

    `shipments`: all that leave for the buyer now; a number the shop told of before and no more is replaced. What the
    buyer sends back is none of them. `hand_over_by`: the last instant at which the courier was to have it, the
    platform's own where it sets one. `value` in `currency`; `tags`, `buyer`, `tier`, `goods`, `url` as in an import.
    """

    ref: str
    number: str
    updated_at: datetime
    standing: Standing = Standing.OPEN
    shipments: tuple[Shipment, ...] = ()
    customer_name: str = ""
    customer_contact: str = ""
    buyer: str = ""
    language: str = ""
    value: float = 0.0
    currency: str = ""
    tier: str = ""
    goods: str = ""
    url: str = ""
    origin: str = ""
    destination: str = ""
    postal_code: str = ""
    phone_last4: str = ""
    promised_by: datetime | None = None
    hand_over_by: datetime | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grievance:
    """A buyer's complaint as a platform's refund or after-sales feed tells of it. `ref`: its identity there.

    `order`: what the buyer knows the order by; `number`: of the parcel, where it names one; `kind`: a label.
    """

    ref: str
    at: datetime
    order: str = ""
    number: str = ""
    kind: str = ""
    text: str = ""
