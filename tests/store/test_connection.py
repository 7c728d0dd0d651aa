"""Opening, refusing, locking: what stands between the file and those who write it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from parcelwatch.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from parcelwatch.store import Store, audit, inbox, parcels, schema
from parcelwatch.store import files as files_of
from tests.databases import blank
from tests.disks import small_disk
from tests.servers import PATIENCE
from tests.store.making import NOW, add, parcel


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(path.name + "*"))


def test_every_file_of_a_database_can_be_read_by_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with Store.open(path) as store:
            store.hold_daemon_lock()
            add(store)
            modes = {one.name.removeprefix(path.name): mode(one) for one in files(path)}
    finally:
        os.umask(before)
    assert modes == {"": 0o600, "-wal": 0o600, "-shm": 0o600, ".write": 0o600, ".lock": 0o600}


def test_every_commit_is_on_the_disk_before_anything_follows_from_it(store: Store) -> None:
    assert store.value("PRAGMA synchronous") == 2
    assert store.value("PRAGMA journal_mode") == "wal"
    assert store.value("PRAGMA foreign_keys") == 1
    assert store.value("PRAGMA secure_delete") == 1


def test_opening_a_second_time_changes_nothing(path: Path) -> None:
    with Store.open(path) as store:
        add(store)
        before = store.all("SELECT name, sql FROM sqlite_master ORDER BY name")
        applied = store.all("SELECT * FROM _sqlite_migrations")
    with Store.open(path, check=True) as store:
        assert store.all("SELECT name, sql FROM sqlite_master ORDER BY name") == before
        assert store.all("SELECT * FROM _sqlite_migrations") == applied
        assert len(parcels.find(store, "PW1")) == 1


def test_the_list_of_known_migrations_is_the_migrations_there_are(store: Store) -> None:
    assert schema.seen(store.conn) == list(schema.NAMES)


def test_every_table_keeps_its_types(store: Store) -> None:
    tables = store.all("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    assert [name for name, strict in tables if not strict] == ["_sqlite_migrations"]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    with Store.open(path) as store, store.transaction():
        store.write(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('parcelwatch', 'm999_later', '')"
        )
    with pytest.raises(StoreError, match=r"newer parcelwatch.*m999_later.*install that version"):
        Store.open(path)


def test_another_programs_database_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(StoreError, match="another program's database"):
        Store.open(path)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: Path) -> None:
    path.write_bytes(b"dear diary, " * 500)
    with pytest.raises(StoreError, match="not a database.*Name another file"):
        Store.open(path)
    assert path.read_bytes() == b"dear diary, " * 500


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a file"):
        Store.open(tmp_path)


def test_a_database_that_has_become_empty_is_refused_and_not_begun_anew(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreDamaged, match=r"is there and empty.*db restore BACKUP.*delete it \(`rm "):
        Store.open(path)
    assert path.read_bytes() == b""


def test_a_database_that_could_not_be_made_leaves_no_empty_file_that_would_be_refused(path: Path) -> None:
    in_it = "import sys; from parcelwatch.store import Store; Store.open(sys.argv[1])"
    small = [
        sys.executable,
        "-c",
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000,) * 2); {in_it}",
    ]
    tried = subprocess.run([*small, str(path)], check=False, timeout=PATIENCE, capture_output=True, text=True)
    assert "StoreF" in tried.stderr
    assert not path.exists()
    Store.open(path).close()


def test_a_link_to_a_database_is_the_same_database(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(path)
    with Store.open(path) as one, Store.open(link) as other:
        one.hold_daemon_lock()
        with pytest.raises(StoreLocked):
            other.hold_daemon_lock()
    assert [one.name for one in link.parent.iterdir()] == ["link.db"]


def test_a_database_with_two_names_is_refused_under_both(path: Path, tmp_path: Path) -> None:
    Store.open(path).close()
    (tmp_path / "other.db").hardlink_to(path)
    for name in (path, tmp_path / "other.db"):
        with pytest.raises(StoreError, match=r"has 2 names \(hard links\).*delete the others"):
            Store.open(name)


def test_a_database_that_was_moved_from_under_a_daemon_is_still_its_own(path: Path, tmp_path: Path) -> None:
    path.write_bytes(b"a database")
    held = files_of.claim(path)
    path.rename(tmp_path / "moved.db")
    with pytest.raises(StoreLocked, match="by another name"):
        files_of.claim(tmp_path / "moved.db")
    for descriptor in held:
        os.close(descriptor)


def test_a_database_that_is_not_there_is_made_only_on_request(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database at"):
        Store.open(path, create=False)
    assert files(path) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be made: No such file.*directory"):
        Store.open(tmp_path / "missing" / "parcelwatch.db")


def test_damage_is_found_when_asked_for_and_the_file_kept(path: Path) -> None:
    with Store.open(path) as store:
        for n in range(200):
            add(store, f"PW{n}", order="x" * 100)
    whole = bytearray(path.read_bytes())
    whole[4096 * 4 : 4096 * 12] = os.urandom(4096 * 8)
    path.write_bytes(whole)
    with pytest.raises(StoreError, match="is damaged: .*No backup is known"):
        Store.open(path, check=True)
    assert path.read_bytes() == whole


def test_a_database_cut_short_says_so(path: Path) -> None:
    with Store.open(path) as store:
        for n in range(50):
            add(store, f"PW{n}")
    with path.open("r+b") as file:
        file.truncate(4096 * 3)
    with pytest.raises(StoreError, match="is damaged: .*No backup is known"):
        Store.open(path, check=True)


# --- transactions --------------------------------------------------------------------------------


def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        parcels.add(store, parcel(), NOW)
        raise ZeroDivisionError
    assert parcels.find(store, "PW1") == []
    assert not store.conn.in_transaction


def test_a_parcel_whose_step_fails_takes_only_itself_down(store: Store) -> None:
    with store.transaction():
        for number in ("PW1", "POISON", "PW2"):
            try:
                with store.savepoint():
                    parcels.add(store, parcel(number), NOW)
                    if number == "POISON":
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
    assert [row["number"] for row in parcels.rows(store)] == ["PW1", "PW2"]


def test_a_fault_of_the_disk_is_not_taken_for_a_fault_of_the_parcel(store: Store) -> None:
    store.conn.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count')}").fetchall()
    with pytest.raises(StoreError, match="Free some space"), store.transaction(), store.savepoint():
        for n in range(1000):
            parcels.add(store, parcel(f"PW{n}", order="x" * 500), NOW)


def test_writing_outside_of_a_transaction_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no transaction is open"):
        parcels.add(store, parcel(), NOW)


def test_a_transaction_inside_a_transaction_is_a_mistake(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="already open"), store.transaction():
        pass


def test_a_transaction_that_sqlite_gave_up_cannot_be_committed_by_those_who_swallow_errors(store: Store) -> None:
    with pytest.raises(StoreError, match="gave it up"), store.transaction():
        parcels.add(store, parcel(), NOW)
        store.conn.execute("ROLLBACK")
    assert parcels.find(store, "PW1") == []


def test_a_full_disk_loses_nothing_and_says_what_to_do(store: Store) -> None:
    kept = add(store, "KEPT")
    pages = store.value("PRAGMA page_count")
    store.conn.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(StoreError, match="Free some space"), store.transaction():
        for n in range(1000):
            parcels.add(store, parcel(f"PW{n}", order="x" * 500), NOW)
    assert [row["id"] for row in parcels.rows(store)] == [kept]
    assert audit.check(store, NOW, thorough=True) == []


# --- two at once ---------------------------------------------------------------------------------

WRITER = """
import sys
from parcelwatch.store import Store, parcels
from tests.store.making import NOW, parcel
with Store.open(sys.argv[1]) as store:
    for n in range(60):
        with store.transaction():
            parcels.add(store, parcel(f"{sys.argv[2]}{n}"), NOW)
"""


def test_a_disk_that_takes_no_more_files_is_full_however_much_room_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path, 16, files=10) as disk:
        path = blank(disk / "shop.db")
        Store.open(path).close()
        with suppress(OSError):
            for index in range(10):
                (disk / f"mail-{index}").touch()
        with pytest.raises(StoreFull):
            Store.open(path)
        (disk / "mail-0").unlink()
        (disk / "mail-1").unlink()
        Store.open(path).close()


def test_two_processes_write_at_once_and_nothing_is_lost(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("A", "B")]
    assert [writer.wait(PATIENCE) for writer in writers] == [0, 0]
    with Store.open(path, check=True) as store:
        assert store.value("SELECT count(*) FROM parcels") == 120
        assert audit.check(store, NOW, thorough=True) == []


def test_a_writer_waits_its_turn_and_then_gives_up_with_a_reason(path: Path) -> None:
    with Store.open(path) as one, Store.open(path, lock_wait=0.05) as other:
        with one.transaction():
            add_refused = pytest.raises(StoreError, match="being written by another process")
            with add_refused, other.transaction():
                pass
        add(other)
        assert len(parcels.find(one, "PW1")) == 1


def test_the_log_that_a_reader_let_grow_shrinks_once_the_reader_is_gone(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    with Store.open(path) as writer, Store.open(path) as reader:
        assert 0 < writer.value("PRAGMA journal_size_limit") < 100_000_000
        writer.conn.execute("PRAGMA journal_size_limit = 1000000").fetchall()
        reader.conn.execute("BEGIN").fetchall()
        assert reader.all("SELECT count(*) FROM parcels") == [(0,)]
        for at in range(12):
            with writer.transaction():
                inbox.keep(writer, "my_dhl", {}, f"{at}".encode() * 500_000, NOW)
        grown = log.stat().st_size
        assert grown > 6_000_000
        reader.conn.execute("COMMIT").fetchall()
        for at in range(2):
            with writer.transaction():
                inbox.keep(writer, "my_dhl", {}, f"after {at}".encode(), NOW)
        assert log.stat().st_size <= 1_000_000


def test_a_reader_sees_the_last_commit_while_another_writes(path: Path) -> None:
    with Store.open(path) as writer, Store.open(path) as reader:
        add(writer, "PW1")
        with writer.transaction():
            parcels.add(writer, parcel("PW2"), NOW)
            assert [row["number"] for row in parcels.rows(reader)] == ["PW1"]
        assert [row["number"] for row in parcels.rows(reader)] == ["PW1", "PW2"]


def test_only_one_daemon_holds_a_database(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as other:
        one.hold_daemon_lock()
        with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
            other.hold_daemon_lock()
    with Store.open(path) as later:
        later.hold_daemon_lock()


def test_the_lock_of_a_daemon_that_died_is_free(path: Path) -> None:
    dying = (
        "import os, sys; from parcelwatch.store import Store; Store.open(sys.argv[1]).hold_daemon_lock(); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", dying, str(path)], check=False, timeout=PATIENCE).returncode == 9
    with Store.open(path) as store:
        store.hold_daemon_lock()


def test_closing_leaves_one_plain_file_beside_the_locks(path: Path) -> None:
    with Store.open(path) as store:
        store.hold_daemon_lock()
        add(store)
    assert {one.name.removeprefix(path.name) for one in files(path)} == {"", ".write", ".lock"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand files to another user")
def test_what_root_makes_belongs_to_whoever_owns_the_folder(tmp_path: Path) -> None:
    home = tmp_path / "state"
    home.mkdir()
    shutil.chown(home, 12345, 12345)
    with Store.open(home / "parcelwatch.db") as store:
        store.hold_daemon_lock()
        add(store)
        assert {one.stat().st_uid for one in home.iterdir()} == {12345}
