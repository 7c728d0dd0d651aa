"""eBay, Sell Fulfillment v1: orders, and of each that was sent the numbers, which want a call of their own.

What belongs here: asking and reading, day by day.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

import httpx

from parcelwatch.couriers.base import said
from parcelwatch.couriers.shared.fields import Record
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Page, Reading, Tells, check, unreadable, value
from parcelwatch.shops.cells import amount, country, four, goods, inner, latest, listed, moment, word
from parcelwatch.shops.tokens import granted

_API: Final = "/sell/fulfillment/v1"
_SIZE: Final = 100
_MOST_PAGES: Final = 1000
_DAY: Final = timedelta(days=1)
_SCOPE: Final = "https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly"


class Ebay:
    """eBay, an app with the seller's consent. `token`: the refresh token, which holds for 18 months."""

    api: ClassVar[str] = "ebay"
    base_url: ClassVar[str] = "https://api.ebay.com"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "5/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=5)
    farthest: ClassVar[timedelta | None] = timedelta(days=90)
    tells: ClassVar[Tells] = Tells(promised=True, hand_over=True, refunded=True)
    doubt: ClassVar[str] = "how refunds stand in payment states was not read in eBay's own documents"

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """A day at a time, so that what was read is kept however much there is."""
        begin = mark.at
        while begin + _DAY < now:
            yield from self._window(account, begin, begin + _DAY)
            begin += _DAY
        yield from self._window(account, begin, None)

    def _window(self, account: Account, begin: datetime, end: datetime | None) -> Reading:
        """All that changed in it; the last one is open, as no clock but eBay's says what is now."""
        newest, offset, before = begin, 0, None
        for _ in range(_MOST_PAGES):
            response = yield _get(account, "/order", **_span(begin, end), limit=str(_SIZE), offset=str(offset))
            assert response is not None
            body = _told(response)
            told, total = body.get("orders"), body.get("total")
            if not isinstance(told, list):
                unreadable(response, "the answer has no orders")
            orders = []
            for each in listed(told):
                filled = yield from _filled(account, each)
                orders.append(_order(response, filled))
            offset += len(told)
            newest = max((newest, *(order.updated_at for order in orders)))
            over = not told or told == before or (isinstance(total, int) and offset >= total)
            before = told
            yield Page(tuple(orders), mark=Mark(end or newest) if over else None)
            if over:
                return

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its id."""
        response = yield _get(account, f"/order/{quote(ref, safe='')}")
        if response.status_code == 404:
            return None
        filled = yield from _filled(account, _told(response))
        return _order(response, filled)

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """A token for two hours."""
        proof = b64encode(f"{account.key}:{account.secret}".encode()).decode()
        said = {"grant_type": "refresh_token", "refresh_token": renewal, "scope": _SCOPE}
        url = f"{account.base_url}/identity/v1/oauth2/token"
        return httpx.Request("POST", url, headers={"Authorization": f"Basic {proof}"}, data=said)

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, or a CourierError."""
        return granted(response, timedelta(hours=2))


def _get(account: Account, path: str, **query: str) -> httpx.Request:
    headers = {"Authorization": f"Bearer {account.token}", "Accept": "application/json"}
    url = f"{account.base_url}{_API}{path}"
    return httpx.Request("GET", f"{url}?{urlencode(query)}" if query else url, headers=headers)


def _span(begin: datetime, end: datetime | None) -> dict[str, str]:
    since, until = (at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") if at else "" for at in (begin, end))
    return {"filter": f"lastmodifieddate:[{since}..{until}]"}


def _told(response: httpx.Response) -> Record:
    if response.status_code in (400, 404, 409):
        errors = listed(inner(value(response)).get("errors"))
        words = "; ".join(word(each.get("longMessage")) or word(each.get("message")) for each in errors)
        raise CourierRefused(said(response, f"eBay answers {response.status_code}: {words or 'nothing else'}"))
    check(response)
    body = value(response)
    if not isinstance(body, dict):
        unreadable(response, "the answer is no object")
    return body


def _filled(account: Account, told: Record) -> Generator[Any, Any, Record]:
    """The order with its fulfillments, where something was sent."""
    ref = word(told.get("orderId"))
    if not ref or told.get("orderFulfillmentStatus") == "NOT_STARTED":
        return told
    response = yield _get(account, f"/order/{quote(ref, safe='')}/shipping_fulfillment")
    if response.status_code == 404:
        return told
    return {**told, "fulfillments": _told(response).get("fulfillments")}


def _order(response: httpx.Response, told: Record) -> ShopOrder:
    ref, updated_at = word(told.get("orderId")), moment(told.get("lastModifiedDate"))
    if not ref or updated_at is None:
        unreadable(response, "an order has no orderId or lastModifiedDate")
    items, total = list(listed(told.get("lineItems"))), inner(told, "pricingSummary", "total")
    start = next(listed(told.get("fulfillmentStartInstructions")), {})
    ship_to, hub = inner(start, "shippingStep", "shipTo"), start.get("ebaySupportedFulfillment") is True
    address = inner(ship_to, "contactAddress")
    promises = [inner(each, "lineItemFulfillmentInstructions") for each in items]
    until = [each.get("maxEstimatedDeliveryDate") for each in (*promises, start)]
    return ShopOrder(
        ref=ref,
        number=ref,
        updated_at=updated_at,
        standing=_standing(told),
        shipments=tuple(_shipments(told)),
        customer_name=word(ship_to.get("fullName")),
        customer_contact=word(ship_to.get("email")),
        buyer=word(inner(told, "buyer").get("username")),
        value=amount(total.get("value")),
        currency=word(total.get("currency"))[:3],
        goods=goods(each.get("title") for each in items),
        # To the hub of eBay's own international shipping the promise to the buyer says nothing.
        destination="" if hub else country(address.get("countryCode")),
        postal_code="" if hub else word(address.get("postalCode")),
        phone_last4=four(inner(ship_to, "primaryPhone").get("phoneNumber")),
        promised_by=None if hub else latest(until),
        hand_over_by=latest(each.get("shipByDate") for each in promises),
    )


def _standing(told: Record) -> Standing:
    if word(inner(told, "cancelStatus").get("cancelState")) in ("CANCELED", "CANCELLED"):
        return Standing.CANCELLED
    return Standing.REFUNDED if told.get("orderPaymentStatus") == "FULLY_REFUNDED" else Standing.OPEN


def _shipments(told: Record) -> Iterator[Shipment]:
    seen: set[str] = set()
    for each in listed(told.get("fulfillments")):
        number = word(each.get("shipmentTrackingNumber"))
        if number and number not in seen:
            seen.add(number)
            yield Shipment(number, word(each.get("shippingCarrierCode")), shipped_at=moment(each.get("shippedDate")))
