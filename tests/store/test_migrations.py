"""A database of an earlier version is brought up to date and loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from parcelwatch.core.pacing import Window
from parcelwatch.store import Store, accounts, evidence, parcels
from parcelwatch.store.rows import to_ms
from parcelwatch.store.schema import MIGRATIONS, NAMES

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = datetime(2026, 3, 2, tzinfo=UTC)


def old_database(path: Path) -> None:
    """What the first version left behind: a parcel registered at an aggregator, an account, an unread code."""
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m002_couriers")
    with db.conn:
        db.execute(
            "INSERT INTO parcels (number, courier, added_at, poll_at, registered, milestone) "
            "VALUES ('PW1', 'track', ?, ?, 1, 'in_transit')",
            (to_ms(NOW), to_ms(NOW)),
        )
        db.execute(
            "INSERT INTO accounts (name, failures, opened_times, refused, last_error, day_start, used, calls) "
            "VALUES ('track', 0, 0, '', '', ?, 40, 99)",
            (to_ms(TODAY),),
        )
        db.execute("INSERT INTO unknown_codes VALUES ('track', 'Q7', 'x', 4, ?, ?, NULL)", (to_ms(NOW), to_ms(NOW)))
    db.close()


def test_a_database_of_the_first_version_opens_with_all_it_held(tmp_path: Path) -> None:
    old_database(tmp_path / "watch.db")
    with Store.open(tmp_path / "watch.db") as store:
        _, pace = accounts.load(store, "track")
        assert pace.windows == (Window(86_400, TODAY, 40),)
        assert accounts.rows(store)[0]["calls"] == 99
        (row,) = evidence.unknown(store, "track")
        assert (row["count"], row["parcels"]) == (4, 0)
        with store.transaction():
            (claimed,) = parcels.claim(store, "track", NOW, NOW, 9)
        assert (claimed.ask.number, claimed.registered) == ("PW1", True)
        assert parcels.one(store, claimed.parcel_id).successor == ""


def test_what_was_claimed_when_a_claim_still_moved_the_due_time_is_asked_again_and_not_too_soon(
    tmp_path: Path,
) -> None:
    path = tmp_path / "watch.db"
    old_database(path)
    db = Database(path)
    with db.conn:
        lease = to_ms(NOW + timedelta(minutes=1))
        db.execute("UPDATE parcels SET claimed_at = ?, poll_at = ?, lease_until = ?", (to_ms(NOW), lease, lease))
    db.close()
    with Store.open(path) as store:
        assert parcels.next_poll(store, "track") == NOW + timedelta(minutes=31)
        assert parcels.watched(store, "track") == 1


def test_every_migration_is_known_by_name(tmp_path: Path) -> None:
    with Store.open(tmp_path / "watch.db") as store:
        assert [migration.name for migration in MIGRATIONS.applied(store.db)] == list(NAMES)
