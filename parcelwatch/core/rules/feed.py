"""Rules about the feed itself: no record of the number, tracking that ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from parcelwatch.core.rules.base import FOREVER, QUIET, Rule, Verdict, dispatch_by
from parcelwatch.core.view import View
from parcelwatch.model import FINAL, Fact, Form, Milestone, Severity


@dataclass(frozen=True, slots=True)
class UnknownNumber(Rule):
    """The courier has no record of it, long after it was handed to us.

    Many have none before they have the parcel itself: until it was to be handed over, that is no trouble.
    """

    kind: ClassVar[str] = "unknown_number"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.UNKNOWN})

    def judge(self, view: View) -> Verdict:
        if view.dossier.missing_since is None or view.dossier.timeline.entries:
            return QUIET
        parcel = view.dossier.parcel
        by, note = dispatch_by(view)
        until = by if by and by > parcel.added_at else None
        since = until or parcel.added_at
        verdict = self.silent(
            view, since, (Severity.MEDIUM, Severity.HIGH), Fact(Form.NO_RECORD, since=since, until=until)
        )
        return replace(verdict, note=None if by and not until else note)


@dataclass(frozen=True, slots=True)
class TrackingStopped(Rule):
    """Its tracking ended before the parcel did: stopped by the aggregator, refused, or its record is gone."""

    kind: ClassVar[str] = "tracking_stopped"
    at: ClassVar[frozenset[Milestone]] = frozenset(Milestone) - FINAL

    @property
    def patience(self) -> timedelta | None:
        return FOREVER

    def judge(self, view: View) -> Verdict:
        dossier = view.dossier
        if view.over:
            return QUIET
        since = view.quiet_since or dossier.parcel.added_at
        if dossier.stopped:
            ended = Fact(Form.TRACKING_ENDED, since=since, reason=dossier.stopped)
            return Verdict(self.found(Severity.MEDIUM, ended))
        if dossier.refused:
            refused = Fact(Form.ASKING_REFUSED, since=since, reason=dossier.refused)
            return Verdict(self.found(Severity.MEDIUM, refused))
        if dossier.missing_since is None or not dossier.timeline.entries:
            return QUIET
        gone = dossier.missing_since
        return self.silent(view, gone, (Severity.MEDIUM, Severity.MEDIUM), Fact(Form.RECORD_GONE, since=gone))
