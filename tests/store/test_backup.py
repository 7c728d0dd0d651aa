"""A backup is whole, private and one file, whoever writes meanwhile."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from parcelwatch.errors import StoreDamaged, StoreError, StoreLocked
from parcelwatch.store import Store, audit, backup, copies, parcels
from parcelwatch.store.migrating import MIGRATIONS
from parcelwatch.store.schema import NAMES
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


def test_a_backup_follows_no_link_that_lies_where_it_writes(store: Store, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Lin")
    (tmp_path / "copy.db.part").symlink_to(letter)
    with pytest.raises(StoreError, match=r"copy\.db\.part is in the way"):
        backup.backup(store, tmp_path / "copy.db")
    (tmp_path / "copy.db.part").unlink()
    (tmp_path / "copy.db.part").write_text("mine")
    with pytest.raises(StoreError, match="is no backup"):
        backup.backup(store, tmp_path / "copy.db")
    assert (letter.read_text(), (tmp_path / "copy.db.part").read_text()) == ("Dear Lin", "mine")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: socket.socket(socket.AF_UNIX).bind(str(path))])
def test_what_is_no_file_is_neither_replaced_by_a_backup_nor_waited_for(
    store: Store, make: Callable[[Path], None], tmp_path: Path
) -> None:
    place = tmp_path / "place"
    make(place)
    before = place.lstat()
    with pytest.raises(StoreError, match="cannot be replaced"):
        backup.backup(store, place)
    with pytest.raises(StoreError, match="cannot be read"):
        backup.examine(place)
    assert place.lstat() == before
    assert not list(tmp_path.glob("*.part"))


def test_what_is_no_file_is_no_place_for_a_database_to_be_restored_to(store: Store, tmp_path: Path) -> None:
    backup.backup(store, tmp_path / "copy.db")
    os.mkfifo(tmp_path / "pipe.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "pipe.db")
    for place in (tmp_path / "pipe.db", tmp_path / "link.db", tmp_path):
        with pytest.raises(StoreError, match="is not a file"):
            backup.restore(place, tmp_path / "copy.db", NOW)
    assert (tmp_path / "pipe.db").is_fifo()


def test_a_backup_that_was_cut_off_does_not_stand_in_the_way_of_the_next(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db.part").touch(mode=0o666)
    backup.backup(store, tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_link_to_the_database_is_no_place_for_its_backup(store: Store, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(store.path)
    with pytest.raises(StoreError, match="is the database itself"):
        backup.backup(store, tmp_path / "link.db")


# --- and back ------------------------------------------------------------------------------------


def spoil(path: Path, pages: range = range(4, 12)) -> bytes:
    """Random bytes over some pages, as a dying disk leaves them."""
    whole = bytearray(path.read_bytes())
    for page in pages:
        whole[4096 * page : 4096 * (page + 1)] = os.urandom(4096)
    path.write_bytes(whole)
    return bytes(whole)


def test_a_damaged_database_says_which_tables_where_the_backup_is_and_what_to_type(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        for n in range(200):
            add(store, f"PW{n}", order="x" * 100)
        backup.backup(store, tmp_path / "copy.db")
    spoil(path)
    said = rf"is damaged: .* \(in .*parcels.*\).*newest backup known is {tmp_path}/copy.db, of .* UTC.*db restore"
    with pytest.raises(StoreDamaged, match=said):
        Store.open(path, check=True)


@pytest.mark.parametrize("garbage", [b"\xff\xfe\0\0/x", b"x" * 5000, b""])
def test_a_note_of_the_last_backup_that_is_damaged_too_keeps_no_damage_from_being_told(
    path: Path, garbage: bytes
) -> None:
    with Store.open(path) as store:
        for n in range(200):
            add(store, f"PW{n}", order="x" * 100)
    path.with_name(path.name + ".backup").write_bytes(garbage)
    spoil(path)
    with pytest.raises(StoreDamaged, match="is damaged: "):
        Store.open(path, check=True)


def test_a_backup_takes_the_place_of_a_damaged_database_which_is_kept(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        add(store, "PW1")
        backup.backup(store, tmp_path / "copy.db")
        add(store, "PW2")
    damaged = spoil(path)
    aside = backup.restore(path, tmp_path / "copy.db", NOW)
    assert aside is not None
    assert aside.read_bytes() == damaged
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Store.open(path, check=True) as store:
        assert [row["number"] for row in parcels.rows(store)] == ["PW1"]


def test_what_the_log_of_the_replaced_database_holds_never_gets_into_the_backup(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        add(store, "PW1")
        backup.backup(store, tmp_path / "copy.db")
    die = "import os, sys; from tests.store.making import *; s = Store.open(sys.argv[1]); add(s, 'PW2'); os._exit(9)"
    subprocess.run([sys.executable, "-c", die, str(path)], check=False, timeout=PATIENCE)
    assert path.with_name(path.name + "-wal").stat().st_size
    aside = backup.restore(path, tmp_path / "copy.db", NOW)
    with Store.open(path, check=True) as store:
        assert [row["number"] for row in parcels.rows(store)] == ["PW1"]
    assert aside is not None
    with Store.open(aside, check=True) as store:
        assert [row["number"] for row in parcels.rows(store)] == ["PW1", "PW2"]


@pytest.mark.parametrize("unfit", ["damaged", "another's", "a text", "newer"])
def test_what_is_no_whole_backup_of_ours_replaces_nothing(store: Store, tmp_path: Path, unfit: str) -> None:
    add(store, "PW1")
    copy = tmp_path / "copy.db"
    backup.backup(store, copy)
    if unfit == "damaged":
        spoil(copy)
    elif unfit == "a text":
        copy.write_text("SQLite? No.")
    else:
        with sqlite3.connect(copy) as other:
            other.execute(
                "PRAGMA application_id = 7"
                if unfit == "another's"
                else "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('parcelwatch', 'm999_later')"
            )
        other.close()
    store.checkpoint()
    before = store.path.read_bytes()
    with pytest.raises(StoreError) as refused:
        backup.restore(store.path, copy, NOW)
    assert store.path.read_bytes() == before
    said = str(refused.value)
    assert ("install that version" if unfit == "newer" else "`parcelwatch db check FILE`") in said
    assert not any(misleading in said for misleading in ("doctor", "[service] database"))
    with pytest.raises(StoreError):
        backup.examine(copy)


def test_nothing_is_restored_under_a_running_daemon(store: Store, tmp_path: Path) -> None:
    backup.backup(store, tmp_path / "copy.db")
    held = "s = Store.open(sys.argv[1]); s.hold_daemon_lock(); print(1, flush=True); input()"
    command = [sys.executable, "-c", f"import sys; from parcelwatch.store import Store; {held}", str(store.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        daemon.stdout.readline()
        with pytest.raises(StoreLocked):
            backup.restore(store.path, tmp_path / "copy.db", NOW)
        daemon.communicate(b"\n")


# --- before an upgrade ---------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, len(NAMES) // 2, len(NAMES) - 1])
def test_every_earlier_version_is_copied_before_it_is_changed(path: Path, version: int) -> None:
    earlier(path, version)
    Store.open(path).close()
    copy = copies.newest(path)
    assert copy is not None
    assert copy.path.name == f"{path.name}.before-{NAMES[version - 1]}"
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy.path)) as kept:
        assert kept.execute("SELECT count(*) FROM _sqlite_migrations").fetchone() == (version,)
        assert kept.execute("SELECT number FROM parcels").fetchall() == [("PW1",)]
    Store.open(path).close()
    assert copies.newest(path) == copy


def earlier(path: Path, version: int) -> None:
    """What a version that knew so many migrations left."""
    db = Database(path)
    MIGRATIONS.apply(db, stop_before=NAMES[version])
    with db.conn:
        db.execute("INSERT INTO parcels (number, courier, added_at) VALUES ('PW1', 'dhl', 0)")
    db.close()


def test_only_the_newest_copies_from_before_upgrades_are_kept(path: Path) -> None:
    for n in range(copies.KEPT + 2):
        old = copies.before(path, f"m{n:03}")
        old.touch()
        os.utime(old, (n, n))
    earlier(path, 5)
    Store.open(path).close()
    left = sorted(one.name.partition(".before-")[2] for one in path.parent.glob("*.before-*"))
    assert left == ["m003", "m004", NAMES[4]]


def test_a_new_database_is_copied_by_nobody(path: Path) -> None:
    Store.open(path).close()
    assert copies.newest(path) is None
