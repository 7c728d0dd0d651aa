"""菜鸟's traces through APISpace: what is sent, and the tables of codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from parcelwatch.couriers.base import Account, Picky, Pushes, Registers
from parcelwatch.couriers.cainiao import Cainiao
from parcelwatch.couriers.cainiao.codes import ACTIONS, FAMILIES, OWN_COURIER, OWN_SCANS, STATUSES, meaning
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Answered, Ask, Cause, Milestone

M = Milestone
C = Cause
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "cainiao", "TOKEN9", "http://127.0.0.1:8351/trace_search")


def test_a_number_is_asked_for_with_its_couriers_code_and_the_phone() -> None:
    request = Cainiao().request(MINE, [Ask("SF1300000000017", company="sf", phone_last4="0042")], NOW)
    assert (request.method, str(request.url)) == ("POST", "http://127.0.0.1:8351/trace_search")
    assert request.headers["X-APISpace-Token"] == "TOKEN9"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == {
        "cpCode": "SF",
        "mailNo": "SF1300000000017",
        "tel": "0042",
        "orderType": "asc",
    }


def test_without_a_phone_none_is_sent() -> None:
    assert "tel" not in json.loads(Cainiao().request(MINE, [Ask("YT8800000000017", company="YTO")], NOW).content)


def test_a_parcel_without_a_courier_is_not_asked_for() -> None:
    courier = Cainiao()
    assert isinstance(courier, Picky)
    assert "set company" in courier.lacks(Ask("YT8800000000017"))
    assert not courier.lacks(Ask("YT8800000000017", company="YTO"))


def test_it_neither_registers_nor_takes_pushes_nobody_signed() -> None:
    assert not isinstance(Cainiao(), Registers)
    assert not isinstance(Cainiao(), Pushes)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("STA_INBOUND", (M.AVAILABLE_FOR_PICKUP, None)),
        ("CC_IM_FAILURE", (M.CUSTOMS, C.CUSTOMS)),
        ("CC_EX_START", (M.CUSTOMS, None)),
        ("CC_TRANS_DONE", (M.IN_TRANSIT, None)),
        ("CUS_TAX", (M.CUSTOMS, C.CUSTOMS)),
        ("CUS_FAIL", (M.CUSTOMS, C.CUSTOMS)),
        ("LH_DEPART_FAILURE", (M.EXCEPTION, C.UNSTATED)),
        ("LH_DEPART", (M.IN_TRANSIT, None)),
        ("PU_PICKUP_SUCCESS", (M.PICKED_UP, None)),
        ("GWMS_ACCEPT", (M.INFO_RECEIVED, None)),
        ("GWMS_OUTBOUND", (M.IN_TRANSIT, None)),
        ("GWMS_EXCEPTION", (M.EXCEPTION, C.UNSTATED)),
        ("GTMS_STATION_IN", (M.IN_TRANSIT, None)),
        ("GTMS_SIGNED", (M.DELIVERED, None)),
        ("RT_ANYTHING", (M.RETURNING, None)),
        ("AGENT_SIGN", None),
        ("PROBLEM", None),
        ("06", None),
        ("", None),
    ],
)
def test_a_code_is_looked_up_whole_then_by_its_end_then_by_its_family(code: str, expected: Meaning | None) -> None:
    assert meaning(code, "YTO") == expected


def test_numbers_are_codes_of_the_own_courier_only() -> None:
    assert set(OWN_SCANS) == {f"{number:02}" for number in range(14)}
    assert meaning("06", OWN_COURIER) == (M.ATTEMPT_FAILED, C.REFUSED)
    assert meaning("14", OWN_COURIER) is None


def test_a_code_stands_in_one_table_and_a_longer_family_before_a_shorter() -> None:
    assert not set(STATUSES) & set(ACTIONS)
    families = list(FAMILIES)
    assert not [
        (one, other) for place, one in enumerate(families) for other in families[place + 1 :] if other.startswith(one)
    ]


def test_an_error_without_words_is_kept_for_a_person() -> None:
    answer = httpx.Response(200, json={"success": False}, request=httpx.Request("POST", "http://127.0.0.1"))
    with pytest.raises(Exception, match="do not know"):
        Cainiao().parse(answer, [Ask("YT8800000000017", company="YTO")])


def test_one_scan_told_with_two_hotlines_is_one() -> None:
    event = {"time": 1772586000000, "logisticsStatus": "DELIVERING", "subLogisticsStatus": "DELIVERING"}
    twins = [{**event, "desc": f"正在派件，投诉电话：{hotline}"} for hotline in ("0571-80000001", "13900000009")]
    body = {"success": True, "logisticsTrace": {"mailNo": "1", "cpCode": "YTO", "logisticsTraceDetailList": twins}}
    (told,) = Cainiao().parse(httpx.Response(200, json=body), [Ask("1", company="YTO")])
    assert isinstance(told, Answered)
    assert [one.milestone for one in told.checkpoints] == [M.OUT_FOR_DELIVERY]


def test_what_a_pick_up_point_signed_for_waits_there() -> None:
    event = {"time": 1772586000000, "logisticsStatus": "GTMS_STA_SIGNED", "desc": "到达自提点"}
    trace = {"mailNo": "1", "cpCode": "YTO", "logisticsTraceDetailList": [event]}
    body = {"success": True, "logisticsTrace": trace}
    (told,) = Cainiao().parse(httpx.Response(200, json=body), [Ask("1", company="YTO")])
    assert isinstance(told, Answered)
    assert [one.milestone for one in told.checkpoints] == [M.AVAILABLE_FOR_PICKUP]
