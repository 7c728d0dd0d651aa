"""Bringing a database up to date, whichever version made it.

What belongs here: whose database it is, and which changes it has seen. The changes stand in migrations/, the views for
people in views.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from parcelwatch.errors import StoreError
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
    tickets,
    unheard,
    voices,
)
from parcelwatch.store.migrations.spine import APPLICATION_ID

MIGRATIONS: Final = Migrations("parcelwatch")
_IN_ORDER: Final = (
    *(*spine.ALL, *voices.ALL, *judgement.ALL, *shops.ALL),
    *(*remedies.ALL, *service.ALL, *unheard.ALL, *tickets.ALL, *letters.ALL, *leaving.ALL, *calm.ALL, *joint.ALL),
)
for _each in _IN_ORDER:
    MIGRATIONS()(_each)

NAMES: Final = tuple(each.__name__ for each in _IN_ORDER)
"""Every migration this version knows, in order."""


def migrate(db: Database) -> None:
    """Bring the database up to date; each migration stands or falls as a whole."""
    MIGRATIONS.apply(db)


def last(db: Database) -> str:
    """The last change the database has seen that is not the last there is, "" for one that is new or up to date."""
    seen = [migration.name for migration in MIGRATIONS.applied(db)]
    return seen[-1] if seen and MIGRATIONS.pending(db) else ""


def refuse_foreign(db: Database, path: Path, instead: str = "name another file as [service] database") -> None:
    """Raise StoreError for a database of another program or of a newer parcelwatch; `instead`: what to do about it."""
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    if tables and owner != APPLICATION_ID:
        raise StoreError(f"{path} is another program's database; {instead}")
    newer = sorted({migration.name for migration in MIGRATIONS.applied(db)} - set(NAMES))
    if newer:
        raise StoreError(
            f"{path} was written by a newer parcelwatch (it has {newer[0]}): install that version again, "
            "or restore the backup made before it was upgraded"
        )
