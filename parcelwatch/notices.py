"""What is told: what a step gives notice of becomes messages, for whoever is to hear of it.

What belongs here: from a notice to the outbox, in the transaction of whoever saves what it is about. What gives notice
is core.advance's; who hears of it, and what keeps it back, core.dispatch's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from parcelwatch.core import dispatch
from parcelwatch.core.cases import Signal
from parcelwatch.core.drafts import about
from parcelwatch.core.incidents import Incident, around, hub, spot
from parcelwatch.core.messaging import grouping
from parcelwatch.core.policy import Policy
from parcelwatch.model import (
    Advance,
    Case,
    CaseCleared,
    CaseNotice,
    CaseTold,
    Dossier,
    DraftState,
    Form,
    LetterLapsed,
    LetterTakenBack,
    LetterUnsure,
    LetterWritten,
    Parcel,
    Why,
)
from parcelwatch.store import Store, alerts, cases, drafts, incidents, outbox, parcels, silences, takeback
from parcelwatch.store.dossiers import Saved
from parcelwatch.store.rows import NewAlert

_AGAIN = "the case stands again"
_SAID_ALREADY = "agents were reminded of this letter already"


def say(
    store: Store, step: Advance, saved: Saved, policy: Policy, now: datetime, wave: int | None, *, pushed: bool
) -> None:
    parcel = step.dossier.parcel
    for notice in step.notices:
        if isinstance(notice, CaseTold):
            takeback.not_over(store, saved.cases[notice.case.kind], _AGAIN)
        if isinstance(notice, CaseCleared):
            all_clear(store, replace(notice.case, id=saved.cases[notice.case.kind]), parcel.id, notice, now)
        elif isinstance(notice, LetterUnsure):
            _letter_unsure(store, parcel, notice, policy, now)
        elif isinstance(notice, LetterLapsed):
            lapsed(store, notice, policy, now)
        else:
            waits = not step.first or grouping.waits(notice.case.since, parcel.added_at, pushed=pushed)
            _enqueue(store, step, notice, saved, policy, now, wave if waits else None)


def _enqueue(
    store: Store, step: Advance, notice: CaseNotice, saved: Saved, policy: Policy, now: datetime, wave: int | None
) -> None:
    draft_id = _draft_id(notice, saved)
    repeated = _SAID_ALREADY if _is_reminder(notice) and draft_id and alerts.reminded_of(store, draft_id) else ""
    reason = "the draft no longer holds"
    if isinstance(notice, LetterTakenBack) and not takeback.take_back_draft(store, draft_id or 0, reason):
        return
    holding = silences.holding(store, now)
    inside = _inside(store, step.dossier, notice.case.kind, policy)
    way = dispatch.way(notice, step.dossier.parcel, policy, now, first=step.first, silences=holding, inside=inside)
    parcel_id, case = _about(store, step, notice, saved)
    alert = _alert(notice, case, parcel_id, draft_id, way)
    alert = replace(alert, suppressed=way.suppressed or repeated, import_id=wave)
    outbox.enqueue_all(store, alert, way.receivers, now)
    if case.id is None or not isinstance(notice, CaseTold):
        return
    if way.incident is not None:
        incidents.take_in(store, case.id, way.incident)
    if way.silence is not None or way.incident is not None:
        silences.unheard(store, case.id)


def _alert(notice: CaseNotice, case: Case, parcel_id: int, draft_id: int | None, way: dispatch.Way) -> NewAlert:
    """What a notice about a case or its letter becomes."""
    return NewAlert(
        kind=case.kind,
        channel="",
        severity=dispatch.severity(notice),
        why=dispatch.why(notice),
        fact=dispatch.fact(notice),
        draft=isinstance(notice, LetterWritten | LetterTakenBack),
        parcel_id=parcel_id,
        case_id=case.id,
        draft_id=draft_id,
        suppressed=way.suppressed,
        silence=way.silence,
        incident=way.incident,
    )


def _inside(store: Store, dossier: Dossier, kind: str, policy: Policy) -> Incident | None:
    """The incident that a trouble of this parcel is part of."""
    known = incidents.live(store) if policy.incidents.enabled else []
    return around(kind, spot(dossier.parcel, hub(dossier.timeline)), known) if known else None


def tell_again(store: Store, parcel_id: int, kind: str, policy: Policy, now: datetime) -> bool:
    """Repeat what is said of a case that nobody took, but where word of it waits; False where nobody is told.

    The caller holds the transaction.
    """
    case = cases.of_kind(store, parcel_id, kind)
    notice = CaseTold(case, Why.REPEATED)
    dossier, holding = parcels.dossier(store, parcel_id), silences.holding(store, now)
    inside = _inside(store, dossier, kind, policy)
    way = dispatch.way(notice, dossier.parcel, policy, now, first=False, silences=holding, inside=inside)
    waits = alerts.waits_on(store, case.id or 0)
    free = [one for one in way.receivers if one.channel not in waits]
    if way.suppressed or not free:
        return False
    alert = NewAlert(kind, "", case.severity, Why.REPEATED, case.fact, parcel_id=parcel_id, case_id=case.id)
    outbox.enqueue_all(store, alert, free, now)
    return True


def all_clear(store: Store, case: Case, parcel_id: int, notice: CaseCleared, now: datetime) -> None:
    """Tell whoever was told of a case that it is over, and nobody else."""
    assert case.id is not None
    for channel in alerts.told_on(store, case.id):
        alert = NewAlert(
            kind=case.kind,
            channel=channel,
            severity=case.severity,
            why=Why.CLEARED,
            fact=replace(notice.why, since=case.since),
            parcel_id=parcel_id,
            case_id=case.id,
            suppressed=dispatch.MOOT if notice.moot else "",
        )
        outbox.enqueue(store, alert, now)


def over_meanwhile(store: Store, told: Iterable[tuple[int, str]], now: datetime) -> None:
    """Agents were told of these cases (parcel, kind) while they ended: an all-clear follows what did arrive.

    The caller holds the transaction.
    """
    for parcel_id, kind in told:
        case = cases.of_kind(store, parcel_id, kind)
        if case.live or case.by_agent or case.id is None:
            continue
        ends = [event.why for event in cases.events(store, case.id) if event.signal == Signal.CLEARS]
        if ends and ends[-1].says is Form.CLEARED:
            all_clear(store, case, parcel_id, CaseCleared(case, ends[-1]), now)


def _letter_unsure(store: Store, parcel: Parcel, notice: LetterUnsure, policy: Policy, now: datetime) -> None:
    way = dispatch.way(notice, parcel, policy, now, first=False)
    alert = NewAlert(
        kind=notice.draft.kind,
        channel="",
        severity=dispatch.severity(notice),
        why=dispatch.why(notice),
        fact=notice.why,
        draft=True,
        parcel_id=parcel.id,
        case_id=notice.case.id if notice.case else None,
        draft_id=notice.draft.id,
        suppressed=way.suppressed,
    )
    outbox.enqueue_all(store, alert, way.receivers, now)


def lapsed(store: Store, notice: LetterLapsed, policy: Policy, now: datetime) -> None:
    """Bring a draft once more, for an agent to check, whatever is silenced: it was to go, and does not."""
    parcel_id, draft = drafts.one(store, notice.draft.id or 0)
    if draft.state is not DraftState.DRAFT:
        return
    takeback.take_back_draft(store, draft.id or 0, "the draft is told of again at once")
    told = LetterWritten(draft, cases.of_kind(store, parcel_id, draft.kind))
    way = dispatch.way(told, parcels.one(store, parcel_id), policy, now, first=False)
    outbox.enqueue_all(store, _alert(told, told.case, parcel_id, draft.id, way), way.receivers, now)


def _about(store: Store, step: Advance, notice: CaseNotice, saved: Saved) -> tuple[int, Case]:
    """The parcel and the case of a message: this one's, but for a letter that is only about others of the order."""
    parcel_id = step.dossier.parcel.id
    if not isinstance(notice, LetterWritten) or about(notice.draft, parcel_id) is not None:
        return parcel_id, replace(notice.case, id=saved.cases[notice.case.kind])
    other = notice.draft.facts["parcel"]
    assert isinstance(other, int)
    return other, cases.of_kind(store, other, notice.case.kind)


def _is_reminder(notice: CaseNotice) -> bool:
    return isinstance(notice, CaseTold) and notice.why is Why.PROMISED


def _draft_id(notice: CaseNotice, saved: Saved) -> int | None:
    if isinstance(notice, CaseTold) and notice.case.word and _is_reminder(notice):
        return notice.case.word.letter
    if isinstance(notice, LetterTakenBack):
        return notice.draft.id
    return saved.drafts[drafts.key(notice.draft)] if isinstance(notice, LetterWritten) else None
