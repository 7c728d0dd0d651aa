"""After-sales cases of China's platforms: which are complaints, and how they are paged, throttled and told twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from parcelwatch import shops
from parcelwatch.errors import CourierBusy, CourierRefused
from parcelwatch.model import Grievance
from tests.shops.answers import ANSWERS
from tests.shops.asking import NOW, read
from tests.shops.platforms import kuaishou, wangdiantong, wechat, xiaohongshu
from tests.shops.platforms.taobao import form_of
from tests.shops.test_over_http import place

Case = Callable[..., dict[str, Any]]

ASKED_AT: dict[str, Callable[[httpx.Request], bool]] = {
    "kuaishou": lambda request: request.url.path.endswith("/refund/pcursor/list"),
    "wangdiantong": lambda request: request.url.params.get("method") == "aftersales.refund.Refund.search",
    "wechat": lambda request: request.url.path.endswith("/getaftersalelist"),
    "xiaohongshu": lambda request: xiaohongshu.asked(request)["method"] == "afterSale.listAfterSaleInfos",
}
BUSY: dict[str, Any] = {
    "kuaishou": {"result": 802000, "error_msg": "接口限流"},
    "wangdiantong": {"status": 100, "message": "超过每分钟最大调用频率限制,请稍后重试"},
    "wechat": {"errcode": 45009, "errmsg": "reach max api daily quota limit"},
    "xiaohongshu": {"success": False, "error_code": -9013, "error_msg": "触发Method维度的限流"},
}
DENIED: dict[str, Any] = {
    "kuaishou": {"result": 803, "error_msg": "无权限"},
    "wangdiantong": {"status": 100, "message": "没有接口权限"},
    "wechat": {"errcode": 48001, "errmsg": "api unauthorized"},
    "xiaohongshu": xiaohongshu.told({"success": False, "code": -1, "msg": "应用没有权限"}),
}
every = pytest.mark.parametrize("api", sorted(ASKED_AT))


def complaints(api: str, one: dict[str, Any]) -> list[Grievance]:
    """What comes of one case."""

    def respond(request: httpx.Request) -> httpx.Response:
        if api == "wechat" and request.url.path.endswith("/getaftersaleorder"):
            return httpx.Response(200, json=one)
        if api == "wechat" or not ASKED_AT[api](request):
            return httpx.Response(200, json=ANSWERS[api](request))
        listed = {"kuaishou": kuaishou.cases, "wangdiantong": wangdiantong.told, "xiaohongshu": xiaohongshu.cases}
        return httpx.Response(200, json=listed[api]([one]))

    pages, _ = read(shops.load()[api], respond, since=NOW - timedelta(minutes=30))
    return [each for page in pages for each in page.grievances]


@pytest.mark.parametrize(
    ("api", "one", "orders"),
    [
        ("kuaishou", kuaishou.case(), ["2500000000000000001"]),
        ("kuaishou", kuaishou.case(refundReasonDesc="其他", refundDesc="包裹丢了"), ["2500000000000000001"]),
        ("kuaishou", kuaishou.case(refundReasonDesc="拍错/多拍"), []),
        ("xiaohongshu", xiaohongshu.case(), [xiaohongshu.REF]),
        ("xiaohongshu", xiaohongshu.case(reasonNameZh="七天无理由"), []),
        ("xiaohongshu", xiaohongshu.case(applyTime=0), []),
        ("wangdiantong", wangdiantong.refund(), ["zd2026112700001", "zd2026112700002"]),
        ("wangdiantong", wangdiantong.refund(type=1), []),
        ("wangdiantong", wangdiantong.refund(type=6, refund_reason="物流太慢，降价"), []),
        ("wangdiantong", wangdiantong.refund(refund_reason="颜色不喜欢"), []),
        ("wangdiantong", wangdiantong.refund(refund_no=""), []),
        ("wechat", wechat.case(), [wechat.REF]),
        ("wechat", wechat.case(reason="OTHERS", reason_text="OTHERS"), [wechat.REF]),
        ("wechat", wechat.case(reason="NO_LONGER_WANT"), []),
        ("wechat", wechat.case(reason="QUALITY_ISSUE", details={"receive_product": True}), []),
        ("wechat", wechat.case(reason="EMPTY_PACKAGE", details={"receive_product": True}), [wechat.REF]),
        ("wechat", wechat.case(reason="OTHERS", details={"receive_product": True, "desc": "少件"}), [wechat.REF]),
    ],
)
def test_cases_about_the_delivery_are_complaints_by_order_and_never_name_what_is_sent_back(
    api: str, one: dict[str, Any], orders: list[str]
) -> None:
    found = complaints(api, one)
    assert [each.order for each in found] == orders
    assert not any(each.number for each in found)
    assert len({each.ref for each in found}) == len(found)


@pytest.mark.parametrize(
    ("api", "one"),
    [
        ("kuaishou", kuaishou.case(refundReasonDesc="", refundDesc="我叫王小明，包裹丢了")),
        ("xiaohongshu", xiaohongshu.case(reasonNameZh="", desc="我叫王小明，包裹丢了")),
    ],
)
def test_what_a_buyer_wrote_is_no_label_of_the_complaint(api: str, one: dict[str, Any]) -> None:
    assert [(each.kind, each.text) for each in complaints(api, one)] == [("", "")]


@pytest.mark.parametrize(
    ("api", "at"),
    [
        ("kuaishou", datetime(2026, 11, 28, 1, 23, 20, tzinfo=UTC)),
        ("xiaohongshu", datetime(2026, 11, 28, 1, 23, 20, tzinfo=UTC)),
        ("wechat", datetime(2026, 11, 28, 1, 23, 20, tzinfo=UTC)),
        ("wangdiantong", datetime(2026, 11, 28, 2, 50, tzinfo=UTC)),
    ],
)
def test_a_complaint_is_as_old_as_the_buyer_s_wish_and_not_as_its_last_change(api: str, at: datetime) -> None:
    pages, _ = read(shops.load()[api], lambda request: httpx.Response(200, json=ANSWERS[api](request)))
    assert {each.at for page in pages for each in page.grievances} == {at}


@every
def test_cases_come_in_once_however_often_they_are_told(tmp_path: Path, api: str) -> None:
    with place(api, tmp_path, ANSWERS[api]) as shop:
        error, taken = shop.read()
        assert (error, taken.complaints) == (None, 1)
        _, taken = shop.read()
        assert taken.complaints == 0


@every
def test_throttled_cases_leave_the_mark_before_them_and_are_read_by_the_next_reading(tmp_path: Path, api: str) -> None:
    throttled = [1]

    def respond(request: httpx.Request) -> Any:
        if ASKED_AT[api](request) and throttled:
            throttled.clear()
            return BUSY[api]
        return ANSWERS[api](request)

    with place(api, tmp_path, respond) as shop:
        error, taken = shop.read()
        assert isinstance(error, CourierBusy)
        assert (taken.added, taken.complaints) == (2, 0)
        error, taken = shop.read()
        assert (error, taken.added, taken.complaints) == (None, 0, 1)


@every
def test_cases_that_may_not_be_read_say_how_to_do_without_them_and_are_then_never_asked_for(api: str) -> None:
    shop = shops.load()[api]

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=DENIED[api] if ASKED_AT[api](request) else ANSWERS[api](request))

    with pytest.raises(CourierRefused, match='complaints = "no"'):
        read(shop, respond)
    pages, asked = read(shop, respond, complaints="no")
    assert any(page.orders for page in pages)
    assert not any(ASKED_AT[api](request) for request in asked)


def answering(respond: Callable[[httpx.Request], Any], request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=respond(request))


def test_pages_of_cases_go_on_as_each_platform_goes_on() -> None:
    turned: dict[str, list[object]] = {"kuaishou": [], "wechat": [], "xiaohongshu": [], "wangdiantong": []}

    def of_kuaishou(request: httpx.Request) -> Any:
        if not ASKED_AT["kuaishou"](request):
            return kuaishou.orders([])
        asked = json.loads(form_of(request)["param"])
        turned["kuaishou"].append((asked["pcursor"], asked["currentPage"]))
        return kuaishou.cases([kuaishou.case(refundId=len(turned["kuaishou"]))], "nomore" if asked["pcursor"] else "a")

    def of_wechat(request: httpx.Request) -> Any:
        if not ASKED_AT["wechat"](request):
            return wechat.answer(request)
        turned["wechat"].append(json.loads(request.content)["next_key"])
        return wechat.cases([str(len(turned["wechat"]))], "" if turned["wechat"][-1] else "a")

    def of_xiaohongshu(request: httpx.Request) -> Any:
        if not ASKED_AT["xiaohongshu"](request):
            return xiaohongshu.listed([], 0)
        asked = xiaohongshu.asked(request)
        turned["xiaohongshu"].append(asked["pageNo"])
        assert len(str(asked["startTime"])) == 13
        return xiaohongshu.cases([xiaohongshu.case(returnsId=f"R{asked['pageNo']}")], 150)

    def of_wangdiantong(request: httpx.Request) -> Any:
        if not ASKED_AT["wangdiantong"](request):
            return wangdiantong.told([])
        page = request.url.params["page_no"]
        turned["wangdiantong"].append(page)
        return wangdiantong.told([wangdiantong.refund(refund_no=f"TK{page}", src_tids="")], 150)

    found = {}
    for api, respond in (
        ("kuaishou", of_kuaishou),
        ("wechat", of_wechat),
        ("xiaohongshu", of_xiaohongshu),
        ("wangdiantong", of_wangdiantong),
    ):
        pages, _ = read(
            shops.load()[api],
            partial(answering, respond),
            since=NOW - timedelta(minutes=30),
        )
        found[api] = [each.ref for page in pages for each in page.grievances]
    assert turned["kuaishou"] == [("", 1), ("a", 2)]
    assert turned["wechat"] == ["", "a"]
    assert turned["xiaohongshu"] == [1, 2, 1]
    assert turned["wangdiantong"] == ["0", "1", "0"]
    assert [len(set(refs)) for refs in found.values()] == [2, 2, 2, 2]
