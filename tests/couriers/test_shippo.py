"""Shippo: what is sent, its tables, what its false UTC means, and its webhook."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from parcelwatch.couriers.base import Account, Picky, Push, Pushes, Registers, Trust
from parcelwatch.couriers.shippo import Shippo
from parcelwatch.couriers.shippo.codes import DELAYED, HELD, KNOWN, STATUSES, SUB_STATUSES
from parcelwatch.couriers.shippo.track import when
from parcelwatch.errors import CourierError, CourierRefused
from parcelwatch.model import Ask, Observation
from tests.couriers.recorded import tracked
from tests.strategies import documents

NOW = datetime(2026, 3, 4, 10, 0, 30, tzinfo=UTC)
MINE = Account("mine", "shippo", "KEY9", "http://127.0.0.1:8351/", secret="SECRET9", token="TOKEN9")
ASK = Ask("9205500000000000000017", company="USPS")

BODY = b'{"event":"track_updated","data":{}}'
FIELDS = ["tracking_number", "carrier", "tracking_history", "tracking_status", "status_date", "eta", "status"]
# HMAC-SHA256 of "1772618400." and the body with the key SECRET9.
SIGNED = "t=1772618400,v1=f12be2b49cf7a5ff5a36933e6a7ed9cb6c8cf5dea8d0739eb8fb86a0f7ad7502"


def signed(body: bytes = BODY, header: str = SIGNED) -> Push:
    return Push({"shippo-auth-signature": header}, {}, body)


def test_number_and_carrier_are_the_address() -> None:
    request = Shippo().request(MINE, [ASK], NOW)
    assert request.method == "GET"
    assert str(request.url) == "http://127.0.0.1:8351/tracks/usps/9205500000000000000017"
    assert request.headers["Authorization"] == "ShippoToken KEY9"
    assert request.headers["Shippo-API-Version"] == "2018-02-08"


@pytest.mark.parametrize("number", ["../../tracks", "..", "a/b/c", "a?x=1", "https://example.invalid"])
def test_a_number_that_would_be_another_address_is_not_asked_for(number: str) -> None:
    assert "3 to 60" in Shippo().lacks(Ask(number, company="usps"))
    assert Shippo().request(MINE, [Ask(number, company="usps")], NOW).url.host == "127.0.0.1"


@pytest.mark.parametrize("company", ["", "US PS", "usps/x", ".."])
def test_a_parcel_without_a_carrier_is_not_asked_for(company: str) -> None:
    courier = Shippo()
    assert isinstance(courier, Picky)
    assert "set company" in courier.lacks(replace(ASK, company=company))
    assert courier.lacks(ASK) == ""


def test_numbers_are_registered_only_for_pushes() -> None:
    courier = Shippo()
    assert isinstance(courier, Registers)
    assert courier.registers(MINE)
    assert courier.registers(replace(MINE, secret=""))
    assert courier.registers(replace(MINE, token=""))
    assert not courier.registers(replace(MINE, secret="", token=""))
    request = courier.registration(MINE, [ASK], NOW)
    assert (request.method, str(request.url)) == ("POST", "http://127.0.0.1:8351/tracks/")
    assert json.loads(request.content) == {"carrier": "usps", "tracking_number": ASK.number}


def test_every_status_has_its_sub_statuses_and_each_stands_once() -> None:
    assert set(STATUSES) == set(SUB_STATUSES)
    assert {status: len(subs) for status, subs in SUB_STATUSES.items()} == {
        "UNKNOWN": 1,
        "PRE_TRANSIT": 1,
        "TRANSIT": 19,
        "DELIVERED": 1,
        "RETURNED": 2,
        "FAILURE": 3,
    }
    assert len(KNOWN) == 27
    assert {HELD, DELAYED} <= set(SUB_STATUSES["TRANSIT"])


@pytest.mark.parametrize(
    ("stamp", "heard", "country", "earliest", "latest"),
    [
        # The Pacific clock is within -10 to -5 hours; the first poll after it bounds it from above.
        ("2026-03-03T06:40:00Z", "2026-03-03T19:40:45Z", "US", "2026-03-03T11:40", "2026-03-03T16:40"),
        ("2026-03-03T22:05:00Z", "2026-03-04T07:38:00Z", "US", "2026-03-04T03:05", "2026-03-04T07:38"),
        ("2026-03-03T12:00:00Z", "2026-03-04T07:38:00Z", "JP", "2026-03-03T03:00", "2026-03-03T03:00"),
        ("2026-03-03T12:00:00+02:00", "2026-03-04T07:38:00Z", "US", "2026-03-03T10:00", "2026-03-03T10:00"),
        # Heard of before any clock of the country reached it: then it was UTC.
        ("2026-03-03T12:00:00Z", "2026-03-03T12:05:00Z", "US", "2026-03-03T12:00", "2026-03-03T12:00"),
        ("2026-03-03T12:00:00Z", "2026-03-03T11:00:00Z", "US", "2026-03-03T11:00", "2026-03-03T11:00"),
        # Midnight is the day.
        ("2026-03-03T00:00:00Z", "2026-03-09T00:00:01Z", "JP", "2026-03-02T15:00", "2026-03-03T14:59:59"),
        ("2026-03-03T00:00:00Z", "2026-03-03T10:00:00Z", "US", "2026-03-03T05:00", "2026-03-03T10:00"),
        # What names no offset bounds nothing.
        ("2026-03-03T12:00:00Z", "2026-03-03T12:05:00", "JP", "2026-03-03T03:00", "2026-03-03T03:00"),
        ("2026-03-03T12:00:00Z", "", "", "2026-03-02T22:00", "2026-03-04T00:00"),
    ],
)
def test_a_false_utc_is_the_wall_clock_of_the_place_until_it_was_heard_of(
    stamp: str, heard: str, country: str, earliest: str, latest: str
) -> None:
    expected = tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (earliest, latest))
    assert when(stamp, heard, country) == expected


def test_the_identity_of_an_event_is_not_its_id() -> None:
    def checkpoints(identifier: str) -> object:
        event = {"object_id": identifier, "status": "TRANSIT", "status_date": "2026-03-03T06:40:00Z"}
        data = {"tracking_number": "1234", "carrier": "usps", "tracking_history": [event], "tracking_status": event}
        body = json.dumps({"event": "track_updated", "data": data}).encode()
        (told,) = Shippo().pushed(MINE, Push(body=body))
        return [one.identity for one in tracked(told).checkpoints]

    assert checkpoints("a" * 32) == checkpoints("b" * 32)


# --- pushes --------------------------------------------------------------------------------------


def test_a_signature_over_time_and_body_vouches_for_the_body() -> None:
    courier = Shippo()
    assert isinstance(courier, Pushes)
    assert courier.verify(MINE, signed(), NOW) is Trust.BODY
    assert courier.verify(MINE, signed(header=f"v1=00, {SIGNED.replace(',', ', ')}"), NOW) is Trust.BODY


@pytest.mark.parametrize(
    "push",
    [
        signed(body=BODY + b" "),
        signed(header=SIGNED.replace("1772618400", "1772618401")),
        signed(header=SIGNED[:-1] + ("0" if SIGNED[-1] != "0" else "1")),
        signed(header="t=1772618400"),
        signed(header=SIGNED.partition(",")[2]),
        signed(header="t=,v1="),
        signed(header="t=1e9,v1=00"),
        signed(header="nonsense"),
        Push({}, {"token": "TOKEN8"}, BODY),
        Push({}, {"token": ""}, BODY),
        Push(body=BODY),
    ],
)
def test_a_push_of_somebody_else_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        Shippo().verify(MINE, push, NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=900)])
def test_a_signed_push_is_not_believed_again_later(late: timedelta) -> None:
    with pytest.raises(CourierRefused, match="minutes ago"):
        Shippo().verify(MINE, signed(), NOW + late)


def test_the_token_of_the_address_vouches_for_the_sender_only() -> None:
    assert Shippo().verify(MINE, Push({}, {"token": "TOKEN9"}, BODY), NOW) is Trust.SENDER
    unsigned = replace(MINE, secret="")
    assert Shippo().verify(unsigned, replace(signed(), query={"token": "TOKEN9"}), NOW) is Trust.SENDER


def test_the_tokens_value_signs_no_body() -> None:
    with pytest.raises(CourierRefused):
        Shippo().verify(replace(MINE, secret="", token="SECRET9"), signed(), NOW)


def test_without_secret_and_token_no_push_is_believed() -> None:
    with pytest.raises(CourierRefused, match="neither a secret nor a token"):
        Shippo().verify(replace(MINE, secret="", token=""), Push({}, {"token": ""}, BODY), NOW)


@given(
    documents("tracking_number", "carrier", "tracking_history", "tracking_status", "status_date", "eta", "status"),
)
@settings(max_examples=300)
def test_any_track_is_read_or_refused_as_unreadable(value: object) -> None:
    try:
        told = Shippo().pushed(MINE, Push(body=json.dumps({"event": "track_updated", "data": value}).encode()))
    except CourierError:
        return
    assert all(isinstance(one, Observation) and one.number for one in told)


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[]", b"\xff", b'{"data": 7}', b"[" * 99_999])
def test_a_push_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(CourierError):
        Shippo().pushed(MINE, Push(body=body))
