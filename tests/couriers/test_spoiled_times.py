"""What a bad clock may cost: a promise nobody can read costs the promise alone, and 24:00 costs nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from parcelwatch.couriers.usps.detail import observe as usps_detail
from parcelwatch.model import Answered, Ask
from tests.couriers.recorded import Fixture, fixtures, iso, tracked

ALL = {(fixture.api, fixture.name): fixture for fixture in fixtures()}


def reread(fixture: Fixture, changes: dict[str, object]) -> Answered:
    """The first observation of a fixture whose body says these under these keys, wherever they stand."""
    (first, *_) = fixture.read(json.dumps(_changed(fixture.told["body"], changes)).encode())
    return tracked(first)


def _changed(value: object, changes: dict[str, object]) -> Any:
    if isinstance(value, list):
        return [_changed(one, changes) for one in value]
    if isinstance(value, dict):
        return {name: changes[name] if name in changes else _changed(one, changes) for name, one in value.items()}
    return value


@pytest.mark.parametrize("words", ["By 9:00pm", "N/A", "--", "2026-03-05 24", "0000-00-00"])
@pytest.mark.parametrize(
    ("api", "name", "keys"),
    [
        ("17track", "moving", ("to", "from")),
        ("aftership", "moving", ("datetime_max", "datetime", "datetime_min")),
        ("dhl", "moving", ("estimatedThrough", "estimatedTimeOfDelivery")),
        ("declared", "fleet_moving_oldest_first", ("eta", "promised", "due", "expected")),
        ("easypost", "promise_that_is_a_day", ("est_delivery_date",)),
        ("fedex", "window_of_hours", ("ends", "begins")),
        ("kdniao", "moving_with_finer_states", ("EstimatedDeliveryTime",)),
        ("shippo", "moving", ("eta",)),
        ("trackingmore", "moving", ("scheduled_delivery_date",)),
        ("ups", "rescheduled_to_a_day", ("deliveryDate",)),
    ],
)
def test_a_promise_nobody_can_read_leaves_the_history_readable(
    api: str, name: str, keys: tuple[str, ...], words: str
) -> None:
    fixture = ALL[api, name]
    known = tracked(fixture.read()[0])
    spoiled: object = [{"type": kind, "date": words} for kind in ("RDD", "SDD")] if api == "ups" else words
    found = reread(fixture, dict.fromkeys(keys, spoiled))
    assert found.checkpoints == known.checkpoints
    assert known.checkpoints
    assert known.estimate is not None


@pytest.mark.parametrize(
    ("arrival", "due"),
    [("2026-03-06 18", "2026-03-06T10:59:59Z"), ("2026-03-06 24", "2026-03-06T15:59:59Z"), ("--", None), ("N/A", None)],
)
def test_kuaidi100s_hour_of_arrival_may_be_none(arrival: str, due: str | None) -> None:
    fixture = ALL["kuaidi100", "moving"]
    body = {**fixture.told["body"], "arrivalTime": arrival}
    known, found = tracked(fixture.read()[0]), tracked(fixture.read(json.dumps(body).encode())[0])
    assert found.checkpoints == known.checkpoints
    assert (iso(found.estimate) if found.estimate else None) == due


def test_the_hour_of_a_promise_that_is_none_leaves_its_day() -> None:
    fixture = ALL["ups", "moving"]
    for hour in ("N/A", "240000"):
        found = reread(fixture, {"deliveryTime": {"type": "EDW", "endTime": hour}})
        assert found.estimate is not None
        whole = reread(fixture, {"deliveryTime": {"type": "EOD", "endTime": ""}}).estimate
        assert whole is not None
        assert abs(found.estimate - whole) <= timedelta(seconds=1)


@pytest.mark.parametrize("offset", ["-5:00", "-05:00", "-0500"])
def test_ups_writes_offsets_with_and_without_a_leading_zero(offset: str) -> None:
    found = reread(ALL["ups", "moving"], {"gmtOffset": offset, "time": "240000"})
    plain = reread(ALL["ups", "moving"], {"gmtOffset": "-05:00", "time": "000000"})
    assert [one.occurred_at for one in found.checkpoints][-1] == plain.checkpoints[-1].occurred_at + timedelta(days=1)


def test_midnight_at_the_end_of_a_day_is_the_next_days() -> None:
    found = reread(ALL["dhl", "moving"], {"timestamp": "2026-03-04T24:00:00"})
    assert {iso(one.occurred_at) for one in found.checkpoints} <= {"2026-03-04T23:00:00Z"}
    event = {"eventTimestamp": "2026-03-04T24:00:00", "GMTOffset": "-05:00", "eventCode": "10", "eventCity": "RENO"}
    (only,) = usps_detail(Ask("9400100000000000000000"), {"trackingEvents": [event]}).checkpoints
    assert only.occurred_at == datetime.fromisoformat("2026-03-05T00:00:00-05:00")


SCAN_TIMES = frozenset(
    {
        *("time_iso", "time_utc", "checkpoint_time", "timestamp", "datetime", "status_date", "date", "gmtDate"),
        *("checkpoint_date", "eventTimestamp", "AcceptTime", "ftime", "time", "acceptTime", "opTime", "scanDate"),
        *("upload_Time", "scanTime", "scan_time", "operateTime", "opeTime", "scanState", "status_time", "at", "when"),
    }
)
"""Under what the adapters' answers write the time of a scan."""


def _places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Where the times of scans stand in a body."""
    if isinstance(value, list):
        return [found for place, one in enumerate(value) for found in _places(one, (*path, place))]
    if isinstance(value, dict):
        inner = [found for name, one in value.items() for found in _places(one, (*path, name))]
        listed = any(isinstance(step, int) for step in path)
        return [
            *inner,
            *((*path, name) for name, one in value.items() if listed and name in SCAN_TIMES and _timely(one)),
        ]
    return []


def _timely(value: object) -> bool:
    return sum(letter.isdigit() for letter in str(value)) >= 8


def _spoiled(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return "31 Feb, teatime"
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _spoiled(copy[path[0]], path[1:])
    return copy


def _movings() -> list[Fixture]:
    return [one for one in ALL.values() if one.name == "moving" and isinstance(one.told["body"], dict | list)]


@pytest.mark.parametrize("fixture", _movings(), ids=lambda one: str(one.api))
def test_one_time_nobody_can_read_costs_at_most_one_scan(fixture: Fixture) -> None:
    known = tracked(fixture.read()[0])
    places = _places(fixture.told["body"])
    assert places or fixture.api in WITHOUT, "say under what this adapter writes the time of a scan"
    for place in places:
        found = tracked(fixture.read(json.dumps(_spoiled(fixture.told["body"], place)).encode())[0])
        assert len(found.checkpoints) >= len(known.checkpoints) - 1, place
        assert found.checkpoints


WITHOUT = frozenset({"jd", "sf"})
"""Adapters whose recorded answer carries its list as a text."""
