"""Where a sequence of checkpoints leaves a parcel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.tracking.milestones import PROGRESS, STAYS, Stage, stage
from parcelwatch.model import Cause, Checkpoint, Entry, Milestone

M = Milestone
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def entries(*milestones: Milestone | tuple[Milestone, Cause]) -> list[Entry]:
    found = []
    for hour, each in enumerate(milestones):
        milestone, cause = each if isinstance(each, tuple) else (each, None)
        at = START + timedelta(hours=hour)
        found.append(Entry(Checkpoint(at, at, milestone, cause), at, at))
    return found


@pytest.mark.parametrize(
    ("told", "reached"),
    [
        ([], M.UNKNOWN),
        ([M.INFO_RECEIVED, M.PICKED_UP, M.IN_TRANSIT], M.IN_TRANSIT),
        ([M.PICKED_UP, M.INFO_RECEIVED], M.PICKED_UP),
        ([M.IN_TRANSIT, M.PICKED_UP], M.IN_TRANSIT),
        ([M.OUT_FOR_DELIVERY, M.IN_TRANSIT], M.IN_TRANSIT),
        ([M.ATTEMPT_FAILED, M.OUT_FOR_DELIVERY], M.OUT_FOR_DELIVERY),
        ([M.EXCEPTION, M.PICKED_UP], M.PICKED_UP),
        ([M.IN_TRANSIT, M.UNKNOWN], M.IN_TRANSIT),
        ([M.UNKNOWN], M.UNKNOWN),
        ([M.DELIVERED, M.IN_TRANSIT], M.DELIVERED),
        ([M.DELIVERED, M.OUT_FOR_DELIVERY], M.DELIVERED),
        ([M.DELIVERED, M.EXCEPTION], M.DELIVERED),
        ([M.DELIVERED, M.RETURNING], M.RETURNING),
        ([M.RETURNING, M.IN_TRANSIT], M.RETURNING),
        ([M.RETURNING, M.AVAILABLE_FOR_PICKUP], M.RETURNING),
        ([M.RETURNING, M.DELIVERED], M.RETURNED),
        ([M.RETURNING, M.IN_TRANSIT, M.DELIVERED], M.RETURNED),
        ([M.RETURNED, M.DELIVERED], M.RETURNED),
        ([M.CANCELLED, M.INFO_RECEIVED], M.CANCELLED),
        ([M.CANCELLED, M.PICKED_UP], M.PICKED_UP),
    ],
)
def test_a_parcel_is_where_its_checkpoints_together_put_it(told: list[Milestone], reached: Milestone) -> None:
    assert stage(entries(*told)).milestone is reached


@pytest.mark.parametrize("word", M)
def test_an_agents_word_stands_whatever_was_said_before(word: Milestone) -> None:
    for before in M:
        said = entries(before, word)
        by_hand = replace(said[1], checkpoint=replace(said[1].checkpoint, by="lin"))
        assert stage([said[0], by_hand]).milestone is word, before


def test_the_entry_that_brought_it_there_is_the_first_of_its_run() -> None:
    told = entries(M.IN_TRANSIT, M.AVAILABLE_FOR_PICKUP, M.AVAILABLE_FOR_PICKUP)
    assert stage(told).entry is told[1]


def test_another_cause_is_another_stage() -> None:
    told = entries(M.EXCEPTION, (M.EXCEPTION, Cause.DAMAGED))
    assert (stage(told).entry, stage(told).cause) == (told[1], Cause.DAMAGED)


def test_a_cause_is_gone_when_the_parcel_moves_on() -> None:
    assert stage(entries((M.EXCEPTION, Cause.WEATHER), M.IN_TRANSIT)).cause is None


def test_every_milestone_has_its_place_on_the_way() -> None:
    assert set(PROGRESS) == set(M)


def test_what_came_back_stays_back() -> None:
    assert STAYS[M.RETURNED] == set(M)


@pytest.mark.parametrize("after", M)
def test_hearing_the_same_two_again_changes_nothing(after: Milestone) -> None:
    for before in M:
        once = stage(entries(before, after)).milestone
        assert stage(entries(before, after, after)).milestone is once, before


@given(st.lists(st.sampled_from(M), max_size=8))
def test_what_nobody_could_read_never_moves_a_parcel(told: list[Milestone]) -> None:
    readable = [milestone for milestone in told if milestone is not M.UNKNOWN]
    assert stage(entries(*told)).milestone is stage(entries(*readable)).milestone


# --- deliveries and what is told after them ------------------------------------------------------


def apart(hours: float, *milestones: Milestone) -> list[Entry]:
    """Entries so many hours from each other."""
    found = []
    for place, milestone in enumerate(milestones):
        at = START + timedelta(hours=hours * place)
        found.append(Entry(Checkpoint(at, at, milestone), at, at))
    return found


TOLD_AFTER = (M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP, M.EXCEPTION, M.IN_TRANSIT)


@pytest.mark.parametrize("stands", [None, M.DELIVERED])
@pytest.mark.parametrize("late", TOLD_AFTER)
def test_a_scan_booked_minutes_after_the_delivery_does_not_undo_it(late: Milestone, stands: Milestone | None) -> None:
    told = apart(1 / 30, M.DELIVERED, late)
    assert stage(told, stands) == Stage(M.DELIVERED, None, told[0])


@pytest.mark.parametrize("again", [M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED])
@pytest.mark.parametrize("stands", [None, M.DELIVERED])
def test_another_attempt_on_a_later_day_undoes_a_delivery(again: Milestone, stands: Milestone | None) -> None:
    assert stage(apart(14, M.DELIVERED, again), stands).milestone is again
    assert stage(apart(14, M.DELIVERED, again, M.DELIVERED), stands).milestone is M.DELIVERED


def test_a_later_exception_undoes_a_delivery_unless_the_courier_stands_by_it() -> None:
    told = apart(30, M.DELIVERED, M.EXCEPTION)
    assert stage(told).milestone is M.EXCEPTION
    assert stage(told, M.DELIVERED).milestone is M.DELIVERED


@pytest.mark.parametrize("stands", [None, M.DELIVERED])
def test_a_return_scan_undoes_a_delivery_at_once(stands: Milestone | None) -> None:
    assert stage(apart(0.1, M.DELIVERED, M.RETURNING), stands).milestone is M.RETURNING


@pytest.mark.parametrize("stands", [M.OUT_FOR_DELIVERY, M.EXCEPTION, M.ATTEMPT_FAILED])
def test_the_couriers_own_correction_undoes_a_delivery_at_once(stands: Milestone) -> None:
    assert stage(apart(0.1, M.DELIVERED, stands), stands).milestone is stands


def test_a_scan_of_the_way_back_booked_after_the_return_does_not_undo_it() -> None:
    assert stage(apart(0.1, M.DELIVERED, M.RETURNING), M.RETURNED).milestone is M.RETURNED
    assert stage(apart(0.1, M.RETURNING, M.DELIVERED, M.RETURNING), M.DELIVERED).milestone is M.RETURNED


# --- returns that turn around --------------------------------------------------------------------


def at_places(hours: float, *told: tuple[Milestone, str]) -> list[Entry]:
    spaced = apart(hours, *(milestone for milestone, _ in told))
    return [
        replace(entry, checkpoint=replace(entry.checkpoint, place=place))
        for entry, (_, place) in zip(spaced, told, strict=True)
    ]


GONE_BACK = ((M.PICKED_UP, "Lyon"), (M.OUT_FOR_DELIVERY, "Nantes"), (M.RETURNING, "Nantes"))


@pytest.mark.parametrize("again", [M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED])
def test_another_attempt_where_the_recipient_was_tried_undoes_a_return(again: Milestone) -> None:
    assert stage(at_places(12, *GONE_BACK, (again, "NANTES "))).milestone is again
    assert stage(at_places(12, *GONE_BACK, (again, "Nantes"), (M.DELIVERED, "Nantes"))).milestone is M.DELIVERED


@pytest.mark.parametrize("place", ["Lyon", "Paris", ""])
def test_an_attempt_elsewhere_is_one_to_hand_it_to_its_sender(place: str) -> None:
    told = at_places(12, *GONE_BACK, (M.OUT_FOR_DELIVERY, place))
    assert stage(told).milestone is M.RETURNING
    assert stage([*told, *at_places(99, (M.RETURNED, place))]).milestone is M.RETURNED


def test_an_attempt_booked_after_the_return_began_does_not_undo_it() -> None:
    assert stage(at_places(1, *GONE_BACK, (M.OUT_FOR_DELIVERY, "Nantes"))).milestone is M.RETURNING


@pytest.mark.parametrize("stands", [M.RETURNING, M.RETURNED])
def test_a_return_that_the_courier_stands_by_does_not_turn_around(stands: Milestone) -> None:
    told = at_places(12, *GONE_BACK, (M.OUT_FOR_DELIVERY, "Nantes"), (M.DELIVERED, "Nantes"))
    assert stage(told, stands).milestone is M.RETURNED


def test_what_lies_ready_goes_on_lying_there_when_its_delivery_is_put_off() -> None:
    told = entries(M.AVAILABLE_FOR_PICKUP, (M.IN_TRANSIT, Cause.POSTPONED))
    assert stage(told).entry is told[0]
    assert stage(entries(M.OUT_FOR_DELIVERY, (M.IN_TRANSIT, Cause.POSTPONED))).milestone is M.IN_TRANSIT
