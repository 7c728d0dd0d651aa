"""Until when a postponement holds: the day it names, the day the courier expects, else the next working day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.tracking.agreed import held_until, kept_until, leading, postponements
from parcelwatch.model import Cause, Checkpoint, Entry, Milestone

AT = datetime(2026, 3, 6, 10, tzinfo=UTC)


def told(text: str, milestone: Milestone = Milestone.IN_TRANSIT, cause: Cause | None = Cause.POSTPONED) -> Entry:
    return Entry(Checkpoint(AT, AT, milestone, cause, text=text), AT, AT)


def test_without_a_day_it_is_held_until_the_next_working_day_unless_the_courier_expects_it_later() -> None:
    clock = Calendar().at()
    assert held_until(told("put off"), clock, None) == datetime(2026, 3, 9, tzinfo=UTC)
    assert held_until(told("put off"), clock, AT + timedelta(days=5)) == datetime(2026, 3, 11, tzinfo=UTC)
    assert held_until(told("put off"), clock, AT - timedelta(days=5)) == datetime(2026, 3, 9, tzinfo=UTC)
    assert held_until(told("until March 12"), clock, AT + timedelta(days=5)) == datetime(2026, 3, 12, tzinfo=UTC)


def test_an_estimate_that_moves_on_day_by_day_holds_no_longer_than_a_week() -> None:
    clock = Calendar().at()
    rolling = [held_until(told("put off"), clock, AT + timedelta(days=day + 2)) for day in range(57)]
    assert max(rolling) == datetime(2026, 3, 13, tzinfo=UTC)
    assert held_until(told("until April 12"), clock, AT) == datetime(2026, 4, 12, tzinfo=UTC)


def test_a_postponement_holds_until_the_parcel_goes_out() -> None:
    put_off, scan = told("put off"), told("Arrived", cause=None)
    out = told("Out for delivery", Milestone.OUT_FOR_DELIVERY, None)
    assert postponements([scan, put_off]) == [put_off]
    assert postponements([scan, out, put_off]) == []
    assert postponements([scan]) == []


def test_of_several_postponements_the_newest_that_names_a_day_counts_else_the_first() -> None:
    clock = Calendar().at()
    first, again, named = told("put off"), told("put off again"), told("put off until March 12")
    assert leading([again, first], clock) is first
    assert leading([again, named, first], clock) is named
    assert leading([told("until March 13"), named], clock).checkpoint.text == "until March 13"


def test_a_day_is_agreed_on_three_times_and_no_more_while_the_parcel_goes_nowhere() -> None:
    clock = Calendar().at()
    days = [told(f"put off until March {day}") for day in range(7, 30)]
    assert leading(days[2::-1], clock) is days[2]
    assert leading(days[::-1], clock) is days[2]
    assert leading([days[4], *[days[0]] * 9], clock) is days[4]


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("请于48小时内凭码取件", AT + timedelta(hours=48)),
        ("快件已暂存至驿站，超过3天未取将退回", AT + timedelta(days=3)),
        ("Please collect within 5 days", AT + timedelta(days=5)),
        ("Within 5 days to be collected", AT + timedelta(days=5)),
        ("To be collected by Mon 18:00", datetime(2026, 3, 10, tzinfo=UTC)),
        ("Held at the post office until March 9", datetime(2026, 3, 10, tzinfo=UTC)),
        ("请于3月9日18:00前取件", datetime(2026, 3, 10, tzinfo=UTC)),
        ("Ready for collection", None),
        ("已存放丰巢柜，取件码12-3-4567", None),
        ("Collect within 900 days", None),
    ],
)
def test_until_when_it_is_kept_is_read_from_the_scan_that_it_lies_there(words: str, ends: datetime | None) -> None:
    assert kept_until(told(words, Milestone.AVAILABLE_FOR_PICKUP, None), Calendar().at()) == ends
