"""What was said about a parcel, joined: corrections, blurred times, what was known when. Its laws are in test_laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parcelwatch.core.tracking.timeline import MOST, as_of, current, earliest, heard, join, latest, merge, withdrawn
from parcelwatch.model import Answered, Cause, Checkpoint, Entry, Milestone, Sure, Timeline

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return START + hours * HOUR


def scan(hours: float, text: str = "", milestone: Milestone = Milestone.IN_TRANSIT) -> Checkpoint:
    return Checkpoint(at(hours), at(hours), milestone, text=text)


def listed(*checkpoints: Checkpoint, complete: bool = True) -> Answered:
    return Answered("X", checkpoints, complete=complete)


def texts(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.checkpoint.text for entry in entries]


# --- corrections ---------------------------------------------------------------------------------


def test_what_the_latest_list_leaves_out_is_withdrawn_and_kept() -> None:
    timeline = merge(merge(Timeline(), listed(scan(1, "a"), scan(2, "b")), at(3)), listed(scan(1, "a")), at(4))
    assert texts(current(timeline)) == ["a"]
    assert texts(timeline.entries) == ["a", "b"]


def test_a_list_that_reaches_less_far_back_withdraws_nothing_older() -> None:
    timeline = merge(merge(Timeline(), listed(scan(1, "a"), scan(2, "b")), at(3)), listed(scan(2, "b")), at(4))
    assert texts(current(timeline)) == ["a", "b"]


def test_an_empty_list_withdraws_nothing() -> None:
    timeline = merge(merge(Timeline(), listed(scan(1, "a")), at(3)), listed(), at(4))
    assert texts(current(timeline)) == ["a"]


def test_a_push_of_one_checkpoint_withdraws_nothing() -> None:
    timeline = merge(Timeline(), listed(scan(1, "a"), scan(2, "b")), at(3))
    timeline = merge(timeline, listed(scan(2.5, "c"), complete=False), at(4))
    assert texts(current(timeline)) == ["a", "b", "c"]


def test_a_push_stands_until_a_later_list_leaves_it_out() -> None:
    timeline = merge(merge(Timeline(), listed(scan(1, "a")), at(3)), listed(scan(2, "b"), complete=False), at(4))
    assert texts(current(merge(timeline, listed(scan(1, "a")), at(5)))) == ["a"]


def test_a_checkpoint_that_is_listed_again_stands_again() -> None:
    full, short = listed(scan(1, "a"), scan(2, "b")), listed(scan(1, "a"))
    timeline = merge(merge(merge(Timeline(), full, at(3)), short, at(4)), full, at(5))
    assert texts(current(timeline)) == ["a", "b"]
    assert timeline.entries[1].seen_at == at(3)


def test_an_old_list_that_comes_late_withdraws_nothing_and_brings_nothing_back() -> None:
    full, short = listed(scan(1, "a"), scan(2, "b")), listed(scan(1, "a"), scan(2.5, "c"))
    timeline = merge(merge(Timeline(), short, at(4)), full, at(3))
    assert texts(current(timeline)) == ["a", "c"]
    assert withdrawn(timeline.entries[1], timeline)


# --- identity ------------------------------------------------------------------------------------


def test_how_we_read_a_checkpoint_is_not_who_it_is_and_the_later_reading_stands() -> None:
    unread = replace(scan(1, "XQ7"), milestone=Milestone.UNKNOWN)
    read = replace(unread, milestone=Milestone.EXCEPTION, cause=Cause.LOST)
    timeline = merge(merge(Timeline(), listed(unread), at(2)), listed(read), at(3))
    assert [entry.checkpoint for entry in timeline.entries] == [read]
    assert timeline.entries[0].seen_at == at(2)


@pytest.mark.parametrize("other", [{"sure": Sure.SUSPECTED}, {"moves": False}, {"cause": Cause.LOST}])
def test_of_two_readings_at_one_instant_the_same_stands_whichever_is_heard_first(other: dict[str, Any]) -> None:
    one, two = (heard(listed(said), at(3)) for said in (scan(1, "a"), replace(scan(1, "a"), **other)))
    assert join(one, two) == join(two, one)


def test_two_sayings_at_the_same_instant_stand_in_the_order_of_a_parcels_way() -> None:
    both = listed(scan(1, "b", Milestone.DELIVERED), scan(1, "a", Milestone.OUT_FOR_DELIVERY))
    assert texts(merge(Timeline(), both, at(2)).entries) == ["a", "b"]


def test_one_list_that_names_a_checkpoint_twice_names_it_once() -> None:
    assert len(merge(Timeline(), listed(scan(1, "a"), scan(1, "a")), at(2)).entries) == 1


def test_merging_is_joining_what_was_heard() -> None:
    known = merge(Timeline(), listed(scan(1, "a"), scan(2, "b")), at(3))
    for said in (listed(), listed(scan(1, "a")), listed(scan(3, "c"), complete=False)):
        for when in (at(2), at(3), at(4)):
            assert merge(known, said, when) == join(known, heard(said, when))


# --- when ----------------------------------------------------------------------------------------


def test_a_blurred_checkpoint_happened_within_its_interval_and_not_after_we_saw_it() -> None:
    blurred = replace(scan(1), occurred_until=at(20))
    entry = Entry(blurred, at(12), at(12))
    assert (earliest(entry), latest(entry)) == (at(1), at(12))


def test_a_stamp_from_the_future_happened_when_we_saw_it() -> None:
    entry = Entry(scan(50), at(2), at(3))
    assert (earliest(entry), latest(entry)) == (at(2), at(2))


# --- what was known when -------------------------------------------------------------------------


def test_as_of_then_what_was_heard_later_is_not_known() -> None:
    timeline = merge(merge(Timeline(), listed(scan(1, "a")), at(2)), listed(scan(1, "a"), scan(3, "b")), at(4))
    assert texts(current(as_of(timeline, at(3)))) == ["a"]
    assert texts(current(as_of(timeline, at(4)))) == ["a", "b"]


def test_as_of_then_what_was_withdrawn_later_still_stands() -> None:
    timeline = merge(merge(Timeline(), listed(scan(1, "a"), scan(2, "b")), at(3)), listed(scan(1, "a")), at(4))
    assert texts(current(as_of(timeline, at(3)))) == ["a", "b"]
    assert texts(current(as_of(timeline, at(5)))) == ["a"]


def test_as_of_before_the_first_answer_nothing_is_known() -> None:
    assert as_of(merge(Timeline(), listed(scan(1, "a")), at(2)), at(1.5)) == Timeline()


def test_of_scans_without_end_the_newest_are_kept_and_what_agents_said_in_whatever_order_they_are_heard() -> None:
    word = replace(scan(0, "agent"), by="lin")
    scans = [word, *(scan(1 + hour, str(hour)) for hour in range(MOST + 300))]
    halves = [scans[:700], scans[700:], scans[300:1000]]
    for order in (halves, halves[::-1]):
        timeline = Timeline()
        for place, half in enumerate(order):
            timeline = merge(timeline, listed(*half, complete=False), at(5000 + place))
        assert texts(timeline.entries) == ["agent", *(one.text for one in scans[-MOST:])]
    assert texts(join(timeline, heard(listed(*scans, complete=False), at(5000))).entries) == texts(timeline.entries)
