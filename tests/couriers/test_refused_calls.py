"""Errors that look like a number's and are the call's: they stop the account, and no number is called unknown."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from parcelwatch.couriers.base import Courier
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.couriers.shippo import Shippo
from parcelwatch.couriers.ups import Ups
from parcelwatch.couriers.usps import Usps
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Ask, NotFound, Observation, Refused

COURIERS: dict[str, Courier] = {"dhl": Dhl(), "shippo": Shippo(), "ups": Ups(), "usps": Usps()}
ASK = Ask("9400100000000000000017", company="usps")


def answered(api: str, status: int, body: object) -> Observation:
    request = httpx.Request("GET", "https://courier.example/tracks")
    if isinstance(body, str):
        response = httpx.Response(status, headers={"content-type": "text/html"}, text=body, request=request)
    else:
        response = httpx.Response(status, content=json.dumps(body), request=request)
        response.headers["content-type"] = "application/json"
    (only,) = COURIERS[api].parse(response, [ASK])
    return only


def ups_error(code: str, message: str) -> dict[str, Any]:
    return {"response": {"errors": [{"code": code, "message": message}]}}


def usps_error(title: str) -> dict[str, Any]:
    return {"error": {"code": "404", "message": title, "errors": [{"title": title, "code": "404"}]}}


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("dhl", {"message": "no Route matched with those values"}),
        ("dhl", {"title": "Not Found", "status": 404}),
        ("ups", ups_error("", "")),
        ("ups", ups_error("404", "The requested resource is not available")),
        ("usps", usps_error("Resource not found")),
        ("usps", usps_error("The path /tracking/v9 was not found")),
        ("shippo", {"message": "no Route matched with those values"}),
        ("shippo", "<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>"),
    ],
)
def test_a_404_that_does_not_speak_of_a_parcel_is_unreadable(api: str, body: object) -> None:
    with pytest.raises(CourierUnreadable):
        answered(api, 404, body)


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("dhl", {"title": "No result found", "detail": "No shipment with given tracking number found."}),
        ("dhl", {"title": "Not Found", "detail": "No shipments found for the given tracking number"}),
        ("ups", ups_error("TW0001", "")),
        ("ups", ups_error("404", "Tracking number information not found")),
        ("usps", usps_error("Tracking is not available for this item")),
        ("shippo", {"detail": "Not found."}),
        ("shippo", "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>"),
    ],
)
def test_a_404_that_speaks_of_a_parcel_is_an_answer(api: str, body: object) -> None:
    assert isinstance(answered(api, 404, body), NotFound)


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("dhl", {"title": "Invalid input", "detail": "Invalid input: missing mandatory parameter 'trackingNumber'"}),
        ("shippo", {"detail": "Invalid token"}),
        ("shippo", {"detail": "Authentication credentials were not provided."}),
        ("ups", ups_error("TV0001", "Missing transId")),
        ("ups", ups_error("10002", "Missing or invalid header")),
        ("ups", ups_error("400", "Something else")),
    ],
)
def test_a_400_about_the_call_stops_the_account(api: str, body: object) -> None:
    with pytest.raises(CourierRefused):
        answered(api, 400, body)


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("dhl", {"title": "Invalid input", "detail": "Invalid input: 'trackingNumber' has a wrong format"}),
        ("dhl", {"detail": "Missing mandatory parameter 'recipientPostalCode'"}),
        ("shippo", {"detail": "Carrier with name 'usps' is not supported."}),
        ("shippo", {"carrier": ["Invalid carrier token"]}),
        ("ups", ups_error("TV1002", "Invalid inquiry number")),
        ("ups", ups_error("151018", "Invalid tracking number")),
    ],
)
def test_a_400_about_the_number_is_the_numbers(api: str, body: object) -> None:
    assert isinstance(answered(api, 400, body), Refused)
