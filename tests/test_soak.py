"""The soak of tests/benchmarks, small: two days with faults and deaths in between. The whole of it takes minutes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.benchmarks.soak import soak


def test_two_days_of_faults_count_as_the_model_does_and_nothing_grows(tmp_path: Path) -> None:
    report = soak(tmp_path, days=2, parcels=200, step=timedelta(hours=1))
    assert report.wrong == []
    assert report.added == 200
    assert (report.waiting, report.dead) == (0, 0)
    assert report.killed >= 3
    assert report.full >= 1
    assert max(report.taken.copies.values()) <= 3
    first, last = report.sizes[0], report.sizes[-1]
    assert last.ours - first.ours < 100
    assert last.memory - first.memory < 40_000_000
    assert last.file < 4_000_000
    assert last.log < 8_000_000
