"""快递鸟: what is signed and sent, its table of states, subscriptions, and pushes that are not its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.couriers.base import Account, Picky, Push, Pushes, Registers, Trust
from parcelwatch.couriers.kdniao import Kdniao
from parcelwatch.couriers.kdniao.answer import Fault, fault
from parcelwatch.couriers.kdniao.codes import STATES
from parcelwatch.couriers.kdniao.push import sign
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Answered, Ask, Observation
from tests.couriers.recorded import fixtures

NOW = datetime(2026, 3, 12, 16, 30, 5, tzinfo=UTC)
MINE = Account("mine", "kdniao", "APPKEY0", "", customer="1800001")
ASK = Ask("809726387339", company="yto")
COURIER = Kdniao()
# What the provider's dictionary lists, older and newer codes.
LISTED = (
    "0 10 1 2 201 204 205 206 202 211 3 301 302 304 311 4 401 402 403 404 405 406 407 412 413 414 415 416 417 418 419 "
    "420 421 422 423 5 6 601 602 603 604"
)


def sent(account: Account, ask: Ask, *, registers: bool = False) -> Mapping[str, str]:
    call = COURIER.registration if registers else COURIER.request
    form = parse_qs(call(account, [ask], NOW).content.decode(), strict_parsing=True)
    return {name: value for name, (value,) in form.items()}


def pushed(text: str, key: str = "APPKEY0", **more: str) -> Push:
    return Push(
        body=urlencode({"RequestType": "102", "RequestData": text, "DataSign": sign(text, key)} | more).encode()
    )


def test_every_state_of_the_dictionary_has_its_meaning() -> None:
    assert set(STATES) == set(LISTED.split())


def test_the_signature_is_of_the_digits_of_the_digest() -> None:
    text = '{"ShipperCode":"YTO","LogisticCode":"809726387339"}'
    assert sign(text, "APPKEY0") == "NTU2MzkxYzg3YWM4MGQwMDk4ZjRkZTU5MjZmMTA1NjE="


def test_a_number_is_asked_for_with_its_courier_and_the_key_stays_here() -> None:
    request = COURIER.request(MINE, [ASK], NOW)
    assert str(request.url) == "https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded;charset=utf-8"
    assert sent(MINE, ASK) == {
        "RequestData": '{"ShipperCode":"YTO","LogisticCode":"809726387339"}',
        "EBusinessID": "1800001",
        "RequestType": "1002",
        "DataSign": "NTU2MzkxYzg3YWM4MGQwMDk4ZjRkZTU5MjZmMTA1NjE=",
        "DataType": "2",
    }


def test_the_plan_decides_which_query_is_made() -> None:
    assert sent(replace(MINE, options={"request_type": "8001"}), ASK)["RequestType"] == "8001"
    with pytest.raises(CourierRefused, match="request_type '9999': it is one of 1002, 8001, 8002"):
        sent(replace(MINE, options={"request_type": "9999"}), ASK)


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (Ask("SF1300000000123", company="SF", phone_last4="0042"), "0042"),
        (Ask("JD0000000000123", company="jd", phone_last4="0042"), "SHOP7"),
        (Ask("78600000000123", company="ZTO", phone_last4="0042"), None),
    ],
)
def test_a_customer_name_goes_only_to_the_couriers_that_want_one(ask: Ask, name: str | None) -> None:
    account = replace(MINE, options={"merchant_code": "SHOP7"})
    assert json.loads(sent(account, ask)["RequestData"]).get("CustomerName") == name


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (Ask("YT7600000000123"), "company"),
        (Ask("4300000000123", company="yunda"), "YD"),
        (Ask("SF1300000000123", company="sf"), "phone_last4"),
        (Ask("SF1300000000123", company="sf", phone_last4="0042"), ""),
    ],
)
def test_it_says_what_it_wants_before_a_call_is_wasted(ask: Ask, wanted: str) -> None:
    assert isinstance(COURIER, Picky)
    assert wanted in COURIER.lacks(ask)
    assert bool(COURIER.lacks(ask)) is bool(wanted)


# --- subscriptions -------------------------------------------------------------------------------


def test_numbers_are_told_to_it_only_where_the_account_wants_pushes() -> None:
    assert isinstance(COURIER, Registers)
    assert not COURIER.registers(MINE)
    account = replace(MINE, options={"subscribe": "8008"})
    assert COURIER.registers(account)
    assert str(COURIER.registration(account, [ASK], NOW).url) == "https://api.kdniao.com/api/dist"
    form = sent(account, ASK, registers=True)
    assert form["RequestType"] == "8008"
    assert form["DataSign"] == sign(form["RequestData"], "APPKEY0")


def test_the_sandbox_takes_subscriptions_at_its_only_address() -> None:
    only = "http://127.0.0.1:8080/kdniaosandbox/gateway/exterfaceInvoke.json"
    account = replace(MINE, base_url=only, options={"subscribe": "1008"})
    assert str(COURIER.registration(account, [ASK], NOW).url) == only
    assert sent(account, ASK, registers=True)["RequestType"] == "1008"


def test_a_subscription_it_does_not_sell_is_the_accounts_fault() -> None:
    with pytest.raises(CourierRefused, match="subscribe 'yes': it is one of 1008, 8008"):
        sent(replace(MINE, options={"subscribe": "yes"}), ASK, registers=True)


# --- pushes --------------------------------------------------------------------------------------

TEXT = json.dumps(
    {
        "EBusinessID": "1800001",
        "PushTime": "2026-03-12 16:00:01",
        "Count": "1",
        "Data": [
            {
                "ShipperCode": "YTO",
                "LogisticCode": "809726387339",
                "Success": True,
                "State": "1",
                "Traces": [{"AcceptTime": "2026-03-01 18:20:00", "AcceptStation": "已揽收 + 50%&=", "Action": "1"}],
            }
        ],
    },
    ensure_ascii=False,
)


def test_a_push_signed_with_the_key_vouches_for_its_body() -> None:
    assert isinstance(COURIER, Pushes)
    assert COURIER.verify(MINE, pushed(TEXT), NOW) is Trust.BODY
    (told,) = COURIER.pushed(MINE, pushed(TEXT))
    assert isinstance(told, Answered)
    assert (told.number, told.company) == ("809726387339", "YTO")
    assert told.checkpoints[0].text == "已揽收 + 50%&="


def test_a_push_of_a_thousand_numbers_is_read_to_its_end() -> None:
    record = json.loads(TEXT)["Data"][0]
    body = {"Data": [record | {"LogisticCode": f"8097263{place:05}"} for place in range(1000)]}
    told = COURIER.pushed(MINE, pushed(json.dumps(body)))
    assert len({one.number for one in told if isinstance(one, Answered)}) == 1000


@pytest.mark.parametrize(
    "push",
    [
        pushed(TEXT, key="APPKEY1"),
        pushed(TEXT, DataSign=""),
        pushed(TEXT, DataSign=sign(TEXT, "APPKEY0").lower()),
        pushed(TEXT, RequestData=TEXT.replace("已揽收", "已签收")),
        Push(body=TEXT.encode(), headers={"content-type": "application/json"}),
        Push(body=pushed(TEXT).body + b"&" + urlencode({"RequestData": TEXT + " "}).encode()),
        Push(body=b"RequestData=%ff&DataSign=x"),
        Push(body=b"\xff"),
        Push(),
        Push(body=b"&".join(b"a%d=" % n for n in range(1000))),
    ],
    ids=["key", "none", "case", "body", "no form", "twice", "not UTF-8", "not UTF-8 at all", "empty", "many fields"],
)
def test_a_push_that_is_not_its_own_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        COURIER.verify(MINE, push, NOW)


def test_without_a_key_every_push_is_refused_even_one_signed_with_none() -> None:
    with pytest.raises(CourierRefused, match="set key"):
        COURIER.verify(replace(MINE, key=""), pushed(TEXT, key=""), NOW)


def test_the_reply_says_when_by_beijings_clock() -> None:
    assert json.loads(COURIER.reply(MINE, NOW)) == {
        "EBusinessID": "1800001",
        "UpdateTime": "2026-03-13 00:30:05",
        "Success": True,
        "Reason": "",
    }


RECORDED = [fixture for fixture in fixtures() if fixture.api == "kdniao" and fixture.call == "push"]


@given(st.data())
def test_a_mutated_push_is_read_or_unreadable(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(RECORDED)).body)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    check_pushed(Push(body=bytes(body)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["2026-03-01 18:20:00", "414"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Data", "Traces", "Success", "State", "LogisticCode", "AcceptTime", "Action", "Reason"]),
            inner,
            max_size=5,
        )
    ),
)


@given(JSON)
def test_any_json_in_a_push_is_read_or_unreadable(value: object) -> None:
    check_pushed(pushed(json.dumps(value)))
    check_pushed(pushed(json.dumps({"Data": [value, {"LogisticCode": "809726387339", "Success": True}]})))


def check_pushed(push: Push) -> None:
    try:
        told = COURIER.pushed(MINE, push)
    except CourierUnreadable:
        return
    assert all(isinstance(one, Observation) and one.number for one in told)


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "whose"),
    [
        ("账号已冻结", Fault.ACCOUNT),
        ("账户被禁用", Fault.ACCOUNT),
        ("该账户已停用", Fault.ACCOUNT),
        ("密钥错误", Fault.ACCOUNT),
        ("身份验证失败", Fault.ACCOUNT),
        ("电商鉴权失败", Fault.ACCOUNT),
        ("服务已停用", Fault.ACCOUNT),
        ("试用期已结束", Fault.ACCOUNT),
        ("调用量不足", Fault.ACCOUNT),
        ("无物流接口调用次数", Fault.ACCOUNT),
        ("今日查询量已达上限", Fault.TOO_MANY),
        ("暂无轨迹信息", Fault.NO_RECORD),
        ("单号格式错误", Fault.NUMBER),
    ],
)
def test_a_failure_is_whose_its_words_say(reason: str, whose: Fault) -> None:
    assert fault({"Reason": reason}) is whose


@pytest.mark.parametrize("reason", ["天下大乱", ""])
def test_a_failure_nobody_can_place_is_unreadable(reason: str) -> None:
    with pytest.raises(CourierUnreadable, match="a reason we do not know"):
        fault({"Reason": reason})
