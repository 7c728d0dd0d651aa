"""An account never calls faster than its pace, nor more often than its quota, whatever the order of asking."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.service.pacing import Grant, Pace, PaceState, Window, grant, spacing, spent, window
from parcelwatch.duration import Rate, parse_rate

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

RATES = st.builds(Rate, st.integers(1, 2000), st.sampled_from([1, 5, 60, 1860, 3600]))
QUOTAS = st.builds(Rate, st.integers(1, 300), st.sampled_from([60, 3600, 86400]))
SEVERAL = st.lists(QUOTAS, max_size=3, unique_by=lambda quota: quota.period_seconds).map(tuple)
PACES = st.builds(Pace, RATES, SEVERAL)


DAILY = parse_rate("250/d")


def used(quota: Rate, start: datetime, calls: int) -> PaceState:
    return PaceState(windows=(Window(quota.period_seconds, start, calls),))


@dataclass(frozen=True)
class Turn:
    """So long after the last one, somebody wants so many calls."""

    after: timedelta
    wanted: int
    hold: timedelta | None = None


TURNS = st.lists(
    st.builds(
        Turn,
        st.timedeltas(timedelta(0), timedelta(hours=2)) | st.timedeltas(timedelta(0), timedelta(seconds=2)),
        st.integers(0, 40),
        st.none() | st.timedeltas(timedelta(seconds=-5), timedelta(seconds=90)),
    ),
    max_size=12,
)


def play(pace: Pace, turns: list[Turn]) -> list[tuple[datetime, Turn, Grant]]:
    """Each turn with the time it was at and what it was granted."""
    now, state, played = NOON, PaceState(), []
    for turn in turns:
        now += turn.after
        hold = None if turn.hold is None else now + turn.hold
        granted = grant(pace, state, now, wanted=turn.wanted, hold_until=hold)
        state = granted.state
        played.append((now, turn, granted))
    return played


def all_slots(pace: Pace, turns: list[Turn]) -> list[datetime]:
    return [slot for _, _, granted in play(pace, turns) for slot in granted.slots]


@given(PACES, TURNS)
def test_calls_are_never_closer_than_the_pace_allows(pace: Pace, turns: list[Turn]) -> None:
    assert pace.rate is not None
    slots = all_slots(pace, turns)
    assert all(later - earlier >= spacing(pace.rate) for earlier, later in pairwise(slots))


@given(PACES, TURNS)
def test_no_stretch_as_long_as_the_period_holds_more_calls_than_the_rate(pace: Pace, turns: list[Turn]) -> None:
    assert pace.rate is not None
    slots = all_slots(pace, turns)
    period = timedelta(seconds=pace.rate.period_seconds)
    for first, later in zip(slots, slots[pace.rate.count :], strict=False):
        assert later - first >= period


@given(st.builds(Pace, st.none() | RATES, SEVERAL), TURNS)
def test_no_window_of_any_quota_holds_more_calls_than_it_allows(pace: Pace, turns: list[Turn]) -> None:
    slots = all_slots(pace, turns)
    for quota in pace.quotas:
        counts = Counter(window(quota, slot) for slot in slots)
        assert all(count <= quota.count for count in counts.values())


@given(PACES, TURNS)
def test_no_more_is_granted_than_wanted_and_only_within_the_next_second(pace: Pace, turns: list[Turn]) -> None:
    for now, turn, granted in play(pace, turns):
        assert len(granted.slots) <= turn.wanted
        assert all(now <= slot < now + SECOND for slot in granted.slots)
        if turn.hold is not None:
            assert all(slot >= now + turn.hold for slot in granted.slots)


@given(PACES, TURNS)
def test_what_is_not_granted_is_granted_at_next_at(pace: Pace, turns: list[Turn]) -> None:
    for now, turn, granted in play(pace, turns):
        assert granted.next_at is None or granted.next_at > now
        if len(granted.slots) < turn.wanted:
            assert granted.next_at is not None
            assert grant(pace, granted.state, granted.next_at).slots == (granted.next_at,)


@given(PACES, st.integers(0, 30), st.integers(0, 30))
def test_asking_for_fewer_gives_the_same_slots_fewer_of_them(pace: Pace, few: int, more: int) -> None:
    many = grant(pace, PaceState(), NOON, wanted=few + more)
    assert grant(pace, PaceState(), NOON, wanted=few).slots == many.slots[:few]


@given(PACES, TURNS)
def test_a_state_survives_a_store_that_keeps_milliseconds(pace: Pace, turns: list[Turn]) -> None:
    for _, _, granted in play(pace, turns):
        for kept in (granted.state.next_at, *(one.start for one in granted.state.windows)):
            assert kept is None or kept.microsecond % 1000 == 0


def test_without_a_pace_everything_is_granted_now() -> None:
    granted = grant(Pace(), PaceState(), NOON, wanted=1000)
    assert granted == Grant((NOON,) * 1000, PaceState(), None)


def test_a_sandbox_pace_of_a_hundred_thousand_a_second_is_kept() -> None:
    slots = grant(Pace(parse_rate("100000/s")), PaceState(), NOON, wanted=5000).slots
    assert len(slots) == 5000
    assert slots[-1] - NOON == timedelta(microseconds=10) * 4999


def test_three_a_second_is_spaced_evenly_from_the_start() -> None:
    slots = grant(Pace(parse_rate("3/s")), PaceState(), NOON, wanted=9).slots
    assert [round((slot - NOON).total_seconds(), 3) for slot in slots] == [0.0, 0.333, 0.667]


def test_an_idle_account_saves_up_no_burst() -> None:
    pace = Pace(parse_rate("1/5s"))
    first = grant(pace, PaceState(), NOON, wanted=9)
    later = grant(pace, first.state, NOON + timedelta(hours=3), wanted=9)
    assert later.slots == (NOON + timedelta(hours=3),)
    assert later.next_at == NOON + timedelta(hours=3, seconds=5)


def test_a_spent_quota_waits_for_midnight_in_utc() -> None:
    pace = Pace(parse_rate("100/s"), (DAILY,))
    state = used(DAILY, datetime(2026, 3, 1, tzinfo=UTC), 249)
    granted = grant(pace, state, NOON, wanted=9)
    assert granted.slots == (NOON,)
    assert granted.next_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_second_that_crosses_midnight_counts_each_call_in_its_own_day() -> None:
    almost = datetime(2026, 3, 1, 23, 59, 59, 500_000, tzinfo=UTC)
    state = used(DAILY, datetime(2026, 3, 1, tzinfo=UTC), 248)
    granted = grant(Pace(parse_rate("10/s"), (DAILY,)), state, almost, wanted=20)
    assert [slot.day for slot in granted.slots] == [1, 1, 2, 2, 2, 2, 2]  # a spent quota puts the third at midnight
    assert spent(DAILY, granted.state, almost + SECOND) == 5


@pytest.mark.parametrize("back", [timedelta(hours=5), timedelta(days=400)])
def test_a_clock_set_back_does_not_silence_an_account_for_long(back: timedelta) -> None:
    pace = Pace(parse_rate("1/5s"), (DAILY,))
    state = grant(pace, PaceState(), NOON).state
    next_at = grant(pace, state, NOON - back).next_at
    assert next_at is not None
    assert next_at <= NOON - back + timedelta(minutes=11)


def test_a_quota_of_another_period_starts_over() -> None:
    state = used(parse_rate("60/h"), NOON, 60)
    granted = grant(Pace(quotas=(parse_rate("100/d"),)), state, NOON + SECOND, wanted=200)
    assert len(granted.slots) == 100


def test_three_a_second_and_two_hundred_and_fifty_a_day_hold_at_once() -> None:
    pace = Pace(parse_rate("3/s"), (parse_rate("5/m"), DAILY))
    state = used(DAILY, datetime(2026, 3, 1, tzinfo=UTC), 243)
    first = grant(pace, state, NOON, horizon=timedelta(minutes=1), wanted=99)
    assert len(first.slots) == 5
    assert first.next_at == NOON + timedelta(minutes=1)
    second = grant(pace, first.state, NOON + timedelta(minutes=1), horizon=timedelta(minutes=1), wanted=99)
    assert len(second.slots) == 2
    assert second.next_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_window_granted_into_ahead_of_its_time_leaves_the_old_one_closed() -> None:
    pace = Pace(None, (parse_rate("100/d"),))
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    spent_day = used(pace.quotas[0], midnight - timedelta(days=1), 100)
    ahead = grant(pace, spent_day, midnight - timedelta(milliseconds=800), wanted=40)
    more = grant(pace, ahead.state, midnight - timedelta(milliseconds=790), wanted=100)
    assert {*ahead.slots, *more.slots} == {midnight}
    assert len(ahead.slots) + len(more.slots) == 100


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=1), timedelta(days=400)])
def test_an_account_called_by_a_clock_ahead_may_be_called_at_once(ahead: timedelta) -> None:
    pace = Pace(Rate(1, 1), (Rate(250, 86400),))
    state = grant(pace, PaceState(), NOON + ahead).state
    assert grant(pace, state, NOON).slots == (NOON,)
