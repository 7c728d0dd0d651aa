"""How fast the store is with a million parcels in it: claims, and load-advance-save as ingest does it.

Run it from the top of the project: `python -m tests.benchmarks.store_million [parcels]`. It needs about 1.5 GB below
the temporary directory and two minutes, and prints what it measured.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from parcelwatch.core.advance import advance
from parcelwatch.core.policy import Policy
from parcelwatch.model import Answered, Checkpoint, Milestone, Order, Parcel
from parcelwatch.store import Store, outbox, parcels

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BATCH = 40
ROUNDS = 100


PUT = """
INSERT INTO checkpoints (parcel_id, occurred_at, occurred_until, code, text, place, milestone, seen_at)
VALUES (?, ?, ?, ?, ?, ?, 'in_transit', ?)
"""


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "million.db") as store:
        report("add, parcels/s", count / timed(lambda: fill(store, count)))
        history(store, count)
        store.checkpoint()
        claims = [claim(store, NOW + timedelta(seconds=turn)) for turn in range(ROUNDS)]
        for what, times in zip(("without commit", "with commit"), zip(*claims, strict=True), strict=True):
            report(f"claim of {BATCH}, {what}, ms, median", median(times) * 1000)
            report(f"claim of {BATCH}, {what}, ms, worst", max(times) * 1000)
        report("first answers, parcels/s", BATCH * ROUNDS / timed(lambda: ingest(store, NOW, 8)))
        report("the same answers again, parcels/s", BATCH * ROUNDS / timed(lambda: ingest(store, NOW + LATER, 8)))
        report("one checkpoint more, parcels/s", BATCH * ROUNDS / timed(lambda: ingest(store, NOW + 2 * LATER, 9)))
        report("a look at the outbox, ms", timed(lambda: look(store)) * 1000)
        report("database, MB", sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6)
        report("resident, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


LATER = timedelta(hours=6)


def report(what: str, value: float) -> None:
    print(f"{what:45} {value:12,.2f}")


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def fill(store: Store, count: int) -> None:
    for first in range(0, count, 10_000):
        with store.transaction():
            for n in range(first, min(first + 10_000, count)):
                parcels.add(
                    store, Parcel(0, f"PW{n:010}", "acme", NOW, destination="DE", orders=(Order(f"O-{n}"),)), NOW
                )


def history(store: Store, count: int) -> None:
    """The five oldest checkpoints for every parcel, put in by plain SQL: their weight is what matters here."""
    times = [int(said.occurred_at.timestamp() * 1000) for said in answer("", 5).checkpoints]
    for start in range(1, count + 1, 50_000):
        rows = [
            (parcel_id, at, at, "T", "Departed from facility", "Hub", times[-1])
            for parcel_id in range(start, min(start + 50_000, count + 1))
            for at in times
        ]
        with store.transaction():
            store.write_many(PUT, rows)


def claim(store: Store, now: datetime) -> tuple[float, float]:
    """Seconds until the claim is made, and until it is on the disk."""
    began = perf_counter()
    with store.transaction():
        claimed = parcels.claim(store, "acme", now, now + timedelta(hours=1), BATCH)
        made = perf_counter()
    assert len(claimed) == BATCH
    return made - began, perf_counter() - began


def ingest(store: Store, now: datetime, said: int) -> None:
    """Batches of parcels spread over the whole table, as the shell saves them."""
    policy = Policy(channels=("ops",))
    count = store.value("SELECT max(id) FROM parcels")
    ids = [1 + (n * 7919) % count for n in range(BATCH * ROUNDS)]
    for first in range(0, len(ids), BATCH):
        with store.transaction():
            for parcel_id in ids[first : first + BATCH]:
                with store.savepoint():
                    before = parcels.dossier(store, parcel_id)
                    step = advance(before, answer(before.parcel.number, said), policy, now)
                    parcels.save(store, before, step, now)


def answer(number: str, said: int) -> Answered:
    times = [NOW - timedelta(hours=20 - 2 * k) for k in range(said)]
    return Answered(
        number,
        tuple(Checkpoint(at, at, Milestone.IN_TRANSIT, None, "T", "Departed from facility", "Hub") for at in times),
    )


def look(store: Store) -> None:
    with store.transaction():
        assert outbox.claim(store, NOW, NOW + timedelta(minutes=1)) is None


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
