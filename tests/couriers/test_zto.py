"""中通: what is sent, its options, and that its tables are complete and agree with the words."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parcelwatch.config import AccountConfig
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.zto import Zto, digest
from parcelwatch.couriers.zto.codes import PROBLEMS, SCANS
from parcelwatch.errors import ConfigError
from parcelwatch.lexicon import read
from parcelwatch.model import Ask

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "zto", "APPKEY0", "http://127.0.0.1:8351/zto.merchant.waybill.track.query", secret="SECRET0")
SAMPLES = os.environ.get("PARCELWATCH_SAMPLES", "")
TABLES = Path(SAMPLES).parent / "tables"


def test_the_digest_covers_the_body_and_the_secret() -> None:
    assert digest('{"billCode":"73190553102532"}', "SECRET0", "") == "jsr+nhUKkFrSJgO/w6qbtw=="


def test_the_digest_is_sha256_where_the_console_says_so() -> None:
    assert digest("abc", "", "SHA256") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="


def test_a_number_is_asked_for_with_the_phone_and_the_very_body_is_signed() -> None:
    request = Zto().request(MINE, [Ask("7880000000101", phone_last4="0001")], NOW)
    assert (request.method, str(request.url)) == ("POST", MINE.base_url)
    assert json.loads(request.content) == {"billCode": "7880000000101", "mobilePhone": "0001"}
    assert request.headers["x-appkey"] == "APPKEY0"
    assert request.headers["x-datadigest"] == digest(request.content.decode(), "SECRET0", "MD5")


def test_the_account_chooses_the_digest() -> None:
    account = replace(MINE, options={"digest": "SHA256"})
    request = Zto().request(account, [Ask("7880000000101")], NOW)
    assert request.content == b'{"billCode":"7880000000101"}'
    assert request.headers["x-datadigest"] == digest(request.content.decode(), "SECRET0", "SHA256")


def test_the_phone_is_wanted_unless_the_account_says_otherwise() -> None:
    ask = Ask("7880000000101")
    assert "phone_last4" in Zto().lacks(ask)
    assert not Zto().lacks(replace(ask, phone_last4="0001"))
    assert not Zto().tailored(AccountConfig("mine", "zto", options={"phone": "optional"})).lacks(ask)


@pytest.mark.parametrize("options", [{"phone": "no"}, {"digest": "sha1"}])
def test_an_option_it_does_not_know_is_said(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=f"the option {next(iter(options))} must be"):
        Zto().tailored(AccountConfig("mine", "zto", options=options))


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_every_published_code_is_mapped_and_no_other() -> None:
    with (TABLES / "china_courier_codes.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["code"] for row in csv.DictReader(lines) if row["carrier"] == "zto"} == set(SCANS)


@pytest.mark.skipif(not SAMPLES, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")
def test_a_problem_code_means_what_its_published_words_mean() -> None:
    phrases = set(re.findall(r'"([ABC]\d+) ([^"\\]+)', (TABLES / "lexicon_zh.json").read_text("utf-8")))
    assert {code for code, _ in phrases} == set(PROBLEMS)
    for code, words in phrases:
        reading = read(words, "zh")
        assert PROBLEMS[code] == (reading.milestone, reading.cause), words
