"""Time as the shop's people have it: what waits for them, and on which morning they are reminded."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.report import Daily, day_due, midnight, since
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.working import OfficeHours, Working
from parcelwatch.duration import parse

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
DAYTIME = Working(OfficeHours(UTC, time(9), time(18)), Calendar().home)
ALL_DAY = Working(OfficeHours(UTC), Calendar().home)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "duration", "ends"),
    [
        ("2026-03-02 10:00", "4h", "2026-03-02 14:00"),
        ("2026-03-02 16:00", "4h", "2026-03-03 11:00"),
        ("2026-03-02 05:00", "4h", "2026-03-02 13:00"),
        ("2026-03-06 16:00", "4h", "2026-03-09 11:00"),  # Friday to Monday
        ("2026-03-07 12:00", "30m", "2026-03-09 09:30"),
        ("2026-03-06 16:00", "1bd", "2026-03-09 16:00"),
        ("2026-03-02 14:00", "4h", "2026-03-02 18:00"),
        ("2026-03-02 09:00", "1d", "2026-03-04 15:00"),  # nine hours a day
    ],
)
def test_hours_count_while_somebody_is_there(start: str, duration: str, ends: str) -> None:
    assert DAYTIME.add(at(start), parse(duration)) == at(ends)


def test_without_hours_every_hour_counts_and_business_days_are_the_calendars() -> None:
    assert ALL_DAY.add(at("2026-03-07 12:00"), parse("4h")) == at("2026-03-07 16:00")
    assert ALL_DAY.add(at("2026-03-06 16:00"), parse("1bd")) == at("2026-03-09 16:00")


def test_hours_are_by_the_shops_clock_over_a_change_of_it() -> None:
    berlin = Working(OfficeHours(BERLIN, time(9), time(18)), Calendar().home)
    assert berlin.add(at("2026-10-23 14:00"), parse("4h")) == at("2026-10-26 10:00")
    assert berlin.add(at("2026-10-22 14:00"), parse("4h")) == at("2026-10-23 09:00")


@given(st.integers(0, 60 * 24 * 30), st.integers(1, 60 * 24 * 3))
def test_whatever_waits_ends_in_working_hours_and_never_sooner_than_it_is_long(start: int, length: int) -> None:
    began = at("2026-03-01 00:00") + timedelta(minutes=start)
    ends = DAYTIME.add(began, parse(f"{length}m"))
    assert ends - began >= timedelta(minutes=length)
    assert ends.weekday() < 5
    assert time(9) <= ends.time() <= time(18)


@pytest.mark.parametrize(
    ("told", "by", "reminded"),
    [
        ("2026-03-02 10:00", "2026-03-04 10:00", "2026-03-04 09:00"),
        ("2026-03-05 10:00", "2026-03-07 10:00", "2026-03-06 09:00"),  # Thursday for Saturday: on Friday
        ("2026-03-06 10:00", "2026-03-08 10:00", "2026-03-08 09:00"),  # Friday for Sunday: no working day between
        ("2026-03-06 10:00", "2026-03-09 23:00", "2026-03-09 09:00"),
        ("2026-03-02 10:00", "2026-03-02 17:00", "2026-03-02 17:00"),  # the same day
        ("2026-03-02 19:00", "2026-03-01 10:00", "2026-03-02 19:00"),  # over already
    ],
)
def test_a_word_for_a_day_is_reminded_of_that_morning_or_the_last_working_one_before(
    told: str, by: str, reminded: str
) -> None:
    assert DAYTIME.reminder(at(told), at(by)) == at(reminded)


def test_the_morning_is_the_shops() -> None:
    shanghai = Working(OfficeHours(SHANGHAI), Calendar().home)
    assert shanghai.reminder(at("2026-03-02 10:00"), at("2026-03-03 17:00")) == at("2026-03-04 01:00")


# --- the day's report ----------------------------------------------------------------------------


def days(daily: Daily, zone: ZoneInfo, begin: str, end: str) -> list[tuple[str, str]]:
    """Looking every ten minutes: the local days told, and when (UTC)."""
    now, last, found = at(begin), "", []
    while now < at(end):
        if (day := day_due(daily, zone, last, now)) is not None:
            last = day.isoformat()
            found.append((last, f"{now:%m-%d %H:%M}"))
        now += timedelta(minutes=10)
    return found


def test_a_report_is_due_once_a_local_day() -> None:
    assert days(Daily("ops"), SHANGHAI, "2026-03-02 00:00", "2026-03-04 00:00") == [
        ("2026-03-02", "03-02 10:00"),
        ("2026-03-03", "03-03 10:00"),
    ]
    assert days(Daily(""), SHANGHAI, "2026-03-02 00:00", "2026-03-04 00:00") == []


def test_where_the_clock_leaves_the_time_out_it_is_due_after_the_change_and_where_it_comes_twice_once() -> None:
    half_past_two = Daily("ops", time(2, 30))
    assert days(half_past_two, BERLIN, "2026-03-29 00:00", "2026-03-29 12:00") == [("2026-03-29", "03-29 01:00")]
    assert days(half_past_two, BERLIN, "2026-10-24 23:00", "2026-10-25 12:00") == [("2026-10-25", "10-25 00:30")]


def test_a_report_counts_from_the_one_before_it_yet_not_for_ever() -> None:
    now = at("2026-03-03 10:00")
    assert since(None, SHANGHAI, now) == midnight(SHANGHAI, now) == at("2026-03-02 16:00")
    assert since(at("2026-03-02 10:00"), SHANGHAI, now) == at("2026-03-02 10:00")
    assert since(at("2026-01-01 10:00"), SHANGHAI, now) == now - timedelta(days=7)
