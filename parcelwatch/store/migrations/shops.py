"""Changes of the schema for what comes in by itself: shops and what they told of.

What belongs here: statements that were released once; none is ever changed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


_SHOPS: Final = (
    # How far each shop was read; at, cursor as shops.base.Mark.
    """
CREATE TABLE shops (
  name TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  cursor TEXT NOT NULL DEFAULT '',
  asked_at INTEGER,
  read_at INTEGER,
  orders INTEGER NOT NULL DEFAULT 0
) STRICT
""",
    """
CREATE TABLE shop_orders (
  shop TEXT NOT NULL,
  ref TEXT NOT NULL,
  number TEXT NOT NULL,
  standing TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  told TEXT NOT NULL,
  PRIMARY KEY (shop, ref)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX shop_orders_by_number ON shop_orders (number)",
    """
CREATE TABLE shop_parcels (
  shop TEXT NOT NULL,
  ref TEXT NOT NULL,
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  stopped TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (shop, ref, parcel_id)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX shop_parcels_by_parcel ON shop_parcels (parcel_id)",
    # Numbers of orders that no account can ask about.
    """
CREATE TABLE shop_held (
  shop TEXT NOT NULL,
  ref TEXT NOT NULL,
  number TEXT NOT NULL,
  company TEXT NOT NULL,
  why TEXT NOT NULL,
  at INTEGER NOT NULL,
  told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (shop, ref, number)
) STRICT, WITHOUT ROWID
""",
    # Complaints that came from a platform's feed or a helpdesk, each once.
    """
CREATE TABLE grievances (
  source TEXT NOT NULL,
  ref TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (source, ref)
) STRICT, WITHOUT ROWID
""",
)


def m020_shops(db: Database) -> None:
    """Shops that are asked, what they told of each order, and what of it nobody can watch."""
    for statement in _SHOPS:
        db.execute(statement)


_POSTED: Final = """
CREATE TABLE posted (
  token TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID
"""


def m021_posted(db: Database) -> None:
    """Answers to calls that may come twice."""
    db.execute(_POSTED)


ALL: Final = (m020_shops, m021_posted)
