"""All rules over one view: the findings, which of them are hidden, and when the answer may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import QUIET, RULES, SEVERE_FIRST, Finding, Verdict
from parcelwatch.core.view import View

_PLACE = {kind: place for place, row in enumerate(SEVERE_FIRST) for kind in row}


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
    thresholds = policy.table(view.dossier.parcel)
    verdicts: dict[str, Verdict] = {}
    for kind, rule in RULES.items():
        verdict = rule(thresholds[kind]).judge(view)
        if verdict is not QUIET:
            verdicts[kind] = verdict
    return Assessment(
        verdicts,
        due_at=_earliest(verdict.due_at for verdict in verdicts.values()),
        valid_until=_earliest(verdict.valid_until for verdict in verdicts.values()),
    )


def hidden_by(kind: str, present: Iterable[str]) -> str:
    """The worst of the kinds `present` that is worse than `kind`, "" when none is."""
    worst = min(present, key=_PLACE.__getitem__, default="")
    return worst if worst and _PLACE[worst] < _PLACE[kind] else ""


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
