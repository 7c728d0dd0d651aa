"""The 17track sandbox against 17TRACK's own description of its API, v2.4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from parcelwatch.sandbox.server import SandboxServer
from tests.sandbox.worlds import Hand, call_17track, data_17track, rejections, told

STORY = """
api = "17track"
[access]
quota = 50
warm_up = "2m"
[[parcels]]
number = "LX100000018CN"
company = 3011
origin = "CN"
destination = "US"
registered = true
estimate = "+2d"
[[parcels.says]]
at = "-9d"
milestone = "picked_up"
place = "Shenzhen, CN"
[[parcels.says]]
at = "-2d"
milestone = "in_transit"
place = "Boston, US"
company = 21051
[[parcels.says]]
at = "-1d"
milestone = "exception"
cause = "damaged"
place = "Boston, US"
company = 21051
[[parcels]]
number = "RB100000067CN"
company = 3011
registered = true
stops = "+1h"
[[parcels.says]]
at = "-1d"
milestone = "in_transit"
place = "London, GB"
time = "raw"
[[parcels]]
number = "TWICE1"
company = 3011
registered = true
[[parcels]]
number = "TWICE1"
company = 190012
registered = true
"""


@pytest.fixture
def sandbox() -> Iterator[tuple[SandboxServer, Hand]]:
    world, hand = told(STORY)
    with SandboxServer(world, "17track") as server:
        hand.turn(minutes=2)
        yield server, hand


@pytest.fixture
def server(sandbox: tuple[SandboxServer, Hand]) -> SandboxServer:
    return sandbox[0]


def info(server: SandboxServer, number: str) -> dict[str, Any]:
    (item,) = data_17track(server, "gettrackinfo", [{"number": number}])["accepted"]
    assert item["number"] == number
    track: dict[str, Any] = item["track_info"]
    return track


def test_damage_has_a_status_and_the_last_mile_is_told_apart(server: SandboxServer) -> None:
    track = info(server, "LX100000018CN")
    assert track["latest_status"] == {"status": "Exception", "sub_status": "Exception_Damage", "sub_status_descr": None}
    last, first = track["tracking"]["providers"]
    assert (last["provider"]["key"], first["provider"]["key"]) == (21051, 3011)
    assert [event["sub_status"] for event in last["events"]] == ["Exception_Damage", "InTransit_Other"]
    assert [event["stage"] for event in last["events"]] == [None, None]
    assert track["latest_event"] == last["events"][0]
    assert track["shipping_info"]["recipient_address"]["country"] == "US"


def test_times_come_with_their_offset_as_utc_and_raw(server: SandboxServer) -> None:
    track = info(server, "LX100000018CN")
    event = track["tracking"]["providers"][1]["events"][0]
    assert event["time_iso"] == "2031-03-03T17:30:00+08:00"
    assert event["time_utc"] == "2031-03-03T09:30:00Z"
    assert event["time_raw"] == {"date": "2031-03-03", "time": "17:30:00", "timezone": "+08:00"}
    assert track["time_metrics"]["estimated_delivery_date"]["to"] == "2031-03-14T09:30:00+00:00"


def test_all_nine_milestones_are_listed_and_the_unreached_have_no_time(server: SandboxServer) -> None:
    milestones = {one["key_stage"]: one["time_iso"] for one in info(server, "LX100000018CN")["milestone"]}
    assert len(milestones) == 9
    assert [stage for stage, time in milestones.items() if time] == ["PickedUp"]


def test_a_raw_time_has_neither_offset_nor_utc(server: SandboxServer) -> None:
    event = info(server, "RB100000067CN")["latest_event"]
    assert (event["time_iso"], event["time_utc"], event["time_raw"]["timezone"]) == (None, None, None)
    assert event["time_raw"]["time"] == "09:30:00"


def test_what_it_gave_up_is_expired_and_stands_in_the_list_as_stopped(sandbox: tuple[SandboxServer, Hand]) -> None:
    server, hand = sandbox
    hand.turn(hours=2)
    assert info(server, "RB100000067CN")["latest_status"]["sub_status"] == "Expired_Other"
    answer = call_17track(server, "gettracklist", {"number": "RB100000067CN,LX100000018CN"}).json()
    rows = {row["number"]: row for row in answer["data"]["accepted"]}
    assert answer["page"] == {"data_total": 2, "page_total": 1, "page_no": 1, "page_size": 40}
    assert rows["RB100000067CN"]["tracking_status"] == "Stopped"
    assert rows["RB100000067CN"]["stop_track_reason"] == "Expired"
    assert rows["LX100000018CN"]["tracking_status"] == "Tracking"


def test_a_number_must_be_registered_before_it_is_read(sandbox: tuple[SandboxServer, Hand]) -> None:
    server, hand = sandbox
    asked = [{"number": "NEW100000000", "carrier": 3011}]
    refused = data_17track(server, "gettrackinfo", asked)
    assert rejections(refused) == [-18019902]
    assert refused["rejected"][0]["carrier"] == "3011"
    accepted = data_17track(server, "register", [{**asked[0], "tag": "order-7"}])["accepted"]
    assert accepted == [
        {"origin": 2, "number": "NEW100000000", "carrier": 3011, "email": None, "tag": "order-7", "lang": None}
    ]
    assert rejections(data_17track(server, "gettrackinfo", asked)) == [-18019909]
    hand.turn(minutes=2)
    (item,) = data_17track(server, "gettrackinfo", asked)["accepted"]
    assert (item["tag"], item["track_info"]["latest_status"]["sub_status"]) == ("order-7", "NotFound_Other")
    assert item["track_info"]["tracking"]["providers"][0]["events"] == []


def test_registering_twice_costs_nothing_and_is_said(server: SandboxServer) -> None:
    twice = data_17track(server, "register", [{"number": "LX100000018CN", "carrier": 3011}])
    assert rejections(twice) == [-18019901]
    assert "carrier" not in twice["rejected"][0]
    assert data_17track(server, "getquota", [])["quota_used"] == 0


def test_bad_numbers_and_unknown_carriers_are_refused_one_by_one(server: SandboxServer) -> None:
    data = data_17track(
        server,
        "register",
        [{"number": "1234"}, {"number": "http://a.example"}, {"number": "NOBODY1"}, {"number": "OK123", "carrier": 1}],
    )
    assert rejections(data) == [-18010012, -18010012, -18019903]
    assert [item["number"] for item in data["accepted"]] == ["OK123"]


def test_a_number_of_two_carriers_must_be_asked_with_its_carrier(server: SandboxServer) -> None:
    assert rejections(data_17track(server, "gettrackinfo", [{"number": "TWICE1"}])) == [-18019810]
    (item,) = data_17track(server, "gettrackinfo", [{"number": "TWICE1", "carrier": 190012}])["accepted"]
    assert item["carrier"] == 190012


def test_the_quota_ends_registrations(server: SandboxServer) -> None:
    numbers = [{"number": f"QUOTA{index:03}", "carrier": 3011} for index in range(52)]
    data_17track(server, "register", numbers[:40])
    assert rejections(data_17track(server, "register", numbers[40:])) == [-18019908, -18019908]
    assert data_17track(server, "getquota", [])["quota_remain"] == 0


def test_forty_one_numbers_are_too_many(server: SandboxServer) -> None:
    answer = call_17track(server, "gettrackinfo", [{"number": f"MANY{index}"} for index in range(41)]).json()
    assert answer["code"] == -18010014
    assert answer["data"]["errors"][0]["code"] == -18010014


@pytest.mark.parametrize("body", [{"number": "A"}, [], ["A"], None, 7])
def test_a_body_that_is_no_list_of_objects_is_refused_whole(server: SandboxServer, body: object) -> None:
    assert call_17track(server, "gettrackinfo", body).json()["code"] == -18010013


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_is_a_401(server: SandboxServer, key: str) -> None:
    response = call_17track(server, "gettrackinfo", [{"number": "LX100000018CN"}], key=key)
    assert response.status_code == 401
    assert response.json() == {
        "code": -18010002,
        "data": {"errors": [{"code": -18010002, "message": "Invalid security key."}]},
    }


def test_stop_retrack_and_delete_follow_their_rules(server: SandboxServer) -> None:
    one = [{"number": "LX100000018CN", "carrier": 3011}]
    assert rejections(data_17track(server, "retrack", one)) == [-18019904]
    assert data_17track(server, "stoptrack", one)["accepted"] == one
    assert rejections(data_17track(server, "stoptrack", one)) == [-18019906]
    assert data_17track(server, "retrack", one)["accepted"] == one
    assert data_17track(server, "stoptrack", one)["accepted"] == one
    assert rejections(data_17track(server, "retrack", one)) == [-18019905]
    assert data_17track(server, "deletetrack", one)["accepted"] == one
    assert rejections(data_17track(server, "gettrackinfo", one)) == [-18019902]
