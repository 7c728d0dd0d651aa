"""An outbox and the channels it leaves by, under a clock that a test turns.

What belongs here: putting messages in, letting simulated time pass, beginning anew, and reading what became of them.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from parcelwatch.channels import Channel
from parcelwatch.core.policy import Policy
from parcelwatch.model import Draft, Severity, Why
from parcelwatch.store import Store, alerts, outbox
from parcelwatch.store.alerts import AlertRow
from parcelwatch.store.rows import NewAlert
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Deliverer, Sends
from parcelwatch.wording.render import Renderer
from tests.databases import blank
from tests.servers import Server
from tests.store.making import NOW, SECOND, add, alert, enqueue, write


class Outlet:
    """Messages wait in it and leave by `channels`; `at` is its time."""

    def __init__(
        self,
        folder: Path,
        channels: Mapping[str, Sends],
        fallbacks: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> None:
        self.path = blank(folder / "outlet.db")
        self.at = NOW
        self.channels = channels
        self._fallbacks = fallbacks
        self._words = Renderer(agent_language=language)

    def put(self, *alerts: NewAlert) -> list[int]:
        with Store.open(self.path) as store:
            return enqueue(store, *alerts, at=self.at)

    def put_letter(self, draft: Draft, channel: str = "ops", severity: Severity = Severity.HIGH) -> int:
        with Store.open(self.path) as store:
            parcel_id = add(store, "JD0012345678")
            (draft_id,) = write(store, parcel_id, draft).values()
            told = alert(channel=channel, severity=severity, why=Why.DRAFTED, draft=True, draft_id=draft_id)
            return enqueue(store, replace(told, parcel_id=parcel_id), at=self.at)[0]

    def live(self, span: timedelta = timedelta(), every: timedelta = SECOND) -> None:
        """One life of the program: a tick at every step and one at the end, and what each sent is settled."""
        asyncio.run(self._live(self.at + span, every))

    async def _live(self, end: datetime, every: timedelta) -> None:
        async with self.deliverer() as deliverer:
            await deliverer.drain(self.at)
            while self.at < end:
                self.at = min(end, self.at + every)
                await deliverer.drain(self.at)

    @asynccontextmanager
    async def deliverer(self) -> AsyncIterator[Deliverer]:
        """As the program has it while it runs."""
        writer = Writer(self.path, daemon=True)
        await writer.run(_taken_over, self.at)
        deliverer = Deliverer(self.channels, writer, Policy(), self._words, fallbacks=self._fallbacks)
        await deliverer.start()
        yield deliverer
        await deliverer.close()
        writer.close()

    @property
    def rows(self) -> list[AlertRow]:
        with Store.open(self.path) as store:
            return alerts.rows(store)

    @property
    def states(self) -> Counter[str]:
        return Counter(row.state for row in self.rows)


def _taken_over(store: Store, at: datetime) -> None:
    with store.transaction():
        outbox.void_leases(store, at)


HURRIED = "?rto=0.3"
"""For a server that never answers: whoever waits for one that does must not go by a watch."""


def webhook(server: Server, name: str = "ops", query: str = "") -> Channel:
    return Channel(name, f"json://{server.host}/{name}{query}")


class _Hurried:
    def __init__(self, server: Server, answerless: int, name: str) -> None:
        self._hurried, self._patient = (webhook(server, name, query) for query in (HURRIED, ""))
        self._left = answerless

    def send(self, title: str, body: str, severity: Severity) -> None:
        channel = self._hurried if self._left else self._patient
        self._left -= bool(self._left)
        channel.send(title, body, severity)

    def __getattr__(self, name: str) -> object:
        return getattr(self._patient, name)


def hurried(server: Server, answerless: int, name: str = "ops") -> Sends:
    """A webhook that waits briefly for so many answers that never come, and for the others as any does."""
    return cast(Sends, _Hurried(server, answerless, name))


def several(count: int, channel: str = "ops", severity: Severity = Severity.LOW) -> list[NewAlert]:
    """So many that nothing makes a digest of, none of them grave unless it is said."""
    return [alert(f"kind{turn}", channel, severity=severity) for turn in range(count)]


def told(server: Server, channel: str = "ops") -> list[str]:
    """The messages that arrived by this channel, title and body, one for each request, in order."""
    sent = [json.loads(hit.body) for hit in [*server.hits] if hit.target.strip("/") == channel]
    return [f"{one['title']}\n{one['message']}" for one in sent]


def titles(server: Server, channel: str = "ops") -> list[str]:
    """Their titles."""
    return [text.partition("\n")[0] for text in told(server, channel)]


def ids(texts: list[str]) -> list[int]:
    """How each message calls itself: a digest in its title, another in its last line."""
    found = (re.match(r"\[A(\d+)\]", text) or re.search(r"\bA(\d+)$", text) for text in texts)
    return [int(one[1]) for one in found if one]
