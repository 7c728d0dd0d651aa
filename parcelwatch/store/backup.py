"""Backups that somebody asks for, and the way back from one.

What belongs here: a backup under a name, looking one through, and putting it in the database's place. Copies are
written by copying.py.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreDamaged, StoreError
from parcelwatch.store import copies, damage, files, schema
from parcelwatch.store.connection import LOCK_WAIT, Store
from parcelwatch.store.copying import SQLITE, copy, copy_to, head, written
from parcelwatch.store.faults import seam


def backup(store: Store, target: str | Path) -> None:
    """Copy the database to `target` while others write, and note where it lies. Raises StoreError."""
    target = Path(target).absolute()
    if target.exists() and target.samefile(store.path):
        raise StoreError(f"{target} is the database itself; name another file for its backup")
    copy_to(store.conn, target)
    copies.remember(store.path, target)


def restore(database: Path, backup: Path, now: datetime) -> Path | None:
    """Put a backup in the database's place; where what was there before lies now, if anything was.

    Nobody may be using the database. What is there is moved aside, never deleted. Raises StoreError, StoreLocked.
    """
    database, backup = files.real(database), files.real(backup)
    if backup == database:
        raise StoreError(f"{backup} is the database itself; name a backup of it, as `parcelwatch db backup` made one")
    if database.exists():
        files.require_file(database)
    examine(backup)
    write_lock = files.lock_file(database, ".write")
    held: tuple[int, ...] = ()
    try:
        files.wait_for(write_lock, database, LOCK_WAIT)
        held = files.claim(database) if database.exists() else (files.lock_file(database, ".lock"),)
        with written(database, ".restored") as part:
            with seam(backup), closing(_reading(backup)) as conn:
                copy(conn, part)
            aside = _aside(database, now)
    finally:
        for descriptor in (*held, write_lock):
            os.close(descriptor)
    return aside


def examine(backup: Path) -> None:
    """Read all of a backup. Raises StoreError, with what to do, for one that cannot take the database's place.

    That is what is no whole database of ours, or of a newer version.
    """
    try:
        begins = head(backup)
    except OSError as error:
        raise StoreError(f"{backup} cannot be read: {error.strerror}; {_ANOTHER}") from error
    if begins != SQLITE:
        raise StoreError(f"{backup} is no backup made by `parcelwatch db backup`; {_ANOTHER}")
    try:
        with closing(_reading(backup)) as conn:
            schema.refuse_foreign(conn, backup, _ANOTHER)
            said = damage.found(conn, thorough=True)
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(f"{backup} is damaged ({error}); {_ANOTHER}") from error
    if said:
        raise StoreDamaged(f"{backup} is damaged ({said}); {_ANOTHER}")


_ANOTHER: Final = "nothing was changed. Choose another backup; `parcelwatch db check FILE` says whether one is whole"


def _reading(backup: Path) -> sqlite3.Connection:
    """A backup is one plain file that nobody writes to, also where this user may not write beside it."""
    alone = "" if backup.with_name(backup.name + "-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{backup.as_uri()}?mode=ro{alone}", uri=True, isolation_level=None)


def _aside(database: Path, now: datetime) -> Path | None:
    """Give the database, and its log, a name of their own; its place is never empty, for that would begin a new one.

    A log is left where a database was deleted, too: what takes its place would be given what stands in there.
    """
    aside = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    if there := database.exists():
        aside.hardlink_to(database)
    with suppress(FileNotFoundError):
        database.with_name(database.name + "-wal").rename(aside.with_name(aside.name + "-wal"))
    database.with_name(database.name + "-shm").unlink(missing_ok=True)
    return aside if there else None
