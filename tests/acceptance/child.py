"""A daemon in a process of its own that kills itself with SIGKILL at a point it was given.

Every part is the real one. Those handed to the engine are wrapped here: they report each point they pass to the
parent, and the one that was asked for ends the process there.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import httpx

from parcelwatch import clock, config
from parcelwatch.asking import outcomes
from parcelwatch.asking.client import Client
from parcelwatch.core import policy
from parcelwatch.core.messaging.matching import Subject
from parcelwatch.core.messaging.messages import Group, Size, Text
from parcelwatch.core.policy import Policy
from parcelwatch.model import Severity
from parcelwatch.running import making
from parcelwatch.running.engine import Engine
from parcelwatch.store import Store
from parcelwatch.store.writer import Writer
from parcelwatch.telling import settle
from parcelwatch.telling.deliver import Sends as Delivers
from parcelwatch.wording.render import Renderer
from tests.acceptance.world import Told
from tests.receivers import Receiver

P = ParamSpec("P")
T = TypeVar("T")

CLAIMED = "after claim"
ANSWERED = "after answer"
INGESTING = "inside ingest"
INGESTED = "after ingest"
WORDING = "inside the claim of a message"
SENDING = "before send"
SENT = "after send before settle"
SETTLED = "after settle"
POINTS = (CLAIMED, ANSWERED, INGESTING, INGESTED, WORDING, SENDING, SENT, SETTLED)

# What is done on the writer's thread and committed when it returns.
COMMITS: Mapping[object, str] = {outcomes.take_in: INGESTED, settle.settle: SETTLED}


@dataclass(frozen=True, slots=True)
class Plan:
    """Die when `point` is passed for the `nth` time; never, if it has no name."""

    point: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Passed:
    """A point that was passed, and the message it was about: its channel and id."""

    point: str
    message: str = ""


class Guide:
    """Tells the parent which points are passed, before anything else happens, and dies at the one planned."""

    def __init__(self, plan: Plan, parent: Connection) -> None:
        self._plan = plan
        self._parent = parent
        self._left = plan.nth

    def passes(self, point: str, message: str = "") -> None:
        self._parent.send(Passed(point, message))
        if point == self._plan.point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Caller(Client):
    """Asks over HTTP; every call was claimed before."""

    def __init__(self, guide: Guide) -> None:
        super().__init__()
        self._guide = guide

    async def send(self, request: httpx.Request, account: str) -> httpx.Response:
        self._guide.passes(CLAIMED)
        answer = await super().send(request, account)
        self._guide.passes(ANSWERED)
        return answer


class Wording(Renderer):
    """Finds the words inside the transaction in which a message is claimed."""

    def __init__(self, guide: Guide) -> None:
        super().__init__()
        self._guide = guide

    def message(self, group: Group, size: Size, now: datetime) -> tuple[Text, ...]:
        self._guide.passes(WORDING)
        return super().message(group, size, now)


class Judging(Policy):
    """Says where news goes inside the transaction in which a case is opened."""

    __slots__ = ()

    def receivers(self, one: Subject, *, draft: bool = False) -> tuple[policy.Receiver, ...]:
        if _GUIDES and not draft:
            _GUIDES[-1].passes(INGESTING)
        return super().receivers(one, draft=draft)


# A policy is a frozen value that only holds what decides.
_GUIDES: list[Guide] = []


class Recorder(Writer):
    """Keeps what is decided."""

    def __init__(self, path: Path, guide: Guide) -> None:
        super().__init__(path, daemon=True)
        self._guide = guide

    async def run(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        done = await super().run(work, *args, **kwargs)
        if work in COMMITS:
            groups = (f"{one.channel} {one.id}" for one in args if isinstance(one, Group))
            self._guide.passes(COMMITS[work], next(groups, ""))
        return done


class Postman(Receiver):
    """Delivers through a real channel."""

    def __init__(self, name: str, channel: Delivers, guide: Guide) -> None:
        self._name = name
        self._channel = channel
        self._guide = guide

    def send(self, title: str, body: str, severity: Severity) -> None:
        message = f"{self._name} {Told(self._name, title, body).id}"
        self._guide.passes(SENDING, message)
        self._channel.send(title, body, severity)
        self._guide.passes(SENT, message)


def live(path: Path, plan: Plan, parent: Connection) -> None:
    """One life: work until nothing is left to do, or until death."""
    with suppress(BrokenPipeError):
        asyncio.run(_live(path, Guide(plan, parent)))


async def _live(path: Path, guide: Guide) -> None:
    read = config.load(path)
    parts = Engine(
        making.posts(read),
        {name: Postman(name, channel, guide) for name, channel in making.channels(read).items()},
        Recorder(read.database, guide),
        Caller(guide),
        _judging(read.policy(), guide),
        Wording(guide),
    )
    await parts.start(clock.now())
    while True:
        await parts.tick(clock.now())
        await parts.settle(clock.now())
        if await parts._writer.run(_done):
            break
        await asyncio.sleep(0.02)
    await parts.close()


def _judging(policy: Policy, guide: Guide) -> Judging:
    _GUIDES.append(guide)
    return Judging(**{each.name: getattr(policy, each.name) for each in fields(Policy) if each.init})


def _done(store: Store) -> bool:
    """Whether every parcel was asked and every message is out."""
    unasked = store.value("SELECT count(*) FROM parcels WHERE asked_at IS NULL")
    waiting = store.value("SELECT count(*) FROM alerts WHERE state = 'pending'")
    return bool(unasked == 0 and waiting == 0)
