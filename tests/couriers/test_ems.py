"""中国邮政: what is encrypted and sent, that its tables are complete, and what takes what back."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.couriers.base import Account
from parcelwatch.couriers.ems import Ems, sealed
from parcelwatch.couriers.ems.codes import ATTEMPTS, CLAIMED, DELIVERIES, OPERATIONS, RELEASED, UNDOES
from parcelwatch.couriers.ems.sm4 import encrypted
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Ask, Cause, Checkpoint, Milestone
from tests.couriers.recorded import tracked

NOW = datetime(2026, 3, 12, 16, 30, 5, tzinfo=UTC)
KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
SEALED = "bjpt44DaNFululm42LhgQ8PVehK15K0m0yo84V+c2NnBEAzgMwF29by1oQ0/LbI3/vkPai/Ngto8XCYTZqKy1DJdUB/WoUhfa6ykyLZ7yWA="
MINE = Account("mine", "ems", "AUTH0", "", customer="1100000000001", secret=KEY)
NUMBER = "1234567890123"
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")


def sent(account: Account) -> dict[str, str]:
    return dict(parse_qsl(Ems().request(account, [Ask(NUMBER)], NOW).content.decode(), strict_parsing=True))


# --- the cipher ----------------------------------------------------------------------------------


def test_the_cipher_gives_what_its_standard_gives() -> None:
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert encrypted(block, block)[:16].hex() == "681edf34d206965e86b3e94f536e4246"


def test_the_cipher_gives_what_its_standard_gives_when_fed_its_own_output_a_thousand_times() -> None:
    key = block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    for _ in range(1000):
        block = encrypted(key, block)[:16]
    assert block.hex() == "d735e91cc5689cf312bcc1efb740e813"


@given(st.binary(max_size=100))
def test_the_cipher_pads_to_whole_blocks_and_always_by_something(plain: bytes) -> None:
    assert len(encrypted(bytes(16), plain)) == (len(plain) // 16 + 1) * 16


@pytest.mark.parametrize("key", [b"", bytes(15), bytes(17), bytes(32)])
def test_the_cipher_takes_no_other_key(key: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        encrypted(key, b"x")


# --- what is sent --------------------------------------------------------------------------------


def test_a_number_is_asked_for_in_an_encrypted_form_and_the_key_stays_here() -> None:
    request = Ems().request(MINE, [Ask(NUMBER)], NOW)
    assert str(request.url) == "https://api.ems.com.cn/amp-prod-api/f/amp/api/open"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded;charset=UTF-8"
    assert sent(MINE) == {
        "apiCode": "040001",
        "senderNo": "1100000000001",
        "authorization": "AUTH0",
        "msgType": "0",
        "timeStamp": "2026-03-13 00:30:05",
        "version": "V1.0.0",
        "logitcsInterface": "|$4|" + SEALED,
    }
    assert KEY not in f"{request.url}{request.headers}{request.content!r}"


def test_an_account_without_the_prefix_and_with_a_user_code_says_so_in_its_options() -> None:
    form = sent(replace(MINE, options={"prefix": "", "user_code": "U7"}))
    assert form["logitcsInterface"] == SEALED
    assert form["userCode"] == "U7"


@pytest.mark.parametrize("secret", ["", "no key", "MDEyMzQ1Njc4OWFiY2Rl", "登录密钥"])
def test_a_secret_that_is_no_key_is_refused_before_a_call_is_wasted(secret: str) -> None:
    with pytest.raises(CourierRefused, match="签名钥匙"):
        sealed("{}", secret)


# --- codes ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES is not set")
def test_the_tables_hold_every_published_code() -> None:
    with (Path(SAMPLES).parent / "tables" / "china_courier_codes.csv").open(encoding="utf-8", newline="") as table:
        published = {row["code"] for row in csv.DictReader(table) if row["carrier"] == "ems"}
    mine = {*OPERATIONS, *(f"signed:{code}" for code in DELIVERIES), *(f"unsigned:{code}" for code in ATTEMPTS)}
    assert mine == published


def test_whatever_is_taken_back_is_an_operation_that_takes_nothing_back() -> None:
    undone = {code for codes in UNDOES.values() for code in codes}
    assert set(UNDOES) <= set(OPERATIONS)
    assert RELEASED | undone <= set(OPERATIONS)
    assert not undone & set(UNDOES)
    assert CLAIMED in DELIVERIES


def test_a_paid_claim_is_no_delivery_and_a_lost_parcel_is_told_by_two_operations() -> None:
    assert DELIVERIES[CLAIMED] == OPERATIONS["987"] == OPERATIONS["988"] == (Milestone.EXCEPTION, Cause.LOST)


# --- what is taken back --------------------------------------------------------------------------


def told(*operations: tuple[str, str]) -> tuple[Checkpoint, ...]:
    """What the operations (time of day, code) of one day make of a parcel."""
    items = [{"waybillNo": NUMBER, "opTime": f"2026-03-03 {at}", "opCode": code} for at, code in operations]
    answer = httpx.Response(200, json={"retCode": "00000", "retBody": items})
    (observation,) = Ems().parse(answer, [Ask(NUMBER)])
    return tracked(observation).checkpoints


@pytest.mark.parametrize("undoing", sorted(UNDOES))
def test_what_is_taken_back_is_gone_and_what_took_it_back_stays(undoing: str) -> None:
    for undone in UNDOES[undoing]:
        assert [one.code for one in told(("08:00", "389"), ("09:00", undone), ("10:00", undoing))] == ["389", undoing]


@pytest.mark.parametrize("undoing", sorted(UNDOES))
def test_what_comes_after_is_not_taken_back(undoing: str) -> None:
    undone = min(UNDOES[undoing])
    assert [one.code for one in told(("09:00", undoing), ("10:00", undone))] == [undoing, undone]


def test_in_whatever_order_the_list_comes_the_same_is_taken_back() -> None:
    day = (("09:00", "702"), ("10:00", "704"), ("11:00", "743"), ("12:00", "704"))
    assert {tuple(one.code for one in told(*order)) for order in permutations(day)} == {("702", "743", "704")}


def test_two_undoings_take_back_two() -> None:
    day = (("09:00", "705"), ("10:00", "705"), ("11:00", "744"), ("12:00", "744"))
    assert [one.code for one in told(*day)] == ["744", "744"]
