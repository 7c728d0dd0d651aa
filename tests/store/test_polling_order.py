"""Who is asked first when a quota cannot cover all that is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.policy import Policy
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Parcel
from parcelwatch.store import Store, parcels
from tests.databases import blank

M = Milestone
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(profile="china")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def watch(store: Store, number: str, scanned: timedelta, milestone: Milestone, cause: Cause | None = None) -> None:
    at = NOW - scanned
    with store.transaction():
        added = parcels.add(store, Parcel(0, number, "dhl", at), at)
        said = Answered(number, (Checkpoint(at, at, milestone, cause),))
        ingest(store, [Heard(added, said, at)], POLICY)


def first(store: Store, now: datetime, limit: int) -> list[str]:
    with store.transaction():
        return [one.ask.number for one in parcels.claim(store, "dhl", now, now + HOUR, limit)]


def test_trouble_goes_before_a_passed_threshold_and_that_before_the_longest_due(store: Store) -> None:
    watch(store, "NEAR", timedelta(hours=40), M.IN_TRANSIT)
    watch(store, "LONGEST-DUE", timedelta(hours=10), M.IN_TRANSIT)
    watch(store, "DAMAGED", timedelta(hours=2), M.EXCEPTION, Cause.DAMAGED)
    with store.transaction():
        parcels.poll_again(store, [2], NOW - 5 * HOUR)
        parcels.poll_again(store, [1, 3], NOW)
    assert first(store, NOW + 9 * HOUR, 3) == ["DAMAGED", "NEAR", "LONGEST-DUE"]


def test_a_threshold_that_passed_unasked_overtakes_what_is_merely_due(store: Store) -> None:
    watch(store, "NEAR", timedelta(hours=40), M.IN_TRANSIT)
    for number in range(20):
        watch(store, f"DUE-{number}", timedelta(hours=10), M.IN_TRANSIT)
    with store.transaction():
        parcels.poll_again(store, range(2, 22), NOW - 5 * HOUR)
        parcels.poll_again(store, [1], NOW)
    assert first(store, NOW + HOUR, 1) != ["NEAR"]
    assert first(store, NOW + 9 * HOUR, 1) == ["NEAR"]


def test_an_answer_puts_a_parcel_back_among_the_ordinary_ones(store: Store) -> None:
    watch(store, "NEAR", timedelta(hours=40), M.IN_TRANSIT)
    later = NOW + 9 * HOUR
    assert first(store, later, 1) == ["NEAR"]
    with store.transaction():
        moved = Checkpoint(later, later, M.IN_TRANSIT, None, text="moved")
        ingest(store, [Heard(1, Answered("NEAR", (moved,)), later)], POLICY)
    watch(store, "DUE", timedelta(hours=10), M.IN_TRANSIT)
    with store.transaction():
        parcels.poll_again(store, [2], later)
        parcels.poll_again(store, [1], later + HOUR)
    assert first(store, later + 2 * HOUR, 1) == ["DUE"]
