"""A promise, a place or a service in a shape nobody expected does not cost the scans beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from parcelwatch.couriers.base import Token
from parcelwatch.errors import CourierError
from parcelwatch.model import Answered, Checkpoint
from tests.couriers.recorded import Fixture, fixtures

# Nowhere in the answers of this API does the history depend on what these keys hold.
BESIDE: dict[str, tuple[str, ...]] = {
    "17track": ("shipping_info", "misc_info", "time_metrics", "service_type", "location", "milestone"),
    "aftership": (
        *("shipment_type", "origin_country_region", "destination_country_region", "latest_estimated_delivery"),
        *("courier_estimated_delivery_date", "location", "city", "signed_by", "title"),
    ),
    "dhl": (
        *("estimatedTimeOfDelivery", "estimatedDeliveryTimeFrame", "origin", "destination", "product", "location"),
        *("proofOfDelivery", "weight", "remark"),
    ),
    "easypost": ("carrier_detail", "est_delivery_date", "signed_by", "weight", "fees"),
    "fedex": (
        *("estimatedDeliveryTimeWindow", "standardTransitTimeWindow", "serviceDetail", "originLocation"),
        *("destinationLocation", "shipperInformation", "recipientInformation", "additionalTrackingInfo"),
        *("deliveryDetails", "packageDetails"),
    ),
    "kdniao": ("EstimatedDeliveryTime", "Location", "OrderCode", "DeliveryMan"),
    "kuaidi100": ("arrivalTime", "areaName", "location", "routeInfo", "remainTime"),
    "shippo": ("eta", "original_eta", "address_from", "address_to", "servicelevel", "metadata", "messages"),
    "trackingmore": (
        *("scheduled_delivery_date", "service_code", "origin_country", "destination_country", "location", "city"),
        *("signed_by", "latest_event"),
    ),
    "ups": ("deliveryDate", "deliveryTime", "packageAddress", "service", "weight", "deliveryInformation"),
    "usps": (
        *("mailClass", "destinationCountryCode", "originCountry", "expectedDeliveryDate", "deliveryDateExpectation"),
        *("predictedDeliveryWindowEndTime", "predictedDeliveryDate", "returnDateNotice", "services"),
    ),
}
ODD: tuple[object, ...] = ({"a": {"b": []}}, [[]], [1, "x"], "null", 7, True, "", None, "\x00", -1.5)


def spoiled(value: Any, name: str, odd: object) -> Any:
    """The same with `odd` under a key, wherever it stands."""
    if isinstance(value, list):
        return [spoiled(one, name, odd) for one in value]
    if isinstance(value, dict):
        return {key: odd if key == name else spoiled(one, name, odd) for key, one in value.items()}
    return value


def history(fixture: Fixture, body: object) -> list[list[tuple[object, ...]]]:
    try:
        answers = fixture.read(json.dumps(body).encode())
    except CourierError as error:
        return [[("raised", str(error))]]
    return [[told(one) for one in answer.checkpoints] for answer in answers if isinstance(answer, Answered)]


def told(one: Checkpoint) -> tuple[object, ...]:
    return one.milestone, one.cause, one.code


@pytest.mark.parametrize("api", BESIDE)
def test_what_stands_beside_the_history_never_costs_it(api: str) -> None:
    mine = [one for one in fixtures() if one.api == api and one.call in ("ask", "push") and "expected" in one.told]
    tried = 0
    for fixture in (one for one in mine if isinstance(one.told.get("body"), dict | list)):
        if any(isinstance(answer, Token) for answer in fixture.read()):
            continue
        plain = history(fixture, fixture.told["body"])
        for name in BESIDE[api]:
            for odd in ODD:
                body = spoiled(fixture.told["body"], name, odd)
                if body == fixture.told["body"]:
                    continue
                tried += 1
                assert history(fixture, body) == plain, f"{api}/{fixture.name}: {name} = {odd!r}"
    assert tried > 20
