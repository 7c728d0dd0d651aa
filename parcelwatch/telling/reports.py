"""The day's report for whoever supervises: once per local date, over one channel.

What belongs here: from the counts to the outbox.
"""

from __future__ import annotations

from datetime import datetime

from parcelwatch.core.policy import Policy
from parcelwatch.core.report import day_due, since
from parcelwatch.model import Fact, Form, Severity, Why
from parcelwatch.store import Store, outbox, report
from parcelwatch.store.rows import NewAlert, whole

KIND = "report"


def tell_daily(store: Store, policy: Policy, now: datetime) -> bool:
    """Enqueue the day's report if it is due; the caller holds the transaction."""
    if not policy.daily.channel:
        return False
    last, told_at = report.last_told(store)
    day = day_due(policy.daily, policy.hours.zone, last, now)
    if day is None:
        return False
    counted = report.figures(store, since(told_at, policy.hours.zone, now), whole(now))
    fact = Fact(Form.REPORT, since=counted.since, until=counted.until, tally=counted.tally())
    outbox.enqueue(store, NewAlert(KIND, policy.daily.channel, Severity.OPERATOR, Why.REPORTED, fact), now)
    report.told(store, day, now)
    return True
