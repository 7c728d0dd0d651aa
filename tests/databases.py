"""New databases, copied: what the first of a process took to make, all others have for a copy. And spoiled ones."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final

from parcelwatch.store import Store

_PAGE: Final = 4096


def blank(path: Path) -> Path:
    """`path`, where now lies a database as `Store.open` makes it, if none lay there."""
    if not path.exists():
        path.touch(0o600)
        path.write_bytes(_new())
    return path


@cache
def _new() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        Store.open(path).close()
        return path.read_bytes()


def spoil(path: Path, table: str) -> None:
    """Garbage over the page that a table begins with, as a dying disk leaves it."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (page,) = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * _PAGE)
        file.write(b"\xff" * _PAGE)
