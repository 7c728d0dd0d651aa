"""德邦: what is signed and sent, and that its tables are complete."""

from __future__ import annotations

import csv
import os
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from parcelwatch.couriers.base import Account
from parcelwatch.couriers.deppon import Deppon, digest
from parcelwatch.couriers.deppon.codes import CODES, DELAYED, ORDERS, SCANS, VOID_OR_REFUSED, WORDY
from parcelwatch.model import Ask

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "deppon", "EWBTEST", "", customer="400000001", secret="APPKEY0")
PARAMS = '{"mailNo": "DPK7000000000123", "customerCode": "400000001"}'
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def test_the_digest_is_of_the_digits_of_an_md5() -> None:
    digits = md5(f"{PARAMS}APPKEY01773302400000".encode()).hexdigest()
    assert (
        digest(PARAMS, "APPKEY0", "1773302400000")
        == b64encode(digits.encode()).decode()
        == "ZjZlZTUxMmY5MDgwZDdkMWY1OGYyN2E2MjcyOWIyNGM="
    )


def test_a_number_is_asked_for_with_a_signed_form_and_the_key_stays_here() -> None:
    request = Deppon().request(MINE, [Ask("DPK7000000000123")], NOW)
    assert str(request.url) == "https://dpapi.deppon.com/dop-interface-sync/standard-query/newTraceQuery.action"
    assert dict(parse_qsl(request.content.decode(), strict_parsing=True)) == {
        "companyCode": "EWBTEST",
        "params": PARAMS,
        "timestamp": "1773302400000",
        "digest": "ZjZlZTUxMmY5MDgwZDdkMWY1OGYyN2E2MjcyOWIyNGM=",
    }
    assert "APPKEY0" not in f"{request.url}{request.headers}{request.content!r}"


def test_what_both_tables_hold_means_the_same() -> None:
    assert all(SCANS[code] == ORDERS[code] for code in set(SCANS) & set(ORDERS))
    assert {DELAYED, VOID_OR_REFUSED, *WORDY} <= set(CODES)


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES is not set")
def test_the_tables_hold_every_published_code() -> None:
    with (Path(SAMPLES).parent / "tables" / "china_courier_codes.csv").open(encoding="utf-8", newline="") as table:
        published = {row["code"] for row in csv.DictReader(table) if row["carrier"] == "deppon"}
    assert {f"trace:{code}" for code in SCANS} | {f"order:{code}" for code in ORDERS} == published
