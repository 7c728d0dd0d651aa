"""京东: what is signed and sent, whether its tables are complete, and which number replaces another."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parcelwatch.couriers.base import Account
from parcelwatch.couriers.jd import Jd, sign, successor
from parcelwatch.couriers.jd.codes import REPLACED, STAGES, STATES, WORDY
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.model import Ask, Cause, Milestone

NOW = datetime(2026, 3, 12, 16, 30, 5, tzinfo=UTC)
MINE = Account("mine", "jd", "APPKEY0", "", secret="SECRET0", token="TOKEN0")
NUMBER = "JDVA70000000123"
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def test_the_signature_is_of_everything_that_is_sent_between_two_secrets() -> None:
    body = '[{"referenceNumber":"JDVA70000000123","referenceType":"20000"}]'
    told = (
        "SECRET0access_tokenTOKEN0app_keyAPPKEY0method/jd/tracking/query"
        'param_json[{"referenceNumber":"JDVA70000000123","referenceType":"20000"}]'
        "timestamp2026-03-13 00:30:05v2.0SECRET0"
    )
    assert sign(MINE, body, "2026-03-13 00:30:05") == md5_hex(told).upper() == "D494A8843663B02510FD339C0DB41909"


def test_a_number_is_asked_for_with_a_signed_query_at_beijings_time_and_the_secret_stays_here() -> None:
    request = Jd().request(MINE, [Ask(NUMBER)], NOW)
    assert str(request.url).startswith("https://api.jdl.com/jd/tracking/query?")
    assert request.content == b'[{"referenceNumber":"JDVA70000000123","referenceType":"20000"}]'
    assert dict(request.url.params) == {
        "LOP-DN": "Tracking_JD",
        "app_key": "APPKEY0",
        "access_token": "TOKEN0",
        "timestamp": "2026-03-13 00:30:05",
        "v": "2.0",
        "algorithm": "md5-salt",
        "sign": "D494A8843663B02510FD339C0DB41909",
    }
    assert "SECRET0" not in f"{request.url}{request.headers}{request.content!r}"


def test_the_phone_goes_along_where_the_parcel_has_one_and_changes_the_signature() -> None:
    request = Jd().request(MINE, [Ask(NUMBER, phone_last4="0042")], NOW)
    assert request.content == b'[{"referenceNumber":"JDVA70000000123","referenceType":"20000","phone":"0042"}]'
    assert request.url.params["sign"] == sign(MINE, request.content.decode(), "2026-03-13 00:30:05")
    assert request.url.params["sign"] != "D494A8843663B02510FD339C0DB41909"


def test_the_test_environment_is_asked_where_the_account_says_so() -> None:
    account = replace(MINE, base_url="https://uat-api.jdl.com/jd/tracking/query")
    assert Jd().request(account, [Ask(NUMBER)], NOW).url.host == "uat-api.jdl.com"


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("换单打印，新运单号：JDVB70000000456", "JDVB70000000456"),
        ("新单号为JDVB70000000456", "JDVB70000000456"),
        ("新运单号 700000000456，旧运单号JDVA70000000123", "700000000456"),
        ("运单JDVA70000000123已换为JDVB70000000456", "JDVB70000000456"),
        ("jdvb70000000456", "JDVB70000000456"),
        ("换单打印", ""),
        ("换单打印，请联系13900000002", ""),
        ("换单打印：JDVA70000000123", ""),
        ("换单打印：JDVB70000000456、JDVB70000000789", ""),
    ],
)
def test_a_new_number_counts_only_where_the_words_name_one_and_only_one(words: str, new: str) -> None:
    assert successor(words, NUMBER) == new


def test_what_looks_like_an_end_is_none_and_what_looks_harmless_is_an_end() -> None:
    assert STATES["10042"] == (Milestone.EXCEPTION, Cause.UNSTATED)
    assert STATES["200033"] == (Milestone.RETURNING, None)
    assert STATES["200054"] == (Milestone.RETURNED, None)
    assert STATES["200032"] == STATES["200070"] == (Milestone.EXCEPTION, Cause.DESTROYED)
    assert STAGES["480"] == (Milestone.EXCEPTION, Cause.UNSTATED)


def test_the_codes_read_in_a_way_of_their_own_are_in_the_table() -> None:
    assert {*WORDY, REPLACED} <= set(STATES)
    assert not set(STATES) & set(STAGES)


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES is not set")
def test_the_tables_hold_every_published_code() -> None:
    with (Path(SAMPLES).parent / "tables" / "china_courier_codes.csv").open(encoding="utf-8", newline="") as table:
        published = {row["code"] for row in csv.DictReader(table) if row["carrier"] == "jdl"}
    assert {f"state:{code}" for code in STATES} | {f"status:{code}" for code in STAGES} == published
