"""Changes for a service that runs for years: what is over is deleted, and what it says of itself is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


def m023_retention(db: Database) -> None:
    """What is over is found without looking at all that is not."""
    db.execute("CREATE INDEX sendings_by_arrival ON sendings (arrived_at) WHERE title <> '' OR body <> ''")
    db.execute("CREATE INDEX alerts_about_us ON alerts (created_at) WHERE parcel_id IS NULL AND case_id IS NULL")


_SERVICE: Final = (
    """
CREATE TABLE service (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  path TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  loaded_at INTEGER NOT NULL,
  changes TEXT NOT NULL,
  refused TEXT NOT NULL,
  refused_at INTEGER,
  answers INTEGER NOT NULL
) STRICT
""",
    # What the self-check found and told operators of, until it is over.
    """
CREATE TABLE findings (
  key TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID
""",
)


def m024_service(db: Database) -> None:
    """Which configuration the daemon runs, and what its self-check found."""
    for statement in _SERVICE:
        db.execute(statement)


def m025_over(db: Database) -> None:
    """The rest of what is over is found without looking at all that is not, every minute."""
    db.execute("CREATE INDEX shop_orders_by_update ON shop_orders (updated_at)")
    for table in ("payloads", "shop_held", "grievances", "posted"):
        db.execute(f"CREATE INDEX {table}_by_time ON {table} (at)")


ALL: Final = (m023_retention, m024_service, m025_over)
