"""TrackingMore: what is sent, its tables, and its half-signed webhook."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings

from parcelwatch.couriers.base import Account, Picky, Push, Pushes, Registers, Trust
from parcelwatch.couriers.trackingmore import TrackingMore
from parcelwatch.couriers.trackingmore.codes import (
    CALL_REFUSED,
    CODES,
    HOPELESS,
    NUMBER_REFUSED,
    STATUSES,
    SUB_STATUSES,
)
from parcelwatch.errors import CourierError, CourierRefused
from parcelwatch.model import Ask, Cause, Milestone, NotFound, Observation
from tests.couriers.recorded import tracked, usable
from tests.strategies import documents

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "trackingmore", "KEY9", "http://127.0.0.1:8351/v4/", secret="SECRET9")
# The example TrackingMore publishes.
PUBLISHED = Account("mine", "trackingmore", "K", "", secret="2e55b9a3-4dd1-4416-9897-c4bd1e3d738f")
TIMESTAMP = "1662371528"
SIGNATURE = "a37084ab68ae16b77db1f8463f31be9fcc965e2515e03efecf8139bb1e511b06"


def test_numbers_of_one_courier_are_asked_for_together_with_its_code() -> None:
    asked = [Ask("RR700000017CN", company="China-Post"), Ask("RR700000025CN", company="china-post")]
    request = TrackingMore().request(MINE, asked, NOW)
    assert request.method == "GET"
    assert request.url.path == "/v4/trackings/get"
    assert dict(request.url.params) == {
        "tracking_numbers": "RR700000017CN,RR700000025CN",
        "courier_code": "china-post",
    }
    assert request.headers["Tracking-Api-Key"] == "KEY9"


def test_numbers_of_several_couriers_are_asked_for_without_a_code() -> None:
    asked = [Ask("RR700000017CN", company="china-post"), Ask("RR700000017CN", company="dhl"), Ask("1,2", company="dhl")]
    request = TrackingMore().request(MINE, usable(TrackingMore(), *asked), NOW)
    assert dict(request.url.params) == {"tracking_numbers": "RR700000017CN"}


def test_a_registration_is_a_list_with_what_some_couriers_want() -> None:
    courier = TrackingMore()
    assert isinstance(courier, Registers)
    assert courier.registers(MINE)
    asked = [
        Ask("RR700000017CN", company="USPS", postal_code="10115", origin="cn", destination="Deutschland"),
        Ask("RR700000025CN"),
    ]
    request = courier.registration(MINE, usable(courier, *asked), NOW)
    assert (request.method, request.url.path) == ("POST", "/v4/trackings/batch")
    assert json.loads(request.content) == [
        {
            "tracking_number": "RR700000017CN",
            "courier_code": "usps",
            "tracking_postal_code": "10115",
            "origin_country_iso2": "CN",
        }
    ]


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (Ask("RR700000017CN"), "set company"),
        (Ask("RR700000017CN", company="China Post"), "set company"),
        (Ask("RR7,RR8", company="usps"), "4 to 50"),
        (Ask("RR7", company="usps"), "4 to 50"),
        (Ask("RR700000017CN", company="usps"), ""),
    ],
)
def test_it_says_what_it_wants_before_a_call_is_wasted(ask: Ask, wanted: str) -> None:
    courier = TrackingMore()
    assert isinstance(courier, Picky)
    assert wanted in courier.lacks(ask)
    assert bool(courier.lacks(ask)) is bool(wanted)


def test_the_nine_statuses_have_all_their_sub_statuses() -> None:
    counted = {status: sum(sub[:-3] == status for sub in SUB_STATUSES) for status in STATUSES}
    assert counted == {
        "pending": 5,
        "notfound": 2,
        "inforeceived": 1,
        "transit": 7,
        "pickup": 3,
        "undelivered": 4,
        "delivered": 4,
        "exception": 11,
        "expired": 1,
    }
    assert set(HOPELESS) <= set(SUB_STATUSES)


def test_no_code_alone_claims_damage_or_loss() -> None:
    assert not {cause for _, cause in CODES.values()} & {Cause.DAMAGED, Cause.LOST, Cause.DESTROYED}


def test_every_error_is_the_calls_or_the_numbers() -> None:
    assert not set(CALL_REFUSED) & set(NUMBER_REFUSED)
    documented = {"400", "401", "403", "404", "4001", "4002", "4103", "4112", "4113", "4130", "4190"}
    documented |= {"4102", "4110", "4111", "4120", "4121", "4122"} | {f"416{digit}" for digit in range(9)}
    assert set(CALL_REFUSED) | set(NUMBER_REFUSED) == documented


# --- pushes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "push",
    [
        Push({"signature": SIGNATURE, "timestamp": TIMESTAMP}, body=b"{}"),
        Push({"x-trackingmore-signature": SIGNATURE.upper(), "x-trackingmore-timestamp": TIMESTAMP}),
        Push(body=json.dumps({"verifyInfo": {"timeStr": int(TIMESTAMP), "signature": SIGNATURE}}).encode()),
        Push(body=json.dumps({"verifyInfo": {"timestamp": TIMESTAMP, "signature": SIGNATURE}}).encode()),
    ],
)
def test_a_signed_timestamp_vouches_for_the_sender_only(push: Push) -> None:
    courier = TrackingMore()
    assert isinstance(courier, Pushes)
    assert courier.verify(PUBLISHED, push, NOW) is Trust.SENDER


@pytest.mark.parametrize(
    "push",
    [
        Push(),
        Push({"signature": SIGNATURE}),
        Push({"timestamp": TIMESTAMP}),
        Push({"signature": SIGNATURE, "timestamp": "1662371529"}),
        Push({"signature": SIGNATURE[:-1] + "7", "timestamp": TIMESTAMP}),
        Push({"signature": "", "timestamp": ""}),
        Push({"signature": "ünsigned", "timestamp": TIMESTAMP}),
        Push(body=b'{"verifyInfo": {"timeStr": 1662371528, "signature": "0"}}'),
        Push(body=b'{"verifyInfo": {"timeStr": [], "signature": {}}}'),
        Push(body=b"[" * 100_000),
    ],
)
def test_a_push_that_is_not_signed_with_the_secret_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        TrackingMore().verify(PUBLISHED, push, NOW)


def test_without_a_secret_no_push_is_believed() -> None:
    nobody = Account("mine", "trackingmore", "K", "")
    with pytest.raises(CourierRefused, match="no secret"):
        TrackingMore().verify(nobody, Push({"signature": SIGNATURE, "timestamp": TIMESTAMP}), NOW)


def test_a_push_of_several_items_names_each_number_and_its_courier() -> None:
    items = [{"tracking_number": "RR700000017CN", "courier_code": "usps"}, {"tracking_number": "2222", "data": 1}, {}]
    told = TrackingMore().pushed(MINE, Push(body=json.dumps({"data": items}).encode()))
    assert [(one.number, one.company) for one in told] == [("RR700000017CN", "usps"), ("2222", "")]
    assert {type(one) for one in told} == {NotFound}


@given(
    documents("data", "tracking_number", "origin_info", "trackinfo", "checkpoint_date", "substatus", "status"),
)
@settings(max_examples=300)
def test_any_json_is_a_push_or_refused_as_unreadable(value: object) -> None:
    try:
        told = TrackingMore().pushed(MINE, Push(body=json.dumps(value).encode()))
    except CourierError:
        return
    assert all(isinstance(one, Observation) and one.number for one in told)


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[]", b"\xff", b'{"data": 7}', b'{"data": [7]}', b"[" * 99_999])
def test_a_push_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(CourierError):
        TrackingMore().pushed(MINE, Push(body=body))


def test_a_delivery_told_by_the_latest_event_alone_is_a_delivery() -> None:
    item = {
        "tracking_number": "RR700000017CN",
        "courier_code": "china-post",
        "delivery_status": "delivered",
        "latest_event": "Signed for by the recipient,KIEL,2026-03-04 10:00",
        "latest_checkpoint_time": "2026-03-04T10:00:00",
        "origin_info": None,
    }
    ask = Ask("RR700000017CN", company="china-post")
    (told,) = TrackingMore().parse(httpx.Response(200, json={"meta": {"code": 200}, "data": [item]}), [ask])
    assert [one.milestone for one in tracked(told).checkpoints] == [Milestone.DELIVERED]
    assert tracked(told).stands is Milestone.DELIVERED
