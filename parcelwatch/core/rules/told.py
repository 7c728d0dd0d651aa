"""Rules about what the courier said. Some rise in severity when nothing follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from parcelwatch.core.rules.base import QUIET, SPOKEN_FOR, Finding, Rule, Verdict, hours
from parcelwatch.core.timeline import earliest, latest
from parcelwatch.core.view import View
from parcelwatch.model import Cause, Entry, Milestone, Severity

_FOUND_AGAIN = frozenset(Milestone) - {
    Milestone.EXCEPTION,
    Milestone.UNKNOWN,
    Milestone.INFO_RECEIVED,
    Milestone.CANCELLED,
}


def _newest(view: View, fits: Callable[[Entry], bool]) -> Entry | None:
    """The newest, so that trouble which comes again after an agent resolved it is new evidence."""
    return next((entry for entry in reversed(view.fresh) if fits(entry)), None)


def _caused_by(cause: Cause) -> Callable[[Entry], bool]:
    return lambda entry: entry.checkpoint.cause is cause


def _reached_by(view: View) -> Entry | None:
    """The entry that brought the parcel to its stage, if it may be told."""
    entry = view.stage.entry
    return entry if entry in view.fresh else None


@dataclass(frozen=True, slots=True)
class Damaged(Rule):
    """Damaged, wet, contents short."""

    kind: ClassVar[str] = "damaged"
    heals: ClassVar[bool] = False
    clears_when: ClassVar[str] = "an agent resolves it"

    def judge(self, view: View) -> Verdict:
        entry = _newest(view, _caused_by(Cause.DAMAGED))
        return Verdict(self.told(Severity.CRITICAL, entry, "The courier reports damage")) if entry else QUIET


@dataclass(frozen=True, slots=True)
class Destroyed(Rule):
    """Destroyed, disposed of or seized."""

    kind: ClassVar[str] = "destroyed"
    heals: ClassVar[bool] = False
    clears_when: ClassVar[str] = "an agent resolves it"

    def judge(self, view: View) -> Verdict:
        entry = _newest(view, _caused_by(Cause.DESTROYED))
        return Verdict(self.told(Severity.CRITICAL, entry, "The courier reports it destroyed")) if entry else QUIET


@dataclass(frozen=True, slots=True)
class Lost(Rule):
    """The courier says it is lost."""

    kind: ClassVar[str] = "lost"
    clears_when: ClassVar[str] = "found again: any later scan"

    def judge(self, view: View) -> Verdict:
        lost: Entry | None = None
        for entry in view.fresh:
            if entry.checkpoint.cause is Cause.LOST:
                lost = lost or entry
            elif entry.checkpoint.milestone in _FOUND_AGAIN:
                lost = None
        return Verdict(self.told(Severity.CRITICAL, lost, "The courier reports it lost")) if lost else QUIET


@dataclass(frozen=True, slots=True)
class Refused(Rule):
    """The recipient refused it."""

    kind: ClassVar[str] = "refused"
    clears_when: ClassVar[str] = "returned or delivered"

    def judge(self, view: View) -> Verdict:
        entry = None if view.over else _newest(view, _caused_by(Cause.REFUSED))
        return Verdict(self.told(Severity.HIGH, entry, "The recipient refused it")) if entry else QUIET


@dataclass(frozen=True, slots=True)
class Returned(Rule):
    """Back at the sender."""

    kind: ClassVar[str] = "returned"
    heals: ClassVar[bool] = False
    clears_when: ClassVar[str] = "an agent resolves it"

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view) if view.milestone is Milestone.RETURNED else None
        return Verdict(self.told(Severity.HIGH, entry, "Back at the sender")) if entry else QUIET


@dataclass(frozen=True, slots=True)
class CourierException(Rule):
    """An exception that no other rule speaks for."""

    kind: ClassVar[str] = "courier_exception"
    clears_when: ClassVar[str] = "the next good scan"

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view) if view.milestone is Milestone.EXCEPTION else None
        if entry is None or entry.checkpoint.cause in SPOKEN_FOR:
            return QUIET
        cause = entry.checkpoint.cause
        what = f"The courier reports an exception ({cause})" if cause else "The courier reports an exception"
        return Verdict(self.told(Severity.MEDIUM, entry, what))


@dataclass(frozen=True, slots=True)
class _ToldThenSilent(Rule):
    """Told at once; silence after it raises it."""

    def raised(self, view: View, told: Finding, severities: tuple[Severity, Severity]) -> Verdict:
        since = view.quiet_since
        if since is None:
            return Verdict(told)
        silent = self.silent(
            view, since, severities, lambda at: f"{told.sentence}; nothing since for {hours(since, at)}"
        )
        worse = silent.finding
        if worse is None or worse.severity.rank < told.severity.rank:
            return Verdict(told, since, silent.due_at)
        finding = Finding(told.kind, worse.severity, told.since, worse.sentence, worse.limit, worse.line)
        return Verdict(finding, since, silent.due_at)


@dataclass(frozen=True, slots=True)
class Returning(_ToldThenSilent):
    """On its way back to the sender."""

    kind: ClassVar[str] = "returning"
    clears_when: ClassVar[str] = "returned to the sender"

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view) if view.milestone is Milestone.RETURNING else None
        if entry is None:
            return QUIET
        told = self.told(Severity.HIGH, entry, "On its way back to the sender")
        return self.raised(view, told, (Severity.HIGH, Severity.CRITICAL))


@dataclass(frozen=True, slots=True)
class CustomsHeld(_ToldThenSilent):
    """Held by customs, or in customs for too long."""

    kind: ClassVar[str] = "customs_held"
    clears_when: ClassVar[str] = "released by customs"

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view)
        if entry is None or view.milestone not in (Milestone.CUSTOMS, Milestone.EXCEPTION):
            return QUIET
        if view.stage.cause is Cause.CUSTOMS:
            return Verdict(self.told(Severity.HIGH, entry, "Held by customs"))
        if view.milestone is not Milestone.CUSTOMS:
            return QUIET
        since = latest(entry)
        return self.silent(
            view, since, (Severity.MEDIUM, Severity.HIGH), lambda at: f"In customs for {hours(since, at)}, no release"
        )


@dataclass(frozen=True, slots=True)
class AttemptFailed(_ToldThenSilent):
    """A delivery attempt failed; twice for one reason, or silence after it, is worse.

    Out for delivery twice, more than a day apart, with no word between is a failed attempt the courier kept to itself.
    """

    kind: ClassVar[str] = "attempt_failed"
    clears_when: ClassVar[str] = "delivered, collected or ready for collection"

    _ENDED: ClassVar[frozenset[Milestone]] = frozenset(
        {
            Milestone.AVAILABLE_FOR_PICKUP,
            Milestone.RETURNING,
            Milestone.RETURNED,
            Milestone.DELIVERED,
            Milestone.CANCELLED,
        }
    )

    def judge(self, view: View) -> Verdict:
        if view.milestone in self._ENDED:
            return QUIET
        failed = [entry for entry in view.fresh if entry.checkpoint.milestone is Milestone.ATTEMPT_FAILED]
        if not failed:
            return self._kept_to_itself(view)
        newest = failed[-1]
        again = sum(entry.checkpoint.cause is newest.checkpoint.cause for entry in failed) > 1
        severity = Severity.HIGH if again else Severity.MEDIUM
        what = f"Delivery attempt {len(failed)} failed" if len(failed) > 1 else "A delivery attempt failed"
        return self.raised(view, self.told(severity, newest, what), (Severity.MEDIUM, Severity.HIGH))

    def _kept_to_itself(self, view: View) -> Verdict:
        out = [entry for entry in view.fresh if entry.checkpoint.milestone is Milestone.OUT_FOR_DELIVERY]
        if len(out) < 2 or earliest(out[-1]) - latest(out[0]) <= timedelta(days=1):
            return QUIET
        told = self.told(Severity.MEDIUM, out[-1], "Out for delivery again, so the first attempt failed")
        return self.raised(view, told, (Severity.MEDIUM, Severity.HIGH))
