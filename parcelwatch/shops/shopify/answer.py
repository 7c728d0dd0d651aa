"""What Shopify answers: orders, what they cost, and what is wrong, which it says with HTTP 200 as well.

What belongs here: from the JSON of one answer to values or one of our errors.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from parcelwatch.couriers.base import said
from parcelwatch.couriers.shared.fields import Record
from parcelwatch.errors import CourierError, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Shipment, ShopOrder, Standing
from parcelwatch.shops.base import check, unreadable, value
from parcelwatch.shops.cells import amount, country, four, goods, inner, labels, language, latest, listed, moment, word

VERSION: Final = "x-shopify-api-version"
_FIELD: Final = re.compile(r"\bOrder\.(\w+) field")
_GID: Final = "gid://shopify/Order/"
_SENT: Final = frozenset({"SUCCESS", "OPEN", "PENDING"})
_VOID: Final = frozenset({"CANCELED", "LABEL_VOIDED"})
_BY_COURIER: Final = frozenset({"", "SHIPPING", "PICKUP_POINT"})


@dataclass(frozen=True, slots=True)
class Cost:
    """Points: what a query may cost at most, what there is now and at most, and how much comes back a second."""

    requested: float = 0.0
    available: float = 0.0
    most: float = 0.0
    restored: float = 0.0

    def wait(self) -> timedelta:
        """Until as much is there as the same query wants."""
        lacking = min(self.requested, self.most or self.requested) - self.available
        return timedelta(seconds=min(600.0, lacking / self.restored)) if lacking > 0 and self.restored > 0 else _NO_WAIT


_NO_WAIT: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `denied`: names in PARTS that this app may not read, all or some of each.

    `orders`: None where none came; `after`: the next page's cursor, "" on the last. `costly`: it asks for too much.
    """

    cost: Cost
    orders: tuple[Record, ...] | None = None
    after: str = ""
    throttled: bool = False
    costly: bool = False
    denied: frozenset[str] = frozenset()


def read(response: httpx.Response, asked: Collection[str]) -> Told:
    """What an answer says; `asked`: the names in PARTS that the query held. Raises CourierError."""
    check(response)
    body = value(response)
    if not isinstance(body, dict):
        unreadable(response, "the answer is no object")
    cost, errors = _cost(body), list(listed(body.get("errors")))
    codes = {word(inner(each, "extensions").get("code")) for each in errors}
    if "THROTTLED" in codes:
        return Told(cost, throttled=True)
    if "MAX_COST_EXCEEDED" in codes:
        return Told(cost, costly=True)
    found = inner(body, "data", "orders")
    if isinstance(found.get("nodes"), list):
        page = inner(found, "pageInfo")
        after = word(page.get("endCursor"), 2000) if page.get("hasNextPage") is True else ""
        return Told(cost, tuple(listed(found["nodes"])), after, denied=_named(errors) & set(asked))
    if "ACCESS_DENIED" in codes:
        return Told(cost, denied=_denied(response, errors, asked))
    raise _fault(response, body, codes)


def _cost(body: Record) -> Cost:
    told = inner(body, "extensions", "cost")
    bucket = inner(told, "throttleStatus")
    return Cost(
        _points(told.get("requestedQueryCost")),
        _points(bucket.get("currentlyAvailable")),
        _points(bucket.get("maximumAvailable")),
        _points(bucket.get("restoreRate")),
    )


def _points(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return float(value) if usable else 0.0  # type: ignore[arg-type]


def _denied(response: httpx.Response, errors: list[Record], asked: Collection[str]) -> frozenset[str]:
    """Which parts the app may not read; where it is not said, all that can be left out. Raises CourierRefused."""
    if not asked:
        raise CourierRefused(
            said(response, f"Shopify denies this app its orders: {_words(errors)}")
            + "; it needs the scope read_orders, and an app that is not the shop's own protected customer data access"
        )
    return _named(errors) & set(asked) or frozenset(asked)


def _named(errors: list[Record]) -> frozenset[str]:
    """The names of fields that errors are about, by where they happened or by their words."""
    steps = {step for each in errors for step in _steps(each) if isinstance(step, str)}
    return frozenset(steps | {name for each in errors for name in _FIELD.findall(word(each.get("message"), 400))})


def _steps(error: Record) -> list[Any]:
    path = error.get("path")
    return path if isinstance(path, list) else []


def _fault(response: httpx.Response, body: Record, codes: Collection[str]) -> CourierError:
    errors = body.get("errors")
    words = _words(list(listed(errors))) if isinstance(errors, list) else word(errors)
    if "INTERNAL_SERVER_ERROR" in codes:
        return CourierUnavailable(said(response, f"Shopify has trouble of its own: {words}"))
    if words:
        return CourierRefused(said(response, f"Shopify does not answer the query: {words}"))
    return CourierUnreadable("the answer has neither orders nor an error")


def _words(errors: list[Record]) -> str:
    return "; ".join(word(each.get("message")) for each in errors[:3])


# --- an order ------------------------------------------------------------------------------------


def followed(node: Record) -> bool:
    """Whether it is an order of a buyer that something is sent for."""
    return node.get("test") is not True and node.get("requiresShipping") is not False


def order(response: httpx.Response, node: Record) -> ShopOrder:
    """One order. Raises CourierUnreadable where it has no identity, name or time of change."""
    ref, number, updated_at = ref_of(node), word(node.get("name")), moment(node.get("updatedAt"))
    if not ref or not number or updated_at is None:
        unreadable(response, "an order has no id, name or updatedAt")
    address, money = inner(node, "shippingAddress"), inner(node, "currentTotalPriceSet", "shopMoney")
    names = (word(address.get("firstName")), word(address.get("lastName")))
    return ShopOrder(
        ref=ref,
        number=number,
        updated_at=updated_at,
        standing=_standing(node),
        shipments=tuple(_shipments(node)),
        customer_name=" ".join(name for name in names if name),
        customer_contact=word(node.get("email")) or word(node.get("phone")),
        language=language(node.get("customerLocale")),
        value=amount(money.get("amount")),
        currency=word(money.get("currencyCode"))[:3],
        destination=country(address.get("countryCodeV2")),
        postal_code=word(address.get("zip")),
        phone_last4=four(address.get("phone")) or four(node.get("phone")),
        hand_over_by=_hand_over_by(node),
        tags=labels(node.get("tags")),
        goods=goods(_titles(node)),
    )


def ref_of(node: Record) -> str:
    """An order's id, without what every order's begins with."""
    return word(node.get("id")).removeprefix(_GID)


def _standing(node: Record) -> Standing:
    if moment(node.get("cancelledAt")) is not None:
        return Standing.CANCELLED
    return Standing.REFUNDED if node.get("displayFinancialStatus") == "REFUNDED" else Standing.OPEN


def _sent(node: Record) -> Iterator[Record]:
    """The fulfillments that left, or are about to."""
    for each in listed(node.get("fulfillments")):
        if word(each.get("status")) in _SENT and word(each.get("displayStatus")) not in _VOID:
            yield each


def _shipments(node: Record) -> Iterator[Shipment]:
    seen: set[str] = set()
    for sent in _sent(node):
        for info in listed(sent.get("trackingInfo")):
            number, company, url = (word(info.get(name)) for name in ("number", "company", "url"))
            if (number or url) and (number or url) not in seen:
                seen.add(number or url)
                fault = "" if number else "Shopify has an address to track it at and no number"
                yield Shipment(number or url, company, shipped_at=moment(sent.get("createdAt")), fault=fault)


def _titles(node: Record) -> Iterator[object]:
    """What was sent; what is still to be sent is in no parcel."""
    for sent in _sent(node):
        for item in listed(inner(sent, "fulfillmentLineItems").get("nodes")):
            yield inner(item, "lineItem").get("title")


def _hand_over_by(node: Record) -> Any:
    """When the last of its parts was to be handed to a courier."""
    parts = listed(inner(node, "fulfillmentOrders").get("nodes"))
    return latest(
        each.get("fulfillBy")
        for each in parts
        if word(each.get("status")) != "CANCELLED"
        and word(inner(each, "deliveryMethod").get("methodType")) in _BY_COURIER
    )
