"""Load, advance, save: what was decided about parcels goes to the store with what is to be told, in one transaction.

What belongs here: the border between the pure step and the store. Nobody else saves what `advance` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from parcelwatch.core import dispatch
from parcelwatch.core.advance import advance
from parcelwatch.core.cadence import SET_ASIDE
from parcelwatch.core.drafts import about
from parcelwatch.core.orders import described
from parcelwatch.core.policy import Policy
from parcelwatch.core.privacy import wording
from parcelwatch.errors import StoreError
from parcelwatch.model import (
    Advance,
    Amended,
    Answered,
    Case,
    Checkpoint,
    Dossier,
    Event,
    LetterAction,
    LetterTakenBack,
    LetterWritten,
    Milestone,
    Notice,
    Observation,
    Parcel,
    Passed,
    Pushed,
    Unanswered,
    Undelivered,
)
from parcelwatch.store import Store, cases, drafts, evidence, imports, orders, outbox, parcels
from parcelwatch.store.dossiers import Saved
from parcelwatch.store.rows import Added, NewAlert, whole

log = structlog.get_logger()

MOST_ASSESSED = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said about one parcel, and when it was heard."""

    parcel_id: int
    observation: Observation | Pushed
    at: datetime


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


def ingest(store: Store, heard: Sequence[Heard], policy: Policy) -> Tally:
    """Take in what was heard; the caller holds the transaction.

    A parcel whose step raises is rolled back alone and set aside; the others go on.
    """
    tally = Tally()
    for one in heard:
        unanswered = isinstance(one.observation, Unanswered)
        tally += Tally(answered=not unanswered, unanswered=unanswered)
        tally += _survive(store, one.parcel_id, one.observation, policy, whole(one.at))
    return tally


def assess_due(store: Store, policy: Policy, now: datetime) -> Tally:
    """Look again, with nothing heard, at the parcels whose time has come; the caller holds the transaction."""
    tally = Tally()
    for parcel_id in parcels.due_to_assess(store, now, MOST_ASSESSED):
        tally += _survive(store, parcel_id, Passed(), policy, whole(now))
    return tally


def rejudge(store: Store, policy: Policy, now: datetime) -> Tally:
    """Look again at parcels that another policy judged, a batch of them; the caller holds the transaction.

    What newly fires is told together once all of them were looked at.
    """
    waiting = parcels.judged_otherwise(store, policy.policy_id, MOST_ASSESSED)
    wave = imports.wave(store, policy.policy_id, now, over=len(waiting) < MOST_ASSESSED)
    tally = Tally()
    for parcel_id in waiting:
        tally += _survive(store, parcel_id, Passed(), policy, whole(now), wave=wave)
    return tally


def watch(store: Store, said: Parcel, policy: Policy, now: datetime) -> Added:
    """Watch a parcel (its id is ignored), or take over what is new about it; the caller holds the transaction.

    What it leaves empty stays as it was.
    """
    now = whole(now)
    said = replace(said, orders=orders.resolved(store, said.orders))
    known = parcels.same(store, said)
    if known is None:
        return Added(parcels.add(store, said, now), "added")
    if described(known, said) == known:
        return Added(known.id, "unchanged")
    take_step(store, known.id, Amended(said), policy, now)
    return Added(known.id, "updated")


def undelivered(store: Store, untold: Sequence[tuple[int, str]], policy: Policy, now: datetime) -> None:
    """Nobody was told of these cases (parcel, kind) after all; the caller holds the transaction."""
    for parcel_id, kind in untold:
        take_step(store, parcel_id, Undelivered((kind,)), policy, whole(now))


def take_step(
    store: Store, parcel_id: int, event: Event, policy: Policy, now: datetime, *, wave: int | None = None
) -> Advance:
    """One step of one parcel, saved with everything it says; the caller holds the transaction.

    `wave`: what it says waits for the rest of that import, or of the parcels that are judged anew.
    """
    before = _dossier(store, parcel_id, event)
    event = _as_kept(event)
    step = advance(before, event, policy, now)
    saved = parcels.save(store, before, step, now)
    match event:
        case Answered(checkpoints=said) | Pushed(Answered(checkpoints=said)):
            _count_unread(store, before, said, now)
    untold = [kind for kind in step.ended if outbox.suppress(store, parcel_id, kind, _MOOT)]
    if _claims_are_over(before, step.dossier):
        outbox.take_back_claims(store, parcel_id, "there is no claim to be made any more")
    wave = step.dossier.parcel.import_id if step.first else wave
    for notice in step.notices:
        _enqueue(store, step, notice, saved, policy, now, wave)
    if untold:
        take_step(store, parcel_id, Undelivered(tuple(untold)), policy, now)
    return step


def _claims_are_over(before: Dossier, after: Dossier) -> bool:
    def running(dossier: Dossier) -> bool:
        return any(case.claim is not None and case.claim.running for case in dossier.cases)

    return running(before) and not running(after)


_MOOT = "the case was resolved before it was sent"


def _dossier(store: Store, parcel_id: int, event: Event) -> Dossier:
    """All that is known of the parcel, with the draft an agent acts on, sent or not."""
    known = parcels.dossier(store, parcel_id)
    if not isinstance(event, LetterAction) or any(one.id == event.draft_id for one in known.drafts):
        return known
    return replace(known, drafts=(*known.drafts, drafts.one(store, event.draft_id)[1]))


def _as_kept(event: Event) -> Event:
    """What was heard with times as the store gives them back."""
    match event:
        case Answered():
            return _rounded(event)
        case Pushed(said):
            return Pushed(_rounded(said))
    return event


def _rounded(said: Answered) -> Answered:
    """A microsecond more would make another checkpoint of the same one."""
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
    event: Event,
    policy: Policy,
    now: datetime,
    wave: int | None = None,
) -> Tally:
    try:
        with store.savepoint():
            step = take_step(store, parcel_id, event, policy, now, wave=wave)
    except StoreError:
        raise
    except Exception:
        log.exception("a parcel's step failed and was undone", parcel=parcel_id)
        later, why = SET_ASIDE.after(now)
        parcels.poll_again(store, [parcel_id], later, why)
        if isinstance(event, Passed):
            parcels.look_again(store, [parcel_id], later)
            parcels.set_judged(store, parcel_id, policy.policy_id)
        return Tally(failed=1)
    return _count(step)


def _count(step: Advance) -> Tally:
    if not step.events:
        return Tally()
    opened = [event.kind for event in step.events if event.signal == "fires"]
    resolved = sum(event.after == "resolved" for event in step.events)
    return Tally(opened=len(opened), resolved=resolved, kinds={kind: opened.count(kind) for kind in opened})


# --- what could not be read ----------------------------------------------------------------------


def _count_unread(store: Store, before: Dossier, said: Iterable[Checkpoint], now: datetime) -> None:
    """Count codes and wordings that mean nothing to us, once per checkpoint."""
    unread = [one for one in said if one.milestone is Milestone.UNKNOWN or one.unmapped]
    if not unread:
        return
    known = {entry.checkpoint.identity for entry in before.timeline.entries}
    seen = {_wording(entry.checkpoint) for entry in before.timeline.entries}
    for checkpoint in unread:
        if checkpoint.identity not in known:
            another = _wording(checkpoint) not in seen
            seen.add(_wording(checkpoint))
            courier, code = before.parcel.courier, checkpoint.code
            text = checkpoint.text if code else _wording(checkpoint)[1]
            evidence.count_unknown(store, courier, code, text, now, another=another)


def _wording(checkpoint: Checkpoint) -> tuple[str, str]:
    """What is unknown about it: its code, or the wording of its text where it has none."""
    return (checkpoint.code, "" if checkpoint.code else wording(checkpoint.text, checkpoint.place))


# --- what is told --------------------------------------------------------------------------------


def _enqueue(
    store: Store, step: Advance, notice: Notice, saved: Saved, policy: Policy, now: datetime, wave: int | None
) -> None:
    draft_id = _draft_id(notice, saved)
    reason = "the draft no longer holds"
    if isinstance(notice, LetterTakenBack) and not outbox.take_back_draft(store, draft_id or 0, reason):
        return
    way = dispatch.way(notice, policy, now, first=step.first)
    parcel_id, case = _about(store, step, notice, saved)
    alert = NewAlert(
        kind=case.kind,
        channel=way.channel,
        severity=dispatch.severity(notice),
        why=dispatch.why(notice),
        fact=dispatch.fact(notice),
        draft=draft_id is not None,
        parcel_id=parcel_id,
        case_id=case.id,
        draft_id=draft_id,
        suppressed=way.suppressed,
        import_id=wave,
    )
    outbox.enqueue(store, alert, now)


def _about(store: Store, step: Advance, notice: Notice, saved: Saved) -> tuple[int, Case]:
    """The parcel and the case of a message: this one's, but for a letter that is only about others of the order."""
    parcel_id = step.dossier.parcel.id
    if not isinstance(notice, LetterWritten) or about(notice.draft, parcel_id) is not None:
        return parcel_id, replace(notice.case, id=saved.cases[notice.case.kind])
    other = notice.draft.facts["parcel"]
    assert isinstance(other, int)
    return other, cases.of_kind(store, other, notice.case.kind)


def _draft_id(notice: Notice, saved: Saved) -> int | None:
    if isinstance(notice, LetterTakenBack):
        return notice.draft.id
    return saved.drafts[drafts.key(notice.draft)] if isinstance(notice, LetterWritten) else None
