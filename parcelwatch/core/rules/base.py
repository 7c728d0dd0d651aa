"""What every rule shares: its shape, its verdict, and the two ways of judging (told, silent)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.tracking.delays import HELD_UP
from parcelwatch.core.tracking.timeline import earliest, latest
from parcelwatch.core.view import View
from parcelwatch.duration import Duration
from parcelwatch.model import Cause, Checkpoint, Entry, Fact, Form, Milestone, Severity
from parcelwatch.model.frequent import frequent

# Causes that a rule of their own speaks for, however long it lasts: a parcel with one of them is not merely silent.
SETTLED = frozenset({Cause.DAMAGED, Cause.LOST, Cause.DESTROYED, Cause.REFUSED, Cause.CUSTOMS})
# Those and the others that have a rule: a parcel with one of them is not merely odd.
SPOKEN_FOR = SETTLED | {Cause.ADDRESS, Cause.SECURITY, Cause.MISROUTED, *HELD_UP}


@dataclass(frozen=True, slots=True)
class Finding:
    """Trouble, with what a human can check. `limit`: the threshold that spoke, None where none did, set in `line`."""

    kind: str
    severity: Severity
    fact: Fact
    limit: Duration | None = None
    line: str = ""

    @property
    def since(self) -> datetime:
        assert self.fact.since is not None, "trouble began some time"
        return self.fact.since


@frequent
@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer.

    `since`: where its clock started, None when it has no clock running. `due_at`: the next moment at which an
    answer without news changes the verdict, so the courier must be asked then. `valid_until`: when time alone,
    without any answer, changes it; None when it cannot. `note`: what else it went by, that `why` says beside it.
    """

    finding: Finding | None = None
    since: datetime | None = None
    due_at: datetime | None = None
    valid_until: datetime | None = None
    note: Fact | None = None


QUIET = Verdict()
FOREVER: Final = timedelta.max


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of trouble. `heals`: whether the case closes by itself once the rule no longer fires.

    `at`: where a parcel has to be for it to say anything. `of`: of these a scan has to name one,
    unless there are none.
    """

    kind: ClassVar[str]
    heals: ClassVar[bool] = True
    at: ClassVar[frozenset[Milestone]] = frozenset(Milestone)
    of: ClassVar[frozenset[Cause]] = frozenset()

    limits: Threshold

    @property
    def patience(self) -> timedelta | None:
        """How long it finds nothing new for sure after a scan that merely moves a parcel on; None if it may at once.

        Such a scan names no cause, is movement, lies no further back on a parcel's way than the one before, and at no
        place that the parcel had left, nor is it a delivery abroad. Clocks that run already go on running.
        """
        return None

    @abstractmethod
    def judge(self, view: View) -> Verdict:
        """Whether the rule fires on `view`, and when that may change."""
        raise NotImplementedError

    def found(self, severity: Severity, fact: Fact, limit: Duration | None = None) -> Finding:
        return Finding(self.kind, severity, fact, limit, self.limits.line)

    def told(self, severity: Severity, entry: Entry, says: Form, count: int = 0) -> Finding:
        """A finding that rests on one checkpoint, which is quoted."""
        return self.found(severity, Fact(says, since=earliest(entry), scan=scan(entry), count=count))

    def silent(self, view: View, since: datetime, severities: tuple[Severity, Severity], fact: Fact) -> Verdict:
        """Fires at the first severity past `warn`, at the second past `critical`, both counted from `since`.

        Only an answer heard after a deadline counts: a courier that was not asked, or did not answer, accuses nobody.
        """
        finding: Finding | None = None
        for limit, severity in zip((self.limits.warn, self.limits.critical), severities, strict=True):
            if limit is None:
                continue
            due_at = view.due(since, limit)
            if view.confirmed_at is None or view.confirmed_at < due_at:
                return Verdict(finding, since, due_at)
            finding = self.found(severity, fact, limit)
        return Verdict(finding, since)


def shortest(limit: Duration | None) -> timedelta:
    """The least time in which a clock can count so much; for ever where there is no limit. No clock runs fast."""
    if limit is None:
        return FOREVER
    return timedelta(days=limit.amount) if limit.business else limit.length


# A shop that means to hand a parcel over later than this has mistyped the day.
_FURTHEST: Final = timedelta(days=90)


def dispatch_by(view: View) -> tuple[datetime | None, Fact | None]:
    """By when the shop has to hand the parcel over, None where that says nothing, and what `why` says of it."""
    by = view.dossier.parcel.dispatch_by
    if by is None:
        return None, None
    counts = by <= view.dossier.parcel.added_at + _FURTHEST
    note = Fact(Form.COUNTS_FROM_DISPATCH if counts else Form.DISPATCH_TOO_FAR, since=by, until=by)
    return by if counts else None, note


def scan(entry: Entry) -> Checkpoint:
    """A checkpoint as evidence: nobody reports what is still to come, so a stamp from the future is when we saw it."""
    said = entry.checkpoint
    if said.occurred_until <= entry.seen_at:
        return said
    return replace(said, occurred_at=earliest(entry), occurred_until=latest(entry))
