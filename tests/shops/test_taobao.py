"""淘宝 and 天猫: sub-orders with their numbers and deadlines, packages, refunds, throttling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.taobao import Taobao
from tests.shops.asking import NOW, read
from tests.shops.platforms.taobao import REFUND, error, form_of, part, refunds, trade, trades

SHOP = Taobao()
LIMITED = "accesscontrol.limited-by-api-access-count"


def asking(*rows: Any, complaints: tuple[Any, ...] = (), packages: Any = None) -> Any:
    def respond(request: httpx.Request) -> httpx.Response:
        match form_of(request)["method"]:
            case "taobao.refunds.receive.get":
                return httpx.Response(200, json=refunds(*complaints))
            case "taobao.logistics.orders.get":
                return httpx.Response(200, json=packages)
        return httpx.Response(200, json=trades(list(rows)))

    return respond


def only(*rows: Any, packages: Any = None) -> ShopOrder:
    pages, _ = read(SHOP, asking(*rows, packages=packages))
    (order,) = [order for page in pages for order in page.orders]
    return order


def test_a_trade_is_its_sub_orders_parcels_with_the_platform_s_deadlines() -> None:
    order = only(trade())
    assert [(each.number, each.company) for each in order.shipments] == [
        ("773300000000001", "申通快递"),
        ("YT8800000000001", "圆通速递"),
    ]
    assert (order.ref, order.value, order.goods, order.phone_last4) == (
        "3935119409000000001",
        200.07,
        "床头灯, 灯泡",
        "4321",
    )
    assert order.hand_over_by == datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    assert order.promised_by == datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)


def test_without_a_collect_time_the_dispatch_deadline_holds_and_the_earliest_sub_order_s() -> None:
    assert only(trade(collect_time=None)).hand_over_by == datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    parts = [part("773300000000001", delivery_time="2026-11-29"), part("YT8800000000001", delivery_time="2026-11-28")]
    found = only(trade(*parts, collect_time="", delivery_time=""))
    assert found.hand_over_by == datetime(2026, 11, 28, 15, 59, 59, tzinfo=UTC)


def test_two_sub_orders_in_one_parcel_are_one_parcel_and_a_refunded_one_is_left_out() -> None:
    assert len(only(trade(part("773300000000001"), part("773300000000001"))).shipments) == 1
    gone = part("YT8800000000001", status="TRADE_CLOSED", refund_status="SUCCESS")
    assert [each.number for each in only(trade(part("773300000000001"), gone)).shipments] == ["773300000000001"]


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("TRADE_CLOSED", Standing.REFUNDED),
        ("TRADE_CLOSED_BY_TAOBAO", Standing.CANCELLED),
        ("TRADE_FINISHED", Standing.OPEN),
    ],
)
def test_a_closed_trade_is_over(status: str, standing: Standing) -> None:
    assert only(trade(status=status)).standing is standing


def test_a_trade_in_parts_is_asked_for_its_packages_and_does_without_where_that_is_refused() -> None:
    packages = {"shippings": {"shipping": [{"tid": 1, "out_sid": "YT8800000000005", "company_name": "圆通速递"}]}}
    found = only(trade(is_part_consign=True), packages={"logistics_orders_get_response": packages})
    assert [each.number for each in found.shipments][-1] == "YT8800000000005"
    assert len(only(trade(is_part_consign=True), packages=error(11, "no permission")).shipments) == 2


def test_what_is_not_sent_by_courier_has_no_parcel() -> None:
    assert only(trade(shipping_type="virtual")).shipments == ()


def test_days_are_walked_after_a_downtime_and_pages_from_the_last() -> None:
    asked: list[tuple[str, str]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        asked.append((form["end_modified"], form["page_no"]))
        rows = [trade()] if form["end_modified"] == "2026-11-28 12:00:00" else []
        return httpx.Response(200, json=trades(rows, total_results=101 if rows else 0, has_next=bool(rows)))

    pages, _ = read(SHOP, respond, since=NOW - timedelta(days=2, hours=1), complaints="no")
    assert asked == [
        ("2026-11-27 11:00:00", "1"),
        ("2026-11-28 11:00:00", "1"),
        *(("2026-11-28 12:00:00", page) for page in ("1", "3", "2", "1")),
    ]
    marks = [page.mark.at for page in pages if page.mark is not None]
    assert len(marks) == 3


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({}, True),
        ({"good_status": "BUYER_RECEIVED", "reason": "不喜欢"}, False),
        ({"good_status": "BUYER_RECEIVED", "reason": "收到时破损"}, True),
        ({"good_status": "BUYER_RECEIVED", "reason": "", "dispute_type": "RESHIPPING"}, True),
        ({"order_status": "WAIT_SELLER_SEND_GOODS"}, False),
    ],
)
def test_a_refund_for_what_did_not_arrive_is_a_complaint(said: dict[str, str], heard: bool) -> None:
    pages, _ = read(SHOP, asking(trade(), complaints=({**REFUND, **said},)))
    found = [each for page in pages for each in page.grievances]
    assert [(each.ref, each.order, each.number) for each in found] == (
        [("770001", "3935119409000000001", "")] if heard else []
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error(7, "App Call Limited", LIMITED, "This ban will last for 34 more seconds"), CourierBusy),
        (error(15, "Remote service error", "isp.call-limited", "ban will last for 34 more seconds"), CourierBusy),
        (error(27, "Invalid session", "invalid-sessionkey"), CourierRefused),
        (error(15, "Remote service error", "isp.top-remote-connection-timeout"), CourierUnavailable),
        (error(15, "Remote service error", "isv.permission-api-package-limit"), CourierRefused),
    ],
)
def test_errors_under_200_are_told_apart(body: Any, kind: type[Exception]) -> None:
    headers = {"date": "Sat, 28 Nov 2026 04:00:00 GMT"}
    with pytest.raises(kind) as raised:
        read(SHOP, lambda _: httpx.Response(200, json=body, headers=headers))
    if isinstance(raised.value, CourierBusy):
        assert raised.value.retry_at == NOW + timedelta(seconds=34)


def test_refunds_that_may_not_be_read_say_how_to_do_without_them() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        refused = form_of(request)["method"] == "taobao.refunds.receive.get"
        body = error(11, "Insufficient isv permissions") if refused else trades([trade()])
        return httpx.Response(200, json=body)

    with pytest.raises(CourierRefused, match='complaints = "no"'):
        read(SHOP, respond)


def test_lists_that_are_not_wrapped_and_numbers_without_their_texts_are_read_as_well() -> None:
    bare = {**trade(), "orders": [part("773300000000001")]}
    del bare["tid_str"]
    body = {"trades_sold_increment_get_response": {"has_next": "false", "trades": [bare]}}
    pages, _ = read(SHOP, lambda _: httpx.Response(200, json=body), complaints="no")
    (order,) = [order for page in pages for order in page.orders]
    assert (order.ref, order.shipments[0].number) == ("3935119409000000001", "773300000000001")


def test_the_mark_goes_as_far_as_the_platform_s_clock_and_without_it_as_far_as_its_newest_order() -> None:
    def marked(date: str) -> datetime:
        headers = {"date": date} if date else {}
        body = trades([trade(modified="2026-11-28 11:20:00")])
        pages, _ = read(SHOP, lambda _: httpx.Response(200, json=body, headers=headers), complaints="no")
        assert pages[-1].mark is not None
        return pages[-1].mark.at

    assert marked("Sat, 28 Nov 2026 03:40:00 GMT") == datetime(2026, 11, 28, 3, 40, tzinfo=UTC)
    assert marked("") == datetime(2026, 11, 28, 3, 20, tzinfo=UTC)
    assert marked("Sat, 28 Nov 2026 05:00:00 GMT") == NOW
