"""The unit file as systemd reads it, and what systemd hears from the service."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from parcelwatch.errors import BadInput
from parcelwatch.systemd import advice, unit_text
from parcelwatch.systemd.sdnotify import Notifier
from tests.servers import PATIENCE

CONFIG = "/etc/parcelwatch/config.toml"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="THE UNIT FILE IS UNTESTED HERE: systemd-analyze is missing (apt-get install systemd)"
)


def analyze(tmp_path: Path, unit: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """systemd-analyze over this unit."""
    assert ANALYZE is not None
    file = tmp_path / "parcelwatch.service"
    file.write_text(unit, encoding="utf-8")
    return subprocess.run(
        [ANALYZE, *arguments, str(file)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )


@needs_systemd
def test_systemd_finds_nothing_to_warn_of(tmp_path: Path) -> None:
    done = analyze(tmp_path, unit_text(sys.executable, CONFIG), "verify", "--recursive-errors=no")
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_would_find_a_mistake(tmp_path: Path) -> None:
    unit = unit_text(sys.executable, CONFIG).replace("Restart=always", "Restrat=always")
    assert analyze(tmp_path, unit, "verify", "--recursive-errors=no").returncode != 0


@needs_systemd
def test_the_service_is_shut_off_from_the_machine(tmp_path: Path) -> None:
    done = analyze(tmp_path, unit_text(sys.executable, CONFIG), "security", "--offline=yes", "--threshold=15")
    assert done.returncode == 0, done.stdout


@needs_systemd
@pytest.mark.parametrize("folder", ["with space", "100%h", "semi ; colon", "do$HOME", "快递"])
def test_a_program_anywhere_is_found(tmp_path: Path, folder: str) -> None:
    program = tmp_path / folder / "parcelwatch"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    done = analyze(tmp_path, unit_text(str(program), CONFIG), "verify", "--recursive-errors=no")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_runs_this_program_with_this_configuration() -> None:
    lines = unit_text("/opt/parcelwatch/bin/parcelwatch", CONFIG).splitlines()
    assert f"ExecStart=/opt/parcelwatch/bin/parcelwatch run --config {CONFIG}" in lines
    assert f"ExecReload=/opt/parcelwatch/bin/parcelwatch reload --config {CONFIG}" in lines
    assert "{" not in "".join(lines)


def test_a_path_keeps_systemd_from_replacing_anything_in_it() -> None:
    assert 'run --config "/srv/a b/100%%/$$x.toml"' in unit_text("/bin/true", "/srv/a b/100%/$x.toml")


@pytest.mark.parametrize("path", ["parcelwatch", "./x", "", "/a\nExecStartPre=/bin/sh", '/a"b', "/a\\b"])
def test_a_path_that_cannot_stand_in_a_unit_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="absolute path"):
        unit_text(path, CONFIG)
    with pytest.raises(BadInput, match="absolute path"):
        unit_text("/bin/true", path)


def test_what_the_service_could_not_see_is_advised_against() -> None:
    assert advice("/opt/parcelwatch/bin/parcelwatch", CONFIG) == ()
    assert len(advice("/home/mia/.venv/bin/parcelwatch", "/root/config.toml")) == 2


# --- sd_notify ------------------------------------------------------------------------------------


@pytest.fixture(params=["file", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, Notifier]]:
    """What systemd would listen on, and a way to it."""
    address = str(tmp_path / "notify") if request.param == "file" else f"@parcelwatch-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(PATIENCE)
        listener.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        yield listener, Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"})


def test_systemd_hears_the_whole_life_of_the_service(heard: tuple[socket.socket, Notifier]) -> None:
    listener, notifier = heard
    notifier.extend(timedelta(seconds=90))
    notifier.ready("watching 3 parcels")
    notifier.status("one courier\nREADY=1\nis silent")
    notifier.watchdog()
    notifier.wedged()
    notifier.stopping()
    assert [listener.recv(4096).decode() for _ in range(6)] == [
        "EXTEND_TIMEOUT_USEC=90000000",
        "READY=1\nSTATUS=watching 3 parcels",
        "STATUS=one courier READY=1 is silent",
        "WATCHDOG=1",
        "WATCHDOG=trigger",
        "STOPPING=1",
    ]


def test_the_watchdog_is_fed_twice_a_period_when_it_watches_us() -> None:
    period = {"WATCHDOG_USEC": "60000000"}
    assert Notifier.from_environment(period).feed_every == timedelta(seconds=30)
    assert Notifier.from_environment(period | {"WATCHDOG_PID": str(os.getpid())}).feed_every == timedelta(seconds=30)
    assert Notifier.from_environment(period | {"WATCHDOG_PID": "1"}).feed_every is None
    assert Notifier.from_environment({}).feed_every is None
    assert Notifier.from_environment({"WATCHDOG_USEC": "soon"}).feed_every is None


@pytest.mark.parametrize("address", ["", "/nonexistent/socket", "@nobody-listens"])
def test_without_systemd_nothing_happens(address: str) -> None:
    notifier = Notifier(address)
    notifier.ready()
    notifier.watchdog()
    notifier.stopping("bye")
