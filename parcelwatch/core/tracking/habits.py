"""Which scans a courier or a lane hardly ever gives, learned from parcels that arrived: what never comes is not missed.

What belongs here: what a parcel that arrived teaches, when it is enough to believe, and what was known on a day of the
past. The sums as of now are the store's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from parcelwatch.core.tracking.timeline import current
from parcelwatch.model import Dossier, Entry, Fact, Form, Habit, Milestone, Parcel

ENOUGH: Final = 30
"""Parcels that arrived, before anything is believed of the others."""
HARDLY: Final = 0.1
"""The share of them up to which a scan is hardly ever given."""
MOST: Final = 400
"""Old parcels weigh half as much whenever as many have come again: couriers change their habits."""

Lane = tuple[str, str, str, str]
ANYWHERE: Final = "*"
"""Stands for origin and destination where all lanes of a courier are summed up."""

_M: Final = Milestone
AWAITING: Final = frozenset({_M.UNKNOWN, _M.INFO_RECEIVED, _M.PICKED_UP, _M.EXCEPTION, _M.CANCELLED})
"""Where a parcel of which such a scan may still come stands."""
_HUBS: Final = frozenset({_M.IN_TRANSIT, _M.CUSTOMS})


def _hub(entry: Entry) -> bool:
    return entry.checkpoint.milestone in _HUBS and entry.checkpoint.moves


def _any(entry: Entry) -> bool:
    return entry.checkpoint.moves and entry.checkpoint.milestone is not _M.INFO_RECEIVED


# Each rule that waits for a scan: from which milestone on, and what that scan looks like.
_AWAITED: Final[Mapping[str, tuple[Milestone, Callable[[Entry], bool]]]] = {
    "no_first_scan": (_M.PICKED_UP, _hub),
    "not_picked_up": (_M.INFO_RECEIVED, _any),
}


def lanes(parcel: Parcel) -> tuple[Lane, Lane]:
    """Under what a parcel is summed up: its lane, and its courier."""
    courier = (parcel.courier, parcel.company)
    return (*courier, parcel.origin.upper(), parcel.destination.upper()), (*courier, ANYWHERE, ANYWHERE)


def taught(dossier: Dossier) -> dict[str, bool]:
    """By kind, whether a parcel that arrived had the scan that the kind waits for; {} of one that did not arrive."""
    if dossier.milestone is not _M.DELIVERED:
        return {}
    entries = current(dossier.timeline)
    arrived = [place for place, entry in enumerate(entries) if entry.checkpoint.milestone is _M.DELIVERED]
    if not arrived or entries[arrived[-1]].checkpoint.by:
        return {}
    before = entries[: arrived[0]]
    return {
        kind: any(map(awaited, before))
        for kind, (begins, awaited) in _AWAITED.items()
        if any(entry.checkpoint.milestone is begins for entry in before)
    }


def missed(dossier: Dossier, kind: str) -> Fact | None:
    """That the scan a kind waits for hardly ever comes, by its lane, or by its courier where the lane is new to us.

    Not of a parcel of which it was told already: what others taught since is no sign that this one goes on.
    """
    if any(case.kind == kind and case.live for case in dossier.cases):
        return None
    known = (habit for habit in dossier.habits if habit.kind == kind and habit.healthy >= ENOUGH)
    habit = next(known, None)
    if habit is None or habit.scanned > habit.healthy * HARDLY:
        return None
    return Fact(Form.SCAN_RARE, tally=(("healthy", habit.healthy), ("scanned", habit.scanned)))


# --- looking back --------------------------------------------------------------------------------

Taught = dict[tuple[Lane, str], dict[int, tuple[int, int]]]
"""By lane and kind, of each day: parcels that were then heard to have arrived, and those that had the scan."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What was known on any day of the past, for whoever walks through it. Filled by `learn`, in any order and in
    parts, and only then asked.
    """

    taught: Taught = field(default_factory=dict)
    _sums: dict[tuple[Lane, str], tuple[list[int], list[Habit]]] = field(default_factory=dict)

    def learn(self, dossier: Dossier) -> None:
        """Add what a parcel taught, once it has arrived."""
        for kind, scanned in taught(dossier).items():
            day = _arrival(dossier).astimezone(UTC).date().toordinal()
            for lane in lanes(dossier.parcel):
                self._count((lane, kind), day, 1, int(scanned))

    def add(self, other: Taught) -> None:
        """Count what others taught."""
        for key, days in other.items():
            for day, both in days.items():
                self._count(key, day, *both)

    def of(self, parcel: Parcel, at: datetime) -> tuple[Habit, ...]:
        """What was known by the midnight before, UTC, of parcels like this one, its lane first: Dossier.habits."""
        day = at.astimezone(UTC).date().toordinal()
        keys = ((lane, kind) for lane in lanes(parcel) for kind in _AWAITED)
        return tuple(habit for key in keys if key in self.taught and (habit := self._before(key, day)) is not None)

    def _count(self, key: tuple[Lane, str], day: int, healthy: int, scanned: int) -> None:
        days = self.taught.setdefault(key, {})
        before = days.get(day, (0, 0))
        days[day] = (before[0] + healthy, before[1] + scanned)

    def _before(self, key: tuple[Lane, str], day: int) -> Habit | None:
        if key not in self._sums:
            self._sums[key] = _summed(key[1], self.taught[key])
        days, sums = self._sums[key]
        place = bisect_left(days, day)
        return sums[place - 1] if place else None


def _arrival(dossier: Dossier) -> datetime:
    """When it was first heard that it had."""
    entries = current(dossier.timeline)
    return min(entry.seen_at for entry in entries if entry.checkpoint.milestone is _M.DELIVERED)


def _summed(kind: str, days: Mapping[int, tuple[int, int]]) -> tuple[list[int], list[Habit]]:
    """What was known after each day."""
    healthy = scanned = 0
    sums: list[Habit] = []
    for day in sorted(days):
        healthy, scanned = healthy + days[day][0], scanned + days[day][1]
        if healthy > MOST:
            healthy, scanned = healthy // 2, scanned // 2
        sums.append(Habit(kind, healthy, scanned))
    return sorted(days), sums
