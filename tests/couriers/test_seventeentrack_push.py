"""17TRACK's webhook: its signature, and what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.couriers.base import Account, Push, Pushes, Trust
from parcelwatch.couriers.seventeentrack import SeventeenTrack
from parcelwatch.errors import CourierError, CourierRefused
from parcelwatch.model import Answered, Observation
from tests.strategies import documents

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "17track", "4F7A1C0E", "")
BODY = b'{"event":"TRACKING_STOPPED","data":{"number":"LB000111222CN","carrier":3011,"param":null,"tag":""}}'
# sha256sum of BODY, a slash and 4F7A1C0E.
SIGN = "7dafa2314e5f9fdda1bcd16d554be93c8331e87c7607d946b6ada73affe7293e"


def test_a_sign_over_the_body_and_the_key_vouches_for_the_body() -> None:
    courier = SeventeenTrack()
    assert isinstance(courier, Pushes)
    assert courier.verify(MINE, Push({"sign": SIGN}, body=BODY), NOW) is Trust.BODY
    assert courier.verify(MINE, Push({"sign": SIGN.upper()}, body=BODY), NOW) is Trust.BODY
    assert courier.reply(MINE, NOW) == b"{}"


@pytest.mark.parametrize(
    "push",
    [
        Push(body=BODY),
        Push({"sign": ""}, body=BODY),
        Push({"sign": SIGN}, body=BODY + b" "),
        Push({"sign": SIGN[:-1]}, body=BODY),
        Push({"sign": "ünsigned"}, body=BODY),
        Push({"signature": SIGN}, body=BODY),
        Push({}, {"sign": SIGN}, BODY),
        Push(body=json.dumps({"sign": SIGN, "event": "TRACKING_STOPPED", "data": {}}).encode()),
    ],
)
def test_a_push_without_the_right_sign_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        SeventeenTrack().verify(MINE, push, NOW)


def test_the_sign_of_another_key_is_refused() -> None:
    for key in ("4F7A1C0F", ""):
        with pytest.raises(CourierRefused, match="another 17TRACK key"):
            SeventeenTrack().verify(Account("mine", "17track", key, ""), Push({"sign": SIGN}, body=BODY), NOW)


def test_a_stopped_number_is_an_answer_that_brings_no_events() -> None:
    (told,) = SeventeenTrack().pushed(MINE, Push(body=BODY))
    assert isinstance(told, Answered)
    assert (told.number, told.company) == ("LB000111222CN", "3011")
    assert told.stopped
    assert told.checkpoints == ()


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[]", b"\xff", b'{"data": 7}', b"[" * 99_999])
def test_a_push_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(CourierError):
        SeventeenTrack().pushed(MINE, Push(body=body))


@given(
    documents("number", "carrier", "track_info", "latest_status", "status", "tracking", "providers", "events"),
    st.sampled_from(["TRACKING_UPDATED", "TRACKING_STOPPED", ""]),
)
@settings(max_examples=300)
def test_any_json_is_a_push_or_refused_as_unreadable(data: object, event: str) -> None:
    try:
        told = SeventeenTrack().pushed(MINE, Push(body=json.dumps({"event": event, "data": data}).encode()))
    except CourierError:
        return
    assert all(isinstance(one, Observation) and one.number for one in told)
