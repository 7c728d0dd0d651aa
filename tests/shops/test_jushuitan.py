"""聚水潭: documents by their row version, orders merged and split, refunds, tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Standing
from parcelwatch.shops.jushuitan import Jushuitan, sign
from tests.shops.asking import NOW, SINCE, account, answered, looked, read
from tests.shops.platforms.jushuitan import GRANTED, REFUND, answer, asked, row, told

SHOP = Jushuitan()


def saying(*documents: Any, refunds: tuple[Any, ...] = (), **said: Any) -> Any:
    """These documents to the first question, none to the second."""
    left = list(documents)

    def respond(request: httpx.Request) -> httpx.Response:
        if "refund" in request.url.path:
            return httpx.Response(200, json=told(list(refunds)))
        rows, left[:] = list(left), []
        return httpx.Response(200, json=told(rows, **said))

    return respond


def orders(*documents: Any) -> dict[str, Any]:
    pages, _ = read(SHOP, saying(*documents))
    return {order.ref: order for page in pages for order in page.orders}


def test_the_signature_is_as_the_documented_rule_makes_it() -> None:
    biz = '{"page_index":1,"page_size":50,"start_ts":1,"is_get_total":false}'
    form = {"access_token": "tok", "app_key": "key", "biz": biz, "charset": "utf-8", "timestamp": "1764288000"}
    assert sign({**form, "version": "2", "nothing": "", "sign": "x"}, "sec") == "3424a9c4b056f5a539b5746e28e5ae60"


def test_a_document_is_its_order_with_every_parcel_and_nothing_masked_is_lost() -> None:
    (order,) = orders(row()).values()
    assert [(each.number, each.company) for each in order.shipments] == [
        ("YT8800000000001", "圆通速递"),
        ("YT8800000000002", "圆通速递"),
    ]
    assert order.shipments[0].shipped_at == datetime(2026, 11, 27, 9, 2, 40, tzinfo=UTC)
    assert (order.number, order.value, order.phone_last4) == ("3935119409000000001", 88.5, "4321")
    assert order.tags == ("加急", "礼物")


def test_merged_orders_share_a_parcel_and_split_orders_stay_apart() -> None:
    merged = row(merge_so_id="260101-1,260101-2", items=[])
    split = row(io_id=500002, l_id="773300000000001", lc_id="STO", clusterInfos=[])
    found = orders(merged, split)
    assert {order.number for order in found.values()} == {"3935119409000000001", "260101-1", "260101-2"}
    assert [order.shipments[0].company for order in found.values() if order.ref.startswith("500002")] == ["申通快递"]


def test_what_has_not_left_has_no_parcel_and_a_cancelled_document_is_over() -> None:
    assert [order.shipments for order in orders(row(status="WaitConfirm")).values()] == [()]
    assert [order.standing for order in orders(row(status="Cancelled")).values()] == [Standing.CANCELLED]


def test_the_first_reading_finds_the_version_by_which_the_next_goes_on() -> None:
    pages, calls = read(SHOP, saying(row(ts=7001), row(io_id=2, ts=7002)), since=NOW - timedelta(days=10))
    assert pages[-1].mark is not None
    assert pages[-1].mark.cursor == "7002"
    windows = [asked(call)[2] for call in calls if "refund" not in call.url.path]
    assert [each["modified_end"] for each in windows] == ["2026-11-25 12:00:00", "2026-11-28 12:00:00"]


def test_by_version_the_first_page_is_asked_until_nothing_is_greater_and_a_row_told_twice_counts_once() -> None:
    stages = [[row(ts=7009, l_id="YT8800000000009"), row(ts=7005)], [row(io_id=3, ts=7012)], []]
    seen: list[dict[str, Any]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        path, _, biz = asked(request)
        if "refund" in path:
            return httpx.Response(200, json=told([]))
        seen.append(biz)
        return httpx.Response(200, json=told(stages[len(seen) - 1]))

    pages, _ = read(SHOP, respond, "7001")
    assert [each["start_ts"] for each in seen] == [7001, 7009, 7012]
    assert {each["page_index"] for each in seen} == {1}
    assert [order.shipments[0].number for order in pages[0].orders] == ["YT8800000000009"]
    assert pages[-1].mark is not None
    assert pages[-1].mark.cursor == "7012"


@pytest.mark.parametrize("complaints", ["", "no"])
def test_by_version_the_time_never_goes_back(complaints: str) -> None:
    pages, calls = read(SHOP, saying(), "7001", complaints=complaints)
    again = [asked(call)[2]["modified_begin"] for call in calls if "refund" in call.url.path]
    assert again == ([] if complaints else ["2026-11-28 10:50:00"])
    assert [page.mark.at >= SINCE for page in pages if page.mark is not None] == [True, True]


def test_pages_of_a_window_are_read_from_the_last_to_the_first() -> None:
    asked_for: list[int] = []

    def respond(request: httpx.Request) -> httpx.Response:
        path, _, biz = asked(request)
        if "refund" in path:
            return httpx.Response(200, json=told([]))
        asked_for.append(biz["page_index"])
        return httpx.Response(200, json=told([row(io_id=biz["page_index"])], data_count=120, has_next=True))

    pages, _ = read(SHOP, respond)
    assert asked_for == [1, 3, 2, 1]
    assert [page.mark for page in pages[:3]] == [None] * 3


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({}, True),
        ({"good_status": "BUYER_RECEIVED", "question_type": "七天无理由"}, False),
        ({"good_status": "BUYER_RECEIVED", "question_type": "商品破损"}, True),
        ({"good_status": "", "question_type": "", "type": "补发"}, True),
    ],
)
def test_refunds_about_the_delivery_are_complaints_and_never_name_the_number_sent_back(
    said: dict[str, str], heard: bool
) -> None:
    pages, _ = read(SHOP, saying(refunds=({**REFUND, **said},)))
    found = [each for page in pages for each in page.grievances]
    assert bool(found) is heard
    assert all((each.order, each.number) == ("3935119409000000001", "") for each in found)


def test_refunds_can_be_left_unread() -> None:
    _, calls = read(SHOP, saying(row()), complaints="no")
    assert not [call for call in calls if "refund" in call.url.path]


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (199, "调用过于频繁", CourierBusy),
        (10, "接口调用超过每分钟最大频率", CourierBusy),
        (100, "无效的access_token", CourierRefused),
        (110, "IP不在白名单", CourierRefused),
        (-1, "系统异常，请稍后再试", CourierUnavailable),
        (77, "不明", CourierUnreadable),
    ],
)
def test_errors_under_200_are_told_apart(code: int, message: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="聚水潭"):
        read(SHOP, lambda _: httpx.Response(200, json={"code": code, "msg": message, "data": None}))


def test_a_seller_s_own_application_needs_no_token_and_a_renewed_one_is_replaced() -> None:
    who = account(SHOP)
    first, again = SHOP.renew(replace(who, token=""), "rt-old", NOW), SHOP.renew(who, "rt-old", NOW)
    assert (first.url.path, again.url.path) == ("/openWeb/auth/getInitToken", "/openWeb/auth/refreshToken")
    granted = SHOP.renewed(answered(again, httpx.Response(200, json=GRANTED), who))
    assert (granted.token, granted.renewal, granted.lifetime) == ("at-new", "rt-new", timedelta(days=30))


def test_a_version_that_answers_otherwise_than_documented_is_read_as_well() -> None:
    """Rows under `orders`, numbers as texts, an epoch for a time, one parcel as an object instead of a list."""
    other = row(
        io_id="500001",
        modified=1795770160000,
        clusterInfos=None,
        cluster_infos={"l_id": "YT8800000000003"},
        paid_amount="88.50",
        merge_so_id=None,
    )

    def respond(request: httpx.Request) -> httpx.Response:
        data = {"orders": [other]} if "refund" not in request.url.path else {"datas": None}
        return httpx.Response(200, json={"code": "0", "data": data})

    pages, _ = read(SHOP, respond)
    (order,) = [order for page in pages for order in page.orders]
    assert [each.number for each in order.shipments] == ["YT8800000000001", "YT8800000000003"]
    assert order.value == 88.5


def test_an_order_is_found_by_its_ref_and_by_the_platform_s_number() -> None:
    for ref in ("500001#3935119409000000001", "3935119409000000001"):
        found, _ = looked(SHOP, ref, lambda request: httpx.Response(200, json=answer(request)))
        assert found is not None
        assert found.ref == "500001#3935119409000000001"
