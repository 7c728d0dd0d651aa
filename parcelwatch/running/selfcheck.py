"""The daemon's look at itself: every few minutes, and when somebody asks.

What belongs here: from the facts to operators, each finding told once and its end once, and to whoever watches us from
outside. What is wrong is core.service.health's to say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from parcelwatch import config, couriers, helpdesks, shops
from parcelwatch.config import Config
from parcelwatch.core.dispatch import operators
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.health import Facts, Remark, remarks
from parcelwatch.errors import ConfigError, CourierError, StoreError
from parcelwatch.model import Fact, Form, Severity, Unread, Why
from parcelwatch.running import vitals
from parcelwatch.running.engine import Engine
from parcelwatch.store import Store, findings, outbox
from parcelwatch.store.rows import NewAlert

log = structlog.get_logger()

EVERY: Final = timedelta(minutes=5)
"""From one check to the next."""

FRESH: Final = 5.0
"""Seconds for which what was found is as good as new, however many ask."""

THOROUGH: Final = 3600.0
"""Seconds after which every row is read again for times that cannot be: a second's work for a million parcels."""

KIND: Final = "service_troubled"


class SelfCheck:
    """`running`: the configuration that runs. `wedged`: the parts without a sign of life."""

    def __init__(
        self,
        engine: Engine,
        running: Callable[[], Config],
        wedged: Callable[[], Sequence[str]],
        now: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._running = running
        self._wedged = wedged
        self._now = now
        self._looking = asyncio.Lock()
        self._found: tuple[float, tuple[Facts | None, tuple[Remark, ...]]] | None = None
        self._file = _File()
        self._read_all_at: float | None = None

    async def look(self) -> tuple[Remark, ...]:
        """Everything worth saying, what is wrong first."""
        return (await self.seen())[1]

    async def seen(self) -> tuple[Facts | None, tuple[Remark, ...]]:
        """The same with the facts it was judged by, None where they cannot be had."""
        async with self._looking:
            if self._found is None or time.monotonic() - self._found[0] > FRESH:
                found = await asyncio.to_thread(self._look, self._running(), tuple(self._wedged()), self._now())
                self._found = time.monotonic(), found
            return self._found[1]

    async def check(self) -> None:
        """Look, tell operators what is new and what is over, and tell the world outside that all is well, if it is."""
        try:
            found = [one for one in await self.look() if one.wrong]
            await self._engine.writer.run(tell, found, self._engine.policy, self._now())
        except StoreError as error:
            log.error("the self-check failed", error=str(error))  # noqa: TRY400
            return
        for one in found:
            log.warning("not as it should be", finding=one.key, said=one.text)
        if not found:
            await self._ping()

    async def _ping(self) -> None:
        secret = self._running().heartbeat_url
        if secret is None:
            return
        try:
            await self._engine.ping(secret.read())
        except (ConfigError, CourierError) as error:
            log.warning("the heartbeat was not heard", error=str(error))

    def _look(self, running: Config, wedged: tuple[str, ...], now: datetime) -> tuple[Facts | None, tuple[Remark, ...]]:
        """On a connection of its own, so that no parcel waits for it."""
        mark, fault = self._file.read(running.path)
        at = time.monotonic()
        thorough = self._read_all_at is None or at - self._read_all_at > THOROUGH
        asked = vitals.Asked(running.asked(), running.channels(), mark, fault, wedged, thorough)
        try:
            with Store.open(running.database, create=False) as store, store.trusted():
                facts = vitals.gather(store, asked, now)
        except StoreError as error:
            return None, (Remark(str(error), key="store"),)
        # What was found is looked for until it is gone.
        self._read_all_at = at if thorough and not facts.ahead else self._read_all_at
        return facts, remarks(facts)


class _File:
    """The configuration file as it lies there, read again when it has changed."""

    def __init__(self) -> None:
        self._seen: tuple[int, int, int] | None = None
        self._said = ("", "")

    def read(self, path: Path) -> tuple[str, str]:
        """Its fingerprint, and what is wrong with it: one of them."""
        try:
            found = path.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen != self._seen:
                self._said = (
                    config.fingerprint(
                        config.load(path, apis=couriers.apis(), shops=shops.apis(), helpdesks=helpdesks.apis())
                    ),
                    "",
                )
                self._seen = seen
        except ConfigError as error:
            self._seen, self._said = None, ("", str(error))
        except OSError as error:
            self._seen, self._said = None, ("", f"{path}: cannot be read: {error.strerror}")
        return self._said


def tell(store: Store, found: Sequence[Remark], policy: Policy, now: datetime) -> None:
    """Enqueue what is new of it and what is over, together, each once; a part of it told in another way is left out."""
    wrong: dict[str, str] = {}
    for one in found:
        if not one.told:
            wrong.setdefault(one.key, one.text)
    known = findings.known(store)
    news = {key: text for key, text in wrong.items() if key not in known}
    over = {key: text for key, text in known.items() if key not in wrong}
    if not (news or over):
        return
    with store.transaction():
        findings.began(store, news, now)
        findings.ended(store, over)
        for texts, says, why in (
            (news, Form.SERVICE_TROUBLED, Why.BROKEN),
            (over, Form.SERVICE_WELL, Why.RECOVERED),
        ):
            if texts:
                _enqueue(store, Fact(says, since=now, unread=_listed(texts.values())), why, policy, now)


def _listed(texts: Iterable[str]) -> tuple[Unread, ...]:
    return tuple(Unread("", text, 1) for text in texts)


def _enqueue(store: Store, fact: Fact, why: Why, policy: Policy, now: datetime) -> None:
    way = operators(KIND, "", policy)
    alert = NewAlert(kind=KIND, channel="", severity=Severity.OPERATOR, why=why, fact=fact, suppressed=way.suppressed)
    outbox.enqueue_all(store, alert, way.receivers, now)
