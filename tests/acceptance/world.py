"""A shop with couriers, channels and a database of its own, all real, under a clock that a test turns.

What belongs here: setting such a shop up, letting simulated time pass in it, and reading what came of it.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from parcelwatch import config
from parcelwatch.asking.caller import Sends as Asks
from parcelwatch.asking.client import Client
from parcelwatch.asking.posts import Post
from parcelwatch.config import Config
from parcelwatch.core.messaging.links import Linking
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import watch
from parcelwatch.model import Cause, Milestone, Order, Parcel
from parcelwatch.running import making
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.story import Access, Says, Story, StoryParcel, Trouble
from parcelwatch.sandbox.world import World
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.shopping.stalls import stalls
from parcelwatch.store import Store, imports
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Sends as Delivers
from parcelwatch.ticketing.counters import counters
from parcelwatch.ticketing.keeper import Deskkeeper
from parcelwatch.wording.render import Renderer
from tests.databases import blank
from tests.sandbox.worlds import START, Hand
from tests.servers import PATIENCE, Server, answers

M = Milestone

# Berlin's scans carry no offset, but Germany has one time, so their hour is known.
PLACE = "Kassel, DE"


def ago(hours: float, milestone: Milestone = M.IN_TRANSIT, cause: Cause | None = None, text: str = "") -> Says:
    """A line the courier wrote so many hours before the story starts; after it if negative."""
    return Says(timedelta(hours=-hours), milestone, cause, text, PLACE)


def known(number: str, *says: Says, api: str = "dhl", company: str = "", phone: str = "") -> StoryParcel:
    """A parcel as its courier knows it."""
    return StoryParcel(number, api, company, origin="DE", destination="DE", phone_last4=phone, says=says)


def numbers(count: int, prefix: str = "30") -> list[str]:
    """So many different numbers that every courier here would accept."""
    return [f"{prefix}{index:08}" for index in range(count)]


@dataclass(frozen=True, slots=True)
class Told:
    """One message as a channel got it. `ids` are those of its title and of its lines."""

    channel: str
    title: str
    text: str

    @property
    def id(self) -> int:
        found = re.match(r"\[A(\d+)\]", self.title) or re.search(r"\bA(\d+)$", self.text)
        assert found is not None, self.title
        return int(found[1])

    def names(self, number: str) -> bool:
        return number in self.title or number in self.text


class Sink(Server):
    """Where the channels lead: takes every message and keeps it."""

    def __init__(self) -> None:
        super().__init__(answers(b"ok"))

    @property
    def told(self) -> list[Told]:
        bodies = [(hit.target.strip("/"), json.loads(hit.body)) for hit in [*self.hits]]
        return [Told(channel, body["title"], body["message"]) for channel, body in bodies]

    def to(self, channel: str) -> list[Told]:
        return [one for one in self.told if one.channel == channel]


@dataclass(frozen=True, slots=True)
class Account:
    """A `[couriers.*]` table. `base_url` only where no sandbox of the shop serves it."""

    name: str
    api: str = "dhl"
    rate: str = "100000/s"
    quota: str = "1000000/d"
    base_url: str = ""


class Shop:
    """One configured parcelwatch and the world around it."""

    def __init__(
        self,
        folder: Path,
        *known: StoryParcel,
        troubles: Sequence[Trouble] = (),
        accounts: Sequence[Account] = (),
        access: Access | None = None,
        settings: str = "",
        clock: Hand | None = None,
    ) -> None:
        self.hand = clock or Hand(START)
        self.folder = folder
        self.sink = Sink()
        self.accounts = accounts or [Account(api, api) for api in sorted({one.api for one in known})]
        apis = tuple(sorted({one.api for one in self.accounts}))
        self.story = Story(apis, known, tuple(troubles), access or Access())
        self.world = World(self.story, self.hand)
        self.servers = {api: SandboxServer(self.world, api) for api in apis}
        self.settings = settings
        self._stack = ExitStack()
        self._config: Config | None = None

    def __enter__(self) -> Self:
        self._stack.enter_context(self.sink)
        for server in self.servers.values():
            self._stack.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def server(self) -> SandboxServer:
        """The sandbox of a shop that has one."""
        (server,) = self.servers.values()
        return server

    # --- parcelwatch -----------------------------------------------------------------------------

    @property
    def config(self) -> Config:
        """Loaded from a real file, as a user's would be."""
        if self._config is None:
            path = self.folder / "config.toml"
            path.write_text(self._text(), encoding="utf-8")
            self._config = config.load(path)
            blank(self._config.database)
        return self._config

    def _text(self) -> str:
        tables = [_table(one, one.base_url or self.servers[one.api].base_url) for one in self.accounts]
        return f"""
[service]
database = "parcelwatch.db"
[messages]
group_interval = "0s"
{"".join(tables)}
[channels.ops]
url = "json://127.0.0.1:{self.sink.port}/ops"
[channels.drafts]
url = "json://127.0.0.1:{self.sink.port}/drafts"
[drafts]
shop = "Nordlicht"
channel = "drafts"
{self.settings or THRESHOLDS}
"""

    def engine(
        self,
        *,
        client: Asks | None = None,
        channels: Mapping[str, Delivers] | None = None,
        posts: Sequence[Post] | None = None,
        writer: Writer | None = None,
        policy: Policy | None = None,
        renderer: Renderer | None = None,
        links: Linking | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> Engine:
        """As `engine.build` makes it, but for the parts that are handed in."""
        read = self.config
        writer = writer or Writer(read.database, daemon=True, check=True)
        client, policy = client or Client(), policy or read.policy()
        return Engine(
            making.posts(read) if posts is None else posts,
            making.channels(read) if channels is None else channels,
            writer,
            client,
            policy,
            renderer or making.renderer(read),
            links,
            keepers=[
                *(Shopkeeper(each, client, writer) for each in stalls(read, policy)),
                *(Deskkeeper(each, client, writer) for each in counters(read, policy)),
            ],
            elapsed=elapsed,
            retention=read.retention(),
        )

    def play(self, scene: Callable[[Engine], Awaitable[None]], parts: Engine | None = None) -> Engine:
        """One life of the program: start it, let the scene happen, stop it in good order."""
        parts = parts or self.engine()
        asyncio.run(self._life(parts, scene))
        return parts

    async def _life(self, parts: Engine, scene: Callable[[Engine], Awaitable[None]]) -> None:
        await parts.start(self.hand.at)
        try:
            await scene(parts)
        finally:
            await parts.close()

    async def beat(self, parts: Engine) -> None:
        """One tick, and all that comes of it."""
        await parts.tick(self.hand.at)
        await parts.settle(self.hand.at)

    async def one_pass(self, parts: Engine) -> None:
        """As `once` does: ask everything before anything is delivered."""
        await parts.once(self.hand.at, timedelta(seconds=5))

    async def live(self, parts: Engine, span: timedelta, every: timedelta) -> None:
        """Let so much time pass, with a beat at every step and one at the end."""
        end = self.hand.at + span
        await self.beat(parts)
        while self.hand.at < end:
            self.hand.at = min(end, self.hand.at + every)
            await self.beat(parts)

    # --- what it knows ---------------------------------------------------------------------------

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database beside the program, as the CLI opens it."""
        with Store.open(self.config.database) as store:
            yield store

    def watch(self, wanted: Sequence[Parcel], *, imported: bool = False) -> None:
        """Add these, singly or as one import."""
        with self.store() as store, store.transaction():
            import_id = imports.begin(store, "orders.csv", self.hand.at) if imported else None
            for one in wanted:
                watch(store, _with_import(one, import_id), Policy(), self.hand.at)
            if import_id is not None:
                imports.finish(store, import_id, {}, self.hand.at)

    def watch_all(self, *, imported: bool = False) -> None:
        """Add every parcel of the story, each at the account named like its API."""
        self.watch([self.wanted(one.number, one.api, one.company) for one in self.story.parcels], imported=imported)

    def wanted(self, number: str, account: str = "dhl", company: str = "") -> Parcel:
        return Parcel(
            0,
            number,
            account,
            self.hand.at,
            company=company,
            origin="DE",
            destination="DE",
            orders=(Order(language="en"),),
        )

    def cases(self) -> dict[tuple[str, str], dict[str, object]]:
        """Every case by number and kind; two of one kind and parcel fail."""
        with self.store() as store:
            rows = store.all(
                """SELECT p.id, p.number, c.kind, c.state, c.since, c.opened_at, c.severity, c.reopened FROM cases c
                   JOIN parcels p ON p.id = c.parcel_id"""
            )
        names = ("state", "since", "opened_at", "severity", "reopened")
        assert len({(parcel_id, kind) for parcel_id, _, kind, *_ in rows}) == len(rows)
        return {(number, kind): dict(zip(names, rest, strict=True)) for _, number, kind, *rest in rows}

    def kinds(self) -> Counter[str]:
        """How many cases there are of each kind."""
        return Counter(kind for _, kind in self.cases())


THRESHOLDS = """
[thresholds]
stalled = { warn = "24h", critical = "30d" }
"""


def _table(account: Account, base_url: str) -> str:
    customer = 'customer = "SANDBOX"' if account.api == "kuaidi100" else ""
    return f"""
[couriers."{account.name}"]
api = "{account.api}"
key = "sandbox-key"
{customer}
base_url = "{base_url}"
rate = "{account.rate}"
quota = "{account.quota}"
"""


def _with_import(parcel: Parcel, import_id: int | None) -> Parcel:
    return parcel if import_id is None else replace(parcel, import_id=import_id)


async def happens(event: threading.Event) -> bool:
    """Wait for what another thread does, without holding up the loop."""
    return await asyncio.to_thread(event.wait, PATIENCE)
