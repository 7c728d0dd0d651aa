"""All the parts wired together, and the two ways of driving them: tick by tick, or one whole pass.

What belongs here: what happens at a tick and in which order. When ticks come is the daemon's, what the parts do theirs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from parcelwatch.asking import pushes
from parcelwatch.asking.caller import Sends as Asks
from parcelwatch.asking.caller import date_of
from parcelwatch.asking.client import Client
from parcelwatch.asking.poller import Worker
from parcelwatch.asking.posts import Post
from parcelwatch.config import Config
from parcelwatch.core.messaging.links import Linking
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.retention import Retention
from parcelwatch.core.timekeeping.jumps import Jump
from parcelwatch.errors import StoreError
from parcelwatch.ingest import Tally
from parcelwatch.running import chores
from parcelwatch.running.keepers import Keeper, hirer, leaving, succession
from parcelwatch.running.making import Parts, linking, parts, proxy
from parcelwatch.running.storekeeping import Keeper as Storekeeper
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.store import ahead, alerts
from parcelwatch.store import retention as retained
from parcelwatch.store.writer import Writer
from parcelwatch.telling import incidents
from parcelwatch.telling.deliver import Deliverer
from parcelwatch.telling.deliver import Sends as Delivers
from parcelwatch.wording.render import Renderer

log = structlog.get_logger()

# Seconds that calls and sends on their way get to arrive when everything stops.
PATIENCE = 20.0

# Who has waited for hours can wait a minute more; looking for them takes a look at every open case.
REPEATS_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass came to. `left`: due, not asked in time. `unanswered`: asked in vain. `failed`: our own fault.

    `sent`, `undelivered`: alerts. `messages`: what channels took for them. `messages_failed`: what they did not take.
    """

    polled: int
    unanswered: int
    failed: int
    left: int
    opened: int
    resolved: int
    sent: int
    messages: int
    undelivered: int
    messages_failed: int

    @property
    def clean(self) -> bool:
        return not (self.unanswered or self.failed or self.left or self.undelivered)

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Engine:
    """The parts of a running parcelwatch. `start` once, then `tick` or `once`, then `close`."""

    def __init__(
        self,
        posts: Sequence[Post],
        channels: Mapping[str, Delivers],
        writer: Writer,
        client: Asks,
        policy: Policy,
        renderer: Renderer,
        links: Linking | None = None,
        fallbacks: Mapping[str, str] | None = None,
        voices: Mapping[str, Renderer] | None = None,
        broken: Sequence[str] = (),
        keepers: Sequence[Keeper] = (),
        elapsed: Callable[[], float] = time.monotonic,
        retention: Retention | None = None,
    ) -> None:
        """`broken`: what is known to be wrong with the shop's own letters. `keepers`: who asks shops and helpdesks.

        `elapsed`: as storekeeping.Keeper has it.
        """
        self._writer, self._client, self._hire = writer, client, hirer(client, writer)
        self._take_on(posts, keepers, policy, (renderer, *(voices or {}).values()), broken, retention or Retention())
        self.workers = [self._worker(one) for one in posts]
        self.deliverer = Deliverer(channels, writer, policy, renderer, links, fallbacks, voices)
        self.storekeeper = Storekeeper(writer, self.deliverer, policy, self._begin, elapsed)
        self.beat = time.monotonic()
        self.assessed, self.pushed = Tally(), Tally()
        self._leaving: list[Worker] = []
        self._dismissed: list[Keeper] = []
        self._running: dict[object, asyncio.Task[object]] = {}
        self._at: datetime | None = None
        self._written = self._again = False
        self._repeated_at: datetime | None = None
        self._told_broken = frozenset[str]()
        self._lookout, self._sweep = incidents.Lookout(), retained.Sweep()
        writer.on_messages, self.deliverer.on_free = self._wrote, self._deliver_soon

    def _take_on(
        self,
        posts: Sequence[Post],
        keepers: Sequence[Keeper],
        policy: Policy,
        renderers: Sequence[Renderer],
        broken: Sequence[str],
        retention: Retention,
    ) -> None:
        """All that is as configured and changes from one moment to the next."""
        self.keepers = tuple(keepers)
        self._posts = {one.name: one for one in posts}
        self._apis = {one.name: one.account.api for one in posts} | {one.kept: one.api for one in keepers}
        self._policy, self._renderers = policy, tuple(renderers)
        self._broken, self._retention = frozenset(broken), retention

    def _worker(self, post: Post) -> Worker:
        return Worker(post, self._client, self._writer, self._policy, self._deliver_written)

    async def start(self, now: datetime, *, patient: bool = False) -> None:
        """Whoever had the database before is gone: its claims are due again, and every courier is tried anew.

        `patient`: a database that cannot be written to for now is waited for, tick by tick. Raises StoreError.
        """
        try:
            await self.storekeeper.start(now)
        except StoreError as error:
            if not patient:
                raise
            self.storekeeper.failed(error)

    async def _begin(self, now: datetime) -> None:
        await self._writer.run(chores.start, list(self._posts), [one.kept for one in self.keepers], now)
        await self.set_right(now)
        await self.deliverer.start()

    async def swap(self, made: Parts, links: Linking | None, now: datetime) -> None:
        """Go on with other parts, from one moment to the next. Raises StoreError, and then nothing has changed.

        What is on its way arrives: calls end as they began, at the account as it was, and messages keep their place.
        Who asks a shop or a helpdesk as before goes on; whoever does no more ends with the page at hand.
        """
        kept = {one.post.name: one for one in self.workers if one.post in made.posts}
        going = [one for one in self.workers if one.post.name not in kept]
        added = [one.name for one in made.posts if one.name not in self._posts]
        keepers = succession(self.keepers, (*made.stalls, *made.counters), self._hire)
        anew = [*(one.name for one in made.posts if one.name not in kept), *(one.kept for one in keepers.new)]
        # Before others begin: what comes to those who leave must not be held against who follows.
        with leaving([*going, *keepers.leaving]):
            await self._writer.run(
                chores.take_over, added, now, anew=anew, hasten=[one.progress for one in keepers.new]
            )
            await self.deliverer.swap(made.channels, made.policy, made.renderer, links, made.fallbacks, made.voices)
        for worker in (*self.workers, *self._leaving):
            worker.judge_by(made.policy)
        self._leaving = [one for one in (*self._leaving, *going) if one.busy]
        keepers.begin(made.policy)
        gone = (*self._dismissed, *keepers.leaving)
        self._dismissed = [one for one in gone if one.kept in self._running or one.unkept]
        renderers = (made.renderer, *made.voices.values())
        self._take_on(made.posts, keepers.all, made.policy, renderers, made.broken, made.retention)
        self.workers = [kept.get(one.name) or self._worker(one) for one in made.posts]
        self.storekeeper.judge_by(made.policy)

    async def tick(self, now: datetime) -> None:
        """Wake whatever has work, without waiting for it. What still runs from an earlier tick is left to run."""
        self.beat, self._at = time.monotonic(), now
        self._wake("database", self.storekeeper.look(now))
        if not self.storekeeper.works:
            self.deliverer.beat = self.beat  # it rests, and is well
            return
        self._wake("pushes", self._read_pushes(now))
        askers: tuple[Keeper | Worker, ...] = (*self.keepers, *self.workers)
        for each in askers if self.storekeeper.asks else ():
            each.at(now)
            # Who follows another waits until that one has ended.
            self._wake(each if isinstance(each, Worker) else each.kept, each.run(now))
        self._wake("look again", self._look_again(now))
        self._wake("deliver", self._deliver(now))

    def keep_time(self, now: datetime, jump: Jump | None = None) -> None:
        """Set right, without waiting for it. After a jump whatever runs goes on by the time now."""
        for worker in self.workers:
            worker.at(now)
        self._wake(("set right", jump), self.set_right(now, jump))

    def ask_the_time(self, now: datetime) -> None:
        """Ask every courier something, without waiting for it: its answer tells what time it is."""
        self._wake("ask the time", self._writer.run(chores.ask_the_time, list(self._posts), now))

    async def set_right(self, now: datetime, jump: Jump | None = None) -> int:
        """Bring back what a clock that was ahead left behind, and tell operators of it, or of a jump; how many rows."""
        mended = more = await self._writer.run(chores.set_right, self._policy, now, jump)
        while more:
            more = await self._writer.run(chores.mend_more, now)
            mended += more
        if mended:
            log.warning("times ahead of the clock were brought back", rows=mended)
        return mended

    def courier_clocks(self) -> list[timedelta]:
        """How far ahead of the time believed couriers' clocks were, by their answers since this was last asked."""
        return [ahead for worker in self.workers for ahead in worker.clocks()]

    async def last_noted(self) -> datetime | None:
        """The latest time in the database, None where there is none or it cannot be read."""
        try:
            return await self._writer.run(ahead.latest)
        except StoreError:
            return None

    async def courier_dates(self) -> list[datetime]:
        """What time it is by the clocks of couriers who answer at once, whatever they answer."""
        told = await asyncio.gather(*(date_of(self._client, one.account) for one in self.posts))
        return [one for one in told if one is not None]

    def rest(self) -> None:
        """A beat at which there is nothing to be done: a sign of life all the same."""
        self.beat = self.deliverer.beat = time.monotonic()

    async def settle(self, now: datetime) -> None:
        """Wait until everything that was woken is done, and what came of it is delivered."""
        while tasks := [*self._running.values()]:
            await asyncio.gather(*tasks)
            await asyncio.gather(*(worker.drain() for worker in self.workers))
        self._at = None  # whoever drains sees to all that is due
        # What was heard meanwhile is due from the moment it was heard, which is after the tick.
        at = now + timedelta(seconds=time.monotonic() - self.beat)
        await self._look_at_all(at)
        await self.deliverer.drain(at)

    async def once(self, now: datetime, patience: timedelta) -> Passed:
        """One pass: ask what is due, waiting for the pace up to `patience`; deliver all, one attempt each."""
        started = time.monotonic()
        await self._read_pushes(now)
        await asyncio.gather(*(keeper.run(now) for keeper in self.keepers))
        await asyncio.gather(*(self._exhaust(worker, now, patience) for worker in self.workers))
        at = now + timedelta(seconds=time.monotonic() - started)
        await self._look_at_all(at)
        left = await self._writer.run(chores.left, [worker.post.name for worker in self.workers], at)
        await self._writer.run(chores.release, at)
        await self.deliverer.drain(at, insist=True, patience=patience)
        if await self._tell_broken(at):
            await self.deliverer.drain(at, insist=True, patience=patience)
        unsent = await self._writer.run(alerts.count_unsent, at)
        tally = sum((worker.tally for worker in self.workers), self.assessed + self.pushed)
        return Passed(
            polled=tally.answered,
            unanswered=tally.unanswered,
            failed=tally.failed,
            left=left,
            opened=tally.opened,
            resolved=tally.resolved,
            sent=self.deliverer.sent,
            messages=self.deliverer.messages,
            undelivered=self.deliverer.undelivered + unsent,
            messages_failed=self.deliverer.failures,
        )

    async def close(self) -> None:
        """Stop asking, let what is on its way arrive, close everything. What does not arrive in time comes again."""
        self._at = None
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self.storekeeper.close()
        for worker in self.workers:
            worker.retire()
        every = (*self.workers, *self._leaving, *self.keepers, *self._dismissed)
        drained = asyncio.gather(*(worker.drain() for worker in every), return_exceptions=True)
        await asyncio.wait([drained], timeout=PATIENCE)
        await self.deliverer.close(PATIENCE)
        if isinstance(self._client, Client):
            await self._client.aclose()
        self._writer.close()

    async def ping(self, url: str) -> None:
        """Tell whoever watches us from outside that all is well. Raises CourierError."""
        if isinstance(self._client, Client):
            await self._client.ping(url, "heartbeat")

    @property
    def shopkeepers(self) -> tuple[Shopkeeper, ...]:
        """Those of the keepers who ask shops."""
        return tuple(one for one in self.keepers if isinstance(one, Shopkeeper))

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every account with its adapter."""
        return tuple(self._posts.values())

    @property
    def policy(self) -> Policy:
        """What decides."""
        return self._policy

    @property
    def writer(self) -> Writer:
        """The thread that owns the store."""
        return self._writer

    def ages(self) -> dict[str, float]:
        """Seconds since each part last gave a sign of life. Every tick asks the store, so it never idles."""
        now = time.monotonic()
        return {"tick": now - self.beat, "writer": now - self._writer.beat, "sender": now - self.deliverer.beat}

    async def count_waiting(self) -> int:
        """Messages not delivered yet."""
        return await self._writer.run(alerts.count_waiting)

    def _wake(self, name: object, work: Coroutine[Any, Any, object]) -> None:
        if name in self._running:
            work.close()
            return
        task = asyncio.create_task(self._guarded(work))
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        """Do it; what the database does not take ends nothing but this."""
        try:
            await work
        except StoreError as error:
            self.storekeeper.failed(error)

    async def _read_pushes(self, now: datetime) -> None:
        self.pushed += await self._writer.run(pushes.read, self._posts, self._policy, now)

    async def _look_again(self, now: datetime) -> None:
        self.assessed += await self._writer.run(chores.assess, self._policy, self._apis, self._lookout, now)
        await self._tell_broken(now)
        if self._repeated_at is None or not self._repeated_at <= now < self._repeated_at + REPEATS_EVERY:
            self._repeated_at = now
            await self._writer.run(chores.repeat, self._policy, now)
            await self._writer.run(retained.prune, self._retention, self._sweep, now)

    def _wrote(self) -> None:
        self._written = True
        self._deliver_written()

    def _deliver_written(self) -> None:
        """Tell what was written, but not while answers are on their way: what they open goes with it, if they hurry."""
        if self._written and not any(worker.busy for worker in self.workers):
            self._deliver_soon()

    def _deliver_soon(self) -> None:
        """Do not wait for the next tick; nobody who drains does."""
        self._again = True
        if self._at is not None and self.storekeeper.works and "deliver" not in self._running:
            self._wake("deliver", self._deliver(self._at + timedelta(seconds=time.monotonic() - self.beat)))

    async def _deliver(self, now: datetime) -> None:
        """Send what is due, and what becomes due meanwhile. What an incident tells is told by nothing else."""
        self._again = True
        while self._again:
            self._again = self._written = False
            await self._writer.run(chores.hold, self._policy, self._lookout, now)
            await self.deliverer.run(now)

    async def _tell_broken(self, now: datetime) -> bool:
        """Whether there was news of the shop's own letters."""
        known = self._broken.union(*(words.broken for words in self._renderers))
        if known == self._told_broken:
            return False
        told = await self._writer.run(chores.tell_broken, sorted(known), self._policy, now)
        self._told_broken = known
        return told

    async def _look_at_all(self, now: datetime) -> None:
        await self._look_again(now)
        while await self._writer.run(chores.to_look_at, self._policy.policy_id, now):
            await self._look_again(now)

    async def _exhaust(self, worker: Worker, now: datetime, patience: timedelta) -> None:
        started = time.monotonic()

        def at() -> datetime:
            return now + timedelta(seconds=time.monotonic() - started)

        while True:
            before = worker.leading_on
            await worker.run(at())
            await worker.drain()
            next_at = worker.next_at
            if next_at is None and worker.leading_on > before:
                next_at = await self._writer.run(chores.led_on, worker.post.name, at())
            if next_at is None or next_at - now > patience:
                return
            await asyncio.sleep(max(0.0, (next_at - at()).total_seconds()))


# --- from the configuration ----------------------------------------------------------------------


def build(config: Config, *, serving: bool = False, made: Parts | None = None) -> Engine:
    """An engine as configured; its database is opened and locked. `serving`: somebody answers the links of messages.

    `made`: what the configuration makes, if that is known already. Raises ConfigError, StoreError, StoreLocked.
    """
    made = made or parts(config)
    writer = Writer(config.database, daemon=True, check=True)
    client = Client(proxy=proxy(config))
    keepers = succession((), (*made.stalls, *made.counters), hirer(client, writer)).all
    try:
        links = linking(config) if serving else None
    except StoreError:
        writer.close()
        raise
    return Engine(
        made.posts,
        made.channels,
        writer,
        client,
        made.policy,
        made.renderer,
        links,
        made.fallbacks,
        made.voices,
        made.broken,
        keepers,
        retention=made.retention,
    )
