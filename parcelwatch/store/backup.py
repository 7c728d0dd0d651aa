"""A copy of the database that can be trusted: taken while others write, checked, then put in its place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreError
from parcelwatch.store.connection import Store, seam

_SQLITE: Final = b"SQLite format 3\0"


def backup(store: Store, target: str | Path) -> None:
    """Copy the database to `target`, mode 0600, replacing what is there only once the copy is known to be whole.

    The copy is one plain file. Raises StoreError.
    """
    target = Path(target).absolute()
    if target.resolve() == store.path.resolve():
        raise StoreError(f"{target} is the database itself; name another file for its backup")
    _refuse_to_replace(target)
    part = target.with_name(target.name + ".part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        part.chmod(0o600)
        _copy(store, part)
        _flush(part)
        part.replace(target)
        _flush(target.parent)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _refuse_to_replace(target: Path) -> None:
    """Only an older backup, or an empty file, gives way to a new one."""
    try:
        with target.open("rb") as file:
            head = file.read(len(_SQLITE))
    except (FileNotFoundError, IsADirectoryError):
        return
    except OSError as error:
        raise StoreError(f"{target} cannot be replaced: {error.strerror}; name another file") from error
    if head not in (b"", _SQLITE):
        raise StoreError(f"{target} is there already and is no backup; it was left as it is, name another file")


def _copy(store: Store, part: Path) -> None:
    with seam(part), closing(sqlite3.connect(part, isolation_level=None)) as copy:
        # All pages in one step read one snapshot, whoever writes meanwhile.
        store.conn.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"the copy is damaged ({found}), so no backup was made; run `parcelwatch doctor`")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
