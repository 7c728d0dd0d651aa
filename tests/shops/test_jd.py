"""京东: its container and its signature, several numbers in one field, success within success."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.china.signing import wrapped
from parcelwatch.shops.jd import Jd
from tests.shops.asking import NOW, account, read
from tests.shops.platforms.jd import error, orders, params, row
from tests.shops.platforms.taobao import form_of

SHOP = Jd()


def only(**said: Any) -> ShopOrder:
    pages, _ = read(SHOP, lambda _: httpx.Response(200, json=orders([row(**said)])))
    return next(order for page in pages for order in page.orders)


def test_the_platform_s_own_signature_is_reproduced() -> None:
    asked = (
        '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1","page_size":"200",'
        '"start_date":null}'
    )
    form = {
        "360buy_param_json": asked,
        "access_token": "yourtoken",
        "app_key": "yourappkey",
        "method": "jingdong.pop.order.search",
        "timestamp": "2021-05-07 09:20:39.683+0800",
        "v": "2.0",
    }
    assert wrapped(form, "yourappSecret") == "D70825340F4084360B9362B60DFD7930"


def test_what_is_asked_stands_in_a_container_and_is_signed() -> None:
    who = account(SHOP)
    _, (call, *_) = read(SHOP, lambda _: httpx.Response(200, json=orders([])))
    assert form_of(call)["sign"] == wrapped(form_of(call), who.secret)
    assert form_of(call)["timestamp"] == "2026-11-28 12:00:00.000+0800"
    asked = params(call)
    assert (asked["page"], asked["start_date"], asked["end_date"]) == (
        "1",
        "2026-11-28 11:00:00",
        "2026-11-28 12:00:00",
    )


def test_an_order_is_the_parcels_of_its_waybill_field() -> None:
    order = only()
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", "圆通快递"),
        ("YT8800000000002", "圆通快递"),
    ]
    assert (order.ref, order.value, order.goods) == ("300000000077", 30.5, "床头灯")
    assert [(each.number, each.company) for each in only(waybill="JD1,JD2", logisticsId=99).shipments] == [
        ("JD1", ""),
        ("JD2", ""),
    ]
    assert only(waybill="").shipments == ()


def test_a_cancelled_order_is_over() -> None:
    assert only(orderState="TRADE_CANCELED").standing is Standing.CANCELLED


def test_weeks_are_walked_and_pages_read_from_the_last() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        wanted = params(request)
        asked.append(wanted["page"])
        last = wanted["end_date"] == "2026-11-28 12:00:00"
        return httpx.Response(200, json=orders([row()] if last else [], 150 if last else 0))

    read(SHOP, respond, since=NOW - timedelta(days=8))
    assert asked == ["1", "1", "2", "1"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error("19", "token已过期或者不存在"), CourierRefused),
        (error("12", "API访问频率超过限制"), CourierBusy),
        (error("65", "平台连接后端服务不可用"), CourierUnavailable),
        (orders([], success=False, chineseErrCode="系统异常"), CourierUnavailable),
        (orders([], success=False, chineseErrCode="无权限"), CourierRefused),
    ],
)
def test_errors_under_200_are_told_apart(body: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="京东"):
        read(SHOP, lambda _: httpx.Response(200, json=body))


def test_the_older_form_of_the_answer_is_read_as_well() -> None:
    result = {"orderInfoList": row(orderId=300000000077), "orderTotal": "1"}
    body = {"jingdong_pop_order_search_response": {"code": 0, "searchorderinfo_result": result}}
    pages, _ = read(SHOP, lambda _: httpx.Response(200, json=body))
    assert [order.ref for page in pages for order in page.orders] == ["300000000077"]
