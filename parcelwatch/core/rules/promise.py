"""Rules about the day the buyer was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from parcelwatch.core.rules.base import QUIET, Rule, Verdict
from parcelwatch.core.timeline import earliest
from parcelwatch.core.view import View
from parcelwatch.model import Fact, Form, Milestone, Severity


@dataclass(frozen=True, slots=True)
class Late(Rule):
    """The promise is over and it is not delivered. The shop's promise counts, else the courier's first one.

    What lies ready for the buyer to collect by then came in time.
    """

    kind: ClassVar[str] = "late"

    def judge(self, view: View) -> Verdict:
        promise = view.dossier.parcel.promised_by or view.dossier.promise
        if promise is None or view.over or view.milestone is Milestone.RETURNING or _ready(view, promise):
            return QUIET
        if view.confirmed_at is None or view.confirmed_at < promise:
            return Verdict(since=promise, due_at=promise)
        whose = "shop" if view.dossier.parcel.promised_by else "courier"
        over = Fact(Form.PROMISE_OVER, since=promise, until=promise, whose=whose)
        return Verdict(self.found(Severity.HIGH, over), promise)


def _ready(view: View, by: datetime) -> bool:
    entry = view.stage.entry
    return view.milestone is Milestone.AVAILABLE_FOR_PICKUP and entry is not None and earliest(entry) <= by
