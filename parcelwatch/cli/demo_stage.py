"""The demonstration's stage: sandbox couriers, a shop's files, a configuration, and the engine driven to the end."""

from __future__ import annotations

import asyncio
import csv
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from parcelwatch import clock, config, shapes, web
from parcelwatch.cli.demo_agent import BUYER, NAME, Agent
from parcelwatch.cli.demo_clock import Held
from parcelwatch.cli.demo_inbox import Arrived, Inbox
from parcelwatch.config import Config
from parcelwatch.core.profiles import PROFILES
from parcelwatch.errors import BadInput
from parcelwatch.running import engine, making
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.demo_world import coming, demo_story, mending
from parcelwatch.sandbox.drawing import Row
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.story import Story
from parcelwatch.sandbox.world import World
from parcelwatch.store import Store, alerts, cases, drafts, outbox, parcels
from parcelwatch.verbs import importing, records

if TYPE_CHECKING:
    from parcelwatch.cli.demo_show import Show

TICK: Final = 0.1
# Kept back of the time for ending: what is on its way arrives, everything is closed.
ENDING: Final = 2.0
# After the last thing happened, so long to see what comes of it.
LINGER: Final = 2.5
# The world's clock runs so that all of it happens within this share of the time, and it begins by then at the latest.
_SHARE: Final = 0.5
_WORLD_SECONDS: Final = 6.0
_PUSH_LAG: Final = 0.4


class Stage:
    """Everything the demonstration needs, for as long as the block lasts. `deadline`: on the monotonic clock.

    `language`: the agents'.
    """

    def __init__(self, folder: Path, deadline: float, language: str) -> None:
        self._folder = folder
        self._deadline = deadline
        self._language = language
        self._open = ExitStack()
        self._polled = 0
        self._messages = 0
        self.parcels = 0

    def __enter__(self) -> Self:
        self.start = clock.now()
        left = max(self._deadline - time.monotonic() - ENDING, 1.0)
        self._latest = time.monotonic() + left * _SHARE
        self._clock = Held(self.start)
        self.story, self.rows = demo_story(self.start, scale=min(1.0, left * _SHARE / _WORLD_SECONDS))
        self._inbox = self._open.enter_context(Inbox())
        world = World(self.story, self._clock)
        self.servers = {api: self._open.enter_context(SandboxServer(world, api)) for api in self.story.apis}
        self._listening = web.bound("127.0.0.1", 0)
        self._open.callback(self._listening.close)
        self.config = self._configured()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _configured(self) -> Config:
        path = self._folder / "config.toml"
        urls = {api: server.base_url for api, server in self.servers.items()}
        host, port = self._listening.getsockname()
        spoken = f'\n[alerts]\nlanguage = "{self._language}"\n'
        path.write_text(
            configuration(urls, self._inbox.address, self.story, f"{host}:{port}") + spoken, encoding="utf-8"
        )
        path.chmod(0o600)
        return config.load(path)

    async def play(self, show: Show) -> None:
        """Import, then tick until everything has happened or the time is up."""
        show.couriers({api: server.origin for api, server in self.servers.items()})
        self._import(show)
        parts = engine.build(self.config, serving=True)
        readers = web.Readers(making.people(self.config), {}, self._language)
        links = web.Links(readers, parts.policy, parts.writer, clock.now)
        doors = web.Server(web.application(links.route), self._listening)
        doors.start()
        try:
            await parts.start(clock.now())
            await self._tick(parts, show)
            await self._settle(parts)
        finally:
            await doors.stop()
            self._polled = sum(worker.tally.answered for worker in parts.workers)
            await parts.close()
            self._news(show)

    def _import(self, show: Show) -> None:
        """Every courier's parcels from a file of its own, by the same way as `parcels import`."""
        reader = importing.desk(self.config)
        with Store.open(self.config.database) as store:
            for api in self.story.apis:
                path = self._folder / f"orders-{api}.csv"
                written(path, [row for row in self.rows if row["courier"] == api])
                source = records.open_source(str(path))
                rows = records.records(source)
                result = importing.take(
                    store, rows, reader, self.config.policy(), clock.now(), source=path.name, refused=_refuse
                )
                self.parcels += result.added
                show.imported(api, result.added, path.name)

    async def _tick(self, parts: Engine, show: Show) -> None:
        live = coming(self.story)
        last = live[-1][0].total_seconds() if live else 0.0
        agent = Agent(self.config, mending(self.story))
        while time.monotonic() < self._deadline - ENDING:
            if self._clock.held and (agent.wrote or time.monotonic() > self._latest):
                self._clock.let_go(timedelta(seconds=last + LINGER), self._left())
            then = self._clock()
            happened = [one for one in live if then >= self.start + one[0] + timedelta(seconds=_PUSH_LAG)]
            live = live[len(happened) :]
            for _, api, number in happened:
                self._ask_now(api, number)
                show.happened(api, number)
            await parts.tick(clock.now())
            await agent.reads(self._news(show), show)
            if not live and then > self.start + timedelta(seconds=last + LINGER) and not await self._waiting(parts):
                return
            await asyncio.sleep(TICK)

    def _left(self) -> timedelta:
        return timedelta(seconds=max(0.0, self._deadline - ENDING - time.monotonic()))

    def _news(self, show: Show) -> Sequence[Arrived]:
        """What arrived since the last look, shown; counted where it was for agents."""
        news = self._inbox.new()
        self._messages += sum(one.channel != "buyer" for one in news)
        show.arrived(news)
        return news

    def _ask_now(self, api: str, number: str) -> None:
        """What hours of waiting would bring in life: its next poll is due."""
        with Store.open(self.config.database) as store, store.transaction():
            for parcel in parcels.find(store, number, api):
                parcels.release(store, [parcel.id])
                parcels.poll_again(store, [parcel.id], clock.now())

    async def _waiting(self, parts: Engine) -> bool:
        return await parts.count_waiting() > 0 or any(worker.busy for worker in parts.workers)

    async def _settle(self, parts: Engine) -> None:
        """What is on its way arrives, within what is left of the time; news of an import waits no longer."""
        with Store.open(self.config.database) as store, store.transaction():
            outbox.release(store, clock.now(), every=True)
        left = max(0.2, self._deadline - time.monotonic() - ENDING / 2)
        try:
            await asyncio.wait_for(parts.settle(clock.now()), left)
        except TimeoutError:
            return

    def outcome(self) -> dict[str, Any]:
        """What came of it, as the lists show it."""
        now, words = clock.now(), making.renderer(self.config)
        with Store.open(self.config.database) as store:
            return {
                "parcels": self.parcels,
                "polled": self._polled,
                "messages": self._messages,
                "cases": [shapes.case(row, words, now) for row in cases.rows(store, now)],
                "alerts": [shapes.alert(row, words, now) for row in alerts.rows(store)],
                "drafts": [shapes.draft(row, words) for row in drafts.rows(store)],
            }


def _refuse(row: importing.Rejected) -> None:
    raise BadInput(f"line {row.line} of the demonstration's own file was refused: {row.reason}")


def written(path: Path, rows: list[Row]) -> None:
    """A file as a shop system exports it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def configuration(urls: dict[str, str], inbox: str, story: Story, listen: str) -> str:
    """The demonstration's config.toml: the sandbox couriers at full speed, Chinese thresholds for Chinese parcels.

    `inbox`, `listen`: host and port of the chat and the buyer's mailbox, and of ours.
    """
    service = f'database = "demo.db"\nlisten = "{listen}"\npublic_url = "http://{listen}"\ntimezone = "Asia/Shanghai"'
    tables = [f"[service]\n{service}"]
    for api, url in urls.items():
        customer = f'\ncustomer = "{story.access.customer}"' if api == "kuaidi100" else ""
        tables.append(
            f'[couriers.{api}]\napi = "{api}"\nkey = "{story.access.key}"{customer}\nbase_url = "{url}"\n'
            'rate = "40/s"\nquota = "1000000/d"'
        )
    limits = [
        f'{kind} = {{ warn = "{each.warn}", critical = "{each.critical}" }}'
        for kind, each in PROFILES["china"].domestic.items()
        if each.warn and each.critical
    ]
    tables.append("\n".join(['[[thresholds.override]]\ncourier = "kuaidi100"', *limits]))
    tables.append(f'[channels.agents]\nurl = "json://{inbox}/agents"\nperson = "{NAME}"')
    # A week passes in seconds, so news waits for company no longer than that.
    tables.append('[messages]\ngroup_wait = "1s"\ngroup_interval = "3s"')
    tables.append('[shop]\norder_url = "https://shop.example/orders/{order}"\ncurrency = "EUR"')
    tables.append('[drafts]\nshop = "Lotus & Lantern"')
    letter = '{ title = "{subject}", message = "{body}" }'
    tables.append(f'[drafts.send]\nwebhook = "http://{inbox}/{BUYER}"\nbody = {letter}')
    return "\n\n".join(tables) + "\n"
