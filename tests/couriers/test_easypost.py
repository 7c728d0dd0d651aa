"""EasyPost: what is sent, its two tables read together, numbers given twice, its times, and its webhook."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.couriers.base import Account, Picky, Push, Pushes, Registers, Trust
from parcelwatch.couriers.easypost import EasyPost
from parcelwatch.couriers.easypost.codes import DETAILS, STATUSES, TOGETHER, meaning
from parcelwatch.couriers.easypost.tracker import when
from parcelwatch.couriers.shared.meanings import UNKNOWN
from parcelwatch.errors import CourierError, CourierRefused
from parcelwatch.model import Ask, Cause, Milestone, Observation
from tests.couriers.recorded import scans, tracked, usable
from tests.strategies import documents

M = Milestone
C = Cause
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "easypost", "KEY9", "http://127.0.0.1:8351/v2/", secret="sécret9")
NUMBER = "ZT500600700EP"


def test_numbers_are_asked_for_together_with_the_key_as_user() -> None:
    asked = usable(EasyPost(), Ask(NUMBER, company="UPS"), Ask(NUMBER), Ask("EZ 2"), Ask("a&b"))
    request = EasyPost().request(MINE, asked, NOW)
    assert request.method == "GET"
    assert request.url.path == "/v2/trackers"
    assert request.url.params.multi_items() == [
        ("tracking_codes[]", NUMBER),
        ("tracking_codes[]", "EZ 2"),
        ("page_size", "100"),
    ]
    assert request.headers["Authorization"] == "Basic S0VZOTo="


def test_a_page_has_room_for_former_parcels_of_each_number() -> None:
    courier = EasyPost()
    asked = [Ask(f"ZT{place:020}") for place in range(courier.batch)]
    request = courier.request(MINE, asked, NOW)
    assert int(request.url.params["page_size"]) >= 4 * courier.batch
    assert len(str(request.url)) < 2000


def test_a_registration_is_one_number_and_its_carrier_if_known() -> None:
    courier = EasyPost()
    assert isinstance(courier, Registers)
    assert courier.registers(MINE)
    assert courier.register_batch == 1
    request = courier.registration(MINE, [Ask(NUMBER, company="UPS")], NOW)
    assert (request.method, request.url.path) == ("POST", "/v2/trackers")
    assert request.headers["Authorization"] == "Basic S0VZOTo="
    assert json.loads(request.content) == {"tracker": {"tracking_code": NUMBER, "carrier": "UPS"}}
    assert json.loads(courier.registration(MINE, [Ask(NUMBER)], NOW).content) == {"tracker": {"tracking_code": NUMBER}}


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (Ask("EZ"), "3 to 60"),
        (Ask("EZ1000000001&page_size=1"), "3 to 60"),
        (Ask(NUMBER, company="中通"), "set company"),
        (Ask(NUMBER, company="DHL Express"), ""),
        (Ask(NUMBER), ""),
    ],
)
def test_it_says_what_it_wants_before_a_call_is_wasted(ask: Ask, wanted: str) -> None:
    courier = EasyPost()
    assert isinstance(courier, Picky)
    assert wanted in courier.lacks(ask)
    assert bool(courier.lacks(ask)) is bool(wanted)


# --- statuses and details ------------------------------------------------------------------------


def test_the_tables_hold_all_statuses_and_details() -> None:
    assert set(STATUSES) - {"canceled"} == {
        *("unknown", "pre_transit", "in_transit", "out_for_delivery", "delivered", "available_for_pickup"),
        *("return_to_sender", "failure", "cancelled", "error"),
    }
    assert len(DETAILS) == 28
    assert {one for pair in TOGETHER for one in pair} <= set(STATUSES) | set(DETAILS)


LIVE = [status for status in STATUSES if status not in ("delivered", "error", "cancelled", "canceled")]


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize(
    ("detail", "cause"),
    [
        ("damaged", C.DAMAGED),
        ("lost", C.LOST),
        ("refused", C.REFUSED),
        ("address_correction", C.ADDRESS),
        ("weather_delay", C.WEATHER),
        ("missorted", C.MISROUTED),
        ("delayed", C.COURIER_FAULT),
    ],
)
def test_a_trouble_in_the_detail_is_told_whatever_the_status(status: str, detail: str, cause: Cause) -> None:
    meant = meaning(status, detail)
    assert meant is not None
    assert meant[1] is cause


@pytest.mark.parametrize("status", LIVE)
def test_a_return_in_the_detail_is_told_whatever_the_status(status: str) -> None:
    assert meaning(status, "return") == (M.RETURNING, None)


def test_what_cannot_be_delivered_stays_so_whatever_the_detail() -> None:
    for detail in DETAILS:
        meant = meaning("failure", detail)
        assert meant is not None
        assert meant[0] in (M.EXCEPTION, M.RETURNING, M.CANCELLED)


def test_a_delivered_parcel_is_delivered_or_returned_whatever_the_detail() -> None:
    found = {detail: meaning("delivered", detail) for detail in DETAILS}
    assert found.pop("damaged") == (M.DELIVERED, C.DAMAGED)
    assert found.pop("return") == (M.RETURNED, None)
    assert found.pop("arrived_at_pickup_location") == (M.AVAILABLE_FOR_PICKUP, None)
    assert set(found.values()) == {(M.DELIVERED, None)}


@pytest.mark.parametrize(
    ("status", "detail", "meant"),
    [
        ("in_transit", "", (M.IN_TRANSIT, None)),
        ("in_transit", "status_update", (M.IN_TRANSIT, None)),
        ("in_transit", "unknown", (M.IN_TRANSIT, None)),
        ("in_transit", "label_created", (M.IN_TRANSIT, None)),
        ("in_transit", "out_for_delivery", (M.OUT_FOR_DELIVERY, None)),
        ("in_transit", "held", (M.EXCEPTION, C.UNSTATED)),
        ("pre_transit", "awaiting_information", (M.INFO_RECEIVED, None)),
        ("in_transit", "awaiting_information", (M.EXCEPTION, C.UNSTATED)),
        ("out_for_delivery", "delayed", (M.OUT_FOR_DELIVERY, C.COURIER_FAULT)),
        ("out_for_delivery", "delivery_exception", (M.ATTEMPT_FAILED, None)),
        ("available_for_pickup", "held", (M.AVAILABLE_FOR_PICKUP, None)),
        ("available_for_pickup", "arrived_at_destination", (M.AVAILABLE_FOR_PICKUP, None)),
        ("return_to_sender", "refused", (M.RETURNING, C.REFUSED)),
        ("return_to_sender", "held", (M.RETURNING, None)),
        ("return_to_sender", "lost", (M.EXCEPTION, C.LOST)),
        ("failure", "weather_delay", (M.EXCEPTION, C.WEATHER)),
        ("failure", "delivery_exception", (M.EXCEPTION, C.UNSTATED)),
        ("failure", "return", (M.RETURNING, None)),
        ("failure", "out_for_delivery", (M.EXCEPTION, C.UNSTATED)),
        ("unknown", "arrived_at_facility", (M.IN_TRANSIT, None)),
        ("unknown", "unknown", None),
        ("", "", None),
        ("", "damaged", (M.EXCEPTION, C.DAMAGED)),
    ],
)
def test_a_status_and_its_detail_are_read_together(status: str, detail: str, meant: object) -> None:
    assert meaning(status, detail) == meant


def test_no_pair_of_known_words_is_unknown_and_no_unknown_status_is_known() -> None:
    for status, detail in product(STATUSES, DETAILS):
        assert meaning(status, detail) != UNKNOWN
    for status, detail in (("quantum", "damaged"), ("quantum", ""), ("", "quantum")):
        assert meaning(status, detail) == UNKNOWN


def test_a_new_detail_leaves_the_status_standing_and_is_told_of() -> None:
    assert meaning("delivered", "left_by_drone") == (M.DELIVERED, None)
    scan = {"status": "delivered", "status_detail": "left_by_drone", "datetime": "2026-03-02T08:00:00Z"}
    told = EasyPost().parse(
        httpx.Response(200, json={"trackers": [{**NEW, "status": "delivered", "tracking_details": [scan]}]}),
        [Ask(NUMBER)],
    )
    (one,) = scans(told[0])
    assert (one.milestone, one.unmapped, one.code) == (M.DELIVERED, True, "delivered/left_by_drone")


# --- numbers given twice -------------------------------------------------------------------------


def tracker(created: str, at: str = "", carrier: str = "UPS") -> dict[str, Any]:
    scan = {"status": "in_transit", "datetime": at, "tracking_location": {"city": "Albany", "country": "US"}}
    return {
        "tracking_code": NUMBER,
        "carrier": carrier,
        "status": "in_transit" if at else "unknown",
        "created_at": created,
        "tracking_details": [scan] if at else [],
    }


OLD = tracker("2025-11-01T08:00:00Z", "2025-11-02T08:00:00Z")
NEW = tracker("2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z")
EMPTY = tracker("2026-03-08T08:00:00Z")


def told(ask: Ask, *trackers: dict[str, Any]) -> Observation:
    response = httpx.Response(200, json={"trackers": trackers, "has_more": False})
    (said,) = EasyPost().parse(response, [ask])
    return said


def began(said: Observation) -> str:
    first = next(iter(scans(said)), None)
    return f"{first.occurred_at:%Y-%m}" if first else type(said).__name__


@pytest.mark.parametrize(
    ("shipped", "expected"),
    [
        (None, "2026-03"),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03"),
        (datetime(2025, 11, 1, tzinfo=UTC), "2025-11"),
        (datetime(2024, 1, 1, tzinfo=UTC), "2026-03"),
    ],
)
def test_of_two_parcels_with_one_number_the_shipping_date_decides(shipped: datetime | None, expected: str) -> None:
    ask = Ask(NUMBER, company="UPS", shipped_at=shipped)
    assert began(told(ask, NEW, OLD)) == began(told(ask, OLD, NEW)) == expected


def test_a_new_parcel_without_a_scan_is_not_taken_for_its_forerunner() -> None:
    assert began(told(Ask(NUMBER, company="UPS"), OLD, EMPTY)) == "NotFound"
    assert (
        began(told(Ask(NUMBER, company="UPS", shipped_at=datetime(2026, 3, 8, tzinfo=UTC)), EMPTY, OLD)) == "NotFound"
    )


def test_the_carrier_asked_for_goes_before_the_shipping_date() -> None:
    ask = Ask(NUMBER, company="USPS", shipped_at=datetime(2026, 3, 1, tzinfo=UTC))
    other = tracker("2025-12-01T08:00:00Z", "2025-12-02T08:00:00Z", "USPS")
    assert began(told(ask, NEW, other)) == "2025-12"


# --- times ---------------------------------------------------------------------------------------


def test_a_time_at_a_complete_place_is_exact() -> None:
    at = datetime(2026, 7, 1, 18, 50, tzinfo=UTC)
    assert when("2026-07-01T18:50:00Z", "US", exact=True) == (at, at)


def test_a_time_without_a_place_is_utc_or_a_clock_of_the_country() -> None:
    at = datetime(2026, 1, 15, 10, tzinfo=UTC)
    assert when("2026-01-15T10:00:00Z", "DE", exact=False) == (at - timedelta(hours=1), at)
    assert when("2026-01-15T10:00:00Z", "US", exact=False) == (at, at + timedelta(hours=10))
    assert when("2026-01-15T10:00:00Z", "", exact=False) == (at - timedelta(hours=14), at + timedelta(hours=12))


def test_a_time_with_an_offset_of_its_own_is_exact_anywhere() -> None:
    at = datetime(2026, 1, 15, 9, tzinfo=UTC)
    assert when("2026-01-15T10:00:00+01:00", "", exact=False) == (at, at)


# --- pushes --------------------------------------------------------------------------------------

BODY = b'{"object":"Event","description":"tracker.updated","result":{"tracking_code":"ZT500600700EP","carrier":"UPS"}}'
# openssl dgst -sha256 -mac HMAC -macopt hexkey:<the UTF-8 of "se", U+0301, "cret9">
SIGNATURE = "hmac-sha256-hex=aa2ff1197e577a3be1d3b94319c5f40a0b1d6de973004dd9b47e67b218cace09"


def test_a_signature_with_the_secret_in_its_decomposed_form_vouches_for_the_body() -> None:
    courier = EasyPost()
    assert isinstance(courier, Pushes)
    push = Push({"x-hmac-signature": SIGNATURE}, body=BODY)
    assert courier.verify(MINE, push, NOW) is Trust.BODY
    decomposed = Account("mine", "easypost", "KEY9", "", secret="se\u0301cret9")
    assert courier.verify(decomposed, push, NOW) is Trust.BODY
    assert courier.reply(MINE, NOW) == b"{}"


@pytest.mark.parametrize(
    "push",
    [
        Push(body=BODY),
        Push({"x-hmac-signature": ""}, body=BODY),
        Push({"x-hmac-signature": "hmac-sha256-hex="}, body=BODY),
        Push({"x-hmac-signature": SIGNATURE}, body=BODY + b" "),
        Push({"x-hmac-signature": SIGNATURE[:-1]}, body=BODY),
        Push({"x-hmac-signature": "ünsigned"}, body=BODY),
        Push({"x-hmac-signature-v2": SIGNATURE}, body=BODY),
    ],
)
def test_a_push_that_is_not_signed_with_the_secret_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        EasyPost().verify(MINE, push, NOW)


def test_without_a_secret_no_push_is_believed() -> None:
    nobody = Account("mine", "easypost", "KEY9", "")
    with pytest.raises(CourierRefused, match="no secret"):
        EasyPost().verify(nobody, Push({"x-hmac-signature": SIGNATURE}, body=BODY), NOW)


def test_the_previous_status_of_a_push_says_nothing() -> None:
    scan = {"status": "in_transit", "status_detail": "damaged", "datetime": "2026-03-02T08:00:00Z"}
    result = {"tracking_code": NUMBER, "carrier": "UPS", "status": "in_transit", "tracking_details": [scan]}
    event = {"description": "tracker.updated", "result": result}
    bodies = [event | {"previous_attributes": {"status": status}} for status in ("in_transit", "pre_transit")]
    (one,), (other,) = (EasyPost().pushed(MINE, Push(body=json.dumps(body).encode())) for body in bodies)
    assert one == other
    assert tracked(one).checkpoints[-1].cause is C.DAMAGED


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[]", b"\xff", b'{"result": 7}', b"[" * 99_999])
def test_a_push_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(CourierError):
        EasyPost().pushed(MINE, Push(body=body))


@given(
    documents("tracking_code", "carrier", "status", "tracking_details", "datetime", "message", "carrier_detail"),
    st.sampled_from(["tracker.updated", "tracker.created", "batch.updated"]),
)
@settings(max_examples=300)
def test_any_json_is_a_push_or_refused_as_unreadable(result: object, kind: str) -> None:
    try:
        found = EasyPost().pushed(MINE, Push(body=json.dumps({"description": kind, "result": result}).encode()))
    except CourierError:
        return
    assert all(isinstance(one, Observation) and one.number for one in found)
