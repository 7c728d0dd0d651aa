"""What some weeks came to, for whoever answers for the buyers' peace: put together from the other figures.

What belongs here: the values of a report over a while, and the few sums that are no other module's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from parcelwatch.core.past import shares
from parcelwatch.core.past.forewarned import Asked, Forewarned
from parcelwatch.core.past.scorecards import Scorecard
from parcelwatch.model import Why

TELLING: Final = (Why.OPENED, Why.WORSENED, Why.REOPENED, Why.UNHIDDEN, Why.WOKEN, Why.FLAPPING)
"""Messages that tell agents of trouble anew. Reminders, all-clears and letters to check are none."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message about a parcel's trouble, however many channels had it."""

    parcel: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """What agents were told: how many messages, of how many parcels, of which kinds, on which local days."""

    total: int
    parcels: int
    by_kind: Mapping[str, int]
    days: tuple[tuple[date, int], ...]

    @property
    def busiest(self) -> int:
        return max((count for _, count in self.days), default=0)

    @property
    def a_day(self) -> float:
        return self.total / max(len(self.days), 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What agents said of the cases of one kind: right, wrong, or known to them already; and how often it was told."""

    kind: str
    right: int = 0
    wrong: int = 0
    known: int = 0
    alerts: int = 0

    @property
    def judged(self) -> int:
        """Verdicts that say whether it was right."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        return shares.share(self.right, self.judged)


@dataclass(frozen=True, slots=True)
class Review:
    """All of it, from `since` up to `until`."""

    since: datetime
    until: datetime
    load: Load
    forewarned: Forewarned
    asked: Asked
    judged: tuple[Judged, ...]
    couriers: tuple[Scorecard, ...]

    @property
    def parcels(self) -> int:
        """Under way in that while."""
        return sum(one.parcels for one in self.couriers)

    @property
    def alerts_per_100(self) -> float | None:
        return shares.per(self.load.total, self.parcels, 100)


def load(alerts: Iterable[Alert], since: datetime, until: datetime, zone: tzinfo) -> Load:
    """What was told in that while; a day on which nothing was is one, too."""
    alerts = list(alerts)
    told = Counter(one.at.astimezone(zone).date() for one in alerts)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    days = (first + timedelta(days=after) for after in range((last - first).days + 1))
    return Load(
        total=len(alerts),
        parcels=len({one.parcel for one in alerts}),
        by_kind=dict(Counter(one.kind for one in alerts).most_common()),
        days=tuple((day, told[day]) for day in days),
    )


def judged(verdicts: Mapping[tuple[str, str], int], told: Mapping[str, int]) -> tuple[Judged, ...]:
    """By kind, most told first. `verdicts`: how many, by kind and verdict; `told`: how often agents heard of a kind."""
    kinds = sorted({*told, *(kind for kind, _ in verdicts)}, key=lambda kind: (-told.get(kind, 0), kind))
    return tuple(
        Judged(
            kind,
            right=verdicts.get((kind, "true"), 0),
            wrong=verdicts.get((kind, "false"), 0),
            known=verdicts.get((kind, "known"), 0),
            alerts=told.get(kind, 0),
        )
        for kind in kinds
    )
