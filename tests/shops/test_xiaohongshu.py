"""小红书: a list, then orders one by one; half hours, parts, tokens that end at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.xiaohongshu import Xiaohongshu, sign
from tests.shops.asking import NOW, account, answered, read
from tests.shops.platforms.xiaohongshu import answer, asked, detail, listed

SHOP = Xiaohongshu()


def only(**said: Any) -> ShopOrder:
    def respond(request: httpx.Request) -> httpx.Response:
        whole = asked(request)["method"] == "order.getOrderDetail"
        return httpx.Response(200, json=detail(**said) if whole else answer(request))

    pages, _ = read(SHOP, respond)
    return next(order for page in pages for order in page.orders)


def test_the_signature_is_as_the_documented_rule_makes_it() -> None:
    assert sign("app0001", "secret0001", "order.getOrderList", "1764288000") == "9bca6ede20e936719bbca5d4f1a70fcc"


def test_an_order_is_the_parcels_of_its_parts_each_once() -> None:
    order = only()
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", "yuantong"),
        ("SF1020304050607", "shunfeng"),
    ]
    assert order.shipments[1].shipped_at == datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    assert order.hand_over_by == datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
    assert only(simpleDeliveryOrderList=None).shipments[0].number == "YT8800000000001"


@pytest.mark.parametrize(("status", "standing"), [(8, Standing.CANCELLED), (9, Standing.CANCELLED), (7, Standing.OPEN)])
def test_closed_orders_are_over(status: int, standing: Standing) -> None:
    assert only(orderStatus=status).standing is standing


def test_half_hours_are_walked_in_seconds_and_the_last_page_is_read_first() -> None:
    seen: list[tuple[int, int]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        body = asked(request)
        if body["method"] == "order.getOrderDetail":
            return httpx.Response(200, json=detail(body["orderId"]))
        last = body["endTime"] == int(NOW.timestamp())
        seen.append((body["endTime"] - body["startTime"], body["pageNo"]))
        return httpx.Response(200, json=listed([f"P{body['pageNo']}"] if last else [], 101 if last else 0))

    pages, _ = read(SHOP, respond, complaints="no")
    assert seen == [(1800, 1), (1800, 1), (1800, 2), (1800, 1)]
    assert [order.ref for page in pages for order in page.orders] == ["P2", "P1"]


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [(-9013, "触发Method维度的限流", CourierBusy), (-9009, "accessToken已过期", CourierRefused)],
)
def test_errors_under_200_are_told_apart(code: int, message: str, kind: type[Exception]) -> None:
    body = {"success": False, "error_code": code, "error_msg": message}
    with pytest.raises(kind, match="小红书"):
        read(SHOP, lambda _: httpx.Response(200, json=body))


def test_a_token_holds_until_the_platform_says_by_its_own_clock() -> None:
    who = account(SHOP)
    request = SHOP.renew(who, "rt-old", NOW)
    assert "accessToken" not in asked(request)
    told = httpx.Response(200, json=answer(request), headers={"date": "Sat, 28 Nov 2026 04:00:00 GMT"})
    granted = SHOP.renewed(answered(request, told, who))
    assert (granted.token, granted.renewal) == ("at-new", "rt-new")
    assert granted.lifetime == timedelta(days=6)


def test_success_told_in_its_other_form_is_read_as_well() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        body = {name: said for name, said in answer(request).items() if not name.startswith("error")}
        return httpx.Response(200, json={**body, "code": 0, "msg": "成功"})

    pages, _ = read(SHOP, respond)
    assert [order.ref for page in pages for order in page.orders]
