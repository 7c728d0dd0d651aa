"""Taking in what was heard: what operators hear of an answer beside what it says of its parcel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.tracking.timeline import READ
from parcelwatch.ingest import take_step
from parcelwatch.model import Answered, Checkpoint, Milestone, Parcel
from parcelwatch.store import Store, evidence, parcels
from tests.databases import blank

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def listed(count: int) -> Answered:
    """So many scans, the last of them now."""
    times = [NOW - timedelta(minutes=count - at) for at in range(count)]
    return Answered("JD1", tuple(Checkpoint(at, at, Milestone.IN_TRANSIT) for at in times))


def test_operators_hear_once_of_a_parcel_whose_list_is_too_long_to_be_read_whole(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store, store.transaction():
        parcel_id = parcels.add(store, Parcel(0, "JD1", "dhl", NOW - timedelta(days=3)), NOW)
        take_step(store, parcel_id, listed(READ - 1), Policy(), NOW)
        assert evidence.unknown(store, "dhl") == []
        for hour in (1, 2):
            take_step(store, parcel_id, listed(READ), Policy(), NOW + timedelta(hours=hour))
        (row,) = evidence.unknown(store, "dhl", untold=True)
        assert (row["code"], row["count"], row["numbers"]) == (UNREADABLE, 1, ["JD1"])
        assert f"only the newest {READ} of a list are read" in row["text"]
