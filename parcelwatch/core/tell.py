"""Cases after an assessment, and which of them agents hear of.

What belongs here: what findings and agents make of the cases of one parcel, worse hiding milder, and what is news.
The life of a single case is cases.py's; who is told, and whether, dispatch.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from parcelwatch import errors
from parcelwatch.core.assess import hidden_by
from parcelwatch.core.cases import Signal, act, react
from parcelwatch.core.rules import Finding
from parcelwatch.core.step import Step
from parcelwatch.model import Action, Case, CaseEvent, CaseTold, Event, State, Undelivered, Why


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
        case, moved = react(cases.get(kind), findings.get(kind), step.now, rejudged=step.rejudged)
        if case is None:
            continue
        if moved is not None:
            events.append(moved)
            if kind in findings:
                case = replace(case, policy_id=step.policy.policy_id)
        cases[kind] = case
    ended = tuple(each.kind for each in events if each.after == State.RESOLVED)
    return replace(step, dossier=replace(step.dossier, cases=_hide(cases.values())), events=tuple(events), ended=ended)


def _hide(cases: Iterable[Case]) -> tuple[Case, ...]:
    cases = tuple(cases)
    live = [case.kind for case in cases if case.live]
    shades = {case.kind: hidden_by(case.kind, live) if case.live else "" for case in cases}
    return tuple(
        case if case.hidden_by == shades[case.kind] else replace(case, hidden_by=shades[case.kind]) for case in cases
    )


def tell(step: Step) -> Step:
    """News of every open, visible case that is worse than what agents were told of it."""
    moved = {event.kind: event for event in step.events}
    news = [case for case in step.dossier.cases if _is_news(case)]
    if not news:
        return step
    notices = tuple(CaseTold(case, _why(case, moved.get(case.kind))) for case in news)
    cases = tuple(replace(case, told=case.severity) if _is_news(case) else case for case in step.dossier.cases)
    return replace(step, dossier=replace(step.dossier, cases=cases), notices=(*step.notices, *notices))


def _is_news(case: Case) -> bool:
    if case.state is not State.OPEN or case.hidden_by:
        return False
    return case.told is None or case.told.rank < case.severity.rank


def _why(case: Case, event: CaseEvent | None) -> Why:
    if event is not None and event.signal == Signal.WAKES:
        return Why.WOKEN
    if case.told is not None:
        return Why.WORSENED
    if event is None or event.after != State.OPEN:
        return Why.UNHIDDEN
    if case.flapping:
        return Why.FLAPPING
    return Why.REOPENED if case.reopened else Why.OPENED
