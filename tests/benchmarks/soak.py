"""Weeks of a shop's life in minutes, with faults sprinkled in: does all it tells stay true, and does nothing grow?

    .venv/bin/python -m tests.benchmarks.soak [DAYS] [PARCELS] [STEP_MINUTES]

The real daemon, store and channels, real HTTP to a sandbox 17TRACK and to a webhook, under a clock that is turned by
hand; courier and webhook are in a process of their own. Each day the courier is out for two hours, cuts its answers
short, says it is busy and leaves numbers out; the webhook fails, does not know the key and says it is busy; the disk is
full for seven hours; the computer's clock is set two days ahead and an hour back. Every few hours the program ends,
every other time without ceremony, and now and then it starts with its clock two hours ahead. Whoever is in trouble is
known from the story: one in twenty is damaged, one lost, one stands still. All of them arrive in the end, and four days
later they are deleted.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from parcelwatch.asking.client import Client
from parcelwatch.clock import Clock
from parcelwatch.errors import StoreError
from parcelwatch.model import Cause, Milestone
from parcelwatch.running import making, memory
from parcelwatch.running.daemon import Daemon
from parcelwatch.running.engine import Engine
from parcelwatch.running.reloading import Reloader
from parcelwatch.running.selfcheck import SelfCheck
from parcelwatch.sandbox.story import Says, Story, StoryParcel, Trouble
from parcelwatch.store import Store
from parcelwatch.store.writer import Writer
from parcelwatch.systemd.sdnotify import Notifier
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known
from tests.benchmarks.soak_outside import Outside, Taken, outside
from tests.sandbox.worlds import START

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LIFE = 9 * HOUR
TAIL = 34 * HOUR
"""Nobody is added so long before the end, so that the last ones' trouble is heard of."""
KEPT = 4 * DAY
"""How long a parcel is kept after it is over; a life takes less than three days."""
SETTINGS = f"""{THRESHOLDS}
[retention]
parcels = "{KEPT.days}d"
messages = "3d"
payloads = "1d"
"""

FULL = (1, 8)
"""Between which hours of a day the disk is full."""
OFF = ((7, 8, 2 * DAY), (21, 22, -HOUR))
"""Between which hours of a day the computer's clock is wrong, and by how much."""

WELL = (
    (0, Milestone.PICKED_UP),
    (9, Milestone.IN_TRANSIT),
    (18, Milestone.IN_TRANSIT),
    (26, Milestone.OUT_FOR_DELIVERY),
    (28, Milestone.DELIVERED),
)
STUCK = ((0, Milestone.PICKED_UP), (1, Milestone.IN_TRANSIT), (48, Milestone.IN_TRANSIT), (60, Milestone.DELIVERED))
TROUBLES = {0: "damaged", 1: "lost", 2: "stalled"}
CAUSES = {"damaged": Cause.DAMAGED, "lost": Cause.LOST}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the program is at the end of a day, in bytes: resident memory, its file and the longest log of it.

    `objects`: how many pieces of memory Python holds, garbage aside; `ours`: how many values of parcelwatch's classes.
    """

    day: int
    memory: int
    objects: int
    ours: int
    file: int
    log: int

    def __str__(self) -> str:
        resident, file, log = (one / 1e6 for one in (self.memory, self.file, self.log))
        held = f"memory {resident:.1f} MB, {self.objects:,} objects, {self.ours:,} of ours"
        return f"day {self.day}: {held}, file {file:.2f} MB, log {log:.2f} MB"


@dataclass(slots=True)
class Report:
    """What a run came to. `expected`: number → kind, by the story; `found`: by the program; `taken`: by the webhook.

    `added`, `left`: parcels in all, and those that are not deleted. `full`: how often the disk was found full.
    """

    expected: dict[str, str]
    found: dict[str, set[str]] = field(default_factory=dict)
    taken: Taken = field(default_factory=Taken)
    added: int = 0
    left: int = 0
    waiting: int = 0
    dead: int = 0
    killed: int = 0
    full: int = 0
    sizes: list[Size] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def told(self) -> set[str]:
        """The parcels that people were told of."""
        return {word for word in self.taken.told if word.startswith("77") and len(word) == len(number(0))}

    @property
    def wrong(self) -> list[str]:
        """Where it says otherwise than the story; empty when all is as it should be."""
        faults = [
            f"{one} is {kind} and has {self.found.get(one)}"
            for one, kind in self.expected.items()
            if kind not in self.found.get(one, ())
        ]
        faults += [f"{one} is well and has {kinds}" for one, kinds in self.found.items() if one not in self.expected]
        faults += [
            f"{one} is {kind} and nobody was told" for one, kind in self.expected.items() if one not in self.told
        ]
        faults += [f"{one} is well and was told" for one in self.told - {*self.expected}]
        return faults


def number(index: int) -> str:
    """The number of a parcel, which no other one's holds."""
    return f"77{index:08}"


def begins(index: int, count: int, days: float) -> timedelta:
    """When a parcel is added: all over the time there is."""
    return (days * DAY - TAIL) * (index / count)


def lives(index: int, at: timedelta) -> StoryParcel:
    """A parcel's way from when it is added; one in trouble has a scan that says so, or no more scans."""
    trouble = TROUBLES.get(index % 20)
    way = WELL if trouble is None else STUCK
    start = at / HOUR
    says: list[Says] = [ago(-(start + hour), milestone) for hour, milestone in way]
    if trouble in CAUSES:
        says.append(ago(-(start + 5), Milestone.EXCEPTION, CAUSES[trouble], trouble))
    return known(number(index), *says, api="17track", company="3011")


def troubles(days: float) -> Iterator[Trouble]:
    """What the courier's API suffers, every day anew."""
    for day in range(int(days)):
        at = day * DAY
        yield Trouble("outage", at + 5 * HOUR, at + 7 * HOUR)
        yield Trouble("truncated", at + 9 * HOUR, at + 9.5 * HOUR)
        yield Trouble("rate_limit", at + 14 * HOUR, at + 14.2 * HOUR, retry_after=5 * MINUTE)
        yield Trouble("partial", at + 17 * HOUR, at + 18 * HOUR)


class Soak:
    """One run."""

    def __init__(
        self, folder: Path, days: float, parcels: int, step: timedelta, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self.folder, self.days, self.parcels, self.step = folder, days, parcels, step
        self.report = Report({number(at): kind for at in range(parcels) if (kind := TROUBLES.get(at % 20))})
        self._times = [begins(index, parcels, days) for index in range(parcels)]
        self._tell = tell
        self._lives = self._longest = 0
        self._off = timedelta()

    def run(self) -> Report:
        """All of it."""
        started = time.perf_counter()
        with outside(self._story(), START, START + (self.days - 1) * DAY) as self.outside:
            self.shop = _shop(self.folder, self.outside)
            hand, end, day = self.shop.hand, START + self.days * DAY, 0
            while hand.at < end:
                self._live(min(end, hand.at + LIFE))
                if hand.at - START >= (day + 1) * DAY or hand.at >= end:
                    day += 1
                    self._measure(day)
            self._conclude()
        self.report.seconds = time.perf_counter() - started
        return self.report

    def _story(self) -> Story:
        known = (lives(index, at) for index, at in enumerate(self._times))
        return Story(("17track",), tuple(known), tuple(troubles(self.days)))

    def _live(self, until: datetime) -> None:
        """One life of the program; every other one ends as if it were killed. Some start by a wrong clock."""
        self._lives += 1
        if self._lives % 5 == 0:
            self._off = 2 * HOUR
            self._lived(self.shop.hand.at, killed=True)
            self._off = timedelta()
        self._lived(until, killed=self._lives % 2 == 0)

    def _lived(self, until: datetime, *, killed: bool) -> None:
        writer = Writer(self.shop.config.database, daemon=True, check=True)
        asyncio.run(self._life(writer, until, killed=killed))
        if killed:
            self.report.killed += 1
            writer.close()  # the locks of a process that died are free

    async def _life(self, writer: Writer, until: datetime, *, killed: bool) -> None:
        async with _client() as client:
            parts = self.shop.engine(client=client, writer=writer, elapsed=self._elapsed)
            clock = Clock(lambda: self.shop.hand.at + self._off, self._elapsed)
            checks = SelfCheck(parts, lambda: self.shop.config, tuple, clock.now)
            reloader = Reloader(self.shop.config, making.parts(self.shop.config), parts, clock.now)
            daemon = Daemon(parts, Notifier(), clock, reloader, checks)
            await daemon.start()
            while self.shop.hand.at < until:
                await self._beat(daemon, parts, clock, writer)
                await checks.check()
            if killed:
                await daemon.tick()
                return
            await parts.close()

    def _elapsed(self) -> float:
        return (self.shop.hand.at - START).total_seconds()

    async def _beat(self, daemon: Daemon, parts: Engine, clock: Clock, writer: Writer) -> None:
        self.shop.hand.at += self.step
        self.outside.turn(self.shop.hand.at)
        here = self.shop.hand.at - START
        await asyncio.to_thread(self._add, here)
        hour, last = here % DAY / HOUR, here > (self.days - 1) * DAY
        self._off = next((by for begins, ends, by in OFF if begins <= hour < ends and not last), timedelta())
        await writer.run(_limit, FULL[0] <= hour < FULL[1] and not last)
        await daemon.tick()
        with suppress(StoreError):  # the program hears of it, and goes on
            await parts.settle(clock.now())
        self.report.full += parts.storekeeper.standing.trouble is not None
        self._longest = max(self._longest, _size(self._log))

    def _add(self, here: timedelta) -> None:
        """Watch those who are on their way by now."""
        ours = [at for at, when in enumerate(self._times[self.report.added :], self.report.added) if when <= here]
        if ours:
            self.shop.watch([self.shop.wanted(number(at), "17track", "3011") for at in ours])
            self.report.added += len(ours)

    # --- what came of it -------------------------------------------------------------------------

    @property
    def _log(self) -> Path:
        file = self.shop.config.database
        return file.with_name(f"{file.name}-wal")

    def _measure(self, day: int) -> None:
        """How large it is, and what it found of parcels that may be deleted by tomorrow."""
        for one, kind in self.shop.cases():
            self.report.found.setdefault(one, set()).add(kind)
        gc.collect()
        ours = sum(f"{type(one).__module__}".startswith("parcelwatch") for one in gc.get_objects())
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE")
        file = _size(self.shop.config.database)
        self.report.sizes.append(Size(day, memory, sys.getallocatedblocks(), ours, file, self._longest))
        self._tell(f"{self.report.sizes[-1]}")
        self._longest = 0

    def _conclude(self) -> None:
        self.report.taken = self.outside.taken()
        with self.shop.store() as store:
            count = "SELECT count(*) FROM alerts WHERE state = ?"
            self.report.waiting, self.report.dead = (store.value(count, (state,)) for state in ("pending", "dead"))
            self.report.left = store.value("SELECT count(*) FROM parcels")


def _shop(folder: Path, around: Outside) -> Shop:
    """The shop alone, with the way to a courier and a chat that are elsewhere."""
    account = Account("17track", "17track", base_url=around.courier)
    shop = Shop(folder, accounts=[account], settings=SETTINGS)
    shop.sink.port = around.chat
    return shop


def _limit(store: Store, full: bool) -> None:
    """Let the file grow no more, or as far as it may."""
    pages = store.value("PRAGMA page_count") if full else 1 << 30
    store.value(f"PRAGMA max_page_count = {pages}")


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


class _client(Client):  # noqa: N801 - used as a context manager only
    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def soak(folder: Path, days: float = 2, parcels: int = 200, step: timedelta = 30 * MINUTE) -> Report:
    """So many simulated days with so many parcels, a beat at every step."""
    return Soak(folder, days, parcels, step).run()


def main() -> None:
    """Run it and print what it came to."""
    memory.one_heap()  # as the daemon's command does
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    days, parcels, minutes = (float(one) for one in (*sys.argv[1:], *("3", "500", "20")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        report = Soak(Path(folder), days, int(parcels), minutes * MINUTE, partial(print, flush=True)).run()
    taken = report.taken
    print(f"{days:g} days, {parcels:g} parcels, {report.seconds:.0f} s ({time.process_time():.0f} s of CPU)")
    print(f"{taken.asked} calls, {report.killed} kills, {report.full} beats with a full disk")
    print(f"{report.added} parcels added, {report.left} left")
    print(f"{len(report.expected)} in trouble, {len(report.wrong)} told otherwise")
    print(f"alerts: {report.waiting} waiting, {report.dead} dead")
    for fault in report.wrong[:20]:
        print(f"  {fault}")
    print(f"{len(taken.copies)} messages, at most {max(taken.copies.values(), default=0)} of one")


if __name__ == "__main__":
    main()
