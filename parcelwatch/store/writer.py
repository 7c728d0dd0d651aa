"""The store on a thread of its own, for callers that run in an event loop.

What belongs here: the one writer thread. SQLite never blocks the loop, and no two units of work overlap.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from parcelwatch.errors import StoreError
from parcelwatch.store.connection import LOCK_WAIT, Store

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """An open Store, used from its own thread only. `beat` is the monotonic time of its last finished work.

    `on_messages` is called in the event loop when a piece of work has put messages into the outbox.
    """

    def __init__(self, path: Path, *, daemon: bool = False, check: bool = False, lock_wait: float = LOCK_WAIT) -> None:
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self.beat = time.monotonic()
        self.on_messages: Callable[[], None] = lambda: None
        try:
            self._store = self._thread.submit(_open, path, daemon, check, lock_wait).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def run(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `work(store, …)` on the thread. Whoever is cancelled while it runs does not stop it half-way.

        Raises StoreError, also once it was closed: whoever is late then hears that nothing is kept any more.
        """

        def done() -> tuple[T, bool]:
            before = self._store.enqueued
            with self._store.trusted():
                return work(self._store, *args, **kwargs), self._store.enqueued > before

        loop = asyncio.get_running_loop()
        if self._closed:
            raise StoreError("the database was closed")
        try:
            result, enqueued = await asyncio.shield(loop.run_in_executor(self._thread, done))
        finally:
            # A failure is a sign of life, too.
            self.beat = time.monotonic()
        if enqueued:
            self.on_messages()
        return result

    def room(self) -> tuple[int, int]:
        """As Store.room, at once: it needs no turn on the thread."""
        return self._store.room()

    def close(self) -> None:
        """Finish what is queued, then close the store and let go of its locks."""
        self._closed = True
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()


def _open(path: Path, daemon: bool, check: bool, lock_wait: float) -> Store:
    store = Store.open(path, check=check, lock_wait=lock_wait)
    if daemon:
        try:
            store.hold_daemon_lock()
        except BaseException:
            store.close()
            raise
    return store
