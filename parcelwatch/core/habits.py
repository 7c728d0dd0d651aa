"""Which scans a courier or a lane hardly ever gives, learned from parcels that arrived: what never comes is not missed.

What belongs here: what a parcel that arrived teaches, summing that up, and when it is enough to believe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from parcelwatch.core.timeline import current
from parcelwatch.model import Dossier, Entry, Fact, Form, Habit, Milestone, Parcel

ENOUGH: Final = 30
"""Parcels that arrived, before anything is believed of the others."""
HARDLY: Final = 0.1
"""The share of them up to which a scan is hardly ever given."""

Lane = tuple[str, str, str, str]
ANYWHERE: Final = "*"
"""Stands for origin and destination where all lanes of a courier are summed up."""

_M: Final = Milestone
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


@dataclass(frozen=True, slots=True)
class Habits:
    """The sum over parcels that arrived, for whoever has no store to keep it. Filled by `learn`."""

    _healthy: Counter[tuple[Lane, str]] = field(default_factory=Counter)
    _scanned: Counter[tuple[Lane, str]] = field(default_factory=Counter)

    def learn(self, dossier: Dossier) -> None:
        """Add what a parcel taught, once it has arrived."""
        for kind, scanned in taught(dossier).items():
            for lane in lanes(dossier.parcel):
                self._healthy[lane, kind] += 1
                self._scanned[lane, kind] += scanned

    def of(self, parcel: Parcel) -> tuple[Habit, ...]:
        """What is known of parcels like this one, its lane first: Dossier.habits."""
        keys = [(lane, kind) for lane in lanes(parcel) for kind in _AWAITED]
        return tuple(Habit(key[1], self._healthy[key], self._scanned[key]) for key in keys if self._healthy[key])
