"""How fast histories are replayed, beside `advance` as the daemon runs it, in the same run.

    .venv/bin/python -m tests.benchmarks.replaying [PARCELS]

Histories of eight checkpoints, all promised, some late or stalled: replayed by core.past.replay; read from a file and
then replayed; and driven through `advance`, which takes an answer whenever something is new or a deadline falls. One
core, processor time; the best of several rounds each, by turns.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from parcelwatch.core.advance import advance
from parcelwatch.core.dispatch import way
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import Told, hearings, replay
from parcelwatch.core.policy import Policy
from parcelwatch.model import Answered, CaseTold, Dossier
from parcelwatch.past.histories import Reader, columns, read_records
from parcelwatch.verbs.records import open_source, records

ROUNDS = 3
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
WAY = (
    "info_received",
    "picked_up",
    "in_transit",
    "in_transit",
    "in_transit",
    "in_transit",
    "out_for_delivery",
    "delivered",
)
POLICY = Policy(channels=("ops",))


def rows(count: int) -> list[str]:
    """Lines of a file of histories, the same every time."""
    dice = random.Random(count)
    return [json.dumps(_row(place, dice)) for place in range(count)]


def _row(place: int, dice: random.Random) -> dict[str, object]:
    at = began = START + timedelta(minutes=7 * place)
    slow = 4.0 if dice.random() < 0.06 else 1.0
    scans = []
    for milestone in WAY:
        at += timedelta(hours=dice.gammavariate(2, 7) * slow)
        scans.append({"occurred_at": at.isoformat(), "milestone": milestone, "place": "Hub"})
    return {
        "number": f"PW{place:09}XX",
        "courier": "acme",
        "origin": "DE",
        "destination": dice.choice(("DE", "FR", "BR")),
        "announced_at": began.isoformat(),
        "promised_by": (began + timedelta(days=9)).isoformat(),
        "checkpoints": scans,
    }


def daemon(history: History, policy: Policy = POLICY) -> Iterator[Told]:
    """What is told of one parcel by `advance`, asked whenever something is new or a deadline falls."""
    dossier = Dossier(history.parcel())
    coming = list(hearings(history, dossier.parcel.added_at))
    said = Answered(history.number)
    now: datetime | None = coming[0].at
    while now is not None:
        while coming and coming[0].at <= now:
            listed = tuple(entry.checkpoint for entry in coming.pop(0).timeline.entries)
            said = Answered(history.number, listed)
        step = advance(dossier, said, policy, now)
        for one in step.notices:
            if isinstance(one, CaseTold) and not way(one, dossier.parcel, policy, now, first=step.first).suppressed:
                yield Told(one.case.kind, one.case.severity, one.why, now, one.case.since)
        dossier = step.dossier
        doubtful = any(case.cleared and case.live for case in dossier.cases)
        ahead = (coming[0].at if coming else None, step.due_at, step.assess_at, step.poll_at if doubtful else None)
        now = min((at for at in ahead if at is not None and at > now), default=None)


def replayed(history: History) -> int:
    return sum(1 for _ in replay(history, POLICY))


def measured(play: Callable[[], int], count: int) -> tuple[float, int]:
    """Parcels a second, and alerts."""
    began = process_time()
    alerts = play()
    return count / (process_time() - began), alerts


def _histories(path: Path) -> Iterator[History]:
    source = open_source(str(path))
    return read_records(records(source), Reader(), lambda _: None, columns(source))


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "histories.jsonl"
        path.write_text("\n".join(rows(count)), encoding="utf-8")
        known: Sequence[History] = list(_histories(path))
        plays: dict[str, Callable[[], int]] = {
            "replay": lambda: sum(map(replayed, known)),
            "file read and replayed": lambda: sum(map(replayed, _histories(path))),
            "advance, as the daemon runs it": lambda: sum(sum(1 for _ in daemon(each)) for each in known),
        }
        best: dict[str, tuple[float, int]] = {}
        for _ in range(ROUNDS):
            for name, play in plays.items():
                best[name] = max(best.get(name, (0.0, 0)), measured(play, count))
    base = best["advance, as the daemon runs it"][0]
    for name, (speed, alerts) in best.items():
        print(f"{name:32} {speed:8.0f} parcels/s  {speed / base:5.1f} x  {alerts} alerts")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
