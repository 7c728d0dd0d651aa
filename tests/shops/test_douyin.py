"""抖店: orders and their logistics, refunds, what is signed, tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.douyin import Douyin, sign
from tests.shops.asking import NOW, account, read
from tests.shops.platforms.douyin import CASE, cases, orders, parcel, row

SHOP = Douyin()


def asking(*rows: Any, complaints: tuple[Any, ...] = ()) -> Any:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/afterSale/List":
            return httpx.Response(200, json=cases(*complaints))
        return httpx.Response(200, json=orders(list(rows)))

    return respond


def only(**said: Any) -> ShopOrder:
    pages, _ = read(SHOP, asking(row(**said)))
    return next(order for page in pages for order in page.orders)


def test_the_signature_is_as_the_documented_rule_makes_it() -> None:
    body = '{"order_by":"update_time","page":0,"size":100,"update_time_end":1764288000,"update_time_start":1764286200}'
    made = sign("3333333333333333333", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "order.searchList", body, "1764288000")
    assert made == "789fcab9c99ce777457e0f3a91eda4d90dda3e55e2277abbe7c385fd93fa24df"


def test_what_is_signed_is_the_body_as_it_is_sent() -> None:
    who = account(SHOP)
    _, calls = read(SHOP, asking())
    for call in calls:
        query = call.url.params
        body = call.content.decode()
        assert query["sign"] == sign(who.key, who.secret, query["method"], body, query["timestamp"])
        assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_an_order_is_its_parcels_with_money_in_fen_and_the_platform_s_deadline() -> None:
    order = only()
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", "圆通快递"),
        ("SF1020304050607", "shunfeng"),
    ]
    assert (order.value, order.phone_last4) == (30.5, "")
    assert order.hand_over_by == datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
    assert only(exp_ship_time=0).hand_over_by is None


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"order_status": 4}, Standing.CANCELLED),
        ({"sku_order_list": [{"after_sale_info": {"refund_status": 3, "after_sale_type": 1}}]}, Standing.REFUNDED),
        ({"sku_order_list": [{"after_sale_info": {"refund_status": 3, "after_sale_type": 7}}]}, Standing.OPEN),
        ({"sku_order_list": [{"after_sale_info": {"refund_status": 3, "after_sale_type": 0}}, {}]}, Standing.OPEN),
    ],
)
def test_cancelled_and_wholly_refunded_orders_are_over(said: dict[str, Any], standing: Standing) -> None:
    assert only(**said).standing is standing


@pytest.mark.parametrize(
    ("said", "reason", "heard"),
    [
        ({}, "未收到货", True),
        ({"got_pkg": 1}, "不喜欢", False),
        ({"got_pkg": 1}, "商品破损", True),
        ({"aftersale_type": 7}, "", True),
        ({"aftersale_type": 2}, "未按时发货，不想要", False),
    ],
)
def test_cases_about_the_delivery_are_complaints(said: dict[str, int], reason: str, heard: bool) -> None:
    case = {**CASE, "aftersale_info": {**CASE["aftersale_info"], **said}, "text_part": {"reason_text": reason}}
    pages, _ = read(SHOP, asking(complaints=(case,)))
    found = [each for page in pages for each in page.grievances]
    assert [(each.order, each.number) for each in found] == ([("6917926768820000001", "")] if heard else [])


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (90000, "接口请求过于频繁", CourierBusy),
        (70000, "接口调用频次超限", CourierBusy),
        (30001, "access_token已过期", CourierRefused),
        (30005, "签名校验失败", CourierRefused),
        (20000, "系统错误", CourierUnavailable),
    ],
)
def test_errors_under_200_are_told_apart(code: int, message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="抖店"):
        read(SHOP, lambda _: httpx.Response(200, json={"code": code, "msg": message, "data": None}))


def test_a_seller_s_own_application_is_granted_a_token_by_the_shop_s_number() -> None:
    own = SHOP.renew(account(SHOP, shop_id="4711"), "rt-old", NOW)
    other = SHOP.renew(account(SHOP), "rt-old", NOW)
    assert (own.url.path, other.url.path) == ("/token/create", "/token/refresh")
    assert json.loads(own.content)["shop_id"] == "4711"
    assert "access_token" not in own.url.params
    with pytest.raises(CourierRefused, match="shop_id"):
        SHOP.renew(account(SHOP), "", NOW)


def test_pages_count_from_zero_and_a_second_one_is_read_first() -> None:
    asked: list[int] = []

    def respond(request: httpx.Request) -> httpx.Response:
        page = json.loads(request.content)["page"]
        asked.append(page)
        return httpx.Response(200, json=orders([row(order_id=f"69{page}")], total=150))

    pages, _ = read(SHOP, respond, complaints="no")
    assert asked == [0, 1, 0]
    assert [order.ref for page in pages for order in page.orders] == ["691", "690"]


def test_numbers_as_texts_and_several_in_one_field_are_read_as_well() -> None:
    order = only(
        logistics_info=[parcel("YT8800000000001,YT8800000000003", "yuantong", "圆通快递"), None],
        pay_amount="3050",
        update_time="2026-11-28 11:00:00",
    )
    assert [each.number for each in order.shipments] == ["YT8800000000001", "YT8800000000003"]
    assert (order.value, order.updated_at) == (30.5, datetime(2026, 11, 28, 3, 0, tzinfo=UTC))
