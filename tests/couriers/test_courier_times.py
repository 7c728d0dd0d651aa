"""Couriers' times: exact with an offset, an interval without one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.couriers.shared.times import country_code, country_in, due, filled, naive, promise, span, zoned
from parcelwatch.errors import CourierUnreadable


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "country", "earliest", "latest"),
    [
        ("2026-03-04T10:00:00Z", "US", "2026-03-04T10:00", "2026-03-04T10:00"),
        ("2026-03-04T10:00:00+08:00", "", "2026-03-04T02:00", "2026-03-04T02:00"),
        ("2026-03-04T10:00:00.123456+08:00", "", "2026-03-04T02:00:00.123", "2026-03-04T02:00:00.123"),
        ("2026-03-04T10:00:00", "DE", "2026-03-04T09:00", "2026-03-04T09:00"),
        ("2026-07-04 10:00:00", "de", "2026-07-04T08:00", "2026-07-04T08:00"),
        ("2026-03-04T10:00:00", "US", "2026-03-04T15:00", "2026-03-04T20:00"),
        ("2026-03-04T10:00:00", "", "2026-03-03T20:00", "2026-03-04T22:00"),
        ("2026-03-04T10:00:00", "QQ", "2026-03-03T20:00", "2026-03-04T22:00"),
        ("2026-03-04T10:00:00", "UK", "2026-03-04T10:00", "2026-03-04T10:00"),
        ("2026-10-25T02:30:00", "DE", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("2026-10-25T12:30:00", "DE", "2026-10-25T11:30", "2026-10-25T11:30"),
        ("2026-03-04", "DE", "2026-03-03T23:00", "2026-03-04T22:59:59"),
        ("2026-03-04T24:00:00", "DE", "2026-03-04T23:00", "2026-03-04T23:00"),
        ("2026-03-04T24:00Z", "US", "2026-03-05T00:00", "2026-03-05T00:00"),
        ("2026-12-31 24:00:00.000+08:00", "", "2026-12-31T16:00", "2026-12-31T16:00"),
        ("20260304T240000-05:00", "", "2026-03-05T05:00", "2026-03-05T05:00"),
    ],
)
def test_a_time_is_as_exact_as_the_courier_told_it(text: str, country: str, earliest: str, latest: str) -> None:
    assert span(text, country) == (utc(earliest), utc(latest))


@pytest.mark.parametrize(
    "text",
    ["yesterday", "0000-00-00 00:00:00", "0001-01-01T00:00:00", "2026-13-01", "", "1899-01-01", "2026-03-04T24:30:00"],
)
def test_what_is_no_time_is_unreadable(text: str) -> None:
    with pytest.raises(CourierUnreadable):
        span(text, "DE")


@given(
    st.datetimes(datetime.fromisoformat("1995-01-01"), datetime.fromisoformat("2035-01-01")),
    st.sampled_from(
        [("DE", "Europe/Berlin"), ("US", "America/Chicago"), ("BR", "America/Sao_Paulo"), ("MA", "Africa/Casablanca")]
    ),
    st.integers(0, 1),
)
def test_a_wall_clock_holds_the_instant_it_was_read_at(local: datetime, place: tuple[str, str], fold: int) -> None:
    country, zone = place
    there = local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
    for earliest, latest in (naive(local, country), naive(local), zoned(local, zone)):
        assert earliest <= there <= latest


def test_a_promise_of_a_day_means_its_end_at_the_destination() -> None:
    assert promise("2026-03-04", "DE") == utc("2026-03-04T22:59:59")
    assert promise("2026-03-04T00:00:00-08:00") == utc("2026-03-05T07:59:59")
    assert promise("2026-03-04T18:00:00", "US") == utc("2026-03-05T04:00")
    assert promise("2026-03-04T24:00:00Z") == utc("2026-03-05T00:00")


def test_a_promise_nobody_can_read_is_none() -> None:
    assert due("2026-03-04T18:00:00Z") == utc("2026-03-04T18:00")
    assert due("") is None
    assert due("By 9:00pm") is None


def test_an_event_without_a_time_lies_between_its_neighbours() -> None:
    day = timedelta(days=1)
    newest, oldest = (utc("2026-03-04T10:00"),) * 2, (utc("2026-03-02T10:00"),) * 2
    assert filled([newest, None, oldest])[1] == (oldest[0], newest[1])
    assert filled([None, oldest])[0] == oldest
    assert filled([newest, None])[1] == newest
    assert filled([None, None]) == [None, None]
    assert filled([(newest[0] - 9 * day,) * 2, None, oldest])[1] == oldest


@pytest.mark.parametrize(
    ("name", "code"),
    [("GERMANY", "DE"), ("USA", "US"), ("de", "DE"), ("United Kingdom", "GB"), ("NARNIA", ""), ("", "")],
)
def test_a_country_is_known_by_name_or_code(name: str, code: str) -> None:
    assert country_code(name) == code


def test_the_day_of_a_clock_change_is_found_for_every_country_that_has_one() -> None:
    local = datetime.combine(date(2026, 3, 29), datetime.min.time()) + timedelta(hours=2, minutes=30)
    earliest, latest = naive(local, "DE")
    assert latest - earliest == timedelta(hours=1)


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("MEMPHIS, TN, US", "US"),
        ("SHENZHEN - CHINA MAINLAND", "CN"),
        ("HONG KONG - HONG KONG SAR, CHINA", "HK"),
        ("KOELN (GERMANY)", "DE"),
        ("Germany", "DE"),
        ("FRESNO, CA", ""),
        ("WILMINGTON, DE", ""),
        ("ATLANTA, GEORGIA", ""),
        ("LONDON", ""),
        ("", ""),
    ],
)
def test_the_country_a_place_ends_with_is_known_where_no_state_is_written_so(place: str, country: str) -> None:
    assert country_in(place) == country
