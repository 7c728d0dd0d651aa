"""What is asked of UPS, and that its code tables hold every code the courier publishes."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import merge
from parcelwatch.core.view import view
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.ups import Ups
from parcelwatch.couriers.ups import codes as ups_codes
from parcelwatch.model import Answered, Ask, Cause, Dossier, Milestone, Observation, Parcel, Sure, Timeline, Unanswered
from tests.couriers.recorded import tracked

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
NUMBER = "1ZP4W0000300000017"
ACCOUNT = Account(name="ups", api="ups", key="client-0001", secret="secret-0001", base_url="", token="token-0001")

SHARED = os.environ.get("PARCELWATCH_SAMPLES")
with_tables = pytest.mark.skipif(not SHARED, reason="PARCELWATCH_SAMPLES is not set")


# --- what is sent --------------------------------------------------------------------------------


def test_a_number_is_asked_for_with_the_token_and_a_transaction_id_of_its_own() -> None:
    request = Ups().request(ACCOUNT, [Ask(NUMBER)], NOW)
    assert request.method == "GET"
    assert request.url.copy_with(query=None) == f"https://onlinetools.ups.com/api/track/v1/details/{NUMBER}"
    assert request.url.params["locale"] == "en_US"
    assert request.headers["authorization"] == "Bearer token-0001"
    assert request.headers["transactionsrc"] == "parcelwatch"
    assert request.headers["transid"] == Ups().request(ACCOUNT, [Ask(NUMBER)], NOW).headers["transid"]
    later = Ups().request(ACCOUNT, [Ask(NUMBER)], NOW + timedelta(seconds=1))
    assert request.headers["transid"] != later.headers["transid"]


def test_a_number_written_with_blanks_is_asked_for_without_them() -> None:
    request = Ups().request(ACCOUNT, [Ask("1Z P4W 0000 3000 0001 7")], NOW)
    assert request.url.path.endswith("/1ZP4W0000300000017")


def test_a_token_is_asked_for_with_the_credentials_in_a_basic_header() -> None:
    request = Ups().grant(ACCOUNT, NOW)
    assert str(request.url) == "https://onlinetools.ups.com/security/v1/oauth/token"
    # The name and password of RFC 7617, encoded by hand.
    assert request.headers["authorization"] == "Basic Y2xpZW50LTAwMDE6c2VjcmV0LTAwMDE="
    assert parse_qs(request.content.decode()) == {"grant_type": ["client_credentials"]}
    assert "x-merchant-id" not in request.headers


def test_an_account_number_and_another_address_are_used_where_given() -> None:
    account = Account(
        name="ups", api="ups", key="a", secret="b", customer="A1B2C3", base_url="https://wwwcie.ups.com/", token="t"
    )
    assert str(Ups().grant(account, NOW).url) == "https://wwwcie.ups.com/security/v1/oauth/token"
    assert Ups().grant(account, NOW).headers["x-merchant-id"] == "A1B2C3"
    assert str(Ups().request(account, [Ask(NUMBER)], NOW).url).startswith(
        "https://wwwcie.ups.com/api/track/v1/details/"
    )


@pytest.mark.parametrize(("number", "lacking"), [("1Z", True), ("1Z/../../x", True), (NUMBER, False), ("A" * 35, True)])
def test_a_number_ups_cannot_have_given_is_not_asked_for(number: str, lacking: bool) -> None:
    assert bool(Ups().lacks(Ask(number))) is lacking


# --- what is read --------------------------------------------------------------------------------


def read(*events: dict[str, object], ask: Ask | None = None) -> Answered:
    package = {"trackingNumber": NUMBER, "activity": list(events)}
    return answered({"shipment": [{"inquiryNumber": NUMBER, "package": [package]}]}, ask or Ask(NUMBER))


def answered(told: dict[str, object], ask: Ask) -> Answered:
    (observation,) = Ups().parse(httpx.Response(200, json={"trackResponse": told}), [ask])
    return tracked(observation)


def event(kind: str, code: str, number: str, day: str = "20260303") -> dict[str, object]:
    status = {"type": kind, "code": code, "statusCode": number, "description": ""}
    return {"date": day, "time": "183623", "gmtOffset": "+01:00", "location": {"slic": "1"}, "status": status}


READINGS: list[tuple[str, str, str, Milestone, Cause | None]] = [
    ("X", "RZ", "012", Milestone.CUSTOMS, None),
    ("X", "RZ", "014", Milestone.IN_TRANSIT, None),
    ("X", "BB", "058", Milestone.CUSTOMS, Cause.CUSTOMS),
    ("X", "BB", "014", Milestone.IN_TRANSIT, None),
    ("X", "DL", "", Milestone.RETURNING, None),
    ("I", "DL", "", Milestone.IN_TRANSIT, None),
    ("D", "53", "011", Milestone.DELIVERED, None),
    ("D", "53", "", Milestone.ATTEMPT_FAILED, Cause.REFUSED),
    ("D", "GK", "011", Milestone.DELIVERED, Cause.DAMAGED),
    ("X", "HD", "011", Milestone.DELIVERED, Cause.DAMAGED),
    ("X", "KT", "035", Milestone.RETURNING, Cause.REFUSED),
    ("X", "25", "012", Milestone.EXCEPTION, Cause.DAMAGED),
    ("X", "6", "046", Milestone.EXCEPTION, Cause.MISROUTED),
    ("X", "06", "046", Milestone.EXCEPTION, Cause.MISROUTED),
    ("X", "UO", "127", Milestone.INFO_RECEIVED, None),
    ("X", "", "12", Milestone.CUSTOMS, None),
    ("D", "F7", "143", Milestone.IN_TRANSIT, None),
    ("D", "", "143", Milestone.DELIVERED, None),
]


@pytest.mark.parametrize(("kind", "code", "number", "milestone", "cause"), READINGS)
def test_the_status_decides_and_the_code_may_add(
    kind: str, code: str, number: str, milestone: Milestone, cause: Cause | None
) -> None:
    (scan,) = read(event(kind, code, number)).checkpoints
    assert (scan.milestone, scan.cause) == (milestone, cause)


def test_a_release_in_the_second_of_its_question_stays_the_last_word_in_a_timeline() -> None:
    observation = read(event("X", "RZ", "014"), event("X", "BB", "058"))
    entries = merge(Timeline(), observation, NOW).entries
    assert [entry.checkpoint.code for entry in entries] == ["X/BB/058", "X/RZ/014"]
    assert stage(entries).milestone is Milestone.IN_TRANSIT


def test_what_nobody_had_in_hand_does_not_start_the_clock_of_silence_anew() -> None:
    label, late = event("M", "MP", "005", "20260309"), event("U", "UT", "005", "20260308")
    logical = {**event("I", "AR", "005", "20260307"), "logicalScan": True}
    observation = read(label, late, logical, event("I", "AR", "005", "20260303"))
    dossier = Dossier(Parcel(1, NUMBER, "ups", NOW), timeline=merge(Timeline(), observation, NOW))
    seen = view(dossier, Calendar())
    assert seen.quiet_since == datetime(2026, 3, 3, 17, 36, 23, tzinfo=UTC)
    assert seen.milestone is Milestone.IN_TRANSIT


def test_of_two_parcels_with_one_number_the_one_shipped_when_the_shop_says_is_read() -> None:
    def shipment(day: str) -> dict[str, object]:
        return {"package": [{"trackingNumber": NUMBER, "activity": [event("D", "M7", "011", day)]}]}

    both: dict[str, object] = {"shipment": [shipment("20260303"), shipment("20250903")]}
    assert answered(both, Ask(NUMBER)).checkpoints[0].occurred_at.year == 2026
    old = answered(both, Ask(NUMBER, shipped_at=datetime(2025, 9, 1, tzinfo=UTC)))
    assert old.checkpoints[0].occurred_at.year == 2025


# --- the tables ----------------------------------------------------------------------------------

GROUPS: Mapping[str, ups_codes.Groups] = {
    "ups_status_codes": ups_codes.STATUS_GROUPS,
    "ups_exception_codes": ups_codes.EXCEPTION_GROUPS,
    "ups_delivery_codes": ups_codes.DELIVERY_GROUPS,
    "ups_movement_scans": ups_codes.SCAN_GROUPS,
    **{f"ups_mail_innovations/{source}": groups for source, groups in ups_codes.MAIL_GROUPS.items()},
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_code_has_one_meaning_in_its_space(name: str) -> None:
    counted = Counter(code for _, codes in GROUPS[name] for code in codes.split())
    assert {code for code, times in counted.items() if times > 1} == set()


def test_a_mail_code_means_the_same_in_all_its_sources() -> None:
    said: dict[str, Meaning] = {}
    for table in ups_codes.MAIL.values():
        for code, meaning in table.items():
            assert said.setdefault(code, meaning) == meaning


@with_tables
@pytest.mark.parametrize("name", GROUPS)
def test_the_tables_hold_every_published_code_and_no_other(name: str) -> None:
    assert SHARED
    file, _, source = name.partition("/")
    with (Path(SHARED).parent / "tables" / f"{file}.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t"))[1:]
    assert rows
    published = {row[0] for row in rows if not source or row[1] == source}
    assert {code for _, codes in GROUPS[name] for code in codes.split()} == published


# What the notes on the exception codes class as one of these must come out as its cause.
CLASSES = {
    "damaged": {Cause.DAMAGED},
    "lost_missing": {Cause.LOST, Cause.DAMAGED, Cause.ADDRESS, Cause.UNSTATED},
    "refused": {Cause.REFUSED, Cause.DAMAGED},
    "seized_destroyed_disposed": {Cause.DESTROYED, Cause.CUSTOMS},
    "weather": {Cause.WEATHER},
}


@with_tables
def test_the_gravest_exceptions_come_out_as_their_causes() -> None:
    assert SHARED
    with (Path(SHARED).parent / "tables" / "ups_exception_codes.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t"))[1:]
    for code, words, kind in rows:
        if kind in CLASSES:
            assert ups_codes.EXCEPTIONS[code][1] in CLASSES[kind], words


# --- whose package it is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "answer"),
    [
        ({"trackingNumber": "MI000000000000012345"}, Answered),
        ({}, Answered),
        ({"trackingNumber": "1ZP4W0000300000099"}, Unanswered),
    ],
)
def test_the_only_package_is_ours_unless_its_number_is_another_packages(
    package: dict[str, object], answer: type[Observation]
) -> None:
    body = {"trackResponse": {"shipment": [{"inquiryNumber": NUMBER, "package": [{**package, "activity": []}]}]}}
    request = httpx.Request("GET", "https://onlinetools.ups.com/api/track/v1/details/x")
    (found,) = Ups().parse(httpx.Response(200, json=body, request=request), [Ask(NUMBER)])
    assert type(found) is answer


def standing(current: dict[str, object], *events: dict[str, object]) -> Answered:
    package = {"trackingNumber": NUMBER, "activity": list(events), "currentStatus": current}
    return answered({"shipment": [{"inquiryNumber": NUMBER, "package": [package]}]}, Ask(NUMBER))


def test_how_the_package_stands_speaks_where_the_newest_event_has_no_known_code() -> None:
    strange = event("X", "@@", "999")
    found = standing({"code": "059", "description": "Damage reported"}, strange, event("I", "AR", "005", "20260302"))
    assert (found.checkpoints[-1].milestone, found.checkpoints[-1].cause) == (Milestone.EXCEPTION, Cause.DAMAGED)
    assert standing({"code": "011", "description": "Delivered"}, strange).stands is Milestone.DELIVERED
    assert (
        standing({"code": "011", "description": "Delivered to UPS Access Point"}, strange).stands
        is Milestone.AVAILABLE_FOR_PICKUP
    )
    known = standing({"code": "059", "description": ""}, event("I", "AR", "005"))
    assert known.checkpoints[-1].milestone is Milestone.IN_TRANSIT


@pytest.mark.parametrize(("code", "sure"), [("UO", Sure.SUSPECTED), ("F8", Sure.SUSPECTED), ("26", Sure.STATED)])
def test_a_package_that_is_looked_for_is_not_lost_yet(code: str, sure: Sure) -> None:
    (one,) = read(event("X", code, "")).checkpoints
    assert (one.cause, one.sure) == (Cause.LOST, sure)
