"""What is outside of the program in a soak: a courier and a chat, in a process of their own, under the soak's clock.

What belongs here: what they say, what they take and when they fail. They keep something of every parcel there ever was,
which must not count as the program's memory.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.story import Story
from parcelwatch.sandbox.world import Clock, World
from tests.servers import Behaviour, Hit, Server, answers

DAY = timedelta(days=1)
WELL = answers(b"ok")
ILL: tuple[tuple[float, float, Behaviour], ...] = (
    (11, 13, answers(b"", 503)),
    (15, 16, answers(b"", 401)),
    (19, 20, answers(b"", 429, retry_after="900")),
)
"""Between which hours of a day the chat takes nothing, and what it answers instead."""


@dataclass(slots=True)
class Taken:
    """What was taken in: `told`, every word that is a number; `copies`, how often each message came; `asked`, calls."""

    told: set[str] = field(default_factory=set)
    copies: dict[int, int] = field(default_factory=dict)
    asked: int = 0


class Chat(Server):
    """Takes messages and keeps what they name. `well_from`: when it falls ill no more."""

    def __init__(self, clock: Clock, start: datetime, well_from: datetime) -> None:
        super().__init__(self._take)
        self.taken = Taken()
        self._clock, self._start, self._well_from = clock, start, well_from

    async def _take(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        self.hits.clear()
        behaviour = self._today()
        if behaviour is WELL:
            self._keep(hit)
        await behaviour(self, hit, writer)

    def _today(self) -> Behaviour:
        now = self._clock()
        hour = (now - self._start) % DAY / timedelta(hours=1)
        ill = (what for begins, ends, what in ILL if begins <= hour < ends and now < self._well_from)
        return next(ill, WELL)

    def _keep(self, hit: Hit) -> None:
        body = json.loads(hit.body)
        title, text = body["title"], body["message"]
        self.taken.told |= {word for one in f"{title} {text}".split() if (word := one.strip(".,:;()[]")).isdigit()}
        key = hash((hit.target, title, text))
        self.taken.copies[key] = self.taken.copies.get(key, 0) + 1


class Outside:
    """Both of them, as the soak sees them. `turn` their clock with every step."""

    def __init__(self, cell: Any, pipe: Connection) -> None:
        self._cell, self._pipe = cell, pipe
        self.courier, self.chat = pipe.recv()

    def turn(self, now: datetime) -> None:
        """It is so late."""
        self._cell.value = now.timestamp()

    def taken(self) -> Taken:
        """All that was taken in so far."""
        self._pipe.send(None)
        taken = self._pipe.recv()
        assert isinstance(taken, Taken)
        return taken


@contextmanager
def outside(story: Story, start: datetime, well_from: datetime) -> Iterator[Outside]:
    """Serve a story of 17TRACK's and a chat from a child process, which ends with the block or when its parent dies."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    cell = context.Value("d", start.timestamp())
    child = context.Process(target=_serve, args=(story, cell, well_from, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        yield Outside(cell, ours)
    finally:
        ours.close()
        child.join()


def _serve(story: Story, cell: Any, well_from: datetime, pipe: Connection) -> None:
    def clock() -> datetime:
        return datetime.fromtimestamp(cell.value, UTC)

    chat = Chat(clock, clock(), well_from)
    with SandboxServer(World(story, clock), "17track") as courier, chat, suppress(EOFError):
        pipe.send((courier.base_url, chat.port))
        while True:
            pipe.recv()
            chat.taken.asked = courier.calls
            pipe.send(chat.taken)
