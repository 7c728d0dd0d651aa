"""A real systemd, booted over this machine's own files, with parcelwatch installed as a service. Needs root.

What belongs here: the machine. Everything it writes is in memory and gone with it; it has no network but loopback.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from parcelwatch.systemd import unit_text

PROGRAM: Final = "/opt/watch/bin/parcelwatch"
CONFIG: Final = "/etc/parcelwatch/config.toml"
UNIT: Final = "parcelwatch.service"
# What a machine boots beside us, and nobody here needs.
_IDLE: Final = ("systemd-logind", "console-getty", "getty@tty1", "systemd-update-utmp", "systemd-update-utmp-runlevel")
_IMPATIENT: Final = """
[Service]
RestartSec=100ms
WatchdogSec=3
TimeoutAbortSec=3
"""
_WAIT: Final = 60.0  # seconds; a busy machine takes some to start Python


def why_not() -> str:
    """Why no systemd can be booted here, "" where one can."""
    if os.geteuid() != 0:
        return "booting takes root"
    if shutil.which("systemd-nspawn") is None:
        return "systemd-nspawn is missing (apt-get install systemd-container)"
    return ""


class Unbootable(Exception):
    """This machine does not allow it, though nothing said so beforehand."""


class Machine:
    """One that runs, from `with` on. `text`: its parcelwatch's configuration. `dropin`: more lines of the unit."""

    def __init__(self, folder: Path, text: str, dropin: str = "") -> None:
        self._folder = folder
        self._text = text
        self._dropin = dropin
        self._stack = ExitStack()
        self._leader = 0
        self.root = folder / "root"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._over_this_machine(stack)
            self._install()
            self._boot(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    # --- using it --------------------------------------------------------------------------------

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command inside, as root."""
        inside = ["nsenter", "-t", str(self._leader), "-m", "-p", "-n", "-i", "-u", "-C", "--", *command]
        return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=_WAIT)

    def systemctl(self, verb: str) -> subprocess.CompletedProcess[str]:
        return self.run("systemctl", verb, UNIT)

    def shows(self, *names: str) -> dict[str, str]:
        """What systemd knows of the service."""
        said = self.run("systemctl", "show", UNIT, *(f"-p{name}" for name in names)).stdout
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def wait(self, **wanted: str) -> dict[str, str]:
        """Until each of these properties begins so; what they are then."""
        deadline = time.monotonic() + _WAIT
        while time.monotonic() < deadline:
            found = self.shows(*wanted, "MainPID", "NRestarts")
            if all(found.get(name, "").startswith(value) for name, value in wanted.items()):
                return found
        raise AssertionError(f"wanted {wanted}, found {found}\n{self.log()}")

    def says(self, wanted: str) -> None:
        """Wait until the service has written this."""
        deadline = time.monotonic() + _WAIT
        while wanted not in self.log():
            assert time.monotonic() < deadline, f"wanted {wanted!r}, found {self.log()}"

    def log(self) -> str:
        """What the service wrote."""
        return self.run("journalctl", "-u", UNIT, "--no-pager", "-o", "cat").stdout

    def write(self, text: str) -> None:
        """Another configuration."""
        (self.root / CONFIG.lstrip("/")).write_text(text, encoding="utf-8")

    # --- making it -------------------------------------------------------------------------------

    def _over_this_machine(self, stack: ExitStack) -> None:
        """This machine's files below, memory above."""
        memory = self._folder / "memory"
        memory.mkdir()
        stack.enter_context(_mounted(memory, "tmpfs", "tmpfs", "mode=755"))
        (upper, work) = (memory / "upper", memory / "work")
        for each in (upper, work, self.root):
            each.mkdir()
        layers = f"lowerdir=/,upperdir={upper},workdir={work}"
        stack.enter_context(_mounted(self.root, "overlay", "overlay", layers))

    def _install(self) -> None:
        units = self.root / "etc/systemd/system"
        for link in units.glob("*.wants/*"):
            link.unlink()
        for idle in _IDLE:
            (units / f"{idle}.service").unlink(missing_ok=True)
            (units / f"{idle}.service").symlink_to("/dev/null")
        _written(units / UNIT, unit_text(PROGRAM, CONFIG))
        _written(units / f"{UNIT}.d/test.conf", _IMPATIENT + self._dropin)
        _written(self.root / CONFIG.lstrip("/"), self._text)
        for part in ("lib/parcelwatch", "site", "python"):
            (self.root / "opt/watch" / part).mkdir(parents=True)
        python = f"/opt/watch/python/bin/python{sysconfig.get_python_version()}"
        paths = (
            "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/opt/watch/lib:/opt/watch/site LD_LIBRARY_PATH=/opt/watch/python/lib"
        )
        program = _written(self.root / PROGRAM.lstrip("/"), f'#!/bin/sh\n{paths} exec {python} -m parcelwatch "$@"\n')
        program.chmod(0o755)

    def _boot(self, stack: ExitStack) -> None:
        source, site = Path(__file__).parents[1] / "parcelwatch", sysconfig.get_path("purelib")
        command = ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--private-network", "--link-journal=no"]
        command += [f"--bind-ro={source}:/opt/watch/lib/parcelwatch", f"--bind-ro={site}:/opt/watch/site"]
        # Wherever it is, the service must see it: homes are hidden from it.
        command += [f"--bind-ro={sys.base_prefix}:/opt/watch/python"]
        command += ["-D", str(self.root), "-b", "systemd.unit=multi-user.target"]
        said = self._folder / "console"
        with said.open("wb") as console:
            host = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        stack.callback(self._switch_off, host)
        deadline = time.monotonic() + _WAIT
        while time.monotonic() < deadline and host.poll() is None:
            children = Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text().split()
            if children:
                self._leader = int(children[0])
                if self.run("systemctl", "is-active", "multi-user.target").stdout.strip() == "active":
                    return
        raise Unbootable(said.read_text(errors="replace")[-2000:])

    def _switch_off(self, host: subprocess.Popen[bytes]) -> None:
        """At once; what it held is in memory. Its first process takes all others along, its host does not."""
        for leader in Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(leader), signal.SIGKILL)
        try:
            host.wait(10)
        except subprocess.TimeoutExpired:
            host.kill()
            host.wait(10)


@contextmanager
def _mounted(place: Path, kind: str, what: str, options: str) -> Iterator[None]:
    done = subprocess.run(
        ["mount", "-t", kind, what, "-o", options, str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unbootable(done.stderr)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
