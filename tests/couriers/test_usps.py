"""What is asked of USPS in both versions, and that the table of events holds every code the lists know."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from parcelwatch.config import AccountConfig
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.usps import Usps, UspsBatched
from parcelwatch.couriers.usps import codes as usps_codes
from parcelwatch.errors import ConfigError
from parcelwatch.model import Ask, Milestone
from tests.couriers.recorded import tracked, usable

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
NUMBER = "9400100000000000000017"
ACCOUNT = Account(name="usps", api="usps", key="client-0001", secret="secret-0001", base_url="", token="token-0001")

SHARED = os.environ.get("PARCELWATCH_SAMPLES")
with_tables = pytest.mark.skipif(not SHARED, reason="PARCELWATCH_SAMPLES is not set")


# --- which version -------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "kind", "batch"), [({}, Usps, 1), ({"version": "v3r2"}, UspsBatched, 35)])
def test_an_account_chooses_its_version(options: dict[str, str], kind: type[Usps], batch: int) -> None:
    courier = Usps().tailored(AccountConfig("post", "usps", options=options))
    assert type(courier) is kind
    assert courier.batch == batch


def test_a_version_that_does_not_exist_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"version is 'v2'"):
        Usps().tailored(AccountConfig("post", "usps", options={"version": "v2"}))


# --- what is sent --------------------------------------------------------------------------------


def test_v3_asks_about_one_number_and_all_its_events() -> None:
    request = Usps().request(ACCOUNT, [Ask("9400 1000 0000 0000 0000 17")], NOW)
    assert request.method == "GET"
    assert str(request.url) == f"https://apis.usps.com/tracking/v3/tracking/{NUMBER}?expand=DETAIL"
    assert request.headers["authorization"] == "Bearer token-0001"


def test_v3r2_asks_about_numbers_in_a_list() -> None:
    account = Account(name="usps", api="usps", key="a", secret="b", base_url="https://apis-tem.usps.com/", token="t")
    asked = [Ask(NUMBER, postal_code="93701-1234"), Ask("no/number"), Ask("9400100000000000000024")]
    request = UspsBatched().request(account, usable(UspsBatched(), *asked), NOW)
    assert (request.method, str(request.url)) == ("POST", "https://apis-tem.usps.com/tracking/v3r2/tracking")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == [
        {"trackingNumber": NUMBER, "destinationZIPCode": "93701"},
        {"trackingNumber": "9400100000000000000024"},
    ]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (Ask(NUMBER, postal_code="93701", destination="US"), "93701"),
        (Ask(NUMBER, postal_code=" 93701-1234 "), "93701"),
        (Ask(NUMBER, postal_code="50667", destination="DE"), None),
        (Ask(NUMBER, postal_code="SW1A 1AA"), None),
    ],
)
def test_only_a_zip_code_of_the_united_states_is_sent_along(ask: Ask, code: str | None) -> None:
    assert Usps().request(ACCOUNT, [ask], NOW).url.params.get("destinationZIPCode") == code


def test_a_token_is_asked_for_with_the_credentials_in_json() -> None:
    request = Usps().grant(ACCOUNT, NOW)
    assert str(request.url) == "https://apis.usps.com/oauth2/v3/token"
    assert json.loads(request.content) == {
        "grant_type": "client_credentials",
        "client_id": "client-0001",
        "client_secret": "secret-0001",
    }


# --- the table -----------------------------------------------------------------------------------


def test_a_code_has_one_meaning() -> None:
    counted = Counter(code for _, codes in usps_codes.EVENT_GROUPS for code in codes.split())
    assert {code for code, times in counted.items() if times > 1} == set()


def test_every_disputed_code_has_an_entry_of_its_own() -> None:
    assert set(usps_codes.EVENTS) >= usps_codes.DISPUTED


# Codes of the notes beside the lists: seen in answers, or named in the classes.
BESIDE = {"AD", "DX", "PC"}


@with_tables
def test_the_table_holds_every_listed_code() -> None:
    assert SHARED
    with (Path(SHARED).parent / "tables" / "usps_event_codes.tsv").open(encoding="utf-8", newline="") as lines:
        listed = {row[0] for row in csv.reader(lines, delimiter="\t")} - {"eventCode"}
    assert len(listed) == 156
    assert set(usps_codes.EVENTS) == listed | BESIDE


def test_a_number_with_the_zip_before_it_is_the_number_without() -> None:
    short = "9400100000000000000017"
    event = {"eventCode": "01", "eventType": "Delivered", "eventTimestamp": "2026-03-04T10:00:00"}
    for one, other in ((f"42089501{short}", short), (short, f"42089501{short}"), (f"420895011234{short}", short)):
        body = {"trackingNumber": other, "trackingEvents": [event]}
        (found,) = Usps().parse(httpx.Response(200, json=body), [Ask(one)])
        assert tracked(found).checkpoints[-1].milestone is Milestone.DELIVERED
