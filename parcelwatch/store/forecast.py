"""What is learned of how long parcels take: one row a level, counted on as parcels go.

What belongs here: keeping core.learn's counts, and what a day's look makes of them. What is counted is decided there.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from weakref import WeakKeyDictionary

from parcelwatch.core.learn import (
    DONE,
    Change,
    Count,
    Day,
    Key,
    Level,
    Outlook,
    Scope,
    deeper,
    lesson,
    levels,
    where_to,
)
from parcelwatch.core.learn.lessons import end_of
from parcelwatch.core.learn.outlook import tomorrow
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.tracking.timeline import current
from parcelwatch.model import Dossier, Parcel
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, load

UNSEEN: Final = -2
"""A parcel of before anything was learned, which still is to be looked at."""

Taught = tuple[Key, Change]
"""What a parcel taught about one level."""

_KNOWN_LEVELS: Final = 16_384
_COUNT: Final = "SELECT waited, came, days FROM forecast WHERE scope = ? AND name = ?"
_KEEP: Final = """
INSERT INTO forecast (scope, name, waited, came, days) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET waited = excluded.waited, came = excluded.came, days = excluded.days
"""


@dataclass(slots=True)
class _Today:
    """What was looked up on one day; it stands until the next, as a day's look is one."""

    on: date
    levels: dict[Key, tuple[Level, float]] = field(default_factory=dict)
    """With the pace at each."""


_today: WeakKeyDictionary[Store, _Today] = WeakKeyDictionary()


def ahead(store: Store, parcel: Parcel, now: datetime) -> Outlook:
    """What is known today of parcels like this one."""
    today = _today.get(store)
    if today is None or today.on != now.date() or len(today.levels) >= _KNOWN_LEVELS:
        today = _today[store] = _Today(now.date())
    found: list[Level] = []
    pace = 1.0
    for key in levels(parcel):
        known = today.levels.get(key)
        if known is None:
            known = today.levels[key] = deeper(found[-1] if found else None, pace, key, _count(store, key), now)
        found.append(known[0])
        pace = known[1]
    return Outlook(tuple(found), pace, tomorrow(now))


def taught(
    dossier: Dossier, learned: int, calendar: Calendar, expected: Outlook, now: datetime
) -> tuple[int, list[Taught]]:
    """How far a parcel is learned from by now, and what of that is yet to be counted; `learned`: how far it was."""
    if learned == DONE:
        return DONE, []
    parcel, learned = dossier.parcel, max(learned, 0)
    entries = current(dossier.timeline)
    known_at = now if end_of(entries) else dossier.confirmed_at
    clock = calendar.at(*where_to(parcel))
    found = lesson(entries, parcel, learned, known_at, clock, expected) if known_at else None
    if found is None:
        return learned, []
    lane = found.change.without_days()
    return found.learned, [(key, lane if key[0] is Scope.LANE else found.change) for key in levels(parcel)]


def count(store: Store, lessons: Iterable[Taught]) -> None:
    """Count what some parcels taught, each level once: writing is what costs. The caller holds the transaction."""
    changes: dict[Key, list[Change]] = defaultdict(list)
    for key, change in lessons:
        changes[key].append(change)
    for key, new in changes.items():
        _keep(store, key, _count(store, key).plus(*new))


def keep_learned(store: Store, parcel_id: int, learned: int) -> None:
    """Keep how far a parcel is learned from, where no step of it does."""
    store.write("UPDATE parcels SET learned = ? WHERE id = ?", (learned, parcel_id))


def unseen(store: Store, most: int) -> list[int]:
    """Some of the parcels from which nothing was learned yet, because nobody did when they were watched."""
    return [row[0] for row in store.all(f"SELECT id FROM parcels WHERE learned = {UNSEEN} LIMIT ?", (most,))]


def _count(store: Store, key: Key) -> Count:
    row = store.one(_COUNT, key)
    if row is None:
        return Count()
    days = (Day(date.fromordinal(on), expected, came) for on, expected, came in load(row[2]))
    return Count(_floats(row[0]), _floats(row[1]), tuple(days))


def _keep(store: Store, key: Key, count: Count) -> None:
    days = [[day.on.toordinal(), round(day.expected, 4), day.came] for day in count.days]
    store.write(_KEEP, (*key, _bytes(count.waited), _bytes(count.came), dump(days)))


def _floats(kept: bytes) -> tuple[float, ...]:
    values = array("d")
    values.frombytes(kept[: len(kept) - len(kept) % values.itemsize])
    return tuple(values)


def _bytes(values: Sequence[float]) -> bytes:
    return array("d", values).tobytes()
