"""Load, advance, save: what was decided about parcels goes to the store, words and all, in one transaction.

What belongs here: the border between the pure step and the store. Nobody else saves what `advance` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from parcelwatch.core.advance import advance
from parcelwatch.core.policy import Policy
from parcelwatch.core.registration import believed
from parcelwatch.errors import StoreError
from parcelwatch.model import (
    Action,
    Advance,
    Answered,
    Checkpoint,
    Dossier,
    Draft,
    DraftState,
    Event,
    Message,
    Milestone,
    Observation,
    Pushed,
    Refused,
    Unanswered,
    Why,
)
from parcelwatch.render import AlertFacts, Renderer
from parcelwatch.store import Store, drafts, evidence, outbox, parcels
from parcelwatch.store.rows import NewAlert, whole

log = structlog.get_logger()

# A parcel whose own step fails is set aside this long, so that it cannot hold up the others.
SET_ASIDE = timedelta(hours=1)
MOST_ASSESSED = 500


@dataclass(frozen=True, slots=True)
class Judge:
    """What every step needs beside the parcel: the policy that decides and the renderer that finds the words."""

    policy: Policy
    renderer: Renderer


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said about one parcel, and when it was heard. `apart`: the courier must not be asked again before."""

    parcel_id: int
    observation: Observation | Pushed
    at: datetime
    apart: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Tally:
    """What some steps came to. `failed`: parcels whose step raised and was undone."""

    answered: int = 0
    unanswered: int = 0
    opened: int = 0
    resolved: int = 0
    failed: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        kinds = {kind: self.kinds.get(kind, 0) + other.kinds.get(kind, 0) for kind in {*self.kinds, *other.kinds}}
        return Tally(
            self.answered + other.answered,
            self.unanswered + other.unanswered,
            self.opened + other.opened,
            self.resolved + other.resolved,
            self.failed + other.failed,
            kinds,
        )


def ingest(store: Store, heard: Sequence[Heard], judge: Judge) -> Tally:
    """Take in what was heard; the caller holds the transaction.

    A parcel whose step raises is rolled back alone and set aside; the others go on.
    """
    tally = Tally()
    for one in heard:
        unanswered = isinstance(one.observation, Unanswered)
        tally += Tally(answered=not unanswered, unanswered=unanswered)
        tally += _survive(store, one.parcel_id, one.observation, judge, whole(one.at), one.apart)
    return tally


def assess_due(store: Store, judge: Judge, now: datetime) -> Tally:
    """Look again at the parcels whose time has come, with nothing heard; the caller holds the transaction."""
    tally = Tally()
    for parcel_id in parcels.due_to_assess(store, now, MOST_ASSESSED):
        tally += _survive(store, parcel_id, None, judge, whole(now))
    return tally


def act(store: Store, parcel_id: int, action: Action, judge: Judge, now: datetime) -> Advance:
    """Carry out an agent's action in a transaction of its own. Raises BadInput and NotFound."""
    with store.transaction():
        return take_step(store, parcel_id, action, judge, whole(now))


def take_step(store: Store, parcel_id: int, heard: Event | None, judge: Judge, now: datetime) -> Advance:
    """One step of one parcel, saved with everything it says; the caller holds the transaction."""
    before = parcels.dossier(store, parcel_id)
    heard = _as_kept(store, parcel_id, heard, now)
    step = advance(before, heard, judge.policy, now)
    ids = parcels.save(store, before, step, now)
    match heard:
        case Answered(checkpoints=said) | Pushed(Answered(checkpoints=said)):
            _count_unread(store, before, said, now)
        case Refused(unregistered=True):
            parcels.set_registered(store, [parcel_id], None)
    for kind in step.withdrawn:
        outbox.suppress(store, parcel_id, kind, "the case was resolved before it was sent")
    for message in step.messages:
        _enqueue(store, before, step, message, ids, judge, now)
    return step


def _as_kept(store: Store, parcel_id: int, heard: Event | None, now: datetime) -> Event | None:
    """What was heard as the store knows it: with times as it gives them back, and believed as far as it goes."""
    match heard:
        case Answered():
            return _rounded(heard)
        case Pushed(said):
            return Pushed(_rounded(said))
        case Refused(unregistered=True):
            return believed(heard, parcels.registered_at(store, parcel_id), now)
    return heard


def _rounded(said: Answered) -> Answered:
    """With times as the store gives them back; a microsecond more would make another checkpoint of the same one."""
    times = (at for one in said.checkpoints for at in (one.occurred_at, one.occurred_until))
    if all(at.microsecond % 1000 == 0 for at in times):
        return said
    checkpoints = (
        replace(one, occurred_at=whole(one.occurred_at), occurred_until=whole(one.occurred_until))
        for one in said.checkpoints
    )
    return replace(said, checkpoints=tuple(checkpoints))


# --- one bad parcel ------------------------------------------------------------------------------


def _survive(
    store: Store,
    parcel_id: int,
    heard: Observation | Pushed | None,
    judge: Judge,
    now: datetime,
    apart: timedelta = timedelta(0),
) -> Tally:
    try:
        with store.savepoint():
            step = take_step(store, parcel_id, heard, judge, now)
            if apart and heard is not None:
                _keep_apart(store, step, now + apart)
    except StoreError:
        raise
    except Exception:
        log.exception("a parcel's step failed and was undone", parcel=parcel_id)
        parcels.poll_again(store, [parcel_id], now + SET_ASIDE)
        if heard is None:
            parcels.look_again(store, [parcel_id], now + SET_ASIDE)
        return Tally(failed=1)
    return _count(step)


def _keep_apart(store: Store, step: Advance, earliest: datetime) -> None:
    """Not due before `earliest`, whatever deadline falls before it: the first answer after a deadline is as good."""
    if step.poll_at is not None and step.poll_at < earliest:
        parcels.poll_again(store, [step.dossier.parcel.id], earliest)


def _count(step: Advance) -> Tally:
    if not step.events:
        return Tally()
    opened = [event.kind for event in step.events if event.signal == "fires"]
    resolved = sum(event.after == "resolved" for event in step.events)
    return Tally(opened=len(opened), resolved=resolved, kinds={kind: opened.count(kind) for kind in opened})


# --- what could not be read ----------------------------------------------------------------------


def _count_unread(store: Store, before: Dossier, said: Iterable[Checkpoint], now: datetime) -> None:
    """Count codes and wordings that mean nothing to us, once per checkpoint."""
    unread = [one for one in said if one.milestone is Milestone.UNKNOWN]
    if not unread:
        return
    known = {entry.checkpoint.identity for entry in before.timeline.entries}
    seen = {_wording(entry.checkpoint) for entry in before.timeline.entries}
    for checkpoint in unread:
        if checkpoint.identity not in known:
            another = _wording(checkpoint) not in seen
            seen.add(_wording(checkpoint))
            courier, code, text = before.parcel.courier, checkpoint.code, checkpoint.text
            evidence.count_unknown(store, courier, code, text, now, another=another)


def _wording(checkpoint: Checkpoint) -> tuple[str, str]:
    """What is unknown about it: its code, or its text where it has none."""
    return (checkpoint.code, "" if checkpoint.code else checkpoint.text)


# --- words ---------------------------------------------------------------------------------------


def _enqueue(
    store: Store,
    before: Dossier,
    step: Advance,
    message: Message,
    ids: Mapping[str, int],
    judge: Judge,
    now: datetime,
) -> None:
    facts = _facts(step, message, ids, now)
    if message.draft:
        draft = _draft_of(before, step, message)
        if draft is None:
            return
        if message.why is Why.WITHDRAWN and not outbox.take_back_draft(store, draft.id or 0, message.sentence):
            return
        if message.why is Why.DRAFTED:
            draft = _write(store, step.dossier.parcel.id, draft, judge, now)
        facts = replace(facts, draft_id=draft.id, language=draft.language, subject=draft.subject, body=draft.body)
    words = judge.renderer.alert(message, facts)
    outbox.enqueue(
        store,
        NewAlert(
            kind=message.kind,
            channel=message.channel,
            severity=message.severity,
            title=words.title,
            body=words.body,
            line=words.line,
            why=message.why,
            priority=message.priority,
            draft=message.draft,
            parcel_id=step.dossier.parcel.id,
            case_id=facts.case_id,
            draft_id=facts.draft_id,
            suppressed=message.suppressed,
            import_id=step.dossier.parcel.import_id if message.first else None,
        ),
        now,
    )


def _facts(step: Advance, message: Message, ids: Mapping[str, int], now: datetime) -> AlertFacts:
    parcel = step.dossier.parcel
    case = next(case for case in step.dossier.cases if case.kind == message.kind)
    return AlertFacts(
        number=parcel.number,
        courier=parcel.courier,
        now=now,
        company=parcel.company,
        order=parcel.order,
        milestone=step.dossier.milestone,
        case_id=ids[message.kind],
        threshold=case.threshold,
        policy_line=case.policy_line,
    )


def _draft_of(before: Dossier, step: Advance, message: Message) -> Draft | None:
    """The draft a message brings (not stored yet) or takes back (stored, and just moved)."""
    if message.why is Why.DRAFTED:
        return next((one for one in step.dossier.drafts if one.kind == message.kind and one.id is None), None)
    unsent = {one.id for one in before.drafts if one.unsent}
    ended = (DraftState.WITHDRAWN, DraftState.SUPERSEDED)
    moved = (one for one in step.dossier.drafts if one.kind == message.kind and one.state in ended)
    return next((one for one in moved if one.id in unsent), None)


def _write(store: Store, parcel_id: int, draft: Draft, judge: Judge, now: datetime) -> Draft:
    letter = judge.renderer.draft(draft.kind, draft.language, draft.facts)
    draft_id = drafts.save(store, parcel_id, draft, letter.subject, letter.body, now)
    return replace(draft, id=draft_id, subject=letter.subject, body=letter.body)
