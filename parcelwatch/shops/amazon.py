"""Amazon SP-API, orders v2026-01-01: what the merchant sends, with its packages; what Amazon sends is Amazon's.

What belongs here: asking and reading. A call for what changed is allowed once in three minutes, twenty at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import quote, urlencode

import httpx

from parcelwatch.couriers.base import said
from parcelwatch.couriers.shared.fields import Record
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Page, Reading, Tells, check, unreadable, value
from parcelwatch.shops.cells import amount, country, four, goods, inner, listed, moment, word
from parcelwatch.shops.tokens import granted

_PATH: Final = "/orders/2026-01-01/orders"
_TOKENS: Final = "https://api.amazon.com/auth/o2/token"
_ALWAYS: Final = ("PACKAGES", "FULFILLMENT", "CANCELLATION")
_PEOPLE: Final = ("BUYER", "RECIPIENT")
_MOST_PAGES: Final = 1000


class Amazon:
    """Amazon SP-API, a private app of the seller's own. `token`: the refresh token of Login with Amazon."""

    api: ClassVar[str] = "amazon"
    base_url: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ("base_url", "key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {
        "marketplaces": "the ids of the marketplaces, between commas, such as A1PA6795UKMFR9",
        "customer_data": '"yes": ask for buyer and recipient, too, which the app must be allowed',
        "tokens_url": "where tokens are granted, where it is not Amazon's own address",
    }
    required: ClassVar[tuple[str, ...]] = ("marketplaces",)
    rate: ClassVar[str] = "20/3571s"
    overlap: ClassVar[timedelta] = timedelta(minutes=5)
    farthest: ClassVar[timedelta | None] = None
    tells: ClassVar[Tells] = Tells(promised=True, hand_over=True)
    doubt: ClassVar[str] = "the roles that customer data wants were not read in Amazon's own documents"

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Page after page. Where a reading stops between two, the mark's cursor goes on with the next."""
        cursor = mark.cursor
        for _ in range(_MOST_PAGES):
            response = yield _search(account, mark.at, cursor)
            assert response is not None
            if cursor and response.status_code == 400:
                # A token of pages that holds no more: begin where they began.
                cursor = ""
                continue
            body = _told(response)
            found = body.get("orders")
            if not isinstance(found, list):
                unreadable(response, "the answer has no orders")
            orders = tuple(_order(response, each) for each in listed(found) if _followed(each))
            after = word(inner(body, "pagination").get("nextToken"), 4000)
            if not after or after == cursor:
                yield Page(orders, mark=Mark(_until(body, mark.at)))
                return
            cursor = after
            yield Page(orders, mark=Mark(mark.at, cursor))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its id."""
        query = urlencode({"includedData": ",".join(_included(account))})
        url = f"{account.base_url}{_PATH}/{quote(ref, safe='')}?{query}"
        response = yield httpx.Request("GET", url, headers=_headers(account))
        if response.status_code == 404:
            return None
        found = inner(_told(response), "order")
        if not found:
            unreadable(response, "the answer has no order")
        return _order(response, found) if _followed(found) else None

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """Login with Amazon: a token for an hour."""
        said = {"grant_type": "refresh_token", "refresh_token": renewal}
        said |= {"client_id": account.key, "client_secret": account.secret}
        return httpx.Request("POST", account.options.get("tokens_url") or _TOKENS, data=said)

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, or a CourierError."""
        return granted(response, timedelta(hours=1))


def _search(account: Account, since: datetime, cursor: str) -> httpx.Request:
    query = {
        "lastUpdatedAfter": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "marketplaceIds": account.options.get("marketplaces", "").replace(" ", ""),
        "fulfilledBy": "MERCHANT",
        "includedData": ",".join(_included(account)),
        "maxResultsPerPage": "100",
    }
    query |= {"paginationToken": cursor} if cursor else {}
    return httpx.Request("GET", f"{account.base_url}{_PATH}?{urlencode(query)}", headers=_headers(account))


def _included(account: Account) -> tuple[str, ...]:
    return (*_ALWAYS, *(_PEOPLE if account.options.get("customer_data") == "yes" else ()))


def _headers(account: Account) -> dict[str, str]:
    return {"x-amz-access-token": account.token, "accept": "application/json"}


def _told(response: httpx.Response) -> Record:
    """The answer's object; Amazon's own words about what is wrong."""
    if 400 <= response.status_code < 500 and response.status_code not in (401, 403, 408, 425, 429):
        errors = listed(inner(value(response)).get("errors"))
        words = "; ".join(word(each.get("message")) for each in errors)
        raise CourierRefused(said(response, f"Amazon answers {response.status_code}: {words or 'nothing else'}"))
    check(response)
    body = value(response)
    if not isinstance(body, dict):
        unreadable(response, "the answer is no object")
    return body


def _until(body: Record, since: datetime) -> datetime:
    """How far the reading went, by Amazon's own word, else by the last order that changed."""
    said = moment(body.get("lastUpdatedBefore"))
    changed = (moment(each.get("lastUpdatedTime")) for each in listed(body.get("orders")))
    return said if said and said >= since else max((since, *(at for at in changed if at)))


def _followed(order: Record) -> bool:
    return word(inner(order, "fulfillment").get("fulfilledBy")) != "AMAZON"


def _order(response: httpx.Response, told: Record) -> ShopOrder:
    ref, updated_at = word(told.get("orderId")), moment(told.get("lastUpdatedTime"))
    if not ref or updated_at is None:
        unreadable(response, "an order has no orderId or lastUpdatedTime")
    fulfillment, buyer = inner(told, "fulfillment"), inner(told, "buyer")
    address, total = inner(told, "recipient", "deliveryAddress"), inner(told, "proceeds", "grandTotal")
    return ShopOrder(
        ref=ref,
        number=ref,
        updated_at=updated_at,
        standing=Standing.CANCELLED if fulfillment.get("fulfillmentStatus") == "CANCELLED" else Standing.OPEN,
        shipments=tuple(_shipments(told)),
        customer_name=word(buyer.get("buyerName")) or word(address.get("name")),
        customer_contact=word(buyer.get("buyerEmail")),
        value=amount(total.get("amount")),
        currency=word(total.get("currencyCode"))[:3],
        goods=goods(inner(item, "product").get("title") for item in listed(told.get("orderItems"))),
        destination=country(address.get("countryCode")),
        postal_code=word(address.get("postalCode")),
        phone_last4=four(address.get("phone")),
        promised_by=moment(inner(fulfillment, "deliverByWindow").get("latestDateTime")),
        hand_over_by=moment(inner(fulfillment, "shipByWindow").get("latestDateTime")),
        tags=tuple(tag for each in _programs(told) if (tag := word(each))),
    )


def _programs(told: Record) -> list[object]:
    programs = told.get("programs")
    return programs[:20] if isinstance(programs, list) else []


def _shipments(told: Record) -> Iterator[Shipment]:
    seen: set[str] = set()
    for each in listed(told.get("packages")):
        status, number = inner(each, "packageStatus"), word(each.get("trackingNumber"))
        void = word(status.get("status")) == "CANCELLED" or word(status.get("detailedStatus")) == "LABEL_CANCELLED"
        if number and not void and number not in seen:
            seen.add(number)
            service = word(each.get("shippingService"))
            yield Shipment(number, word(each.get("carrier")), service, moment(each.get("shipTime")))
