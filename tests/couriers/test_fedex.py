"""What is asked of FedEx, which of several results counts, and that its tables hold every published code."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from parcelwatch.couriers.base import Account
from parcelwatch.couriers.fedex import Fedex
from parcelwatch.couriers.fedex import codes as fedex_codes
from parcelwatch.couriers.fedex.result import observe
from parcelwatch.model import Answered, Ask, Cause, Milestone
from tests.couriers.recorded import tracked, usable

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
NUMBER = "412300000017"
ACCOUNT = Account(name="fedex", api="fedex", key="client-0001", secret="secret-0001", base_url="", token="token-0001")

SHARED = os.environ.get("PARCELWATCH_SAMPLES")
with_tables = pytest.mark.skipif(not SHARED, reason="PARCELWATCH_SAMPLES is not set")


# --- what is sent --------------------------------------------------------------------------------


def test_numbers_are_asked_for_together_with_every_scan_and_in_english() -> None:
    request = Fedex().request(ACCOUNT, [Ask(NUMBER), Ask("4123 0000 0028")], NOW)
    assert request.method == "POST"
    assert str(request.url) == "https://apis.fedex.com/track/v1/trackingnumbers"
    assert request.headers["authorization"] == "Bearer token-0001"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-locale"] == "en_US"
    assert json.loads(request.content) == {
        "includeDetailedScans": True,
        "trackingInfo": [
            {"trackingNumberInfo": {"trackingNumber": NUMBER}},
            {"trackingNumberInfo": {"trackingNumber": "412300000028"}},
        ],
    }


def test_a_known_shipping_date_narrows_what_a_number_may_mean() -> None:
    shipped = [datetime(2026, 2, 11, 12, tzinfo=UTC), datetime(2026, 3, 11, 12, tzinfo=UTC), NOW + timedelta(days=1)]
    request = Fedex().request(ACCOUNT, [Ask(NUMBER, shipped_at=at) for at in shipped], NOW)
    long_ago, lately, still_to_come = json.loads(request.content)["trackingInfo"]
    assert (long_ago["shipDateBegin"], long_ago["shipDateEnd"]) == ("2026-02-01", "2026-03-03")
    assert (lately["shipDateBegin"], lately["shipDateEnd"]) == ("2026-03-01", "2026-03-12")
    assert "shipDateBegin" not in still_to_come


def test_a_number_that_cannot_be_fedex_s_is_left_out_of_the_call() -> None:
    request = Fedex().request(ACCOUNT, usable(Fedex(), Ask("no-number"), Ask("412300/0017"), Ask(NUMBER)), NOW)
    names = [info["trackingNumberInfo"]["trackingNumber"] for info in json.loads(request.content)["trackingInfo"]]
    assert names == [NUMBER]


def test_each_call_has_a_transaction_id_of_its_own_that_is_the_same_for_the_same_call() -> None:
    def name(number: str) -> str:
        return Fedex().request(ACCOUNT, [Ask(number)], NOW).headers["x-customer-transaction-id"]

    assert name(NUMBER) == name(NUMBER) != name("412300000028")


def test_a_token_is_asked_for_with_the_credentials_in_the_form() -> None:
    account = Account(name="fedex", api="fedex", key="a b", secret="c&d", base_url="https://apis-sandbox.fedex.com/")
    request = Fedex().grant(account, NOW)
    assert str(request.url) == "https://apis-sandbox.fedex.com/oauth/token"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["a b"],
        "client_secret": ["c&d"],
    }


# --- which result counts -------------------------------------------------------------------------


def result(day: str) -> dict[str, object]:
    event = {"date": f"{day}T10:00:00-06:00", "eventType": "DL", "eventDescription": "Delivered"}
    return {"trackingNumberInfo": {"trackingNumber": NUMBER}, "scanEvents": [event]}


def read(ask: Ask, *results: dict[str, object]) -> Answered:
    complete = [{"trackingNumber": NUMBER, "trackResults": list(results)}]
    response = httpx.Response(200, json={"output": {"completeTrackResults": complete}})
    (observation,) = Fedex().parse(response, [ask])
    return tracked(observation)


@pytest.mark.parametrize("days", [("2026-03-05", "2025-08-01"), ("2025-08-01", "2026-03-05")])
def test_of_several_results_the_newest_counts_unless_the_shop_shipped_another(days: tuple[str, str]) -> None:
    results = [result(day) for day in days]
    assert read(Ask(NUMBER), *results).checkpoints[0].occurred_at.year == 2026
    old = read(Ask(NUMBER, shipped_at=datetime(2025, 7, 28, tzinfo=UTC)), *results)
    assert old.checkpoints[0].occurred_at.year == 2025


# --- the tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("group", fedex_codes.GROUPS)
def test_a_code_has_one_meaning_in_its_group(group: str) -> None:
    counted = Counter(code for _, codes in fedex_codes.GROUPS[group] for code in codes.split())
    assert {code for code, times in counted.items() if times > 1} == set()


@with_tables
def test_the_groups_hold_every_published_code_and_no_other() -> None:
    assert SHARED
    with (Path(SHARED).parent / "tables" / "fedex_status_codes.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t"))[1:]
    published = {(group, code.upper()) for group, code, _ in rows}
    ours = {
        (group, code) for group, groups in fedex_codes.GROUPS.items() for _, codes in groups for code in codes.split()
    }
    assert ours == published


# --- what the newest event leaves unsaid -----------------------------------------------------------


def told(latest: dict[str, object], *events: tuple[str, str]) -> list[tuple[Milestone, Cause | None]]:
    """What a result with this latest status means; its events, oldest first, as (type, description)."""
    scans = [
        {"date": f"2026-03-0{day}T10:00:00-06:00", "eventType": kind, "eventDescription": words}
        for day, (kind, words) in enumerate(events, 1)
    ]
    found = observe(Ask(NUMBER), {"latestStatusDetail": latest, "scanEvents": scans[::-1]})
    return [(one.milestone, one.cause) for one in found.checkpoints]


def test_a_return_that_only_the_latest_status_tells_is_told() -> None:
    latest: dict[str, object] = {"code": "RS", "statusByLocale": "Returning package to shipper"}
    assert told(latest, ("PU", "Picked up"), ("AR", "Arrived"))[-1] == (Milestone.RETURNING, None)


def test_a_delivery_that_failed_only_by_the_latest_status_is_told_with_its_reason() -> None:
    refused: dict[str, object] = {
        "code": "DE",
        "statusByLocale": "Delivery exception",
        "ancillaryDetails": [{"reason": "07", "reasonDescription": "Shipment Refused by Recipient"}],
    }
    events = [("PU", "Picked up"), ("AR", "Arrived at FedEx location")]
    assert told(refused, *events)[-1] == (Milestone.ATTEMPT_FAILED, Cause.REFUSED)
    plain: dict[str, object] = {"code": "DE", "statusByLocale": "Delivery exception"}
    assert told(plain, *events)[-1][0] is Milestone.EXCEPTION


def test_a_latest_status_that_an_event_bears_or_that_only_moves_adds_nothing() -> None:
    events = [("PU", "Picked up"), ("DE", "Delivery exception"), ("AR", "Arrived at FedEx location")]
    assert len(told({"code": "DE", "statusByLocale": "Delivery exception"}, *events)) == 3
    assert len(told({"code": "IT", "statusByLocale": "In transit"}, *events)) == 3
    assert len(told({"code": "QQ", "statusByLocale": "Whatever"}, *events)) == 3
    assert len(told({"code": "DE"}, ("PU", "Picked up"), ("DL", "Delivered"))) == 2


@pytest.mark.parametrize(
    ("words", "milestone"),
    [
        ("Left at FedEx Onsite location for pickup", Milestone.AVAILABLE_FOR_PICKUP),
        ("Delivered to USPS for final delivery", Milestone.IN_TRANSIT),
        ("Delivered", Milestone.DELIVERED),
    ],
)
def test_a_delivery_that_leaves_the_last_step_to_others_is_none(words: str, milestone: Milestone) -> None:
    assert told({"code": "DL"}, ("PU", "Picked up"), ("DL", words))[-1] == (milestone, None)
    assert told({"code": "DL"}, ("DL", words), ("DL", "Delivered"))[-1] == (Milestone.DELIVERED, None)


@pytest.mark.parametrize("code", ["AS", "HA"])
def test_a_corrected_address_and_a_granted_hold_are_news_and_no_movement(code: str) -> None:
    event = {"date": "2026-03-04T10:00:00-06:00", "eventType": code, "eventDescription": ""}
    (one,) = observe(Ask(NUMBER), {"scanEvents": [event]}).checkpoints
    assert (one.milestone, one.moves) == (Milestone.INFO_RECEIVED, False)


def test_a_scan_of_a_parcel_that_is_late_is_movement_and_the_delay_itself_is_not() -> None:
    late = {"delayDetail": {"status": "DELAYED", "type": "WEATHER"}}
    events = [
        {"date": "2026-03-05T10:00:00-06:00", "eventType": "DY", "eventDescription": "Delay", **late},
        {"date": "2026-03-04T10:00:00-06:00", "eventType": "DP", "eventDescription": "Left", **late},
    ]
    scan, delay = observe(Ask(NUMBER), {"scanEvents": events}).checkpoints
    assert (scan.moves, delay.moves) == (True, False)


def test_what_arrived_after_the_courier_had_left_is_a_scan_and_no_exception() -> None:
    late = {
        "date": "2026-03-04T10:00:00-06:00",
        "eventType": "SE",
        "eventDescription": "Shipment exception",
        "exceptionCode": "31",
        "exceptionDescription": "Package arrived after courier dispatch",
    }
    (one,) = observe(Ask(NUMBER), {"scanEvents": [late]}).checkpoints
    assert (one.milestone, one.cause, one.moves) == (Milestone.IN_TRANSIT, None, True)


def test_a_delivery_that_the_buyer_put_off_is_a_postponement() -> None:
    put_off = {
        "date": "2026-03-04T10:00:00-06:00",
        "eventType": "DE",
        "eventDescription": "Delivery exception",
        "exceptionCode": "17",
        "exceptionDescription": "Future delivery requested",
    }
    (one,) = observe(Ask(NUMBER), {"scanEvents": [put_off]}).checkpoints
    assert (one.milestone, one.cause, one.moves) == (Milestone.IN_TRANSIT, Cause.POSTPONED, False)
