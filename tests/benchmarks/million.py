"""A day of a million live parcels, by five minutes of it: the real daemon, a courier and a chat on loopback.

    .venv/bin/python -m tests.benchmarks.million [PARCELS] [SECONDS]

The parcels were heard of before and are due as the cadence would have it, about seventy a second of a million; one
answer in ten holds a new scan. Two parcels a second come to their threshold while it runs. Needs 2 GB below the
temporary directory and three minutes to make the database. Printed: start to the first poll, CPU, resident memory, the
log and the lag at every half minute, what a self-check and a scrape cost, and how long after the threshold an alert
left.
"""

from __future__ import annotations

import asyncio
import compileall
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from parcelwatch import clock, config, couriers
from parcelwatch.core.advance import advance
from parcelwatch.model import Answered, Ask, Order, Parcel
from parcelwatch.store import Store, parcels

TEMPLATES = 1000
SPREAD = timedelta(hours=4)
AHEAD = timedelta(seconds=45)
"""How long after the database is ready the first threshold is crossed."""
STALLED = timedelta(hours=48)
EVERY = 30


def settings(folder: Path, port: int, listen: int) -> config.Config:
    path = folder / "config.toml"
    path.write_text(
        f"""[service]
database = "million.db"
listen = "127.0.0.1:{listen}"
[couriers.dhl]
api = "dhl"
key = "benchmark-key"
base_url = "http://127.0.0.1:{port}"
rate = "200/s"
quota = "100000000/d"
[thresholds]
stalled = {{ warn = "48h", critical = "120h" }}
[incidents]
enabled = false
[channels.ops]
url = "json://127.0.0.1:{port}/alerts"
[messages]
group_interval = "0s"
"""
    )
    return config.load(path)


# --- what the courier says ----------------------------------------------------------------------------------------


def last_scan(number: str, born: datetime) -> datetime:
    """Parcels whose number begins with CR come to their threshold one after the other, half a second apart."""
    place = int(number[2:])
    if number.startswith("CR"):
        return born + AHEAD - STALLED + timedelta(seconds=place / 2)
    return born - timedelta(hours=3, seconds=30 * (place % TEMPLATES))


def body(number: str, born: datetime, news: datetime | None = None) -> dict[str, Any]:
    """What the courier answers; `news`: one scan more."""
    last = last_scan(number, born)
    times = [*([news] if news else ()), *(last - timedelta(hours=5 * step) for step in range(5))]
    events = [_event(at) for at in times]
    place = {"address": {"countryCode": "DE"}}
    shipment = {"id": number, "service": "parcel-de", "origin": place, "destination": place}
    return {"shipments": [{**shipment, "status": events[0], "events": events}]}


def _event(at: datetime) -> dict[str, Any]:
    return {
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "location": {"address": {"countryCode": "DE", "addressLocality": "Leipzig"}},
        "statusCode": "transit",
        "status": "The shipment has been processed in the parcel center",
        "description": "The shipment has been processed in the parcel center",
    }


async def _serve(listener: socket.socket, born: datetime, counts: Any) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, _, rest = head.decode().partition("\r\n")
                fields = dict(each.lower().split(": ", 1) for each in rest.split("\r\n") if each)
                await reader.readexactly(int(fields.get("content-length", 0)))
                said = _reply(line, born, counts)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said)
                )
                writer.write(said)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(talk, sock=listener) as server:
        await server.serve_forever()


def _reply(line: str, born: datetime, counts: Any) -> bytes:
    if line.startswith("POST"):
        counts[1] += 1
        return b"{}"
    if not counts[0]:
        counts[2] = clock.now().timestamp()
    counts[0] += 1
    number = line.partition("trackingNumber=")[2].split("&")[0].split()[0]
    news = clock.now() if counts[0] % 10 == 0 and not number.startswith("CR") else None
    return json.dumps(body(number, born, news)).encode()


def _apart(listener: socket.socket, born: datetime, counts: Any) -> None:
    asyncio.run(_serve(listener, born, counts))


# --- the database -------------------------------------------------------------------------------------------------


def fill(known: config.Config, count: int, crossing: int, born: datetime) -> None:
    """Some parcels by the real way, and all others as copies of them with due times and numbers of their own."""
    numbers = [*(f"JD{place:012}" for place in range(TEMPLATES)), *(f"CR{place:012}" for place in range(crossing))]
    with Store.open(known.database) as store:
        with store.transaction():
            for number in numbers:
                _add(store, known, number, born)
        for times in range(1, -(-count // TEMPLATES)):
            with store.transaction():
                _copy(store, times, born)
            store.checkpoint()
        store.conn.execute("ANALYZE")


def _add(store: Store, known: config.Config, number: str, born: datetime) -> None:
    added = last_scan(number, born) - timedelta(days=1)
    parcel = Parcel(0, number, "dhl", added, origin="DE", destination="DE", orders=(Order(f"O-{number}"),))
    parcel_id = parcels.add(store, parcel, born)
    response = httpx.Response(200, json=body(number, born), request=httpx.Request("GET", "http://courier.example"))
    (said,) = couriers.load()["dhl"].parse(response, [Ask(number)])
    assert isinstance(said, Answered), said
    before = parcels.dossier(store, parcel_id)
    parcels.save(store, before, advance(before, said, known.policy(), born), born)


_ANEW = {
    "parcels": {
        "id": "id + :step",
        "number": "printf('JD%012d', CAST(substr(number, 3) AS INTEGER) + :step)",
        "poll_at": ":born + abs(random()) % :spread",
    },
    "checkpoints": {"parcel_id": "parcel_id + :step"},
    "orders": {
        "id": "id + :step",
        "number": "printf('O-JD%012d', CAST(substr(number, 5) AS INTEGER) + :step)",
        "parcel_id": "parcel_id + :step",
    },
    "parcel_orders": {"parcel_id": "parcel_id + :step", "order_id": "order_id + :step"},
}
_OF = {"parcels": "id", "checkpoints": "parcel_id", "orders": "id", "parcel_orders": "parcel_id"}


def _copy(store: Store, times: int, born: datetime) -> None:
    # IDs of copies begin well after those of the parcels that come to their threshold.
    step = times * TEMPLATES + 100_000 * TEMPLATES
    for table, anew in _ANEW.items():
        names = [row[1] for row in store.all(f"PRAGMA table_info({table})")]
        chosen = ", ".join(anew.get(name, name) for name in names)
        sql = f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM {table} WHERE {_OF[table]} <= {TEMPLATES}"
        values = {"step": step, "born": int(born.timestamp() * 1000), "spread": SPREAD // timedelta(milliseconds=1)}
        store.write(sql, {name: value for name, value in values.items() if f":{name}" in sql})  # type: ignore[arg-type]


# --- the run ------------------------------------------------------------------------------------------------------


def measured(pid: int, database: Path) -> dict[str, float]:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    wal = database.with_name(f"{database.name}-wal")
    return {
        "rss": int(fields["VmRSS"].split()[0]) / 1024,
        "peak": int(fields["VmHWM"].split()[0]) / 1024,
        "cpu": (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"),
        "wal": wal.stat().st_size / 1e6 if wal.exists() else 0.0,
        "database": database.stat().st_size / 1e6,
    }


def scraped(listen: int, path: str) -> tuple[float, str]:
    """Seconds, and what it said."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{listen}{path}", timeout=60) as said:
        text = said.read().decode()
    return time.perf_counter() - began, text


def lag(store: Store) -> float:
    due_at = parcels.next_poll(store, "dhl")
    return max(0.0, (clock.now() - due_at).total_seconds()) if due_at else 0.0


def delays(store: Store, born: datetime) -> dict[str, list[float]]:
    """Seconds from a threshold to its case, and to the alert of it having been sent, each sorted."""
    sql = """SELECT p.number, c.opened_at, min(a.sent_at) FROM alerts a JOIN cases c ON c.id = a.case_id
        JOIN parcels p ON p.id = a.parcel_id WHERE a.sent_at IS NOT NULL AND p.number LIKE 'CR%' GROUP BY p.number"""
    rows = [((last_scan(number, born) + STALLED).timestamp(), *times) for number, *times in store.all(sql)]
    return {
        "case": sorted(opened_at / 1000 - due for due, opened_at, _ in rows),
        "alert sent": sorted(sent_at / 1000 - due for due, _, sent_at in rows),
    }


def watched(known: config.Config, pid: int, counts: Any, seconds: int, listen: int) -> Iterator[str]:
    began, first = time.monotonic(), 0
    with Store.open(known.database) as store:
        while (passed := time.monotonic() - began) < seconds:
            time.sleep(min(EVERY, seconds - passed))
            now = measured(pid, known.database)
            said = counts[0] - first
            first = counts[0]
            yield (
                f"{time.monotonic() - began:5.0f} s  {said / EVERY:6.1f} answers/s  CPU {now['cpu']:6.1f} s  "
                f"resident {now['rss']:5.0f} MB (peak {now['peak']:5.0f})  log {now['wal']:6.1f} MB  "
                f"database {now['database']:7.1f} MB  lag {lag(store):4.1f} s"
            )


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main(count: int, seconds: int) -> None:
    born = clock.now().replace(microsecond=0)
    counts = multiprocessing.Array("d", 3, lock=False)
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as listener:
        folder = Path(name)
        port, listen = listener.getsockname()[1], free()
        known = settings(folder, port, listen)
        crossing = max(0, 2 * (seconds - 120))
        began = time.perf_counter()
        # Filling takes a while: what is said to happen happens after it.
        born += timedelta(seconds=int(os.environ.get("FILLING", count // 2500 + 20)))
        fill(known, count, crossing, born)
        print(f"made {count:,} parcels in {time.perf_counter() - began:.0f} s", flush=True)
        time.sleep(max(0.0, born.timestamp() - clock.now().timestamp()))
        server = multiprocessing.get_context("fork").Process(target=_apart, args=(listener, born, counts), daemon=True)
        server.start()
        compileall.compile_dir(Path(config.__file__).parents[1], quiet=2)  # what users have is compiled once
        command = [sys.executable, "-m", "parcelwatch", "run", "--config", str(known.path)]
        started = clock.now().timestamp()
        with (folder / "daemon.log").open("w") as log:
            daemon = subprocess.Popen(command, stdout=log, stderr=log)
        while not counts[0] and daemon.poll() is None and clock.now().timestamp() - started < 60:
            time.sleep(0.02)
        cpu = measured(daemon.pid, known.database)["cpu"]
        print(f"start to the first poll: {counts[2] - started:.2f} s, {cpu:.1f} s of CPU", flush=True)
        for line in watched(known, daemon.pid, counts, seconds, listen):
            print(line, flush=True)
        for path in ("/health", "/metrics"):
            taken, said = scraped(listen, path)
            print(f"GET {path}: {taken:.2f} s {said[:300] if path == '/health' else ''}", flush=True)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)
        server.kill()
        with Store.open(known.database) as store:
            late = delays(store, born)
        for what, each in late.items():
            shown = (each[len(each) // 2], each[int(len(each) * 0.99)], each[-1]) if each else (0.0, 0.0, 0.0)
            print(f"threshold to {what}: median {shown[0]:.2f} s, p99 {shown[1]:.2f} s, worst {shown[2]:.2f} s")
        print(
            f"{len(late['case'])} alerts of {crossing} thresholds; {counts[1]:.0f} messages; exit {daemon.returncode}"
        )
        print((folder / "daemon.log").read_text()[-1500:])


if __name__ == "__main__":
    main(*(int(each) for each in (sys.argv[1:] + ["1000000", "300"][len(sys.argv) - 1 :])))
