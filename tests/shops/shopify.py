"""A loopback Shopify: a real GraphQL engine over orders that change, with its points, its denials and its versions.

What belongs here: the wire as documented. The schema holds what is asked for, in words of our own, and a field that
Shopify does not have fails here as it would there.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, build_schema, default_field_resolver, graphql_sync

from tests.servers import Hit, Server, head

TOKEN = "shpat_loopback_1"
SECRET = "shpss_loopback_2"

# A scalar that nobody coerces serves for times, money and countries alike.
SCHEMA = """
scalar DateTime
scalar Decimal
scalar URL
enum OrderSortKeys { ID UPDATED_AT }
enum FulfillmentStatus { PENDING OPEN SUCCESS CANCELLED ERROR FAILURE }
enum FulfillmentOrderStatus { OPEN IN_PROGRESS CANCELLED INCOMPLETE CLOSED SCHEDULED ON_HOLD }
enum DeliveryMethodType { SHIPPING PICK_UP NONE RETAIL LOCAL PICKUP_POINT }
enum CountryCode { DE GB US }
enum CurrencyCode { EUR GBP USD }
type Query {
  orders(first: Int, after: String, sortKey: OrderSortKeys, query: String, reverse: Boolean): OrderConnection!
}
type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Order {
  id: ID! name: String! updatedAt: DateTime! cancelledAt: DateTime test: Boolean! tags: [String!]!
  requiresShipping: Boolean! displayFinancialStatus: String customerLocale: String email: String phone: String
  currentTotalPriceSet: MoneyBag! shippingAddress: MailingAddress
  fulfillments(first: Int, query: String): [Fulfillment!]!
  fulfillmentOrders(first: Int, after: String, reverse: Boolean, query: String): FulfillmentOrderConnection!
}
type MoneyBag { shopMoney: MoneyV2! }
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
type MailingAddress { firstName: String lastName: String zip: String countryCodeV2: CountryCode phone: String }
type Fulfillment {
  id: ID! status: FulfillmentStatus! displayStatus: String createdAt: DateTime!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  fulfillmentLineItems(first: Int, after: String, reverse: Boolean): FulfillmentLineItemConnection!
}
type FulfillmentLineItemConnection { nodes: [FulfillmentLineItem!]! }
type FulfillmentLineItem { quantity: Int lineItem: LineItem! }
type LineItem { title: String! sku: String }
type FulfillmentTrackingInfo { number: String company: String url: URL }
type FulfillmentOrderConnection { nodes: [FulfillmentOrder!]! }
type FulfillmentOrder { id: ID! status: FulfillmentOrderStatus! fulfillBy: DateTime deliveryMethod: DeliveryMethod }
type DeliveryMethod { methodType: DeliveryMethodType! }
"""
_SCHEMA = build_schema(SCHEMA)
Info = GraphQLResolveInfo[Any]


@dataclass
class Shopify:
    """Its orders by id, as GraphQL has them. `denied`: fields of an order that the app may not read.

    `throttled`: so many answers say that the bucket of points is empty. `most`: points a query may cost; an order costs
    ten. `version`: what it answers by, whatever is asked for.
    """

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    throttled: int = 0
    most: int = 1000
    version: str = ""

    def __post_init__(self) -> None:
        self.server = Server(self._answer)

    @property
    def settings(self) -> str:
        """The table for config.toml."""
        return f'[shops.web]\napi = "shopify"\nbase_url = "{self.server.url}"\ntoken = "{TOKEN}"\nsecret = "{SECRET}"\n'

    def put(self, ref: int, at: datetime, *sent: dict[str, Any], **said: Any) -> None:
        """An order as it is from now on."""
        known = {
            "id": f"gid://shopify/Order/{ref}",
            "name": f"#{ref}",
            "test": False,
            "tags": ["gift"],
            "requiresShipping": True,
            "displayFinancialStatus": "PAID",
            "customerLocale": "de-DE",
            "email": "ann@example.com",
            "currentTotalPriceSet": {"shopMoney": {"amount": "57.99", "currencyCode": "EUR"}},
            "shippingAddress": {"firstName": "Ann", "lastName": "Beispiel", "zip": "10115", "countryCodeV2": "DE"},
            "fulfillmentOrders": {"nodes": []},
        }
        self.orders[str(ref)] = {**known, "updatedAt": stamp(at), "fulfillments": list(sent), **said}

    @property
    def queries(self) -> list[dict[str, Any]]:
        """What was asked so far."""
        return [json.loads(hit.body) for hit in self.server.hits if hit.target.endswith("graphql.json")]

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        asked = re.fullmatch(r"/admin/api/(\d{4}-\d{2})/graphql\.json", hit.target)
        status, body = 404, {"errors": "Not Found"}
        if asked and hit.headers.get("x-shopify-access-token") != TOKEN:
            status, body = 401, {"errors": "[API] Invalid API key or access token"}
        elif asked:
            status, body = 200, self.told(json.loads(hit.body))
        text = json.dumps(body).encode()
        version = {"x-shopify-api-version": self.version or asked[1]} if asked else {}
        writer.write(head(status, len(text), **version) + text)

    def told(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a query."""
        wanted = 10 * asked["variables"]["n"]
        bucket = {"maximumAvailable": 2000, "currentlyAvailable": 0, "restoreRate": 100_000}
        cost = {"cost": {"requestedQueryCost": wanted, "throttleStatus": bucket}}
        if wanted > self.most:
            error = {"message": "Query cost is too high", "extensions": {"code": "MAX_COST_EXCEEDED"}}
            return {"errors": [error]}
        if self.throttled:
            self.throttled -= 1
            return {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": cost}
        made = graphql_sync(
            _SCHEMA, asked["query"], {"orders": self._page}, None, asked["variables"], field_resolver=self._resolve
        )
        assert not [one for one in made.errors or [] if not (one.extensions or {}).get("code")], made.errors
        return {**made.formatted, "extensions": cost}

    def _resolve(self, source: Any, info: Info, **arguments: Any) -> Any:
        if info.parent_type.name in ("Order", "Fulfillment") and info.field_name in self.denied:
            words = f"This app is not approved to access the Order.{info.field_name} field."
            raise GraphQLError(words, extensions={"code": "ACCESS_DENIED"})
        if info.field_name == "fulfillmentLineItems":
            return {"nodes": source[info.field_name]["nodes"][: arguments["first"]]}
        if info.field_name in {"fulfillments", "trackingInfo", "fulfillmentOrders"}:
            return source[info.field_name]
        return default_field_resolver(source, info, **arguments)

    def _page(self, _: Info, first: int, query: str, after: str = "", **_sort: str) -> dict[str, Any]:
        if "orders" in self.denied:
            words = "This app is not approved to access the Order object."
            raise GraphQLError(words, extensions={"code": "ACCESS_DENIED"})
        found = sorted((each for each in self.orders.values() if _matches(each, query)), key=lambda o: o["updatedAt"])
        start = int(after or 0)
        nodes = found[start : start + first]
        more = len(found) > start + first
        return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": str(start + first)}}


def sent(
    *numbers: str | None, by: str = "DHL Paket", status: str = "SUCCESS", goods: Iterable[str] = ("Lamp",), **said: Any
) -> dict[str, Any]:
    """A fulfillment with these numbers; None: one with an address only."""
    infos = [{"number": each, "company": by, "url": None if each else "https://t.example/1"} for each in numbers]
    known: dict[str, Any] = {"id": "gid://shopify/Fulfillment/1", "status": status, "displayStatus": "FULFILLED"}
    held = {"nodes": [{"quantity": 1, "lineItem": {"title": each, "sku": "A1"}} for each in goods]}
    known |= {"createdAt": "2026-11-25T09:02:40Z", "trackingInfo": infos, "fulfillmentLineItems": held}
    return known | said


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed(body: bytes) -> dict[str, str]:
    """The headers of a webhook."""
    proof = b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    return {"x-shopify-hmac-sha256": proof, "x-shopify-topic": "orders/updated"}


def _matches(order: dict[str, Any], query: str) -> bool:
    name, _, value = query.partition(":")
    match name:
        case "updated_at":
            return bool(order["updatedAt"] >= value.removeprefix(">=").strip("'"))
        case "id":
            return bool(order["id"].endswith(f"/{value}"))
        case "name":
            return bool(order["name"].lstrip("#") == value.strip("'").lstrip("#"))
    raise AssertionError(query)
