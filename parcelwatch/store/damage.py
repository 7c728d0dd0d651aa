"""Damage: found, said where it is, and what to do about it.

What belongs here: questions to a database that may answer none. Nothing here writes.
"""

from __future__ import annotations

import sqlite3
import time
from math import inf
from pathlib import Path
from typing import Final

from parcelwatch.store import copies

LOOK: Final = 10.0
"""Seconds a daemon looks for damage when it starts (about 1 s a GB); `parcelwatch db check` reads all."""

_STEPS: Final = 100_000


def found(conn: sqlite3.Connection, *, thorough: bool = False) -> str:
    """The first damage that is seen within LOOK, "" for none; `thorough`: however long it takes, indexes too."""
    deadline = time.monotonic() + (inf if thorough else LOOK)
    conn.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        (said,) = conn.execute(f"PRAGMA {'integrity' if thorough else 'quick'}_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return "" if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT else str(error)
    finally:
        conn.set_progress_handler(None, 0)
    return "" if said == "ok" else " ".join(str(said).removeprefix("*** in database main ***").split())


def report(path: Path, said: str, conn: sqlite3.Connection | None = None) -> str:
    """What is damaged, where the newest backup is and what to type, as sentences."""
    tables = _damaged(conn) if conn else []
    where = f" (in {', '.join(tables)})" if tables else ""
    return f"{path} is damaged: {said}{where}. It was left as it is. {remedy(path)}"


def remedy(path: Path) -> str:
    """What to do about a damaged database."""
    copy = copies.newest(path)
    if copy is None:
        return (
            "No backup is known: if you have one, stop the daemon and run `parcelwatch db restore BACKUP`; if none, "
            f"`sqlite3 {path} .recover | sqlite3 {path}.new` saves what can be read"
        )
    return (
        f"The newest backup known is {copy.path}, of {copy.made_at:%Y-%m-%d %H:%M} UTC: stop the daemon, then run "
        f"`parcelwatch db restore {copy.path}`"
    )


def _damaged(conn: sqlite3.Connection) -> list[str]:
    """The tables with a damaged page, each asked by itself."""
    try:
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    except sqlite3.DatabaseError:
        return ["the list of its tables"]
    return [table for table in tables if not _whole(conn, table)]


def _whole(conn: sqlite3.Connection, table: str) -> bool:
    try:
        return bool(conn.execute(f"PRAGMA quick_check('{table}')").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False
