"""Changes of the schema for what helpdesks tell, and for letters that go into their tickets.

What belongs here: statements that were released once; none is ever changed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


_TICKETS: Final = (
    # What a ticket says stays in the helpdesk.
    """
CREATE TABLE tickets (
  desk TEXT NOT NULL,
  ref TEXT NOT NULL,
  number TEXT NOT NULL,
  url TEXT NOT NULL DEFAULT '',
  wrote_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (desk, ref)
) STRICT, WITHOUT ROWID
""",
    # by: how it is known, as core.tickets.Found.
    """
CREATE TABLE ticket_parcels (
  desk TEXT NOT NULL,
  ref TEXT NOT NULL,
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  by TEXT NOT NULL,
  PRIMARY KEY (desk, ref, parcel_id)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX ticket_parcels_by_parcel ON ticket_parcels (parcel_id)",
    """
CREATE TABLE ticket_letters (
  draft_id INTEGER PRIMARY KEY REFERENCES drafts(id) ON DELETE CASCADE,
  desk TEXT NOT NULL,
  ref TEXT NOT NULL,
  number TEXT NOT NULL,
  marker TEXT NOT NULL,
  tried_at INTEGER NOT NULL
) STRICT
""",
)


def m028_tickets(db: Database) -> None:
    """Tickets of helpdesks, what each is about, and the letters that went into one."""
    for statement in _TICKETS:
        db.execute(statement)


ALL: Final = (m028_tickets,)
