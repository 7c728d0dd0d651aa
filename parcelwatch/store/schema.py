"""Bringing a database up to date, whichever version made it.

What belongs here: whose database it is, and which changes it has seen. The changes stand in migrations/, migrating.py
applies them; the views for people are in views.py.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreForeign
from parcelwatch.store.migrations import (
    calm,
    joint,
    judgement,
    leaving,
    letters,
    remedies,
    service,
    shops,
    spine,
    taken,
    tickets,
    unheard,
    voices,
)
from parcelwatch.store.migrations.spine import APPLICATION_ID

OURS: Final = "parcelwatch"
"""The name under which a database lists the changes it has seen."""
IN_ORDER: Final = (
    *(*spine.ALL, *voices.ALL, *judgement.ALL, *shops.ALL),
    *(*remedies.ALL, *service.ALL, *unheard.ALL, *tickets.ALL, *letters.ALL, *leaving.ALL, *calm.ALL, *joint.ALL),
    *taken.ALL,
)
NAMES: Final = tuple(each.__name__ for each in IN_ORDER)
"""Every migration this version knows, in order."""


def seen(conn: sqlite3.Connection) -> list[str]:
    """The changes the database has seen, in their order."""
    if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchall():
        return []
    rows = conn.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid", (OURS,)
    ).fetchall()
    return [name for (name,) in rows]


def pending(conn: sqlite3.Connection) -> bool:
    """Whether there are changes that the database has not seen."""
    return not set(NAMES) <= set(seen(conn))


def refuse_foreign(
    conn: sqlite3.Connection, path: Path, instead: str = "name another file as [service] database"
) -> None:
    """Raise StoreForeign for a database of another program or a newer parcelwatch; `instead`: what to do about it."""
    (tables,) = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (owner,) = conn.execute("PRAGMA application_id").fetchone()
    if tables and owner != APPLICATION_ID:
        raise StoreForeign(f"{path} is another program's database; {instead}")
    newer = sorted(set(seen(conn)) - set(NAMES))
    if newer:
        raise StoreForeign(
            f"{path} was written by a newer parcelwatch (it has {newer[0]}): install that version again, "
            "or restore the backup made before it was upgraded"
        )
