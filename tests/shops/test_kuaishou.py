"""快手小店: its cursor, its two secrets, what cancels an order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import Standing
from parcelwatch.shops.kuaishou import Kuaishou, sign
from tests.shops.asking import NOW, account, answered, read
from tests.shops.platforms.kuaishou import answer, orders, row
from tests.shops.platforms.taobao import form_of

SHOP = Kuaishou()


def told(rows: list[Any]) -> list[Any]:
    pages, _ = read(SHOP, lambda _: httpx.Response(200, json=orders(rows)))
    return [order for page in pages for order in page.orders]


def test_the_signature_is_as_the_documented_rule_makes_it() -> None:
    param = (
        '{"beginTime":1764201600000,"cursor":"","endTime":1764288000000,"orderViewStatus":1,"pageSize":50,'
        '"queryType":2,"sort":2}'
    )
    form = {
        "access_token": "tok",
        "appkey": "ks000000000000000000",
        "method": "open.order.cursor.list",
        "param": param,
        "signMethod": "HMAC_SHA256",
        "timestamp": "1764288000000",
        "version": "1",
    }
    assert sign(form, "sss") == "ZiULbKBQlva2vY0z7FIpQ66bv1Pb2QAx0UN2uvvWflg="


def test_the_second_secret_signs_and_the_first_renews() -> None:
    who = account(SHOP)
    app_secret, sign_secret = who.secret.split(":")
    _, (call, *_) = read(SHOP, lambda _: httpx.Response(200, json=orders([])))
    form = form_of(call)
    assert form["sign"] == sign(form, sign_secret)
    request = SHOP.renew(who, "rt-old", NOW)
    assert form_of(request)["app_secret"] == app_secret
    granted = SHOP.renewed(answered(request, httpx.Response(200, json=answer(request)), who))
    assert (granted.token, granted.renewal, granted.lifetime) == ("at-new", "rt-new", timedelta(days=2))


def test_an_order_is_its_parcels_whose_own_numbers_say_who_carries_them() -> None:
    (order,) = told([row()])
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", ""),
        ("SF1020304050607", ""),
    ]
    assert (order.ref, order.value) == ("2500000000000000001", 30.5)
    assert order.hand_over_by == datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


def test_a_failed_order_is_cancelled_and_one_with_its_money_back_refunded() -> None:
    back = {**row(status=80), "orderRefundList": [{"refundId": 1, "refundStatus": 60}]}
    partly = {**row(), "orderRefundList": [{"refundId": 1, "refundStatus": 60}]}
    found = [order.standing for order in told([row(status=80), back, partly])]
    assert found == [Standing.CANCELLED, Standing.REFUNDED, Standing.OPEN]


def test_pages_go_on_by_the_cursor_until_there_are_no_more() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(form_of(request)["param"])["cursor"])
        return httpx.Response(200, json=orders([row(oid=len(asked))], "c1" if len(asked) == 1 else "nomore"))

    pages, _ = read(SHOP, respond, complaints="no")
    assert asked == ["", "c1"]
    assert [order.ref for page in pages for order in page.orders] == ["1", "2"]


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (802000, "接口限流", CourierBusy),
        (28, "access_token过期", CourierRefused),
        (24, "sign invalid", CourierRefused),
        (1001, "服务繁忙", CourierUnavailable),
    ],
)
def test_errors_under_200_are_told_apart(code: int, message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="快手"):
        read(SHOP, lambda _: httpx.Response(200, json={"result": code, "error_msg": message}))


def test_times_in_seconds_and_one_parcel_alone_are_read_as_well() -> None:
    other = {**row(updateTime=1795834800, oid="25"), "orderLogisticsInfo": {"expressNo": "YT8800000000009"}}
    (order,) = told([other])
    assert order.updated_at == datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    assert [each.number for each in order.shipments] == ["YT8800000000009"]
