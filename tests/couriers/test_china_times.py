"""What China's couriers share: their clock, lists in either order, twins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.couriers.china import Scan, beijing, checkpoints, epoch_ms
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Milestone

M = Milestone
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


def scan(code: str, words: str = "", *, minutes: int | None = 0) -> Scan:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Scan(None if at is None else (at, at), code, (M.IN_TRANSIT, None), words)


def test_beijing_is_eight_hours_ahead_and_a_bare_day_is_all_of_it() -> None:
    assert beijing("2026-03-05 12:00:00") == (NOON, NOON)
    assert beijing("2026-03-05T12:00:00+08:00") == (NOON, NOON)
    day = datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert beijing("2026-03-05") == (day, day + timedelta(hours=23, minutes=59, seconds=59))


@pytest.mark.parametrize("value", [1772683200000, "1772683200000"])
def test_milliseconds_come_as_a_number_or_as_text(value: object) -> None:
    assert epoch_ms(value, "time") == (NOON, NOON)


@pytest.mark.parametrize("value", [None, "", 0, "0"])
def test_nought_milliseconds_mean_never(value: object) -> None:
    assert epoch_ms(value, "time") is None


@pytest.mark.parametrize("value", [1772683200, "soon", -1, 10**400, "¹²³", 9999999999999, 1.5, True])
def test_what_is_no_time_in_milliseconds_is_unreadable(value: object) -> None:
    with pytest.raises(CourierUnreadable):
        epoch_ms(value, "time")


def test_a_list_in_either_order_reads_the_same_and_one_second_keeps_the_order_told() -> None:
    oldest_first = [scan("a"), scan("b", minutes=5), scan("c", minutes=5), scan("d", minutes=9)]
    assert [one.code for one in checkpoints(oldest_first)] == ["a", "b", "c", "d"]
    assert checkpoints(oldest_first[::-1]) == checkpoints(oldest_first)


def test_a_list_out_of_order_is_sorted_and_no_scan_is_lost() -> None:
    found = checkpoints([scan("b", minutes=5), scan("a"), scan("c", minutes=9)])
    assert [one.code for one in found] == ["a", "b", "c"]


def test_a_scan_without_a_time_happened_between_its_neighbours() -> None:
    first, between, last = checkpoints([scan("a"), scan("b", minutes=None), scan("c", minutes=9)])
    assert (between.occurred_at, between.occurred_until) == (first.occurred_at, last.occurred_at)


def test_one_event_told_twice_with_two_hotlines_is_one_and_two_events_of_a_second_are_two() -> None:
    twins = [scan("a", "正在派件，投诉电话:010-00000000"), scan("a", "正在派件，投诉电话:13800138000")]
    assert [one.text for one in checkpoints(twins)] == [twins[0].words]
    assert len(checkpoints([scan("a", "装车"), scan("a", "装袋")])) == 2
    assert len(checkpoints([scan("a", "装车"), scan("b", "装车")])) == 2
