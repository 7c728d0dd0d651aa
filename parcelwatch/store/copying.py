"""Writing a copy of a database: private, checked, and in its place only once it is whole.

What belongs here: the copy itself, whoever wants one. No link is followed, and no file of another's is replaced.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreDamaged, StoreError, StoreFull
from parcelwatch.store import copies, files
from parcelwatch.store.faults import is_full, seam

SQLITE: Final = b"SQLite format 3\0"


def copy_to(conn: sqlite3.Connection, target: Path) -> None:
    """Copy the database to `target`, one plain file of mode 0600; what is there is replaced at the end.

    Raises StoreError.
    """
    _refuse_to_replace(target)
    with written(target) as part:
        copy(conn, part)


def before_upgrade(conn: sqlite3.Connection, database: Path, version: str) -> None:
    """A copy of the database as an earlier version left it, beside it; the newest few are kept. Raises StoreError."""
    copy_to(conn, copies.before(database, version))
    copies.drop_older(database)


@contextmanager
def written(target: Path, suffix: str = "") -> Iterator[Path]:
    """A private file beside `target` that takes its place at the end, if all went well."""
    part = target.with_name(f"{target.name}{suffix}.part")
    made = False
    try:
        _clear(part)
        os.close(files.private(part, os.O_EXCL, target if target.exists() else target.parent))
        made = True
        yield part
        _flush(part)
        part.replace(target)
        _flush(target.parent)
    except OSError as error:
        kind = StoreFull if is_full(error) else StoreError
        raise kind(f"{target} cannot be written: {error.strerror}") from error
    finally:
        if made:
            part.unlink(missing_ok=True)


def _clear(part: Path) -> None:
    """What a copy that was cut off left behind; nothing else is deleted, and no link is followed."""
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(part.lstat().st_mode):
            raise StoreError(f"{part} is in the way, and no file of ours: move it elsewhere")
        _refuse_to_replace(part)
        part.unlink()


def _refuse_to_replace(target: Path) -> None:
    """Only an older backup, or an empty file, gives way to a new one."""
    try:
        begins = head(target)
    except (FileNotFoundError, IsADirectoryError):
        return
    except OSError as error:
        raise StoreError(f"{target} cannot be replaced: {error.strerror}; name another file") from error
    if begins not in (b"", SQLITE):
        raise StoreError(f"{target} is there already and is no backup; it was left as it is, name another file")


def head(path: Path) -> bytes:
    """How a file begins. Raises OSError, also for a device or a pipe: one is waited for, the other must stay one."""
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is a device or a pipe, and no file")
        return file.read(len(SQLITE))


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def copy(conn: sqlite3.Connection, part: Path) -> None:
    with seam(part), closing(sqlite3.connect(part, isolation_level=None)) as made:
        # All pages in one step read one snapshot, whoever writes meanwhile.
        conn.backup(made, pages=-1)
        made.execute("PRAGMA journal_mode = DELETE").fetchall()
        found = made.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreDamaged(f"the copy is damaged ({found}), so no backup was made; run `parcelwatch doctor`")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
