"""Deleting what is over for long enough, a little at a time, so that nobody waits for it.

What belongs here: which rows, and in what steps. What has been learned from a parcel stays, for it names none. How long
each is kept is core/service/retention.py's; what one person wants forgotten is erase.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parcelwatch.core.service.retention import TOLD_FOR_GOOD, Retention
from parcelwatch.store.connection import Store
from parcelwatch.store.migrations.voices import NAME_BUNDLES
from parcelwatch.store.rows import to_ms

STEP: Final = 1000
"""Parcels looked at in one step, in the order of their ids; few of them are over at once."""

_NEXT: Final = "SELECT max(id) FROM (SELECT id FROM parcels WHERE id > ? ORDER BY id LIMIT ?)"
# Whatever may still be asked, told, sent, claimed or owed keeps a parcel, and so does whatever lately befell it.
_OVER: Final = """
SELECT id FROM parcels p WHERE id > ?1 AND id <= ?2 AND poll_at IS NULL AND lease_until IS NULL
  AND max(added_at, coalesce(asked_at, 0), coalesce(answered_at, 0), coalesce(unwatched_at, 0)) < ?3
  AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE parcel_id = p.id AND seen_at >= ?3)
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.parcel_id = p.id AND (c.state <> 'resolved' OR c.resolved_at >= ?3
    OR json_extract(c.remedy, '$.what') IS NOT NULL AND json_extract(c.remedy, '$.done_at') IS NULL
    OR json_extract(c.claim, '$.state') = 'filed'
    OR EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = c.id AND e.at >= ?3)))
  AND NOT EXISTS (SELECT 1 FROM alerts WHERE parcel_id = p.id AND (state = 'pending' OR created_at >= ?3))
  AND NOT EXISTS (SELECT 1 FROM drafts WHERE parcel_id = p.id
    AND (state IN ('draft', 'approved', 'sending') OR changed_at >= ?3))
  AND NOT EXISTS (SELECT 1 FROM complaints WHERE parcel_id = p.id AND at >= ?3)
"""
_LINKED: Final = "SELECT DISTINCT order_id FROM parcel_orders WHERE parcel_id = ?"
_ALONE: Final = (
    "DELETE FROM orders WHERE id = ? AND NOT EXISTS (SELECT 1 FROM parcel_orders WHERE order_id = orders.id)"
)

# What belongs to no parcel: at most so many rows of each in a step.
_WORDLESS: Final = """
UPDATE sendings SET title = '', body = '' WHERE rowid IN
  (SELECT rowid FROM sendings WHERE arrived_at < ? AND (title <> '' OR body <> '') LIMIT 1000)
"""
# What is told once for good is known by its alert: without it, it would be told again.
_ABOUT_US: Final = f"""
DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE parcel_id IS NULL AND case_id IS NULL
  AND incident_id IS NULL AND state <> 'pending' AND kind NOT IN ({", ".join(map(repr, TOLD_FOR_GOOD))})
  AND created_at < ? LIMIT 1000)
"""
_PAYLOADS: Final = "DELETE FROM payloads WHERE at < ?"
# What shops and programs told, and when couriers were out, once nothing hangs on it any more.
_TOLD: Final = (
    """
DELETE FROM shop_orders WHERE (shop, ref) IN (SELECT shop, ref FROM shop_orders o WHERE updated_at < ?
  AND NOT EXISTS (SELECT 1 FROM shop_parcels p WHERE p.shop = o.shop AND p.ref = o.ref) LIMIT 1000)
""",
    "DELETE FROM shop_held WHERE at < ?",
    """
DELETE FROM tickets WHERE (desk, ref) IN (SELECT desk, ref FROM tickets t WHERE updated_at < ?
  AND NOT EXISTS (SELECT 1 FROM ticket_parcels p WHERE p.desk = t.desk AND p.ref = t.ref) LIMIT 1000)
""",
    "DELETE FROM grievances WHERE at < ?",
    "DELETE FROM forgotten WHERE at < ?",
    "DELETE FROM posted WHERE at < ?",
    # By way of the accounts, whose outages are in an index by when they began.
    "DELETE FROM outages WHERE account IN (SELECT name FROM accounts) AND from_at < ?1 AND to_at < ?1",
)


@dataclass(slots=True)
class Sweep:
    """How far the parcels have been looked through; it begins anew at the end."""

    after: int = 0


def prune(store: Store, retention: Retention, sweep: Sweep, now: datetime) -> int:
    """Delete what is over in the next few parcels, and what belongs to none; how many parcels went."""
    before = to_ms(now - retention.parcels)
    up_to = store.value(_NEXT, (sweep.after, STEP))
    gone = [one for (one,) in store.all(_OVER, (sweep.after, up_to, before))] if up_to is not None else []
    with store.transaction():
        _delete(store, gone)
        store.write(_WORDLESS, (to_ms(now - retention.messages),))
        about_us = store.write(_ABOUT_US, (to_ms(now - retention.messages),)).rowcount
        if gone or about_us:
            store.write(NAME_BUNDLES)
        store.write(_PAYLOADS, (to_ms(now - retention.payloads),))
        for statement in _TOLD:
            store.write(statement, (before,))
    sweep.after = up_to or 0
    return len(gone)


def prune_all(store: Store, retention: Retention, now: datetime) -> Iterator[int]:
    """Delete all that is over, step by step; how many parcels went in each."""
    sweep = Sweep()
    while True:
        yield prune(store, retention, sweep, now)
        if not sweep.after:
            return


def _delete(store: Store, gone: Sequence[int]) -> None:
    orders = {order for one in gone for (order,) in store.all(_LINKED, (one,))}
    # Cases, letters, alerts and all that hangs on them go along: every reference cascades.
    store.write_many("DELETE FROM parcels WHERE id = ?", [(one,) for one in gone])
    store.write_many(_ALONE, [(one,) for one in sorted(orders)])
