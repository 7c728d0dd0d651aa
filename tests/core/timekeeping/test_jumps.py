"""What time it is believed to be while the wall clock is set back and forth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.timekeeping.jumps import (
    CONTRADICTED,
    EARLIEST,
    PATIENCE,
    TOLERANCE,
    Belief,
    Jump,
    begun,
    believed,
    doubtful,
    look,
)

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
TRUE = timedelta(0)

leaps = st.timedeltas(-DAY, 400 * DAY).filter(lambda by: abs(by) > 2 * TOLERANCE)
small = st.timedeltas(-TOLERANCE / 2, TOLERANCE / 2)


class Watcher:
    """Looks at a wall clock that is `off` the true time, every `step` seconds of the monotonic clock."""

    def __init__(self) -> None:
        self.mark = 0.0
        self.belief = Belief(NOON, 0.0)
        self.news: list[Jump] = []

    @property
    def true(self) -> datetime:
        return NOON + timedelta(seconds=self.mark)

    @property
    def error(self) -> timedelta:
        return believed(self.belief, self.mark) - self.true

    def watch(
        self, span: timedelta, off: timedelta, *heard: timedelta, step: float = 10.0, asking: bool = True
    ) -> None:
        end = self.mark + span.total_seconds()
        while self.mark < end:
            self.mark = min(end, self.mark + step)
            self.belief, jump = look(self.belief, self.true + off, self.mark, heard, asking=asking)
            self.news += [jump] if jump else []


@given(leaps, st.floats(1, 60))
def test_a_clock_that_jumps_and_returns_leaves_no_trace(by: timedelta, step: float) -> None:
    one = Watcher()
    one.watch(HOUR, TRUE)
    one.watch(PATIENCE - timedelta(minutes=2), by, step=step)
    assert abs(one.error) < SECOND
    one.watch(HOUR, TRUE)
    assert abs(one.error) < SECOND
    assert one.news == []


@given(leaps, st.floats(1, 60))
def test_a_jump_that_lasts_is_believed_within_minutes_and_told_once(by: timedelta, step: float) -> None:
    one = Watcher()
    one.watch(PATIENCE + timedelta(minutes=2), by, step=step)
    assert abs(one.error - by) < SECOND
    one.watch(3 * HOUR, by)
    assert [jump.by for jump in one.news] == [pytest.approx(by, abs=SECOND)]
    assert one.news[0].believed
    assert one.news[0].tell


@given(st.lists(small, max_size=30))
def test_what_a_time_service_puts_right_bit_by_bit_is_followed_without_a_word(steps: list[timedelta]) -> None:
    one = Watcher()
    for off in steps:
        one.watch(timedelta(seconds=10), off)
        assert one.error == off
    assert one.news == []


@given(st.lists(st.tuples(leaps, st.integers(1, 20)), max_size=8))
def test_the_time_believed_only_jumps_when_it_is_said(turns: list[tuple[timedelta, int]]) -> None:
    one = Watcher()
    for off, minutes in turns:
        told, before = len(one.news), one.belief
        one.watch(timedelta(minutes=minutes), off)
        passed = believed(one.belief, one.mark) - before.at
        if len(one.news) == told:
            assert abs(passed - timedelta(seconds=one.mark - before.mark)) <= 2 * TOLERANCE


def test_a_couriers_clock_that_shows_the_same_bears_a_jump_out_at_once() -> None:
    one = Watcher()
    one.watch(20 * SECOND, 8 * HOUR, 8 * HOUR - SECOND)
    assert one.error == 8 * HOUR
    assert [jump.believed for jump in one.news] == [True]


def test_a_jump_that_couriers_clocks_deny_is_told_but_not_believed() -> None:
    one = Watcher()
    one.watch(3 * DAY, 40 * DAY, SECOND, step=60)
    assert abs(one.error) < SECOND
    assert [(jump.believed, jump.tell) for jump in one.news] == [(False, True)]
    # Nobody speaks against it any more, and for a day nobody did: it was told already.
    one.watch(CONTRADICTED + HOUR, 40 * DAY, step=60)
    assert one.error == 40 * DAY
    assert [(jump.believed, jump.tell) for jump in one.news[1:]] == [(True, False)]


def test_an_answer_from_just_before_the_jump_denies_nothing() -> None:
    one = Watcher()
    one.watch(10 * SECOND, HOUR, TRUE, step=10)
    one.watch(PATIENCE + 20 * SECOND, HOUR)
    assert one.error == HOUR


def test_a_jump_that_no_courier_could_speak_against_is_not_believed_for_lasting() -> None:
    one = Watcher()
    one.watch(3 * DAY, 2 * DAY, step=60, asking=False)
    assert abs(one.error) < SECOND
    one.watch(PATIENCE - 20 * SECOND, 2 * DAY)
    assert abs(one.error) < SECOND
    one.watch(30 * SECOND, 2 * DAY)
    assert one.error == 2 * DAY
    assert [jump.believed for jump in one.news] == [True]


def test_what_a_courier_denied_before_nobody_could_be_asked_is_denied_for_a_day_of_asking() -> None:
    one = Watcher()
    one.watch(HOUR, 2 * DAY, TRUE, step=60)
    one.watch(3 * DAY, 2 * DAY, step=60, asking=False)
    one.watch(CONTRADICTED - HOUR, 2 * DAY, step=60)
    assert abs(one.error) < SECOND
    one.watch(2 * HOUR, 2 * DAY, step=60)
    assert one.error == 2 * DAY


def test_an_answer_that_was_on_its_way_bears_a_jump_out_though_nobody_is_asked_any_more() -> None:
    one = Watcher()
    one.watch(20 * SECOND, 8 * HOUR, 8 * HOUR - SECOND, asking=False)
    assert one.error == 8 * HOUR


def test_a_year_before_this_program_is_never_believed() -> None:
    one = Watcher()
    one.watch(9 * DAY, EARLIEST - NOON - 30 * DAY, step=600)
    assert abs(one.error) < SECOND
    assert one.news == []


def test_sleep_that_the_clock_counts_is_no_jump() -> None:
    one = Watcher()
    one.watch(8 * HOUR, TRUE, step=8 * 3600.0)
    assert one.error == TRUE
    assert one.news == []


@pytest.mark.parametrize(
    ("wall", "heard", "believed_at"),
    [
        (40 * DAY, (), 40 * DAY),
        (40 * DAY, (HOUR,), HOUR),
        (40 * DAY, (40 * DAY,), 40 * DAY),
        (40 * DAY, (HOUR, 40 * DAY, HOUR), 40 * DAY),
        (40 * DAY, (-9 * DAY,), 40 * DAY),
        (40 * DAY, (HOUR, 3 * HOUR, 2 * HOUR), 2 * HOUR),
        (-3 * DAY, (HOUR,), HOUR),
        (-3 * DAY, (-3 * DAY,), -3 * DAY),
        (-3 * DAY, (-9 * DAY,), -3 * DAY),
    ],
)
def test_at_a_start_couriers_are_believed_where_none_bears_the_clock_out(
    wall: timedelta, heard: tuple[timedelta, ...], believed_at: timedelta
) -> None:
    last = NOON
    assert doubtful(last + wall, last)
    assert begun(last + wall, 0.0, last, [last + one for one in heard]) == Belief(last + believed_at, 0.0)


@pytest.mark.parametrize("wall", [-SECOND, SECOND, HOUR, 20 * HOUR])
def test_a_start_soon_after_what_was_noted_is_no_reason_to_ask(wall: timedelta) -> None:
    assert not doubtful(NOON + wall, NOON)
