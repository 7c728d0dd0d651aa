"""All rules over one view: the findings, which of them are hidden, and when the answer may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from parcelwatch.core.kinds import KINDS, RULES
from parcelwatch.core.policy import Policy, Tables
from parcelwatch.core.rules import QUIET, Finding, Rule, Verdict
from parcelwatch.core.rules.base import FOREVER
from parcelwatch.core.view import View
from parcelwatch.model import Cause, Milestone, Parcel


@dataclass(frozen=True, slots=True)
class Assessment:
    """`verdicts`: those of the rules that fire or have a clock running; the others are quiet.

    `shadows`: the same of the rules whose thresholds are on trial.
    `due_at`: the earliest deadline; the courier must be asked then, for silence counts only once confirmed. What is on
    trial has its own, `trial_at`, for which nobody is asked: it waits for the next answer.
    `valid_until`: up to this instant, and without news, the same assessment holds; None: for ever.
    """

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    shadows: Mapping[str, Verdict] = field(default_factory=dict)
    due_at: datetime | None = None
    valid_until: datetime | None = None
    trial_at: datetime | None = None

    @property
    def findings(self) -> dict[str, Finding]:
        return _found(self.verdicts)

    @property
    def shadowed(self) -> dict[str, Finding]:
        """What the thresholds on trial find."""
        return _found(self.shadows)


def assess(view: View, policy: Policy) -> Assessment:
    """What is wrong with this parcel."""
    return judged(view, rules_for(policy, view.dossier.parcel))


def judged(view: View, rules: Rules) -> Assessment:
    """The same by rules that were chosen for the parcel."""
    verdicts = _judged(view, rules)
    shadows = _judged(view, rules.shadows) if rules.shadows is not None else {}
    every = [*verdicts.values(), *shadows.values()] if shadows else verdicts.values()
    return Assessment(
        verdicts,
        shadows,
        due_at=_earliest(verdict.due_at for verdict in verdicts.values()),
        valid_until=_earliest(verdict.valid_until for verdict in every),
        trial_at=_earliest(verdict.due_at for verdict in shadows.values()) if shadows else None,
    )


def _found(verdicts: Mapping[str, Verdict]) -> dict[str, Finding]:
    return {kind: verdict.finding for kind, verdict in verdicts.items() if verdict.finding}


def _judged(view: View, rules: Rules) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    for rule in rules.about(view):
        verdict = rule.judge(view)
        if verdict is not QUIET:
            verdicts[rule.kind] = verdict
    return verdicts


class Rules:
    """Every rule with the thresholds of some parcels, and which of them may speak where these are.

    `shadows`: the rules with thresholds on trial, None where there are none.
    """

    def __init__(self, every: tuple[Rule, ...], shadows: Rules | None = None) -> None:
        self.every = every
        self.shadows = shadows
        self._chosen: dict[tuple[Milestone, frozenset[Cause | None]], tuple[Rule, ...]] = {}
        self._patient: dict[Milestone, tuple[tuple[str, timedelta], ...] | None] = {}

    def about(self, view: View) -> tuple[Rule, ...]:
        """Those about where the parcel is and what was told of it; the others would be quiet."""
        key = (view.milestone, view.causes)
        return self._chosen.get(key) or self._choose(*key)

    def patient(self, at: Milestone) -> tuple[tuple[str, timedelta], ...] | None:
        """The kinds of which something may be found once so much time has passed since a scan that merely moves a
        parcel on to `at`; None where something may be found at once. See Rule.
        """
        if at not in self._patient:
            every = (*self.every, *self.shadows.every) if self.shadows is not None else self.every
            each = [(rule.kind, rule.patience) for rule in every if at in rule.at and not rule.of]
            known = tuple((kind, patience) for kind, patience in each if patience is not None)
            finite = tuple(one for one in known if one[1] < FOREVER)
            self._patient[at] = finite if len(known) == len(each) else None
        return self._patient[at]

    def _choose(self, at: Milestone, told: frozenset[Cause | None]) -> tuple[Rule, ...]:
        chosen = tuple(rule for rule in self.every if at in rule.at and (not rule.of or not rule.of.isdisjoint(told)))
        self._chosen[at, told] = chosen
        return chosen


# What was made of tables goes when they do, which is with their policy: a program that runs for years reads many.
_MADE: Final = WeakKeyDictionary[Tables, Rules]()


def rules_for(policy: Policy, parcel: Parcel) -> Rules:
    """The rules with the thresholds that hold for this parcel."""
    # Parcels alike in all that thresholds depend on share their rules; making them at every step would cost the most.
    tables = policy.tables(parcel)
    return _MADE.get(tables) or _MADE.setdefault(tables, _rules(tables))


def _rules(tables: Tables) -> Rules:
    tried = tuple(rule(tables.shadows[kind]) for kind, rule in RULES.items() if kind in tables.shadows)
    real = (rule(limits) for kind, rule in RULES.items() if (limits := tables.real[kind]).quiet is None)
    return Rules(tuple(real), Rules(tried) if tried else None)


def hidden_by(kind: str, present: Iterable[str]) -> str:
    """The worst of the kinds `present` that is worse than `kind`, "" when none is."""
    worst = min(present, key=_place, default="")
    return worst if worst and _place(worst) < _place(kind) else ""


def _place(kind: str) -> int:
    return KINDS[kind].place


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
