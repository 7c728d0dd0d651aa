"""Rules about the day the buyer was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from parcelwatch.core.rules.base import QUIET, Rule, Verdict, day_and_hour, hours
from parcelwatch.core.view import View
from parcelwatch.model import Milestone, Severity


@dataclass(frozen=True, slots=True)
class Late(Rule):
    """The promise is over and it is not delivered. The shop's promise counts, else the courier's first one."""

    kind: ClassVar[str] = "late"
    clears_when: ClassVar[str] = "delivered"

    def judge(self, view: View) -> Verdict:
        promise = view.dossier.parcel.promised_by or view.dossier.promise
        if promise is None or view.over or view.milestone is Milestone.RETURNING:
            return QUIET
        if view.confirmed_at is None or view.confirmed_at < promise:
            return Verdict(since=promise, due_at=promise)
        who = "the shop's" if view.dossier.parcel.promised_by else "the courier's"
        sentence = (
            f"Not delivered by {who} promise of {day_and_hour(promise)}, {hours(promise, view.confirmed_at)} over"
        )
        return Verdict(self.found(Severity.HIGH, promise, sentence), promise)
