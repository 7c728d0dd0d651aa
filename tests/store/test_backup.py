"""A backup is whole, private and one file, whoever writes meanwhile."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from parcelwatch.errors import StoreError
from parcelwatch.store import Store, audit, backup, parcels
from tests.servers import PATIENCE
from tests.store.making import NOW, add, parcel


def test_a_backup_opens_as_a_database_and_holds_what_was_committed(store: Store, tmp_path: Path) -> None:
    add(store, "PW1")
    target = tmp_path / "copy.db"
    backup.backup(store, target)
    add(store, "PW2")
    with Store.open(target, check=True) as copy:
        assert [row["number"] for row in parcels.rows(copy)] == ["PW1"]


def test_a_backup_is_one_file_its_owner_alone_can_read(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    before = os.umask(0)
    try:
        backup.backup(store, folder / "copy.db")
    finally:
        os.umask(before)
    assert [one.name for one in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def test_a_backup_replaces_the_one_before(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    backup.backup(store, target)
    add(store)
    backup.backup(store, target)
    with Store.open(target) as copy:
        assert len(parcels.find(copy, "PW1")) == 1


def test_a_backup_cannot_replace_the_database(store: Store) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        backup.backup(store, store.path)
    assert audit.check(store, NOW) == []


def test_a_backup_never_replaces_a_file_that_is_no_backup(store: Store, tmp_path: Path) -> None:
    mine = tmp_path / "config.toml"
    mine.write_text("[service]")
    with pytest.raises(StoreError, match="is no backup"):
        backup.backup(store, mine)
    assert mine.read_text() == "[service]"


def test_a_backup_that_fails_leaves_the_one_before_and_no_rest(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written: No such file"):
        backup.backup(store, tmp_path / "missing" / "copy.db")
    with pytest.raises(StoreError, match="cannot be written: Is a directory"):
        backup.backup(store, tmp_path)
    assert not list(tmp_path.parent.glob("*.part"))


PAIRS = """
import sys
from parcelwatch.store import Store, parcels
from tests.store.making import NOW, parcel
with Store.open(sys.argv[1]) as store:
    print("open", flush=True)
    for n in range(200):
        with store.transaction():
            parcels.add(store, parcel(f"A{n}"), NOW)
            parcels.add(store, parcel(f"B{n}"), NOW)
"""


def test_a_backup_under_writes_holds_whole_transactions_only(store: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PAIRS, str(store.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        seen = [copied(store, tmp_path / f"copy{n}.db") for n in range(6)]
        assert writer.wait(PATIENCE) == 0
    assert all(firsts == seconds for firsts, seconds in seen)
    assert copied(store, tmp_path / "last.db") == (200, 200)


def copied(store: Store, target: Path) -> tuple[int, int]:
    backup.backup(store, target)
    with Store.open(target, check=True) as copy:
        counts = (copy.value("SELECT count(*) FROM parcels WHERE number LIKE ?", (f"{side}%",)) for side in "AB")
        first, second = counts
        return first, second


def test_a_store_belongs_to_the_thread_that_opened_it(store: Store) -> None:
    refused: list[BaseException] = []

    def elsewhere() -> None:
        try:
            store.all("SELECT 1")
        except Exception as error:  # noqa: BLE001
            refused.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "thread" in str(refused[0])
    with store.transaction():
        parcels.add(store, parcel(), NOW)
