"""Where the files of an open database lie, and whether they still are those that were opened.

What belongs here: noticing that they were moved, deleted or replaced. SQLite goes on with what it opened, whatever lies
there now: what it writes is lost with the old file, or mixed with the new one's.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreMoved

Mark = tuple[int, int]
"""What tells a file from every other, whatever its name: its device and its number there."""

GONE: Final = (0, 0)
_LOGS: Final = ("-wal", "-shm")


def mark(path: Path) -> Mark | None:
    """The file's, GONE where there is none, None where nobody may look."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return GONE
    except OSError:
        return None
    return found.st_dev, found.st_ino


def logs(database: Path) -> tuple[Path, ...]:
    """The files that lie beside a database while somebody has it open: its log, and the log's index."""
    return tuple(database.with_name(database.name + suffix) for suffix in _LOGS)


class Places:
    """The files of a database as they lie when it has just been opened."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._opened = {path: mark(path) for path in (database, *logs(database))}

    def require(self) -> None:
        """Raise StoreMoved where one of them is not the one that was opened."""
        moved = self._moved()
        if not moved:
            return
        if mark(self._database) == GONE:
            raise StoreMoved(f"{self._database} was moved or deleted while it was open: put it back where it was")
        if self._database in moved:
            raise StoreMoved(f"{self._database} was replaced by another file while it was open", anew=True)
        raise StoreMoved(f"{moved[0]}, the log of the open database, was moved or deleted", anew=True)

    @property
    def unmoved(self) -> bool:
        """Whether all of them still are those that were opened."""
        return not self._moved()

    @property
    def replaced(self) -> bool:
        """Whether the database is not the one that was opened."""
        return not self._same(self._database)

    def clear(self) -> None:
        """Delete what belongs to the one that was opened and would be taken for another's; its log was emptied."""
        for path in logs(self._database):
            if self._opened[path] not in (None, GONE) and self._same(path):
                with suppress(OSError):
                    path.unlink()

    def _moved(self) -> list[Path]:
        return [path for path in self._opened if not self._same(path)]

    def _same(self, path: Path) -> bool:
        before, now = self._opened[path], mark(path)
        return now is None or before in (None, GONE, now)
