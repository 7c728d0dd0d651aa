"""The life of a case: states, signals, the table of moves, and react(), which makes them.

What belongs here: how findings and agents move cases. What is then said about it is advance.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from parcelwatch.core.kinds import RULES
from parcelwatch.core.rules import Finding
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    FLAPPING,
    Action,
    Agreed,
    Case,
    CaseEvent,
    Checkpoint,
    Complained,
    Fact,
    Form,
    Promised,
    Remedy,
    State,
    Word,
)

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
    REOPEN = "reopen"
    ASSIGN = "assign"
    AGREE = "agree"
    FULFIL = "fulfil"
    PROMISE = "promise"
    ESCALATE = "escalate"
    RERAISE = "reraise"
    REMIND = "remind"
    CHASE = "chase"
    COMPLAIN = "complain"


BESIDE: Final = frozenset(
    {
        Signal.ASSIGN,
        Signal.AGREE,
        Signal.FULFIL,
        Signal.PROMISE,
        Signal.ESCALATE,
        Signal.REMIND,
        Signal.CHASE,
        Signal.COMPLAIN,
    }
)
"""What changes nothing of how a case stands."""

_LIVE: Final = (State.OPEN, State.ACKNOWLEDGED, State.SNOOZED)


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
    (State.ACKNOWLEDGED, Signal.REOPEN): State.OPEN,
    (State.SNOOZED, Signal.REOPEN): State.OPEN,
    (State.RESOLVED, Signal.REOPEN): State.OPEN,
    (State.OPEN, Signal.ESCALATE): State.OPEN,
    (State.ACKNOWLEDGED, Signal.RERAISE): State.OPEN,
    # Who has it, and what a letter said, matters while it lasts; what a customer was promised, longer.
    **{
        (state, signal): state
        for state in _LIVE
        for signal in (Signal.ASSIGN, Signal.PROMISE, Signal.REMIND, Signal.COMPLAIN)
    },
    **{(state, signal): state for state in State for signal in (Signal.AGREE, Signal.FULFIL, Signal.CHASE)},
}


def react(
    case: Case | None,
    finding: Finding | None,
    now: datetime,
    *,
    rejudged: bool = False,
    news: Checkpoint | None = None,
) -> tuple[Case | None, CaseEvent | None]:
    """The case after one assessment, with the line for its history, None when nothing moved it.

    `rejudged`: only the thresholds are others, so what ends now ends because of them. `news`: what ends it else.
    """
    signal = _signal(case, finding, now)
    if signal is None:
        return _up_to_date(case, finding), None
    before = case.state if case else None
    after = TRANSITIONS[before, signal]
    if signal is Signal.FIRES and case is not None and case.taken and _as_it_was(case, finding, now):
        after = TRANSITIONS[after, _TAKES[case.taken]]
    why = finding.fact if finding else _unfound(signal, case, rejudged, news)
    moved = _moved(case, finding, signal, after, now, rejudged=rejudged)
    return moved, CaseEvent(moved.kind, now, signal, before or "", after, why)


def act(case: Case, action: Action, now: datetime) -> tuple[Case, CaseEvent]:
    """The case after an agent's action. Raises BadInput when the case cannot be moved so."""
    signal = Signal(action.verb)
    after = TRANSITIONS.get((case.state, signal)) if signal in _DEEDS else None
    if after is None:
        raise BadInput(f"case {case.id} is {case.state}: it cannot be moved by “{signal}”")
    changes, why = _DEEDS[signal](case, action, now)
    moved = replace(case, state=after, handled_at=now, **changes)
    return moved, CaseEvent(case.kind, now, signal, case.state, after, why, action.by)


def promise(case: Case, said: Promised, remind_at: datetime, now: datetime) -> tuple[Case, CaseEvent]:
    """The case of a letter that was sent, which says when its customer hears again; an older word is replaced."""
    why = Fact(Form.WORD_PROMISED, until=said.until, count=said.letter)
    moved = replace(case, word=Word(said.until, remind_at, said.letter))
    return moved, CaseEvent(case.kind, now, Signal.PROMISE, case.state, case.state, why, said.by)


def complain(case: Case, said: Complained, now: datetime) -> tuple[Case, CaseEvent]:
    """The case of a parcel whose customer has written; it stands as it stood."""
    why = Fact(Form.BUYER_WROTE, since=said.at, reason=said.ticket)
    return case, CaseEvent(case.kind, now, Signal.COMPLAIN, case.state, case.state, why)


def pursue(case: Case, signal: Signal, now: datetime) -> tuple[Case, CaseEvent]:
    """The case after a moment came at which it should have been seen to (followup.py says when)."""
    changes, why = _PURSUITS[signal](case)
    after = TRANSITIONS[case.state, signal]
    return replace(case, state=after, **changes), CaseEvent(case.kind, now, signal, case.state, after, why)


def limit_raised(event: CaseEvent) -> bool:
    """Whether a threshold ended it, and nothing that is new of the parcel."""
    return event.why.says is Form.LIMIT_RAISED


# --- what agents do ------------------------------------------------------------------------------

_Changed = tuple[dict[str, Any], Fact]


def _acknowledged(case: Case, action: Action, _: datetime) -> _Changed:
    return {"snoozed_until": None, "owner": case.owner or action.by}, Fact(Form.BY_AGENT)


def _snoozed(_: Case, action: Action, __: datetime) -> _Changed:
    return {"snoozed_until": action.until}, Fact(Form.SNOOZED, until=action.until)


def _closed(says: Form) -> Callable[[Case, Action, datetime], _Changed]:
    def closed(_: Case, __: Action, now: datetime) -> _Changed:
        return {"snoozed_until": None, "resolved_at": now, "by_agent": True, "word": None}, Fact(says)

    return closed


def _resumed(case: Case, _: Action, now: datetime) -> _Changed:
    """As it was, and whoever was told of it knows: only what they are given to see to it begins anew."""
    anew = {"resolved_at": None, "by_agent": False, "reopened": case.reopened + 1, "taken": None, "snoozed_until": None}
    told_at = now if case.told else None
    return {**anew, "told_at": told_at, "reraised": False, "cleared": False}, Fact(Form.WATCHED_AGAIN)


def _undone(case: Case, action: Action, now: datetime) -> _Changed:
    """As before an agent moved it; nobody is told again, for whoever was told knows."""
    if case.state is State.RESOLVED and not case.by_agent:
        raise BadInput(f"case {case.id} ended by itself: it opens again when its trouble comes back")
    anew = {"snoozed_until": None, "resolved_at": None, "by_agent": False, "reraised": False}
    owner = "" if case.owner == action.by else case.owner
    return {**anew, "owner": owner, "told_at": now if case.told else None}, Fact(Form.BY_AGENT)


def _assigned(_: Case, action: Action, __: datetime) -> _Changed:
    return {"owner": action.to}, Fact(Form.ASSIGNED, reason=action.to)


def _agreed(_: Case, action: Action, now: datetime) -> _Changed:
    what = action.what or Remedy.OTHER
    return {"remedy": Agreed(what, now, action.by, action.note)}, _of_remedy(Form.REMEDY_AGREED, what, action.note)


def _fulfilled(case: Case, action: Action, now: datetime) -> _Changed:
    if case.remedy is None:
        raise BadInput(
            f"case {case.id} has no remedy that was agreed: say which, as in `cases remedy {case.id} refund`"
        )
    done = replace(case.remedy, done_at=now, note=action.note or case.remedy.note)
    return {"remedy": done}, _of_remedy(Form.REMEDY_DONE, done.what, action.note)


def _of_remedy(says: Form, what: Remedy, note: str) -> Fact:
    return Fact(says, kind=what, reason=note)


_DEEDS: Final[Mapping[Signal, Callable[[Case, Action, datetime], _Changed]]] = {
    Signal.ACK: _acknowledged,
    Signal.SNOOZE: _snoozed,
    Signal.RESOLVE: _closed(Form.BY_AGENT),
    Signal.STOP: _closed(Form.WATCHED_NO_MORE),
    Signal.RESUME: _resumed,
    Signal.REOPEN: _undone,
    Signal.ASSIGN: _assigned,
    Signal.AGREE: _agreed,
    Signal.FULFIL: _fulfilled,
}


# --- what time does ------------------------------------------------------------------------------


def _escalated(case: Case) -> _Changed:
    return {"escalated": True}, Fact(Form.NOT_ACKNOWLEDGED, since=case.told_at)


def _reraised(case: Case) -> _Changed:
    return {"reraised": True, "told": None}, Fact(Form.NOTHING_NEW, since=case.handled_at, reason=case.owner)


def _reminded(case: Case) -> _Changed:
    assert case.word is not None
    why = Fact(Form.WORD_DUE, since=case.since, until=case.word.by, count=case.word.letter)
    return {"word": replace(case.word, reminded=True)}, why


def _chased(case: Case) -> _Changed:
    assert case.remedy is not None
    why = Fact(Form.REMEDY_DUE, since=case.remedy.at, kind=case.remedy.what, reason=case.remedy.by)
    return {"remedy": replace(case.remedy, reminded=True)}, why


_PURSUITS: Final[Mapping[Signal, Callable[[Case], _Changed]]] = {
    Signal.ESCALATE: _escalated,
    Signal.RERAISE: _reraised,
    Signal.REMIND: _reminded,
    Signal.CHASE: _chased,
}


# --- what findings do ----------------------------------------------------------------------------


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


_TAKES: Final = {State.ACKNOWLEDGED: Signal.ACK, State.SNOOZED: Signal.SNOOZE}


def _as_it_was(case: Case, finding: Finding | None, now: datetime) -> bool:
    """Whether it is still what an agent took it for, and not yet to be looked at again."""
    same = finding is not None and finding.since <= case.since and finding.severity.rank <= case.severity.rank
    return same and (case.snoozed_until is None or case.snoozed_until > now)


def _moved(
    case: Case | None, finding: Finding | None, signal: Signal, after: State, now: datetime, *, rejudged: bool
) -> Case:
    if case is None:
        assert finding is not None
        return _saying(Case(finding.kind, after, finding.severity, now, finding.fact), finding)
    if signal is Signal.CLEARS:
        taken = case.state if rejudged and case.state in _TAKES else None
        until = case.snoozed_until if taken else None
        return replace(case, state=after, resolved_at=now, by_agent=False, snoozed_until=until, word=None, taken=taken)
    # What an agent had and has no more is news: it is another, or worse, or was to be looked at again by now.
    told = None if case.taken and after is State.OPEN else case.told
    until = case.snoozed_until if after is State.SNOOZED else None
    case = replace(case, state=after, snoozed_until=until, taken=None, told=told)
    if signal is Signal.WAKES:
        return _still_saying(replace(case, told=None), finding)
    assert finding is not None
    if signal is Signal.FIRES:
        flaps = case.flaps + 1 if _soon(case, now) and not rejudged else 0
        news = finding.since > case.since and flaps <= FLAPPING
        case = replace(
            case,
            opened_at=now,
            resolved_at=None,
            by_agent=False,
            reopened=case.reopened + 1,
            told=None if news else case.told,
            flaps=flaps,
            cleared=case.cleared and not news,
            reraised=case.reraised and after is not State.OPEN,
        )
        case = replace(case, escalated=case.escalated and case.told is not None)
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


def _unfound(signal: Signal, case: Case | None, rejudged: bool, news: Checkpoint | None) -> Fact:
    assert case is not None
    if signal is Signal.WAKES:
        return Fact(Form.SNOOZE_OVER)
    if rejudged:
        return Fact(Form.LIMIT_RAISED, kind=case.kind)
    return Fact(Form.CLEARED, kind=case.kind, scan=news)
