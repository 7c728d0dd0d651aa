"""SQLite's WAL-reset bug: which versions have it, and what keeps it from doing harm here.

What belongs here: the gate. Before it was mended, two connections that write and empty the log at the same moment could
lose pages that were committed. Our own connections never do, for the write lock keeps them apart; other programs do not
know that lock.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from parcelwatch.store.connection import Store

_SINCE: Final = (3, 51, 3)
# Older branches it was mended in, by their first release without it.
_BRANCHES: Final = {(3, 44): 6, (3, 50): 7}

EXPOSED: Final = (
    f"Litestream writes to this database and does not know our write lock, and SQLite {sqlite3.sqlite_version} has the "
    "WAL-reset bug: run parcelwatch with a Python whose SQLite is 3.51.3 or newer"
)


def mended(version: str) -> bool:
    """Whether this version of SQLite is without the bug."""
    first, second, third, *_ = (*map(int, version.split(".")), 0, 0)
    return (first, second, third) >= _SINCE or third >= _BRANCHES.get((first, second), third + 1)


def verdict(version: str) -> str:
    """Whether this version can corrupt a database that two connections write and checkpoint at once."""
    if mended(version):
        return f"SQLite {version}: fine"
    return (
        f"SQLite {version} has the WAL-reset bug; our write lock (<database>.write) keeps it from doing harm. Do not "
        "write to the database with other programs while parcelwatch runs"
    )


def exposed(store: Store) -> bool:
    """Whether Litestream, which knows no lock of ours, has written to the database beside a SQLite with the bug."""
    theirs = store.value("SELECT count(*) FROM sqlite_master WHERE name GLOB '_litestream*'")
    return bool(theirs) and not mended(sqlite3.sqlite_version)
