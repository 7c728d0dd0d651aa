"""The one step: what follows for a parcel from hearing something about it, or from time passing.

Everything that polls, pushes, clocks, agents and replay lead to is decided here and nowhere else:
hear → assess → react → tell → draft → look again. Whoever calls it saves all of what it returns in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from parcelwatch import errors
from parcelwatch.core import drafts
from parcelwatch.core.assess import Assessment, assess, hidden_by
from parcelwatch.core.cadence import UNANSWERED, next_poll
from parcelwatch.core.cases import act, react
from parcelwatch.core.lives import reborn
from parcelwatch.core.milestones import stage
from parcelwatch.core.policy import Policy
from parcelwatch.core.priority import rank
from parcelwatch.core.timeline import current, merge
from parcelwatch.core.view import View, view
from parcelwatch.model import (
    Action,
    Advance,
    Answered,
    Case,
    CaseEvent,
    Dossier,
    Draft,
    DraftState,
    Event,
    Message,
    Milestone,
    NotFound,
    Parcel,
    Pushed,
    Refused,
    State,
    Unanswered,
    Why,
)

# Parcels already at one of these when we first hear of them are over: nothing of their past is told.
_OVER_AND_DONE = frozenset({Milestone.DELIVERED, Milestone.CANCELLED})
_BEFORE_TRANSIT = frozenset({Milestone.INFO_RECEIVED, Milestone.UNKNOWN, Milestone.PICKED_UP})
# How long an aggregator that has only just been told of a number may hold up the news of the others.
_PATIENCE = timedelta(minutes=10)
# A replaced number is asked for under the new one soon; more replacements than this are a mistake of somebody's.
_HANDOVER = timedelta(minutes=1)
_NUMBERS = 8


def advance(dossier: Dossier, heard: Event | None, policy: Policy, now: datetime) -> Advance:
    """One step. `heard` is what a courier said, an agent's action, or None when only time has passed.

    Raises BadInput for an action the case does not allow and NotFound for a case that does not exist.
    """
    ours, heard = _ours(dossier, heard)
    after = _hear(ours, heard, now)
    first = dossier.first_tracked_at is None and after.first_tracked_at is not None
    seen = view(after, policy.calendar)
    if (after.milestone, after.cause) != (_shown(seen), seen.stage.cause):
        after = replace(after, milestone=_shown(seen), cause=seen.stage.cause)
    found = assess(seen, policy)
    step = _Step(after, policy, now, first)
    step = _react(step, found, heard if isinstance(heard, Action) else None)
    step = _tell(step)
    step = _take_back(step)
    step = _draft(step, found.findings)
    return _look_again(step, heard, seen, found, dossier)


@dataclass(frozen=True, slots=True)
class _Step:
    """What has been decided so far."""

    dossier: Dossier
    policy: Policy
    now: datetime
    first: bool
    messages: tuple[Message, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    cleared: tuple[str, ...] = ()


# --- hear ----------------------------------------------------------------------------------------


def _ours(dossier: Dossier, heard: Event | None) -> tuple[Dossier, Event | None]:
    """Both without what is about an earlier parcel with the same number."""
    match heard:
        case Answered():
            return reborn(dossier, heard)
        case Pushed(said):
            dossier, ours = reborn(dossier, said)
            return dossier, Pushed(ours) if isinstance(ours, Answered) else None
    return dossier, heard


def _hear(dossier: Dossier, heard: Event | None, now: datetime) -> Dossier:
    match heard:
        case Answered():
            return _hear_answer(dossier, heard, now)
        case Pushed(said):
            return _hear_push(dossier, said, now)
        case NotFound():
            missing = dossier.missing_since or now
            return replace(dossier, confirmed_at=_confirmed(dossier, now), missing_since=missing, refused="")
        case Refused(unregistered=False):
            return replace(dossier, refused=heard.reason or "no reason given")
    return dossier


def _confirmed(dossier: Dossier, now: datetime) -> datetime:
    return max(now, dossier.confirmed_at or now)


def _hear_answer(dossier: Dossier, said: Answered, now: datetime) -> Dossier:
    timeline = merge(dossier.timeline, _rest_of(dossier.parcel, said), now)
    moved = len(timeline.entries) > len(dossier.timeline.entries)
    after = replace(
        dossier,
        parcel=_learn(dossier, said),
        timeline=timeline,
        confirmed_at=_confirmed(dossier, now),
        missing_since=None,
        refused="",
        stopped=_stopped(dossier.stopped, said.stopped, moved=moved),
        estimate=said.estimate or dossier.estimate,
    )
    first = dossier.first_tracked_at is None and bool(after.timeline.entries)
    promised = dossier.promise is None and said.estimate is not None
    return _mark(after, said.estimate if promised else None, first, now) if first or promised else after


def _stopped(before: str, said: str | None, *, moved: bool) -> str:
    """Why it is no longer followed. Where an answer does not say, what was told stands until something new is heard."""
    if said is not None:
        return said
    return "" if moved else before


def _hear_push(dossier: Dossier, said: Answered, now: datetime) -> Dossier:
    """What a push adds. It may be an old one sent again, so it confirms nothing and takes nothing back."""
    timeline = merge(dossier.timeline, replace(said, complete=False), now)
    known = {entry.checkpoint.identity for entry in dossier.timeline.entries}
    new = any(checkpoint.identity not in known for checkpoint in said.checkpoints)
    promised = said.estimate is not None and said.estimate != dossier.estimate
    if not (new or promised or (said.stopped and not dossier.stopped)):
        return dossier
    after = replace(
        dossier,
        parcel=_learn(dossier, said),
        timeline=timeline if new else dossier.timeline,
        missing_since=None if new else dossier.missing_since,
        stopped=dossier.stopped or said.stopped or "",
        estimate=said.estimate or dossier.estimate,
    )
    first = dossier.first_tracked_at is None and bool(after.timeline.entries)
    promise = said.estimate if dossier.promise is None else None
    return _mark(after, promise, first, now) if first or promise else after


def _mark(dossier: Dossier, estimate: datetime | None, first: bool, now: datetime) -> Dossier:
    """What is kept of a first answer, and of the courier's first promise once the parcel moves."""
    reached = stage(current(dossier.timeline)).milestone
    return replace(
        dossier,
        first_tracked_at=now if first else dossier.first_tracked_at,
        baseline_at=now if first and reached in _OVER_AND_DONE else dossier.baseline_at,
        promise=dossier.promise or (None if reached in _BEFORE_TRANSIT else estimate),
    )


def _rest_of(parcel: Parcel, said: Answered) -> Answered:
    """What is told under a new number is the rest of the story, not all of it."""
    return replace(said, complete=False) if parcel.successor and said.complete else said


def _learn(dossier: Dossier, said: Answered) -> Parcel:
    """The parcel with what the courier knows of it and the shop did not say."""
    parcel = dossier.parcel
    service, origin = parcel.service or said.service, parcel.origin or said.origin
    destination = parcel.destination or said.destination
    if _is_new(said.successor, parcel):
        replaced = (*parcel.replaced, parcel.successor) if parcel.successor else parcel.replaced
        parcel = replace(parcel, successor=said.successor, replaced=replaced)
    if (service, origin, destination) == (parcel.service, parcel.origin, parcel.destination):
        return parcel
    return replace(parcel, service=service, origin=origin, destination=destination)


def _is_new(number: str, parcel: Parcel) -> bool:
    """Whether a number is one this parcel never had: couriers have been seen to name two numbers in turn."""
    had = (parcel.number, parcel.successor, *parcel.replaced)
    return bool(number) and len(had) < _NUMBERS and all(_plain(number) != _plain(one) for one in had)


def _plain(number: str) -> str:
    return "".join(number.split()).upper()


def _shown(seen: View) -> Milestone:
    """What people are shown: unknown when the newest checkpoint is, wherever the parcel was before."""
    if seen.entries and seen.entries[-1].checkpoint.milestone is Milestone.UNKNOWN:
        return Milestone.UNKNOWN
    return seen.milestone


# --- react ---------------------------------------------------------------------------------------


def _react(step: _Step, found: Assessment, action: Action | None) -> _Step:
    findings = found.findings
    if not (findings or step.dossier.cases or action):
        return step
    cases = {case.kind: case for case in step.dossier.cases}
    events: list[CaseEvent] = []
    if action is not None:
        if action.kind not in cases:
            raise errors.NotFound(f"parcel {step.dossier.parcel.number} has no case of kind {action.kind}")
        cases[action.kind], event = act(cases[action.kind], action, step.now)
        events.append(event)
    for kind in dict.fromkeys((*findings, *cases)):
        finding = findings.get(kind)
        case, moved = react(cases.get(kind), finding, step.now)
        if case is None:
            continue
        if moved is not None:
            events.append(moved)
            if finding is not None:
                urgency = rank(finding, step.dossier.parcel, step.now)
                case = replace(case, policy_id=step.policy.policy_id, priority=urgency)
        cases[kind] = case
    ended = tuple(event.kind for event in events if event.after == State.RESOLVED)
    return replace(
        step, dossier=replace(step.dossier, cases=_hide(cases.values())), events=tuple(events), cleared=ended
    )


def _hide(cases: Iterable[Case]) -> tuple[Case, ...]:
    cases = tuple(cases)
    live = [case.kind for case in cases if case.live]
    shades = {case.kind: hidden_by(case.kind, live) if case.live else "" for case in cases}
    return tuple(
        case if case.hidden_by == shades[case.kind] else replace(case, hidden_by=shades[case.kind]) for case in cases
    )


# --- tell ----------------------------------------------------------------------------------------


def _tell(step: _Step) -> _Step:
    """A message for every open, visible case that is worse than what agents were told of it."""
    moved = {event.kind: event for event in step.events}
    untold = [case for case in step.dossier.cases if _untold(case)]
    if not untold:
        return step
    messages = tuple(_message(step, case, _why(case, moved.get(case.kind))) for case in untold)
    cases = tuple(replace(case, told=case.severity) if _untold(case) else case for case in step.dossier.cases)
    return replace(step, dossier=replace(step.dossier, cases=cases), messages=messages)


def _untold(case: Case) -> bool:
    if case.state is not State.OPEN or case.hidden_by:
        return False
    return case.told is None or case.told.rank < case.severity.rank


def _why(case: Case, event: CaseEvent | None) -> Why:
    if event is not None and event.signal == "wakes":
        return Why.WOKEN
    if case.told is not None:
        return Why.WORSENED
    if event is None or event.after != State.OPEN:
        return Why.UNHIDDEN
    return Why.REOPENED if case.reopened else Why.OPENED


def _message(step: _Step, case: Case, why: Why) -> Message:
    channel = step.policy.channel(case.kind, case.severity)
    return Message(
        kind=case.kind,
        why=why,
        severity=case.severity,
        channel=channel or "",
        sentence=case.sentence,
        since=case.since,
        priority=case.priority,
        suppressed=_suppressed(step, case, channel),
        first=step.first,
    )


def _suppressed(step: _Step, case: Case, channel: str | None) -> str:
    if step.first and case.since < step.now - step.policy.old_news:
        return f"old news: it began more than {step.policy.old_news.days} days before we first heard of the parcel"
    return "" if channel else "no channel is configured"


# --- draft ---------------------------------------------------------------------------------------


def _take_back(step: _Step) -> _Step:
    """Drafts that no longer hold: their case ended, a worse kind hides it, or the courier says otherwise."""
    if not step.dossier.drafts:
        return step
    cases = {case.kind: case for case in step.dossier.cases}
    fates = [(draft, *_fate(draft, cases[draft.kind], step.dossier)) for draft in step.dossier.drafts]
    kept = tuple(replace(draft, state=state) for draft, state, _ in fates)
    messages = [
        _draft_message(step, cases[draft.kind], Why.WITHDRAWN, why)
        for draft, state, why in fates
        if state is not draft.state
    ]
    dossier = replace(step.dossier, drafts=kept)
    return replace(step, dossier=dossier, messages=(*step.messages, *messages))


def _fate(draft: Draft, case: Case, dossier: Dossier) -> tuple[DraftState, str]:
    if not draft.unsent:
        return draft.state, ""
    if not case.live:
        return DraftState.WITHDRAWN, "its case is resolved"
    if case.hidden_by:
        return DraftState.SUPERSEDED, f"the parcel is worse off: {case.hidden_by}"
    untrue = drafts.contradicted(draft, dossier)
    return (DraftState.WITHDRAWN, untrue) if untrue else (draft.state, "")


_DRAFTED_WHEN = frozenset({Why.OPENED, Why.REOPENED, Why.UNHIDDEN})


def _draft(step: _Step, standing: Collection[str]) -> _Step:
    """One draft for each case agents are newly told of, if customers are written to about its kind.

    A draft that newer facts made untrue is written anew while the trouble stands.
    """
    wanted = {told.kind for told in step.messages if told.why in _DRAFTED_WHEN and told.kind in drafts.KINDS}
    wanted |= {told.kind for told in step.messages if told.why is Why.WITHDRAWN and told.kind in standing}
    wanted -= {draft.kind for draft in step.dossier.drafts if draft.unsent}
    cases = [case for case in step.dossier.cases if case.kind in wanted and case.live and not case.hidden_by]
    if not cases:
        return step
    written = {case.kind: _written(step, case) for case in cases}
    # A later checkpoint of the same answer can make it untrue before it is written down.
    true = tuple(draft for draft in written.values() if not drafts.contradicted(draft, step.dossier))
    pushes = tuple(
        _draft_message(step, case, Why.DRAFTED, case.sentence) for case in cases if written[case.kind] in true
    )
    dossier = replace(step.dossier, drafts=(*step.dossier.drafts, *true))
    return replace(step, dossier=dossier, messages=(*step.messages, *pushes))


def _written(step: _Step, case: Case) -> Draft:
    wording = step.policy.wording
    return Draft(
        kind=case.kind,
        language=drafts.language(step.dossier.parcel, wording.languages),
        state=DraftState.DRAFT,
        created_at=step.now,
        milestone=step.dossier.milestone,
        facts=drafts.facts(step.dossier, case, wording, step.now),
    )


def _draft_message(step: _Step, case: Case, why: Why, sentence: str) -> Message:
    channel = step.policy.draft_channel or None
    return Message(
        kind=case.kind,
        why=why,
        severity=case.severity,
        channel=channel or "",
        sentence=sentence,
        since=case.since,
        priority=case.priority,
        draft=True,
        suppressed=_suppressed(step, case, channel),
        first=step.first,
    )


# --- look again ----------------------------------------------------------------------------------


def _look_again(step: _Step, heard: Event | None, seen: View, found: Assessment, before: Dossier) -> Advance:
    dossier, now = step.dossier, step.now
    poll_at, why = _next_poll(heard, step, seen, found, before)
    if dossier.parcel.successor != before.parcel.successor:
        poll_at, why = now + _HANDOVER, "its number was replaced"
    wakes = [case.snoozed_until for case in dossier.cases if case.live and case.snoozed_until]
    return Advance(
        dossier=replace(dossier, poll_at=poll_at),
        messages=step.messages,
        events=step.events,
        withdrawn=step.cleared,
        poll_at=poll_at,
        assess_at=min((at for at in (*wakes, found.valid_until) if at is not None), default=None),
        poll_why=why,
        first=step.first,
        asked=_had_its_say(heard, dossier, now),
        due_at=found.due_at,
    )


def _next_poll(
    heard: Event | None, step: _Step, seen: View, found: Assessment, before: Dossier
) -> tuple[datetime | None, str]:
    match heard:
        case Refused(unregistered=True):
            return step.now, "to be registered"
        case Unanswered():
            return step.now + UNANSWERED, "missing from the answer"
        case Pushed() if step.dossier.timeline != before.timeline:
            return next_poll(seen, found.due_at, step.now, pushed=True)
        case Answered() | NotFound() | Refused():
            return next_poll(seen, found.due_at, step.now)
    # Nothing new: the next question stays where it was.
    return step.dossier.poll_at, ""


def _had_its_say(heard: Event | None, dossier: Dossier, now: datetime) -> bool:
    match heard:
        case NotFound(pending=True):
            return now - dossier.parcel.added_at >= _PATIENCE
        case Answered() | NotFound() | Pushed() | Refused(unregistered=False):
            return True
    return False
