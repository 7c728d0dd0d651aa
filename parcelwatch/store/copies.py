"""Where the copies of a database lie, so that whoever needs one is told.

What belongs here: the note of the last backup, in a file beside the database (which may be unreadable when it is
wanted), the copies made before an upgrade, and those of databases that were deleted. Making copies is copying.py's.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from parcelwatch.store.files import private, read, rescued

KEPT: Final = 3
"""Copies from before an upgrade that are kept, the newest."""

_NOTE: Final = ".backup"
_BEFORE: Final = ".before-"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the database, and when it was made."""

    path: Path
    made_at: datetime


def remember(database: Path, target: Path) -> None:
    """Note where the newest backup lies."""
    note = private(database.with_name(database.name + _NOTE), os.O_TRUNC, database)
    try:
        os.write(note, os.fsencode(target))
    finally:
        os.close(note)


def before(database: Path, version: str) -> Path:
    """Where the copy goes that is made before the first change after `version`."""
    return database.with_name(f"{database.name}{_BEFORE}{version}")


def newest(database: Path) -> Copy | None:
    """The newest copy there is; None where none is known or left."""
    found = [*_beside(database, _BEFORE), *(copy for path in rescued(database) for copy in _there(path))]
    with suppress(OSError, ValueError):  # the note may be as damaged as the database
        noted = Path(os.fsdecode(read(database.with_name(database.name + _NOTE))[0]))
        found += _there(noted)
    return max(found, key=lambda one: one.made_at, default=None)


def drop_older(database: Path) -> None:
    """Delete all but the newest copies from before an upgrade."""
    for old in sorted(_beside(database, _BEFORE), key=lambda one: one.made_at, reverse=True)[KEPT:]:
        old.path.unlink(missing_ok=True)


def _beside(database: Path, why: str) -> list[Copy]:
    found = database.parent.glob(f"{_escaped(database.name)}{why}*")
    return [copy for path in found if not path.name.endswith(".part") for copy in _there(path)]


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _there(path: Path) -> list[Copy]:
    with suppress(OSError):
        return [Copy(path, datetime.fromtimestamp(path.stat().st_mtime, UTC))]
    return []
