"""The heartbeat, and the whole process, while somebody sets the clock."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import pytest

from parcelwatch import clock
from parcelwatch.model import Parcel
from parcelwatch.running import heartbeat
from parcelwatch.running.heartbeat import Every, Steady
from parcelwatch.store import Store, parcels
from tests.running.test_daemon import start, supervisor, wait_for, world
from tests.servers import PATIENCE

__all__ = ["world"]

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 3, 12, 12, tzinfo=Steady(lambda: 0.0))


@pytest.mark.parametrize("passed", [SECOND, 3 * SECOND, timedelta(days=400)], ids=str)
def test_beats_that_were_missed_are_made_up_for_by_one(passed: timedelta) -> None:
    """A list of all of them would take a minute and gigabytes for 400 days."""
    beats = Every(SECOND)
    assert NOON + passed < beats.get_next_fire_time(NOON, NOON + passed) <= NOON + passed + SECOND


def test_a_beat_keeps_its_second_however_late_the_one_before_was() -> None:
    late = NOON + timedelta(milliseconds=30)
    assert Every(SECOND).get_next_fire_time(NOON, late) == NOON + SECOND


def test_the_scheduler_goes_by_the_clock_it_is_given() -> None:
    """However far that clock jumps ahead, there is one beat for it; the wall clock is not asked."""
    ahead = [0.0]
    beats: list[float] = []

    async def live() -> None:
        done = asyncio.Event()

        async def beat() -> None:
            beats.append(monotonic())
            ahead[0] += 400 * 86400.0
            if len(beats) == 5:
                done.set()

        made = heartbeat.scheduler(lambda: monotonic() + ahead[0])
        made.add_job(beat, Every(timedelta(milliseconds=5)), id="beat")
        made.start()
        await asyncio.wait_for(done.wait(), PATIENCE)
        made.shutdown(wait=False)

    asyncio.run(live())
    assert len(beats) == 5


# --- the process -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class WallClock:
    """The wall clock of processes started with its environment, which a test may set while they run."""

    file: Path
    faker: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self.faker),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, by: timedelta) -> None:
        written = self.file.with_suffix(".new")
        written.write_text(f"{by.total_seconds():+.0f}\n")
        written.replace(self.file)


@pytest.fixture
def wall(tmp_path: Path) -> WallClock:
    spec = find_spec("libfaketime")
    found = [*Path(spec.origin).parent.rglob("libfaketime.so.1")] if spec and spec.origin else []
    if not found:
        pytest.skip("libfaketime is not installed, or not for this platform")
    one = WallClock(tmp_path / "faketime", found[0])
    one.set(timedelta(days=-2))
    program = [sys.executable, "-c", "import time; print(time.time() - float(__import__('sys').argv[1]))"]
    said = subprocess.run(
        [*program, str(clock.now().timestamp())], env={**os.environ, **one.environment}, capture_output=True, check=True
    )
    if not -3 * 86400 < float(said.stdout) < -86400:
        pytest.skip("libfaketime does not work on this machine")
    one.set(timedelta())
    return one


def is_asked(database: Path, wanted: int) -> bool:
    with Store.open(database) as store:
        return bool(store.value("SELECT count(*) = ? FROM parcels WHERE confirmed_at IS NOT NULL", (wanted,)))


def heard_until(listening: socket.socket, done: Callable[[], bool]) -> None:
    """Sign after sign of life, until it is done."""
    while not done():
        wait_for(listening, "WATCHDOG=1")


def test_the_process_beats_and_asks_on_while_its_clock_is_set(world: Path, tmp_path: Path, wall: WallClock) -> None:
    database = world.parent / "watch.db"
    with supervisor(tmp_path) as listening:
        child = start(world, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000", **wall.environment)
        wait_for(listening, "READY=1")
        heard_until(listening, partial(is_asked, database, 3))
        for turn, by in enumerate((timedelta(days=-1), timedelta(days=400))):
            wall.set(by)
            wait_for(listening, "WATCHDOG=1")
            with Store.open(database) as store, store.transaction():
                at = clock.now()
                parcels.add(store, Parcel(0, f"99999999{turn:02}", "dhl", at), at)
            heard_until(listening, partial(is_asked, database, 4 + turn))
        child.send_signal(signal.SIGTERM)
        out, said = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, said.decode()
    assert out.decode().count("what it shows is not believed yet") == 2


@pytest.mark.parametrize("ending", [True, False])
def test_a_job_that_the_end_of_the_program_cuts_off_has_not_failed(ending: bool) -> None:
    async def cut_off() -> bool:
        stopped = asyncio.Event()
        task = asyncio.ensure_future(heartbeat.until(stopped, asyncio.Event().wait)())
        await asyncio.sleep(0)
        if ending:
            stopped.set()
        task.cancel()
        await asyncio.wait([task])
        return not task.cancelled()

    assert asyncio.run(cut_off()) is ending
