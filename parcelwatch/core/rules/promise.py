"""Rules about the day the buyer was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from parcelwatch.core.rules.base import FOREVER, QUIET, Rule, Verdict, scan
from parcelwatch.core.view import View
from parcelwatch.model import FINAL, Checkpoint, Fact, Form, Milestone, Severity

UNDECIDED: Final = frozenset(Milestone) - FINAL - {Milestone.RETURNING, Milestone.AVAILABLE_FOR_PICKUP}
"""Where a parcel may still come in time or not."""


@dataclass(frozen=True, slots=True)
class Late(Rule):
    """The promise is over and it is not delivered. The shop's promise counts, else the day the courier committed to.

    A courier's estimate is no promise. What lies ready to be collected waits for the buyer: it is late no more.
    """

    kind: ClassVar[str] = "late"
    at: ClassVar[frozenset[Milestone]] = UNDECIDED

    @property
    def patience(self) -> timedelta | None:
        return FOREVER

    def judge(self, view: View) -> Verdict:
        if view.milestone not in self.at:
            return QUIET
        promise = view.dossier.parcel.promised_by or view.dossier.promise
        if promise is None:
            return _only_estimated(view.dossier.estimate)
        moved = _moved(view.dossier.estimate, promise)
        if view.confirmed_at is None or view.confirmed_at < promise:
            return Verdict(since=promise, due_at=promise, note=moved)
        whose = "shop" if view.dossier.parcel.promised_by else "courier"
        over = Fact(Form.PROMISE_OVER, since=promise, until=promise, whose=whose, scan=_last_scan(view))
        return Verdict(self.found(Severity.HIGH, over), promise, due_at=_next_promise(view), note=moved)


def _last_scan(view: View) -> Checkpoint | None:
    """Where it was last: who hears that it is late hears no more that it stands still."""
    return next((scan(entry) for entry in reversed(view.entries) if not entry.checkpoint.by), None)


def _next_promise(view: View) -> datetime | None:
    """The next day that another customer of the parcel was promised, by the shop or by the courier."""
    days = (view.dossier.promise, *(order.promised_by for order in view.dossier.parcel.orders))
    return min((day for day in days if day and view.confirmed_at and day > view.confirmed_at), default=None)


def _only_estimated(estimate: datetime | None) -> Verdict:
    if estimate is None:
        return QUIET
    return Verdict(note=Fact(Form.ONLY_ESTIMATED, since=estimate, until=estimate))


def _moved(estimate: datetime | None, promise: datetime) -> Fact | None:
    """That the courier expects it later by now: the first promise counts all the same."""
    return Fact(Form.ESTIMATE_MOVED, since=promise, until=estimate) if estimate and estimate > promise else None
