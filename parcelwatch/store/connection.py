"""One connection to the database, and the locks that keep writers apart.

What belongs here: opening, transactions, locks and closing. What SQLite's errors mean is faults.py's, what is done to
files before SQLite opens them files.py's.

Every write transaction, every checkpoint and every close holds an exclusive flock on `<database>.write`, across
processes: SQLite before 3.51.3 can corrupt a database when two connections write and checkpoint at once.
`<database>.lock` is held by whoever polls and delivers. A Store belongs to the thread that opened it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from parcelwatch.errors import StoreBusy, StoreDamaged, StoreError, StoreFailing, StoreFull
from parcelwatch.store import damage, files, schema
from parcelwatch.store.copying import before_upgrade, copy_to
from parcelwatch.store.faults import seam
from parcelwatch.store.places import Places

LOCK_WAIT: Final = 30.0
"""Seconds a writer waits for another before it gives up."""

_OLDEST_SQLITE: Final = (3, 37, 0)
# What garbage in a damaged row may make of our own code.
_ASTRAY: Final = (
    *(sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(AssertionError, RuntimeError),
)
_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
    "PRAGMA journal_size_limit = 67108864",
)


class Store:
    """An open database. Made by `open`; use as a context manager or call `close`.

    `enqueued`: how many messages were put into the outbox by way of it.
    """

    def __init__(self, path: Path, conn: sqlite3.Connection, write_lock: int, lock_wait: float) -> None:
        self.path = path
        self.conn = conn
        self.enqueued = 0
        self._write_lock = write_lock
        self._claims: tuple[int, ...] = ()
        self._places: Places | None = None
        self._lock_wait = lock_wait

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True, check: bool = False, lock_wait: float = LOCK_WAIT) -> Store:
        """The database at `path`, brought up to date; `check` also looks for damage, for a second.

        Raises StoreError, saying what to do: absent and not to be created, unreadable, not ours, damaged, or
        written by a newer version.
        """
        path = files.real(path)
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed")
        files.look(path, create=create, locked=False)
        write_lock = files.lock_file(path, ".write")
        try:
            return cls._opened(path, write_lock, lock_wait, check=check)
        except BaseException:
            os.close(write_lock)
            raise

    @classmethod
    def _opened(cls, path: Path, write_lock: int, lock_wait: float, *, check: bool) -> Store:
        files.wait_for(write_lock, path, lock_wait)
        conn: sqlite3.Connection | None = None
        # Under the lock: another process may just be making it.
        made = not files.look(path, create=True)
        files.require_in_place(path)
        try:
            if made:
                files.make(path)
            with seam(path):
                conn = sqlite3.connect(path, isolation_level=None, cached_statements=512)
            store = cls(path, conn, write_lock, lock_wait)
            with store.trusted():
                store._set_up(check)
            store._places = Places(path)
        except BaseException:
            if conn is not None:
                conn.close()
            if made:
                # Half made, it would be taken for one that lost all it held.
                path.unlink(missing_ok=True)
            raise
        finally:
            fcntl.flock(write_lock, fcntl.LOCK_UN)
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

    def lean(self) -> None:
        """Keep four megabytes of its pages and no more: who writes one long file through gains nothing by many."""
        self.conn.execute("PRAGMA cache_size = -4096").fetchall()

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it. Outside of transactions only."""
        with self.writing(), seam(self.path):
            busy, _, _ = self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreBusy(f"{self.path} is being read by another program for too long; stop it and try again")

    def require_room_to_rewrite(self) -> None:
        """Raise StoreFull where `rewrite` would find no room: its log holds all of the database for a while."""
        free, _ = self.room()
        needed = self.path.stat().st_size * 5 // 4
        if free < needed:
            raise StoreFull(
                f"writing {self.path} anew takes {needed / 1e6:.0f} MB of free disk, and {free / 1e6:.0f} MB are free: "
                "make room and try again; nothing was changed"
            )

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
        """Hold the lock that keeps all other writers out. Raises StoreMoved where what is written would be lost."""
        with self._alone():
            if self._places is not None:
                self._places.require()
            yield

    @contextmanager
    def _alone(self) -> Iterator[None]:
        files.wait_for(self._write_lock, self.path, self._lock_wait)
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
        # Whoever opens the database looks whether one does, and for that moment seems to.
        with self.writing():
            self._claims = files.claim(self.path)

    @contextmanager
    def trusted(self) -> Iterator[None]:
        """For a whole piece of work: what it trips over in a damaged database is the damage's fault, not ours."""
        try:
            with seam(self.path):
                yield
        except StoreDamaged as error:
            raise StoreDamaged(self._damage() or str(error)) from error
        except _ASTRAY as error:
            if said := self._damage():
                raise StoreDamaged(said) from error
            raise

    def unsound(self, seconds: float = damage.LOOK) -> StoreDamaged | None:
        """What is damaged, if anything is seen to be in that time."""
        return StoreDamaged(said) if (said := self._damage(seconds)) else None

    def room(self) -> tuple[int, int]:
        """Bytes that are free on the database's disk, and how many it has. Raises StoreError."""
        try:
            disk = os.statvfs(self.path.parent)
        except OSError as error:
            raise StoreFailing(f"{self.path.parent} cannot be looked at: {error.strerror}") from error
        return disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize

    def _damage(self, seconds: float = damage.LOOK) -> str:
        said = damage.found(self.conn, seconds=seconds)
        return damage.report(self.path, said, self.conn) if said else ""

    def rescue(self) -> Path | None:
        """Copy a database that was deleted under us beside its place; where to, None where it lies somewhere still.

        For whoever holds the daemon's lock. Raises StoreError.
        """
        if any(os.fstat(claim).st_nlink for claim in self._claims[1:]):
            return None
        target = files.place_to_rescue(self.path)
        copy_to(self.conn, target)
        return target

    def close(self) -> None:
        """Close the connection; the last one to close empties the write-ahead log, so this too takes the lock."""
        try:
            with self._alone(), seam(self.path):
                self._leave()
                # Whoever comes next finds no daemon that holds a database without a log.
                self._let_go()
        finally:
            self._let_go()
            os.close(self._write_lock)

    def _leave(self) -> None:
        """Close; a database whose files lie elsewhere by now is given first what only its log holds.

        SQLite would not do so, and whatever lies in the database's place would be given that log.
        """
        if self._places is None or self._places.unmoved:
            self.conn.close()
            return
        busy, _, _ = self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self.conn.close()
        if self._places.replaced and not busy:
            self._places.clear()

    def _let_go(self) -> None:
        for descriptor in self._claims:
            os.close(descriptor)
        self._claims = ()

    def _set_up(self, check: bool) -> None:
        for pragma in _PRAGMAS:
            self.conn.execute(pragma).fetchall()
        schema.refuse_foreign(self.conn, self.path)
        if check and (error := self.unsound(damage.GLANCE)):
            raise error
        self.conn.execute("PRAGMA journal_mode = WAL").fetchall()
        self.conn.execute("PRAGMA synchronous = FULL").fetchall()
        if schema.pending(self.conn):
            self._migrate()

    def _migrate(self) -> None:
        from parcelwatch.store import migrating  # noqa: PLC0415 - slow, and nearly every start finds nothing to do

        if seen := schema.seen(self.conn):
            before_upgrade(self.conn, self.path, seen[-1])
        migrating.apply(self.conn)

    def _roll_back_open(self) -> None:
        # SQLite rolls back by itself on some errors; a second ROLLBACK would hide the first.
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")

    def _require_transaction(self) -> None:
        if not self.conn.in_transaction:
            raise StoreError(f"{self.path}: no transaction is open, or SQLite gave it up after an error")
