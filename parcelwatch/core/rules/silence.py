"""Rules about what the courier did not say in time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from parcelwatch.core.rules.base import QUIET, SETTLED, Finding, Rule, Verdict, dispatch_by, scan, shortest
from parcelwatch.core.tracking.agreed import kept_until
from parcelwatch.core.tracking.habits import missed
from parcelwatch.core.tracking.timeline import latest
from parcelwatch.core.view import View
from parcelwatch.model import Fact, Form, Milestone, Severity

_MILD = (Severity.MEDIUM, Severity.HIGH)


@dataclass(frozen=True, slots=True)
class _Silence(Rule):
    """What agents were told of it stands until it moves or a day is agreed on.

    That a storm or a postponement from before is only told now takes nothing back; it holds what would get worse.
    """

    def judge(self, view: View) -> Verdict:
        verdict = self.heard(view)
        case = None if verdict.finding else next((one for one in view.dossier.cases if one.kind == self.kind), None)
        if case is None or not case.live:
            return verdict
        told = self.heard(earlier).finding if (earlier := view.as_told(case)) is not view else None
        return verdict if told is None else replace(verdict, finding=replace(told, severity=case.severity))

    @abstractmethod
    def heard(self, view: View) -> Verdict:
        """The verdict by all that was heard."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class NotPickedUp(_Silence):
    """Announced, never collected. Counted from the day the shop was to hand it over by, where that is known."""

    kind: ClassVar[str] = "not_picked_up"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.INFO_RECEIVED, Milestone.UNKNOWN})

    @property
    def patience(self) -> timedelta | None:
        return shortest(self.limits.warn)

    def heard(self, view: View) -> Verdict:
        announced = self._announced_at(view)
        if announced is None:
            return QUIET
        if rare := missed(view.dossier, self.kind):
            return Verdict(note=rare)
        by, note = dispatch_by(view)
        begins = by or announced
        since = max(begins, self._unread_at(view) or begins)
        says = Form.NOT_HANDED_OVER if by else Form.NOT_PICKED_UP
        return replace(self.silent(view, since, _MILD, Fact(says, since=since, until=by)), note=note)

    def _announced_at(self, view: View) -> datetime | None:
        if view.milestone is Milestone.INFO_RECEIVED and view.entries:
            return latest(next(e for e in view.entries if e.checkpoint.milestone is Milestone.INFO_RECEIVED))
        if not view.dossier.timeline.entries and view.confirmed_at and view.dossier.missing_since is None:
            return view.dossier.parcel.added_at
        return None

    def _unread_at(self, view: View) -> datetime | None:
        """The first of what nobody could read: it may have been the pickup; a second one cannot."""
        return next((latest(e) for e in view.entries if e.checkpoint.milestone is Milestone.UNKNOWN), None)


@dataclass(frozen=True, slots=True)
class _StuckAt(_Silence):
    """Nothing new since it reached the one milestone it is about."""

    says: ClassVar[Form]

    @property
    def patience(self) -> timedelta | None:
        return shortest(self.limits.warn)

    def heard(self, view: View) -> Verdict:
        since = view.counts_from if view.milestone in self.at else None
        if since is None:
            return QUIET
        if rare := missed(view.dossier, self.kind):
            return Verdict(note=rare)
        newest = scan(view.entries[-1]) if view.entries else None
        return self.silent(view, since, _MILD, Fact(self.says, since=since, scan=newest))


@dataclass(frozen=True, slots=True)
class NoFirstScan(_StuckAt):
    """Collected, never seen at a hub."""

    kind: ClassVar[str] = "no_first_scan"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.PICKED_UP})
    says: ClassVar[Form] = Form.NO_FIRST_SCAN


@dataclass(frozen=True, slots=True)
class NotDelivered(_StuckAt):
    """Out for delivery, and neither delivered nor failed."""

    kind: ClassVar[str] = "not_delivered"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.OUT_FOR_DELIVERY})
    says: ClassVar[Form] = Form.NO_OUTCOME


@dataclass(frozen=True, slots=True)
class Stalled(_Silence):
    """Under way, and nothing new.

    What nobody can read a word of may be standing still as well: somebody should look, no customer is written to.
    """

    kind: ClassVar[str] = "stalled"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.IN_TRANSIT, Milestone.EXCEPTION, Milestone.UNKNOWN})

    @property
    def patience(self) -> timedelta | None:
        return shortest(self.limits.warn)

    def heard(self, view: View) -> Verdict:
        since = view.counts_from
        if view.milestone is Milestone.UNKNOWN and view.entries and since is not None:
            unread = Fact(Form.ALL_UNREAD, since=since, scan=scan(view.entries[-1]))
            return self.silent(view, since, (Severity.LOW, Severity.MEDIUM), unread)
        under_way = view.milestone in (Milestone.IN_TRANSIT, Milestone.EXCEPTION)
        if not under_way or since is None or view.stage.cause in SETTLED:
            return QUIET
        newest = scan(view.entries[-1]) if view.entries else None
        return self.silent(view, since, _MILD, Fact(Form.NO_SCAN, since=since, scan=newest))


@dataclass(frozen=True, slots=True)
class AwaitingCollection(Rule):
    """In a locker, shop or station, and nobody comes.

    Where its scan says until when it is kept, that leads: told when half of the time is over, graver when a quarter is
    left.
    """

    kind: ClassVar[str] = "awaiting_collection"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.AVAILABLE_FOR_PICKUP})

    def judge(self, view: View) -> Verdict:
        entry = view.stage.entry
        if view.milestone is not Milestone.AVAILABLE_FOR_PICKUP or entry is None:
            return QUIET
        since = latest(entry)
        waiting = Fact(Form.NOT_COLLECTED, since=since, scan=scan(entry))
        ends = kept_until(entry, view.clock)
        if ends is not None and ends > since:
            return self._kept(view, since, replace(waiting, until=ends))
        return self.silent(view, since, (Severity.LOW, Severity.HIGH), waiting)

    def _kept(self, view: View, since: datetime, waiting: Fact) -> Verdict:
        assert waiting.until is not None, "it is kept until some time"
        quarter = (waiting.until - since) / 4
        both = ((self.limits.warn, 2, Severity.LOW), (self.limits.critical, 3, Severity.HIGH))
        finding: Finding | None = None
        for limit, quarters, severity in both:
            if limit is None:
                continue
            due_at = since + quarter * quarters
            if view.confirmed_at is None or view.confirmed_at < due_at:
                return Verdict(finding, since, due_at)
            finding = self.found(severity, waiting)
        return Verdict(finding, since)
