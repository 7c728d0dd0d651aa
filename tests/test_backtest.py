"""Backtests in parts: whatever processes play them, they come to the same."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

from parcelwatch.backtest import BATCH, FromFile, Plan, run
from parcelwatch.histories import Fault, Reader
from parcelwatch.verbs.records import open_source
from tests.benchmarks.replaying import rows


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
