"""One import of many parcels: its counts. The news of its first answers is held together by outbox.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from parcelwatch.store.connection import Store
from parcelwatch.store.rows import to_ms

OUTCOMES: Final = ("added", "updated", "unchanged", "rejected")


def begin(store: Store, source: str, now: datetime) -> int:
    """A new import, by its id; `source` says where the rows came from."""
    sql = "INSERT INTO imports (source, started_at) VALUES (?, ?) RETURNING id"
    import_id: int = store.write(sql, (source, to_ms(now))).fetchall()[0][0]
    return import_id


def finish(store: Store, import_id: int, counts: Mapping[str, int], now: datetime) -> None:
    """Keep how many rows were added, updated, unchanged and rejected."""
    sql = "UPDATE imports SET finished_at = ?, added = ?, updated = ?, unchanged = ?, rejected = ? WHERE id = ?"
    store.write(sql, (to_ms(now), *(counts.get(outcome, 0) for outcome in OUTCOMES), import_id))
