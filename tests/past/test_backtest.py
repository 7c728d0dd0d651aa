"""Backtests in parts: whatever processes play them, they come to the same."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from parcelwatch.past.backtest import BATCH, FromFile, Plan, run
from parcelwatch.past.histories import Fault, Reader
from parcelwatch.verbs.records import open_source
from tests.benchmarks.replaying import START, rows


def played(path: Path, policy: Path, workers: int) -> tuple[Any, ...]:
    source = open_source(str(path))
    rows_of = FromFile.of(source, Reader())
    parts = partial(rows_of.parts, source)
    plan = Plan(rows_of, (policy,), parts, parts, UTC, workers=workers)
    faults, done = list[Fault](), list[tuple[str, int]]()
    with run(plan, faults.append, lambda what, far: done.append((what, far))) as results:
        return results.figures(("new",)), list(results.parcels()), faults, done


def test_two_processes_come_to_the_same_as_one(tmp_path: Path) -> None:
    path, policy = tmp_path / "histories.jsonl", tmp_path / "policy.toml"
    path.write_text("\n".join([*rows(2 * BATCH), "nonsense", *rows(BATCH)]), encoding="utf-8")
    policy.write_text('[service]\ndatabase = "x.db"\n', encoding="utf-8")
    alone, together = played(path, policy, 1), played(path, policy, 2)
    assert alone == together
    figures, parcels, faults, done = together
    assert figures["new"]["alerts"] > BATCH / 10
    assert parcels
    assert [fault.line for fault in faults] == [2 * BATCH + 1]
    assert done == sorted(done)
    assert done[-1] == ("playing", path.stat().st_size)


def test_what_scans_a_courier_hardly_ever_gives_is_learned_from_the_days_before(tmp_path: Path) -> None:
    way = [("picked_up", 9), ("out_for_delivery", 80), ("delivered", 84)]
    lines = []
    for place in range(60):
        began = START + timedelta(days=place)
        scans = [{"occurred_at": (began + timedelta(hours=at)).isoformat(), "milestone": said} for said, at in way]
        lines.append(json.dumps({"number": f"PW{place:09}XX", "courier": "acme", "checkpoints": scans}))
    path, policy = tmp_path / "histories.jsonl", tmp_path / "policy.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    policy.write_text('[service]\ndatabase = "x.db"\n[thresholds]\nprofile = "china"\n', encoding="utf-8")
    told = {each.number for each in played(path, policy, 1)[1]}
    assert {"PW000000000XX", "PW000000030XX"} <= told
    assert not {"PW000000040XX", "PW000000059XX"} & told
