"""Rules about what the courier did not say in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from parcelwatch.core.rules.base import QUIET, Rule, Verdict, day_and_hour, hours, quote
from parcelwatch.core.timeline import latest
from parcelwatch.core.view import View
from parcelwatch.model import Cause, Milestone, Severity

_MILD = (Severity.MEDIUM, Severity.HIGH)

# Causes that a rule of their own speaks for; a parcel with one of them is not merely silent.
_SPOKEN_FOR = frozenset({Cause.DAMAGED, Cause.LOST, Cause.DESTROYED, Cause.REFUSED, Cause.CUSTOMS})


def _since_newest(view: View) -> str:
    entry = view.entries[-1] if view.entries else None
    return f"; the last word was {quote(entry)}" if entry else ""


@dataclass(frozen=True, slots=True)
class NotPickedUp(Rule):
    """Announced, never collected."""

    kind: ClassVar[str] = "not_picked_up"
    clears_when: ClassVar[str] = "the first scan"

    def judge(self, view: View) -> Verdict:
        since = self._announced_at(view)
        if since is None:
            return QUIET
        return self.silent(
            view,
            since,
            _MILD,
            lambda at: f"Announced {day_and_hour(since)}, not picked up {hours(since, at)} later",
        )

    def _announced_at(self, view: View) -> datetime | None:
        if view.milestone is Milestone.INFO_RECEIVED and view.entries:
            label = next(e for e in view.entries if e.checkpoint.milestone is Milestone.INFO_RECEIVED)
            # What nobody could read may have been the pickup; a label updated later is no news.
            unread = (e for e in view.entries if e.checkpoint.milestone is Milestone.UNKNOWN)
            return max(map(latest, (label, *unread)))
        if not view.dossier.timeline.entries and view.confirmed_at and view.dossier.missing_since is None:
            return view.dossier.parcel.added_at
        return None


@dataclass(frozen=True, slots=True)
class NoFirstScan(Rule):
    """Collected, never seen at a hub."""

    kind: ClassVar[str] = "no_first_scan"
    clears_when: ClassVar[str] = "the next scan"

    def judge(self, view: View) -> Verdict:
        since = view.quiet_since
        if view.milestone is not Milestone.PICKED_UP or since is None:
            return QUIET
        return self.silent(
            view,
            since,
            _MILD,
            lambda at: f"Picked up {day_and_hour(since)}, not seen at any hub {hours(since, at)} later",
        )


@dataclass(frozen=True, slots=True)
class Stalled(Rule):
    """Under way, and nothing new."""

    kind: ClassVar[str] = "stalled"
    clears_when: ClassVar[str] = "any new checkpoint that moves it"

    def judge(self, view: View) -> Verdict:
        since = view.quiet_since
        under_way = view.milestone in (Milestone.IN_TRANSIT, Milestone.EXCEPTION)
        if not under_way or since is None or view.stage.cause in _SPOKEN_FOR:
            return QUIET
        return self.silent(
            view,
            since,
            _MILD,
            lambda at: f"No new scan for {hours(since, at)}, since {day_and_hour(since)}{_since_newest(view)}",
        )


@dataclass(frozen=True, slots=True)
class NotDelivered(Rule):
    """Out for delivery, and neither delivered nor failed."""

    kind: ClassVar[str] = "not_delivered"
    clears_when: ClassVar[str] = "delivered, or a failed attempt"

    def judge(self, view: View) -> Verdict:
        since = view.quiet_since
        if view.milestone is not Milestone.OUT_FOR_DELIVERY or since is None:
            return QUIET
        return self.silent(
            view,
            since,
            _MILD,
            lambda at: f"Out for delivery {day_and_hour(since)}, no outcome {hours(since, at)} later",
        )


@dataclass(frozen=True, slots=True)
class AwaitingCollection(Rule):
    """In a locker, shop or station, and nobody comes."""

    kind: ClassVar[str] = "awaiting_collection"
    clears_when: ClassVar[str] = "collected"

    def judge(self, view: View) -> Verdict:
        entry = view.stage.entry
        if view.milestone is not Milestone.AVAILABLE_FOR_PICKUP or entry is None:
            return QUIET
        since = latest(entry)
        return self.silent(
            view,
            since,
            (Severity.LOW, Severity.HIGH),
            lambda at: f"Waiting to be collected for {hours(since, at)}: {quote(entry)}",
        )
