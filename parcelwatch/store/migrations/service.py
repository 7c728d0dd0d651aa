"""What the running service says of itself to those who look at it from outside.

What belongs here: changes to the database about the service as a program.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

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


def m022_service(db: Database) -> None:
    """Which configuration the daemon runs, and what its self-check found."""
    for statement in _SERVICE:
        db.execute(statement)


ALL: Final = (m022_service,)
