"""The platforms of the West, each asked over loopback HTTP in its own words: nothing is lost, nothing is made up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest

from parcelwatch import shops
from parcelwatch.cli import main
from parcelwatch.config import ShopConfig
from parcelwatch.errors import ConfigError, CourierError, CourierRefused
from parcelwatch.model import Standing
from parcelwatch.shops.base import Account, Mark, Renews, Shop, Tailored
from tests.shops.driving import NOW, SINCE, Drive
from tests.shops.peers import (
    ALL,
    Amazon,
    BigCommerce,
    Call,
    Ebay,
    ErpNext,
    Etsy,
    Magento,
    Odoo,
    Peer,
    PrestaShop,
    Sold,
    Woo,
)

P = TypeVar("P", bound=Peer)
MINUTE = timedelta(minutes=1)
UPS = tuple(f"1Z999AA1012345678{last}" for last in range(7))
# What some platforms call the orders that all have the same refs here.
REFS = {Odoo: "WH/OUT/{}", ErpNext: "MAT-DN-{}"}
NUMBERS = {Magento: "00000{}", PrestaShop: "XKB{}", Odoo: "S{}", ErpNext: "PO-{}"}
# Delivery notes and transfers are cancelled; what was paid back is told elsewhere.
NO_REFUNDS = (Odoo, ErpNext, Amazon)


def tailored(peer: Peer) -> Shop:
    """The adapter as its account's settings make it."""
    found = shops.load()[peer.api]
    settings = ShopConfig("web", peer.api, MINUTE, ZoneInfo("Europe/Berlin"), options=peer.options)
    return found.tailored(settings) if isinstance(found, Tailored) else found


@pytest.fixture(params=ALL, ids=lambda kind: kind.api)
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    place: Peer = request.param()
    with place.server:
        yield place


def drive(peer: Peer, account: Account | None = None) -> Drive:
    return Drive(tailored(peer), account or peer.account())


def sell(peer: Peer, count: int = 5, start: datetime = SINCE + MINUTE) -> None:
    peer.sold = [Sold(str(1 + place), start + place * MINUTE, UPS[place]) for place in range(count)]


def test_all_that_changed_is_told_whatever_a_page_holds_and_the_mark_goes_as_far(peer: Peer) -> None:
    sell(peer)
    peer.sold.append(Sold("8", SINCE - timedelta(hours=3), UPS[6]))
    pages = drive(peer).pages()
    told = {order.ref: order for page in pages for order in page.orders}
    assert set(told) == {REFS.get(type(peer), "{}").format(ref) for ref in range(1, 6)}
    assert {order.number for order in told.values()} == {
        NUMBERS.get(type(peer), "{}").format(ref) for ref in range(1, 6)
    }
    assert {each.number for order in told.values() for each in order.shipments} == set(UPS[:5])
    assert {each.company for order in told.values() for each in order.shipments} == {"UPS"}
    last = [page.mark for page in pages if page.mark][-1]
    assert (last.at >= SINCE + 5 * MINUTE, last.at <= NOW, last.cursor) == (True, True, "")
    marks = [page.mark.at for page in pages if page.mark]
    assert marks == sorted(marks)


def test_a_shop_with_nothing_to_tell_tells_nothing_and_keeps_its_mark(peer: Peer) -> None:
    pages = drive(peer).pages()
    assert not [order for page in pages for order in page.orders]
    assert [page.mark for page in pages if page.mark][-1].at >= SINCE


@pytest.mark.parametrize("over", ["cancelled", "refunded"])
def test_what_is_over_is_said_to_be(peer: Peer, over: str) -> None:
    peer.sold = [Sold("1", NOW - MINUTE, UPS[0], over=over), Sold("2", NOW - MINUTE, UPS[1])]
    first, second = sorted(drive(peer).orders(), key=lambda order: order.ref)
    assert second.standing is Standing.OPEN
    if not (over == "refunded" and isinstance(peer, NO_REFUNDS)):
        assert first.standing is Standing(over)


def test_one_order_is_found_by_its_identity_and_one_that_is_not_there_is_none(peer: Peer) -> None:
    sell(peer)
    asked = drive(peer)
    ref = REFS.get(type(peer), "{}").format(3)
    found = asked.look(ref)
    assert found is not None
    assert found.ref == ref
    assert [each.number for each in found.shipments] == [UPS[2]]
    assert asked.look("77") is None
    by_number = asked.look(NUMBERS.get(type(peer), "{}").format(3))
    assert by_number == found


def test_a_credential_that_is_wrong_is_refused_and_never_repeated(peer: Peer) -> None:
    asked = drive(peer, peer.account(key="wrong-key", token="wrong-token"))
    for attempt in (asked.pages, lambda: asked.look("1")):
        with pytest.raises(CourierRefused) as raised:
            attempt()
        assert "wrong" not in str(raised.value)


def test_an_order_without_a_parcel_is_an_order(peer: Peer) -> None:
    peer.sold = [Sold("1", NOW - MINUTE)]
    (order,) = drive(peer).orders()
    assert order.shipments == ()


def test_an_order_changed_at_midnight_moves_the_mark_to_midnight(peer: Peer) -> None:
    midnight = NOW.replace(hour=0)
    peer.sold = [Sold("1", midnight, UPS[0])]
    (order,) = drive(peer).orders(since=midnight - MINUTE)
    assert timedelta(0) <= order.updated_at - midnight < timedelta(seconds=1)


# --- each in its own way -------------------------------------------------------------------------


def alone(kind: type[P]) -> Iterator[P]:
    place = kind()
    with place.server:
        yield place


@pytest.fixture
def woo() -> Iterator[Peer]:
    yield from alone(Woo)


class OldWoo(Woo):
    """A server that tells of all orders, whatever it is asked."""

    def answer(self, call):  # type: ignore[no-untyped-def]
        if call.path != "/wp-json/wc/v3/orders":
            return super().answer(call)
        found = [self.order(each) for each in self.since(SINCE - timedelta(days=4000))]
        start = 2 * (int(call.query["page"]) - 1)
        return 200, (found[::-1] if call.query["order"] == "desc" else found)[start : start + 2]


def test_a_woocommerce_that_ignores_the_time_is_read_from_its_newest_order_down() -> None:
    for place in alone(OldWoo):
        old = [Sold(str(100 + day), SINCE - timedelta(days=day), UPS[6]) for day in range(1, 60)]
        sell(place, 3)
        place.sold += old
        pages = drive(place).pages()
        assert {order.ref for page in pages for order in page.orders} == {"1", "2", "3"}
        assert len(place.calls) <= 5
        assert pages[-1].mark == Mark(SINCE + 3 * MINUTE)


def test_numbers_that_php_wrote_are_held_with_the_reason(woo: Peer) -> None:
    class Php(Woo):
        def order(self, sold: Sold):  # type: ignore[no-untyped-def]
            serialised = 'a:1:{i:0;a:1:{s:15:"tracking_number";s:18:"1Z999AA10123456784";}}'
            return super().order(sold) | {"meta_data": [{"key": "_wc_shipment_tracking_items", "value": serialised}]}

    for place in alone(Php):
        sell(place, 1)
        (order,) = drive(place).orders()
        (shipment,) = order.shipments
        assert "PHP" in shipment.fault


def test_the_keys_that_hold_a_number_are_the_shops_to_name() -> None:
    class Own(Woo):
        options: ClassVar = {"tracking_meta": "_my_number, _other"}

        def order(self, sold: Sold):  # type: ignore[no-untyped-def]
            return super().order(sold) | {"meta_data": [{"key": "_my_number", "value": sold.number}]}

    for place in alone(Own):
        sell(place, 1)
        (order,) = drive(place).orders()
        assert [each.number for each in order.shipments] == [UPS[0]]


def test_fulfillments_that_are_switched_off_are_asked_for_once(woo: Peer) -> None:
    woo.sold = [Sold(str(1 + place), NOW - MINUTE) for place in range(4)]
    drive(woo).pages()
    assert len([call for call in woo.calls if call.path.endswith("/fulfillments")]) == 1


def test_a_prestashop_is_asked_once_for_what_all_orders_share() -> None:
    for place in alone(PrestaShop):
        sell(place, 4)
        orders = drive(place).orders()
        paths = [call.path for call in place.calls]
        assert (
            paths.count("/api/carriers/12") == paths.count("/api/countries/8") == paths.count("/api/languages/1") == 1
        )
        assert {(order.destination, order.language, order.customer_name) for order in orders} == {
            ("FR", "fr", "Ann Beispiel")
        }


def test_an_odoo_transfer_brings_its_promise_and_its_buyer() -> None:
    for place in alone(Odoo):
        place.sold = [Sold("1", NOW - MINUTE, f"{UPS[0]},{UPS[1]}")]
        (order,) = drive(place).orders()
        assert [each.number for each in order.shipments] == [UPS[0], UPS[1]]
        assert (order.destination, order.customer_contact) == ("FR", "ann@example.com")
        assert order.promised_by == datetime(2026, 11, 30, 8, tzinfo=NOW.tzinfo)


def test_etsy_tells_what_an_order_is_worth_and_when_it_is_to_leave() -> None:
    for place in alone(Etsy):
        sell(place, 1)
        (order,) = drive(place).orders()
        assert (order.value, order.currency, order.goods) == (32.55, "USD", "Soap, Dish")
        assert order.hand_over_by == datetime.fromtimestamp(1795957200, NOW.tzinfo)


@pytest.mark.parametrize("kind", [Etsy])
def test_a_token_is_renewed_with_what_the_last_grant_gave(kind: type[Etsy]) -> None:
    for place in alone(kind):
        asked = drive(place)
        assert isinstance(asked.shop, Renews)
        renewal = "tok-3c9e55"
        for turn in (1, 2):
            granted = asked.shop.renewed(asked.send(asked.shop.renew(asked.account, renewal, NOW)))
            assert (granted.token, granted.renewal) == (f"77.access-{turn}", f"tok-{turn}")
            renewal = granted.renewal
        with pytest.raises(CourierRefused):
            asked.shop.renewed(asked.send(asked.shop.renew(asked.account, "tok-1", NOW)))


def test_what_amazon_sends_itself_is_amazons() -> None:
    for place in alone(Amazon):
        sell(place, 1)
        place.sold.append(Sold("9", NOW - MINUTE, UPS[1]))
        asked = drive(place)
        assert [order.ref for order in asked.orders()] == ["1"]
        assert asked.look("9") is None
        assert asked.orders()[0].promised_by == datetime(2026, 11, 30, 22, 59, 59, tzinfo=NOW.tzinfo)


def test_amazon_is_read_on_from_the_page_where_a_reading_stopped_and_anew_when_that_is_no_more() -> None:
    for place in alone(Amazon):
        sell(place, 5)
        asked = drive(place)
        marks = [page.mark for page in asked.pages()]
        assert [mark.cursor for mark in marks if mark] == ["after-2", "after-4", ""]
        assert [order.ref for page in asked.pages(cursor="after-4") for order in page.orders] == ["4", "5"]
        place.tokens = False
        place.sold = place.sold[:2]
        pages = asked.pages(cursor="after-4")
        assert [order.ref for page in pages for order in page.orders] == ["1", "2"]


def test_people_are_asked_for_only_where_the_shop_wants_them() -> None:
    for place in alone(Amazon):
        drive(place, replace(place.account(), options={"marketplaces": "A1"})).pages()
        assert "BUYER" not in place.calls[-1].query["includedData"]


def test_ebay_is_read_a_day_at_a_time_after_a_long_silence() -> None:
    for place in alone(Ebay):
        sell(place, 5, start=NOW - timedelta(days=3))
        pages = drive(place).pages(since=NOW - timedelta(days=3, hours=1))
        assert {order.ref for page in pages for order in page.orders} == set("12345")
        marks = [page.mark.at for page in pages if page.mark]
        assert [NOW - at for at in marks[:3]] == [
            timedelta(days=2, hours=1),
            timedelta(days=1, hours=1),
            timedelta(hours=1),
        ]
        assert len(marks) == 4


@pytest.mark.parametrize(
    "body", [b"<html>Checking your browser</html>", b"<!doctype html><title>Just a moment</title>"]
)
@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_page_where_data_was_expected_is_said_to_be_one(woo: Peer, body: bytes, status: int) -> None:
    headers = {"content-type": "text/html; charset=utf-8"}
    asked = Drive(tailored(woo), woo.account(), lambda _: httpx.Response(status, content=body, headers=headers))
    with pytest.raises(CourierError) as raised:
        asked.pages()
    assert status == 503 or "blocks us" in str(raised.value)


@pytest.mark.parametrize("value", ["a'b", "x}y", "a|b", "c" * 300])
def test_an_option_that_would_break_out_of_its_place_is_refused(value: str) -> None:
    class Odd(BigCommerce):
        options: ClassVar = {"store": value}

    with pytest.raises(ConfigError, match="store"):
        tailored(Odd())


def test_a_field_that_cannot_be_asked_is_left_out_and_the_order_is_read(woo: Peer) -> None:
    class Bare(Woo):
        def order(self, sold: Sold):  # type: ignore[no-untyped-def]
            told = super().order(sold)
            # No line items at all, and a list of parcels with a hole where one was deleted.
            told["meta_data"][0]["value"] = {"0": {"tracking_number": UPS[0]}, "2": {"tracking_number": UPS[1]}}
            return {name: value for name, value in told.items() if name != "line_items"}

    for place in alone(Bare):
        sell(place, 1)
        (order,) = drive(place).orders()
        assert order.goods == ""
        assert [each.number for each in order.shipments] == [UPS[0], UPS[1]]


OWN = """
[couriers.dhl]
api = "dhl"
key = "literal-key"
[shops.own]
api = "declared"
token = "literal-token"
options = {options}
[shops.own.declared]
base_url = "https://x.example"
auth = {{ kind = "bearer" }}
options = {{ store = {{ about = "the store's number" }}, view = {{ about = "the view", default = "all" }} }}
ask = {{ path = "/$store/$view/orders", query = {{ since = "{{since}}", page = "{{page}}" }} }}
one = {{ path = "/$store/orders/{{ref}}" }}
answer = {{ ref = "id", number = "id", updated_at = "at", shipments = "parcels" }}
"""


@pytest.mark.parametrize(
    ("options", "fault"),
    [('{ store = "7" }', ""), ("{}", "option store is needed"), ('{ store = "7", veiw = "x" }', 'did you mean "view"')],
)
def test_a_declaration_of_ones_own_has_options_of_its_own(
    tmp_path: Path, options: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(OWN.format(options=options), encoding="utf-8")
    code = main(["--config", str(path), "config", "check"])
    assert (code == 0) == (not fault)
    assert fault in "".join(capsys.readouterr())


# Numbers in the samples of each platform's documents, where they are at hand.
SAMPLES = os.environ.get("PARCELWATCH_SHOP_SAMPLES")
RECORDED = [
    ("amazon", {"/orders": "amazon/doc-searchOrders-200-example.json"}, ["1Z999AA1234567890"]),
    (
        "woocommerce",
        {
            "/fulfillments": "woocommerce/test-fulfillments-core.json",
            "/orders": "woocommerce/test-orders-page-ast.json",
        },
        ["00340434292135100186", "YT2500000000000001", "1Z999AA10123456784"],
    ),
    (
        "ebay",
        {"/shipping_fulfillment": "ebay/test-shipping_fulfillment.json", "/order": "ebay/test-orders.json"},
        ["9405509699937003457459"],
    ),
    ("etsy", {"/receipts": "etsy/test-receipts.json"}, ["9405509699937003457459"]),
    ("odoo", {"/search_read": "odoo/test-json2-stock_picking.json"}, ["1Z999AA10123456784", "1Z999AA10123456793"]),
    ("erpnext", {"/api/resource": "erpnext/test-delivery_note.json"}, ["1Z999AA10123456784"]),
]


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SHOP_SAMPLES names no folder")
@pytest.mark.parametrize(("api", "files", "numbers"), RECORDED, ids=[api for api, _, _ in RECORDED])
def test_a_documented_answer_gives_the_numbers_that_stand_in_it(
    api: str, files: dict[str, str], numbers: list[str]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        name = next((files[part] for part in files if part in request.url.path), None)
        told = json.loads(Path(SAMPLES or "", name).read_text(encoding="utf-8")) if name else []
        return httpx.Response(200, json=told.get("application/json", told) if isinstance(told, dict) else told)

    account = Account(
        "web", api, "https://x.example", zone="Europe/Berlin", options=dict.fromkeys(shops.load()[api].required, "1")
    )
    orders = Drive(shops.load()[api], account, answer).orders(since=NOW - timedelta(days=4))
    assert {each.number for order in orders for each in order.shipments} == set(numbers)


# --- numbers that are added later ----------------------------------------------------------------


@pytest.mark.parametrize("kind", [Magento, PrestaShop])
def test_lists_of_numbers_are_read_to_their_end_and_say_which_orders_to_ask_for(kind: type[Peer]) -> None:
    peer = kind()
    with peer.server:
        peer.sold = [Sold(str(ref), NOW - timedelta(hours=5), UPS[ref]) for ref in range(1, 6)]
        peer.sold.append(Sold("9", NOW - timedelta(hours=5)))
        pages = drive(peer).pages()
    assert not [order for page in pages for order in page.orders]
    assert [each for page in pages for each in page.named] == [(str(ref), UPS[ref]) for ref in range(1, 6)]


class Closed(Magento):
    """It lets orders be read, and no list of shipments."""

    def answer(self, call: Call) -> tuple[int, object]:
        listed = call.path.endswith("/shipments") and "created_at" in call.query.values()
        return (403, {"message": "The consumer isn't authorized"}) if listed else super().answer(call)


def test_a_list_of_numbers_that_cannot_be_read_is_said_and_takes_no_order_with_it() -> None:
    peer = Closed()
    with peer.server:
        sell(peer, 2)
        pages = drive(peer).pages()
    assert len([order for page in pages for order in page.orders]) == 2
    (remark,) = {remark for page in pages for remark in page.remarks}
    assert "numbers that are added later" in remark
    assert "403" in remark
