"""Delivered at 15:30, "on the vehicle" at 15:32: where an answer says how the parcel stands, it is delivered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import current, merge
from parcelwatch.couriers.base import Courier
from parcelwatch.model import Answered, Ask, Milestone, Timeline
from tests.couriers.declaring import made
from tests.couriers.recorded import COURIERS, tracked

M = Milestone
DAY = datetime(2026, 3, 5, tzinfo=UTC)
NOW = DAY + timedelta(days=2)
DELIVERED, OUT = DAY.replace(hour=15, minute=30), DAY.replace(hour=15, minute=32)
BEIJING = timedelta(hours=8)

Body = dict[str, object] | list[object]
Scans = Sequence[tuple[bool, datetime]]
"""Each scan's time, and whether it is the delivery; oldest first."""


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def beijing(at: datetime) -> str:
    return f"{at + BEIJING:%Y-%m-%d %H:%M:%S}"


def ups(scans: Scans, *, done: bool) -> Body:
    activity = [
        {
            "date": f"{at:%Y%m%d}",
            "time": f"{at:%H%M%S}",
            "gmtOffset": "+00:00",
            "status": {"type": "D", "statusCode": "011"} if delivered else {"type": "I", "statusCode": "021"},
        }
        for delivered, at in reversed(scans)
    ]
    status = {"code": "011" if done else "021", "description": ""}
    package = {"trackingNumber": "1ZP4W0000300000017", "activity": activity, "currentStatus": status}
    return {"trackResponse": {"shipment": [{"inquiryNumber": "1ZP4W0000300000017", "package": [package]}]}}


def fedex(scans: Scans, *, done: bool) -> Body:
    events = [{"date": iso(at), "eventType": "DL" if delivered else "OD"} for delivered, at in reversed(scans)]
    result = {
        "trackingNumberInfo": {"trackingNumber": "412300000017"},
        "latestStatusDetail": {"code": "DL" if done else "OD", "derivedCode": "DL" if done else "OD"},
        "scanEvents": events,
    }
    parcel = {"trackingNumber": "412300000017", "trackResults": [result]}
    return {"output": {"completeTrackResults": [parcel]}}


def usps(scans: Scans, *, done: bool) -> Body:
    events = [
        {
            "eventTimestamp": f"{at:%Y-%m-%dT%H:%M:%S}",
            "GMTOffset": "+00:00",
            "eventCity": "RENO",
            "eventCode": "01" if delivered else "OF",
            "eventType": "Delivered" if delivered else "Out for Delivery",
        }
        for delivered, at in reversed(scans)
    ]
    category = "Delivered" if done else "Out for Delivery"
    return {"trackingNumber": "9400100000000000000017", "statusCategory": category, "trackingEvents": events}


def dhl(scans: Scans, *, done: bool) -> Body:
    def event(delivered: bool, at: datetime) -> dict[str, object]:
        words = "Delivered" if delivered else "The shipment is out for delivery"
        return {"timestamp": iso(at), "statusCode": "delivered" if delivered else "transit", "description": words}

    listed = [event(*scan) for scan in reversed(scans)]
    status = event(done, next(at for delivered, at in scans if delivered is done))
    return {"shipments": [{"id": "00340434700000000017", "service": "express", "status": status, "events": listed}]}


def seventeentrack(scans: Scans, *, done: bool) -> Body:
    subs = {True: "Delivered_Other", False: "OutForDelivery_Other"}
    events = [
        {"time_iso": iso(at), "sub_status": subs[delivered], "description": ""} for delivered, at in reversed(scans)
    ]
    latest = {"status": subs[done].partition("_")[0], "sub_status": subs[done]}
    info = {"latest_status": latest, "tracking": {"providers": [{"events": events}]}}
    item = {"number": "LB000111222CN", "carrier": 3011, "track_info": info}
    return {"code": 0, "data": {"accepted": [item], "rejected": []}}


def aftership(scans: Scans, *, done: bool) -> Body:
    tags = {True: ("Delivered", "Delivered_001"), False: ("OutForDelivery", "OutForDelivery_003")}
    listed = [{"checkpoint_time": iso(at), "subtag": tags[delivered][1], "message": ""} for delivered, at in scans]
    tag, sub = tags[done]
    tracking = {"tracking_number": "ZT500600700AS", "slug": "dhl", "tag": tag, "subtag": sub, "checkpoints": listed}
    return {"meta": {"code": 200}, "data": {"pagination": {"total": 1}, "trackings": [tracking]}}


def easypost(scans: Scans, *, done: bool) -> Body:
    words = {True: "delivered", False: "out_for_delivery"}
    where = {"city": "London", "country": "GB"}
    listed = [{"datetime": iso(at), "status": words[one], "tracking_location": where} for one, at in scans]
    tracker = {"tracking_code": "ZT500600700EP", "carrier": "UPS", "status": words[done], "tracking_details": listed}
    return {"trackers": [tracker], "has_more": False}


def trackingmore(scans: Scans, *, done: bool) -> Body:
    subs = {True: "delivered001", False: "pickup001"}
    listed = [
        {"checkpoint_date": f"{at:%Y-%m-%dT%H:%M:%S}", "checkpoint_delivery_substatus": subs[delivered]}
        for delivered, at in reversed(scans)
    ]
    item = {
        "tracking_number": "RR700000017CN",
        "courier_code": "china-post",
        "delivery_status": "delivered" if done else "pickup",
        "substatus": subs[done],
        "origin_info": {"trackinfo": listed},
    }
    return {"meta": {"code": 200}, "data": [item]}


def shippo(scans: Scans, *, done: bool) -> Body:
    def event(delivered: bool, at: datetime) -> dict[str, object]:
        status, sub = ("DELIVERED", "delivered") if delivered else ("TRANSIT", "out_for_delivery")
        return {"status_date": f"{at:%Y-%m-%dT%H:%M:%S}", "status": status, "substatus": {"code": sub}}

    now = event(done, next(at for delivered, at in scans if delivered is done))
    listed = [event(*scan) for scan in scans]
    number = "9205500000000000000017"
    return {"carrier": "usps", "tracking_number": number, "tracking_status": now, "tracking_history": listed}


def kuaidi100(scans: Scans, *, done: bool) -> Body:
    codes = {True: ("301", "快件已签收，签收人：本人"), False: ("5", "正在为您派件")}
    listed = [
        {"ftime": beijing(at), "statusCode": codes[delivered][0], "context": codes[delivered][1]}
        for delivered, at in reversed(scans)
    ]
    state = "3" if done else "5"
    number = "YT7600000000123"
    return {"message": "ok", "status": "200", "nu": number, "com": "yuantong", "state": state, "data": listed}


def kdniao(scans: Scans, *, done: bool) -> Body:
    codes = {True: ("301", "快件已签收，签收人：本人"), False: ("202", "正在为您派件")}
    listed = [
        {"AcceptTime": beijing(at), "Action": codes[delivered][0], "AcceptStation": codes[delivered][1]}
        for delivered, at in scans
    ]
    parcel = {"ShipperCode": "YTO", "LogisticCode": "YT7600000000123", "Success": True, "StateEx": codes[done][0]}
    return {**parcel, "State": "3" if done else "2", "Traces": listed}


def yunda(scans: Scans, *, done: bool) -> Body:
    codes = {True: ("SIGNED", "已签收，签收人：本人"), False: ("SENT", "正在派件")}
    listed = [
        {"time": beijing(at), "action": codes[delivered][0], "description": codes[delivered][1]}
        for delivered, at in scans
    ]
    status = "SIGNED" if done else "TRANSIT"
    data = {"mailno": "4330000000101", "result": True, "remark": "", "status": status, "steps": listed}
    return {"result": True, "code": "0000", "message": "", "data": data}


def cainiao(scans: Scans, *, done: bool) -> Body:
    codes = {True: ("SIGN", "已签收，签收人：本人"), False: ("DELIVERING", "正在派件")}
    listed = [
        {"time": int(at.timestamp() * 1000), "logisticsStatus": codes[delivered][0], "desc": codes[delivered][1]}
        for delivered, at in scans
    ]
    status = codes[done][0]
    trace = {"mailNo": "YT8800000000017", "cpCode": "YTO", "logisticsStatus": status}
    return {"success": True, "logisticsTrace": {**trace, "logisticsTraceDetailList": listed}}


ACME = """
base_url = "https://api.acme.example"
ask = { path = "/parcels/{number}" }
answer = { number = "id", checkpoints = "scans", time = "at", code = "code", status = "state" }
statuses = { OUT = "out_for_delivery", DONE = "delivered" }
"""


def acme(scans: Scans, *, done: bool) -> Body:
    listed = [{"code": "DONE" if delivered else "OUT", "at": iso(at)} for delivered, at in scans]
    return {"id": "G1", "state": "DONE" if done else "OUT", "scans": listed}


TOLD: dict[str, tuple[Ask, Callable[..., Body]]] = {
    "17track": (Ask("LB000111222CN", company="3011"), seventeentrack),
    "aftership": (Ask("ZT500600700AS", company="dhl"), aftership),
    "cainiao": (Ask("YT8800000000017", company="YTO"), cainiao),
    "declared": (Ask("G1"), acme),
    "dhl": (Ask("00340434700000000017"), dhl),
    "easypost": (Ask("ZT500600700EP", company="UPS"), easypost),
    "fedex": (Ask("412300000017"), fedex),
    "kdniao": (Ask("YT7600000000123", company="YTO"), kdniao),
    "kuaidi100": (Ask("YT7600000000123", company="yuantong"), kuaidi100),
    "shippo": (Ask("9205500000000000000017", company="usps"), shippo),
    "trackingmore": (Ask("RR700000017CN", company="china-post"), trackingmore),
    "ups": (Ask("1ZP4W0000300000017"), ups),
    "usps": (Ask("9400100000000000000017"), usps),
    "yunda": (Ask("4330000000101"), yunda),
}


def courier(api: str) -> Courier:
    return made(ACME) if api == "declared" else COURIERS[api]


def said(api: str, scans: Scans, *, done: bool) -> Answered:
    ask, body = TOLD[api]
    request = httpx.Request("GET", "https://courier.example/")
    (answer,) = courier(api).parse(httpx.Response(200, json=body(scans, done=done), request=request), [ask])
    return tracked(answer)


def reached(answer: Answered) -> Milestone:
    return stage(current(merge(Timeline(), answer, NOW)), answer.stands).milestone


@pytest.mark.parametrize("api", TOLD)
def test_a_scan_booked_minutes_after_the_delivery_does_not_undo_it(api: str) -> None:
    answer = said(api, [(True, DELIVERED), (False, OUT)], done=True)
    assert answer.stands is M.DELIVERED
    assert answer.checkpoints[-1].milestone is M.OUT_FOR_DELIVERY
    assert reached(answer) is M.DELIVERED


@pytest.mark.parametrize("api", TOLD)
def test_the_next_days_attempt_and_the_couriers_own_word_undo_it(api: str) -> None:
    next_day = said(api, [(True, DELIVERED), (False, OUT + timedelta(hours=17))], done=True)
    assert reached(next_day) is M.OUT_FOR_DELIVERY
    corrected = said(api, [(True, DELIVERED), (False, OUT)], done=False)
    assert corrected.stands in (M.OUT_FOR_DELIVERY, M.IN_TRANSIT)
    assert reached(corrected) is M.OUT_FOR_DELIVERY
