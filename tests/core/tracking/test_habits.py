"""What couriers and lanes hardly ever scan is learned from parcels that arrived, and not missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.advance import advance
from parcelwatch.core.explain import explain
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import replay
from parcelwatch.core.policy import Policy
from parcelwatch.core.tracking.habits import ENOUGH, Habits, taught
from parcelwatch.model import (
    Answered,
    Checkpoint,
    Dossier,
    Entry,
    Fact,
    Form,
    Habit,
    Milestone,
    Parcel,
    State,
    Timeline,
)

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = MONDAY + 48 * HOUR
CHINA = Policy(profile="china")
PARCEL = Parcel(1, "PW1", "acme", MONDAY, origin="CN", destination="BR")
M = Milestone


def scans(*milestones: Milestone, every: timedelta = 10 * HOUR) -> tuple[Checkpoint, ...]:
    times = [MONDAY + place * every for place in range(len(milestones))]
    return tuple(Checkpoint(at, at, milestone, text=milestone) for at, milestone in zip(times, milestones, strict=True))


def life(*milestones: Milestone, parcel: Parcel = PARCEL) -> Dossier:
    said = scans(*milestones)
    return advance(Dossier(parcel), Answered("PW1", said), CHINA, said[-1].occurred_at).dossier


def learned(hubless: int, with_hub: int = 0, parcel: Parcel = PARCEL) -> tuple[Habit, ...]:
    habits = Habits()
    for _ in range(hubless):
        habits.learn(life(M.PICKED_UP, M.OUT_FOR_DELIVERY, M.DELIVERED, parcel=parcel))
    for _ in range(with_hub):
        habits.learn(life(M.PICKED_UP, M.IN_TRANSIT, M.DELIVERED, parcel=parcel))
    return habits.of(PARCEL, LATER)


def after_two_days(habits: tuple[Habit, ...], milestone: Milestone = M.PICKED_UP) -> Dossier:
    return advance(Dossier(PARCEL, habits=habits), Answered("PW1", scans(milestone)), CHINA, MONDAY + 48 * HOUR).dossier


def test_the_first_hub_scan_of_a_courier_that_never_gives_one_is_not_missed_and_why_says_so() -> None:
    quiet = after_two_days(learned(ENOUGH))
    assert not quiet.cases
    explained = {each.kind: each for each in explain(quiet, CHINA, MONDAY + 48 * HOUR)}["no_first_scan"]
    assert not explained.fires
    assert not explained.running
    assert explained.note == Fact(Form.SCAN_RARE, tally=(("healthy", ENOUGH), ("scanned", 0)))


def test_of_the_past_only_what_had_arrived_on_the_days_before_is_known() -> None:
    habits = Habits()
    for _ in range(ENOUGH):
        habits.learn(life(M.PICKED_UP, M.OUT_FOR_DELIVERY, M.DELIVERED))
    arrived = MONDAY + 20 * HOUR
    assert habits.of(PARCEL, arrived + HOUR) == habits.of(PARCEL, MONDAY) == ()
    assert {habit.healthy for habit in habits.of(PARCEL, arrived + 24 * HOUR)} == {ENOUGH}


def test_a_replay_misses_no_scan_that_hardly_ever_came_before() -> None:
    habits = Habits()
    for _ in range(ENOUGH):
        habits.learn(life(M.PICKED_UP, M.OUT_FOR_DELIVERY, M.DELIVERED))

    def told(began: datetime) -> list[str]:
        heard = Timeline((Entry(Checkpoint(began, began, M.PICKED_UP), began, began),))
        history = History("PW2", "acme", origin="CN", destination="BR", announced_at=began, heard=heard)
        return [one.kind for one in replay(history, CHINA, habits=habits)]

    assert "no_first_scan" in told(MONDAY - 48 * HOUR)
    assert "no_first_scan" not in told(MONDAY + 48 * HOUR)


@pytest.mark.parametrize(
    "habits",
    [(), learned(ENOUGH - 1), learned(ENOUGH, with_hub=ENOUGH)],
    ids=["nothing known", "too few", "every other has it"],
)
def test_where_little_is_known_or_the_scan_comes_it_is_missed(habits: tuple[Habit, ...]) -> None:
    assert [case.kind for case in after_two_days(habits).cases] == ["no_first_scan"]


def test_one_in_eleven_is_hardly_ever_and_one_in_nine_is_not() -> None:
    assert not after_two_days(learned(40, with_hub=4)).cases
    assert after_two_days(learned(40, with_hub=5)).cases


def test_a_lane_of_its_own_habit_outweighs_its_courier() -> None:
    elsewhere = learned(200, parcel=replace(PARCEL, destination="DE"))
    assert not after_two_days(elsewhere).cases
    habits = Habits()
    for _ in range(ENOUGH):
        habits.learn(life(M.PICKED_UP, M.IN_TRANSIT, M.DELIVERED))
    for _ in range(20 * ENOUGH):
        habits.learn(life(M.PICKED_UP, M.DELIVERED, parcel=replace(PARCEL, destination="DE")))
    assert after_two_days(habits.of(PARCEL, LATER)).cases
    assert not after_two_days(habits.of(replace(PARCEL, destination="US"), LATER)).cases


def test_what_others_teach_is_no_all_clear_for_what_agents_were_told() -> None:
    told = replace(after_two_days(()), habits=learned(ENOUGH))
    later = advance(told, Answered("PW1", scans(M.PICKED_UP)), CHINA, MONDAY + 49 * HOUR)
    assert [case.state for case in later.dossier.cases] == [State.OPEN]
    assert not later.notices


def test_another_courier_teaches_nothing() -> None:
    assert after_two_days(learned(200, parcel=replace(PARCEL, courier="other"))).cases


def test_no_pickup_is_missed_where_parcels_arrive_without_any_scan_between() -> None:
    habits = Habits()
    for _ in range(ENOUGH):
        habits.learn(life(M.INFO_RECEIVED, M.DELIVERED))
    assert not after_two_days(habits.of(PARCEL, LATER), M.INFO_RECEIVED).cases
    assert after_two_days((), M.INFO_RECEIVED).cases


@pytest.mark.parametrize(
    ("milestones", "teaches"),
    [
        ((M.PICKED_UP, M.IN_TRANSIT, M.DELIVERED), {"no_first_scan": True}),
        ((M.PICKED_UP, M.OUT_FOR_DELIVERY, M.DELIVERED), {"no_first_scan": False}),
        ((M.INFO_RECEIVED, M.PICKED_UP, M.DELIVERED), {"no_first_scan": False, "not_picked_up": True}),
        ((M.INFO_RECEIVED, M.DELIVERED), {"not_picked_up": False}),
        ((M.PICKED_UP, M.IN_TRANSIT), {}),
        ((M.PICKED_UP, M.RETURNING, M.DELIVERED), {}),
        ((M.DELIVERED,), {}),
    ],
)
def test_only_a_parcel_that_arrived_teaches_and_only_of_what_it_began_with(
    milestones: tuple[Milestone, ...], teaches: dict[str, bool]
) -> None:
    assert taught(life(*milestones)) == teaches
