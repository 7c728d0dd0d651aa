"""What every rule shares: its shape, its verdict, and the two ways of judging (told, silent)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from parcelwatch.core import moments
from parcelwatch.core.policy import Threshold
from parcelwatch.core.timeline import earliest
from parcelwatch.core.view import View
from parcelwatch.model import Cause, Entry, Severity

# Causes that a rule of their own speaks for; a parcel with one of them is neither merely silent nor merely odd.
SPOKEN_FOR = frozenset({Cause.DAMAGED, Cause.LOST, Cause.DESTROYED, Cause.REFUSED, Cause.CUSTOMS})


@dataclass(frozen=True, slots=True)
class Finding:
    """Trouble, with what a human can check. `since`: when it began. `limit`: the threshold that spoke."""

    kind: str
    severity: Severity
    since: datetime
    sentence: str
    limit: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer.

    `since`: where its clock started, None when it has no clock running. `due_at`: the next moment at which an
    answer without news changes the verdict, so the courier must be asked then. `valid_until`: when time alone,
    without any answer, changes it; None when it cannot.
    """

    finding: Finding | None = None
    since: datetime | None = None
    due_at: datetime | None = None
    valid_until: datetime | None = None


QUIET = Verdict()


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of trouble. `heals`: whether the case closes by itself once the rule no longer fires."""

    kind: ClassVar[str]
    heals: ClassVar[bool] = True
    clears_when: ClassVar[str]

    limits: Threshold

    @abstractmethod
    def judge(self, view: View) -> Verdict:
        """Whether the rule fires on `view`, and when that may change."""
        raise NotImplementedError

    def found(self, severity: Severity, since: datetime, sentence: str, limit: object = "") -> Finding:
        return Finding(self.kind, severity, since, sentence, str(limit or ""), self.limits.line)

    def told(self, severity: Severity, entry: Entry, what: str) -> Finding:
        """A finding that rests on one checkpoint, which is quoted."""
        return self.found(severity, earliest(entry), f"{what}: {quote(entry)}")

    def silent(
        self, view: View, since: datetime, severities: tuple[Severity, Severity], words: Callable[[datetime], str]
    ) -> Verdict:
        """Fires at the first severity past `warn`, at the second past `critical`.

        Only an answer heard after a deadline counts: a courier that was not asked, or did not answer, accuses nobody.
        """
        finding: Finding | None = None
        for limit, severity in zip((self.limits.warn, self.limits.critical), severities, strict=True):
            if limit is None:
                continue
            due_at = view.calendar.add(since, limit)
            if view.confirmed_at is None or view.confirmed_at < due_at:
                return Verdict(finding, since, due_at)
            finding = self.found(severity, since, words(view.confirmed_at), limit)
        return Verdict(finding, since)


def quote(entry: Entry) -> str:
    """A checkpoint in one line, as the courier told it."""
    checkpoint = entry.checkpoint
    said = checkpoint.text or checkpoint.code or checkpoint.milestone.value
    place = f" at {checkpoint.place}" if checkpoint.place else ""
    return f"“{said}”{place}, {moments.write(earliest(entry))}"


def hours(since: datetime, until: datetime) -> str:
    """A span as people say it: minutes, then hours up to three days, then days."""
    minutes = int((until - since).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} d"
