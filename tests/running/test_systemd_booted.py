"""The unit under a real systemd: its life, its reloads, and what becomes of it when it cannot start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.booted import Machine, Unbootable, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"THE SERVICE IS NOT BOOTED HERE: {why_not()}")

GOOD = """
[service]
database = "/var/lib/parcelwatch/parcelwatch.db"
listen = ""
[couriers.dhl]
api = "dhl"
key = "credential:dhl_key"
base_url = "http://127.0.0.1:1/"
[channels.ops]
url = "json://127.0.0.1:1/"
"""
STRICT = f'{GOOD}[thresholds]\nstalled = {{ warn = "1d" }}\n'
BAD = f'{GOOD}[thresholds]\nstaled = {{ warn = "1d" }}\n'
KEY = "[Service]\nLoadCredential=dhl_key:/etc/parcelwatch/dhl_key\n"

Boot = Callable[..., Machine]


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Boot]:
    """Boots a machine whose service has this configuration, and these lines in its unit."""
    with ExitStack() as stack:

        def booted(text: str, dropin: str = KEY) -> Machine:
            machine = Machine(tmp_path, text, dropin)
            try:
                stack.enter_context(machine)
            except Unbootable as why:
                pytest.skip(f"THE SERVICE IS NOT BOOTED HERE: {why}")
            (machine.root / "etc/parcelwatch/dhl_key").write_text("k-4711\n")
            return machine

        yield booted


def test_it_lives_reloads_is_killed_comes_back_and_stops(boot: Boot) -> None:
    machine = boot(GOOD)
    started = machine.systemctl("start")
    assert started.returncode == 0, machine.log()
    first = machine.wait(ActiveState="active", SubState="running", StatusText="watching")
    database = machine.root / "var/lib/private/parcelwatch/parcelwatch.db"
    assert (database.stat().st_mode & 0o777, database.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    machine.write(STRICT)
    assert machine.systemctl("reload").returncode == 0, machine.log()
    assert "thresholds.stalled.warn: not set → 1d" in machine.log()
    machine.write(BAD)
    assert machine.systemctl("reload").returncode != 0
    machine.run("kill", "-HUP", first["MainPID"])
    refused = machine.wait(ActiveState="active", StatusText="the edited configuration was refused")
    assert refused["MainPID"] == first["MainPID"]

    machine.write(GOOD)
    machine.run("kill", "-KILL", first["MainPID"])
    second = machine.wait(NRestarts="1", ActiveState="active", SubState="running", StatusText="watching")
    machine.run("kill", "-STOP", second["MainPID"])
    machine.wait(NRestarts="2", ActiveState="active", SubState="running", StatusText="watching")
    assert "Watchdog timeout" in machine.log()

    assert machine.systemctl("stop").returncode == 0
    assert machine.shows("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}


@pytest.mark.parametrize(
    ("text", "dropin", "said"),
    [
        (BAD, KEY, "did you mean"),
        (GOOD, "", "the unit lacks the line LoadCredential=dhl_key:/etc/parcelwatch/dhl_key"),
    ],
)
def test_what_a_restart_cannot_mend_ends_with_78_and_is_not_tried_again(
    boot: Boot, text: str, dropin: str, said: str
) -> None:
    machine = boot(text, dropin)
    assert machine.systemctl("start").returncode != 0
    machine.wait(ActiveState="failed", ExecMainStatus="78", NRestarts="0")
    assert said in machine.log()


def test_a_full_disk_is_waited_for(boot: Boot) -> None:
    """However long it lasts: systemd never gives up."""
    machine = boot(GOOD)
    state = "/var/lib/private/parcelwatch"
    machine.run("mkdir", "-p", "-m", "700", state)
    assert machine.run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", state).returncode == 0
    machine.run("systemctl", "start", "--no-block", "parcelwatch.service")
    machine.says("disk")
    assert machine.shows("StartLimitIntervalUSec") == {"StartLimitIntervalUSec": "0"}
    machine.run("mount", "-o", "remount,size=100m", state)
    machine.wait(ActiveState="active", SubState="running", StatusText="watching")
