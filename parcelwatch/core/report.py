"""The supervisor's report: what it counts, and when the day's is due.

What belongs here: values and the decision. Counting is the store's, telling it telling/reports.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

OWNER: Final = "owner:"
"""Before the name of an agent in a tally."""

_AGES: Final = (("day", 1), ("three", 3), ("week", 7))
AGES: Final = (*(name for name, _ in _AGES), "longer")
"""Less than a day, less than three, less than a week, and longer."""

LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Daily:
    """Which channel gets the day's report, "" for none, and from when on by the clock there."""

    channel: str = ""
    at: time = time(18)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened to cases, letters and remedies from `since` to `until`, and what waits then.

    `counts`: opened, acknowledged, resolved, escalated, reraised; drafted, approved, sent; agreed, done; right,
    wrong, known. Drafts that leave as one letter are approved and sent once. `states`: of the cases that wait.
    `ages`: the same by how long they have waited: day, three, week, longer. `owners`: the same by agent, "" where
    nobody has them. `hidden`: those behind a worse kind, which are none of them. `owed`: remedies not done yet.
    `incidents`: how many were opened and closed, are open, and of how many parcels. `shadows`: what each threshold on
    trial would have told.
    """

    since: datetime
    until: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    ages: Mapping[str, int] = field(default_factory=dict)
    owners: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 0
    owed: int = 0
    incidents: Mapping[str, int] = field(default_factory=dict)
    shadows: tuple[Mapping[str, Any], ...] = ()

    @property
    def waiting(self) -> int:
        return sum(self.states.values())

    def tally(self) -> tuple[tuple[str, int], ...]:
        """All of it flat, for a Fact."""
        now = {"waiting": self.waiting, "untaken": self.states.get("open", 0), "owed": self.owed}
        owners = {f"{OWNER}{name}": count for name, count in self.owners.items()}
        return tuple({**self.counts, **now, **self.ages, **owners}.items())


def age(opened_at: datetime, now: datetime) -> str:
    """Which of `Figures.ages` it falls into."""
    days = (now - opened_at) / timedelta(days=1)
    return next((name for name, most in _AGES if days < most), "longer")


def day_due(daily: Daily, zone: tzinfo, last: str, now: datetime) -> date | None:
    """The local date whose report is due and was not told, None when none is. `last`: the newest told, "" for none.

    Where a clock change leaves the time out it is due after the change, and where it comes twice, at the first.
    """
    local = now.astimezone(zone)
    if not daily.channel or local.time() < daily.at or local.date().isoformat() <= last:
        return None
    return local.date()


def since(told_at: datetime | None, zone: tzinfo, now: datetime) -> datetime:
    """From when on a daily report counts: where the one before it ended, else this local day."""
    if told_at is not None:
        return max(told_at, now - LONGEST)
    return midnight(zone, now)


def midnight(zone: tzinfo, now: datetime) -> datetime:
    """When this local day began."""
    return datetime.combine(now.astimezone(zone).date(), time(0), zone).astimezone(now.tzinfo)
