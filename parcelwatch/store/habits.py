"""Which scans couriers and lanes give: sums over all parcels that stand as arrived, kept as they arrive.

What belongs here: the table `habits`. What a parcel teaches, and when it is believed, is core/tracking/habits.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from parcelwatch.core.tracking.habits import AWAITING, MOST, lanes, taught
from parcelwatch.model import Dossier, Habit, Milestone, Parcel
from parcelwatch.store.connection import Store

_LANE: Final = """
SELECT kind, healthy, scanned FROM habits
WHERE courier = ? AND company = ? AND origin = ? AND destination = ? AND healthy > 0
"""
_OF: Final = f"{_LANE} UNION ALL {_LANE}"
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
    own, every = lanes(parcel)
    return tuple(Habit(*row) for row in store.all(_OF, (*own, *every)))


def count(store: Store, before: Dossier, after: Dossier) -> None:
    """Keep the sums true to a step of one parcel: what it taught before no longer counts, what it teaches now does."""
    if Milestone.DELIVERED not in (before.milestone, after.milestone):
        return
    was, is_ = taught(before), taught(after)
    if was == is_ and lanes(before.parcel) == lanes(after.parcel):
        return
    store.write_many(_COUNT, [*_rows(before.parcel, was, -1), *_rows(after.parcel, is_, 1)])


def _rows(parcel: Parcel, lesson: Mapping[str, bool], sign: int) -> Iterator[tuple[object, ...]]:
    return ((*lane, kind, sign, sign * had) for kind, had in lesson.items() for lane in lanes(parcel))
