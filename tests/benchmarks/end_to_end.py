"""How many parcels a second go from due to decided-and-saved, beside the same calls made with bare httpx.

    .venv/bin/python -m tests.benchmarks.end_to_end [PARCELS]

One number a call, real HTTP on loopback to a sandbox courier in a process of its own, SQLite on disk with
synchronous=FULL, in a process that has read some parcels before: what is loaded once is not counted. Bare httpx is
measured over the same answers in the same run: `httpx.AsyncClient`, 32 in flight, JSON decoded and dropped.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx

from parcelwatch import clock, config, engine
from parcelwatch.model import Parcel
from parcelwatch.sandbox.demo_world import bulk_story
from parcelwatch.sandbox.process import apart
from parcelwatch.store import Store, alerts, cases, imports, parcels

IN_FLIGHT = 32
FIRST = 1000
"""So many parcels are read before the clock starts, in a database of their own: rare words load more languages."""
KEY = "sandbox-key"


def configured(folder: Path, base_url: str, rows: list[dict[str, str]]) -> config.Config:
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


def fill(database: Path, rows: list[dict[str, str]]) -> None:
    now = clock.now()
    with Store.open(database) as store, store.transaction():
        import_id = imports.begin(store, "benchmark", now)
        for row in rows:
            parcel = Parcel(0, row["number"], "dhl", now, destination=row.get("destination", ""), import_id=import_id)
            parcels.add(store, parcel, now)


async def ours(settings: config.Config) -> float:
    parts = engine.build(settings)
    await parts.start(clock.now())
    started = time.perf_counter()
    for worker in parts.workers:
        await worker.run(clock.now())
        await worker.drain()
    seconds = time.perf_counter() - started
    tally = parts.workers[0].tally
    assert not tally.unanswered, tally
    assert not tally.failed, tally
    await parts.close()
    return tally.answered / seconds


async def bare(base_url: str, numbers: list[str]) -> float:
    waiting = iter(numbers)
    async with httpx.AsyncClient(headers={"DHL-API-Key": KEY}, trust_env=False) as client:

        async def work() -> None:
            for number in waiting:
                (await client.get(base_url, params={"trackingNumber": number})).json()

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        return len(numbers) / (time.perf_counter() - started)


def main(count: int) -> None:
    story, rows = bulk_story(count)
    with apart(story) as urls, tempfile.TemporaryDirectory() as folder:
        asyncio.run(ours(configured(Path(folder) / "first", urls["dhl"], rows[:FIRST])))
        settings = configured(Path(folder) / "whole", urls["dhl"], rows)
        rate = asyncio.run(ours(settings))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        numbers = [row["number"] for row in rows]
        peer = asyncio.run(bare(urls["dhl"], numbers[: min(count, 4000)]))
        with Store.open(settings.database) as store:
            opened, said = len(cases.rows(store, clock.now())), alerts.counts(store)
    print(f"parcelwatch: {rate:,.0f} parcels/s from due to decided-and-saved ({count:,} parcels, {opened:,} cases)")
    print(f"bare httpx:  {peer:,.0f} calls/s, nothing decided or saved")
    print(f"ratio: {rate / peer:.2f}   peak resident memory of parcelwatch: {memory:,.0f} MiB   messages: {said}")
    print(f"time per parcel: {timedelta(seconds=1 / rate) / timedelta(microseconds=1):,.0f} µs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
