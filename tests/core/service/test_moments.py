"""Which times cannot be, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.service.moments import SLACK, TIMES, Times, impossible

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Row = dict[str, datetime | None]


@st.composite
def rows(draw: st.DrawFn) -> tuple[Times, Row]:
    times = draw(st.sampled_from(list(TIMES.values())))
    names = dict.fromkeys((*times.past, *times.due, *times.lasting, *times.again, times.over))
    moment = st.none() | st.timedeltas(-90 * DAY, 400 * DAY).map(NOW.__add__)
    return times, {name: draw(moment) for name in names if name}


@given(rows())
def test_what_was_brought_back_is_possible(drawn: tuple[Times, Row]) -> None:
    times, row = drawn
    found = impossible(times, row, NOW)
    assert not impossible(times, {**row, **found}, NOW)
    assert all(at - NOW <= SLACK for name, at in found.items() if name in times.past)


@given(rows())
def test_what_is_possible_stays_as_it_is(drawn: tuple[Times, Row]) -> None:
    times, row = drawn
    found = impossible(times, row, NOW)
    assert all((at := row[name]) is None or at > NOW or name in {*times.again, *times.lasting} for name in found)
    held = {name: at and min(at, NOW) for name, at in row.items()}
    assert not impossible(times, held, NOW)


def test_a_parcel_asked_about_ahead_of_its_time_is_asked_again_before_it_is_judged() -> None:
    row: Row = {"claimed_at": NOW + 40 * DAY, "confirmed_at": NOW + 40 * DAY, "added_at": NOW - DAY, "poll_at": None}
    found = impossible(TIMES["parcels"], row, NOW)
    assert found["poll_at"] == NOW
    assert found["confirmed_at"] == NOW
    assert found["assess_at"] > NOW
    assert "added_at" not in found


def test_nobody_is_asked_about_a_parcel_that_an_agent_stopped() -> None:
    row: Row = {"claimed_at": NOW + DAY, "unwatched_at": NOW - HOUR, "poll_at": None}
    assert set(impossible(TIMES["parcels"], row, NOW)) == {"claimed_at"}


@pytest.mark.parametrize(("ahead", "kept"), [(4 * HOUR, True), (47 * HOUR, True), (3 * DAY, False)])
def test_a_due_time_within_its_reach_is_believed(ahead: timedelta, kept: bool) -> None:
    found = impossible(TIMES["parcels"], {"claimed_at": NOW - HOUR, "poll_at": NOW + ahead}, NOW)
    assert bool(found) is not kept


def test_a_silence_of_a_day_stays_one_of_a_day() -> None:
    row: Row = {"created_at": NOW + 40 * DAY, "until_at": NOW + 41 * DAY}
    assert impossible(TIMES["silences"], row, NOW) == {"created_at": NOW, "until_at": NOW + DAY}
    meant: Row = {"created_at": NOW - HOUR, "until_at": NOW + 300 * DAY}
    assert not impossible(TIMES["silences"], meant, NOW)
