"""微信小店: numbers first, then orders; its cursor, its tokens, its errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.wechat import Wechat
from tests.shops.asking import NOW, account, answered, read
from tests.shops.platforms.wechat import REF, case, cases, detail, listed

SHOP = Wechat()


def only(**said: Any) -> ShopOrder:
    def respond(request: httpx.Request) -> httpx.Response:
        whole = request.url.path.endswith("/order/get")
        return httpx.Response(200, json=detail(**said) if whole else listed([REF]))

    pages, _ = read(SHOP, respond)
    return next(order for page in pages for order in page.orders)


def test_an_order_is_its_parcels_with_money_in_fen_and_the_earliest_deadline() -> None:
    order = only()
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", "圆通速递"),
        ("SF1020304050607", "SF"),
    ]
    assert (order.value, order.phone_last4) == (30.5, "4321")
    assert order.hand_over_by == datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(("status", "standing"), [(200, Standing.REFUNDED), (250, Standing.CANCELLED)])
def test_closed_orders_are_over(status: int, standing: Standing) -> None:
    assert only(status=status).standing is standing


def test_pages_go_on_by_the_platform_s_word_and_end_where_it_repeats_itself() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if "order_id" in body:
            return httpx.Response(200, json=detail(body["order_id"]))
        asked.append(body["next_key"])
        turn = len(asked)
        return httpx.Response(200, json=listed([f"37{turn}"], "one" if turn == 1 else "two"))

    pages, _ = read(SHOP, respond, complaints="no")
    assert asked == ["", "one", "two"]
    assert [order.ref for page in pages for order in page.orders] == ["371", "372", "373"]


def test_days_are_walked_of_orders_and_of_cases() -> None:
    orders: list[int] = []
    among: list[int] = []

    def respond(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if window := body.get("update_time_range"):
            orders.append(window["end_time"] - window["start_time"])
        else:
            among.append(body["end_update_time"] - body["begin_update_time"])
        return httpx.Response(200, json=listed([]))

    read(SHOP, respond, since=NOW - timedelta(days=2, hours=1))
    assert orders == among == [86400, 86400, 3600]


def test_an_order_whose_money_went_back_is_asked_for_again_even_where_its_own_time_says_nothing() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        match request.url.path.rpartition("/")[2]:
            case "getaftersalelist":
                return httpx.Response(200, json=cases(["1", "2"]))
            case "getaftersaleorder":
                number = json.loads(request.content)["after_sale_order_id"]
                status = "MERCHANT_REFUND_SUCCESS" if number == "1" else "MERCHANT_PROCESSING"
                return httpx.Response(200, json=case(number, status=status, order_id=f"37{number}"))
            case "get" if "order_id" in json.loads(request.content):
                return httpx.Response(200, json=detail(json.loads(request.content)["order_id"], status=200))
        return httpx.Response(200, json=listed([]))

    pages, _ = read(SHOP, respond)
    assert [(one.ref, one.standing) for page in pages for one in page.orders] == [("371", Standing.REFUNDED)]
    assert [one.ref for page in pages for one in page.grievances] == ["1", "2"]


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (45009, "reach max api daily quota limit", CourierBusy),
        (42001, "access_token expired", CourierRefused),
        (40164, "invalid ip 1.2.3.4, not in whitelist", CourierRefused),
        (-1, "system error", CourierUnavailable),
    ],
)
def test_errors_under_200_are_told_apart(code: int, message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="微信小店"):
        read(SHOP, lambda _: httpx.Response(200, json={"errcode": code, "errmsg": message}))


def test_tokens_are_granted_for_key_and_secret_which_stand_in_no_address() -> None:
    who = account(SHOP)
    request = SHOP.renew(who, "", NOW)
    assert who.secret not in str(request.url)
    granted = SHOP.renewed(answered(request, httpx.Response(200, json={"access_token": "t", "expires_in": 7200}), who))
    assert (granted.token, granted.lifetime, granted.renewal) == ("t", timedelta(hours=2), "")
