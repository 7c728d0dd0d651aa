"""Applying to a database the changes it has not seen yet; the only user of sqlite-utils.

What belongs here: the doing. It is slow to import, so connection.py asks for it only where there is something to do.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlite_utils import Database, Migrations

from parcelwatch.store.schema import IN_ORDER, OURS

MIGRATIONS: Final = Migrations(OURS)
for _each in IN_ORDER:
    MIGRATIONS()(_each)


def apply(conn: sqlite3.Connection) -> None:
    """Bring the database up to date; each migration stands or falls as a whole."""
    MIGRATIONS.apply(Database(conn, execute_plugins=False))
