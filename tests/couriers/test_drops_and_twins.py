"""Drops that are no delivery, codes that were silent, records of one number, registrations to be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest

from parcelwatch.couriers.base import Registers, Registration
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.couriers.dhl.codes import DIVISIONS
from parcelwatch.couriers.easypost import EasyPost
from parcelwatch.couriers.seventeentrack import SeventeenTrack
from parcelwatch.couriers.trackingmore import TrackingMore
from parcelwatch.couriers.ups.package import observe as ups_package
from parcelwatch.couriers.usps.detail import observe as usps_detail
from parcelwatch.errors import CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, Cause, Milestone
from tests.couriers.recorded import COURIERS, tracked

M = Milestone
REQUEST = httpx.Request("GET", "https://courier.example/tracks")


def ok(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body, request=REQUEST)


# --- drops -----------------------------------------------------------------------------------------


def test_usps_hands_over_to_an_agent_for_the_final_delivery() -> None:
    def told(words: str) -> Milestone:
        event = {"eventCode": "01", "eventType": words, "eventTimestamp": "2026-03-04T10:00:00", "eventCity": "RENO"}
        return usps_detail(Ask("9400100000000000000017"), {"trackingEvents": [event]}).checkpoints[-1].milestone

    assert told("Delivered to Agent for Final Delivery") is M.IN_TRANSIT
    assert told("Delivered, To Agent") is M.DELIVERED


def test_a_ups_delivery_to_an_access_point_waits_there_until_it_is_collected() -> None:
    drop = {"date": "20260304", "time": "100000", "gmtOffset": "-05:00"}
    drop_status = {"type": "D", "statusCode": "011", "description": "Delivered to UPS Access Point"}
    taken = {"type": "D", "statusCode": "011", "description": "Delivered"}
    one: dict[str, object] = {"activity": [{**drop, "status": drop_status}]}
    both: dict[str, object] = {
        "activity": [{**drop, "date": "20260305", "status": taken}, {**drop, "status": drop_status}]
    }
    assert ups_package(Ask("1ZP4W0000300000017"), one).checkpoints[-1].milestone is M.AVAILABLE_FOR_PICKUP
    assert ups_package(Ask("1ZP4W0000300000017"), both).checkpoints[-1].milestone is M.DELIVERED


@pytest.mark.parametrize(
    ("division", "code", "meaning"),
    [
        ("parcel-nl", "PARCEL_MISSING_AT_PARCELSHOP_NOTICED_BY_CUSTOMER", (M.EXCEPTION, Cause.LOST)),
        ("parcel-nl", "PARCEL_MISSING_AT_PARCELSTATION_NOTICED_BY_COURIER", (M.EXCEPTION, Cause.LOST)),
        ("parcel-nl", "POSTPROCESS_RETURN_CONSOLIDATION_LOAD", (M.RETURNING, None)),
        ("parcel-nl", "INTERVENTION_REQUEST_CANCEL_INTERVENTION_SUSPECTED_FRAUD", (M.RETURNING, None)),
        ("ecommerce", "780", (M.EXCEPTION, Cause.UNSTATED)),
        ("ecommerce", "856", (M.RETURNING, None)),
        ("ecommerce", "883", (M.RETURNING, None)),
    ],
)
def test_dhls_losses_and_returns_are_not_silent(
    division: str, code: str, meaning: tuple[Milestone, Cause | None]
) -> None:
    assert DIVISIONS[division][code] == meaning


AT = "2026-03-04T10:00:00+00:00"
NUMBER = "ZT500600700US"


def seventeentrack(words: str) -> object:
    event = {"time_iso": AT, "sub_status": "Delivered_Other", "description": words}
    status = {"status": "Delivered", "sub_status": "Delivered_Other"}
    info = {"latest_status": status, "tracking": {"providers": [{"events": [event]}]}}
    item = {"number": NUMBER, "carrier": 21051, "track_info": info}
    return {"code": 0, "data": {"accepted": [item], "rejected": []}}


def aftership(words: str) -> object:
    event = {"checkpoint_time": AT, "subtag": "Delivered_001", "message": words}
    tracking = {"tracking_number": NUMBER, "slug": "usps", "tag": "Delivered", "checkpoints": [event]}
    return {"meta": {"code": 200}, "data": {"pagination": {"total": 1}, "trackings": [tracking]}}


def easypost(words: str) -> object:
    event = {"datetime": AT, "status": "delivered", "message": words}
    tracker = {"tracking_code": NUMBER, "carrier": "USPS", "status": "delivered", "tracking_details": [event]}
    return {"trackers": [tracker], "has_more": False}


def shippo(words: str) -> object:
    event = {"status_date": AT, "status": "DELIVERED", "status_details": words}
    return {"carrier": "usps", "tracking_number": NUMBER, "tracking_history": [event]}


def trackingmore(words: str) -> object:
    event = {"checkpoint_date": AT, "checkpoint_delivery_substatus": "delivered001", "tracking_detail": words}
    item = {"tracking_number": NUMBER, "courier_code": "usps", "delivery_status": "delivered"}
    return {"meta": {"code": 200}, "data": [{**item, "destination_info": {"trackinfo": [event]}}]}


TOLD = {
    "17track": seventeentrack,
    "aftership": aftership,
    "easypost": easypost,
    "shippo": shippo,
    "trackingmore": trackingmore,
}


def shown(api: str, words: str) -> Milestone:
    """How a delivery with these words reads through an aggregator."""
    (found,) = COURIERS[api].parse(ok(TOLD[api](words)), [Ask(NUMBER, company="21051" if api == "17track" else "usps")])
    return tracked(found).checkpoints[-1].milestone


@pytest.mark.parametrize("api", TOLD)
def test_the_posts_own_lockers_are_their_customers_boxes_whoever_tells_of_them(api: str) -> None:
    for words in ("Delivered, Parcel Locker", "DELIVERED, PARCEL LOCKER, RENO, NV 89501", "Delivered, In/At Mailbox"):
        assert (words, shown(api, words)) == (words, M.DELIVERED)
    for words in ("Delivered to a parcel locker", "Delivered to DHL Packstation", "Left in the locker for pickup"):
        assert (words, shown(api, words)) == (words, M.AVAILABLE_FOR_PICKUP)


@pytest.mark.parametrize("api", TOLD)
def test_what_a_driver_brings_to_a_shop_is_to_be_fetched_there(api: str) -> None:
    assert shown(api, "Delivered by driver to Pickup parcelshop") is M.AVAILABLE_FOR_PICKUP


# --- several records of one number -------------------------------------------------------------------


def test_of_two_dhl_shipments_the_one_near_the_shipping_date_counts() -> None:
    def shipment(stamp: str, code: str) -> dict[str, object]:
        return {"id": "00340434700000000017", "events": [{"timestamp": stamp, "statusCode": code, "status": code}]}

    body = {"shipments": [shipment("2024-03-04T10:00:00Z", "delivered"), shipment("2026-03-04T10:00:00Z", "transit")]}
    for shipped_at in (None, datetime(2026, 3, 3, tzinfo=UTC)):
        (found,) = Dhl().parse(ok(body), [Ask("00340434700000000017", shipped_at=shipped_at)])
        assert [one.milestone for one in tracked(found).checkpoints] == [M.IN_TRANSIT]


def test_of_two_17track_records_the_one_near_the_shipping_date_counts() -> None:
    def item(carrier: int, stamp: str, sub: str) -> dict[str, object]:
        events = [{"time_iso": stamp, "sub_status": sub, "description": ""}]
        info = {
            "latest_status": {"status": sub.split("_", maxsplit=1)[0]},
            "tracking": {"providers": [{"events": events}]},
        }
        return {"number": "LB000111222CN", "carrier": carrier, "track_info": info}

    old = item(3011, "2025-03-04T10:00:00Z", "Delivered_Other")
    new = item(190012, "2026-03-04T10:00:00Z", "InTransit_Departure")
    body = {"code": 0, "data": {"accepted": [old, new], "rejected": []}}
    (found,) = SeventeenTrack().parse(ok(body), [Ask("LB000111222CN", shipped_at=datetime(2026, 3, 3, tzinfo=UTC))])
    assert tracked(found).checkpoints[-1].milestone is M.IN_TRANSIT
    assert found.company == "190012"


# --- registrations -----------------------------------------------------------------------------------


def registered(courier: Registers, body: object, *asked: Ask) -> Sequence[Registration]:
    return courier.registered(ok(body), asked)


def test_what_passes_does_not_refuse_a_number_beside_one_that_went_through() -> None:
    for code in (-18019908, -18010003, -18019907):
        rejected = [{"number": "LB000111333CN", "error": {"code": code, "message": "."}}]
        data = {"accepted": [{"number": "LB000111222CN", "carrier": 3011}], "rejected": rejected}
        asked = [Ask("LB000111222CN"), Ask("LB000111333CN")]
        first, second = registered(SeventeenTrack(), {"code": 0, "data": data}, *asked)
        assert (first.ok, second.ok, second.later) == (True, False, True)
    for passing in ("4190", "511"):
        failed = [{"tracking_number": "RR700000025CN", "errorCode": passing}]
        data = {"success": [{"tracking_number": "RR700000017CN"}], "error": failed}
        asked = [Ask("RR700000017CN", company="usps"), Ask("RR700000025CN", company="usps")]
        first, second = registered(TrackingMore(), {"meta": {"code": 200}, "data": data}, *asked)
        assert (first.ok, second.ok, second.later) == (True, False, True)


def test_an_internal_error_for_all_is_no_ones_fault() -> None:
    rejected = [{"number": "LB000111333CN", "error": {"code": -18010003, "message": "."}}]
    with pytest.raises(CourierUnavailable):
        registered(SeventeenTrack(), {"code": 0, "data": {"accepted": [], "rejected": rejected}}, Ask("LB000111333CN"))


def test_17track_may_correct_the_carrier_of_a_number() -> None:
    data = {"accepted": [{"origin": 1, "number": "LB000111222CN", "carrier": 190012}], "rejected": []}
    (found,) = registered(SeventeenTrack(), {"code": 0, "data": data}, Ask("LB000111222CN", company="3011"))
    assert found.ok


def test_trackingmore_following_another_courier_is_told_and_not_repeated() -> None:
    data = {"success": [{"tracking_number": "RR700000017CN", "courier_code": "usps-x"}], "error": []}
    body = {"meta": {"code": 200}, "data": data}
    (found,) = registered(TrackingMore(), body, Ask("RR700000017CN", company="usps"))
    assert (found.ok, found.later) == (False, False)
    assert "usps-x" in found.reason


@pytest.mark.parametrize(("status", "words"), [(400, "Please add a payment method"), (422, "insufficient funds")])
def test_easyposts_bill_is_not_the_numbers(status: int, words: str) -> None:
    with pytest.raises(CourierRefused):
        EasyPost().registered(ok({"error": {"code": "X", "message": words}}, status), [Ask("ZT500600700EP")])
