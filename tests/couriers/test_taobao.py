"""淘宝's traces: the signed form, and what a trade's own status may and may not say."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest

from parcelwatch.couriers.base import Account, Picky
from parcelwatch.couriers.taobao import REFUSED, STATUSES, TOO_MANY, Taobao, sign
from parcelwatch.model import Ask, Milestone, NotFound

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "taobao", "KEY9", "http://127.0.0.1:8351/router/rest", secret="SECRET9", token="SESSION9")
ASK = Ask("3600000000000000017")


def test_the_signature_is_the_one_the_platform_publishes() -> None:
    form = {
        "method": "taobao.item.seller.get",
        "app_key": "12345678",
        "session": "test",
        "timestamp": "2016-01-01 12:00:00",
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
        "fields": "num_iid,title,nick,price,num",
        "num_iid": "11223344",
    }
    assert sign(form, "helloworld") == "66987CB115214E59E6EC978214934FB8"


def test_a_trade_is_asked_for_in_a_signed_form_with_beijings_time() -> None:
    request = Taobao().request(MINE, [ASK], NOW)
    assert (request.method, str(request.url)) == ("POST", MINE.base_url)
    form = dict(parse_qsl(request.content.decode()))
    assert form == {
        "method": "taobao.logistics.trace.search",
        "app_key": "KEY9",
        "session": "SESSION9",
        "timestamp": "2026-03-12 16:00:00",
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
        "tid": "3600000000000000017",
        "sign": "999DB172ACA1BBE66B32431F0A4E1451",
    }
    assert b"SECRET9" not in request.content


@pytest.mark.parametrize("number", ["SF1300000000017", "12", "360000000000000001x", ""])
def test_a_waybill_is_not_asked_for_as_a_trade(number: str) -> None:
    courier = Taobao()
    assert isinstance(courier, Picky)
    assert "tid" in courier.lacks(Ask(number))
    assert not courier.lacks(ASK)


def test_no_status_of_a_trade_is_ever_a_delivery() -> None:
    assert len(STATUSES) == 10 + 11
    assert Milestone.DELIVERED not in {meaning[0] for meaning in STATUSES.values() if meaning}
    assert not set(REFUSED) & TOO_MANY


@pytest.mark.parametrize("status", STATUSES)
def test_without_a_step_no_status_is_a_scan(status: str) -> None:
    body = {"logistics_trace_search_response": {"tid": ASK.number, "status": status, "trace_list": {}}}
    (told,) = Taobao().parse(httpx.Response(200, json=body), [ASK])
    assert isinstance(told, NotFound)
