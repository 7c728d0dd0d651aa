"""The database cannot be used for a while: nothing decided is lost, people are told, and it goes on by itself."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from parcelwatch.channels import Channel
from parcelwatch.errors import StoreError
from parcelwatch.model import Form, Severity
from parcelwatch.running import daemon
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.story import StoryParcel
from parcelwatch.store import Store, alerts
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Sends as Delivers
from tests.acceptance.world import Shop, ago, known, numbers
from tests.disks import fill_up, small_disk
from tests.running.test_daemon import supervisor, wait_for
from tests.servers import PATIENCE

HOUR = timedelta(hours=1)


class Seconds:
    """A clock of waiting that the test turns."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def lost(prefix: str, count: int = 20) -> list[StoryParcel]:
    """Parcels that stand still long enough to be told of."""
    return [known(number, ago(300)) for number in numbers(count, prefix)]


def told_of_it(place: Shop, channel: str = "ops") -> list[str]:
    return [one.title for one in place.sink.to(channel) if "parcelwatch:" in one.title]


def play(
    place: Shop,
    scene: Callable[[Engine, Seconds], Awaitable[None]],
    writer: Writer | None = None,
    channels: Mapping[str, Delivers] | None = None,
) -> None:
    """One life of the program, beside a clock of its waiting."""
    elapsed = Seconds()
    parts = place.engine(elapsed=elapsed, writer=writer, channels=channels)

    async def life(parts: Engine) -> None:
        await scene(parts, elapsed)

    place.play(life, parts)


async def tick(place: Shop, parts: Engine) -> None:
    """A tick, as the daemon has it, until nothing of it runs any more."""
    await parts.tick(place.hand.at)
    while tasks := [*parts._running.values(), *filter(None, [parts.storekeeper._telling])]:
        await asyncio.gather(*tasks)
        with suppress(StoreError):
            await asyncio.gather(*(worker.drain() for worker in parts.workers))
        await parts.deliverer.close()


def test_a_full_disk_stops_the_asking_and_nothing_else_and_room_brings_it_back(tmp_path: Path) -> None:
    first, second = lost("31"), lost("32")
    with small_disk(tmp_path, 16) as disk, Shop(disk, *first, *second) as place:
        place.watch([place.wanted(one.number) for one in first])

        async def scene(parts: Engine, elapsed: Seconds) -> None:
            await place.beat(parts)
            asked = place.server.calls
            place.watch([place.wanted(one.number) for one in second])
            place.hand.at += HOUR
            ballast = fill_up(disk)
            for _ in range(10):
                await tick(place, parts)
                elapsed.at += 30
            assert place.server.calls == asked
            assert parts.storekeeper.standing.trouble is Form.STORE_FULL
            assert told_of_it(place) == ["🔧 parcelwatch: its disk is full"]
            assert told_of_it(place, "drafts") == told_of_it(place)
            ballast.unlink()
            elapsed.at += 60
            await tick(place, parts)
            await place.beat(parts)
            assert parts.storekeeper.standing.trouble is None

        play(place, scene)
        assert set(place.cases()) == {(one.number, "stalled") for one in (*first, *second)}
        assert told_of_it(place) == [
            "🔧 parcelwatch: its disk is full",
            *(one for one in told_of_it(place) if one.endswith("parcelwatch: its database works again")),
        ]
        assert len(told_of_it(place)) == 2
        assert all(sum(one.names(each.number) for one in place.sink.to("ops")) == 1 for each in (*first, *second))


def test_what_couriers_answered_and_channels_took_while_the_disk_was_full_is_taken_down_once_and_not_repeated(
    tmp_path: Path,
) -> None:
    story = lost("31")
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        writer = Writer(place.config.database, daemon=True)

        async def scene(parts: Engine, elapsed: Seconds) -> None:
            # Claims still find a place; the answers, and what they lead to, do not.
            await writer.run(_no_more_pages)
            for _ in range(3):
                await tick(place, parts)
                elapsed.at += 5
            assert place.cases() == {}
            await writer.run(_any_pages)
            for _ in range(3):
                await tick(place, parts)
                elapsed.at += 120
            await place.beat(parts)

        play(place, scene, writer)
        assert place.server.calls == len(story)
        assert len(place.cases()) == len(story)


def _no_more_pages(store: Store) -> None:
    store.conn.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count')}").fetchall()


def _any_pages(store: Store) -> None:
    store.conn.execute("PRAGMA max_page_count = 1000000").fetchall()


class LocksAfter(Channel):
    """A channel that takes its first message, whereupon another program takes the lock of the database."""

    def __init__(self, place: Shop, locks: list[int]) -> None:
        super().__init__("ops", place.config.channels()["ops"].url.read())
        self._database = place.config.database
        self._locks = locks

    def send(self, title: str, body: str, severity: Severity = Severity.MEDIUM) -> None:
        super().send(title, body, severity)
        if not self._locks:
            self._locks.append(locked(self._database))


def locked(database: Path) -> int:
    lock = os.open(f"{database}.write", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def test_a_message_that_arrived_while_nothing_could_be_noted_is_not_sent_again(tmp_path: Path) -> None:
    with Shop(tmp_path, *lost("31", 1)) as place:
        place.watch_all()
        locks: list[int] = []
        writer = Writer(place.config.database, daemon=True, lock_wait=0.05)

        async def scene(parts: Engine, elapsed: Seconds) -> None:
            while not locks:
                place.hand.at += HOUR
                await tick(place, parts)
            for _ in range(3):
                place.hand.at += HOUR
                elapsed.at += 30
                await tick(place, parts)
            assert parts.storekeeper.standing.trouble is Form.STORE_BUSY
            os.close(locks[0])
            elapsed.at += 30
            await tick(place, parts)
            await place.beat(parts)

        play(place, scene, writer, {"ops": LocksAfter(place, locks)})
        arrived = [one for one in place.sink.to("ops") if "parcelwatch:" not in one.title]
        assert len(arrived) == len({one.id for one in arrived})
        with place.store() as store:
            assert {row.state for row in alerts.rows(store) if row.out.channel == "ops"} == {"sent"}


def test_a_foreign_lock_ends_nothing_and_is_told_of_only_when_it_lasts(tmp_path: Path) -> None:
    story = lost("31")
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        writer = Writer(place.config.database, daemon=True, lock_wait=0.05)

        async def scene(parts: Engine, elapsed: Seconds) -> None:
            lock = locked(place.config.database)
            await tick(place, parts)
            assert parts.storekeeper.standing.trouble is Form.STORE_BUSY
            assert told_of_it(place) == []
            for _ in range(5):
                elapsed.at += 30
                await tick(place, parts)
            assert told_of_it(place) == ["🔧 parcelwatch: another program holds its database"]
            os.close(lock)
            elapsed.at += 30
            await tick(place, parts)
            await place.beat(parts)

        play(place, scene, writer)
        assert len(place.cases()) == len(story)


def test_a_page_that_rots_under_a_running_daemon_is_told_and_the_daemon_stays(tmp_path: Path) -> None:
    story = lost("31", 100)
    with Shop(tmp_path, *story) as place:
        place.watch_all()

        async def scene(parts: Engine, elapsed: Seconds) -> None:
            await parts.writer.run(_forget_what_was_read)
            rot(place.config.database)
            for _ in range(3):
                await tick(place, parts)
                elapsed.at += 700
            assert parts.storekeeper.standing.trouble is Form.STORE_DAMAGED

        play(place, scene)
        assert told_of_it(place) == ["🔧 parcelwatch: its database is damaged"]


def test_a_database_that_is_deleted_under_a_running_daemon_is_saved_told_and_used_again_once_it_is_back(
    tmp_path: Path,
) -> None:
    story = lost("31")
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        database = place.config.database

        async def scene(parts: Engine, elapsed: Seconds) -> None:
            database.unlink()
            for _ in range(3):
                await tick(place, parts)
                elapsed.at += 30
            assert not parts.storekeeper.superseded
            assert told_of_it(place) == ["🔧 parcelwatch: its database cannot be used"]
            assert f"`parcelwatch db restore {database}.rescued`" in place.sink.to("ops")[-1].text
            os.rename(f"{database}.rescued", database)  # noqa: PTH104
            await tick(place, parts)
            assert "replaced" in parts.storekeeper.superseded

        play(place, scene)
        play(place, lambda parts, _: place.beat(parts))
        assert len(place.cases()) == len(story)


def _forget_what_was_read(store: Store) -> None:
    store.checkpoint()
    store.conn.execute("PRAGMA shrink_memory").fetchall()


def rot(database: Path) -> None:
    """Random bytes over every page but the first two."""
    with database.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(8192)
        file.write(os.urandom(size - 8192))


# --- the daemon as a process ---------------------------------------------------------------------

PROGRAM = (
    "import os, sys; from pathlib import Path; from parcelwatch import config; from parcelwatch.running import daemon; "
    "sys.exit(daemon.run(config.load(Path(sys.argv[1])), os.environ))"
)


def test_a_daemon_that_starts_on_a_full_disk_waits_says_so_and_comes_up_when_there_is_room(tmp_path: Path) -> None:
    story = lost("31", 3)
    with small_disk(tmp_path, 16) as disk, Shop(disk, *story) as place, supervisor(tmp_path) as listening:
        assert place.config
        ballast = fill_up(disk)
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        command = [sys.executable, "-c", PROGRAM, str(disk / "config.toml")]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as child:
            heard = wait_for(listening, "STATUS=waiting for the database")
            assert any("EXTEND_TIMEOUT_USEC=" in one for one in heard)
            assert not any("READY=1" in one for one in heard)
            ballast.unlink()
            wait_for(listening, "READY=1")
            child.send_signal(signal.SIGTERM)
            _, said = child.communicate(timeout=PATIENCE)
        assert child.returncode == daemon.FINE, said.decode()
        assert told_of_it(place) == ["🔧 parcelwatch: its disk is full"]


def test_a_daemon_that_may_not_write_to_its_database_waits_says_so_and_comes_up_when_it_may(tmp_path: Path) -> None:
    with small_disk(tmp_path, 16) as disk, Shop(disk, *lost("31", 3)) as place, supervisor(tmp_path) as listening:
        assert place.config
        remount(disk, "ro")
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        command = [sys.executable, "-c", PROGRAM, str(disk / "config.toml")]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as child:
            wait_for(listening, "STATUS=waiting for the database")
            remount(disk, "rw")
            wait_for(listening, "READY=1")
            child.send_signal(signal.SIGTERM)
            _, said = child.communicate(timeout=PATIENCE)
        assert child.returncode == daemon.FINE, said.decode()


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
