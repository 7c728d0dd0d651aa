"""圆通: what is sent, to either gateway, and that its table is complete."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

from parcelwatch.couriers.base import Account
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.couriers.yto import Yto, sign
from parcelwatch.couriers.yto.codes import SCANS
from parcelwatch.model import Ask, Milestone
from tests.couriers.recorded import tracked

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def account(base_url: str) -> Account:
    return Account("mine", "yto", "APPKEY0", base_url, customer="USER0", secret="SECRET0")


def test_the_digest_is_the_one_the_vendor_publishes() -> None:
    assert md5_base64("opentest" + "123456") == "YLstCNa3x8ijQx16e/jqOA=="


def test_the_signature_is_the_one_the_console_makes() -> None:
    signed = sign('{"NUMBER":"YT2600227881409"}', "track_query_adapter", "v1", "123456")
    assert signed == "uhSL6hg8txxadZi26YPYPg=="


def test_the_customers_own_address_is_asked_with_a_signed_form() -> None:
    url = "http://127.0.0.1:8351/service/waybill_query/v1/AbCdEf"
    request = Yto().request(account(url), [Ask("YT8800000000101")], NOW)
    assert str(request.url) == url
    assert dict(parse_qsl(request.content.decode(), strict_parsing=True)) == {
        "param": '{"NUMBER":"YT8800000000101"}',
        "app_key": "APPKEY0",
        "user_id": "USER0",
        "method": "yto.Marketing.WaybillTrace",
        "v": "1.01",
        "format": "JSON",
        "timestamp": "1773302400000",
        "sign": md5_base64('{"NUMBER":"YT8800000000101"}yto.Marketing.WaybillTrace1.01SECRET0'),
    }


def test_the_newer_gateway_is_asked_with_json_and_the_method_of_its_path() -> None:
    url = "http://127.0.0.1:8351/open/track_query_adapter/v1/AbCdEf/TEST"
    request = Yto().request(account(url), [Ask("YT8800000000101")], NOW)
    assert str(request.url) == url
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == {
        "param": '{"NUMBER":"YT8800000000101"}',
        "format": "JSON",
        "timestamp": "1773302400000",
        "sign": sign('{"NUMBER":"YT8800000000101"}', "track_query_adapter", "v1", "SECRET0"),
    }


def test_a_number_cannot_leave_its_place() -> None:
    url = "http://127.0.0.1:8351/service/waybill_query/v1/AbCdEf"
    request = Yto().request(account(url), [Ask('YT","X":"1&v=2#')], NOW)
    form = dict(parse_qsl(request.content.decode(), strict_parsing=True))
    assert json.loads(form["param"]) == {"NUMBER": 'YT","X":"1&v=2#'}
    assert form["v"] == "1.01"


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_every_published_code_is_mapped_and_no_other() -> None:
    table = Path(SAMPLES).parent / "tables" / "china_courier_codes.csv"
    with table.open(encoding="utf-8", newline="") as lines:
        assert {row["code"] for row in csv.DictReader(lines) if row["carrier"] == "yto"} == set(SCANS)


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_live_words_beside_the_codes_raise_no_alarm() -> None:
    codes = {
        "ACCEPT": "GOT",
        "TRANSPORT": "DEPARTURE",
        "DELIVERING": "SENT_SCAN",
        "STA_INBOUND": "INBOUND",
        "SIGN": "SIGNED",
    }
    told = json.loads((Path(SAMPLES) / "cainiao_style/apispace_yto_signed.json").read_text("utf-8"))["logisticsTrace"]
    number = told["mailNo"]
    events = [
        {
            "waybill_No": number,
            "upload_Time": datetime.fromtimestamp(row["time"] / 1000, UTC).isoformat(),
            "infoContent": codes[row["subLogisticsStatus"]],
            "processInfo": row["desc"],
        }
        for row in told["logisticsTraceDetailList"]
    ]
    found = tracked(Yto().parse(httpx.Response(200, json=events), [Ask(number)])[0])
    assert not any(one.cause for one in found.checkpoints)
    assert [one.milestone for one in found.checkpoints[-3:]] == [
        Milestone.OUT_FOR_DELIVERY,
        Milestone.AVAILABLE_FOR_PICKUP,
        Milestone.DELIVERED,
    ]
    assert {one.milestone for one in found.checkpoints[1:-3]} == {Milestone.IN_TRANSIT}
