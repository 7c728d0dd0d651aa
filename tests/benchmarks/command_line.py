"""What commands cost: processor time of a process each, beside another checkout of parcelwatch if one is named.

    .venv/bin/python -m tests.benchmarks.command_line [CASES] [OTHER_CHECKOUT]

Twenty open cases among as many parcels in one database, CASES in the other; each command runs several times, by turns
in each checkout, and the best counts. Then CSV files of ten times as many rows are imported, one of them with something
to warn of in every row.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from parcelwatch import clock, config
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Order, Parcel
from parcelwatch.store import Store, parcels

HERE = Path(__file__).parents[2]
ROUNDS = 5
FEW = 20
COMMANDS = (
    ("--help",),
    ("cases", "list"),
    ("parcels", "list"),
    ("why", "CL000000000001"),
    ("doctor",),
)


def settings(folder: Path) -> config.Config:
    folder.mkdir()
    path = folder / "config.toml"
    path.write_text(
        '[service]\ndatabase = "bench.db"\n[couriers.dhl]\napi = "dhl"\nkey = "benchmark-key"\n'
        '[channels.ops]\nurl = "json://127.0.0.1:9/alerts"\n'
    )
    return config.load(path)


def fill(known: config.Config, count: int) -> None:
    """So many parcels, each damaged yesterday."""
    now = clock.now()
    at = now - timedelta(days=1)
    scans = (
        Checkpoint(
            at - timedelta(days=1), at - timedelta(days=1), Milestone.PICKED_UP, None, "PU", "Picked up", "Bonn"
        ),
        Checkpoint(at, at, Milestone.EXCEPTION, Cause.DAMAGED, "DMG", "The parcel is damaged", "Leipzig"),
    )
    numbers = [f"CL{place:012}" for place in range(1, count + 1)]
    with Store.open(known.database) as store:
        for first in range(0, count, 1000):
            with store.transaction():
                heard = [
                    Heard(
                        parcels.add(store, Parcel(0, number, "dhl", at, orders=(Order(f"O-{number}"),)), now),
                        Answered(number, scans),
                        now,
                    )
                    for number in numbers[first : first + 1000]
                ]
                ingest(store, heard, known.policy())


def spent(checkout: Path, folder: Path, *words: str) -> tuple[float, int]:
    """Seconds of processor time, and the exit code."""
    command = [sys.executable, "-m", "parcelwatch", *words]
    if words != ("--help",):
        command += ["--config", str(folder / "config.toml")]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what users have is compiled once
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as one:
        said = one.stderr.read() if one.stderr else b""
        _, status, used = os.wait4(one.pid, 0)
        one.returncode = os.waitstatus_to_exitcode(status)
    assert one.returncode in (0, 1), said
    return used.ru_utime + used.ru_stime, one.returncode


def beside(checkouts: list[Path], folder: Path, *words: str, rounds: int = ROUNDS) -> None:
    best = dict.fromkeys(checkouts, float("inf"))
    for checkout in checkouts if rounds > 1 else ():
        spent(checkout, folder, *words)  # compiles it
    for _ in range(rounds):
        for checkout in checkouts:
            best[checkout] = min(best[checkout], spent(checkout, folder, *words)[0])
    said = "  ".join(f"{seconds:6.2f} s" for seconds in best.values())
    ratio = f"  ratio {best[checkouts[0]] / best[checkouts[1]]:.2f}" if len(checkouts) > 1 else ""
    print(f"{folder.name:>8}  {' '.join(words[:2]):24} {said}{ratio}", flush=True)


HEADINGS = "number,courier,order,destination,customer,language\n"


def sheet(path: Path, rows: int, *, faulty: bool) -> None:
    """`faulty`: no row but has something that is warned of."""
    where = "Atlantis" if faulty else "DE"
    lines = (f"IM{'W' if faulty else 'P'}{place:010},dhl,O-{place},{where},Kim,de\n" for place in range(rows))
    path.write_text(HEADINGS + "".join(lines))


def main(count: int, other: Path | None) -> None:
    checkouts = [HERE, *([other.absolute()] if other else [])]
    with tempfile.TemporaryDirectory() as name:
        for each in (FEW, count):
            folder = Path(name) / str(each)
            fill(settings(folder), each)
            for words in COMMANDS:
                beside(checkouts, folder, *words, rounds=ROUNDS if each == FEW else 2)
        for faulty in (False, True):
            for place, checkout in enumerate(checkouts):
                folder = Path(name) / f"{'warned' if faulty else 'plain'}{place}"
                settings(folder)
                sheet(folder / "rows.csv", 10 * count, faulty=faulty)
                beside([checkout], folder, "parcels", "import", str(folder / "rows.csv"), rounds=1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
