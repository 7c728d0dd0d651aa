"""What was heard of a parcel that its checkpoints do not tell, kept so that its past can be played again.

What belongs here: the log of answers that changed in kind ("no record", refused, no longer followed, another
promise), and of the first one. Checkpoints carry their own times of hearing; a later answer that says nothing new
leaves no line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from parcelwatch.model import Dossier
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, iso, load, maybe_ms, to_ms

_ADD: Final = "INSERT INTO history (parcel_id, at, what, data) VALUES (?, ?, ?, ?)"
_READ: Final = "SELECT at, what, data FROM history WHERE parcel_id = ? ORDER BY at, id"


def note(store: Store, before: Dossier, after: Dossier, now: datetime) -> None:
    """A line of what is now answered otherwise, if anything is."""
    changes: dict[str, object] = {}
    if after.missing_since != before.missing_since:
        changes["missing_since"] = iso(maybe_ms(after.missing_since))
    if after.refused != before.refused:
        changes["refused"] = after.refused
    if after.stopped != before.stopped:
        changes["stopped"] = after.stopped
    if after.estimate != before.estimate:
        changes["estimate"] = iso(maybe_ms(after.estimate))
    if after.promise != before.promise:
        changes["promise"] = iso(maybe_ms(after.promise))
    if after.stands != before.stands:
        changes["stands"] = after.stands
    if after.first_tracked_at != before.first_tracked_at:
        changes["first_tracked_at"] = iso(maybe_ms(after.first_tracked_at))
    if before.confirmed_at is None and after.confirmed_at is not None:
        changes["confirmed_at"] = iso(maybe_ms(after.confirmed_at))
    if changes:
        record(store, after.parcel.id, "answered", changes, now)


def record(store: Store, parcel_id: int, what: str, data: object, now: datetime) -> None:
    """One line of a parcel's history; `data` is kept as JSON."""
    store.write(_ADD, (parcel_id, to_ms(now), what, dump(data)))


def read(store: Store, parcel_id: int) -> list[dict[str, Any]]:
    """`[{at, what, data}]`, oldest first."""
    rows = store.all(_READ, (parcel_id,))
    return [{"at": iso(at), "what": what, "data": load(data)} for at, what, data in rows]
