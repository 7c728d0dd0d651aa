"""Five thousand parcels of one hub stand still among as many that are fine: what agents are told, and what it takes.

Run it from the top of the project: `python -m tests.benchmarks.incidents [parcels]`. It takes a few minutes.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from parcelwatch.model import Cause
from parcelwatch.store import surveys
from parcelwatch.telling import incidents as watching
from tests.quiet_office import HOUR, MINUTE
from tests.standstill import DAY, STALLED, Courier, M, at

QUARTER = 15 * MINUTE


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dhl = Courier(Path(folder))
        dhl.usual(at("Leipzig", count, count // 50), at("Berlin", count, count // 50))
        healthy, stuck = dhl.add(count, "Berlin"), dhl.add(count, "Leipzig")
        dhl.wait(STALLED - HOUR, step=6 * HOUR)
        dhl.scan(healthy, "Bonn")
        report("all of them in trouble, s", timed(lambda: dhl.stall(stuck, within=2 * HOUR)))
        for one in stuck[:12]:
            dhl.scan([one], "Leipzig", M.EXCEPTION, Cause.DAMAGED)
            dhl.wait(QUARTER)
        report("counting all parcels, ms", 1000 * timed(lambda: surveys.everything(dhl.store, dhl.office.now)))
        report("counting those in trouble, ms", 1000 * timed(lambda: surveys.troubled(dhl.store, dhl.office.now)))
        report("a look that counts all, ms", 1000 * timed(lambda: look(dhl, watching.Lookout())))
        seen = watching.Lookout()
        look(dhl, seen)
        report("a look at which nothing moved, ms", 1000 * timed(lambda: look(dhl, seen)))
        report("all of them moving, s", timed(lambda: dhl.scan(stuck[12:], "Halle")))
        dhl.wait(HOUR)
        dhl.wait(DAY, step=HOUR)
        said = Counter(f"{row.kind} {row.why}" for one in dhl.told() for row in one.group.rows)
        for what, times in said.most_common():
            report(f"told: {what}", times)
        report("messages", len(dhl.told()))
        report("incidents", len(dhl.incidents))


def look(dhl: Courier, seen: watching.Lookout) -> None:
    with dhl.store.transaction():
        watching.look(dhl.store, seen, dhl.office.policy, dhl.office.now + timedelta(seconds=1))


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def report(what: str, value: float) -> None:
    print(f"{what:45} {value:12,.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
