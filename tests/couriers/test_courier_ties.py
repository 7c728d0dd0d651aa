"""Events of one instant keep their order in a timeline, and of two parcels with one number the right one is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.tracking.timeline import merge
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.ties import apart
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Timeline

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
NOW = NOON + timedelta(days=9)


def at(seconds: int, milestone: Milestone, cause: Cause | None, code: str, *, width: int = 0) -> Checkpoint:
    begins = NOON + timedelta(seconds=seconds)
    return Checkpoint(begins, begins + timedelta(hours=width), milestone, cause, code)


def observed(*checkpoints: Checkpoint) -> Answered:
    return Answered("1", checkpoints=checkpoints)


SCANS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(Milestone), st.sampled_from([None, *Cause]), st.integers(0, 9)),
    max_size=12,
)


@given(SCANS)
def test_a_timeline_keeps_the_order_of_what_was_set_apart(
    told: list[tuple[int, Milestone, Cause | None, int]],
) -> None:
    listed = [
        at(second, milestone, cause, f"{place}", width=width)
        for place, (second, milestone, cause, width) in enumerate(sorted(told, key=lambda one: one[0]))
    ]
    kept = [entry.checkpoint for entry in merge(Timeline(), observed(*apart(listed)), NOW).entries]
    assert [(one.milestone, one.cause) for one in kept] == [(one.milestone, one.cause) for one in listed]
    moved = [(one.occurred_at - was.occurred_at) for one, was in zip(apart(listed), listed, strict=True)]
    assert all(timedelta(0) <= step < timedelta(milliseconds=20) for step in moved)


def test_events_that_sort_well_by_themselves_are_left_as_they_are() -> None:
    listed = (
        at(0, Milestone.PICKED_UP, None, "a"),
        at(0, Milestone.IN_TRANSIT, None, "b"),
        at(0, Milestone.IN_TRANSIT, None, "a"),
        at(1, Milestone.CUSTOMS, None, "c"),
    )
    assert apart(listed) == listed


def test_of_several_the_newest_is_read_unless_another_began_when_the_shop_shipped() -> None:
    old, new = (
        observed(at(-300 * 86400, Milestone.DELIVERED, None, "old")),
        observed(at(0, Milestone.CUSTOMS, None, "new")),
    )
    empty = observed()
    assert likeliest([old, empty, new], None) is new
    assert likeliest([old, empty, new], NOON - timedelta(days=310)) is old
    assert likeliest([old, empty, new], NOON - timedelta(days=100)) is new
    assert likeliest([empty], NOON) is empty
