"""A list of scans that is longer than is read: the newest are read, at whichever end a courier writes them."""

from __future__ import annotations

import json
from itertools import groupby, islice
from typing import Any

import pytest

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
