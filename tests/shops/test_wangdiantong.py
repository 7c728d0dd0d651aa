"""旺店通旗舰版: documents by the hour, several orders and parcels in one, couriers by type and never by label."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused
from parcelwatch.model import ShopOrder, Standing
from parcelwatch.shops.wangdiantong import Wangdiantong, sign
from tests.shops.asking import NOW, account, looked, read
from tests.shops.platforms.wangdiantong import answer, row, told, wanted

SHOP = Wangdiantong()


def orders(*rows: Any) -> list[ShopOrder]:
    pages, _ = read(SHOP, lambda _: httpx.Response(200, json=told(list(rows))))
    return [order for page in pages for order in page.orders]


def test_the_signature_is_as_the_documented_rule_makes_it() -> None:
    body = (
        '[{"start_time":"2026-11-28 08:00:00","end_time":"2026-11-28 09:00:00","status_type":3,"status":"95,110,113"}]'
    )
    form = {
        "body": body,
        "key": "key",
        "method": "wms.stockout.Sales.queryWithDetail",
        "page_no": "0",
        "page_size": "100",
        "salt": "testsalt",
        "sid": "sid",
        "timestamp": "438940800",
        "v": "1.0",
        "calc_total": "1",
    }
    assert sign(form, "testsecret") == "73502a7099cac1c68cc72ccca62fd156"


def test_the_secret_signs_and_the_salt_is_sent() -> None:
    who = account(SHOP)
    _, (call, *_) = read(SHOP, lambda _: httpx.Response(200, json=told([])))
    query, params = wanted(call)
    secret, salt = who.secret.split(":")
    assert query["salt"] == salt
    assert secret not in str(call.url)
    unsigned = {name: said for name, said in query.items() if name != "sign"}
    assert query["sign"] == sign({**unsigned, "body": call.content.decode()}, secret)
    assert query["timestamp"] == str(int(NOW.timestamp()) - 1325347200)
    assert (params["start_time"], params["end_time"]) == ("2026-11-28 11:00:00", "2026-11-28 12:00:00")


def test_a_document_is_its_parcels_by_the_courier_s_type_and_never_by_the_shop_s_label() -> None:
    (order,) = orders(row())
    assert [(each.number, each.company) for each in order.shipments] == [
        ("75880000000001", "中通快递"),
        ("75880000000002", "中通快递"),
    ]
    assert (order.number, order.value, order.phone_last4) == ("zd2026112700001", 9.0, "4321")
    (unknown,) = orders(row(logistics_type=2000, logistics_name="圆通01"))
    assert unknown.shipments[0].company == ""


def test_a_document_of_two_orders_is_told_for_each() -> None:
    found = orders(row(src_trade_no="zd1,zd2", details_list=[]))
    assert [(order.ref, order.number) for order in found] == [
        ("CK2026112700001#zd1", "zd1"),
        ("CK2026112700001#zd2", "zd2"),
    ]


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"status": 5}, Standing.CANCELLED),
        ({"status": 10}, Standing.CANCELLED),
        ({"refund_status": 3}, Standing.REFUNDED),
        ({"refund_status": 2}, Standing.OPEN),
    ],
)
def test_cancelled_and_wholly_refunded_documents_are_over(said: dict[str, int], standing: Standing) -> None:
    (order,) = orders(row(**said))
    assert order.standing is standing


def test_what_has_not_left_has_no_parcel_and_a_time_in_milliseconds_is_one() -> None:
    (waiting,) = orders(row(consign_time=None))
    assert waiting.shipments == ()
    (left,) = orders(row(consign_time=1795834800000))
    assert left.shipments[0].shipped_at == datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def test_hours_are_walked_and_pages_read_from_the_last() -> None:
    asked: list[tuple[str, str]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        query, params = wanted(request)
        asked.append((params["end_time"][11:16], query["page_no"]))
        last = params["end_time"].endswith("12:00:00")
        return httpx.Response(200, json=told([row()] if last else [], 201 if last else 0))

    read(SHOP, respond, since=NOW - timedelta(hours=2, minutes=30), complaints="no")
    assert asked == [("10:30", "0"), ("11:30", "0"), ("12:00", "0"), ("12:00", "2"), ("12:00", "1"), ("12:00", "0")]


def test_too_many_calls_a_minute_wait_for_the_next_and_a_wrong_signature_is_ours() -> None:
    headers = {"date": "Sat, 28 Nov 2026 04:00:00 GMT"}
    message = "超过每分钟最大调用频率限制,请稍后重试"
    with pytest.raises(CourierBusy) as busy:
        read(SHOP, lambda _: httpx.Response(200, json={"status": 100, "message": message}, headers=headers))
    assert busy.value.retry_at == NOW + timedelta(minutes=1)
    with pytest.raises(CourierRefused):
        read(SHOP, lambda _: httpx.Response(200, json={"status": 100, "message": "签名错误"}))


def test_one_document_is_found_by_its_number_and_one_order_by_the_platform_s() -> None:
    for ref in ("CK2026112700001#zd2026112700001", "zd2026112700001"):
        found, _ = looked(SHOP, ref, lambda request: httpx.Response(200, json=answer(request)))
        assert found is not None
        assert found.number == "zd2026112700001"
