"""顺丰: what is signed and sent, phones by their place, its tables, and what ten numbers in one call may come to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.couriers.base import Account, discreet
from parcelwatch.couriers.sf import Sf, digest
from parcelwatch.couriers.sf.codes import COMBINED, GROUPS, OPERATIONS, REASONS, STATUSES
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Ask, Milestone, Observation, Refused
from tests.couriers.recorded import tracked, usable

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "sf", "CHECKWORD0", "", customer="PARTNER0")
COURIER = Sf()
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def sent(account: Account, asked: Sequence[Ask]) -> Mapping[str, str]:
    form = parse_qs(COURIER.request(account, asked, NOW).content.decode(), strict_parsing=True)
    return {name: value for name, (value,) in form.items()}


def phones(account: Account, *last4: str) -> object:
    asked = [Ask(f"SF760000000012{place}", phone_last4=phone) for place, phone in enumerate(last4)]
    return json.loads(sent(account, asked)["msgData"]).get("checkPhoneNo")


def answer(inner: object, asked: Sequence[Ask]) -> tuple[Observation, ...]:
    body = {"apiResultCode": "A1000", "apiResultData": json.dumps(inner)}
    request = discreet(COURIER.request(MINE, asked, NOW), MINE)
    return COURIER.parse(httpx.Response(200, json=body, request=request), asked)


# --- what is sent --------------------------------------------------------------------------------


def test_the_signature_is_the_published_one() -> None:
    said = '{"language":"zh-CN","orderId":"QIAO-20200618-004"}'
    assert digest(said, "12312334453453", "fjcg5PGKaNpPSHFAZ4QsCOkV71R3zVci") == "IIKJtuLVzoFTu4kHI8M8vA=="


def test_the_signature_is_over_what_javas_encoder_would_write() -> None:
    # MD5 of "%E9%A1%BA+*-._%7E%2B1K", computed apart from the adapter.
    assert digest("顺 *-._~+", "1", "K") == "Ff6Mti5dWS8UYv1075AaMQ=="


def test_ten_numbers_are_asked_about_in_one_signed_form() -> None:
    asked = [Ask("SF7600000000123"), Ask("760000000124")]
    request = COURIER.request(MINE, asked, NOW)
    assert str(request.url) == "https://sfapi.sf-express.com/std/service"
    form = dict(sent(MINE, asked))
    assert form.pop("msgDigest") == digest(form["msgData"], "1773302400000", "CHECKWORD0")
    assert len(form.pop("requestID")) == 36
    assert json.loads(form.pop("msgData")) == {
        "language": "zh-CN",
        "trackingType": "1",
        "trackingNumber": ["SF7600000000123", "760000000124"],
        "methodType": "1",
    }
    assert form == {"partnerID": "PARTNER0", "serviceCode": "EXP_RECE_SEARCH_ROUTES", "timestamp": "1773302400000"}
    assert "CHECKWORD0" not in request.content.decode()
    assert COURIER.batch == 10


def test_a_call_has_its_own_id_and_the_same_call_the_same() -> None:
    ask = [Ask("SF7600000000123")]
    one, same = (sent(MINE, ask)["requestID"] for _ in range(2))
    later = parse_qs(COURIER.request(MINE, ask, NOW + timedelta(milliseconds=1)).content.decode())["requestID"][0]
    assert one == same
    assert later != one
    assert sent(MINE, [Ask("SF7600000000124")])["requestID"] != one


def test_phones_stand_in_the_order_of_the_numbers() -> None:
    assert phones(MINE, "0042", "0043") == "0042,0043"
    assert phones(MINE, "", "0043", "") == ",0043,"
    assert phones(MINE, "", "") is None


def test_the_senders_phone_stands_in_for_those_that_are_missing() -> None:
    account = replace(MINE, options={"sender_phone_last4": "7777"})
    assert phones(account, "", "0043") == "7777,0043"
    with pytest.raises(CourierRefused, match="four digits"):
        phones(replace(MINE, options={"sender_phone_last4": "77,7"}), "")


def test_what_it_would_refuse_the_whole_call_for_is_not_sent() -> None:
    asked = [Ask("SF 1"), Ask("SF7600000000123", phone_last4="1,23"), Ask("SF7600000000124", phone_last4="0043")]
    said = json.loads(sent(MINE, usable(COURIER, *asked))["msgData"])
    assert said["trackingNumber"] == ["SF7600000000124"]
    assert said["checkPhoneNo"] == "0043"
    assert [bool(COURIER.lacks(ask)) for ask in asked] == [True, True, False]


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_every_published_operation_code_is_in_the_table() -> None:
    sheet = (Path(SAMPLES).parent / "china.md").read_text("utf-8")
    table = sheet.partition("### 3.4 ")[2].partition("\n#")[0]
    cells = [line.split("|")[2] for line in table.splitlines() if line.startswith("|") and "opCodes" not in line]
    listed: set[str] = set()
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", " ".join(cells)):
        listed.update(str(code) for code in range(int(first), int(last or first) + 1))
    assert listed == set(OPERATIONS) - {"70A", "603", "628"}  # these stand elsewhere in the sheet


def test_a_code_stands_once_and_combinations_name_known_ones() -> None:
    codes = [code for _, codes in GROUPS for code in codes.split()]
    assert len(codes) == len(OPERATIONS) == 146
    assert {operation for operation, _ in (*COMBINED, *REASONS)} <= set(OPERATIONS)
    assert {second for _, second in COMBINED} <= set(STATUSES)
    assert all(len(code) in (3, 4) or code in ("1", "2", "3", "4", "5", "11", "13") for code in STATUSES)


# --- answers -------------------------------------------------------------------------------------

ASK = Ask("SF7600000000123")
ROUTE = {
    "acceptTime": "2026-03-01 18:20:00",
    "acceptAddress": "金华市",
    "remark": "顺丰速运 已收取快件",
    "opCode": "50",
    "firstStatusCode": "1",
    "secondaryStatusCode": "101",
}


def ok(*answers: object) -> dict[str, object]:
    return {"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": {"routeResps": list(answers)}}


def test_what_it_says_of_a_refusal_never_repeats_a_secret() -> None:
    said = {"mailNo": ASK.number, "routes": [], "reasonCode": "20099", "reasonRemark": "no CHECKWORD0 of PARTNER0"}
    (told,) = answer(ok(said), [ASK])
    assert isinstance(told, Refused)
    assert told.reason == "顺丰 does not show it: no *** of *** (20099)"


def test_a_number_asked_twice_is_answered_twice() -> None:
    told = answer(ok({"mailNo": ASK.number, "routes": [ROUTE]}), [ASK, ASK])
    assert [tracked(one).checkpoints[-1].milestone for one in told] == [Milestone.PICKED_UP] * 2


def test_ten_numbers_are_told_apart() -> None:
    asked = [Ask(f"SF76000000001{place:02}") for place in range(10)]
    said = [{"mailNo": ask.number, "routes": [ROUTE | {"remark": ask.number}]} for ask in reversed(asked)]
    assert [tracked(one).checkpoints[0].text for one in answer(ok(*said), asked)] == [ask.number for ask in asked]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from([ASK.number, "2026-03-01 18:20:00", "8000", "S0000", "20028", ROUTE]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["mailNo", "routes", "reasonCode", "msgData", *ROUTE]), inner, max_size=5)
    ),
)


@given(JSON)
def test_any_json_inside_is_read_or_unreadable(value: object) -> None:
    for inner in (value, ok(value), ok({"mailNo": ASK.number, "routes": value}), {"errorCode": value}):
        try:
            (told,) = answer(inner, [ASK])
        except CourierUnreadable:
            continue
        assert told.number == ASK.number
