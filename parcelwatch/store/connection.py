"""One connection to the database, and the locks that keep writers apart.

What belongs here: opening, transactions, locks, closing, and the one seam where SQLite's errors become ours.

Every write transaction, every checkpoint and every close holds an exclusive flock on `<database>.write`, across
processes: SQLite before 3.51.3 can corrupt a database when two connections write and checkpoint at once.
`<database>.lock` is held by whoever polls and delivers. A Store belongs to the thread that opened it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlite_utils import Database

from parcelwatch.errors import StoreError, StoreLocked
from parcelwatch.store import schema

LOCK_WAIT: Final = 30.0
"""Seconds a writer waits for another before it gives up."""

_OLDEST_SQLITE: Final = (3, 37, 0)
_WAIT_STEP: Final = 0.002
_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
    "PRAGMA journal_size_limit = 67108864",
)


class Store:
    """An open database. Made by `open`; use as a context manager or call `close`."""

    def __init__(self, path: Path, conn: sqlite3.Connection, write_lock: int, lock_wait: float) -> None:
        self.path = path
        self.conn = conn
        self.db = Database(conn, execute_plugins=False)
        self._write_lock = write_lock
        self._daemon_lock: int | None = None
        self._lock_wait = lock_wait

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True, check: bool = False, lock_wait: float = LOCK_WAIT) -> Store:
        """The database at `path`, brought up to date; `check` also looks for damage (about 1 s per GB).

        Raises StoreError, saying what to do: absent and not to be created, unreadable, not ours, damaged, or
        written by a newer version.
        """
        path = Path(path).absolute()
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed")
        _prepare(path, create)
        write_lock = _lock_file(path, ".write")
        conn: sqlite3.Connection | None = None
        try:
            with seam(path):
                conn = sqlite3.connect(path, isolation_level=None, cached_statements=512)
                store = cls(path, conn, write_lock, lock_wait)
                with store.writing():
                    store._set_up(check)
        except BaseException:
            if conn is not None:
                conn.close()
            os.close(write_lock)
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- writing ---------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block writes, or nothing of it. Not reentrant; nest with `savepoint`.

        Raises StoreError when the lock cannot be had in time or SQLite fails (disk full, I/O error, damage).
        """
        if self.conn.in_transaction:
            raise RuntimeError("a transaction is already open")
        with self.writing(), seam(self.path):
            self.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._require_transaction()
                self.conn.execute("COMMIT")
            finally:
                self._roll_back_open()

    @contextmanager
    def joined(self) -> Iterator[None]:
        """In the caller's transaction, if one is open, else in one of its own."""
        with nullcontext() if self.conn.in_transaction else self.transaction():
            yield

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: undo only this block when it raises, and let the error go on.

        An error of the database itself is a StoreError already here: it is no fault of the parcel at hand.
        """
        self._require_transaction()
        with seam(self.path):
            self.conn.execute("SAVEPOINT step")
            try:
                yield
            except BaseException:
                if self.conn.in_transaction:
                    self.conn.execute("ROLLBACK TO step")
                    self.conn.execute("RELEASE step")
                raise
            self._require_transaction()
            self.conn.execute("RELEASE step")

    def write(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """One statement, inside the caller's transaction."""
        self._require_transaction()
        return self.conn.execute(sql, values)

    def insert(self, sql: str, values: Sequence[object] = ()) -> int:
        """One row more, inside the caller's transaction; its id."""
        return self.write(sql, values).lastrowid or 0

    def write_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """One statement for many rows, inside the caller's transaction."""
        self._require_transaction()
        self.conn.executemany(sql, rows)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it. Outside of transactions only."""
        with self.writing(), seam(self.path):
            busy, _, _ = self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(f"{self.path} is being read by another program for too long; stop it and try again")

    def rewrite(self) -> None:
        """Write the whole database anew, so that nothing of what was deleted is left in its files.

        secure_delete is not enough: pages keep pieces of rows that once moved to another page. Takes about 15 s
        and as much free disk as the database for each GB. Outside of transactions only.
        """
        with self.writing(), seam(self.path):
            # The new copy must not grow in memory.
            self.conn.execute("PRAGMA temp_store = FILE").fetchall()
            try:
                self.conn.execute("VACUUM").fetchall()
            finally:
                self.conn.execute("PRAGMA temp_store = MEMORY").fetchall()
        self.checkpoint()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock that keeps all other writers out."""
        _wait_for(self._write_lock, self.path, self._lock_wait)
        try:
            yield
        finally:
            fcntl.flock(self._write_lock, fcntl.LOCK_UN)

    # --- reading ---------------------------------------------------------------------------------

    # Cursors are always emptied at once: a half-read one would hold up every checkpoint.

    def all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row, as tuples."""
        return self.conn.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row."""
        rows = self.conn.execute(sql, values).fetchall()
        return rows[0] if rows else None

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, None without one."""
        row = self.one(sql, values)
        return row[0] if row else None

    # --- life ------------------------------------------------------------------------------------

    def hold_daemon_lock(self) -> None:
        """Be the one that polls and delivers, until `close`. Raises StoreLocked when another is."""
        descriptor = _lock_file(self.path, ".lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise StoreLocked(f"{self.path} is held by another daemon (process {holder or 'unknown'})") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._daemon_lock = descriptor

    def close(self) -> None:
        """Close the connection; the last one to close empties the write-ahead log, so this too takes the lock."""
        with self.writing(), seam(self.path):
            self.conn.close()
        os.close(self._write_lock)
        if self._daemon_lock is not None:
            os.close(self._daemon_lock)
            self._daemon_lock = None

    def _set_up(self, check: bool) -> None:
        for pragma in _PRAGMAS:
            self.conn.execute(pragma).fetchall()
        schema.refuse_foreign(self.db, self.path)
        self.conn.execute("PRAGMA journal_mode = WAL").fetchall()
        self.conn.execute("PRAGMA synchronous = FULL").fetchall()
        if check:
            _refuse_damaged(self.conn, self.path)
        schema.migrate(self.db)

    def _roll_back_open(self) -> None:
        # SQLite rolls back by itself on some errors; a second ROLLBACK would hide the first.
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")

    def _require_transaction(self) -> None:
        if not self.conn.in_transaction:
            raise StoreError(f"{self.path}: no transaction is open, or SQLite gave it up after an error")


@contextmanager
def seam(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the database into StoreError; our own mistakes in SQL pass as they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: {error}. {_advice(str(error))}") from error


_ADVICE: Final = (
    ("file is not a database", "Name another file as [service] database; this one was left as it is."),
    ("malformed", "It is damaged and was left as it is: restore the newest backup made by `parcelwatch db backup`."),
    ("full", "Free some space on its disk; nothing was lost."),
    ("readonly", "Run as the user who owns it, or with sudo."),
    ("unable to open", "Check that its directory exists and belongs to the user who runs parcelwatch."),
    ("locked", "Another program is writing to it without our lock: close it and try again."),
)


def _advice(said: str) -> str:
    return next((advice for sign, advice in _ADVICE if sign in said), "Run `parcelwatch doctor`.")


def _refuse_damaged(conn: sqlite3.Connection, path: Path) -> None:
    (found,) = conn.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"{path}: {found}. {_advice('malformed')}")


# --- files ---------------------------------------------------------------------------------------


def _prepare(path: Path, create: bool) -> None:
    """Make the file ours alone before SQLite opens it: its log and index files copy the mode.

    An existing file is never opened here, for closing it would drop the locks of other connections to it.
    """
    if path.exists():
        if not path.is_file():
            raise StoreError(f"{path} is not a file; name another one as [service] database")
        return
    if not create:
        raise StoreError(f"there is no database at {path}; `parcelwatch parcels import` or `parcelwatch run` makes one")
    try:
        os.close(_private(path, os.O_EXCL, path.parent))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}. {_advice('unable to open')}") from error


def _lock_file(path: Path, suffix: str) -> int:
    name = path.with_name(path.name + suffix)
    try:
        return _private(name, 0, path)
    except OSError as error:
        raise StoreError(f"{name} cannot be opened: {error.strerror}. {_advice('readonly')}") from error


def _private(name: Path, flags: int, like: Path) -> int:
    """Open for reading and writing, mode 0600 if new.

    Made by root, it belongs to whoever owns `like`: the service must be able to open what an administrator made.
    """
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | flags, 0o600)
    if os.geteuid() == 0:
        owner = like.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _wait_for(lock: int, path: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise StoreError(
                    f"{path} was being written by another process for {wait:g} s; try again later"
                ) from None
            time.sleep(_WAIT_STEP)
        else:
            return
