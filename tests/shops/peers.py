"""Loopback platforms that speak the documented wire format, each with its own words for the same three orders.

What belongs here: what each takes and answers. They disagree with whoever asks where servers do: they give fewer orders
to a page than asked for, tell one twice, page past the end, and answer 204, [] or 404 for nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from parcelwatch.shops.base import Account
from tests.servers import Hit, Server, head

CAP = 2
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Sold:
    """One order, whatever it is called where."""

    ref: str
    at: datetime
    number: str = ""
    company: str = "UPS"
    over: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, taken apart."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Peer:
    """A platform with orders. `base`: what follows its address in base_url; `options`: of its account."""

    api: ClassVar[str] = ""
    options: ClassVar[dict[str, str]] = {}
    key, secret, token = "key-8d21f0", "sec-77aa19", "tok-3c9e55"
    locked: ClassVar[int] = 401

    def __init__(self) -> None:
        self.sold: list[Sold] = []
        self.server = Server(self._respond)
        self.calls: list[Call] = []

    def account(self, **said: str) -> Account:
        """An account there."""
        given = {"key": self.key, "secret": self.secret, "token": self.token} | said
        return Account("web", self.api, self.server.url, zone="Europe/Berlin", options=self.options, **given)

    async def _respond(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(hit.target)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        try:
            body = json.loads(hit.body) if hit.body else None
        except ValueError:
            body = {name: values[0] for name, values in parse_qs(hit.body.decode()).items()}
        call = Call(hit.method, parts.path, query, hit.headers, body)
        self.calls.append(call)
        status, said = (self.locked, {"message": "who?"}) if not self.opens(call) else self.answer(call)
        text = b"" if said is None else json.dumps(said).encode()
        writer.write(head(status, len(text), **{"content-type": "application/json"}) + text)

    def opens(self, call: Call) -> bool:
        """Whether the credentials are right."""
        return call.headers.get("authorization") == f"Bearer {self.token}"

    def answer(self, call: Call) -> tuple[int, Any]:
        raise NotImplementedError

    def order(self, sold: Sold) -> dict[str, Any]:
        raise NotImplementedError

    def since(self, moment: datetime) -> list[Sold]:
        """What changed, oldest first."""
        return sorted((each for each in self.sold if each.at >= moment), key=lambda each: each.at)

    def page(self, moment: datetime, start: int) -> list[dict[str, Any]]:
        """A page of it, which holds fewer than anybody asks for."""
        return self.rows(moment)[start : start + CAP]

    def rows(self, moment: datetime) -> list[dict[str, Any]]:
        """What changed; the last of the first page is told again on the second, as when rows move meanwhile."""
        found = [self.order(each) for each in self.since(moment)]
        return [*found[:CAP], *found[CAP - 1 :]] if len(found) > CAP else found

    def one(self, ref: str) -> dict[str, Any] | None:
        return next((self.order(each) for each in self.sold if each.ref == ref), None)


def naive(text: str, zone: ZoneInfo | None = None) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone or UTC)


def plain(at: datetime, zone: ZoneInfo | None = None) -> str:
    return at.astimezone(zone or UTC).strftime("%Y-%m-%d %H:%M:%S")


class Woo(Peer):
    api = "woocommerce"

    def opens(self, call: Call) -> bool:
        proof = b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return call.headers.get("authorization") == f"Basic {proof}"

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.endswith("/fulfillments"):
            return 404, {"code": "rest_no_route", "message": "No route was found"}
        if call.path == "/wp-json/wc/v3/orders":
            start = CAP * (int(call.query["page"]) - 1)
            return 200, self.page(naive(call.query["modified_after"]), start)
        found = self.one(call.path.rpartition("/")[2])
        return (200, found) if found else (404, {"code": "woocommerce_rest_shop_order_invalid_id"})

    def order(self, sold: Sold) -> dict[str, Any]:
        item = {"tracking_provider": sold.company, "tracking_number": sold.number, "date_shipped": "1764028800"}
        meta = {"key": "_wc_shipment_tracking_items", "value": {"0": item}}
        return {
            "id": int(sold.ref),
            "number": sold.ref,
            "status": sold.over or "completed",
            "date_modified_gmt": sold.at.strftime("%Y-%m-%dT%H:%M:%S"),
            "line_items": [],
            "meta_data": [meta] if sold.number else [],
        }


class Magento(Peer):
    api = "magento"

    def answer(self, call: Call) -> tuple[int, Any]:
        prefix = "searchCriteria[filter_groups][0][filters][0]"
        name, value = call.query[f"{prefix}[field]"], call.query[f"{prefix}[value]"]
        if call.path.endswith("/shipments") and name == "created_at":
            made = [each for each in self.sold if each.number and each.at >= naive(value)]
            start = CAP * (int(call.query["searchCriteria[currentPage]"]) - 1)
            start = min(start, max(0, len(made) - 1) // CAP * CAP)
            rows = [{"order_id": int(each.ref), "tracks": [{"track_number": each.number}]} for each in made]
            return 200, {"items": rows[start : start + CAP], "total_count": len(made)}
        if call.path.endswith("/shipments"):
            sent = [each for each in self.sold if each.ref == value and each.number]
            tracks = [{"track_number": each.number, "carrier_code": "custom", "title": each.company} for each in sent]
            return 200, {"items": [{"tracks": tracks}], "total_count": 1}
        if name != "updated_at":
            found = [self.order(each) for each in self.sold if self.order(each)[name] in (value, _whole(value))]
            return 200, {"items": found or None, "total_count": len(found)}
        moment = naive(value)
        total = len(self.since(moment))
        # A page past the last one is the last one.
        start = min(CAP * (int(call.query["searchCriteria[currentPage]"]) - 1), max(0, total - 1) // CAP * CAP)
        items = [self.order(each) for each in self.since(moment)[start : start + CAP]]
        return 200, {"items": items, "total_count": total}

    def order(self, sold: Sold) -> dict[str, Any]:
        state = {"cancelled": "canceled", "refunded": "closed"}.get(sold.over, "complete")
        return {
            "entity_id": int(sold.ref),
            "increment_id": f"00000{sold.ref}",
            "state": state,
            "updated_at": plain(sold.at),
            "created_at": plain(sold.at),
            "items": [],
        }


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0


class PrestaShop(Peer):
    """`carrier`: whom all its orders go by."""

    api = "prestashop"
    carrier = "UPS"

    def opens(self, call: Call) -> bool:
        return call.headers.get("authorization") == "Basic " + b64encode(f"{self.key}:".encode()).decode()

    def answer(self, call: Call) -> tuple[int, Any]:
        assert call.query["output_format"] == "JSON"
        name, _, ref = call.path.removeprefix("/api/").partition("/")
        one = {
            "carriers": {"carrier": {"id": 12, "name": self.carrier}},
            "addresses": {"address": {"id_country": "8", "postcode": "75001"}},
            "countries": {"country": {"iso_code": "FR"}},
            "customers": {"customer": {"firstname": "Ann", "lastname": "Beispiel", "email": "ann@example.com"}},
            "languages": {"language": {"iso_code": "fr"}},
        }
        if ref:
            return 200, one[name]
        if name == "order_carriers" and "filter[date_add]" in call.query:
            assert call.query["display"] == "[id_order,tracking_number]"
            start = int(call.query["limit"].partition(",")[0])
            rows = [{"id_order": each.ref, "tracking_number": each.number} for each in self.sold]
            return 200, {"order_carriers": rows[start : start + CAP]} if rows[start:] else []
        if name == "order_carriers":
            wanted = call.query["filter[id_order]"].strip("[]")
            found = [{"tracking_number": each.number} for each in self.sold if each.ref == wanted]
            return 200, {"order_carriers": found}
        if "filter[date_upd]" in call.query:
            assert call.query["date"] == "1"
            begin = call.query["filter[date_upd]"].strip("[]").partition(",")[0]
            start = int(call.query["limit"].partition(",")[0])
            orders = self.page(naive(begin, BERLIN), start)
        else:
            orders = [each for each in map(self.order, self.sold) if _asked(call.query, each)]
        return 200, {"orders": orders} if orders else []

    def order(self, sold: Sold) -> dict[str, Any]:
        state = {"cancelled": "6", "refunded": "7"}.get(sold.over, "4")
        known = {"id_carrier": "12", "id_customer": "3", "id_address_delivery": "5", "id_lang": "1"}
        row = {"id": int(sold.ref), "reference": f"XKB{sold.ref}", "current_state": state, "shipping_number": ""}
        return {**row, **known, "date_upd": plain(sold.at, BERLIN), "associations": {}}


def _asked(query: Mapping[str, str], order: Mapping[str, Any]) -> bool:
    return all(
        str(order[name]) == query[f"filter[{name}]"].strip("[]")
        for name in ("id", "reference")
        if f"filter[{name}]" in query
    )


class BigCommerce(Peer):
    api = "bigcommerce"
    options: ClassVar = {"store": "abc123"}

    def opens(self, call: Call) -> bool:
        return call.headers.get("x-auth-token") == self.token

    def answer(self, call: Call) -> tuple[int, Any]:
        path = call.path.removeprefix("/stores/abc123/v2/orders")
        if sent := re.fullmatch(r"/(\w+)/shipments", path):
            found = [each for each in self.sold if each.ref == sent[1] and each.number]
            rows = [{"tracking_number": each.number, "tracking_carrier": each.company} for each in found]
            return (200, rows) if rows else (204, None)
        if path:
            order = self.one(path[1:])
            return (200, order) if order else (404, [{"status": 404, "message": "not found"}])
        begin = parsedate_to_datetime(call.query["min_date_modified"])
        orders = self.page(begin, CAP * (int(call.query["page"]) - 1))
        return (200, orders) if orders else (204, None)

    def order(self, sold: Sold) -> dict[str, Any]:
        status = {"cancelled": 5, "refunded": 4}.get(sold.over, 2)
        return {"id": int(sold.ref), "status_id": status, "date_modified": format_datetime(sold.at.astimezone(UTC))}


class Odoo(Peer):
    api = "odoo"
    options: ClassVar = {"database": "shop"}

    def opens(self, call: Call) -> bool:
        return call.headers.get("authorization") == f"Bearer {self.key}" and call.headers["x-odoo-database"] == "shop"

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.endswith("res.partner/read"):
            return 200, [] if call.body["ids"] != [7] else [
                {"name": "Ann Beispiel", "email": "ann@example.com", "phone": False, "country_code": "FR"}
            ]
        name, _, value = call.body["domain"][0]
        if name == "write_date":
            return 200, self.page(naive(value), call.body["offset"])
        return 200, [each for each in map(self.order, self.sold) if each[name] == value]

    def order(self, sold: Sold) -> dict[str, Any]:
        return {
            "name": f"WH/OUT/{sold.ref}",
            "origin": f"S{sold.ref}",
            "state": "cancel" if sold.over else "done",
            "carrier_tracking_ref": sold.number or False,
            "carrier_id": [3, sold.company],
            "partner_id": [7, "Ann"],
            "date_deadline": "2026-11-30 08:00:00",
            "date_done": False,
            "write_date": plain(sold.at),
        }


class ErpNext(Peer):
    api = "erpnext"

    def opens(self, call: Call) -> bool:
        return call.headers.get("authorization") == f"token {self.key}:{self.secret}"

    def answer(self, call: Call) -> tuple[int, Any]:
        ref = call.path.removeprefix("/api/resource/Delivery%20Note").strip("/")
        if ref:
            found = self.one(ref.removeprefix("MAT-DN-"))
            return (200, {"data": found}) if found else (404, {"exc_type": "DoesNotExistError"})
        ((name, _, value),) = json.loads(call.query["filters"])
        if name == "modified":
            return 200, {"data": self.page(naive(value, BERLIN), int(call.query["limit_start"]))}
        return 200, {"data": [each for each in map(self.order, self.sold) if each[name] == value]}

    def order(self, sold: Sold) -> dict[str, Any]:
        return {
            "name": f"MAT-DN-{sold.ref}",
            "modified": plain(sold.at, BERLIN) + ".123456",
            "docstatus": 2 if sold.over else 1,
            "po_no": f"PO-{sold.ref}",
            "lr_no": sold.number,
            "lr_date": "2026-11-27",
            "transporter_name": sold.company,
        }


class Etsy(Peer):
    """Its refresh tokens are replaced at every use; `valid`: the one that counts now."""

    api = "etsy"
    options: ClassVar = {"shop": "77"}
    valid = "tok-3c9e55"
    access = "77.access-0"

    def opens(self, call: Call) -> bool:
        return call.path.endswith("/oauth/token") or (
            call.headers.get("authorization") == f"Bearer {self.access}" and call.headers["x-api-key"] == self.key
        )

    def account(self, **said: str) -> Account:
        return super().account(**{"token": self.access, **said})

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.endswith("/oauth/token"):
            return self._grant(call)
        ref = call.path.removeprefix("/v3/application/shops/77/receipts").strip("/")
        if ref:
            found = self.one(ref)
            return (200, found) if found else (404, {"error": "Resource not found"})
        begin, start = datetime.fromtimestamp(int(call.query["min_last_modified"]), UTC), int(call.query["offset"])
        return 200, {"count": len(self.rows(begin)), "results": self.page(begin, start)}

    def _grant(self, call: Call) -> tuple[int, Any]:
        assert call.body["client_id"] == self.key
        if call.body["refresh_token"] != self.valid:
            return 400, {"error": "invalid_grant"}
        turn = int(self.access.rpartition("-")[2]) + 1
        self.valid, self.access = f"tok-{turn}", f"77.access-{turn}"
        return 200, {"access_token": self.access, "refresh_token": self.valid, "expires_in": 3600}

    def order(self, sold: Sold) -> dict[str, Any]:
        sent = {"carrier_name": sold.company, "tracking_code": sold.number}
        return {
            "receipt_id": int(sold.ref),
            "status": {"cancelled": "Canceled", "refunded": "Fully Refunded"}.get(sold.over, "Completed"),
            "updated_timestamp": int(sold.at.timestamp()),
            "grandtotal": {"amount": 3255, "divisor": 100, "currency_code": "USD"},
            "shipments": [sent] if sold.number else [],
            "transactions": [{"title": "Soap", "expected_ship_date": 1795957200}, {"title": "Dish"}],
        }


class Amazon(Peer):
    """`fba`: refs that Amazon sends itself. A page's token holds for one more page only."""

    api = "amazon"
    options: ClassVar = {"marketplaces": "A1PA6795UKMFR9", "customer_data": "yes"}
    locked = 403
    fba: ClassVar[frozenset[str]] = frozenset({"9"})
    tokens = True

    def opens(self, call: Call) -> bool:
        return call.headers.get("x-amz-access-token") == self.token

    def answer(self, call: Call) -> tuple[int, Any]:
        ref = call.path.removeprefix("/orders/2026-01-01/orders").strip("/")
        if ref:
            found = self.one(ref)
            return (200, {"order": found}) if found else (404, {"errors": [{"code": "NotFound"}]})
        assert call.query["fulfilledBy"] == "MERCHANT"
        begin, start = datetime.fromisoformat(call.query["lastUpdatedAfter"]), 0
        if "paginationToken" in call.query:
            if not self.tokens:
                return 400, {"errors": [{"code": "InvalidInput", "message": "the token is no more"}]}
            start = int(call.query["paginationToken"].removeprefix("after-"))
        more = start + CAP < len(self.rows(begin))
        said = {"orders": self.page(begin, start), "lastUpdatedBefore": "2026-11-28T07:58:00Z"}
        return 200, said | ({"pagination": {"nextToken": f"after-{start + CAP}"}} if more else {})

    def order(self, sold: Sold) -> dict[str, Any]:
        package = {"trackingNumber": sold.number, "carrier": sold.company, "packageStatus": {"status": "SHIPPED"}}
        void = package | {"trackingNumber": "VOID1234567", "packageStatus": {"status": "CANCELLED"}}
        window = {"latestDateTime": "2026-11-30T22:59:59Z"}
        return {
            "orderId": sold.ref,
            "lastUpdatedTime": sold.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fulfillment": {
                "fulfillmentStatus": "CANCELLED" if sold.over else "SHIPPED",
                "fulfilledBy": "AMAZON" if sold.ref in self.fba else "MERCHANT",
                "deliverByWindow": window,
                "shipByWindow": window,
            },
            "packages": [void, package] if sold.number else [void],
        }


class Ebay(Peer):
    api = "ebay"

    def answer(self, call: Call) -> tuple[int, Any]:
        path = call.path.removeprefix("/sell/fulfillment/v1/order")
        if sent := re.fullmatch(r"/(\w+)/shipping_fulfillment", path):
            those = [each for each in self.sold if each.ref == sent[1] and each.number]
            rows = [{"shipmentTrackingNumber": each.number, "shippingCarrierCode": each.company} for each in those]
            return 200, {"fulfillments": rows, "total": len(rows)}
        if path:
            order = self.one(path[1:])
            return (200, order) if order else (404, {"errors": [{"message": "not found"}]})
        begin, _, end = call.query["filter"].removeprefix("lastmodifieddate:[").rstrip("]").partition("..")
        moment, last = datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None
        found = [self.order(each) for each in self.since(moment) if last is None or each.at <= last]
        start = int(call.query["offset"])
        # Its pages begin with what was ordered last, whatever changed.
        return 200, {"orders": found[::-1][start : start + CAP], "total": len(found)}

    def order(self, sold: Sold) -> dict[str, Any]:
        instructions = {
            "shipByDate": "2026-11-26T07:59:59.000Z",
            "maxEstimatedDeliveryDate": "2026-12-02T08:00:00Z",
        }
        return {
            "orderId": sold.ref,
            "lastModifiedDate": sold.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "orderFulfillmentStatus": "FULFILLED" if sold.number else "NOT_STARTED",
            "orderPaymentStatus": "FULLY_REFUNDED" if sold.over == "refunded" else "PAID",
            "cancelStatus": {"cancelState": "CANCELED" if sold.over == "cancelled" else "NONE_REQUESTED"},
            "lineItems": [{"title": "Lamp", "lineItemFulfillmentInstructions": instructions}],
        }


ALL: tuple[type[Peer], ...] = (Woo, Magento, PrestaShop, BigCommerce, Odoo, ErpNext, Etsy, Amazon, Ebay)
