"""Why a parcel is, or is not, in trouble: every rule with its clock laid open.

What belongs here: composing what the rules say of one view into values people can check. Judging is the rules'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from parcelwatch.core.assess import hidden_by
from parcelwatch.core.kinds import CLOCKED, RULES
from parcelwatch.core.learn.outlook import Outlook
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import Rule, Verdict
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.clockwork import Clock, Skip
from parcelwatch.core.timekeeping.whereabouts import Known
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import as_of, current
from parcelwatch.core.view import View, view
from parcelwatch.duration import Duration
from parcelwatch.model import Dossier, Fact, Milestone, Severity

Remembered = tuple[datetime, Mapping[str, object]]
"""A line of the parcel's history: when it was heard, and what of the dossier it changed (times as ISO text)."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one rule says of one parcel at one moment.

    `place`: by whose days its clock goes ("DE", "US-CA"), in which `zones`; `known`: how we know that it is there.
    `since`: where its clock started, None while none runs. `put_off`: the words that put the delivery off until then.
    `counted`: how much of the time up to the moment counts, in hours; `unit` is what the threshold is written in.
    `due_at`: when it fires, or gets worse, if the courier then answers without news. `blind`: that moment has passed,
    but the courier has not answered since. `note`: what else the rule went by.
    """

    kind: str
    fires: bool
    limits: Threshold
    severity: Severity | None = None
    fact: Fact | None = None
    limit: Duration | None = None
    since: datetime | None = None
    counted: float | None = None
    unit: str = ""
    put_off: str = ""
    place: str = ""
    zones: tuple[str, ...] = ()
    known: Known = Known.NOWHERE
    skipped: tuple[Skip, ...] = ()
    due_at: datetime | None = None
    blind: bool = False
    hidden_by: str = ""
    note: Fact | None = None

    @property
    def running(self) -> bool:
        return self.since is not None


def explain(dossier: Dossier, policy: Policy, at: datetime, outlook: Outlook | None = None) -> tuple[Explanation, ...]:
    """Every rule, in the order of RULES, as of `at`; Kinds with a live case hide milder ones too.

    `outlook`: what is known of parcels like it.
    """
    seen = view(dossier, policy.calendar, policy.foresight, outlook)
    return _all_of(policy.table(dossier.parcel), seen, at)


def on_trial(dossier: Dossier, policy: Policy, at: datetime, outlook: Outlook | None = None) -> tuple[Explanation, ...]:
    """The same of the thresholds that are in shadow for this parcel: what they would find, though nobody is told."""
    seen = view(dossier, policy.calendar, policy.foresight, outlook)
    return _all_of(policy.tables(dossier.parcel).shadows, seen, at)


def _all_of(table: Mapping[str, Threshold], seen: View, at: datetime) -> tuple[Explanation, ...]:
    verdicts = {kind: _judged(rule(table[kind]), seen) for kind, rule in RULES.items() if kind in table}
    present = {kind for kind, verdict in verdicts.items() if verdict.finding}
    present |= {case.kind for case in seen.dossier.cases if case.live}
    return tuple(_explained(kind, verdict, table[kind], seen, at, present) for kind, verdict in verdicts.items())


def _judged(rule: Rule, seen: View) -> Verdict:
    quiet = rule.limits.quiet
    return rule.judge(seen) if quiet is None else Verdict(note=quiet)


def known_at(dossier: Dossier, history: Iterable[Remembered], at: datetime) -> Dossier:
    """The dossier as it was known at `at`, without its cases; what the shop says of the parcel is as it is now.

    When the courier last answered before `at` is only known from what it then said: see core.tracking.timeline.as_of.
    """
    timeline = as_of(dossier.timeline, at)
    before = [data for when, data in history if when <= at]
    remembered: dict[str, object] = {}
    for data in before:
        remembered.update(data)
    stands = _milestone(remembered.get("stands"))
    reached = stage(current(timeline), stands)
    missing_since = _time(remembered.get("missing_since"))
    heard = [entry.last_seen_at for entry in timeline.entries]
    if dossier.confirmed_at is not None and dossier.confirmed_at <= at:
        heard.append(dossier.confirmed_at)
    if missing_since is not None:
        heard.append(missing_since)
    first = _time(remembered.get("first_tracked_at"))
    return replace(
        dossier,
        timeline=timeline,
        milestone=reached.milestone,
        cause=reached.cause,
        confirmed_at=max(heard, default=None),
        missing_since=missing_since,
        first_tracked_at=first,
        baseline_at=dossier.baseline_at if first else None,
        refused=str(remembered.get("refused") or ""),
        stopped=str(remembered.get("stopped") or ""),
        estimate=_time(remembered.get("estimate")),
        promise=_time(remembered.get("promise")),
        stands=stands,
        cases=(),
        shadows=(),
        drafts=(),
    )


def _explained(
    kind: str, verdict: Verdict, limits: Threshold, seen: View, at: datetime, present: set[str]
) -> Explanation:
    finding = verdict.finding
    unit = _unit(limits, finding.limit if finding else None)
    return Explanation(
        kind=kind,
        fires=finding is not None,
        limits=limits,
        severity=finding.severity if finding else None,
        fact=finding.fact if finding else None,
        limit=finding.limit if finding else None,
        since=verdict.since,
        counted=_hours(seen, kind, verdict.since, at, unit),
        unit=unit,
        put_off=_put_off(verdict, seen),
        place=seen.clock.place,
        zones=tuple(map(str, seen.clock.zones)),
        known=seen.where.known,
        skipped=_skipped(seen, kind, verdict.since, at, unit),
        due_at=verdict.due_at,
        blind=_blind(verdict, seen, at),
        hidden_by=hidden_by(kind, present) if finding else "",
        note=verdict.note,
    )


def _put_off(verdict: Verdict, seen: View) -> str:
    entry = seen.postponement if verdict.since is not None else None
    return entry.checkpoint.text if entry and verdict.since == seen.held_until else ""


def _blind(verdict: Verdict, seen: View, at: datetime) -> bool:
    if verdict.due_at is None or verdict.due_at > at:
        return False
    return seen.confirmed_at is None or seen.confirmed_at < verdict.due_at


def _unit(limits: Threshold, spoke: Duration | None) -> str:
    """What the clock counts in: the limit that spoke, else the first there is."""
    limit = spoke or limits.warn or limits.critical
    return limit.unit if limit else ""


def _hours(seen: View, kind: str, since: datetime | None, at: datetime, unit: str) -> float | None:
    if since is None:
        return None
    return _timed(seen, kind).elapsed(since, at, unit).total_seconds() / 3600


def _skipped(seen: View, kind: str, since: datetime | None, at: datetime, unit: str) -> tuple[Skip, ...]:
    return _timed(seen, kind).skipped(since, at, unit) if since and since < at else ()


def _timed(seen: View, kind: str) -> View | Clock:
    """What counts for a kind: a courier's delay holds the clocks of silence, and no promise."""
    return seen if kind in CLOCKED else seen.clock


def _milestone(value: object) -> Milestone | None:
    return Milestone(value) if isinstance(value, str) and value else None


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) and value else None
