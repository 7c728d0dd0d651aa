"""Parcels a second from due to decided-and-saved, beside what others make of the same bodies in the same run.

    .venv/bin/python -m tests.benchmarks.end_to_end [PARCELS]

One number a call, real HTTP on loopback to a sandbox courier in a process of its own, SQLite on disk with
synchronous=FULL. Each side has read some parcels before: what is loaded once is not counted. The others decide and
save nothing:

    httpx+aiohttp   httpx.AsyncClient over the aiohttp transport, 32 in flight, JSON decoded and dropped
    httpx           the same over its own transport
    karrio          the karrio SDK, fetching and parsing, ten in flight as its own batches have it, nothing logged;
                    left out where `karrio-dhl-universal` is not installed (the extra `bench`)

All are measured by turns, and the best round of each counts; processor time is of this process, without the courier.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

import httpx
from httpx_aiohttp import AiohttpTransport

from parcelwatch import clock, config
from parcelwatch.model import Parcel
from parcelwatch.running import engine
from parcelwatch.running.memory import GARBAGE
from parcelwatch.sandbox.demo_world import bulk_story
from parcelwatch.sandbox.process import apart
from parcelwatch.store import Store, alerts, cases, imports, parcels

IN_FLIGHT = 32
KARRIO_IN_FLIGHT = 10
FIRST = 1000
"""So many parcels are read before the clock starts, in a database of their own: rare words load more languages."""
ROUNDS = 3
SLOW = 1000
"""So many are enough of those that take long."""
KEY = "sandbox-key"


@dataclass(frozen=True, slots=True)
class Measured:
    """A second's parcels, and the seconds of processor time of each."""

    rate: float
    cpu: float


def timed(count: int, work: Callable[[], object]) -> Measured:
    began, used = time.perf_counter(), time.process_time()
    work()
    return Measured(count / (time.perf_counter() - began), (time.process_time() - used) / count)


# --- parcelwatch --------------------------------------------------------------------------------------------------


def configured(folder: Path, base_url: str, rows: Sequence[dict[str, str]]) -> config.Config:
    """A configuration whose database holds the rows."""
    folder.mkdir()
    path = folder / "config.toml"
    path.write_text(
        f'[service]\ndatabase = "bench.db"\n[couriers.dhl]\napi = "dhl"\nkey = "{KEY}"\nbase_url = "{base_url}"\n'
        'rate = "20000/s"\nquota = "10000000/d"\n'
    )
    settings = config.load(path)
    fill(settings.database, rows)
    return settings


def fill(database: Path, rows: Sequence[dict[str, str]]) -> None:
    now = clock.now()
    with Store.open(database) as store, store.transaction():
        import_id = imports.begin(store, "benchmark", now)
        for row in rows:
            parcel = Parcel(0, row["number"], "dhl", now, destination=row.get("destination", ""), import_id=import_id)
            parcels.add(store, parcel, now)


async def ours(settings: config.Config) -> Measured:
    parts = engine.build(settings)
    await parts.start(clock.now())
    gc.freeze()
    started, used = time.perf_counter(), time.process_time()
    for worker in parts.workers:
        await worker.run(clock.now())
        await worker.drain()
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    tally = parts.workers[0].tally
    assert not tally.unanswered, tally
    assert not tally.failed, tally
    await parts.close()
    return Measured(tally.answered / seconds, cpu / tally.answered)


# --- others -------------------------------------------------------------------------------------------------------


async def in_turn(numbers: Sequence[str], many: int, ask: Callable[[str], Awaitable[object]]) -> None:
    waiting = iter(numbers)

    async def work() -> None:
        for number in waiting:
            await ask(number)

    await asyncio.gather(*(work() for _ in range(many)))


async def bare(base_url: str, numbers: Sequence[str], transport: httpx.AsyncBaseTransport | None) -> None:
    async with httpx.AsyncClient(headers={"DHL-API-Key": KEY}, trust_env=False, transport=transport) as client:

        async def ask(number: str) -> None:
            (await client.get(base_url, params={"trackingNumber": number})).json()

        await in_turn(numbers, IN_FLIGHT, ask)


def over_httpx(base_url: str, numbers: Sequence[str]) -> None:
    asyncio.run(bare(base_url, numbers, None))


def over_aiohttp(base_url: str, numbers: Sequence[str]) -> None:
    asyncio.run(bare(base_url, numbers, AiohttpTransport()))


def over_karrio(base_url: str, numbers: Sequence[str]) -> None:
    from loguru import logger  # noqa: PLC0415 - karrio's

    logger.disable("karrio")
    import karrio.sdk as karrio  # noqa: PLC0415 - an extra
    from karrio.mappers.dhl_universal.settings import Settings  # noqa: PLC0415 - an extra

    gateway = karrio.gateway["dhl_universal"].create({"consumer_key": KEY, "consumer_secret": KEY})
    address = base_url.removesuffix("/track/shipments")
    gateway.settings.__class__ = type("Settings", (Settings,), {"server_url": address})

    for first in range(0, len(numbers), KARRIO_IN_FLIGHT):
        some = list(numbers[first : first + KARRIO_IN_FLIGHT])
        with redirect_stdout(StringIO()):  # it prints what it does not know of an answer
            details, messages = karrio.Tracking.fetch({"tracking_numbers": some}).from_(gateway).parse()
        assert len(details) == len(some), messages


PEERS: dict[str, Callable[[str, Sequence[str]], None]] = {
    "httpx+aiohttp": over_aiohttp,
    "httpx": over_httpx,
    "karrio": over_karrio,
}


def able(name: str, base_url: str, numbers: Sequence[str]) -> bool:
    """Whether a peer is installed; it has then been run in."""
    try:
        PEERS[name](base_url, numbers)
    except (ImportError, KeyError):
        print(f"{name}: not installed")
        return False
    return True


# --- beside each other --------------------------------------------------------------------------------------------


def main(count: int) -> None:
    gc.set_threshold(GARBAGE)  # as the program has it; the others gain by it too
    story, rows = bulk_story(count)
    numbers = [row["number"] for row in rows]
    found: dict[str, list[Measured]] = {}
    with apart(story) as urls, tempfile.TemporaryDirectory() as folder:
        url = urls["dhl"]
        asyncio.run(ours(configured(Path(folder) / "first", url, rows[:FIRST])))
        peers = [name for name in PEERS if able(name, url, numbers[:20])]
        for turn in range(ROUNDS):
            settings = configured(Path(folder) / f"whole{turn}", url, rows)
            found.setdefault("parcelwatch", []).append(asyncio.run(ours(settings)))
            for name in peers:
                some = numbers[: SLOW if name == "karrio" else count]
                found.setdefault(name, []).append(timed(len(some), partial(PEERS[name], url, some)))
        with Store.open(settings.database) as store:
            opened, said = len(cases.rows(store, clock.now())), alerts.counts(store)
    best = {name: Measured(max(r.rate for r in each), min(r.cpu for r in each)) for name, each in found.items()}
    own = best["parcelwatch"]
    print(f"{count:,} parcels, {opened:,} cases; messages: {said}")
    for name, one in best.items():
        print(
            f"{name:14} {one.rate:8,.0f} parcels/s  {one.cpu * 1e6:7,.0f} µs of CPU each   "
            f"parcelwatch: {own.rate / one.rate:5.2f} × its rate, {own.cpu / one.cpu:5.2f} × its CPU"
        )
    print(f"peak resident memory of all: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
