"""The life of a case: states, signals, the table of moves, and react(), which makes them.

What belongs here: how findings and agents move cases. What is then said about it is advance.py's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parcelwatch.core.kinds import RULES
from parcelwatch.core.rules import Finding
from parcelwatch.errors import BadInput
from parcelwatch.model import FLAPPING, Action, Case, CaseEvent, Fact, Form, State

SOON: Final = timedelta(days=2)
"""A case that comes back within this time after it ended flaps."""


class Signal(StrEnum):
    """What can happen to a case."""

    FIRES = "fires"
    WORSENS = "worsens"
    CLEARS = "clears"
    ACK = "ack"
    SNOOZE = "snooze"
    WAKES = "wakes"
    RESOLVE = "resolve"
    STOP = "stop"
    RESUME = "resume"


# The whole life of a case. None is a case that does not exist yet; a pair that is not here is not a move.
TRANSITIONS: dict[tuple[State | None, Signal], State] = {
    (None, Signal.FIRES): State.OPEN,
    (State.RESOLVED, Signal.FIRES): State.OPEN,
    (State.OPEN, Signal.WORSENS): State.OPEN,
    (State.ACKNOWLEDGED, Signal.WORSENS): State.OPEN,
    (State.SNOOZED, Signal.WORSENS): State.OPEN,
    (State.OPEN, Signal.CLEARS): State.RESOLVED,
    (State.ACKNOWLEDGED, Signal.CLEARS): State.RESOLVED,
    (State.SNOOZED, Signal.CLEARS): State.RESOLVED,
    (State.OPEN, Signal.ACK): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Signal.ACK): State.ACKNOWLEDGED,
    (State.SNOOZED, Signal.ACK): State.ACKNOWLEDGED,
    (State.OPEN, Signal.SNOOZE): State.SNOOZED,
    (State.ACKNOWLEDGED, Signal.SNOOZE): State.SNOOZED,
    (State.SNOOZED, Signal.SNOOZE): State.SNOOZED,
    (State.SNOOZED, Signal.WAKES): State.OPEN,
    (State.OPEN, Signal.RESOLVE): State.RESOLVED,
    (State.ACKNOWLEDGED, Signal.RESOLVE): State.RESOLVED,
    (State.SNOOZED, Signal.RESOLVE): State.RESOLVED,
    (State.OPEN, Signal.STOP): State.RESOLVED,
    (State.ACKNOWLEDGED, Signal.STOP): State.RESOLVED,
    (State.SNOOZED, Signal.STOP): State.RESOLVED,
    (State.RESOLVED, Signal.RESUME): State.OPEN,
}


_SAYS = {Signal.SNOOZE: Form.SNOOZED, Signal.STOP: Form.WATCHED_NO_MORE, Signal.RESUME: Form.WATCHED_AGAIN}


def react(
    case: Case | None, finding: Finding | None, now: datetime, *, rejudged: bool = False
) -> tuple[Case | None, CaseEvent | None]:
    """The case after one assessment, with the line for its history, None when nothing moved it.

    `rejudged`: only the thresholds are others, so what ends now ends because of them.
    """
    signal = _signal(case, finding, now)
    if signal is None:
        return _up_to_date(case, finding), None
    before = case.state if case else None
    after = TRANSITIONS[before, signal]
    why = finding.fact if finding else _unfound(signal, case, rejudged)
    moved = _moved(case, finding, signal, after, now)
    return moved, CaseEvent(moved.kind, now, signal, before or "", after, why)


def act(case: Case, action: Action, now: datetime) -> tuple[Case, CaseEvent]:
    """The case after an agent's action. Raises BadInput when the case cannot be moved so."""
    signal = Signal(action.verb)
    after = TRANSITIONS.get((case.state, signal))
    if after is None:
        raise BadInput(f"case {case.id} is {case.state}: it cannot be moved by “{signal}”")
    done, again = after is State.RESOLVED, signal is Signal.RESUME
    moved = replace(
        case,
        state=after,
        snoozed_until=action.until if signal is Signal.SNOOZE else None,
        resolved_at=now if done else None,
        by_agent=done,
        reopened=case.reopened + again,
        told=None if again else case.told,
    )
    why = Fact(_SAYS.get(signal, Form.BY_AGENT), until=moved.snoozed_until)
    return moved, CaseEvent(case.kind, now, signal, case.state, after, why, action.by)


def _signal(case: Case | None, finding: Finding | None, now: datetime) -> Signal | None:
    if case is None:
        return Signal.FIRES if finding else None
    if not case.live:
        known = finding is None or (case.by_agent and finding.since <= case.since)
        return None if known else Signal.FIRES
    if finding is None and RULES[case.kind].heals:
        return Signal.CLEARS
    if finding is not None and finding.severity.rank > case.severity.rank:
        return Signal.WORSENS
    if case.snoozed_until and case.snoozed_until <= now:
        return Signal.WAKES
    return None


def _moved(case: Case | None, finding: Finding | None, signal: Signal, after: State, now: datetime) -> Case:
    if case is None:
        assert finding is not None
        return _saying(Case(finding.kind, after, finding.severity, now, finding.fact), finding)
    if signal is Signal.CLEARS:
        return replace(case, state=after, resolved_at=now, by_agent=False, snoozed_until=None)
    case = replace(case, state=after, snoozed_until=None)
    if signal is Signal.WAKES:
        return _still_saying(replace(case, told=None), finding)
    assert finding is not None
    if signal is Signal.FIRES:
        flaps = case.flaps + 1 if _soon(case, now) else 0
        news = finding.since > case.since and flaps <= FLAPPING
        case = replace(
            case,
            opened_at=now,
            resolved_at=None,
            by_agent=False,
            reopened=case.reopened + 1,
            told=None if news else case.told,
            flaps=flaps,
        )
    return _saying(case, finding)


def _soon(case: Case, now: datetime) -> bool:
    """Whether it comes back though it had only just ended by itself."""
    return not case.by_agent and case.resolved_at is not None and now - case.resolved_at <= SOON


def _up_to_date(case: Case | None, finding: Finding | None) -> Case | None:
    """A live case takes on newer evidence of its trouble, so that resolving it covers all that was known then."""
    if case is None or finding is None or not case.live or finding.since < case.since:
        return case
    return _still_saying(case, finding)


def _still_saying(case: Case, finding: Finding | None) -> Case:
    """The newest facts; a live case never gets milder, and names the limit that made it as bad as it is."""
    if finding is None or (finding.fact, finding.limit, finding.line) == (case.fact, case.limit, case.line):
        return case
    milder = finding.severity.rank < case.severity.rank
    return replace(case, fact=finding.fact) if milder else _saying(case, finding)


def _saying(case: Case, finding: Finding) -> Case:
    return replace(case, severity=finding.severity, fact=finding.fact, limit=finding.limit, line=finding.line)


def _unfound(signal: Signal, case: Case | None, rejudged: bool) -> Fact:
    assert case is not None
    if signal is Signal.WAKES:
        return Fact(Form.SNOOZE_OVER)
    return Fact(Form.LIMIT_RAISED if rejudged else Form.CLEARED, kind=case.kind)
