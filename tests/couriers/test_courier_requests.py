"""What is sent to couriers: where the number, the credentials and the extras go."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from parcelwatch.couriers.base import Account, Picky, Registers
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.couriers.kuaidi100 import Kuaidi100, sign
from parcelwatch.couriers.seventeentrack import SeventeenTrack
from parcelwatch.model import Ask
from tests.couriers.recorded import usable

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINE = Account("mine", "dhl", "K", "http://127.0.0.1:8351/track/shipments", customer="C")


def test_dhl_is_asked_with_the_key_in_a_header_and_what_unlocks_the_full_answer() -> None:
    ask = Ask("00340434700000000017", service="Parcel-DE", postal_code="24103")
    request = Dhl().request(MINE, [ask], NOW)
    assert request.method == "GET"
    assert request.headers["DHL-API-Key"] == "K"
    assert dict(request.url.params) == {
        "trackingNumber": "00340434700000000017",
        "language": "en",
        "service": "parcel-de",
        "recipientPostalCode": "24103",
    }
    assert str(request.url).startswith(MINE.base_url)


def test_dhl_is_not_asked_for_a_service_it_does_not_know() -> None:
    assert "service" not in Dhl().request(MINE, [Ask("1234567890", service="DHL Paket")], NOW).url.params


def test_a_number_that_is_a_url_stays_a_parameter() -> None:
    request = Dhl().request(MINE, [Ask("https://example.invalid/?service=x&a=1#b")], NOW)
    assert request.url.host == "127.0.0.1"
    assert request.url.params["trackingNumber"] == "https://example.invalid/?service=x&a=1#b"


def test_17track_is_asked_for_a_list_with_the_token_in_a_header() -> None:
    account = Account("mine", "17track", "K", "http://127.0.0.1:8351/track/v2.4/")
    request = SeventeenTrack().request(account, [Ask("LB000111222CN", company="3011"), Ask("LB000111333CN")], NOW)
    assert str(request.url) == "http://127.0.0.1:8351/track/v2.4/gettrackinfo"
    assert request.headers["17token"] == "K"
    assert json.loads(request.content) == [{"number": "LB000111222CN", "carrier": 3011}, {"number": "LB000111333CN"}]


def test_17track_is_not_asked_for_what_it_would_refuse_the_whole_call_for() -> None:
    courier = SeventeenTrack()
    asked = [Ask("LB 1"), Ask("LB000111333CN"), Ask("LB000111444CN", company="ups")]
    assert json.loads(courier.request(MINE, usable(courier, *asked), NOW).content) == [{"number": "LB000111333CN"}]
    assert [bool(courier.lacks(ask)) for ask in asked] == [True, False, True]


def test_a_registration_names_what_some_carriers_want() -> None:
    courier = SeventeenTrack()
    assert isinstance(courier, Registers)
    ask = Ask(
        "LB000111222CN",
        phone_last4="0042",
        postal_code="69001",
        origin="CN",
        destination="FR",
        shipped_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    request = courier.registration(MINE, [ask], NOW)
    assert request.url.path.endswith("/register")
    assert json.loads(request.content) == [
        {
            "number": "LB000111222CN",
            "destination_postal_code": "69001",
            "phone_number_last_4": "0042",
            "origin_country": "CN",
            "destination_country": "FR",
            "ship_date": "2026-03-01",
        }
    ]


def test_kuaidi100_signs_the_very_text_it_sends() -> None:
    account = Account("mine", "kuaidi100", "KEY9", "", customer="CUST9")
    ask = Ask("YT7600000000123", company="YuanTong", destination="河南郑州市")
    form = parse_qs(Kuaidi100().request(account, [ask], NOW).content.decode())
    (param,) = form["param"]
    assert json.loads(param) == {
        "com": "yuantong",
        "num": "YT7600000000123",
        "to": "河南郑州市",
        "resultv2": "4",
        "show": "0",
        "order": "desc",
    }
    assert form["sign"] == [sign(param, "KEY9", "CUST9")]
    assert form["customer"] == ["CUST9"]
    assert "KEY9" not in str(form)


def test_the_signature_is_the_documented_one() -> None:
    param = '{"com":"yuantong","num":"YT25569986666541","resultv2":"4","order":"desc"}'
    assert sign(param, "KEY0", "CUST0") == "6A82C6E2E4C6198D2691EB46EE16AAD2"


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (Ask("SF1300000000123", company="shunfeng"), "phone_last4"),
        (Ask("78600000000123", company="zhongtong"), "phone_last4"),
        (Ask("YT7600000000123"), "company"),
        (Ask("YT7", company="yuantong"), "6 to 32"),
        (Ask("SF1300000000123", company="shunfeng", phone_last4="0042"), ""),
    ],
)
def test_kuaidi100_says_what_it_wants_before_a_call_is_wasted(ask: Ask, wanted: str) -> None:
    courier = Kuaidi100()
    assert isinstance(courier, Picky)
    lacking = courier.lacks(ask)
    assert wanted in lacking
    assert bool(wanted) is bool(lacking)
    assert usable(courier, ask) == ([] if wanted else [ask])
