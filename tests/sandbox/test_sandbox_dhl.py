"""The dhl sandbox against DHL's own description of its API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parcelwatch.sandbox.server import SandboxServer
from tests.sandbox.worlds import Hand, ask_dhl, told

STORY = """
api = "dhl"
[access]
quota = 6
[[parcels]]
number = "00340434000000000017"
service = "parcel-de"
origin = "DE"
destination = "DE"
estimate = "+1d"
[[parcels.says]]
at = "-2d"
milestone = "info_received"
[[parcels.says]]
at = "-1d"
milestone = "exception"
cause = "damaged"
place = "Kassel, DE"
[[parcels]]
number = "00340434000000000024"
[[parcels.says]]
at = "-5d"
milestone = "returning"
[[parcels.says]]
at = "-1d"
milestone = "returned"
place = "Köln, DE"
[[parcels]]
number = "7400000001"
service = "express"
[[parcels.says]]
at = "-1d"
milestone = "in_transit"
place = "Hong Kong, HK"
[[parcels.says]]
at = "-1d"
milestone = "picked_up"
time = "none"
[[parcels]]
number = "420000000001"
service = "ecommerce"
[[parcels.says]]
at = "-1d"
milestone = "exception"
cause = "lost"
[[parcels]]
number = "404"
"""


@pytest.fixture
def sandbox() -> Iterator[tuple[SandboxServer, Hand]]:
    world, hand = told(STORY)
    with SandboxServer(world, "dhl") as server:
        yield server, hand


@pytest.fixture
def server(sandbox: tuple[SandboxServer, Hand]) -> SandboxServer:
    return sandbox[0]


def test_damage_stays_in_transit_and_only_the_text_tells(server: SandboxServer) -> None:
    answer = ask_dhl(server, "00340434000000000017", language="en").json()
    (shipment,) = answer["shipments"]
    status = shipment["status"]
    assert (shipment["id"], shipment["service"], status["statusCode"]) == (
        "00340434000000000017",
        "parcel-de",
        "transit",
    )
    assert status["status"] == status["description"]
    assert "damaged" in status["description"]
    assert status["location"] == {"address": {"countryCode": "DE", "addressLocality": "Kassel"}}
    assert [event["statusCode"] for event in shipment["events"]] == ["transit", "pre-transit"]
    assert "returnFlag" not in shipment


def test_times_are_naive_ones_of_the_place(server: SandboxServer) -> None:
    (shipment,) = ask_dhl(server, "00340434000000000017").json()["shipments"]
    assert shipment["status"]["timestamp"] == "2031-03-11T10:30:00"
    assert shipment["estimatedTimeOfDelivery"] == "2031-03-13T10:30:00"


def test_it_speaks_german_unless_asked_otherwise(server: SandboxServer) -> None:
    (shipment,) = ask_dhl(server, "00340434000000000017").json()["shipments"]
    assert "beschädigt" in shipment["status"]["description"]


def test_a_finished_return_is_delivered_with_a_flag(server: SandboxServer) -> None:
    (shipment,) = ask_dhl(server, "00340434000000000024").json()["shipments"]
    assert (shipment["status"]["statusCode"], shipment["returnFlag"]) == ("delivered", True)


def test_express_events_lack_status_codes_and_may_lack_a_time(server: SandboxServer) -> None:
    (shipment,) = ask_dhl(server, "7400000001").json()["shipments"]
    assert shipment["status"]["statusCode"] == "transit"
    timeless, timed = sorted(shipment["events"], key=lambda event: "timestamp" in event)
    assert "timestamp" not in timeless
    assert timed["timestamp"] == "2031-03-11T17:30:00"
    assert not any("statusCode" in event for event in shipment["events"])


def test_a_division_with_codes_puts_them_into_the_second_level(server: SandboxServer) -> None:
    (shipment,) = ask_dhl(server, "420000000001").json()["shipments"]
    assert (shipment["status"]["statusCode"], shipment["status"]["status"]) == ("failure", "690")


def test_an_unnamed_service_shows_where_else_the_number_may_be(server: SandboxServer) -> None:
    loose = ask_dhl(server, "7400000001").json()
    assert "/track/shipments?trackingNumber=7400000001&service=freight" in loose["possibleAdditionalShipmentsUrl"]
    assert "possibleAdditionalShipmentsUrl" not in ask_dhl(server, "7400000001", service="express").json()


@pytest.mark.parametrize(
    ("number", "query"),
    [("404", {}), ("99999", {}), ("http://evil.example/?a=b#c", {}), ("7400000001", {"service": "dgf"})],
)
def test_what_it_does_not_know_is_a_404(server: SandboxServer, number: str, query: dict[str, str]) -> None:
    response = ask_dhl(server, number, **query)
    assert response.status_code == 404
    assert response.json() == {
        "title": "No result found",
        "detail": "No shipment with given tracking number found.",
        "status": 404,
        "instance": f"/shipment/{number}",
    }


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_is_a_401(server: SandboxServer, key: str) -> None:
    response = ask_dhl(server, "7400000001", key=key)
    assert (response.status_code, response.json()["title"]) == (401, "Unauthorized")


def test_a_call_without_a_number_is_a_400(server: SandboxServer) -> None:
    response = ask_dhl(server, "")
    assert response.status_code == 400
    assert response.json()["detail"] == "Invalid input: missing mandatory parameter 'trackingNumber'"


def test_the_quota_is_a_429_without_a_hint_until_midnight(sandbox: tuple[SandboxServer, Hand]) -> None:
    server, hand = sandbox
    answers = [ask_dhl(server, "7400000001") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert answers[-1].json()["title"] == "Too Many Requests"
    assert "retry-after" not in answers[-1].headers
    hand.turn(hours=15)
    assert ask_dhl(server, "7400000001").status_code == 200
