"""A database whose files are moved, deleted or replaced while it is open: nothing is lost that can be kept."""

from __future__ import annotations

import fcntl
import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parcelwatch.errors import StoreBusy, StoreMoved
from parcelwatch.model import Parcel
from parcelwatch.store import Store, backup, copies, parcels, service
from tests.databases import blank

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return blank(tmp_path / "shop.db")


def add(store: Store, number: str) -> None:
    with store.transaction():
        parcels.add(store, Parcel(0, number, "dhl", NOW), NOW)


def known(path: Path) -> list[str]:
    with Store.open(path, create=False) as store:
        assert store.unsound() is None
        return [number for (number,) in store.all("SELECT number FROM parcels ORDER BY number")]


def other(tmp_path: Path, *numbers: str) -> Path:
    """Another database, one plain file."""
    made = blank(tmp_path / "other.db")
    with Store.open(made) as store:
        for number in numbers:
            add(store, number)
    return made


@pytest.mark.parametrize(("suffix", "anew"), [("", False), ("-wal", True), ("-shm", True)])
@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_nothing_is_written_to_files_that_lie_there_no_more(path: Path, suffix: str, anew: bool, how: str) -> None:
    with Store.open(path) as store:
        file = Path(f"{path}{suffix}")
        file.unlink() if how == "deleted" else file.rename(f"{file}.elsewhere")
        with pytest.raises(StoreMoved, match="moved or deleted") as raised:
            add(store, "31")
        assert raised.value.anew is anew


def test_a_database_that_is_put_back_is_used_as_before(path: Path) -> None:
    away = path.with_name("away.db")
    with Store.open(path) as store:
        path.rename(away)
        with pytest.raises(StoreMoved):
            add(store, "31")
        away.rename(path)
        add(store, "32")
    assert known(path) == ["32"]


def test_a_database_that_takes_the_place_of_an_open_one_gets_nothing_of_its_log(path: Path, tmp_path: Path) -> None:
    new = other(tmp_path, "41", "42")
    store = Store.open(path)
    add(store, "31")
    path.rename(tmp_path / "old.db")
    new.rename(path)
    with pytest.raises(StoreMoved, match="replaced") as raised:
        add(store, "32")
    assert raised.value.anew
    store.close()
    assert not Path(f"{path}-wal").exists()
    assert known(path) == ["41", "42"]
    assert known(tmp_path / "old.db") == ["31"]


def test_what_only_a_deleted_log_held_is_in_the_database_once_it_is_closed(path: Path) -> None:
    store = Store.open(path)
    with Store.open(path):  # who closes while another has it open is not the one that empties the log
        add(store, "31")
        Path(f"{path}-wal").unlink()
        Path(f"{path}-shm").unlink()
        store.close()
    assert known(path) == ["31"]


@pytest.mark.parametrize("how", ["deleted", "replaced", "log deleted"])
def test_nobody_comes_between_while_a_daemon_has_the_old_files_open(path: Path, tmp_path: Path, how: str) -> None:
    new = other(tmp_path, "41")
    with Store.open(path) as store:
        store.hold_daemon_lock()
        Path(f"{path}-wal").unlink() if how == "log deleted" else path.unlink()
        if how == "replaced":
            new.rename(path)
        with pytest.raises(StoreMoved, match=str(os.getpid())):
            Store.open(path)
        assert service.holder(path) == os.getpid()
    with Store.open(path):
        assert service.holder(path) is None


def test_a_database_that_was_deleted_under_a_daemon_is_saved_whole(path: Path) -> None:
    with Store.open(path) as store:
        store.hold_daemon_lock()
        add(store, "31")
        path.unlink()
        saved = store.rescue()
    assert saved is not None
    backup.restore(path, saved, NOW)
    assert known(path) == ["31"]


def test_what_was_saved_of_one_database_stays_when_the_next_is_deleted_too(path: Path) -> None:
    saved: list[Path] = []
    for number in ("31", "32"):
        if saved:
            backup.restore(path, saved[-1], NOW)
        with Store.open(path) as store:
            store.hold_daemon_lock()
            add(store, number)
            path.unlink()
            copy = store.rescue()
        assert copy is not None
        saved.append(copy)
    assert [known(copy) for copy in saved] == [["31"], ["31", "32"]]
    newest = copies.newest(path)
    assert newest is not None
    assert newest.path == saved[1]


def test_who_only_looks_for_a_daemon_is_not_taken_for_one(path: Path) -> None:
    """Whoever opens the database does so, for a moment, with the lock of writers held."""
    with Store.open(path, lock_wait=0.01) as store, closing(Store.open(path)) as other:
        with other.writing(), Path(f"{path}.lock").open("wb") as note:
            fcntl.flock(note, fcntl.LOCK_SH)
            with pytest.raises(StoreBusy):
                store.hold_daemon_lock()
        store.hold_daemon_lock()


def test_no_empty_database_takes_the_place_of_one_that_was_deleted_under_a_daemon(path: Path) -> None:
    with Store.open(path) as store:
        store.hold_daemon_lock()
        add(store, "31")
        path.unlink()
        with pytest.raises(StoreMoved, match=rf"daemon \(process {os.getpid()}\).*db restore"):
            Store.open(path)
        saved = store.rescue()
    assert saved is not None
    with pytest.raises(StoreMoved, match=f"db restore {saved}"):
        Store.open(path)
    assert not path.exists()
    backup.restore(path, saved, NOW)
    assert known(path) == ["31"]
    path.unlink()
    saved.unlink()
    with Store.open(path):
        assert known(path) == []


def test_a_database_that_lies_elsewhere_is_not_copied(path: Path) -> None:
    with Store.open(path) as store:
        store.hold_daemon_lock()
        path.rename(path.with_name("away.db"))
        assert store.rescue() is None


def test_a_backup_gets_nothing_of_the_log_that_a_deleted_database_left(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.db"
    with Store.open(path) as store:
        add(store, "31")
        backup.backup(store, kept)
        add(store, "32")
        log = Path(f"{path}-wal").read_bytes()
    path.unlink()
    Path(f"{path}-wal").write_bytes(log)  # as a process that was killed leaves it
    backup.restore(path, kept, NOW)
    assert not Path(f"{path}-wal").exists()
    assert known(path) == ["31"]
