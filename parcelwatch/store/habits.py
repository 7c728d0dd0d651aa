"""Which scans couriers and lanes give: sums over all parcels that stand as arrived, kept as they arrive.

What belongs here: the table `habits`. What a parcel teaches, and when it is believed, is core/habits.py's.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from parcelwatch.core.habits import AWAITING, MOST, Lane, lanes, taught
from parcelwatch.model import Dossier, Habit, Milestone, Parcel
from parcelwatch.store.connection import Store

_OF: Final = """
SELECT kind, healthy, scanned FROM habits
WHERE courier = ? AND company = ? AND origin = ? AND destination = ? AND healthy > 0
"""
_COUNT: Final = f"""
INSERT INTO habits (courier, company, origin, destination, kind, healthy, scanned) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT DO UPDATE SET
  healthy = max(0, healthy + ?6) / iif(healthy + ?6 > {MOST}, 2, 1),
  scanned = max(0, scanned + ?7) / iif(healthy + ?6 > {MOST}, 2, 1)
"""


def of(store: Store, parcel: Parcel, at: Milestone) -> tuple[Habit, ...]:
    """What is known of parcels like this one, its lane first; nothing for one whose scans have come, as it stands."""
    if at not in AWAITING:
        return ()
    return tuple(Habit(*row) for lane in lanes(parcel) for row in store.all(_OF, lane))


def count(store: Store, before: Dossier, after: Dossier) -> None:
    """Keep the sums true to a step of one parcel: what it taught before no longer counts, what it teaches now does."""
    if Milestone.DELIVERED not in (before.milestone, after.milestone) or _alike(before, after):
        return
    healthy, scanned = Counter[tuple[Lane, str]](), Counter[tuple[Lane, str]]()
    for dossier, sign in ((before, -1), (after, 1)):
        for kind, had in taught(dossier).items():
            for lane in lanes(dossier.parcel):
                healthy[lane, kind] += sign
                scanned[lane, kind] += sign * had
    for key in healthy:
        if healthy[key] or scanned[key]:
            store.write(_COUNT, (*key[0], key[1], healthy[key], scanned[key]))


def _alike(before: Dossier, after: Dossier) -> bool:
    """Whether a step changed nothing that teaches: most of a parcel that has arrived do not."""
    same = before.milestone is after.milestone and before.timeline.entries == after.timeline.entries
    return same and lanes(before.parcel) == lanes(after.parcel)
