"""Rules about what the courier said. Some rise in severity when nothing follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import ClassVar

from parcelwatch.core.rules.base import FOREVER, QUIET, SPOKEN_FOR, Finding, Rule, Verdict, scan
from parcelwatch.core.tracking.agreed import agreed
from parcelwatch.core.tracking.delays import HELD_UP, delayed
from parcelwatch.core.tracking.timeline import earliest, latest
from parcelwatch.core.view import View
from parcelwatch.model import Cause, Checkpoint, Entry, Fact, Form, Milestone, Severity, Sure

_FOUND_AGAIN = frozenset(Milestone) - {
    Milestone.EXCEPTION,
    Milestone.UNKNOWN,
    Milestone.INFO_RECEIVED,
    Milestone.CANCELLED,
}


_TO_THE_DOOR = frozenset({Milestone.OUT_FOR_DELIVERY, Milestone.ATTEMPT_FAILED})
_ON_THE_WAY = frozenset(
    {
        Milestone.UNKNOWN,
        Milestone.INFO_RECEIVED,
        Milestone.PICKED_UP,
        Milestone.IN_TRANSIT,
        Milestone.CUSTOMS,
        Milestone.EXCEPTION,
        *_TO_THE_DOOR,
    }
)


def _newest(view: View, cause: Cause) -> Entry | None:
    """The newest, so that trouble which comes again after an agent resolved it is new evidence."""
    if cause not in view.causes:
        return None
    return next(entry for entry in reversed(view.fresh) if entry.checkpoint.cause is cause)


def _reached_by(view: View) -> Entry | None:
    """The entry that brought the parcel to its stage, if it may be told."""
    entry = view.stage.entry
    return entry if entry in view.fresh else None


@dataclass(frozen=True, slots=True)
class Damaged(Rule):
    """Damaged, wet, contents short; milder where only the wrapping is."""

    kind: ClassVar[str] = "damaged"
    heals: ClassVar[bool] = False
    of: ClassVar[frozenset[Cause]] = frozenset({Cause.DAMAGED})

    def judge(self, view: View) -> Verdict:
        entry = _newest(view, Cause.DAMAGED)
        if entry is None:
            return QUIET
        slight = entry.checkpoint.sure is Sure.SLIGHT
        return Verdict(self.told(Severity.MEDIUM if slight else Severity.CRITICAL, entry, Form.DAMAGED))


@dataclass(frozen=True, slots=True)
class Destroyed(Rule):
    """Destroyed, disposed of or seized."""

    kind: ClassVar[str] = "destroyed"
    heals: ClassVar[bool] = False
    of: ClassVar[frozenset[Cause]] = frozenset({Cause.DESTROYED})

    def judge(self, view: View) -> Verdict:
        entry = _newest(view, Cause.DESTROYED)
        return Verdict(self.told(Severity.CRITICAL, entry, Form.DESTROYED)) if entry else QUIET


@dataclass(frozen=True, slots=True)
class Lost(Rule):
    """The courier says it is lost; milder while it is only being looked for.

    Only who has seen it again has found it: a search that began has not.
    """

    kind: ClassVar[str] = "lost"
    of: ClassVar[frozenset[Cause]] = frozenset({Cause.LOST})

    def judge(self, view: View) -> Verdict:
        if Cause.LOST not in view.causes:
            return QUIET
        lost: Entry | None = None
        for entry in view.fresh:
            if entry.checkpoint.cause is Cause.LOST:
                lost = entry if lost is None or _surer(entry, lost) else lost
            elif entry.checkpoint.moves and entry.checkpoint.milestone in _FOUND_AGAIN:
                lost = None
        if lost is None:
            return QUIET
        suspected = lost.checkpoint.sure is Sure.SUSPECTED
        return Verdict(self.told(Severity.HIGH if suspected else Severity.CRITICAL, lost, Form.LOST))


def _surer(entry: Entry, other: Entry) -> bool:
    return other.checkpoint.sure is Sure.SUSPECTED and entry.checkpoint.sure is not Sure.SUSPECTED


@dataclass(frozen=True, slots=True)
class Refused(Rule):
    """The recipient refused it."""

    kind: ClassVar[str] = "refused"
    of: ClassVar[frozenset[Cause]] = frozenset({Cause.REFUSED})

    def judge(self, view: View) -> Verdict:
        entry = None if view.over else _newest(view, Cause.REFUSED)
        return Verdict(self.told(Severity.HIGH, entry, Form.REFUSED)) if entry else QUIET


@dataclass(frozen=True, slots=True)
class Returned(Rule):
    """Back at the sender."""

    kind: ClassVar[str] = "returned"
    heals: ClassVar[bool] = False
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.RETURNED})

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view) if view.milestone is Milestone.RETURNED else None
        return Verdict(self.told(Severity.HIGH, entry, Form.RETURNED)) if entry else QUIET


@dataclass(frozen=True, slots=True)
class CourierException(Rule):
    """An exception that no other rule speaks for."""

    kind: ClassVar[str] = "courier_exception"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.EXCEPTION})

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view)
        if entry is None or view.milestone is not Milestone.EXCEPTION or entry.checkpoint.cause in SPOKEN_FOR:
            return QUIET
        return Verdict(self.told(Severity.MEDIUM, entry, Form.EXCEPTION))


@dataclass(frozen=True, slots=True)
class _Kept(Rule):
    """Something keeps it, by the newest word of it, until it moves on."""

    says: ClassVar[Form]
    severity: ClassVar[Severity] = Severity.HIGH
    at: ClassVar[frozenset[Milestone]] = _ON_THE_WAY

    def judge(self, view: View) -> Verdict:
        if self.of.isdisjoint(view.causes) or view.milestone not in self.at:
            return QUIET
        kept: Entry | None = None
        for entry in view.fresh:
            if self.keeps(entry):
                kept = entry
            elif kept is not None and self.freed(kept, entry.checkpoint):
                kept = None
        return Verdict(self.told(self.severity, kept, self.says)) if kept else QUIET

    def keeps(self, entry: Entry) -> bool:
        """Whether this is the word of it."""
        return entry.checkpoint.cause in self.of

    def freed(self, kept: Entry, by: Checkpoint) -> bool:
        """Whether what was heard later shows that it goes on."""
        del kept
        return by.moves and by.milestone in _FOUND_AGAIN


@dataclass(frozen=True, slots=True)
class AddressProblem(_Kept):
    """Address, name or phone number are wrong, or nobody can be reached by them: the shop can act.

    Where it was brought to the door in vain, going back to the depot mends nothing; another tour does.
    """

    kind: ClassVar[str] = "address_problem"
    of: ClassVar[frozenset[Cause]] = frozenset({Cause.ADDRESS})
    says: ClassVar[Form] = Form.ADDRESS_PROBLEM

    def freed(self, kept: Entry, by: Checkpoint) -> bool:
        tried = kept.checkpoint.milestone is Milestone.ATTEMPT_FAILED
        return by.moves and by.milestone in (_TO_THE_DOOR if tried else _FOUND_AGAIN)


@dataclass(frozen=True, slots=True)
class SecurityHeld(_Kept):
    """Held by security or an authority, be it at customs."""

    kind: ClassVar[str] = "security_held"
    of: ClassVar[frozenset[Cause]] = frozenset({Cause.SECURITY})
    says: ClassVar[Form] = Form.SECURITY_HELD


@dataclass(frozen=True, slots=True)
class CourierDelay(_Kept):
    """The courier says that a storm, a strike or a peak holds it up; for two days that stops the clocks of silence."""

    kind: ClassVar[str] = "courier_delay"
    of: ClassVar[frozenset[Cause]] = HELD_UP
    says: ClassVar[Form] = Form.DELAYED
    severity: ClassVar[Severity] = Severity.LOW

    def keeps(self, entry: Entry) -> bool:
        return delayed(entry)


@dataclass(frozen=True, slots=True)
class _ToldThenSilent(Rule):
    """Told at once; silence after it raises it."""

    def raised(self, view: View, told: Finding, severities: tuple[Severity, Severity]) -> Verdict:
        since = view.counts_from
        if since is None:
            return Verdict(told)
        silent = self.silent(view, since, severities, replace(told.fact, quiet_since=since))
        worse = silent.finding
        if worse is None or worse.severity.rank < told.severity.rank:
            return Verdict(told, since, silent.due_at)
        return silent


@dataclass(frozen=True, slots=True)
class Returning(_ToldThenSilent):
    """On its way back to the sender."""

    kind: ClassVar[str] = "returning"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.RETURNING})

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view) if view.milestone is Milestone.RETURNING else None
        if entry is None:
            return QUIET
        told = self.told(Severity.HIGH, entry, Form.RETURNING)
        return self.raised(view, told, (Severity.HIGH, Severity.CRITICAL))


@dataclass(frozen=True, slots=True)
class CustomsHeld(_ToldThenSilent):
    """Held by customs, or in customs for too long."""

    kind: ClassVar[str] = "customs_held"
    at: ClassVar[frozenset[Milestone]] = frozenset({Milestone.CUSTOMS, Milestone.EXCEPTION})

    def judge(self, view: View) -> Verdict:
        entry = _reached_by(view) if view.milestone in (Milestone.CUSTOMS, Milestone.EXCEPTION) else None
        if entry is None:
            return QUIET
        if view.stage.cause is Cause.CUSTOMS:
            return Verdict(self.told(Severity.HIGH, entry, Form.HELD_BY_CUSTOMS))
        if view.milestone is not Milestone.CUSTOMS or view.stage.cause is Cause.SECURITY:
            return QUIET
        since = latest(entry)
        return self.silent(
            view, since, (Severity.MEDIUM, Severity.HIGH), Fact(Form.SLOW_CUSTOMS, since=since, scan=scan(entry))
        )


@dataclass(frozen=True, slots=True)
class AttemptFailed(_ToldThenSilent):
    """A delivery attempt failed; a second day for one reason, a third at all, or silence after it, is worse.

    Out for delivery again on another day is a failed attempt that the courier kept to itself, unless it said in between
    why it was not tried. Whatever it said, it is one on a third day, where nobody agreed on a day further off.
    One that the recipient refused, or that the address made vain, has a rule of its own.
    """

    kind: ClassVar[str] = "attempt_failed"

    at: ClassVar[frozenset[Milestone]] = frozenset(Milestone) - {
        Milestone.AVAILABLE_FOR_PICKUP,
        Milestone.RETURNING,
        Milestone.RETURNED,
        Milestone.DELIVERED,
        Milestone.CANCELLED,
    }

    @property
    def patience(self) -> timedelta | None:
        return FOREVER  # a first tour is no trouble, and what failed was told

    def judge(self, view: View) -> Verdict:
        if view.milestone not in self.at:
            return QUIET
        failed = [entry for entry in view.fresh if entry.checkpoint.milestone is Milestone.ATTEMPT_FAILED]
        if not failed:
            return self._kept_to_itself(view)
        newest = failed[-1]
        if newest.checkpoint.cause in (Cause.REFUSED, Cause.ADDRESS):
            return QUIET
        alike = [entry for entry in failed if entry.checkpoint.cause is newest.checkpoint.cause]
        count = _days(view, failed)
        severity = Severity.HIGH if _days(view, alike) > 1 or count > _PATIENCE else Severity.MEDIUM
        told = self.told(severity, newest, Form.ATTEMPT_FAILED, count=count)
        return self.raised(view, told, (Severity.MEDIUM, Severity.HIGH))

    def _kept_to_itself(self, view: View) -> Verdict:
        out, unexplained = _tours(view)
        if _days(view, unexplained) > 1:
            told = self.told(Severity.MEDIUM, out[-1], Form.OUT_AGAIN)
        elif (excused := _days(view, out)) > _EXCUSES:
            told = self.told(Severity.MEDIUM, out[-1], Form.OUT_AGAIN, count=excused)
        else:
            return QUIET
        return self.raised(view, told, (Severity.MEDIUM, Severity.HIGH))


_PATIENCE = 2
"""Attempts after which a parcel is likely to go back, whatever they failed for."""


def _days(view: View, failed: list[Entry]) -> int:
    """On how many days an attempt failed for certain: what one says of a visit twice is one."""
    counted = failed[:1]
    for entry in failed[1:]:
        if _another_day(view, latest(counted[-1]), earliest(entry)):
            counted.append(entry)
    return len(counted)


# Why a tour ended without anybody having been at the door, or what a rule of its own told of it.
_NEVER_TRIED = frozenset({Cause.COURIER_FAULT, Cause.MISROUTED, Cause.POSTPONED, *HELD_UP, *SPOKEN_FOR})

_EXCUSES = 2
"""Days out for delivery that the courier may explain; one more, and what it says explains nothing."""


def _tours(view: View) -> tuple[list[Entry], list[Entry]]:
    """The times it went out for delivery since a day was agreed on, and those since the courier last said why it had
    not been tried.
    """
    out: list[Entry] = []
    explained = 0
    for entry in view.fresh:
        if entry.checkpoint.cause in _NEVER_TRIED:
            if agreed(entry, view.clock):
                out.clear()
            explained = len(out)
        elif entry.checkpoint.milestone is Milestone.OUT_FOR_DELIVERY:
            out.append(entry)
    return out, out[explained:]


def _another_day(view: View, one: datetime, other: datetime) -> bool:
    """Whether `other` is on a later day than `one` where the parcel is, in whichever of its zones that may be."""
    days: list[tuple[date, date]] = [(one.astimezone(z).date(), other.astimezone(z).date()) for z in view.clock.zones]
    return all(first < second for first, second in days)
