"""韵达: what is sent to ask and to subscribe, and that its two tables are complete."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parcelwatch.couriers.base import Account
from parcelwatch.couriers.yunda import Yunda, sign
from parcelwatch.couriers.yunda.codes import ACTIONS, STATUSES
from parcelwatch.model import Ask

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "yunda", "APPKEY0", "http://127.0.0.1:8351/openapi/outer/logictis", secret="SECRET0")
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def test_a_number_is_asked_for_and_the_very_body_is_signed() -> None:
    request = Yunda().request(MINE, [Ask("4303618027892")], NOW)
    assert (request.method, str(request.url)) == ("POST", "http://127.0.0.1:8351/openapi/outer/logictis/query")
    assert request.content == b'{"mailno":"4303618027892"}'
    assert request.headers["sign"] == "367e4ca6be2c1c81697e863c5a2ea73d"
    assert request.headers["app-key"] == "APPKEY0"
    assert request.headers["req-time"] == "1773302400000"


def test_numbers_are_subscribed_together_under_their_own_names() -> None:
    request = Yunda().registration(MINE, [Ask("4330000000101"), Ask("4330000000202")], NOW)
    assert str(request.url) == "http://127.0.0.1:8351/openapi/outer/logictis/subscribe"
    assert json.loads(request.content) == {
        "orders": [
            {"orderid": "4330000000101", "mailno": "4330000000101"},
            {"orderid": "4330000000202", "mailno": "4330000000202"},
        ]
    }
    assert request.headers["sign"] == sign(request.content.decode(), "SECRET0")


@pytest.mark.parametrize("shown", ["/openapi-api/outer/logictis", "/openapi-api/outer/logictis/query/"])
def test_the_address_may_be_pasted_with_or_without_its_end(shown: str) -> None:
    account = replace(MINE, base_url="http://127.0.0.1:8351" + shown)
    assert Yunda().request(account, [Ask("4330000000101")], NOW).url.path == "/openapi-api/outer/logictis/query"
    assert Yunda().registration(account, [Ask("4330000000101")], NOW).url.path.endswith("/logictis/subscribe")


def test_numbers_are_subscribed_unless_the_account_says_otherwise() -> None:
    assert Yunda().registers(MINE)
    assert not Yunda().registers(replace(MINE, options={"subscribe": "no"}))


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_every_published_code_is_mapped_in_its_own_space_and_no_other() -> None:
    table = Path(SAMPLES).parent / "tables" / "china_courier_codes.csv"
    with table.open(encoding="utf-8", newline="") as lines:
        published = {row["code"] for row in csv.DictReader(lines) if row["carrier"] == "yunda"}
    assert published == {f"status:{code}" for code in STATUSES} | {f"action:{code}" for code in ACTIONS}
