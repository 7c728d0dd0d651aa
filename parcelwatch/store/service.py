"""What the daemon says of itself: its process, the configuration it runs, and what came of the last reload.

What belongs here: the one row that the daemon writes and others read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from parcelwatch.store import files
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, from_ms, load, maybe_at, to_ms


@dataclass(frozen=True, slots=True)
class Service:
    """`fingerprint`: of the configuration that runs, taken over at `loaded_at`; `changes`: what was new in it.

    `refused`: why a newer one was not taken over, "" where none was refused. `answers`: reloads answered so far.
    """

    pid: int
    version: str
    path: str
    started_at: datetime
    fingerprint: str
    loaded_at: datetime
    changes: tuple[str, ...] = ()
    refused: str = ""
    refused_at: datetime | None = None
    answers: int = 0


def holder(database: Path) -> int | None:
    """The process that holds the database as its daemon, 0 where it does not say; None where none does."""
    held = files.holder(database)
    return None if held is None else held[0]


def require_not_deleted(database: Path) -> None:
    """Raise StoreMoved, with what to do, where a database that is not there was deleted or moved away."""
    files.require_not_deleted(database)


_COLUMNS: Final = "pid, version, path, started_at, fingerprint, loaded_at, changes, refused, refused_at, answers"


def standing(store: Store) -> Service | None:
    """The daemon that runs, or ran last; None while none ever did."""
    row = store.one(f"SELECT {_COLUMNS} FROM service")
    if row is None:
        return None
    pid, version, path, started, fingerprint, loaded, changes, refused, refused_at, answers = row
    return Service(
        pid=pid,
        version=version,
        path=path,
        started_at=from_ms(started),
        fingerprint=fingerprint,
        loaded_at=from_ms(loaded),
        changes=tuple(load(changes)),
        refused=refused,
        refused_at=maybe_at(refused_at),
        answers=answers,
    )


def started(store: Store, pid: int, version: str, path: str, fingerprint: str, now: datetime) -> None:
    """A daemon begins, with this configuration; the caller holds the transaction."""
    sql = f"INSERT OR REPLACE INTO service (id, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, '[]', '', NULL, 0)"
    store.write(sql, (pid, version, path, to_ms(now), fingerprint, to_ms(now)))


def reloaded(store: Store, fingerprint: str, changes: Sequence[str], now: datetime) -> None:
    """It took over a configuration; the caller holds the transaction."""
    sql = """UPDATE service SET fingerprint = ?, loaded_at = ?, changes = ?, refused = '', refused_at = NULL,
      answers = answers + 1"""
    store.write(sql, (fingerprint, to_ms(now), dump(list(changes))))


def refused(store: Store, why: str, now: datetime) -> None:
    """It goes on with the one it had; the caller holds the transaction."""
    store.write("UPDATE service SET refused = ?, refused_at = ?, answers = answers + 1", (why, to_ms(now)))
