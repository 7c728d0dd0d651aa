"""Weeks of a shop's life in minutes, with faults sprinkled in: does all it tells stay true, and does nothing grow?

    .venv/bin/python -m tests.benchmarks.soak [DAYS] [PARCELS] [STEP_MINUTES]

The real engine, store and channels, real HTTP to a sandbox 17TRACK and to a webhook, under a clock that is turned by
hand. Each day the courier is out for two hours, cuts its answers short, says it is busy and leaves numbers out; the
webhook fails for two hours; every few hours the program ends, every other time without ceremony, and now and then it
starts with its clock two hours ahead. Whoever is in trouble is known from the story: one in twenty is damaged, one
lost, one stands still.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from parcelwatch.client import Client
from parcelwatch.engine import Engine
from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.story import Says, StoryParcel, Trouble
from parcelwatch.store.writer import Writer
from tests.acceptance.world import Shop, ago, known
from tests.servers import answers

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LIFE = 9 * HOUR
TAIL = 34 * HOUR
"""Nobody is added so long before the end, so that the last ones' trouble is heard of."""

WELL = (
    (0, Milestone.PICKED_UP),
    (9, Milestone.IN_TRANSIT),
    (18, Milestone.IN_TRANSIT),
    (26, Milestone.OUT_FOR_DELIVERY),
    (28, Milestone.DELIVERED),
)
STUCK = ((0, Milestone.PICKED_UP), (1, Milestone.IN_TRANSIT))
TROUBLES = {0: "damaged", 1: "lost", 2: "stalled"}
CAUSES = {"damaged": Cause.DAMAGED, "lost": Cause.LOST}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the program is at the end of a day: resident memory, its file and the file's log, in bytes."""

    day: int
    memory: int
    file: int
    log: int


@dataclass(slots=True)
class Report:
    """What a run came to. `expected`: number → kind, by the story; `found`: by the program; `told`: at the webhook."""

    expected: dict[str, str]
    found: dict[str, set[str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    copies: dict[int, int] = field(default_factory=dict)
    waiting: int = 0
    dead: int = 0
    asked: int = 0
    killed: int = 0
    sizes: list[Size] = field(default_factory=list)
    seconds: float = 0.0

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

    def __init__(self, folder: Path, days: float, parcels: int, step: timedelta) -> None:
        self.days, self.parcels, self.step = days, parcels, step
        times = [begins(index, parcels, days) for index in range(parcels)]
        story = [lives(index, at) for index, at in enumerate(times)]
        self.shop = Shop(folder, *story, troubles=[*troubles(days)])
        self.report = Report({number(at): kind for at in range(parcels) if (kind := TROUBLES.get(at % 20))})
        self._times, self._added, self._lives = times, 0, 0

    def run(self) -> Report:
        """All of it."""
        started = time.perf_counter()
        with self.shop as place:
            self.start, end = place.hand.at, place.hand.at + self.days * DAY
            day = 0
            while place.hand.at < end:
                self._live(min(end, place.hand.at + LIFE))
                if place.hand.at - self.start >= (day + 1) * DAY or place.hand.at >= end:
                    day += 1
                    self._measure(day)
            self._conclude()
        self.report.seconds = time.perf_counter() - started
        return self.report

    def _live(self, until: datetime) -> None:
        """One life of the program; every other one ends as if it were killed."""
        self._lives += 1
        killed, ahead = self._lives % 2 == 0, self._lives % 5 == 0
        if ahead:
            self._start_ahead()
        writer = Writer(self.shop.config.database, daemon=True, check=True)
        asyncio.run(self._life(writer, until, killed=killed))
        if killed:
            self.report.killed += 1
            writer.close()  # the locks of a process that died are free

    def _start_ahead(self) -> None:
        """It starts by a wrong clock, looks at everything once, and is killed."""
        writer = Writer(self.shop.config.database, daemon=True, check=True)
        here = self.shop.hand.at

        async def once() -> None:
            async with _client() as client:
                parts = self.shop.engine(client=client, writer=writer)
                await parts.start(here + 2 * HOUR)
                await parts.tick(here + 2 * HOUR)

        asyncio.run(once())
        writer.close()

    async def _life(self, writer: Writer, until: datetime, *, killed: bool) -> None:
        async with _client() as client:
            parts = self.shop.engine(client=client, writer=writer)
            await parts.start(self.shop.hand.at)
            while self.shop.hand.at < until:
                self.shop.hand.at += self.step
                await self._beat(parts)
            if killed:
                await parts.tick(self.shop.hand.at)
                return
            await parts.close()

    async def _beat(self, parts: Engine) -> None:
        place = self.shop
        here = place.hand.at - self.start
        ours = [at for at, when in enumerate(self._times[self._added :], self._added) if when <= here]
        if ours:
            self._added = ours[-1] + 1
            await asyncio.to_thread(place.watch, [place.wanted(number(at), "17track", "3011") for at in ours])
        ill = 11 <= here % DAY / HOUR < 13 and here < self.days * DAY - 12 * HOUR
        place.sink.behaviour = answers(b"", 503) if ill else answers(b"ok")
        await place.beat(parts)

    # --- what came of it -------------------------------------------------------------------------

    def _hear(self) -> None:
        """Keep what the webhook was told, not the messages."""
        for one in self.shop.sink.told:
            words = {word.strip(".,:;()[]") for word in f"{one.title} {one.text}".split()}
            self.report.told |= {word for word in words if word.startswith("77") and len(word) == len(number(0))}
            key = hash((one.channel, one.title, one.text))
            self.report.copies[key] = self.report.copies.get(key, 0) + 1
        self.shop.sink.hits.clear()

    def _measure(self, day: int) -> None:
        self._hear()
        file = self.shop.config.database
        log = file.with_name(f"{file.name}-wal")
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.report.sizes.append(
            Size(
                day, pages * os.sysconf("SC_PAGE_SIZE"), file.stat().st_size, log.stat().st_size if log.exists() else 0
            )
        )

    def _conclude(self) -> None:
        for (one, kind), _ in self.shop.cases().items():
            self.report.found.setdefault(one, set()).add(kind)
        self.report.asked = self.shop.server.calls
        with self.shop.store() as store:
            count = "SELECT count(*) FROM alerts WHERE state = ?"
            self.report.waiting, self.report.dead = (store.value(count, (state,)) for state in ("pending", "dead"))


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
    days, parcels, minutes = (float(one) for one in (*sys.argv[1:], *("3", "500", "20")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        report = soak(Path(folder), days, int(parcels), minutes * MINUTE)
    print(f"{days:g} days, {parcels:g} parcels, {report.seconds:.0f} s, {report.asked} calls, {report.killed} kills")
    print(f"{len(report.expected)} in trouble, {len(report.wrong)} told otherwise")
    print(f"alerts: {report.waiting} waiting, {report.dead} dead")
    for fault in report.wrong[:20]:
        print(f"  {fault}")
    print(f"{len(report.copies)} messages, at most {max(report.copies.values(), default=0)} of one")
    for size in report.sizes:
        memory, file, log = (one / 1e6 for one in (size.memory, size.file, size.log))
        print(f"day {size.day}: memory {memory:.0f} MB, file {file:.1f} MB, log {log:.1f} MB")


if __name__ == "__main__":
    main()
