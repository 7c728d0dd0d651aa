"""All rules over one view: the findings, which of them are hidden, and when the answer may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from parcelwatch.core.kinds import KINDS, RULES
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import QUIET, Finding, Rule, Verdict
from parcelwatch.core.view import View
from parcelwatch.model import Order, Parcel

ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Assessment:
    """`verdicts`: those of the rules that fire or have a clock running; the others are quiet.

    `due_at`: the earliest deadline; the courier must be asked then, for silence counts only once confirmed.
    `valid_until`: up to this instant, and without news, the same assessment holds; None: for ever.
    """

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    due_at: datetime | None = None
    valid_until: datetime | None = None

    @property
    def findings(self) -> dict[str, Finding]:
        return {kind: verdict.finding for kind, verdict in self.verdicts.items() if verdict.finding}


def assess(view: View, policy: Policy) -> Assessment:
    """What is wrong with this parcel."""
    verdicts: dict[str, Verdict] = {}
    for rule in rules_for(policy, view.dossier.parcel):
        verdict = rule.judge(view)
        if verdict is not QUIET:
            verdicts[rule.kind] = verdict
    return Assessment(
        verdicts,
        due_at=_earliest(verdict.due_at for verdict in verdicts.values()),
        valid_until=_earliest(verdict.valid_until for verdict in verdicts.values()),
    )


def rules_for(policy: Policy, parcel: Parcel) -> tuple[Rule, ...]:
    """Every rule that looks at this parcel, with the thresholds that hold for it."""
    lane = (parcel.courier, parcel.company, parcel.service, parcel.origin, parcel.destination, parcel.tags)
    return _rules(policy, *lane)


@lru_cache(maxsize=4096)
def _rules(
    policy: Policy, courier: str, company: str, service: str, origin: str, destination: str, tags: tuple[str, ...]
) -> tuple[Rule, ...]:
    # Parcels alike in all of this share their rules; making them all anew at every step would cost the most.
    parcel = Parcel(0, "", courier, ALWAYS, company, service, origin, destination, orders=(Order(tags=tags),))
    thresholds = policy.table(parcel)
    return tuple(rule(thresholds[kind]) for kind, rule in RULES.items() if thresholds[kind].quiet is None)


def hidden_by(kind: str, present: Iterable[str]) -> str:
    """The worst of the kinds `present` that is worse than `kind`, "" when none is."""
    worst = min(present, key=_place, default="")
    return worst if worst and _place(worst) < _place(kind) else ""


def _place(kind: str) -> int:
    return KINDS[kind].place


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
