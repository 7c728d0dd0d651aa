"""拼多多: half hours, numbers in four places, 催发货 and refunds, throttling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.china.signing import wrapped
from parcelwatch.shops.pdd import Pdd
from tests.shops.asking import NOW, read
from tests.shops.platforms.pdd import REFUND, error, orders, refunds, row
from tests.shops.platforms.taobao import form_of

SHOP = Pdd()


def asking(*rows: Any, complaints: tuple[Any, ...] = ()) -> Any:
    def respond(request: httpx.Request) -> httpx.Response:
        if form_of(request)["type"] == "pdd.refund.list.increment.get":
            return httpx.Response(200, json=refunds(*complaints))
        return httpx.Response(200, json=orders(list(rows)))

    return respond


def only(**said: Any) -> ShopOrder:
    pages, _ = read(SHOP, asking(row(**said)))
    return next(order for page in pages for order in page.orders)


def test_the_platform_s_own_signature_is_reproduced() -> None:
    form = {
        "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
        "client_id": "1",
        "data_type": "XML",
        "order_status": "1",
        "page": "1",
        "page_size": "10",
        "timestamp": "1480411125",
        "type": "pdd.order.number.list.get",
    }
    assert wrapped(form, "testSecret") == "E4DE3ED21002510DED352819E7AE6775"


def test_an_order_is_its_parcels_wherever_they_stand_with_their_couriers_names() -> None:
    again = [{"logistics_id": 44, "tracking_number": "SF1020304050607"}]
    order = only(resend_delivery_list=again, gift_delivery_list=[{"logistics_id": 9999, "tracking_number": "XX123456"}])
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", "圆通快递"),
        ("430000000000077", "韵达快递"),
        ("XX123456", "拼多多 9999"),
        ("SF1020304050607", "顺丰快递"),
    ]
    assert order.hand_over_by == datetime(2026, 11, 29, 0, 20, 30, tzinfo=UTC)
    assert order.promised_by == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert (order.phone_last4, order.value) == ("4321", 30.5)


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({}, Standing.OPEN),
        ({"confirm_status": 2}, Standing.CANCELLED),
        ({"refund_status": 4}, Standing.REFUNDED),
        ({"after_sales_status": 10}, Standing.REFUNDED),
        ({"after_sales_status": 7, "refund_status": 2}, Standing.OPEN),
    ],
)
def test_cancelled_and_refunded_orders_are_over(said: dict[str, int], standing: Standing) -> None:
    assert only(**said).standing is standing


def test_windows_are_half_an_hour_and_end_before_the_last_minutes() -> None:
    _, calls = read(SHOP, asking(), since=NOW - timedelta(hours=2), complaints="no")
    windows = [(int(form_of(call)["start_updated_at"]), int(form_of(call)["end_updated_at"])) for call in calls]
    assert len(windows) == 4
    assert all(0 < end - begin <= 1800 for begin, end in windows)
    assert windows[-1][1] <= NOW.timestamp() - 180


def test_urged_orders_and_refunds_about_the_delivery_are_complaints() -> None:
    told = asking(
        row(urge_shipping_time="2026-11-28 10:00:00"),
        complaints=(REFUND, {**REFUND, "id": 2, "after_sale_reason": "拍错了"}),
    )
    pages, _ = read(SHOP, told)
    found = {each.ref: (each.order, each.number, each.kind) for page in pages for each in page.grievances}
    assert found == {
        "261127-100000000000001/urged": ("261127-100000000000001", "", "催发货"),
        "501": ("261127-100000000000001", "", "物流一直不更新"),
    }


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (70031, "调用频率超限", CourierBusy),
        (50001, "接口调用过于频繁，请稍后重试", CourierBusy),
        (10019, "access_token已过期", CourierRefused),
        (20004, "签名错误", CourierRefused),
        (50000, "系统内部错误", CourierUnavailable),
    ],
)
def test_errors_under_200_are_told_apart(code: int, message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="拼多多"):
        read(SHOP, lambda _: httpx.Response(200, json=error(code, message)))


def test_times_in_seconds_and_counts_as_texts_are_read_as_well() -> None:
    rows = [row(updated_at="1795834800", created_time=1795834800, shipping_time=1795834800000, logistics_id="85")]
    body = orders(rows, total_count="1", has_next=None)
    pages, _ = read(SHOP, lambda _: httpx.Response(200, json=body), complaints="no")
    order = next(order for page in pages for order in page.orders)
    assert order.updated_at == datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    assert order.shipments[0].shipped_at == order.updated_at
