"""What becomes of the claim against the courier that a case may lead to, and when agents are reminded of its last day.

What belongs here: the life of a claim, and its reminders. Until when it is in time is windows.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from parcelwatch.core.rules import Finding
from parcelwatch.core.step import Step
from parcelwatch.core.tracking.timeline import earliest
from parcelwatch.core.view import View
from parcelwatch.core.windows import CLAIMABLE, deadline
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import (
    Case,
    CaseEvent,
    Claim,
    ClaimAction,
    ClaimState,
    ClaimTold,
    Event,
    Fact,
    Form,
    Milestone,
    Severity,
    Why,
)

REMIND: Final[Mapping[int, Severity]] = {
    7: Severity.MEDIUM,
    3: Severity.HIGH,
    1: Severity.HIGH,
    0: Severity.CRITICAL,
}
"""So many days before the last one agents are reminded, and how gravely; 0 is when it is over."""

_NINE: Final = time(9)
_DAY: Final = timedelta(days=1)


# --- the life of a claim -------------------------------------------------------------------------

_OPEN, _FILED, _PAID, _REFUSED, _NONE = ClaimState

# A pair that is not here is not a move. What was refused can be contested; what was paid is over.
TRANSITIONS: Final[Mapping[tuple[ClaimState, str], ClaimState]] = {
    (_OPEN, "file"): _FILED,
    (_FILED, "file"): _FILED,
    (_REFUSED, "file"): _FILED,
    (_NONE, "file"): _FILED,
    (_OPEN, "pay"): _PAID,
    (_FILED, "pay"): _PAID,
    (_REFUSED, "pay"): _PAID,
    (_PAID, "pay"): _PAID,
    (_OPEN, "refuse"): _REFUSED,
    (_FILED, "refuse"): _REFUSED,
    (_OPEN, "drop"): _NONE,
    (_FILED, "drop"): _NONE,
    (_REFUSED, "drop"): _NONE,
}
_SAYS: Final = {
    _FILED: Form.CLAIM_FILED,
    _PAID: Form.CLAIM_PAID,
    _REFUSED: Form.CLAIM_REFUSED,
    _NONE: Form.CLAIM_NONE,
}


def move(step: Step, event: Event, view: View, findings: Mapping[str, Finding]) -> Step:
    """Every claim after what an agent said of it and what is known by now, and what agents are to hear.

    Raises BadInput and NotFound for what an agent wants.
    """
    if isinstance(event, ClaimAction):
        step = _act(step, event)
    if not step.dossier.cases or step.dossier.unwatched:
        return step
    before = {case.kind: case.claim for case in step.dossier.cases}
    return _shared(_remind(_date(step, view, findings), before))


def _act(step: Step, action: ClaimAction) -> Step:
    case = next((case for case in step.dossier.cases if case.kind == action.kind), None)
    if case is None:
        raise NotFound(f"parcel {step.dossier.parcel.number} has no case of kind {action.kind}")
    if case.kind not in CLAIMABLE:
        raise BadInput(f"case {case.id} is {case.kind}: nothing is claimed from a courier for that")
    claim = case.claim or Claim()
    after = TRANSITIONS.get((claim.state, action.verb))
    if after is None:
        raise BadInput(f"the claim of case {case.id} is {claim.state}: “{action.verb}” cannot follow")
    moved = replace(claim, state=after, ref=action.ref or claim.ref, amount=action.amount or claim.amount)
    why = Fact(_SAYS[after], reason={_PAID: moved.amount, _NONE: ""}.get(after, moved.ref))
    event = CaseEvent(case.kind, step.now, action.verb, f"claim {claim.state}", f"claim {after}", why, action.by)
    return _with(replace(step, events=(*step.events, event)), {case.kind: moved})


def _date(step: Step, view: View, findings: Mapping[str, Finding]) -> Step:
    """Every claim that is still to be made with its last day, as it is known by now."""
    policy, cases = step.policy, step.dossier.cases
    dated: dict[str, Claim | None] = {}
    for case in cases:
        if case.kind not in CLAIMABLE or _settled(case):
            continue
        if _stands(case, view, findings):
            dated[case.kind] = _kept(case, deadline(view, case.kind, policy.claims, policy.calendar), cases)
        elif case.claim is not None:
            dated[case.kind] = replace(case.claim, stands=False)
    return _with(step, dated)


def _stands(case: Case, view: View, findings: Mapping[str, Finding]) -> bool:
    """Whether there is something to claim for: trouble that ends by itself takes that along, an agent does not.

    What was late is so for ever once it has arrived, be it where the buyer is to collect it.
    """
    if case.live or (case.by_agent and case.kind in findings):
        return True
    return case.kind == "late" and _arrived_late(view)


_ARRIVED: Final = frozenset({Milestone.DELIVERED, Milestone.AVAILABLE_FOR_PICKUP})


def _arrived_late(view: View) -> bool:
    promise = view.dossier.parcel.promised_by or view.dossier.promise
    arrived = [earliest(one) for one in view.entries if one.checkpoint.milestone in _ARRIVED]
    return promise is not None and any(at > promise for at in arrived)


def _kept(case: Case, claim: Claim | None, cases: Iterable[Case]) -> Claim | None:
    """The claim with what agents were told of that very day, be it for another case of the same loss."""
    if claim is None or claim.last_on is None:
        return claim
    told = [
        one.claim.told
        for one in cases
        if one.claim and one.claim.last_on == claim.last_on and one.claim.told is not None and _same_loss(one, case)
    ]
    return replace(claim, told=min(told, default=None))


def _shared(step: Step) -> Step:
    """With every case of one loss knowing what was told of another, so that the next step has nothing to say."""
    while True:
        cases = step.dossier.cases
        claims = {one.kind: _kept(one, one.claim, cases) for one in cases if one.claim and one.claim.running}
        after = _with(step, claims)
        if after.dossier.cases == cases:
            return step
        step = after


def _same_loss(one: Case, other: Case) -> bool:
    return not {*CLAIMABLE.get(one.kind, ())}.isdisjoint(CLAIMABLE[other.kind])


# --- reminders -----------------------------------------------------------------------------------


def _remind(step: Step, before: Mapping[str, Claim | None]) -> Step:
    """A notice for each claim whose next reminder has come; one for each loss, whatever number of cases it has."""
    zone, now = step.policy.claims.zone, step.now
    known = {claim.last_on for claim in before.values() if claim is not None}
    said = {loss for case in step.dossier.cases if _settled(case) for loss in CLAIMABLE[case.kind]}
    told: dict[str, Claim | None] = {}
    notices: list[ClaimTold] = []
    for case, claim in _by_weight(step.dossier.cases):
        days = next((days for days in sorted(REMIND) if _moment(claim, days, zone) <= now), None)
        if days is None or (claim.told is not None and claim.told <= days):
            said |= {*CLAIMABLE[case.kind]}
            continue
        told[case.kind] = replace(claim, told=days)
        # Nobody missed what was over before anybody could know of it.
        unheard_of = not days and claim.last_on not in known
        if said.isdisjoint(CLAIMABLE[case.kind]) and not unheard_of:
            notices.append(_notice(replace(case, claim=told[case.kind]), claim, days, now.astimezone(zone).date()))
        said |= {*CLAIMABLE[case.kind]}
    return _with(replace(step, notices=(*step.notices, *notices)) if notices else step, told)


def _settled(case: Case) -> bool:
    return case.claim is not None and case.claim.state is not ClaimState.OPEN


def _by_weight(cases: Iterable[Case]) -> Iterator[tuple[Case, Claim]]:
    """The visible cases whose claim has a last day that still counts, the worst kind first."""
    order = {kind: place for place, kind in enumerate(CLAIMABLE)}
    for case in sorted(cases, key=lambda case: order.get(case.kind, len(order))):
        if case.claim is not None and case.claim.running and not case.hidden_by:
            yield case, case.claim


def _moment(claim: Claim, days: int, zone: tzinfo) -> datetime:
    """When agents are told that so many days are left: at nine in the shop's morning."""
    assert claim.last_on is not None
    assert claim.ends_at is not None
    if not days:
        return claim.ends_at
    return datetime.combine(claim.last_on - days * _DAY, _NINE, zone).astimezone(UTC)


def _notice(case: Case, claim: Claim, days: int, today: date) -> ClaimTold:
    assert claim.last_on is not None
    says, why = (Form.CLAIM_DUE, Why.CLAIM_DUE) if days else (Form.CLAIM_MISSED, Why.CLAIM_MISSED)
    left = max(0, (claim.last_on - today).days)
    fact = Fact(says, since=case.since, on=claim.last_on, count=left, kind=case.kind)
    severity = min(REMIND[days], Severity.MEDIUM, key=lambda one: one.rank) if case.kind == "late" else REMIND[days]
    return ClaimTold(case, severity, why, fact)


def next_at(step: Step) -> datetime | None:
    """When the next reminder is due, None when there is none to come."""
    if step.dossier.unwatched or not step.dossier.cases:
        return None
    zone = step.policy.claims.zone
    moments = (_moment(claim, days, zone) for _, claim in _by_weight(step.dossier.cases) for days in REMIND)
    return min((at for at in moments if at > step.now), default=None)


def _with(step: Step, claims: Mapping[str, Claim | None]) -> Step:
    cases = tuple(
        replace(case, claim=claims[case.kind]) if case.kind in claims and claims[case.kind] != case.claim else case
        for case in step.dossier.cases
    )
    if cases == step.dossier.cases:
        return step
    return replace(step, dossier=replace(step.dossier, cases=cases))
