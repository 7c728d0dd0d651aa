"""When an account is left alone, when it is tried again, and when the operator hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.service.accounts import (
    DOUBTS,
    TRIPS,
    AccountState,
    Breaker,
    Verdict,
    answered,
    breaker,
    declined,
    failed,
    held,
    hold_until,
    retry_now,
    room,
    silence,
    told,
    unproven,
)
from parcelwatch.errors import (
    CourierBusy,
    CourierDeclines,
    CourierError,
    CourierRefused,
    CourierUnavailable,
    CourierUnreadable,
)
from parcelwatch.model import Why

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HALF_HOUR = timedelta(minutes=30)
DOWN = CourierUnavailable("no answer in time")
REFUSED = CourierRefused("the key is not valid")


def after(*errors: CourierError, every: timedelta = SECOND) -> AccountState:
    """The state once these failed one after the other, the last one at noon."""
    state = AccountState()
    for turn, error in enumerate(errors, start=1 - len(errors)):
        state = failed(state, NOON + every * turn, error)
    return state


FIVE = (DOWN,) * TRIPS

MACHINE = {
    "a new account": (AccountState(), Breaker.CLOSED, None),
    "four failures": (after(*FIVE[1:]), Breaker.CLOSED, None),
    "five failures": (after(*FIVE), Breaker.OPEN, NOON + MINUTE),
    "five answers that cannot be read": (after(*[CourierUnreadable("html")] * 5), Breaker.OPEN, NOON + MINUTE),
    "four failures and an answer": (answered(after(*FIVE[1:]), NOON), Breaker.CLOSED, None),
    "five failures and an answer": (answered(after(*FIVE), NOON), Breaker.CLOSED, None),
    "refused once": (after(REFUSED), Breaker.OPEN, NOON + HALF_HOUR),
    "refused and an answer": (answered(after(REFUSED), NOON), Breaker.CLOSED, None),
    "busy until a time": (after(CourierBusy("429", NOON + 2 * MINUTE)), Breaker.OPEN, NOON + 2 * MINUTE),
    "busy without a time": (after(CourierBusy("429")), Breaker.OPEN, NOON + MINUTE),
    "busy until the past": (after(CourierBusy("429", NOON - MINUTE)), Breaker.OPEN, NOON + SECOND),
    "busy until next year": (
        after(CourierBusy("429", NOON + timedelta(days=400))),
        Breaker.OPEN,
        NOON + timedelta(hours=6),
    ),
    "busy, refused in the same breath": (
        after(CourierBusy("429", NOON + MINUTE), REFUSED, every=timedelta()),
        Breaker.OPEN,
        NOON + HALF_HOUR,
    ),
    "refused, tried at a start": (retry_now(after(REFUSED), NOON), Breaker.HALF_OPEN, None),
    "never failed, tried at a start": (retry_now(AccountState(), NOON), Breaker.CLOSED, None),
    "held by a clock since set back": (
        AccountState(failures=9, open_until=NOON + timedelta(days=1)),
        Breaker.HALF_OPEN,
        None,
    ),
}


@pytest.mark.parametrize("what", MACHINE)
def test_the_breaker_stands_where_the_table_says(what: str) -> None:
    state, expected, until = MACHINE[what]
    assert breaker(state, NOON) is expected
    assert hold_until(state, NOON) == until


ROOM = {Breaker.CLOSED: (32, 30, 0), Breaker.HALF_OPEN: (1, 0, 0), Breaker.OPEN: (0, 0, 0)}
STATES = {
    Breaker.CLOSED: AccountState(),
    Breaker.HALF_OPEN: AccountState(failures=TRIPS, open_until=NOON),
    Breaker.OPEN: AccountState(failures=TRIPS, open_until=NOON + MINUTE),
}


@pytest.mark.parametrize("where", Breaker)
def test_an_open_breaker_lets_nothing_through_and_a_half_open_one_a_single_call(where: Breaker) -> None:
    assert breaker(STATES[where], NOON) is where
    assert tuple(room(STATES[where], NOON, flying, 32) for flying in (0, 2, 40)) == ROOM[where]


def test_each_failed_probe_doubles_the_pause_up_to_half_an_hour() -> None:
    state, now, pauses = after(*FIVE), NOON, []
    for _ in range(8):
        assert state.open_until is not None
        pauses.append(state.open_until - now)
        now = state.open_until
        assert breaker(state, now) is Breaker.HALF_OPEN
        state = failed(state, now, DOWN)
    assert [pause / MINUTE for pause in pauses] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_forty_calls_that_fail_together_open_the_breaker_once() -> None:
    state = after(*[DOWN] * 40, every=timedelta())
    assert (state.failures, state.opened_times, state.open_until) == (40, 1, NOON + MINUTE)


def test_a_refused_account_is_probed_every_half_hour_until_it_answers() -> None:
    state, now = after(REFUSED), NOON
    for error in (REFUSED, DOWN, REFUSED):
        assert state.open_until == now + HALF_HOUR
        now = state.open_until
        assert room(state, now, 0, 32) == 1
        state = failed(state, now, error)
    assert state.refused == str(REFUSED)
    assert answered(state, now) == AccountState(last_ok_at=now)


# --- declined calls ------------------------------------------------------------------------------

ODD = CourierDeclines("no such format")
KNOWN = CourierDeclines("one of them is not known", certain=True)
WELL = answered(AccountState(), NOON)
DOUBTED = AccountState(last_ok_at=NOON, doubt=1)
LOST = AccountState(last_ok_at=NOON, doubt=DOUBTS - 1)
BEFORE, AFTER = NOON - MINUTE, NOON + MINUTE

# Declined with others or alone, first when, in which state: the verdict, and the doubt that is left.
DECLINED = {
    "a first call of several": (WELL, ODD, None, False, Verdict.SPLIT, 1),
    "a first call about one": (WELL, ODD, None, True, Verdict.WAIT, 1),
    "another call of several": (DOUBTED, ODD, AFTER, False, Verdict.SPLIT, 1),
    "a part, others answered since": (WELL, ODD, BEFORE, False, Verdict.SPLIT, 0),
    "alone, others answered since": (WELL, ODD, BEFORE, True, Verdict.NUMBER, 0),
    "alone, answered since, others doubted": (DOUBTED, ODD, BEFORE, True, Verdict.NUMBER, 1),
    "alone, nothing answered since": (DOUBTED, ODD, AFTER, True, Verdict.WAIT, 2),
    "alone, nothing ever answered": (AccountState(doubt=1), ODD, AFTER, True, Verdict.WAIT, 2),
    "a number, says the courier": (WELL, KNOWN, None, False, Verdict.SPLIT, 0),
    "this number, says the courier": (WELL, KNOWN, None, True, Verdict.NUMBER, 0),
    "one number too many": (LOST, ODD, AFTER, True, Verdict.WAIT, DOUBTS),
    "several, and one number too many before": (replace(LOST, doubt=DOUBTS), ODD, None, False, Verdict.WAIT, DOUBTS),
}


@pytest.mark.parametrize("what", DECLINED)
def test_whose_fault_a_declined_call_is_stands_in_the_table(what: str) -> None:
    state, error, since, alone, expected, doubt = DECLINED[what]
    after, verdict = declined(state, NOON + HALF_HOUR, error, since, alone=alone)
    assert (verdict, after.doubt) == (expected, doubt)
    assert unproven(after) == (doubt >= DOUBTS) == bool(after.refused)


def test_an_account_in_doubt_makes_one_call_at_a_time_until_it_answers() -> None:
    assert room(DOUBTED, NOON, 0, 32) == 1
    assert room(DOUBTED, NOON, 1, 32) == 0
    assert not held(DOUBTED)
    assert silence(DOUBTED, NOON + timedelta(days=1), MINUTE) is None
    assert room(answered(DOUBTED, NOON), NOON, 1, 32) == 31


def test_an_account_to_blame_is_told_of_at_once_with_the_couriers_words_and_tried_every_half_hour() -> None:
    state, _ = declined(LOST, NOON, ODD, AFTER, alone=True)
    assert "no such format" in state.refused
    assert silence(state, NOON, HALF_HOUR) is Why.SILENT
    assert hold_until(state, NOON) == NOON + HALF_HOUR
    again, _ = declined(state, NOON + HALF_HOUR, ODD, None, alone=False)
    assert hold_until(again, NOON + HALF_HOUR) == NOON + 2 * HALF_HOUR
    assert answered(again, NOON).doubt == 0


def test_calls_are_held_only_while_the_breaker_has_tripped() -> None:
    assert not held(after(*FIVE[1:]))
    assert held(after(*FIVE))
    assert held(after(REFUSED))
    assert not held(answered(after(*FIVE), NOON))


# --- silence --------------------------------------------------------------------------------------


def outage(
    length: timedelta, *, error: CourierError = DOWN, since: datetime = NOON
) -> tuple[list[tuple[float, Why]], AccountState]:
    """What the operator is told, with the minute, when every call fails for so long, and the state at its end."""
    state, said, now = AccountState(last_ok_at=since - MINUTE), [], since
    while now < since + length:
        if room(state, now, 0, 1):
            state = failed(state, now, error)
        if why := silence(state, now, HALF_HOUR):
            said.append(((now - since) / MINUTE, why))
            state = told(state, now, why)
        now += 10 * SECOND
    return said, state


def test_an_outage_is_told_once_after_half_an_hour_and_its_end_once() -> None:
    said, state = outage(timedelta(hours=6))
    assert said == [(30.0, Why.SILENT)]
    state = answered(state, NOON + timedelta(hours=6))
    assert silence(state, NOON + timedelta(hours=6), HALF_HOUR) is Why.RECOVERED
    state = told(state, NOON + timedelta(hours=6), Why.RECOVERED)
    assert silence(state, NOON + timedelta(hours=7), HALF_HOUR) is None


def test_a_refused_key_is_told_at_once() -> None:
    assert outage(MINUTE, error=REFUSED)[0] == [(0.0, Why.SILENT)]


def test_a_courier_that_only_says_busy_is_silent_too() -> None:
    assert outage(timedelta(hours=1), error=CourierBusy("429"))[0] == [(30.0, Why.SILENT)]


def test_a_short_outage_is_never_told() -> None:
    said, state = outage(timedelta(minutes=29))
    assert said == []
    assert silence(answered(state, NOON + HALF_HOUR), NOON + HALF_HOUR, HALF_HOUR) is None


def test_time_in_which_nobody_was_asking_is_not_silence() -> None:
    state = failed(AccountState(), NOON, DOWN)
    morning = NOON + timedelta(hours=18)
    assert silence(state, morning, HALF_HOUR) is None
    state = failed(state, morning, DOWN)
    assert state.failing_since == morning
    assert silence(state, morning, HALF_HOUR) is None


def test_an_outage_that_outlives_a_restart_is_not_told_again() -> None:
    _, state = outage(timedelta(hours=1))
    later = NOON + timedelta(hours=9)
    state = failed(retry_now(state, later), later, DOWN)
    assert silence(state, later + HALF_HOUR, HALF_HOUR) is None
    assert silence(answered(state, later), later, HALF_HOUR) is Why.RECOVERED


@given(
    st.lists(st.tuples(st.integers(1, 1800), st.sampled_from([None, DOWN, REFUSED, CourierBusy("429")])), max_size=60)
)
def test_silence_and_recovery_take_turns_whatever_happens(story: list[tuple[int, CourierError | None]]) -> None:
    state, now, said = AccountState(), NOON, []
    for seconds, error in story:
        now += seconds * SECOND
        state = failed(state, now, error) if error else answered(state, now)
        if why := silence(state, now, HALF_HOUR):
            said.append(why)
            state = told(state, now, why)
        assert silence(state, now, HALF_HOUR) is None
        assert (state.failing_since is None) == (state.failures == 0)
    assert said == [Why.SILENT, Why.RECOVERED] * (len(said) // 2) + [Why.SILENT] * (len(said) % 2)
