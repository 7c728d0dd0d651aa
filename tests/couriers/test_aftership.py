"""AfterShip: what is sent, its tables, its limits, and its webhook."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.couriers.aftership import AfterShip
from parcelwatch.couriers.aftership.codes import CALL_REFUSED, CODES, NUMBER_REFUSED, SUB_TAGS, TAGS, VALUE_REFUSED
from parcelwatch.couriers.base import Account, Picky, Push, Pushes, Registers, Trust
from parcelwatch.couriers.shared.iso3 import alpha2, alpha3
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused
from parcelwatch.model import Ask, Cause, Milestone, Observation, Refused
from tests.couriers.recorded import tracked, usable
from tests.strategies import documents

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "aftership", "KEY9", "http://127.0.0.1:8351/tracking/2026-07/", secret="SECRET9")
NUMBERS = ("ZT500600700AS", "ZT500600701AS")


def test_numbers_are_asked_for_together() -> None:
    request = AfterShip().request(MINE, [Ask(NUMBERS[0], company="USPS"), Ask(NUMBERS[1])], NOW)
    assert request.method == "GET"
    assert request.url.path == "/tracking/2026-07/trackings"
    assert dict(request.url.params) == {"tracking_numbers": ",".join(NUMBERS), "limit": "200"}
    assert request.headers["as-api-key"] == "KEY9"


def test_the_slugs_are_named_when_every_number_has_one() -> None:
    asked = [Ask(NUMBERS[0], company="USPS"), Ask(NUMBERS[1], company="dhl-germany"), Ask("a,b", company="usps")]
    asked = usable(AfterShip(), *asked)
    assert AfterShip().request(MINE, asked, NOW).url.params["slug"] == "usps,dhl-germany"
    assert AfterShip().request(MINE, asked, NOW).url.params["tracking_numbers"] == ",".join(NUMBERS)


def test_a_registration_is_one_number_with_what_some_couriers_want() -> None:
    courier = AfterShip()
    assert isinstance(courier, Registers)
    assert courier.registers(MINE)
    assert courier.register_batch == 1
    shipped = datetime(2026, 3, 1, 15, tzinfo=UTC)
    ask = Ask(NUMBERS[0], "DX", postal_code="10115", origin="gb", destination="Germany", shipped_at=shipped)
    request = courier.registration(MINE, [ask], NOW)
    assert (request.method, request.url.path) == ("POST", "/tracking/2026-07/trackings")
    assert request.headers["as-api-key"] == "KEY9"
    assert json.loads(request.content) == {
        "tracking_number": NUMBERS[0],
        "slug": "dx",
        "tracking_ship_date": "20260301",
        "origin_country_region": "GBR",
        "destination_country_region": "DEU",
        "destination_postal_code": "10115",
    }
    assert json.loads(courier.registration(MINE, [Ask(NUMBERS[0])], NOW).content) == {"tracking_number": NUMBERS[0]}


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (Ask("RR7,RR8"), "3 to 100"),
        (Ask("RR"), "3 to 100"),
        (Ask("RR700000017CN", company="China Post"), "set company"),
        (Ask("RR700000017CN", company="China-Post"), ""),
        (Ask("RR700000017CN"), ""),
    ],
)
def test_it_says_what_it_wants_before_a_call_is_wasted(ask: Ask, wanted: str) -> None:
    courier = AfterShip()
    assert isinstance(courier, Picky)
    assert wanted in courier.lacks(ask)
    assert bool(courier.lacks(ask)) is bool(wanted)


def test_every_sub_tag_with_a_meaning_is_in_the_table_and_no_other() -> None:
    counted = {tag: sorted(int(sub[-3:]) for sub in SUB_TAGS if sub[:-4] == tag) for tag in TAGS}
    assert counted == {
        "Pending": [1],
        "InfoReceived": [1],
        "InTransit": list(range(1, 10)),
        "OutForDelivery": [1, 2, 3, 4],
        "AttemptFail": [1, 2, 3],
        "AvailableForPickup": [1],
        "Delivered": [1, 2, 3, 4, 5],
        "Exception": [*range(1, 14), *range(16, 22)],
        "Expired": [1],
    }
    assert set(CODES) == set(TAGS) | set(SUB_TAGS)


@pytest.mark.parametrize(
    ("sub", "meant"),
    [
        ("Exception_002", (Milestone.EXCEPTION, Cause.ADDRESS)),
        ("Exception_003", (Milestone.EXCEPTION, Cause.REFUSED)),
        ("Exception_010", (Milestone.RETURNING, None)),
        ("Exception_011", (Milestone.RETURNED, None)),
        ("Exception_012", (Milestone.EXCEPTION, Cause.DAMAGED)),
        ("Exception_013", (Milestone.EXCEPTION, Cause.LOST)),
        ("InTransit_005", (Milestone.IN_TRANSIT, None)),
        ("InTransit_006", (Milestone.CUSTOMS, None)),
    ],
)
def test_the_sub_tags_that_are_easily_confused(sub: str, meant: tuple[Milestone, Cause | None]) -> None:
    assert CODES[sub] == meant


def test_every_error_is_the_calls_or_the_numbers() -> None:
    told = [set(CALL_REFUSED), set(NUMBER_REFUSED), set(VALUE_REFUSED)]
    assert sum(map(len, told)) == len(set.union(*told))
    # 4003 is a success, 4002 is not published, 429 and what begins with 5 pass.
    assert set.union(*told) | {"4002", "4003"} == {"401", "403", "404"} | {str(code) for code in range(4001, 4018)}


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reset", "until"),
    [
        ("1772618402", timedelta(seconds=2)),
        ("1772618399", timedelta(seconds=1)),
        ("1872618402", timedelta(hours=6)),
        ("1772618402000", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_end_of_a_limit_is_taken_from_the_header_within_reason(reset: str, until: timedelta | None) -> None:
    headers = {"x-ratelimit-reset": reset, "date": "Wed, 04 Mar 2026 10:00:00 GMT"}
    with pytest.raises(CourierBusy) as caught:
        AfterShip().parse(httpx.Response(429, headers=headers, json={"meta": {"code": 429}}), [Ask(NUMBERS[0])])
    sent = datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert caught.value.retry_at == (sent + until if until else None)


def test_a_limit_without_a_date_ends_when_the_header_says() -> None:
    with pytest.raises(CourierBusy) as caught:
        AfterShip().parse(httpx.Response(429, headers={"x-ratelimit-reset": "1772618402"}), [Ask(NUMBERS[0])])
    assert caught.value.retry_at == datetime(2026, 3, 4, 10, 0, 2, tzinfo=UTC)


# --- countries -----------------------------------------------------------------------------------


def test_countries_are_read_in_three_letters_and_in_two() -> None:
    assert [alpha2(code) for code in ("USA", "deu", "US", "Germany", "XKX", "QQQ", "")] == [
        *("US", "DE", "US", "DE", "XK", "", "")
    ]
    assert [alpha3(code) for code in ("us", "UK", "QQ", "")] == ["USA", "GBR", "", ""]


# --- pushes --------------------------------------------------------------------------------------

BODY = b'{"event":"tracking_update","msg":{"tracking_number":"ZT500600700AS","slug":"usps","tag":"Pending"},"ts":1}'
# openssl dgst -sha256 -hmac SECRET9 -binary | base64
SIGNATURE = "X7qJ38//8UxdtnTXUbWYc9Vc8EWVUL5XMMt1jpv3uRQ="


def test_a_signature_over_the_body_vouches_for_it() -> None:
    courier = AfterShip()
    assert isinstance(courier, Pushes)
    assert courier.verify(MINE, Push({"aftership-hmac-sha256": SIGNATURE}, body=BODY), NOW) is Trust.BODY
    assert courier.reply(MINE, NOW) == b"{}"


@pytest.mark.parametrize(
    "push",
    [
        Push(body=BODY),
        Push({"aftership-hmac-sha256": ""}, body=BODY),
        Push({"aftership-hmac-sha256": SIGNATURE}, body=BODY + b"\n"),
        Push({"aftership-hmac-sha256": SIGNATURE.swapcase()}, body=BODY),
        Push({"aftership-hmac-sha256": "ünsigned"}, body=BODY),
        Push({"as-signature-hmac-sha256": SIGNATURE}, body=BODY),
    ],
)
def test_a_push_that_is_not_signed_with_the_secret_is_refused(push: Push) -> None:
    with pytest.raises(CourierRefused):
        AfterShip().verify(MINE, push, NOW)


def test_without_a_secret_no_push_is_believed() -> None:
    nobody = Account("mine", "aftership", "KEY9", "")
    with pytest.raises(CourierRefused, match="no secret"):
        AfterShip().verify(nobody, Push({"aftership-hmac-sha256": SIGNATURE}, body=BODY), NOW)


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[]", b"\xff", b'{"msg": 7}', b"[" * 99_999])
def test_a_push_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(CourierError):
        AfterShip().pushed(MINE, Push(body=body))


@given(
    documents("tracking_number", "slug", "tag", "subtag", "checkpoints", "checkpoint_time", "message", "active"),
    st.sampled_from(["tracking_update", "edd_revise", "tracking_pending_time", ""]),
)
@settings(max_examples=300)
def test_any_json_is_a_push_or_refused_as_unreadable(msg: object, event: str) -> None:
    try:
        told = AfterShip().pushed(MINE, Push(body=json.dumps({"event": event, "msg": msg}).encode()))
    except CourierError:
        return
    assert all(isinstance(one, Observation) and one.number for one in told)


def test_words_of_the_courier_about_a_number_are_quoted_without_the_key() -> None:
    courier = AfterShip()
    request = httpx.Request("POST", "http://127.0.0.1", extensions={"parcelwatch.secrets": ("KEY-4711",)})
    answer = {"meta": {"code": 4011, "message": "KEY-4711 must send destination_postal_code"}, "data": {}}
    (told,) = courier.registered(httpx.Response(400, json=answer, request=request), [Ask(NUMBERS[0])])
    assert not told.ok
    assert re.search(r"\*\*\* must send destination_postal_code \(4011\)$", told.reason)


def test_a_number_that_was_never_registered_is_registered_again() -> None:
    empty = {"meta": {"code": 200}, "data": {"pagination": {"total": 0}, "trackings": []}}
    (told,) = AfterShip().parse(httpx.Response(200, json=empty), [Ask(NUMBERS[0])])
    assert isinstance(told, Refused)
    assert told.unregistered


def test_a_loss_is_told_in_the_words_of_the_loss() -> None:
    tracking = {
        "tracking_number": NUMBERS[0],
        "slug": "dhl",
        "tag": "Exception",
        "subtag": "Exception_013",
        "subtag_message": "Shipment lost",
        "checkpoints": [{"checkpoint_time": "2026-03-04T10:00:00Z", "subtag": "Delivered_001", "message": "Delivered"}],
    }
    body = {"meta": {"code": 200}, "data": {"pagination": {"total": 1}, "trackings": [tracking]}}
    (told,) = AfterShip().parse(httpx.Response(200, json=body), [Ask(NUMBERS[0])])
    newest = tracked(told).checkpoints[-1]
    assert (newest.milestone, newest.cause, newest.text) == (Milestone.EXCEPTION, Cause.LOST, "Shipment lost")
