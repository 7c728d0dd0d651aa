"""The daemon as a process: what systemd hears from it, how it ends, and what it does when a part dies or wedges."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from parcelwatch import clock
from parcelwatch.clock import Clock
from parcelwatch.model import Parcel
from parcelwatch.running import making
from parcelwatch.running.daemon import ANEW, Daemon, stale
from parcelwatch.running.engine import Engine
from parcelwatch.running.reloading import Reloader
from parcelwatch.running.selfcheck import SelfCheck
from parcelwatch.sandbox.demo_world import bulk_story
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.world import World
from parcelwatch.store import Store, backup, parcels
from parcelwatch.systemd.sdnotify import Notifier
from tests.acceptance.world import Shop, ago, known
from tests.servers import PATIENCE

PROGRAM = (
    "import os, sys; from pathlib import Path; from parcelwatch import config; from parcelwatch.running import daemon; "
    "sys.exit(daemon.run(config.load(Path(sys.argv[1])), os.environ))"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Path]:
    """A configuration whose one courier answers on loopback, with three parcels to ask about."""
    story, rows = bulk_story(3)
    with SandboxServer(World(story, clock.now), "dhl") as courier:
        path = tmp_path / "config.toml"
        path.write_text(
            '[service]\ndatabase = "watch.db"\n[couriers.dhl]\napi = "dhl"\nkey = "sandbox-key"\n'
            f'base_url = "{courier.base_url}"\nrate = "100/s"\n'
        )
        with Store.open(tmp_path / "watch.db") as store, store.transaction():
            for row in rows:
                parcels.add(store, Parcel(0, row["number"], "dhl", clock.now()), clock.now())
        yield path


@contextmanager
def supervisor(folder: Path) -> Iterator[socket.socket]:
    """The socket systemd would listen on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(folder / "notify"))
        listening.settimeout(PATIENCE)
        yield listening


def start(config: Path, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROGRAM, str(config)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, stdout=subprocess.PIPE)


def wait_for(listening: socket.socket, wanted: str) -> list[str]:
    """Every message up to the first that holds `wanted`."""
    heard: list[str] = []
    while not heard or wanted not in heard[-1]:
        heard.append(listening.recv(4096).decode())
    return heard


def test_systemd_hears_ready_then_the_watchdog_then_stopping(world: Path, tmp_path: Path) -> None:
    with supervisor(tmp_path) as listening:
        child = start(world, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000")
        assert "READY=1" in wait_for(listening, "READY=1")[0]
        wait_for(listening, "WATCHDOG=1")
        # Every pulse says how it stands; three parcels are asked about within the first few.
        for _ in range(4):
            assert "watching" in wait_for(listening, "STATUS=")[-1]
        child.send_signal(signal.SIGTERM)
        wait_for(listening, "STOPPING=1")
        _, said = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, said.decode()
    with Store.open(world.parent / "watch.db") as store:
        assert store.value("SELECT count(*) FROM parcels WHERE confirmed_at IS NOT NULL") == 3


def test_two_daemons_never_share_a_database(world: Path, tmp_path: Path) -> None:
    with supervisor(tmp_path) as listening:
        first = start(world, NOTIFY_SOCKET=str(tmp_path / "notify"))
        wait_for(listening, "READY=1")
        second = start(world)
        _, said = second.communicate(timeout=PATIENCE)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=PATIENCE)
    assert b"StoreLocked" in said
    assert second.returncode != 0
    assert first.returncode == 0


def test_a_daemon_without_couriers_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[service]\ndatabase = "watch.db"\n')
    _, said = start(path).communicate(timeout=PATIENCE)
    assert b"no courier is configured; add a [couriers.NAME] table" in said


@pytest.mark.parametrize(
    ("ages", "wedged"),
    [
        ({"tick": 1.0, "writer": 1.0, "sender": 1.0}, ()),
        ({"tick": 6.0, "writer": 1.0, "sender": 1.0}, ("tick",)),
        ({"tick": 1.0, "writer": 46.0, "sender": 301.0}, ("writer", "sender")),
    ],
)
def test_the_watchdog_is_fed_only_while_every_part_is_alive(ages: dict[str, float], wedged: tuple[str, ...]) -> None:
    assert stale(ages) == wedged


# --- reload ---------------------------------------------------------------------------------------


def run(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "parcelwatch", *arguments, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_a_hangup_reloads_and_says_so_to_systemd_and_to_who_asked(world: Path, tmp_path: Path) -> None:
    good = world.read_text()
    with supervisor(tmp_path) as listening:
        child = start(world, NOTIFY_SOCKET=str(tmp_path / "notify"))
        wait_for(listening, "READY=1")
        world.write_text(good + '[thresholds]\nstalled = { warn = "1d" }\n')
        asked = run(world, "reload")
        assert (asked.returncode, asked.stdout) == (
            0,
            "- thresholds.stalled.warn: not set → 1d\nThe daemon runs it now.\n",
        ), asked.stderr
        (reloading,) = (said for said in wait_for(listening, "RELOADING=1") if "RELOADING" in said)
        assert "MONOTONIC_USEC=" in reloading
        wait_for(listening, "READY=1")
        world.write_text(good + '[thresholds]\nstaled = { warn = "1d" }\n')
        assert run(world, "reload").returncode == 78
        child.send_signal(signal.SIGHUP)
        assert "refused" in wait_for(listening, "READY=1")[-1]
        assert "did you mean" in run(world, "doctor").stdout + run(world, "config", "check").stderr
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, said.decode()


def test_a_daemon_whose_database_is_replaced_ends_to_be_started_again_with_the_new_one(
    world: Path, tmp_path: Path
) -> None:
    with supervisor(tmp_path) as listening:
        child = start(world, NOTIFY_SOCKET=str(tmp_path / "notify"))
        wait_for(listening, "READY=1")
        with Store.open(tmp_path / "watch.db") as store:
            backup.backup(store, tmp_path / "backup.db")
        (tmp_path / "backup.db").replace(tmp_path / "watch.db")
        _, said = child.communicate(timeout=PATIENCE)
    assert child.returncode == ANEW, said.decode()
    assert b"Traceback" not in said
    with Store.open(tmp_path / "watch.db") as store:
        assert store.unsound() is None
        assert store.value("SELECT count(*) FROM parcels") == 3


def test_without_a_daemon_nothing_is_reloaded(world: Path) -> None:
    asked = run(world, "reload")
    assert asked.returncode == 1
    assert "no daemon is running" in asked.stderr


def test_a_running_daemon_answers_whoever_watches_it(world: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    world.write_text(world.read_text().replace("[service]\n", f'[service]\nlisten = "{address}"\n', 1))
    with supervisor(tmp_path) as listening:
        child = start(world, NOTIFY_SOCKET=str(tmp_path / "notify"))
        wait_for(listening, "READY=1")
        health, metrics = (httpx.get(f"http://{address}/{each}", timeout=PATIENCE) for each in ("health", "metrics"))
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=PATIENCE)
    assert (health.status_code, health.json()) == (200, {"ok": True, "failing": []})
    assert 'parcelwatch_answers_total{account="dhl",outcome="answered"}' in metrics.text


def test_a_hangup_beside_a_database_that_cannot_be_read_is_answered_and_so_is_the_next(tmp_path: Path) -> None:
    async def scene(parts: Engine) -> None:
        notifier = Notifier(str(tmp_path / "notify"))
        reloader = Reloader(place.config, making.parts(place.config), parts, place.hand)
        checks = SelfCheck(parts, lambda: place.config, tuple, place.hand)
        one = Daemon(parts, notifier, Clock(place.hand), reloader, checks)
        answering = asyncio.create_task(one._reloads())
        for table, to, wanted in (("alerts", "away", "cannot be read now"), ("away", "alerts", "STATUS=watching; 0")):
            await parts.writer.run(_rename, table, to)
            one.hung_up(on_terminal=False)
            assert wanted in (await asyncio.to_thread(wait_for, listening, "READY=1"))[-1]
        answering.cancel()

    with Shop(tmp_path, known("3000000001", ago(3))) as place, supervisor(tmp_path) as listening:
        place.play(scene)


def _rename(store: Store, table: str, to: str) -> None:
    with store.transaction():
        store.write(f"ALTER TABLE {table} RENAME TO {to}")
