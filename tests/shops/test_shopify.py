"""Shopify: the query is one of its schema, and whatever it answers is read as it is meant."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate

from parcelwatch import shops
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused, CourierUnreadable
from parcelwatch.model import Standing
from parcelwatch.shops.base import Account, Knock, Knocks, Mark
from parcelwatch.shops.shopify import query
from tests.shops.driving import NOW, SINCE, Drive
from tests.shops.shopify import SCHEMA, SECRET, TOKEN, Shopify, sent, signed, stamp

SAMPLES = os.environ.get("PARCELWATCH_SHOP_SAMPLES")


@pytest.fixture
def shopify() -> Iterator[Shopify]:
    place = Shopify()
    with place.server:
        yield place


class Asked(Drive):
    """One account at the loopback shop."""

    def __init__(self, shopify: Shopify, token: str = TOKEN, version: str = "") -> None:
        options = {"version": version} if version else {}
        account = Account("web", "shopify", shopify.server.url, token=token, secret=SECRET, options=options)
        super().__init__(shops.load()["shopify"], account)


def schemas() -> list[Any]:
    found = [pytest.param(SCHEMA, id="ours")]
    if SAMPLES:
        for path in sorted(Path(SAMPLES, "shopify").glob("schema*.graphql")):
            found.append(pytest.param(path.read_text(encoding="utf-8"), id=path.stem))
    return found


@pytest.mark.parametrize("schema", schemas())
@pytest.mark.parametrize("denied", [(), *query.PARTS, tuple(query.PARTS)])
def test_the_query_is_one_of_its_schema_with_and_without_what_an_app_may_be_denied(
    schema: str, denied: str | tuple[str, ...]
) -> None:
    text = query.orders((denied,) if isinstance(denied, str) else denied)
    assert validate(build_schema(schema), parse(text)) == []
    assert ("zip" in text) == ("shippingAddress" not in denied)


def test_an_order_is_read_with_all_its_numbers_and_its_deadline(shopify: Shopify) -> None:
    parts = [
        {
            "id": "1",
            "status": "CLOSED",
            "fulfillBy": "2026-11-26T22:59:59Z",
            "deliveryMethod": {"methodType": "SHIPPING"},
        },
        {"id": "2", "status": "OPEN", "fulfillBy": "2026-11-29T22:59:59Z", "deliveryMethod": {"methodType": "PICK_UP"}},
        {"id": "3", "status": "CANCELLED", "fulfillBy": "2026-12-29T22:59:59Z", "deliveryMethod": None},
    ]
    shopify.put(
        1001,
        NOW,
        sent("JD014600003SE", "JD014600004SE"),
        sent("1Z999AA10123456784", by="UPS", goods=["Lamp", "Bulb", "Shade", "Cable"]),
        sent("1Z999AA10123456795", by="UPS", status="CANCELLED", goods=["Chair"]),
        sent("1Z999AA10123456806", by="UPS", displayStatus="LABEL_VOIDED"),
        fulfillmentOrders={"nodes": parts},
    )
    (order,) = Asked(shopify).orders()
    assert (order.ref, order.number, order.standing) == ("1001", "#1001", Standing.OPEN)
    assert [(each.number, each.company) for each in order.shipments] == [
        ("JD014600003SE", "DHL Paket"),
        ("JD014600004SE", "DHL Paket"),
        ("1Z999AA10123456784", "UPS"),
    ]
    assert order.shipments[0].shipped_at == datetime(2026, 11, 25, 9, 2, 40, tzinfo=UTC)
    assert (order.customer_name, order.customer_contact, order.language) == ("Ann Beispiel", "ann@example.com", "de-DE")
    assert (order.value, order.currency, order.destination, order.tags) == (57.99, "EUR", "DE", ("gift",))
    assert order.hand_over_by == datetime(2026, 11, 26, 22, 59, 59, tzinfo=UTC)
    assert order.goods == "Lamp, Bulb, Shade"


def test_an_address_without_a_number_is_said_to_be_one(shopify: Shopify) -> None:
    shopify.put(1001, NOW, sent(None))
    (order,) = Asked(shopify).orders()
    assert "no number" in order.shipments[0].fault


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"cancelledAt": "2026-11-28T07:00:00Z"}, Standing.CANCELLED),
        ({"displayFinancialStatus": "REFUNDED"}, Standing.REFUNDED),
        ({"displayFinancialStatus": "PARTIALLY_REFUNDED"}, Standing.OPEN),
    ],
)
def test_how_an_order_stands(shopify: Shopify, said: dict[str, str], standing: Standing) -> None:
    shopify.put(1001, NOW, sent("JD014600003SE"), **said)
    assert [order.standing for order in Asked(shopify).orders()] == [standing]


def test_what_nobody_waits_for_is_left_out_and_the_mark_goes_on_over_it(shopify: Shopify) -> None:
    shopify.put(1001, NOW - timedelta(minutes=2), sent("JD014600003SE"), test=True)
    shopify.put(1002, NOW - timedelta(minutes=1), sent("JD014600004SE"), requiresShipping=False)
    (page,) = Asked(shopify).pages()
    assert page.orders == ()
    assert page.mark == Mark(NOW - timedelta(minutes=1))


def test_all_pages_are_read_and_each_leaves_a_mark(shopify: Shopify) -> None:
    for ref in range(60):
        shopify.put(1000 + ref, SINCE + timedelta(seconds=ref))
    pages = Asked(shopify).pages()
    assert [len(page.orders) for page in pages] == [25, 25, 10]
    assert [page.mark for page in pages] == [Mark(SINCE + timedelta(seconds=last)) for last in (24, 49, 59)]


@pytest.mark.parametrize(
    "denied",
    [["email"], ["shippingAddress", "phone"], ["fulfillmentOrders"], ["customerLocale"], ["fulfillmentLineItems"]],
)
def test_an_app_that_is_denied_a_part_gets_the_rest_and_says_so_once(shopify: Shopify, denied: list[str]) -> None:
    shopify.denied = frozenset(denied)
    for ref in range(30):
        shopify.put(1000 + ref, SINCE + timedelta(seconds=ref), sent(f"JD0146{ref:05}SE"))
    pages = Asked(shopify).pages()
    assert sum(len(order.shipments) for page in pages for order in page.orders) == 30
    assert {remark for page in pages for remark in page.remarks} == {
        f"Shopify does not let this app read {', '.join(sorted(denied))} of orders: letters and deadlines do without"
    }
    # A denied field that may be null comes as null; one that may not takes the answer with it and is left out.
    assert len(shopify.queries) == (3 if denied[0].startswith("fulfillment") else 2)


def test_an_app_that_is_denied_its_orders_is_told_what_it_needs(shopify: Shopify) -> None:
    shopify.denied = frozenset({"orders"})
    with pytest.raises(CourierRefused, match="read_orders"):
        Asked(shopify).pages()
    assert len(shopify.queries) == 2


def test_an_empty_bucket_is_waited_for_as_long_as_it_takes_to_fill(shopify: Shopify) -> None:
    shopify.put(1001, NOW, sent("JD014600003SE"))
    shopify.throttled = 2
    asked = Asked(shopify)
    assert len(asked.orders()) == 1
    assert asked.waits == [250 / 100_000] * 2


def test_a_bucket_that_never_fills_is_a_busy_shop(shopify: Shopify) -> None:
    shopify.throttled = 1000
    with pytest.raises(CourierBusy):
        Asked(shopify).pages()
    with pytest.raises(CourierBusy):
        Asked(shopify).look("1001")


def test_a_query_that_costs_too_much_asks_for_fewer_orders(shopify: Shopify) -> None:
    shopify.most = 65
    for ref in range(14):
        shopify.put(1000 + ref, SINCE + timedelta(seconds=ref))
    assert [len(page.orders) for page in Asked(shopify).pages()] == [6, 6, 2]
    assert [asked["variables"]["n"] for asked in shopify.queries] == [25, 12, 6, 6, 6]


def test_a_version_that_is_no_more_is_told(shopify: Shopify) -> None:
    shopify.version = "2026-10"
    (page,) = Asked(shopify).pages()
    assert page.remarks == ("Shopify answers by version 2026-10 of its API and not 2026-07",)
    assert Asked(shopify, version="2026-10").pages()[0].remarks == ()


def test_a_wrong_token_is_refused(shopify: Shopify) -> None:
    with pytest.raises(CourierRefused, match="401"):
        Asked(shopify, token="shpat_other").pages()


@pytest.mark.parametrize("ref", ["5550001", "gid://shopify/Order/5550001", "#DE-1001-X", "DE-1001-X", "1001"])
def test_an_order_is_found_by_id_and_by_what_people_call_it(shopify: Shopify, ref: str) -> None:
    shopify.put(5550001, NOW, name="#DE-1001-X" if "DE" in ref else "#1001")
    found = Asked(shopify).look(ref)
    assert found is not None
    assert found.ref == "5550001"


def test_an_order_that_is_not_there_is_none(shopify: Shopify) -> None:
    assert Asked(shopify).look("#77' OR name:'*") is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"data": {"orders": {"nodes": [{"id": "gid://shopify/Order/1"}]}}}, CourierUnreadable),
        ({"data": None, "errors": [{"message": "Field 'x' doesn't exist"}]}, CourierRefused),
        ({"errors": "[API] Invalid"}, CourierRefused),
        ({}, CourierUnreadable),
        ([], CourierUnreadable),
    ],
)
def test_what_is_no_page_of_orders_is_our_error(body: object, error: type[CourierError]) -> None:
    shop = shops.load()["shopify"]
    reading = shop.since(Account("web", "shopify", "https://x.example", token=TOKEN), Mark(SINCE), NOW)
    next(reading)
    with pytest.raises(error):
        reading.send(httpx.Response(200, json=body))


def test_a_webhook_is_believed_by_its_signature_only() -> None:
    shop, account = shops.load()["shopify"], Account("web", "shopify", "https://x.example", secret=SECRET)
    assert isinstance(shop, Knocks)
    body = json.dumps({"id": 5550001, "name": "#1001", "updated_at": stamp(NOW)}).encode()
    assert shop.knocked(account, Knock(signed(body), {}, body), NOW) == ("5550001",)
    fulfillment = json.dumps({"id": 77, "order_id": 5550001}).encode()
    assert shop.knocked(account, Knock(signed(fulfillment), {}, fulfillment), NOW) == ("5550001",)
    for headers, said, who in [
        (signed(body), body + b" ", account),
        ({}, body, account),
        ({"x-shopify-hmac-sha256": "é"}, body, account),
        (signed(body), body, Account("web", "shopify", "https://x.example")),
    ]:
        with pytest.raises(CourierRefused):
            shop.knocked(who, Knock(headers, {}, said), NOW)
    assert shop.knocked(account, Knock(signed(b"no json"), {}, b"no json"), NOW) == ()
