"""A number used again: an earlier parcel's life is not this one's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.advance import advance
from parcelwatch.core.policy import Policy
from parcelwatch.core.tracking.lives import OLDEST, SILENCE, SLACK, began, present
from parcelwatch.model import FINAL, Answered, Cause, Checkpoint, Dossier, Milestone, NotFound, Parcel

M = Milestone
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SHIPPED = Parcel(1, "PW000000001XX", "dhl", NOW, shipped_at=NOW)
ADDED = replace(SHIPPED, shipped_at=None)


def scan(days_ago: float, milestone: Milestone, cause: Cause | None = None) -> Checkpoint:
    at = NOW - days_ago * DAY
    return Checkpoint(at, at, milestone, cause, text=f"{days_ago} days ago")


def kept(told: Answered, parcel: Parcel) -> Answered:
    """What of it is about this parcel, if anything is."""
    ours = present(told, parcel)
    assert isinstance(ours, Answered)
    return ours


def said(*checkpoints: Checkpoint) -> Answered:
    return Answered(SHIPPED.number, checkpoints)


OLD_LIFE = (
    scan(210, M.PICKED_UP),
    scan(205, M.EXCEPTION, Cause.DAMAGED),
    scan(200, M.DELIVERED),
    scan(199, M.IN_TRANSIT),
)


def test_an_earlier_parcels_life_alone_is_no_record_of_this_one() -> None:
    told = present(said(*OLD_LIFE), SHIPPED)
    assert isinstance(told, NotFound)
    assert "earlier parcel" in told.reason


@pytest.mark.parametrize("parcel", [SHIPPED, ADDED])
def test_an_earlier_life_is_cut_off_and_this_ones_scans_stay(parcel: Parcel) -> None:
    ours = (scan(1, M.PICKED_UP), scan(0, M.IN_TRANSIT))
    assert kept(said(*OLD_LIFE, *ours), parcel).checkpoints == ours


def test_without_a_day_of_dispatch_an_old_record_is_believed_and_asked_for_a_few_days_more() -> None:
    assert present(said(*OLD_LIFE), ADDED) == said(*OLD_LIFE)
    policy = Policy(profile="china", channels=("ops",))
    step = advance(Dossier(ADDED), said(*OLD_LIFE), policy, NOW)
    assert step.notices == ()
    assert step.poll_at is not None
    assert step.poll_at <= NOW + DAY
    assert "used again" in step.poll_why
    ours = (scan(-1, M.PICKED_UP), scan(-1.5, M.IN_TRANSIT))
    later = advance(step.dossier, said(*OLD_LIFE, *ours), policy, NOW + 2 * DAY)
    assert later.dossier.milestone is M.IN_TRANSIT
    assert [entry.checkpoint for entry in later.dossier.timeline.entries] == [*ours]
    assert advance(step.dossier, said(*OLD_LIFE), policy, NOW + 4 * DAY).poll_at is None


def test_a_parcel_announced_long_before_it_was_sent_keeps_its_announcement() -> None:
    told = said(scan(12, M.INFO_RECEIVED), scan(1, M.PICKED_UP))
    assert present(told, SHIPPED) == told


def test_a_parcel_delivered_before_it_was_ever_added_is_still_known_to_be_delivered() -> None:
    told = said(scan(40, M.PICKED_UP), scan(30, M.DELIVERED))
    assert present(told, ADDED) == told


def test_months_of_silence_end_a_life_that_nobody_finished() -> None:
    stale = said(scan(100, M.INFO_RECEIVED))
    assert isinstance(present(stale, SHIPPED), NotFound)
    assert isinstance(present(said(scan(50, M.INFO_RECEIVED)), SHIPPED), Answered)


def test_the_promise_of_an_earlier_life_is_forgotten_with_it() -> None:
    told = replace(said(*OLD_LIFE, scan(0, M.PICKED_UP)), estimate=NOW - 201 * DAY)
    assert kept(told, SHIPPED).estimate is None


def test_a_promise_of_this_life_stays_when_the_former_one_is_cut_off() -> None:
    told = replace(said(*OLD_LIFE, scan(0, M.PICKED_UP)), estimate=NOW + 2 * DAY)
    assert kept(told, SHIPPED).estimate == NOW + 2 * DAY


def test_a_day_of_dispatch_written_after_the_delivery_does_not_lose_the_parcel() -> None:
    told = said(scan(8, M.PICKED_UP), scan(4, M.DELIVERED))
    assert present(told, SHIPPED) == told


def test_an_old_life_opens_no_case_and_ends_no_watch() -> None:
    step = advance(Dossier(SHIPPED), said(*OLD_LIFE), Policy(profile="china", channels=("ops",)), NOW)
    assert step.dossier.cases == ()
    assert step.notices == ()
    assert step.dossier.milestone is M.UNKNOWN
    assert step.poll_at is not None
    assert step.poll_at < NOW + DAY


SCANS = st.lists(
    st.builds(scan, st.floats(-2, 400, allow_nan=False), st.sampled_from(sorted(M))), min_size=1, max_size=8
).map(lambda scans: sorted(scans, key=lambda one: one.occurred_at))


@given(SCANS, st.sampled_from([SHIPPED, ADDED]))
def test_nothing_of_this_life_is_ever_lost_and_cutting_twice_cuts_no_more(
    scans: list[Checkpoint], parcel: Parcel
) -> None:
    told = present(said(*scans), parcel)
    border = began(parcel)
    ours = told.checkpoints if isinstance(told, Answered) else ()
    assert set(ours) >= {one for one in scans if one.occurred_until >= border}
    assert isinstance(told, NotFound) or present(told, parcel) == told
    if ours != tuple(scans):
        before = [one for one in scans if one.occurred_until < border]
        gaps = [
            *(one.occurred_until for one in before),
            min((one.occurred_at for one in ours), default=border),
        ]
        silent = any(later - earlier > SILENCE for earlier, later in pairwise(gaps))
        assert silent or any(one.milestone in FINAL for one in before)


def test_a_life_may_begin_a_little_before_the_shop_says() -> None:
    assert began(SHIPPED) == NOW - SLACK
    assert began(ADDED) == NOW - OLDEST
