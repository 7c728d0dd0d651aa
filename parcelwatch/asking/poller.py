"""An account's worker: claim what is due, ask the courier, hand over what it said, as fast as the pace allows.

What belongs here: claims and calls. What became of a call is taken in by outcomes.py.

A call is claimed and counted in one transaction before it is made, so a crash never overspends a quota and never
loses a parcel. Answers are taken in together: whatever came while the store was busy shares one transaction.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

import structlog

from parcelwatch.asking.caller import Caller, Sends, lacking
from parcelwatch.asking.outcomes import Call, Said, take_in
from parcelwatch.asking.posts import Post
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.service.pacing import grant
from parcelwatch.couriers.base import Registers
from parcelwatch.errors import CourierDeclines, CourierError, CourierUnreadable, StoreError, whereabouts
from parcelwatch.ingest import Heard, Tally, ingest
from parcelwatch.model import Refused
from parcelwatch.store import Store, accounts, parcels
from parcelwatch.store.rows import Claimed
from parcelwatch.store.writer import Writer

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
# A call that could not start this long after its claim is given back, well before the lease ends.
STALE = 30.0
CONCURRENT = 32
# Calls claimed ahead of those on their way: about a second of the fastest pace.
AHEAD = 512
# Numbers whose answers share a transaction; those of one call always do.
TOGETHER = 100
# Numbers whose answers may wait for the store while more are asked. A slow disk holds up the asking, not the memory.
WAITING = 1000
LINGER = 0.02


@dataclass(frozen=True, slots=True)
class Taken:
    """Calls claimed now; without any, `next_at` is when one may be allowed, None if nothing is due."""

    calls: tuple[Call, ...] = ()
    next_at: datetime | None = None


class Worker:
    """Works one account. `run` does what is due and returns when nothing is, or when the pace says wait.

    `on_idle` is called when all that was asked is taken in.
    """

    def __init__(
        self, post: Post, client: Sends, writer: Writer, policy: Policy, on_idle: Callable[[], None] = lambda: None
    ) -> None:
        self.post = post
        self.tally = Tally()
        self.next_at: datetime | None = None
        self.leading_on = 0
        self.retired = False
        self._caller = Caller(post.account, post.courier, client)
        self._writer = writer
        self._policy = policy
        self._on_idle = on_idle
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._calls: set[asyncio.Task[None]] = set()
        self._one_came = asyncio.Event()
        self._said: list[Said] = []
        self._waiting = 0
        self._room = asyncio.Event()
        self._taking_in: asyncio.Task[None] | None = None
        self._at: tuple[datetime, float] | None = None

    def at(self, now: datetime) -> None:
        """It is so late: what runs goes on by this clock."""
        self._at = (now, time.monotonic())

    def clocks(self) -> tuple[timedelta, ...]:
        """How far ahead of ours the courier's clock was, by its answers since this was last asked."""
        return self._caller.clocks()

    def _now(self) -> datetime:
        """The time given last and the time that passed since, so that a pass given a simulated time lives in it."""
        assert self._at is not None
        at, read = self._at
        return at + timedelta(seconds=time.monotonic() - read)

    async def run(self, now: datetime) -> None:
        """Claim and call until nothing more is to be had now; `next_at` then says when there may be."""
        self.at(now)
        clock = self._now
        if self._said and self._taking_in is None:  # what the store did not take before
            await asyncio.shield(self._begin_taking_in())
        while not self.retired:
            # Answers that wait for the store count, too: a courier may be faster than the disk for hours.
            room = CONCURRENT + AHEAD - len(self._calls) - len(self._said)
            if room <= 0:
                await self._one_less()
                continue
            taken = await self._writer.run(take, self.post, self._policy, clock(), room, len(self._calls))
            self.next_at = taken.next_at
            for call in taken.calls:
                task = asyncio.create_task(self._make(call, clock, time.monotonic()))
                self._calls.add(task)
                task.add_done_callback(self._came)
            if not taken.calls:
                return

    async def _one_less(self) -> None:
        """Wait until a call on its way was answered, or what was answered is taken in. Raises StoreError."""
        if self._calls:
            self._one_came.clear()
            await self._one_came.wait()
        else:  # whoever is cancelled meanwhile leaves it to whoever drains: begun anew, it would be taken in twice
            await asyncio.shield(self._taking_in or self._begin_taking_in())

    def _came(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._one_came.set()

    def judge_by(self, policy: Policy) -> None:
        """What is said from now on is judged by another policy."""
        self._policy = policy

    def retire(self) -> None:
        """Claim nothing more, and give back what was claimed and not asked yet; what was answered is taken in."""
        self.retired = True

    def go_on(self) -> None:
        """Nobody follows after all."""
        self.retired = False

    async def drain(self) -> None:
        """Wait until every call on its way has been answered and taken in."""
        while self._calls or self._said or self._taking_in:
            if self._calls:
                await asyncio.wait(self._calls)
            await (self._taking_in or self._begin_taking_in())

    @property
    def busy(self) -> int:
        return len(self._calls) + len(self._said) + (self._taking_in is not None)

    async def _make(self, call: Call, clock: Callable[[], datetime], claimed_at: float) -> None:
        await asyncio.sleep(max(0.0, call.after))
        async with self._slots:
            if not await self._has_room() or self.retired or time.monotonic() - claimed_at > STALE:
                with suppress(StoreError):  # else their lease ends by itself
                    await self._writer.run(give_back, call.ids)
                return
            said = await self._ask(call, clock)
        self.leading_on += call.registers or isinstance(said.error, CourierDeclines)
        self._said.append(said)
        self._waiting += len(call.claimed)
        if self._taking_in is None:
            self._begin_taking_in()

    async def _has_room(self) -> bool:
        """Wait until one more answer may wait for the store; False where the store takes none."""
        while self._waiting >= WAITING and self._taking_in is not None and not self.retired:
            self._room.clear()
            await self._room.wait()
        return self._waiting < WAITING

    def _begin_taking_in(self) -> asyncio.Task[None]:
        self._taking_in = asyncio.create_task(self._take_in())
        self._taking_in.add_done_callback(_heard_of)
        return self._taking_in

    async def _ask(self, call: Call, clock: Callable[[], datetime]) -> Said:
        try:
            if call.registers:
                registrations = await self._caller.register(call.asked, clock)
                return Said(call, clock(), registrations=registrations)
            observations = await self._caller.ask(call.asked, clock)
            return Said(call, clock(), observations=observations)
        except CourierError as error:
            return Said(call, clock(), error=error)
        except Exception as error:  # noqa: BLE001 - an adapter's bug must not stop its worker
            log.warning("the adapter failed", account=self.post.name, error=whereabouts(error))
            return Said(call, clock(), error=CourierUnreadable(f"the adapter failed ({type(error).__name__})"))

    async def _take_in(self) -> None:
        """Take in what was said until there is no more, a batch to a transaction."""
        try:
            while self._said:
                if self._waiting < TOGETHER and self._calls:
                    await asyncio.sleep(LINGER)
                batch = _together(self._said)
                try:
                    self.tally += await self._writer.run(take_in, self.post, self._policy, batch, followed=self.retired)
                except StoreError:
                    # Asked in vain: nothing of it was kept, and their leases make them due again.
                    self.tally += Tally(unanswered=sum(len(said.call.ids) for said in batch))
                    raise
                # Only now: what the store could not take is still there for whoever waits, who then hears why.
                del self._said[: len(batch)]
                self._waiting -= sum(len(said.call.claimed) for said in batch)
                self._room.set()
        finally:
            self._taking_in = None
            self._room.set()
            if not self.busy:
                self._on_idle()


def _together(said: Sequence[Said]) -> list[Said]:
    """The first of them, as many as share a transaction: at least one."""
    numbers = list(accumulate(len(one.call.claimed) for one in said))
    return list(said[: max(1, bisect_right(numbers, TOGETHER))])


def _heard_of(task: asyncio.Task[None]) -> None:
    """What the store did not take is still there, and whoever works next tries again and hears why."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, StoreError):
        task.get_loop().call_exception_handler({"message": "answers could not be taken in", "exception": error})


# --- on the store's thread -----------------------------------------------------------------------


def take(store: Store, post: Post, policy: Policy, now: datetime, room: int, in_flight: int) -> Taken:
    """Claim what the pace grants for the next second, at most `room` calls, and count the calls."""
    due_at = parcels.next_poll(store, post.name)
    if due_at is None or due_at > now:
        return Taken()
    with store.transaction():
        state, pace = accounts.load(store, post.name)
        room = min(room, rules.room(state, now, in_flight, CONCURRENT + AHEAD))
        hold = rules.hold_until(state, now)
        granted = grant(post.pace, pace, now, wanted=room, hold_until=hold)
        if not granted.slots:
            return Taken(next_at=granted.next_at or (None if room else now + timedelta(seconds=1)))
        wanted = len(granted.slots) * post.courier.batch
        doubtful = rules.unproven(state)
        claimed = parcels.claim(store, post.name, now, now + LEASE, wanted, post.interval, undoubted=doubtful)
        claimed = _refuse(store, post, claimed, policy, now)
        calls = _calls(post, claimed, [(slot - now).total_seconds() for slot in granted.slots])
        _give_back_rest(store, claimed, calls)
        exact = grant(post.pace, pace, now, wanted=len(calls), hold_until=hold) if calls else None
        accounts.save(store, post.name, state, exact.state if exact else pace, calls=len(calls))
    return Taken(tuple(calls))


def _refuse(store: Store, post: Post, claimed: Sequence[Claimed], policy: Policy, now: datetime) -> list[Claimed]:
    """Those that can be asked; a number the courier wants more about is refused here, without wasting a call."""
    unfit = [(one, reason) for one in claimed if (reason := lacking(post.courier, one.ask))]
    if not unfit:
        return list(claimed)
    refused = [Heard(one.parcel_id, Refused(one.ask.number, reason=reason), now) for one, reason in unfit]
    ingest(store, refused, policy)
    without = {one.parcel_id for one, _ in unfit}
    return [one for one in claimed if one.parcel_id not in without]


def _calls(post: Post, claimed: Sequence[Claimed], slots: Sequence[float]) -> list[Call]:
    """As many calls as there are slots; new numbers of an aggregator are registered first."""
    courier = post.courier
    if not isinstance(courier, Registers) or not courier.registers(post.account):
        batches = [(batch, False) for batch in _batches(claimed, courier.batch)]
    else:
        new = [one for one in claimed if not one.registered]
        known = [one for one in claimed if one.registered]
        batches = [(batch, True) for batch in _batches(new, courier.register_batch)]
        batches += [(batch, False) for batch in _batches(known, courier.batch)]
    return [Call(batch, after, is_new) for (batch, is_new), after in zip(batches, slots, strict=False)]


def _batches(claimed: Sequence[Claimed], most: int) -> list[tuple[Claimed, ...]]:
    """Calls of at most `most`; numbers of a declined call go first, apart from the others, the smallest parts of it."""
    parts: dict[int, list[Claimed]] = {}
    for one in claimed:
        parts.setdefault(one.split or most + 1, []).append(one)
    return [batch for size, part in sorted(parts.items()) for batch in _cut(part, min(size, most))]


def _cut(claimed: Sequence[Claimed], size: int) -> list[tuple[Claimed, ...]]:
    return [tuple(claimed[at : at + size]) for at in range(0, len(claimed), size)]


def _give_back_rest(store: Store, claimed: Sequence[Claimed], calls: Sequence[Call]) -> None:
    taken = {parcel_id for call in calls for parcel_id in call.ids}
    parcels.release(store, [one.parcel_id for one in claimed if one.parcel_id not in taken])


def give_back(store: Store, ids: Sequence[int]) -> None:
    """Claimed, but not asked after all."""
    with store.transaction():
        parcels.release(store, ids)
