"""What SQLite and the disk say about the database, as errors of ours.

What belongs here: the one seam where foreign errors become a StoreError, whose fault it is, and what to do about it.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreBusy, StoreDamaged, StoreError, StoreFailing, StoreFull

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Less than this free, and whatever SQLite calls its trouble, the disk is full.
_CRUMBS: Final = 64 * 1024

_FREE: Final = (
    "Free some space on its disk (`df`, and `df -i`: it may hold too many files); nothing was lost, and what waits "
    "goes on by itself."
)
_RESTORE: Final = "It is damaged and was left as it is: `parcelwatch doctor` says what to do."
_FOREIGN: Final = (
    "Name another file as [service] database; this one was left as it is. If it was parcelwatch's, its beginning is "
    "damaged: `parcelwatch db restore BACKUP` puts a backup in its place."
)
_DISK: Final = "Its disk takes or gives nothing: look at `dmesg`, quotas and limits of size."
_REACH: Final = (
    "Run as the user who owns it, or with sudo; if it is the service that may not: see whose it is (`ls -la`)."
)
_DIRECTORY: Final = "Check that its directory exists and belongs to the user who runs parcelwatch."

# By SQLite's own codes: what it is, and what to do.
_MEANINGS: Final[dict[int, tuple[type[StoreError], str]]] = {
    sqlite3.SQLITE_FULL: (StoreFull, _FREE),
    sqlite3.SQLITE_BUSY: (StoreBusy, "Another program is writing to it without our lock: close it and try again."),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "Another program is writing to it without our lock: close it and try again."),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, _RESTORE),
    sqlite3.SQLITE_NOTADB: (StoreError, _FOREIGN),
    sqlite3.SQLITE_IOERR: (StoreFailing, _DISK),
    sqlite3.SQLITE_CANTOPEN: (StoreFailing, _DIRECTORY),
    sqlite3.SQLITE_READONLY: (StoreFailing, _REACH),
    sqlite3.SQLITE_PERM: (StoreFailing, _REACH),
}
_UNKNOWN: Final = (StoreError, "Run `parcelwatch doctor`.")
_MAYBE_FULL: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})


@contextmanager
def seam(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the database into StoreError; our own mistakes in SQL pass as they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError):
        raise
    except sqlite3.DatabaseError as error:
        raise _meant(path, error) from error


def is_full(error: OSError) -> bool:
    """Whether there was no room."""
    return error.errno in _NO_ROOM


def cannot_be_made(path: Path, error: OSError) -> StoreError:
    """A file of ours that the system refuses, in our words."""
    kind, advice = (StoreFull, _FREE) if is_full(error) else (StoreError, _DIRECTORY)
    return kind(f"{path} cannot be made: {error.strerror}. {advice}")


def out_of_reach(path: Path, error: OSError) -> StoreError:
    """A file of ours that is there, and that the system keeps from us, in our words."""
    kind, advice = (StoreFull, _FREE) if is_full(error) else (StoreFailing, _REACH)
    return kind(f"{path} cannot be opened: {error.strerror}. {advice}")


def _meant(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    kind, advice = _meaning(path, error)
    return kind(f"{path}: {error}. {advice}")


def _meaning(path: Path, error: sqlite3.DatabaseError) -> tuple[type[StoreError], str]:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python's own: bytes that are no text, which no statement of ours can write
        return StoreDamaged, _RESTORE
    primary = code & 0xFF
    if primary in _MAYBE_FULL and _full(path):
        return _MEANINGS[sqlite3.SQLITE_FULL]
    return _MEANINGS.get(primary, _UNKNOWN)


def _full(path: Path) -> bool:
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    takes_no_file = disk.f_files > 0 and disk.f_favail == 0
    return takes_no_file or disk.f_bavail * disk.f_frsize < _CRUMBS
