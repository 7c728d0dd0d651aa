"""What time makes of a case that nobody finishes, and a customer who writes: told once more, raised again, reminded.

What belongs here: when which of these is due, and their notices. What each does to a case is cases.py's, how long the
shop waits its policy's (working.FollowUp).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from parcelwatch.core.cases import Signal, complain, promise, pursue
from parcelwatch.core.policy import Policy
from parcelwatch.core.step import Step
from parcelwatch.model import Case, CaseEvent, CaseTold, Complained, Dossier, Event, Promised, State, Why

_Due = Callable[[Case, Dossier, Policy], datetime | None]


class _Timer(NamedTuple):
    """`due`: when, None for never. `why`: what is told; None where the case becomes news again by itself."""

    signal: Signal
    due: _Due
    why: Why | None


def _unacknowledged(case: Case, _: Dossier, policy: Policy) -> datetime | None:
    """Once an opening; not what was old news already when it opened, nor what somebody has agreed a remedy for."""
    limit = policy.follow_up.escalate_after.get(case.severity)
    if case.state is not State.OPEN or case.hidden_by or case.escalated or case.told is None or limit is None:
        return None
    if case.cleared or case.told_at is None or case.since < case.opened_at - policy.old_news:
        return None
    if case.remedy is not None and case.remedy.at >= case.told_at:
        return None
    return policy.working.add(max(case.told_at, case.opened_at), limit)


def _unchanged(case: Case, dossier: Dossier, policy: Policy) -> datetime | None:
    """Once an opening, counted from what was last done or heard; a remedy has a clock of its own."""
    agreed = case.remedy is not None and (case.remedy.done_at is None or case.remedy.at >= case.opened_at)
    if case.state is not State.ACKNOWLEDGED or case.hidden_by or case.reraised or agreed:
        return None
    if case.handled_at is None:
        return None
    heard_at = max((entry.seen_at for entry in dossier.timeline.entries), default=case.handled_at)
    return policy.working.add(max(case.handled_at, heard_at), policy.follow_up.reraise_after)


def _word(case: Case, _: Dossier, __: Policy) -> datetime | None:
    return case.word.remind_at if case.live and case.word is not None and not case.word.reminded else None


def _unfulfilled(case: Case, _: Dossier, policy: Policy) -> datetime | None:
    remedy = case.remedy
    if remedy is None or remedy.done_at is not None or remedy.reminded:
        return None
    return policy.working.add(remedy.at, policy.follow_up.remedy_after)


_TIMERS: Final = (
    _Timer(Signal.ESCALATE, _unacknowledged, Why.ESCALATED),
    _Timer(Signal.RERAISE, _unchanged, None),
    _Timer(Signal.REMIND, _word, Why.PROMISED),
    _Timer(Signal.CHASE, _unfulfilled, Why.UNFULFILLED),
)


def _timers(dossier: Dossier) -> tuple[_Timer, ...]:
    """Of a parcel that is watched no more only what its customer is still owed."""
    return tuple(each for each in _TIMERS if each.signal is Signal.CHASE) if dossier.unwatched else _TIMERS


def follow(step: Step, event: Event) -> Step:
    """With all that is due by now done; once each."""
    if isinstance(event, Promised):
        step = promised(step, event)
    if isinstance(event, Complained):
        step = _complained(step, event)
    for case in step.dossier.cases:
        for timer in _timers(step.dossier):
            due_at = timer.due(case, step.dossier, step.policy)
            if due_at is not None and due_at <= step.now:
                case, line = pursue(case, timer.signal, step.now)  # noqa: PLW2901 - one after the other
                step = _with(step, case, line, timer.why)
    return step


def promised(step: Step, said: Promised) -> Step:
    """With the word that a letter gave kept beside its case, while that stands."""
    case = next((each for each in step.dossier.cases if each.kind == said.kind and each.live), None)
    if case is None:
        return step
    remind_at = step.policy.working.reminder(step.now, said.until)
    return _with(step, *promise(case, said, remind_at, step.now), None)


def _complained(step: Step, said: Complained) -> Step:
    """With the gravest case that agents see told again, as its customer has written."""
    seen = [case for case in step.dossier.cases if case.live and not case.hidden_by]
    if not seen:
        return step
    case, line = complain(max(seen, key=lambda each: each.severity.rank), said, step.now)
    step = _with(step, case, line, None)
    return replace(step, notices=(*step.notices, CaseTold(case, Why.COMPLAINED)))


def _with(step: Step, case: Case, line: CaseEvent, why: Why | None) -> Step:
    cases = tuple(case if each.kind == case.kind else each for each in step.dossier.cases)
    told = () if why is None else (CaseTold(case, why, None if why is Why.ESCALATED else line.why),)
    return replace(
        step,
        dossier=replace(step.dossier, cases=cases),
        events=(*step.events, line),
        notices=(*step.notices, *told),
    )


def due(dossier: Dossier, policy: Policy) -> Iterator[datetime]:
    """The moments at which something of this is due, if nothing happens before."""
    for case in dossier.cases:
        yield from _all_due(case, dossier, policy)


def _all_due(case: Case, dossier: Dossier, policy: Policy) -> Iterable[datetime]:
    return (at for timer in _timers(dossier) if (at := timer.due(case, dossier, policy)) is not None)
