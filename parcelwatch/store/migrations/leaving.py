"""Changes of the schema for what is not to come back, or only when a shop says so.

What belongs here: statements that were released once; none is ever changed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


_ENDED: Final = (
    # By which shop or file a parcel's watch was ended, '' by an agent.
    "ALTER TABLE parcels ADD COLUMN unwatched_by TEXT NOT NULL DEFAULT ''",
    """
UPDATE parcels SET unwatched_by = coalesce(
  (SELECT shop FROM shop_parcels s WHERE s.parcel_id = parcels.id AND s.stopped <> '' LIMIT 1),
  (SELECT 'import' FROM case_events e JOIN cases c ON c.id = e.case_id
   WHERE c.parcel_id = parcels.id AND e.signal = 'stop' AND e.by = 'import' LIMIT 1), '')
WHERE unwatched_at IS NOT NULL
""",
    "CREATE INDEX parcels_ended ON parcels (unwatched_by) WHERE unwatched_by <> ''",
    # Of what was forgotten only what a key makes of its number, so that it is known when it comes again.
    "CREATE TABLE forgotten_key (key TEXT NOT NULL) STRICT",
    "INSERT INTO forgotten_key (key) VALUES (lower(hex(randomblob(32))))",
    "CREATE TABLE forgotten (mark TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX forgotten_by_time ON forgotten (at)",
)


def m030_leaving(db: Database) -> None:
    """Who ended a parcel's watch, and what was forgotten."""
    for statement in _ENDED:
        db.execute(statement)


ALL: Final = (m030_leaving,)
