"""Until when a postponement holds: the day it names, the day the courier expects, else the next working day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from parcelwatch.core.agreed import held_until, kept_until, named_day, postponed
from parcelwatch.core.calendar import Calendar
from parcelwatch.model import Cause, Checkpoint, Entry, Milestone

FRIDAY = date(2026, 3, 6)
AT = datetime(2026, 3, 6, 10, tzinfo=UTC)


def told(text: str, milestone: Milestone = Milestone.IN_TRANSIT, cause: Cause | None = Cause.POSTPONED) -> Entry:
    return Entry(Checkpoint(AT, AT, milestone, cause, text=text), AT, AT)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Held until 2026-03-14", date(2026, 3, 14)),
        ("Held until 03/14/2026", date(2026, 3, 14)),
        ("Held until 14/03", date(2026, 3, 14)),
        ("Held until 7.4.", date(2026, 4, 7)),
        ("Held until March 9th", date(2026, 3, 9)),
        ("Held until 9 Mar 2026", date(2026, 3, 9)),
        ("Held until Monday", date(2026, 3, 9)),
        ("Held until Friday", date(2026, 3, 13)),
        ("客户要求周一派送", date(2026, 3, 9)),
        ("约定3月12日派送", date(2026, 3, 12)),
        ("约定 03-12 派送", date(2026, 3, 12)),
        ("联系不上明日送", date(2026, 3, 7)),
        ("Customer requested future delivery", None),
        ("Held until 2019-03-14", None),
        ("Held until 99/99", None),
        ("Held until 2026-12-24", None),
        ("电话13900000002, 0371-12345678", None),
    ],
)
def test_the_day_that_words_name(words: str, day: date | None) -> None:
    assert named_day(words, FRIDAY) == day


def test_a_day_of_next_year_is_named_without_its_year() -> None:
    assert named_day("Held until January 4", date(2026, 12, 28)) == date(2027, 1, 4)


def test_without_a_day_it_is_held_until_the_next_working_day_unless_the_courier_expects_it_later() -> None:
    clock = Calendar().at()
    assert held_until(told("put off"), clock, None) == datetime(2026, 3, 9, tzinfo=UTC)
    assert held_until(told("put off"), clock, AT + timedelta(days=5)) == datetime(2026, 3, 11, tzinfo=UTC)
    assert held_until(told("put off"), clock, AT - timedelta(days=5)) == datetime(2026, 3, 9, tzinfo=UTC)
    assert held_until(told("until March 12"), clock, AT + timedelta(days=5)) == datetime(2026, 3, 12, tzinfo=UTC)


def test_a_postponement_holds_until_the_parcel_goes_out() -> None:
    put_off, scan = told("put off"), told("Arrived", cause=None)
    out = told("Out for delivery", Milestone.OUT_FOR_DELIVERY, None)
    assert postponed([scan, put_off]) is put_off
    assert postponed([scan, out, put_off]) is None
    assert postponed([scan]) is None


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("请于48小时内凭码取件", AT + timedelta(hours=48)),
        ("快件已暂存至驿站，超过3天未取将退回", AT + timedelta(days=3)),
        ("Please collect within 5 days", AT + timedelta(days=5)),
        ("Held at the post office until March 9", datetime(2026, 3, 10, tzinfo=UTC)),
        ("请于3月9日18:00前取件", datetime(2026, 3, 10, tzinfo=UTC)),
        ("Ready for collection", None),
        ("已存放丰巢柜，取件码12-3-4567", None),
        ("Collect within 900 days", None),
    ],
)
def test_until_when_it_is_kept_is_read_from_the_scan_that_it_lies_there(words: str, ends: datetime | None) -> None:
    assert kept_until(told(words, Milestone.AVAILABLE_FOR_PICKUP, None), Calendar().at()) == ends
