"""The daemon beside a database that cannot be used: it waits, says so on every channel that works, and goes on.

What belongs here: trying whether the database works again, and telling without it. How long to wait and when to tell
is decided in core/service/standstill.py. Told through the outbox is what the outbox can still take: too little room,
and that it works again.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog

from parcelwatch.core.dispatch import operators
from parcelwatch.core.messaging.messages import Outgoing, Text
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import standstill
from parcelwatch.core.service.standstill import Standing
from parcelwatch.errors import StoreError, StoreMoved
from parcelwatch.model import Fact, Form, Severity, Why
from parcelwatch.store import Store, outbox
from parcelwatch.store.rows import NewAlert
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Deliverer, Sends, announce
from parcelwatch.wording.render import Renderer

log = structlog.get_logger()

KIND: Final = "database"
SAVED: Final = "; what it held was saved, and `parcelwatch db restore {copy}` puts that there"
T = TypeVar("T")


class Keeper:
    """Knows how it is with the database, and tells. `elapsed`: seconds of a clock that nobody sets.

    `begin`: what is to be done in the database before anything else is; until it succeeded, it is what is tried.
    `superseded`: why only a program that begins anew can use the database that lies there now, "" while this one can.
    """

    def __init__(
        self,
        writer: Writer,
        deliverer: Deliverer,
        policy: Policy,
        begin: Callable[[datetime], Awaitable[None]],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.standing = Standing()
        self.crowded = False
        self.superseded = ""
        self._begun = False
        self._told_crowded = False
        self._writer = writer
        self._deliverer = deliverer
        self._policy = policy
        self._begin = begin
        self._elapsed = elapsed
        self._why = self._kept = ""
        self._telling: asyncio.Task[None] | None = None

    @property
    def works(self) -> bool:
        """Whether the database is to be used."""
        return self._begun and self.standing.trouble is None

    @property
    def asks(self) -> bool:
        """Whether what couriers answer could be kept."""
        return self.works and not self.crowded

    def judge_by(self, policy: Policy) -> None:
        """Tell operators as another policy says, from now on."""
        self._policy = policy

    async def start(self, now: datetime) -> None:
        """Begin. Raises StoreError."""
        await self._begin(now)
        self._begun = True

    def failed(self, error: StoreError) -> None:
        """The database failed somebody."""
        before, self.standing = self.standing, standstill.failed(self.standing, error, self._elapsed())
        failures = self.standing.failures
        if self.standing is not before and failures & (failures - 1) == 0:
            wait = round(self.standing.retry_at - self._elapsed())
            log.error("the database cannot be used", why=str(error), failures=failures, again_in=wait)
        self._why = f"{error}{self._kept}"
        if isinstance(error, StoreMoved) and error.anew:
            self.superseded = str(error)

    async def look(self, now: datetime) -> None:
        """Try again what is due to be tried, and tell what is due to be told."""
        self.crowded = standstill.crowded(*self._writer.room(), before=self.crowded)
        try:
            await self._try(now)
            await self._tell_of_room(now)
        except StoreMoved as error:
            await self._rescue()
            self.failed(error)
        except StoreError as error:
            self.failed(error)
        if standstill.to_tell(self.standing, self._elapsed()) and self._telling is None:
            self._telling = asyncio.create_task(self._tell(now))

    async def close(self) -> None:
        """Stop telling."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _rescue(self) -> None:
        """Of a database that was deleted we have the last copy."""
        if self._kept:
            return
        try:
            copy = await self._writer.run(Store.rescue)
        except StoreError as error:
            log.error("what the deleted database held could not be saved", why=str(error))  # noqa: TRY400
            return
        if copy:
            self._kept = SAVED.format(copy=copy)
            log.warning("the database was deleted; what it held was saved", copy=str(copy))

    # --- trying ----------------------------------------------------------------------------------

    async def _try(self, now: datetime) -> None:
        standing, at = self.standing, self._elapsed()
        if self.works or at < standing.retry_at:
            return
        if standing.trouble is Form.STORE_FULL and self.crowded:
            return  # a page or two may fit where no answer would
        if not self._begun:
            await self.start(now)
        await self._writer.run(_write)
        log.warning("the database works again", after=round(at - standing.since))
        if standing.told:
            since = now - timedelta(seconds=at - standing.since)
            await self._writer.run(_enqueue, Fact(Form.STORE_BACK, since=since), Why.RECOVERED, self._policy, now)
            self._told_crowded = self.crowded
        self.standing = standstill.worked(standing)

    async def _tell_of_room(self, now: datetime) -> None:
        if not self.works or self.crowded == self._told_crowded:
            return
        if self.crowded:
            log.error("little room is left on the disk: couriers are not asked until there is more")
            await self._writer.run(_enqueue, Fact(Form.STORE_LOW, since=now), Why.SILENT, self._policy, now)
        else:
            log.warning("there is room on the disk again")
            await self._writer.run(_enqueue, Fact(Form.STORE_BACK), Why.RECOVERED, self._policy, now)
        self._told_crowded = self.crowded

    # --- telling without the database ------------------------------------------------------------

    async def _tell(self, now: datetime) -> None:
        try:
            trouble = self.standing.trouble
            if trouble is None:
                return
            since = now - timedelta(seconds=self._elapsed() - self.standing.since)
            fact = Fact(trouble, since=since, reason=self._why)
            took = await self._deliverer.announce(lambda voice: said(fact, voice, now))
            if took and self.standing.trouble is trouble:
                self.standing = standstill.told(self.standing, self._elapsed())
            log.warning("told without the database", channels=sorted(took))
        finally:
            self._telling = None


def said(fact: Fact, voice: Renderer, now: datetime) -> Text:
    """What people read of the database, in a channel's words."""
    words = voice.alert(Outgoing(0, KIND, "", False, Severity.OPERATOR, Why.SILENT, fact, now), now)
    return Text(words.title, words.body)


def patiently(
    make: Callable[[], T],
    tell: Callable[[StoreError], None],
    waiting: Callable[[StoreError, float], None],
    *,
    watched: bool = False,
) -> T:
    """What `make` makes, tried until the database can be opened; the caller hears of each wait and what to tell.

    `watched`: somebody looks on, and mends at once what only a person mends. Raises StoreError for what no waiting
    mends.
    """
    standing = Standing()
    while True:
        try:
            return make()
        except StoreError as error:
            if not standstill.waits_out(error, watched=watched):
                raise
            standing = standstill.failed(standing, error, time.monotonic())
            if standstill.to_tell(standing, time.monotonic()):
                tell(error)
                standing = standstill.told(standing, time.monotonic())
            wait = max(0.1, standing.retry_at - time.monotonic())
            waiting(error, wait)
            time.sleep(wait)


def tell_all(channels: Mapping[str, Sends], voices: Mapping[str, Renderer], error: StoreError, now: datetime) -> None:
    """Say on every channel that the database cannot be opened, without waiting for them."""
    fact = Fact(standstill.says(error), since=now, reason=str(error))
    words = {name: said(fact, voices[name], now) for name in channels}
    threading.Thread(target=lambda: asyncio.run(announce(channels, words)), daemon=True).start()


# --- on the store's thread -----------------------------------------------------------------------


def _write(store: Store) -> None:
    """Something small, to see whether it can be written."""
    if error := store.unsound():
        raise error
    with store.transaction():
        store.write(f"PRAGMA user_version = {os.getpid() % 1000}")


def _enqueue(store: Store, fact: Fact, why: Why, policy: Policy, now: datetime) -> None:
    way = operators(KIND, "", policy)
    alert = NewAlert(
        kind=KIND,
        channel="",
        severity=Severity.OPERATOR,
        why=why,
        fact=fact,
        account="",
        suppressed=way.suppressed,
    )
    with store.transaction():
        outbox.enqueue_all(store, alert, way.receivers, now)
