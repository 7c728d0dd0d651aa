"""The daemon in a process of its own that asks its parent at every border whether it may go on.

Every part is the real one, the daemon's heartbeat included. Those handed to the engine are wrapped here: whatever is
asked, told or committed is said beforehand and afterwards, and nothing goes on until the parent has answered. Who is
not answered stands still, and can be killed there.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import httpx

from parcelwatch import clock, config
from parcelwatch.asking.client import Client
from parcelwatch.cli import main
from parcelwatch.clock import Clock
from parcelwatch.model import Severity
from parcelwatch.running import daemon, making
from parcelwatch.running.engine import Engine
from parcelwatch.running.making import Parts
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.store import Store
from parcelwatch.store.writer import Writer
from parcelwatch.systemd.sdnotify import Notifier
from parcelwatch.telling.deliver import Sends
from parcelwatch.ticketing.keeper import Deskkeeper

P = ParamSpec("P")
T = TypeVar("T")

TICK = timedelta(milliseconds=20)
QUIET = "between two pieces of work"
"""No border: nothing was written. Said so that the parent can look whether all is done."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A clock that goes as the computer's does, but shows another time. `ahead`: by how much, in seconds."""

    ahead: Synchronized[float]

    @property
    def at(self) -> datetime:
        return clock.now() + timedelta(seconds=self.ahead.value)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, span: timedelta) -> None:
        """Let so much time pass at once."""
        self.ahead.value += span.total_seconds()

    def running(self) -> float:
        """Seconds, as a clock that also counts while the computer sleeps."""
        return time.monotonic() + self.ahead.value + timedelta(days=30).total_seconds()


class Guide:
    """Says each border to the parent and waits for leave to pass it, one at a time."""

    def __init__(self, parent: Connection) -> None:
        self._parent = parent
        self._turn = threading.Lock()

    def passes(self, border: str) -> None:
        with self._turn:
            self._parent.send(border)
            self._parent.recv()


class Asking(Client):
    """Asks couriers, shops and helpdesks over HTTP."""

    def __init__(self, guide: Guide) -> None:
        super().__init__()
        self._guide = guide

    async def send(self, request: httpx.Request, account: str) -> httpx.Response:
        self._guide.passes(f"before {account} is asked")
        answer = await super().send(request, account)
        self._guide.passes(f"after {account} has answered")
        return answer


class Keeping(Writer):
    """Keeps what is decided: every COMMIT of something that was written is a border, and the end of its work."""

    def __init__(self, path: Path, guide: Guide) -> None:
        super().__init__(path, daemon=True, check=True)
        self._guide = guide

    async def run(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await super().run(self._traced, work, args, kwargs)

    def _traced(self, store: Store, work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
        name, before = _name(work), store.conn.total_changes
        known = [before]

        def said(statement: str) -> None:
            if statement == "COMMIT" and store.conn.total_changes > known[0]:
                known[0] = store.conn.total_changes
                self._guide.passes(f"before the commit of {name}")

        store.conn.set_trace_callback(said)
        try:
            done = work(store, *args, **kwargs)
        finally:
            store.conn.set_trace_callback(None)
        self._guide.passes(f"after the commit of {name}" if store.conn.total_changes > before else QUIET)
        return done


def _name(work: Callable[..., object]) -> str:
    return f"{work.__module__.removeprefix('parcelwatch.')}.{work.__name__.strip('_')}"


class Telling:
    """Delivers through a real channel."""

    def __init__(self, name: str, channel: Sends, guide: Guide) -> None:
        self._name, self._channel, self._guide = name, channel, guide

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)

    def send(self, title: str, body: str, severity: Severity) -> None:
        self._guide.passes(f"before {self._name} is told")
        self._channel.send(title, body, severity)
        self._guide.passes(f"after {self._name} was told")


def live(path: Path, turned: Turned, parent: Connection) -> None:
    """One life of the daemon, until it is told to stop."""
    _write_to(path.with_name("daemon.log"))
    read, guide = config.load(path), Guide(parent)
    made = making.parts(read)
    told = {name: Telling(name, channel, guide) for name, channel in made.channels.items()}
    made = replace(made, channels=told)  # type: ignore[arg-type]
    believed = Clock(turned, turned.running)
    parts = _engine(read, made, guide)
    sys.exit(asyncio.run(daemon._live(parts, Notifier.from_environment({}), believed, read, made, TICK)))


def _engine(read: config.Config, made: Parts, guide: Guide) -> Engine:
    """As `engine.build` makes it."""
    writer, client = Keeping(read.database, guide), Asking(guide)
    keepers: list[Shopkeeper | Deskkeeper] = [Shopkeeper(each, client, writer) for each in made.stalls]
    keepers += [Deskkeeper(each, client, writer) for each in made.counters]
    words = (None, made.fallbacks, made.voices, made.broken)
    return Engine(made.posts, made.channels, writer, client, made.policy, made.renderer, *words, keepers)


def typed(path: Path, *words: str) -> None:
    """A command, as an agent types it."""
    _write_to(path.with_name("agent.log"))
    sys.exit(main(["--config", str(path), *words]))


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
