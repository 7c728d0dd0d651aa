"""The store keeps which scans couriers give, true to every delivery and to every one that is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from parcelwatch.core.policy import Policy
from parcelwatch.ingest import take_step
from parcelwatch.model import Answered, Checkpoint, Milestone, Parcel
from parcelwatch.store import Store, parcels
from parcelwatch.store.migrating import MIGRATIONS
from tests.databases import blank

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHINA = Policy(profile="china", channels=("ops",))
M = Milestone
HUBLESS = (M.INFO_RECEIVED, M.PICKED_UP, M.OUT_FOR_DELIVERY, M.DELIVERED)


def heard(store: Store, number: str, *milestones: Milestone, at: datetime = MONDAY + 40 * HOUR) -> int:
    """A parcel of which all this was heard at once, added when it is the first word of it."""
    times = [MONDAY + place * 10 * HOUR for place in range(len(milestones))]
    said = tuple(Checkpoint(when, when, one, text=one) for when, one in zip(times, milestones, strict=True))
    with store.transaction():
        found = store.value("SELECT id FROM parcels WHERE number = ?", (number,))
        parcel = Parcel(0, number, "acme", MONDAY, origin="CN", destination="BR")
        parcel_id: int = found or parcels.add(store, parcel, MONDAY)
        take_step(store, parcel_id, Answered(number, said), CHINA, at)
    return parcel_id


def rows(store: Store) -> set[tuple[object, ...]]:
    return set(store.all("SELECT origin, destination, kind, healthy, scanned FROM habits WHERE healthy > 0"))


def test_the_next_parcel_of_a_courier_that_skips_hubs_is_not_missed_there(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        before = heard(store, "BEFORE", M.PICKED_UP, at=MONDAY + 48 * HOUR)
        for number in range(30):
            heard(store, f"PW{number}", *HUBLESS)
        after = heard(store, "AFTER", M.PICKED_UP, at=MONDAY + 48 * HOUR)
        assert [case.kind for case in parcels.dossier(store, before).cases] == ["no_first_scan"]
        assert not parcels.dossier(store, after).cases
        heard(store, "BEFORE", M.PICKED_UP, at=MONDAY + 49 * HOUR)
        assert [case.state for case in parcels.dossier(store, before).cases] == ["open"], (
            "it goes on no more than it did"
        )


def test_hearing_of_a_delivery_again_counts_it_once_and_taking_it_back_not_at_all(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        for at in (40, 41, 42):
            heard(store, "PW1", *HUBLESS, at=MONDAY + at * HOUR)
        assert rows(store) == {
            ("CN", "BR", "no_first_scan", 1, 0),
            ("*", "*", "no_first_scan", 1, 0),
            ("CN", "BR", "not_picked_up", 1, 1),
            ("*", "*", "not_picked_up", 1, 1),
        }
        heard(store, "PW1", *HUBLESS[:3], at=MONDAY + 43 * HOUR)
        assert rows(store) == set()


def test_old_parcels_weigh_less_as_new_ones_come(tmp_path: Path) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        for number in range(401):
            heard(store, f"PW{number}", M.PICKED_UP, M.DELIVERED)
        assert ("*", "*", "no_first_scan", 200, 0) in rows(store)


@pytest.mark.parametrize(
    "milestones", [HUBLESS, (M.PICKED_UP, M.IN_TRANSIT, M.DELIVERED), (M.INFO_RECEIVED, M.DELIVERED)]
)
def test_a_database_of_before_knows_what_it_would_have_learned(
    tmp_path: Path, milestones: tuple[Milestone, ...]
) -> None:
    path = tmp_path / "watch.db"
    with Store.open(path) as store:
        heard(store, "PW1", *milestones)
        heard(store, "PW2", *milestones)
        heard(store, "PW3", *milestones[:-1])
        kept = rows(store)
    db = Database(path)
    with db.conn:
        db.execute("DROP TABLE habits")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm016_habits'")
    MIGRATIONS.apply(db)
    db.close()
    with Store.open(path) as store:
        assert rows(store) == kept != set()
