"""The kuaidi100 sandbox against 快递100's own description of its API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from parcelwatch.sandbox.server import SandboxServer
from tests.sandbox.worlds import Hand, ask_kuaidi100, told

STORY = """
api = "kuaidi100"
[access]
same_number_lock = true
quota = 20
[[parcels]]
number = "YT1000000000028"
company = "yuantong"
origin = "杭州市"
destination = "西安市"
estimate = "+1d"
says = [
  { at = "-2d", milestone = "info_received", place = "杭州市" },
  { at = "-1d", milestone = "exception", cause = "damaged", place = "郑州市" },
  { at = "+10m", milestone = "delivered", place = "西安市" },
]
[[parcels]]
number = "JT1000000000059"
company = "jtexpress"
says = [{ at = "-2d", milestone = "returning" }, { at = "-1d", milestone = "returned" }]
[[parcels]]
number = "4310000000035"
company = "yunda"
says = [{ at = "-2d", milestone = "exception", cause = "lost" }]
[[parcels]]
number = "SF1000000000073"
company = "shunfeng"
phone_last4 = "4321"
says = [{ at = "-2d", milestone = "picked_up" }]
[[parcels]]
number = "YT1000000000097"
company = "yuantong"
"""


@pytest.fixture
def sandbox() -> Iterator[tuple[SandboxServer, Hand]]:
    world, hand = told(STORY)
    with SandboxServer(world, "kuaidi100") as server:
        yield server, hand


@pytest.fixture
def server(sandbox: tuple[SandboxServer, Hand]) -> SandboxServer:
    return sandbox[0]


def test_damage_is_209_in_chinese_and_beijing_time(server: SandboxServer) -> None:
    answer = ask_kuaidi100(server, com="yuantong", num="YT1000000000028")
    newest, oldest = answer["data"]
    assert (answer["status"], answer["nu"], answer["com"]) == ("200", "YT1000000000028", "yuantong")
    assert (answer["state"], answer["ischeck"], answer["isLoop"]) == ("2", "0", False)
    assert (newest["statusCode"], newest["status"], newest["ftime"]) == ("209", "破损", "2031-03-11 17:30:00")
    assert "破损" in newest["context"]
    assert (oldest["statusCode"], answer["routeInfo"]["cur"]["number"]) == ("101", "CN410100000000")


def test_a_signed_return_is_4_not_3(server: SandboxServer) -> None:
    answer = ask_kuaidi100(server, com="jtexpress", num="JT1000000000059")
    assert (answer["state"], answer["ischeck"]) == ("4", "0")
    assert [line["statusCode"] for line in answer["data"]] == ["4", "6"]


def test_nothing_but_the_text_says_lost(server: SandboxServer) -> None:
    (line,) = ask_kuaidi100(server, com="yunda", num="4310000000035")["data"]
    assert (line["statusCode"], line["status"]) == ("2", "疑难")
    assert "遗失" in line["context"]


def test_resultv2_decides_how_much_is_told(server: SandboxServer) -> None:
    plain = ask_kuaidi100(server, com="yunda", num="4310000000035", resultv2="")
    assert set(plain["data"][0]) == {"time", "ftime", "context", "location"}
    names = ask_kuaidi100(server, com="yunda", num="4310000000035", resultv2="1")
    assert "statusCode" not in names["data"][0]
    estimate = ask_kuaidi100(server, com="yuantong", num="YT1000000000028", resultv2="8", to="西安市")
    assert estimate["arrivalTime"] == "2031-03-13 17"
    assert estimate["totalTime"] == "3天0小时"


def test_the_oldest_comes_first_only_when_asked(server: SandboxServer) -> None:
    answer = ask_kuaidi100(server, com="jtexpress", num="JT1000000000059", order="asc")
    assert [line["statusCode"] for line in answer["data"]] == ["6", "4"]


@pytest.mark.parametrize(
    ("param", "code"),
    [
        ({"com": "yuantong", "num": "YT1000000000097"}, "500"),
        ({"com": "yuantong", "num": "UNHEARDOF1"}, "500"),
        ({"com": "yunda", "num": "YT1000000000028"}, "500"),
        ({"com": "", "num": "YT1000000000028"}, "400"),
        ({"com": "YuanTong", "num": "YT1000000000028"}, "400"),
        ({"com": "yuantong", "num": "12345"}, "400"),
        ({"com": "shunfeng", "num": "SF1000000000073"}, "408"),
        ({"com": "shunfeng", "num": "SF1000000000073", "phone": "0000"}, "408"),
    ],
)
def test_what_it_cannot_answer_comes_in_another_shape(server: SandboxServer, param: dict[str, str], code: str) -> None:
    answer = ask_kuaidi100(server, **param)
    assert (answer["result"], answer["returnCode"]) == (False, code)
    assert "data" not in answer


def test_the_right_phone_opens_a_shunfeng_parcel(server: SandboxServer) -> None:
    assert ask_kuaidi100(server, com="shunfeng", num="SF1000000000073", phone="13800004321")["state"] == "1"


@pytest.mark.parametrize("wrong", [{"key": "other"}, {"customer": "OTHER"}])
def test_a_wrong_signature_or_customer_is_503_with_http_200(server: SandboxServer, wrong: dict[str, str]) -> None:
    answer = ask_kuaidi100(server, com="yuantong", num="YT1000000000028", **wrong)
    assert answer == {"result": False, "returnCode": "503", "message": "验证签名失败"}


def test_the_signature_covers_the_very_text_and_is_upper_case(server: SandboxServer) -> None:
    text = '{"com":"yuantong","num":"YT1000000000028"}'
    sign = hashlib.md5((text + "sandbox-key" + "SANDBOX").encode()).hexdigest()
    for param, signature, code in ((text, sign, "503"), (text + " ", sign.upper(), "503"), (text, sign.upper(), None)):
        form = {"customer": "SANDBOX", "param": param, "sign": signature}
        assert httpx.post(server.base_url, data=form).json().get("returnCode") == code


def test_a_call_that_is_no_form_is_refused(server: SandboxServer) -> None:
    assert httpx.post(server.base_url, json={"param": "{}"}).json()["returnCode"] == "400"


def test_asking_again_within_half_an_hour_freezes_the_number_for_a_day(sandbox: tuple[SandboxServer, Hand]) -> None:
    server, hand = sandbox
    asked = {"com": "yuantong", "num": "YT1000000000028"}
    assert ask_kuaidi100(server, **asked)["state"] == "2"
    hand.turn(minutes=5)
    ask_kuaidi100(server, **asked)
    hand.turn(hours=23)
    assert ask_kuaidi100(server, **asked)["state"] == "2"
    hand.turn(hours=1, minutes=1)
    assert ask_kuaidi100(server, **asked)["state"] == "3"
    assert server.api.too_soon == {"YT1000000000028": 1}  # type: ignore[attr-defined]


def test_a_number_asked_every_half_hour_stays_open(sandbox: tuple[SandboxServer, Hand]) -> None:
    server, hand = sandbox
    states = []
    for _ in range(3):
        states.append(ask_kuaidi100(server, com="yuantong", num="YT1000000000028")["state"])
        hand.turn(minutes=30)
    assert states == ["2", "3", "3"]


def test_a_spent_account_is_601(server: SandboxServer) -> None:
    codes = [ask_kuaidi100(server, com="yunda", num="4310000000035").get("returnCode") for _ in range(21)]
    assert codes == [None] * 20 + ["601"]
