"""Changes for couriers that say nothing: of a parcel, or until a time they named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


_UNHEARD: Final = (
    """
CREATE TABLE unheard (
  parcel_id INTEGER PRIMARY KEY REFERENCES parcels(id) ON DELETE CASCADE,
  courier TEXT NOT NULL,
  since INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  reason TEXT NOT NULL,
  told_at INTEGER,
  ended_at INTEGER,
  told_end_at INTEGER
) STRICT
""",
    "CREATE INDEX unheard_untold ON unheard (courier, since) WHERE told_at IS NULL",
    "CREATE INDEX unheard_ended ON unheard (courier, ended_at) WHERE ended_at IS NOT NULL AND told_end_at IS NULL",
)


def m026_unheard(db: Database) -> None:
    """Of which parcels no answer says anything, since when, and which were given up."""
    for statement in _UNHEARD:
        db.execute(statement)


def m027_asked(db: Database) -> None:
    """Whether a courier itself asked to be let alone, which a restart does not end."""
    db.execute("ALTER TABLE accounts ADD COLUMN asked INTEGER NOT NULL DEFAULT 0")


ALL: Final = (m026_unheard, m027_asked)
