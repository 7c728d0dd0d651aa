"""How findings and agents move a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.cases import TRANSITIONS, Signal, act, react
from parcelwatch.core.rules import Finding
from parcelwatch.duration import parse
from parcelwatch.errors import BadInput
from parcelwatch.model import Action, Case, Fact, Form, Severity, State

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SILENT = Fact(Form.NO_SCAN, since=NOW - 48 * HOUR)
FINDING = Finding("stalled", Severity.MEDIUM, SILENT, parse("48h"), "profile china")
WORSE = replace(FINDING, severity=Severity.HIGH, limit=parse("120h"))
NEWER = replace(FINDING, fact=replace(SILENT, since=NOW + HOUR))


def opened() -> Case:
    case, event = react(None, FINDING, NOW)
    assert case is not None
    assert event is not None
    return case


def in_state(state: State) -> Case:
    verbs = {State.ACKNOWLEDGED: "ack", State.SNOOZED: "snooze", State.RESOLVED: "resolve"}
    if state is State.OPEN:
        return opened()
    return act(opened(), Action(verbs[state], "stalled", until=NOW + 9 * HOUR), NOW)[0]


# --- agents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", ["ack", "snooze", "resolve", "stop", "resume"])
def test_an_agents_action_moves_a_case_as_the_table_says_or_is_refused(state: State, verb: str) -> None:
    case, action = in_state(state), Action(verb, "stalled", by="lin", until=NOW + HOUR)
    after = TRANSITIONS.get((state, Signal(verb)))
    if after is None:
        with pytest.raises(BadInput, match=f"is {state}"):
            act(case, action, NOW)
        return
    moved, event = act(case, action, NOW)
    assert moved.state is after
    assert (event.before, event.after, event.by) == (state, after, "lin")


def test_of_a_resolved_case_only_what_was_promised_is_followed_until_it_comes_again() -> None:
    after = {Signal.FIRES, Signal.RESUME, Signal.REOPEN, Signal.AGREE, Signal.FULFIL, Signal.CHASE}
    assert {signal for state, signal in TRANSITIONS if state is State.RESOLVED} == after


def test_what_is_taken_on_sleeps_no_more() -> None:
    assert act(in_state(State.SNOOZED), Action("ack", "stalled"), NOW)[0].snoozed_until is None


# --- findings ------------------------------------------------------------------------------------


def test_without_a_finding_there_is_no_case() -> None:
    assert react(None, None, NOW) == (None, None)


@pytest.mark.parametrize("state", [State.OPEN, State.ACKNOWLEDGED, State.SNOOZED])
def test_a_live_case_that_is_found_again_as_it_was_does_not_move(state: State) -> None:
    case = in_state(state)
    assert react(case, FINDING, NOW + HOUR) == (case, None)


@pytest.mark.parametrize("state", [State.OPEN, State.ACKNOWLEDGED, State.SNOOZED])
def test_a_case_that_gets_worse_is_open_again_and_says_why(state: State) -> None:
    case, event = react(in_state(state), WORSE, NOW + HOUR)
    assert case is not None
    assert event is not None
    assert (case.state, case.severity, case.limit, case.snoozed_until) == (
        State.OPEN,
        Severity.HIGH,
        parse("120h"),
        None,
    )
    assert event.why == WORSE.fact


def test_a_live_case_never_gets_milder() -> None:
    high, _ = react(opened(), WORSE, NOW)
    assert react(high, FINDING, NOW + HOUR) == (high, None)
    assert high is not None
    assert react(high, NEWER, NOW + HOUR) == (replace(high, fact=NEWER.fact), None)


@pytest.mark.parametrize("state", [State.OPEN, State.ACKNOWLEDGED, State.SNOOZED])
def test_newer_evidence_changes_what_a_live_case_says_and_nothing_else(state: State) -> None:
    before = in_state(state)
    case, event = react(before, NEWER, NOW + 2 * HOUR)
    assert event is None
    assert case == replace(before, fact=NEWER.fact)


@pytest.mark.parametrize("state", [State.OPEN, State.ACKNOWLEDGED, State.SNOOZED])
def test_a_case_whose_trouble_is_over_is_resolved_though_not_by_an_agent(state: State) -> None:
    case, event = react(in_state(state), None, NOW + HOUR)
    assert case is not None
    assert event is not None
    assert (case.state, case.resolved_at, case.by_agent) == (State.RESOLVED, NOW + HOUR, False)
    assert event.why == Fact(Form.CLEARED, kind="stalled")


def test_a_case_that_ends_because_only_the_thresholds_are_others_says_so() -> None:
    _, event = react(opened(), None, NOW + HOUR, rejudged=True)
    assert event is not None
    assert (event.after, event.why) == (State.RESOLVED, Fact(Form.LIMIT_RAISED, kind="stalled"))


def test_damage_is_not_over_because_nobody_speaks_of_it_any_more() -> None:
    damaged, _ = react(None, replace(FINDING, kind="damaged", severity=Severity.CRITICAL), NOW)
    assert react(damaged, None, NOW + HOUR) == (damaged, None)


def test_a_snoozed_case_wakes_at_its_hour_with_the_newest_facts_and_is_told_anew() -> None:
    asleep = replace(in_state(State.SNOOZED), told=Severity.MEDIUM)
    assert react(asleep, FINDING, NOW + 9 * HOUR - timedelta(seconds=1)) == (asleep, None)
    later = replace(FINDING, fact=replace(SILENT, quiet_since=NOW))
    case, event = react(asleep, later, NOW + 9 * HOUR)
    assert case is not None
    assert event is not None
    assert (case.state, case.told, case.fact, event.signal) == (State.OPEN, None, later.fact, "wakes")


# --- again ---------------------------------------------------------------------------------------


def test_what_an_agent_resolved_stays_closed_on_the_same_evidence_however_bad() -> None:
    closed = in_state(State.RESOLVED)
    assert react(closed, FINDING, NOW + HOUR) == (closed, None)
    assert react(closed, WORSE, NOW + HOUR) == (closed, None)


def test_new_evidence_reopens_what_an_agent_resolved_under_its_old_name_and_is_told() -> None:
    closed = replace(in_state(State.RESOLVED), id=7, told=Severity.MEDIUM)
    case, event = react(closed, NEWER, NOW + 50 * HOUR)
    assert case is not None
    assert event is not None
    assert (case.id, case.state, case.reopened, case.told, case.by_agent) == (7, State.OPEN, 1, None, False)
    assert (event.before, event.after) == (State.RESOLVED, State.OPEN)


def test_resolving_covers_newer_evidence_that_was_known_then() -> None:
    renewed, _ = react(opened(), NEWER, NOW + 50 * HOUR)
    assert renewed is not None
    closed, _ = act(renewed, Action("resolve", "stalled"), NOW + 51 * HOUR)
    assert react(closed, NEWER, NOW + 51 * HOUR) == (closed, None)


def test_trouble_that_was_over_and_is_back_for_the_old_reason_reopens_without_being_told_twice() -> None:
    over, _ = react(replace(opened(), told=Severity.MEDIUM), None, NOW + HOUR)
    back, _ = react(over, FINDING, NOW + 2 * HOUR)
    assert back is not None
    assert (back.state, back.reopened, back.told) == (State.OPEN, 1, Severity.MEDIUM)


def test_every_state_can_be_left() -> None:
    assert {state for state, _ in TRANSITIONS} == {None, *State}
