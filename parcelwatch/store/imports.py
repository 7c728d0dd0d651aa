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


_WAVE: Final = "SELECT id FROM imports WHERE source = ? AND finished_at IS NULL"


def wave(store: Store, policy_id: str, now: datetime, *, over: bool) -> int | None:
    """Parcels judged anew by a policy, as an import of their news; `over`: the last of them are being judged now.

    None when there is nothing to hold together.
    """
    source = f"policy {policy_id}"
    known = store.one(_WAVE, (source,))
    if known is None:
        return None if over else begin(store, source, now)
    if over:
        store.write("UPDATE imports SET finished_at = ? WHERE id = ?", (to_ms(now), known[0]))
    wave_id: int = known[0]
    return wave_id


_OTHER_WAVES: Final = """
UPDATE imports SET finished_at = ? WHERE finished_at IS NULL AND source GLOB 'policy *' AND source <> ?
"""


def end_other_waves(store: Store, policy_id: str, now: datetime) -> None:
    """Nobody judges all parcels by another policy: what a command did by a file that is not taken over is done."""
    store.write(_OTHER_WAVES, (to_ms(now), f"policy {policy_id}"))


def finish(store: Store, import_id: int, counts: Mapping[str, int], now: datetime) -> None:
    """Keep how many rows were added, updated, unchanged and rejected."""
    sql = "UPDATE imports SET finished_at = ?, added = ?, updated = ?, unchanged = ?, rejected = ? WHERE id = ?"
    store.write(sql, (to_ms(now), *(counts.get(outcome, 0) for outcome in OUTCOMES), import_id))
