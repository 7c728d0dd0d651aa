"""Rules about the feed itself: no record of the number, tracking that ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from parcelwatch.core import moments
from parcelwatch.core.rules.base import QUIET, Rule, Verdict, hours
from parcelwatch.core.view import View
from parcelwatch.model import Severity


@dataclass(frozen=True, slots=True)
class UnknownNumber(Rule):
    """The courier has no record of it, long after it was handed to us."""

    kind: ClassVar[str] = "unknown_number"
    clears_when: ClassVar[str] = "any record at the courier"

    def judge(self, view: View) -> Verdict:
        if view.dossier.missing_since is None or view.dossier.timeline.entries:
            return QUIET
        since = view.dossier.parcel.added_at
        return self.silent(
            view,
            since,
            (Severity.MEDIUM, Severity.HIGH),
            lambda at: (
                f"The courier has no record of it, {hours(since, at)} after it was added ({moments.write(since)})"
            ),
        )


@dataclass(frozen=True, slots=True)
class TrackingStopped(Rule):
    """Its tracking ended before the parcel did: stopped by the aggregator, refused, or its record is gone."""

    kind: ClassVar[str] = "tracking_stopped"
    clears_when: ClassVar[str] = "tracked again"

    def judge(self, view: View) -> Verdict:
        dossier = view.dossier
        if view.over:
            return QUIET
        since = view.quiet_since or dossier.parcel.added_at
        if dossier.stopped:
            return Verdict(self.found(Severity.MEDIUM, since, f"Tracking has stopped: {dossier.stopped}"))
        if dossier.refused:
            return Verdict(self.found(Severity.MEDIUM, since, f"The courier refuses to answer: {dossier.refused}"))
        if dossier.missing_since is None or not dossier.timeline.entries:
            return QUIET
        gone = dossier.missing_since
        return self.silent(
            view,
            gone,
            (Severity.MEDIUM, Severity.MEDIUM),
            lambda at: f"The courier's record of it is gone, since {moments.write(gone)} ({hours(gone, at)})",
        )
