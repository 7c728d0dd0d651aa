"""Cases after an assessment, and which of them agents hear of.

What belongs here: what findings and agents make of the cases of one parcel, worse hiding milder, and what is news.
The life of a single case is cases.py's; who is told, and whether, dispatch.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from parcelwatch import errors
from parcelwatch.core.assess import hidden_by
from parcelwatch.core.cases import BESIDE, Signal, act, limit_raised, react
from parcelwatch.core.rules import Finding
from parcelwatch.core.rules.base import scan
from parcelwatch.core.step import Step
from parcelwatch.core.tracking.timeline import current
from parcelwatch.model import (
    Action,
    Case,
    CaseCleared,
    CaseEvent,
    CaseTold,
    Checkpoint,
    Dossier,
    Event,
    Form,
    Marked,
    Notice,
    State,
    Undelivered,
    Why,
)


def move(step: Step, findings: Mapping[str, Finding], event: Event) -> Step:
    """Every case after what was found and what happened. Raises BadInput and NotFound for what an agent wants."""
    if not (findings or step.dossier.cases or isinstance(event, Action)):
        return step
    cases = {case.kind: case for case in step.dossier.cases}
    events: list[CaseEvent] = []
    match event:
        case Action():
            if event.kind not in cases:
                raise errors.NotFound(f"parcel {step.dossier.parcel.number} has no case of kind {event.kind}")
            cases[event.kind], line = act(cases[event.kind], event, step.now)
            events.append(line)
        case Undelivered(kinds):
            # Nobody was told of these after all: should the very same trouble come again, it is told.
            cases |= {kind: replace(cases[kind], told=None) for kind in kinds}
    for kind in dict.fromkeys((*findings, *cases)):
        news = None if kind in findings else _news(step)
        case, moved = react(cases.get(kind), findings.get(kind), step.now, rejudged=step.rejudged, news=news)
        if case is None:
            continue
        if moved is not None:
            events.append(moved)
            if kind in findings:
                case = replace(case, policy_id=step.policy.policy_id)
        cases[kind] = case
    ended = tuple(each.kind for each in events if each.after == State.RESOLVED and each.before != State.RESOLVED)
    cleared = () if isinstance(event, Marked) else tuple(_cleared(cases, events))
    cases |= {each.case.kind: replace(each.case, cleared=True) for each in cleared}
    cases |= {kind: replace(cases[kind], told=None) for kind in _unheard(cases, events)}
    dossier = replace(step.dossier, cases=_hide(cases.values()))
    return replace(step, dossier=dossier, events=tuple(events), ended=ended, notices=(*step.notices, *cleared))


def _news(step: Step) -> Checkpoint | None:
    """What was heard just now: the newest of it that is movement, else the newest; None if nothing was."""
    heard = [scan(each) for each in current(step.dossier.timeline) if each.seen_at == step.now]
    return next((each for each in reversed(heard) if each.moves), heard[-1] if heard else None)


def _cleared(cases: Mapping[str, Case], events: Iterable[CaseEvent]) -> Iterable[CaseCleared]:
    """Trouble that agents were told of, and that is over by itself; what a worse kind hid they have not in mind.

    Of what comes and goes they were told just that.
    """
    for event in events:
        case = cases[event.kind]
        over = event.signal == Signal.CLEARS and event.why.says is Form.CLEARED
        if over and case.told and not (case.cleared or case.hidden_by or case.flapping):
            yield CaseCleared(case, event.why)


def _unheard(cases: Mapping[str, Case], events: Iterable[CaseEvent]) -> Iterable[str]:
    """Trouble that ended by itself and agents do not hear of it: should the very same come again, it is told.

    Of what comes and goes they were told just that; that a threshold ended it, they were not, but whoever has it knows.
    """
    for event in events:
        case = cases[event.kind]
        ended = event.signal == Signal.CLEARS and not case.cleared and not case.taken
        if ended and (limit_raised(event) or not case.flapping):
            yield event.kind


def _hide(cases: Iterable[Case]) -> tuple[Case, ...]:
    cases = tuple(cases)
    live = [case.kind for case in cases if case.live]
    shades = {case.kind: hidden_by(case.kind, live) if case.live else "" for case in cases}
    return tuple(
        case if case.hidden_by == shades[case.kind] else replace(case, hidden_by=shades[case.kind]) for case in cases
    )


def tell(step: Step) -> Step:
    """News of every open, visible case that is worse than what agents were told of it."""
    moved = {event.kind: event for event in step.events if event.signal not in BESIDE}
    news = [case for case in step.dossier.cases if _is_news(case, step.dossier)]
    if not news:
        return step
    notices = tuple(CaseTold(case, _why(case, moved.get(case.kind))) for case in news)
    cases = tuple(
        replace(case, told=case.severity, told_at=step.now, cleared=False) if case in news else case
        for case in step.dossier.cases
    )
    afresh = any(each.why is not Why.UNHIDDEN for each in notices)
    before = tuple(_mooted(each) for each in step.notices) if afresh else step.notices
    return replace(step, dossier=replace(step.dossier, cases=cases), notices=(*before, *notices))


def _mooted(notice: Notice) -> Notice:
    """An all-clear for a parcel that has something else by now would be one message too many."""
    return replace(notice, moot=True) if isinstance(notice, CaseCleared) else notice


def _is_news(case: Case, dossier: Dossier) -> bool:
    """Worse than what was told; or said to be over, and it is so again by more than one answer of the courier.

    A list from an old cache takes back what came since, and is put right by the next.
    """
    if case.state is not State.OPEN or case.hidden_by:
        return False
    if case.cleared and dossier.confirmed_at is not None and dossier.confirmed_at > case.opened_at:
        return True
    return case.told is None or case.told.rank < case.severity.rank


_AGAIN: Final = {Signal.WAKES: Why.WOKEN, Signal.RERAISE: Why.RERAISED}


def _why(case: Case, event: CaseEvent | None) -> Why:
    if event is not None and event.signal in _AGAIN:
        return _AGAIN[Signal(event.signal)]
    if case.cleared:
        return Why.REOPENED
    if case.told is not None:
        return Why.WORSENED
    if event is None or event.after != State.OPEN:
        return Why.UNHIDDEN
    if case.flapping:
        return Why.FLAPPING
    return Why.REOPENED if case.reopened else Why.OPENED
