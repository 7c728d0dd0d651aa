"""A list of scans that is longer than is read: the newest are read, at whichever end a courier writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Any

import pytest

from parcelwatch.couriers import yto, zto
from parcelwatch.couriers.shared.fields import ROWS_LIMIT, recent
from parcelwatch.model import Answered, Checkpoint
from tests.couriers.recorded import Fixture, fixtures
from tests.couriers.test_spoiled_times import SCAN_TIMES

TRIED = 3
"""Fixtures of each courier."""


@pytest.mark.parametrize("form", ["2026-03-{:02}T10:00:00Z", "202603{:02}", "17725{:02}400", "17725{:02}400000"])
def test_the_newest_are_read_at_either_end(form: str) -> None:
    rows = [{"number": "20240101", "time": form.format(10 + at // 40), "at": at} for at in range(600)]
    assert recent(rows) == rows[-ROWS_LIMIT:]
    assert recent(rows[::-1]) == rows[:99:-1]
    assert recent(rows[:ROWS_LIMIT]) == rows[:ROWS_LIMIT]


@pytest.mark.parametrize("apart", [timedelta(minutes=3), timedelta(hours=7)], ids=["a day", "months"])
@pytest.mark.parametrize(
    "form",
    [
        *(
            "%m/%d/%Y %I:%M %p",
            "%d/%m/%Y %H:%M",
            "%d.%m.%y, %H:%M",
            "%d. %m. %Y %H:%M",
            "%Y年%m月%d日 %H:%M",
            "%Y/%-m/%-d %-H:%M",
        ),
        *(
            "%d %b %Y %H:%M",
            "%B %d, %Y %I:%M %p",
            "%A, %b %-d, %Y %H:%M:%S",
            "%a, %d %b %Y %H:%M:%S GMT",
            "%d-%b-%y %H:%M",
        ),
        *("%Y%m%d%H%M%S", "%Y%m%d %H%M", "%Y %b %d %H:%M", "%s", "/Date(%s000+0800)/", "%s000000"),
    ],
)
def test_the_newest_are_read_however_a_day_is_written(form: str, apart: timedelta) -> None:
    begins = datetime(2025, 11, 2, 3, 5, tzinfo=UTC)
    rows = [
        {
            "id": 1_000_000_007,
            "booked": "2025-11-01",
            "number": "20240101",
            "time": (begins + at * apart).strftime(form),
        }
        for at in range(600)
    ]
    assert recent(rows) == rows[-ROWS_LIMIT:]
    assert recent(rows[::-1]) == rows[:99:-1]


def test_one_scan_that_is_out_of_place_does_not_turn_a_list_around() -> None:
    days = [f"{1 + at // 30:02}.03.2026" for at in range(600)]
    for place in (0, -1):
        rows = [{"at": day} for day in days]
        rows[place] = {"at": "11.03.2026"}
        assert recent(rows) == rows[-ROWS_LIMIT:]


def test_months_are_known_in_the_languages_of_couriers() -> None:
    for days in (
        ["2. März 2026", "1. Mai 2026"],
        ["30 juin 2026", "3 juil. 2026"],
        ["31 de enero de 2026", "2 de febrero de 2026"],
    ):
        rows = [{"at": days[at // 300]} for at in range(600)]
        assert recent(rows) == rows[-ROWS_LIMIT:]


def test_a_list_can_be_put_in_order_by_whoever_knows_its_times() -> None:
    def when(at: int) -> datetime | None:
        return None if at % 7 == 0 else datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=at)

    assert recent(range(600), when) == [*range(100, 600)]
    assert recent(range(600, 0, -1), when) == [*range(600, 100, -1)]


def test_what_is_another_parcel_s_takes_no_room_in_a_list() -> None:
    for api, number in (("yto", yto.NUMBER), ("zto", zto.NUMBER), ("sto", "waybillNo")):
        (fixture, *_) = (one for one in LONG if one.api == api)
        assert newest(fixture, _after_others(fixture.told["body"], number)) == newest(fixture, fixture.told["body"])


def _after_others(value: Any, number: str) -> Any:
    """The same with the scans of another parcel before those of each list."""
    if isinstance(value, dict):
        return {name: _after_others(one, number) for name, one in value.items()}
    if not isinstance(value, list) or not all(isinstance(one, dict) and number in one for one in value):
        return value
    return [*[{**value[0], number: "OTHER123"}] * ROWS_LIMIT, *value]


def test_without_a_time_the_first_are_read() -> None:
    assert recent([{"at": at} for at in range(600)]) == [{"at": at} for at in range(500)]


def padded(value: Any) -> Any:
    """The same with the oldest scan of each list told over and over, where the list has two ends."""
    if isinstance(value, dict):
        return {name: padded(one) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    rows = [padded(one) for one in value]
    times = [_time(one) for one in rows]
    if len(rows) < 2 or not all(times) or times[0] == times[-1]:
        return rows
    if times[0] > times[-1]:
        return [*rows, *[rows[-1]] * ROWS_LIMIT]
    return [*[rows[0]] * ROWS_LIMIT, *rows]


def _time(row: object) -> str:
    return next((str(row[name]) for name in row if name in SCAN_TIMES), "") if isinstance(row, dict) else ""


def newest(fixture: Fixture, body: object) -> Checkpoint | None:
    """What was scanned last, by the first observation."""
    (first, *_) = fixture.read(json.dumps(body).encode())
    return first.checkpoints[-1] if isinstance(first, Answered) and first.checkpoints else None


def _long(fixture: Fixture) -> bool:
    return isinstance(fixture.told.get("body"), dict | list) and padded(fixture.told["body"]) != fixture.told["body"]


LONG = [
    fixture
    for _, each in groupby(sorted(fixtures(), key=lambda one: one.api), key=lambda one: one.api)
    for fixture in islice(filter(_long, each), TRIED)
]


def test_most_couriers_have_a_list_to_be_made_longer() -> None:
    assert len({fixture.api for fixture in LONG}) >= 18


@pytest.mark.parametrize("fixture", LONG, ids=lambda one: f"{one.api}/{one.name}")
def test_the_last_scan_of_a_parcel_is_read_however_long_its_list_is(fixture: Fixture) -> None:
    assert newest(fixture, padded(fixture.told["body"])) == newest(fixture, fixture.told["body"])
