"""极兔: what is signed and sent, and that its tables are complete by number and by name."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from parcelwatch.couriers.base import Account, Picky
from parcelwatch.couriers.jt import Jt
from parcelwatch.couriers.jt.codes import PROBLEM_SCANS, PROBLEMS, SCANS, TAKEN_OUT, WORDY
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.model import Ask
from tests.couriers.recorded import usable

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "jt", "700000000000000001", "", secret="PRIV0")
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def test_the_digest_is_of_the_sixteen_bytes_and_goes_into_a_header() -> None:
    assert md5_base64('{"billCodes":"JT3031691704847"}PRIV0') == "Ve+EoMmZKvYVgrosVh8XQg=="
    request = Jt().request(MINE, [Ask("JT3031691704847")], NOW)
    assert str(request.url) == "https://openapi.jtexpress.com.cn/webopenplatformapi/api/logistics/trace"
    assert request.headers["apiAccount"] == "700000000000000001"
    assert request.headers["digest"] == "Ve+EoMmZKvYVgrosVh8XQg=="
    assert request.headers["timestamp"] == "1773302400000"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(request.content.decode()) == [("bizContent", '{"billCodes":"JT3031691704847"}')]


def test_several_numbers_go_in_one_list_without_those_that_would_break_it() -> None:
    courier = Jt()
    asked = [Ask("JT7000000000123"), Ask("JT7,JT8"), Ask("JT7000000000456")]
    request = courier.request(MINE, usable(courier, *asked), NOW)
    assert dict(parse_qsl(request.content.decode())) == {
        "bizContent": '{"billCodes":"JT7000000000123,JT7000000000456"}'
    }
    assert isinstance(courier, Picky)
    assert [bool(courier.lacks(ask)) for ask in asked] == [False, True, False]


def test_the_codes_read_in_a_way_of_their_own_are_in_the_table() -> None:
    assert set(SCANS) >= PROBLEM_SCANS | WORDY | TAKEN_OUT
    assert not set(SCANS) & set(PROBLEMS)


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES is not set")
def test_the_tables_hold_every_published_code_and_its_name_with_one_meaning() -> None:
    with (Path(SAMPLES).parent / "tables" / "china_courier_codes.csv").open(encoding="utf-8", newline="") as table:
        published = [
            (*row["code"].split(":"), row["name_zh"].partition(" ")[0])
            for row in csv.DictReader(table)
            if row["carrier"] == "jtexpress"
        ]
    for kind, known in (("scan", SCANS), ("problem", PROBLEMS)):
        mine = [(code, name) for one, code, name in published if one == kind]
        assert {key for pair in mine for key in pair} == set(known)
        assert all(known[code] == known[name] for code, name in mine)
