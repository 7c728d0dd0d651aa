"""快递100's subscriptions and pushes: what is told, whose signature is believed, and when a record is stopped."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.config import AccountConfig
from parcelwatch.config.secrets import Secret, Surroundings
from parcelwatch.couriers.base import Account, Push, Pushes, Registers, Trust
from parcelwatch.couriers.kuaidi100 import Kuaidi100
from parcelwatch.couriers.kuaidi100.push import sign
from parcelwatch.errors import ConfigError, CourierRefused, CourierUnreadable
from parcelwatch.model import Answered, Ask, Observation, Refused
from tests.couriers.recorded import fixtures, tracked

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
HOOK = "https://shop.example/hooks/mine"
MINE = Account(
    "mine", "kuaidi100", "KEY0", "", customer="CUST0", secret="SALT0", options={"callback": HOOK, "foreign_leg": "0"}
)
ASK = Ask("YT7600000000123", company="YuanTong", phone_last4="0042", destination="河南郑州市")
COURIER = Kuaidi100()


def sent(account: Account, ask: Ask) -> Any:
    form = parse_qs(COURIER.registration(account, [ask], NOW).content.decode(), strict_parsing=True)
    assert form["schema"] == ["json"]
    assert set(form) == {"schema", "param"}
    return json.loads(form["param"][0])


def pushed(text: str, salt: str = "SALT0", **more: str) -> Push:
    return Push(body=urlencode({"sign": sign(text, salt), "param": text} | more).encode())


def told(**more: object) -> Answered:
    last = {"nu": ASK.number, "com": "yuantong", "state": "1", "data": [EVENT]}
    (one,) = COURIER.pushed(MINE, pushed(json.dumps({"status": "polling", "lastResult": last} | more)))
    return tracked(one)


EVENT = {"time": "2026-03-01 18:20:00", "ftime": "2026-03-01 18:20:00", "context": "已揽收", "statusCode": "103"}
TEXT = json.dumps(
    {
        "status": "polling",
        "lastResult": {
            "nu": ASK.number,
            "com": "yuantong",
            "data": [EVENT | {"context": '已揽收 + 50% & "好"=<b>'}],
            "state": "1",
        },
    },
    ensure_ascii=False,
)


# --- subscriptions -------------------------------------------------------------------------------


def test_a_number_is_subscribed_with_the_hook_and_its_salt() -> None:
    assert str(COURIER.registration(MINE, [ASK], NOW).url) == "https://poll.kuaidi100.com/poll"
    assert sent(MINE, ASK) == {
        "company": "yuantong",
        "number": "YT7600000000123",
        "to": "河南郑州市",
        "key": "KEY0",
        "parameters": {"callbackurl": HOOK, "salt": "SALT0", "resultv2": "4", "phone": "0042"},
    }


def test_the_leg_abroad_is_asked_for_where_the_account_says_so() -> None:
    account = replace(MINE, options={"callback": HOOK, "foreign_leg": "1"})
    parameters = sent(account, Ask("EE760000012CN", company="emsguoji", origin="CN", destination="US"))["parameters"]
    assert (parameters["interCom"], parameters["departureCountry"], parameters["destinationCountry"]) == (
        "1",
        "CN",
        "US",
    )
    assert "interCom" not in sent(MINE, ASK)["parameters"]


def test_numbers_are_subscribed_only_where_the_account_has_a_hook() -> None:
    assert isinstance(COURIER, Registers)
    assert COURIER.registers(MINE)
    assert not COURIER.registers(replace(MINE, options={}))
    assert COURIER.register_batch == 1


def test_nothing_is_subscribed_without_a_salt() -> None:
    with pytest.raises(CourierRefused, match="set secret"):
        COURIER.registration(replace(MINE, secret=""), [ASK], NOW)


def test_a_subscription_goes_to_where_the_account_points() -> None:
    account = replace(MINE, base_url="http://127.0.0.1:8351/poll/query.do")
    assert str(COURIER.registration(account, [ASK], NOW).url) == "http://127.0.0.1:8351/poll"


def test_no_answer_asks_for_a_second_subscription() -> None:
    mine = [fixture for fixture in fixtures() if fixture.api == "kuaidi100" and "expected" in fixture.told]
    read = [one for fixture in mine for one in fixture.read()]
    observations = [one for one in read if isinstance(one, Observation)]
    assert len(observations) > 40
    assert not any(isinstance(one, Refused) and one.unregistered for one in observations)


# --- settings ------------------------------------------------------------------------------------


def settings(callback: str, *, salted: bool = True) -> AccountConfig:
    salt = Secret("pepper-and-salt", Surroundings(Path(), {})) if salted else None
    return AccountConfig("mine", "kuaidi100", secret=salt, options={"callback": callback} if callback else {})


@pytest.mark.parametrize("callback", ["", "https://shop.example/hooks/mine", "http://127.0.0.1:8080/hooks/mine"])
def test_an_account_that_can_be_pushed_to_is_taken(callback: str) -> None:
    assert isinstance(Kuaidi100().tailored(settings(callback)), Kuaidi100)


def test_a_hook_without_a_salt_is_refused_and_no_hook_needs_none() -> None:
    with pytest.raises(ConfigError, match=r"^the option callback wants a secret: set it to"):
        Kuaidi100().tailored(settings("https://shop.example/hooks/mine", salted=False))
    assert isinstance(Kuaidi100().tailored(settings("", salted=False)), Kuaidi100)


@pytest.mark.parametrize(
    "callback", ["http://shop.example/hooks/mine", "shop.example/hooks/mine", "https://", "ftp://localhost/", "1"]
)
def test_a_hook_that_is_no_https_address_is_refused(callback: str) -> None:
    with pytest.raises(ConfigError, match="must be this account's public hook, as an https URL"):
        Kuaidi100().tailored(settings(callback))


# --- signatures ----------------------------------------------------------------------------------


def test_the_signature_is_over_the_record_and_the_salt() -> None:
    assert sign('{"status":"polling"}', "SALT0") == "72550DC910961D1614021F85F3CB1F7F"


def test_a_push_with_the_salt_vouches_for_its_body() -> None:
    assert isinstance(COURIER, Pushes)
    assert COURIER.verify(MINE, pushed(TEXT), NOW) is Trust.BODY
    (one,) = COURIER.pushed(MINE, pushed(TEXT))
    assert isinstance(one, Answered)
    assert (one.number, one.company) == (ASK.number, "yuantong")
    assert one.checkpoints[0].text == '已揽收 + 50% & "好"=<b>'


def test_a_record_escaped_on_its_way_is_believed_for_the_text_that_was_signed() -> None:
    push = pushed(TEXT, param=html.escape(TEXT))
    assert COURIER.verify(MINE, push, NOW) is Trust.BODY
    assert COURIER.pushed(MINE, push) == COURIER.pushed(MINE, pushed(TEXT))


def test_a_record_that_holds_escapes_is_read_as_it_was_signed() -> None:
    text = TEXT.replace("<b>", "&lt;b&gt;")
    assert COURIER.verify(MINE, pushed(text), NOW) is Trust.BODY
    assert tracked(COURIER.pushed(MINE, pushed(text))[0]).checkpoints[0].text.endswith("&lt;b&gt;")


@pytest.mark.parametrize(
    "push",
    [
        pushed(TEXT, salt="SALT1"),
        pushed(TEXT, salt=""),
        pushed(TEXT, sign=""),
        pushed(TEXT, param=TEXT.replace("已揽收", "已签收")),
        pushed(TEXT, param=html.escape(TEXT).replace("已揽收", "已签收")),
        pushed(TEXT, param=""),
        pushed("", param=""),
        Push(body=TEXT.encode(), headers={"content-type": "application/json"}),
        Push(body=pushed(TEXT).body + b"&" + urlencode({"param": TEXT.replace("103", "301")}).encode()),
        Push(body=b"param=%ff&sign=x"),
        Push(),
    ],
    ids=[
        "salt",
        "no salt",
        "none",
        "body",
        "escaped body",
        "empty",
        "signed empty",
        "JSON",
        "twice",
        "UTF-8",
        "nothing",
    ],
)
def test_a_push_that_is_not_its_own_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        COURIER.verify(MINE, push, NOW)


def test_without_a_salt_every_push_is_refused_even_one_signed_with_none() -> None:
    with pytest.raises(CourierRefused, match="set secret"):
        COURIER.verify(replace(MINE, secret=""), pushed(TEXT, salt=""), NOW)


def test_a_push_kept_from_before_a_change_of_the_salt_is_still_read() -> None:
    (one,) = COURIER.pushed(replace(MINE, secret="SALT1"), pushed(TEXT))
    assert one.number == ASK.number


def test_the_reply_is_the_one_it_waits_for() -> None:
    assert json.loads(COURIER.reply(MINE, NOW)) == {"result": True, "returnCode": "200", "message": "成功"}


# --- records -------------------------------------------------------------------------------------


def test_a_record_is_stopped_only_when_it_says_abort() -> None:
    assert told(status="abort", message="60天无变化").stopped == "60天无变化"
    assert all(not told(status=status).stopped for status in ("polling", "shutdown", "updateall"))


def test_a_record_under_another_courier_is_found_by_the_one_subscribed() -> None:
    last = {"nu": ASK.number, "com": "ems", "state": "1", "data": [EVENT]}
    assert told(autoCheck="1", comOld="yuantong", comNew="ems", lastResult=last).company == "yuantong"
    assert told(autoCheck="0", comOld="", comNew="").company == "yuantong"


@pytest.mark.parametrize(("number", "whole"), [("EE760000012CN", False), ("YT7600000000123", True)])
def test_an_answer_about_a_postal_parcel_does_not_take_back_the_leg_abroad(number: str, whole: bool) -> None:
    body = {"status": "200", "nu": number, "com": "ems", "state": "1", "data": [EVENT]}
    (one,) = COURIER.parse(httpx.Response(200, json=body), [Ask(number, company="ems")])
    assert tracked(one).complete is whole


RECORDED = [fixture for fixture in fixtures() if fixture.api == "kuaidi100" and fixture.call == "push"]


@given(st.data())
def test_a_mutated_push_is_read_or_unreadable(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(RECORDED)).body)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    check_pushed(Push(body=bytes(body)))


FIELDS = ("nu", "com", "data", "state", "ftime", "context", "statusCode", "areaCode", "arrivalTime", "isLoop")
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([ASK.number, "209", EVENT]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
)


@given(JSON, JSON)
def test_any_json_in_a_push_is_read_or_unreadable(one: object, other: object) -> None:
    bodies: list[Mapping[str, object]] = [
        {"status": "polling", "lastResult": one, "destResult": other},
        {"status": "abort", "message": one, "lastResult": {"nu": ASK.number, "data": other}},
        {"status": one, "comNew": other, "lastResult": {"nu": ASK.number, "data": [EVENT]}},
    ]
    for body in bodies:
        check_pushed(pushed(json.dumps(body)))


def check_pushed(push: Push) -> None:
    try:
        (one,) = COURIER.pushed(MINE, push)
    except CourierUnreadable:
        return
    assert one.number
