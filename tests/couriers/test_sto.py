"""申通: what is sent, how many numbers a call, and that its table and its reasons are complete."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

from parcelwatch.config import AccountConfig
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.couriers.sto import BATCH, Sto
from parcelwatch.couriers.sto.codes import SCANS
from parcelwatch.errors import ConfigError
from parcelwatch.model import Ask, Milestone
from tests.couriers.recorded import tracked

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "sto", "APPKEY0", "http://127.0.0.1:8351/gateway/link.do", secret="SECRET0")
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")
TABLES = Path(SAMPLES).parent / "tables"
# Types the console no longer lists, which old parcels still carry.
DROPPED = {"留仓件", "代取快递", "派件入柜", "第三方代收"}


def form(account: Account, *numbers: str) -> dict[str, str]:
    request = Sto().request(account, [Ask(number) for number in numbers], NOW)
    assert (request.method, str(request.url)) == ("POST", account.base_url)
    return dict(parse_qsl(request.content.decode(), strict_parsing=True))


def test_numbers_are_asked_for_together_in_a_signed_form() -> None:
    assert form(MINE, "777031922725111") == {
        "content": '{"order":"asc","waybillNoList":["777031922725111"]}',
        "data_digest": "rb1qDjc1ODnG0ggSC6D5zQ==",
        "api_name": "STO_TRACE_QUERY_COMMON",
        "from_appkey": "APPKEY0",
        "from_code": "APPKEY0",
        "to_appkey": "sto_trace_query",
        "to_code": "sto_trace_query",
    }
    several = form(MINE, "773000000000101", "773000000000202")
    assert json.loads(several["content"])["waybillNoList"] == ["773000000000101", "773000000000202"]
    assert several["data_digest"] == md5_base64(several["content"] + "SECRET0")


def test_a_code_of_its_own_takes_the_keys_place() -> None:
    assert form(replace(MINE, customer="CODE0"), "773000000000101")["from_code"] == "CODE0"


def test_the_account_says_how_many_numbers_a_call_holds() -> None:
    assert Sto().batch == Sto().tailored(AccountConfig("mine", "sto")).batch == BATCH
    assert Sto().tailored(AccountConfig("mine", "sto", options={"batch": "50"})).batch == 50


@pytest.mark.parametrize("batch", ["0", "-1", "many", "1000", "٣", ""])
def test_a_batch_that_is_no_number_is_said(batch: str) -> None:
    with pytest.raises(ConfigError, match="the option batch must be"):
        Sto().tailored(AccountConfig("mine", "sto", options={"batch": batch}))


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_every_published_code_is_mapped_and_no_other_but_the_dropped_ones() -> None:
    with (TABLES / "china_courier_codes.csv").open(encoding="utf-8", newline="") as lines:
        published = {row["code"].removeprefix("intl:") for row in csv.DictReader(lines) if row["carrier"] == "sto"}
    assert published | DROPPED == set(SCANS)


# What the reasons of the published list come to, by the kind the list puts them under.
KINDS = {
    "lost": "lost",
    "lost/damaged": "lost",
    "damaged": "damaged",
    "prohibited": "security",
    "refused": "refused",
    "misrouted": "misrouted",
    "out_of_area": "address",
    "address_problem": "address",
}


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_every_reason_of_a_problem_scan_comes_out_as_its_cause() -> None:
    for kind, reason in reasons():
        told = problem(reason)
        assert told[0] is not Milestone.UNKNOWN, reason
        if kind in KINDS:
            assert told[1] == KINDS[kind], reason


def reasons() -> list[tuple[str, str]]:
    rows = json.loads((TABLES / "lexicon_zh.json").read_text("utf-8"))["phrases"]
    return [(row["kind"], row["phrase"]) for row in rows if "STO" in row["courier_list"].split("/")]


def problem(reason: str) -> tuple[Milestone, str | None]:
    number = "773000000000101"
    scan = {"waybillNo": number, "opTime": "2026-03-03 09:00:00", "scanType": "问题件", "issueName": reason}
    response = httpx.Response(200, json={"success": "true", "data": {number: [scan]}})
    (told,) = Sto().parse(response, [Ask(number)])
    (found,) = tracked(told).checkpoints
    return found.milestone, found.cause


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_live_words_beside_the_types_raise_no_alarm() -> None:
    types = {
        "ACCEPT": "收件",
        "TRANSPORT": "到件",
        "DELIVERING": "派件",
        "STA_INBOUND": "驿站代收",
        "SIGN": "签收",
    }
    name = "cainiao_style/kdzs_sto_signed_courier_name_has_chaoqu.json"
    told = json.loads((Path(SAMPLES) / name).read_text("utf-8"))
    number = told["mailNo"]
    scans = [
        {
            "waybillNo": number,
            "opTime": datetime.fromtimestamp(row["time"] / 1000, UTC).isoformat(),
            "scanType": types[row["subLogisticsStatus"]],
            "memo": row["desc"],
        }
        for row in told["logisticsTraceDetailList"]
    ]
    answers = Sto().parse(httpx.Response(200, json={"success": "true", "data": {number: scans}}), [Ask(number)])
    found = tracked(answers[0])
    assert not any(one.cause for one in found.checkpoints)
    assert [one.milestone for one in found.checkpoints[-3:]] == [
        Milestone.OUT_FOR_DELIVERY,
        Milestone.AVAILABLE_FOR_PICKUP,
        Milestone.DELIVERED,
    ]
    assert {one.milestone for one in found.checkpoints[1:-3]} == {Milestone.IN_TRANSIT}
