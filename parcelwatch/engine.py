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

from parcelwatch import incidents, operators, pushes, repeats, reports
from parcelwatch.caller import Sends as Asks
from parcelwatch.caller import date_of
from parcelwatch.client import Client
from parcelwatch.config import Config
from parcelwatch.core import accounts as rules
from parcelwatch.core import cadence
from parcelwatch.core.cadence import REGISTERED
from parcelwatch.core.jumps import Jump, plausible
from parcelwatch.core.links import Linking
from parcelwatch.core.policy import Policy
from parcelwatch.core.retention import Retention
from parcelwatch.deliver import Deliverer
from parcelwatch.deliver import Sends as Delivers
from parcelwatch.errors import StoreError
from parcelwatch.ingest import Tally, assess_due, learn_from_before, rejudge
from parcelwatch.keepers import Keeper, hirer, succession
from parcelwatch.making import Parts, linking, parts, proxy
from parcelwatch.poller import Worker
from parcelwatch.posts import Post
from parcelwatch.render import Renderer
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.store import Store, accounts, ahead, alerts, outbox, parcels, shops
from parcelwatch.store import retention as retained
from parcelwatch.store.writer import Writer
from parcelwatch.storekeeping import Keeper as Storekeeper
from parcelwatch.verbs import silencing

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
        self.workers = [Worker(one, client, writer, policy, self._deliver_written) for one in posts]
        self.deliverer = Deliverer(channels, writer, policy, renderer, links, fallbacks, voices)
        self.keepers = tuple(keepers)
        self._dismissed: list[Keeper] = []
        self._hire = hirer(client, writer)
        self.beat = time.monotonic()
        self.assessed = Tally()
        self.pushed = Tally()
        self._writer = writer
        self._client = client
        self._policy = policy
        self._posts = {one.name: one for one in posts}
        self._apis = {one.name: one.account.api for one in posts}
        self._apis |= {one.kept: one.api for one in keepers}
        self._renderers = (renderer, *(voices or {}).values())
        self._broken, self._told_broken = frozenset(broken), frozenset[str]()
        self._leaving: list[Worker] = []
        self._running: dict[object, asyncio.Task[object]] = {}
        self._at: datetime | None = None
        self._written = self._again = False
        self._repeated_at: datetime | None = None
        self._lookout = incidents.Lookout()
        self._retention, self._sweep = retention or Retention(), retained.Sweep()
        self.storekeeper = Storekeeper(writer, self.deliverer, policy, self._begin, elapsed)
        writer.on_messages, self.deliverer.on_free = self._wrote, self._deliver_soon

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
        await self._writer.run(_start, list(self._posts), [one.kept for one in self.keepers], now)
        await self.set_right(now)
        await self.deliverer.start()

    async def swap(self, made: Parts, links: Linking | None, now: datetime) -> None:
        """Go on with other parts, from one moment to the next. Raises StoreError, and then nothing has changed.

        What is on its way arrives: calls end as they began, at the account as it was, and messages keep their place.
        Who asks a shop or a helpdesk as before goes on; whoever does no more ends with the page at hand.
        """
        kept = {one.post.name: one for one in self.workers if one.post in made.posts}
        added = [one.name for one in made.posts if one.name not in self._posts]
        keepers = succession(self.keepers, (*made.stalls, *made.counters), self._hire)
        anew = [*(one.name for one in made.posts if one.name not in kept), *(one.kept for one in keepers.new)]
        await self._writer.run(_take_over, added, now, anew=anew, hasten=[one.progress for one in keepers.new])
        await self.deliverer.swap(made.channels, made.policy, made.renderer, links, made.fallbacks, made.voices)
        for worker in self.workers:
            worker.judge_by(made.policy) if worker.post.name in kept else worker.retire()
        self._leaving = [one for one in (*self._leaving, *self.workers) if one.retired and one.busy]
        self.workers = [
            kept.get(one.name) or Worker(one, self._client, self._writer, made.policy, self._deliver_written)
            for one in made.posts
        ]
        self._policy = made.policy
        self._retention = made.retention
        self.storekeeper.judge_by(made.policy)
        self._posts = {one.name: one for one in made.posts}
        self._apis = {one.name: one.account.api for one in made.posts}
        keepers.begin()
        self._dismissed = [one for one in (*self._dismissed, *keepers.leaving) if one.kept in self._running]
        self.keepers = keepers.all
        self._apis |= {one.kept: one.api for one in self.keepers}
        self._renderers = (made.renderer, *made.voices.values())
        self._broken = frozenset(made.broken)

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
        self._wake("ask the time", self._writer.run(_ask_the_time, list(self._posts), now))

    async def set_right(self, now: datetime, jump: Jump | None = None) -> int:
        """Bring back what a clock that was ahead left behind, and tell operators of it, or of a jump; how many rows."""
        mended = more = await self._writer.run(_set_right, self._policy, now, jump)
        while more:
            more = await self._writer.run(_mend_more, now)
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
        left = await self._writer.run(_left, [worker.post.name for worker in self.workers], at)
        await self._writer.run(_release, at)
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
        self.assessed += await self._writer.run(_assess, self._policy, self._apis, self._lookout, now)
        await self._tell_broken(now)
        if self._repeated_at is None or not self._repeated_at <= now < self._repeated_at + REPEATS_EVERY:
            self._repeated_at = now
            await self._writer.run(_repeat, self._policy, now)
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
            await self._writer.run(_hold, self._policy, self._lookout, now)
            await self.deliverer.run(now)

    async def _tell_broken(self, now: datetime) -> bool:
        """Whether there was news of the shop's own letters."""
        known = self._broken.union(*(words.broken for words in self._renderers))
        if known == self._told_broken:
            return False
        told = await self._writer.run(_tell_broken, sorted(known), self._policy, now)
        self._told_broken = known
        return told

    async def _look_at_all(self, now: datetime) -> None:
        await self._look_again(now)
        while await self._writer.run(_to_look_at, self._policy.policy_id, now):
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
                next_at = await self._writer.run(_led_on, worker.post.name, at())
            if next_at is None or next_at - now > patience:
                return
            await asyncio.sleep(max(0.0, (next_at - at()).total_seconds()))


# --- on the store's thread -----------------------------------------------------------------------


def _led_on(store: Store, name: str, now: datetime) -> datetime | None:
    """When what a registration or a declined call leads to is due: no later than a moment from now."""
    due_at = parcels.next_poll(store, name)
    return due_at if due_at is not None and due_at <= REGISTERED.after(now)[0] else None


def _start(store: Store, names: Sequence[str], keepers: Sequence[str], now: datetime) -> None:
    with store.transaction():
        outbox.void_leases(store, now)
    _take_over(store, names, now, anew=[*names, *keepers])


def _take_over(
    store: Store, names: Sequence[str], now: datetime, *, anew: Sequence[str], hasten: Sequence[str] = ()
) -> None:
    """Nobody else asks these accounts; those of `anew` may have been put right. `hasten`: shops to be read at once."""
    with store.transaction():
        parcels.void_leases(store, names)
        for name in anew:
            state, pace = accounts.load(store, name)
            accounts.save(store, name, rules.retry_now(state, now), pace)
        for name in hasten:
            shops.hasten(store, name)


def _set_right(store: Store, policy: Policy, now: datetime, jump: Jump | None) -> int:
    furthest = ahead.furthest(store, now) if plausible(now) else None
    # What lies ahead without a jump that we saw was left by one before the start, or by another program.
    jump = jump or (Jump(now - furthest, furthest) if furthest else None)
    if jump is None:
        return 0
    with store.transaction():
        mended = 0
        if jump.believed and jump.by < timedelta(0):
            mended = ahead.mend(store, now)
            ahead.plan_anew(store, now)
        if jump.tell:
            operators.tell_jump(store, jump, mended, policy, now)
    return mended


def _mend_more(store: Store, now: datetime) -> int:
    with store.transaction():
        return ahead.mend(store, now)


def _ask_the_time(store: Store, names: Sequence[str], now: datetime) -> None:
    with store.transaction():
        for name in names:
            parcels.hasten_one(store, name, *cadence.CLOCK.after(now))


def _assess(store: Store, policy: Policy, apis: Mapping[str, str], lookout: incidents.Lookout, now: datetime) -> Tally:
    with store.transaction():
        tally = assess_due(store, policy, now) + rejudge(store, policy, now)
        learn_from_before(store, policy, now)
        operators.tell_operators(store, apis, policy, now)
        silencing.release(store, now)
        incidents.look(store, lookout, policy, now)
        reports.tell_daily(store, policy, now)
    return tally


def _hold(store: Store, policy: Policy, lookout: incidents.Lookout, now: datetime) -> None:
    with store.transaction():
        incidents.look(store, lookout, policy, now)


def _tell_broken(store: Store, faults: Sequence[str], policy: Policy, now: datetime) -> bool:
    with store.transaction():
        return operators.tell_broken(store, faults, policy, now) > 0


def _repeat(store: Store, policy: Policy, now: datetime) -> None:
    with store.transaction():
        repeats.repeat(store, policy, now)


def _to_look_at(store: Store, policy_id: str, now: datetime) -> bool:
    due_at = parcels.next_assess(store)
    return (due_at is not None and due_at <= now) or bool(parcels.judged_otherwise(store, policy_id, 1))


def _left(store: Store, names: Sequence[str], now: datetime) -> int:
    return sum(parcels.due(store, name, now) for name in names)


def _release(store: Store, now: datetime) -> None:
    with store.transaction():
        outbox.release(store, now, every=True)


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
