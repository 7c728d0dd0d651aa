"""What the program holds while very many numbers are asked for the first time, and once they all were.

    .venv/bin/python -m tests.benchmarks.first_asked [PARCELS]

The real daemon and a 17TRACK that wants each number registered before it is read, forty a call, as fast as they are
taken; one parcel in twelve is in trouble, and a chat takes what is told. Both are in a process of their own, and say
the same of one parcel in 5,000 as of the next. Printed: the daemon's resident memory, its peak and its CPU as the
numbers come in, and a minute after the last.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from parcelwatch import clock, config
from parcelwatch.model import Order, Parcel
from parcelwatch.sandbox.demo_world import bulk_story
from parcelwatch.sandbox.drawing import Row
from parcelwatch.sandbox.wire_17track import item
from parcelwatch.sandbox.world import World
from parcelwatch.store import Store, parcels
from tests.benchmarks.million import measured
from tests.servers import Hit, Server, answers

KINDS = 5000
"""So many parcels have a story of their own; the others have one of theirs."""
EVERY = 15
REST = 60
TOGETHER = 1000


def number(place: int) -> str:
    return f"FA{place:010}"


# --- what the courier says ----------------------------------------------------------------------------------------


class Outside(Server):
    """A courier, and a chat that takes all. `kinds`: what the courier says of each kind of parcel, numbers aside."""

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(self._answer)
        self._kinds = kinds

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        self.hits.clear()
        await answers(self._said(hit))(self, hit, writer)

    def _said(self, hit: Hit) -> bytes:
        if hit.target.endswith("/gettrackinfo"):
            return _accepted([self._of(one["number"]) for one in json.loads(hit.body)])
        if hit.target.endswith("/register"):
            return _accepted([json.dumps({**one, "origin": 2}) for one in json.loads(hit.body)])
        return b"{}"

    def _of(self, asked: str) -> str:
        return self._kinds[int(asked[2:]) % KINDS].replace('"NUMBER"', f'"{asked}"', 1)


def _accepted(items: Sequence[str]) -> bytes:
    return f'{{"code":0,"data":{{"accepted":[{",".join(items)}],"rejected":[]}}}}'.encode()


def _serve(pipe: Connection) -> None:
    story, rows = bulk_story(KINDS, api="17track")
    world, now = World(story, clock.now), clock.now()
    said = [item(world.heard(one, now), int(one.company), {}, now) | {"number": "NUMBER"} for one in story.parcels]
    with Outside([json.dumps(one) for one in said]) as server, suppress(EOFError):
        pipe.send((server.url, rows))
        pipe.recv()


@contextmanager
def outside() -> Iterator[tuple[str, list[Row]]]:
    """Their address, and what a shop knows of each kind of parcel."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_serve, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        ours.close()
        child.join()


# --- the run ------------------------------------------------------------------------------------------------------


def settings(folder: Path, url: str) -> config.Config:
    path = folder / "config.toml"
    path.write_text(
        f"""[service]
database = "first.db"
[couriers.17track]
api = "17track"
key = "benchmark-key"
base_url = "{url}"
rate = "1000/s"
quota = "100000000/d"
[channels.ops]
url = "json://{url.removeprefix("http://")}/alerts"
"""
    )
    return config.load(path)


def fill(database: Path, count: int, rows: Sequence[Row]) -> None:
    now = clock.now()
    with Store.open(database) as store:
        for first in range(0, count, TOGETHER):
            with store.transaction():
                for place in range(first, min(first + TOGETHER, count)):
                    parcels.add(store, _parcel(place, rows[place % KINDS]), now)


def _parcel(place: int, row: Row) -> Parcel:
    order = Order(f"{row['order']}-{place}", customer_name=row["customer_name"])
    return Parcel(
        0,
        number(place),
        "17track",
        clock.now(),
        company=row["company"],
        origin=row["origin"],
        destination=row["destination"],
        orders=(order,),
    )


def watched(known: config.Config, pid: int, count: int) -> Iterator[str]:
    """A line now and then until all are answered, and one a while after."""
    began, answered = time.monotonic(), 0
    with Store.open(known.database) as store:
        while answered < count:
            time.sleep(EVERY)
            answered = store.value("SELECT count(*) FROM parcels WHERE answered_at IS NOT NULL")
            yield _line(known, pid, began, answered)
        time.sleep(REST)
        yield f"at rest: {_line(known, pid, began, answered)}"


def _line(known: config.Config, pid: int, began: float, answered: int) -> str:
    now = measured(pid, known.database)
    return (
        f"{time.monotonic() - began:5.0f} s  {answered:7,} answered  CPU {now['cpu']:6.1f} s  "
        f"resident {now['rss']:5.0f} MB (peak {now['peak']:5.0f})  "
        f"log {now['wal']:5.1f} MB  database {now['database']:6.1f} MB"
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, outside() as (url, rows):
        known = settings(Path(folder), url)
        fill(known.database, count, rows)
        command = [sys.executable, "-m", "parcelwatch", "run", "--config", str(known.path)]
        with (Path(folder) / "daemon.log").open("w") as log:
            daemon = subprocess.Popen(command, stdout=log, stderr=log)
        for line in watched(known, daemon.pid, count):
            print(line, flush=True)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)
        print(f"exit {daemon.returncode}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
