"""Telling systemd how the service is: sd_notify in a few lines of sockets.

What belongs here: the messages and when the watchdog wants to be fed. Whether the service is well enough to feed it
is the daemon's to judge.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

SHOWN = 200  # characters of a status


@dataclass(frozen=True, slots=True)
class Notifier:
    """A way to systemd; without one every message is a no-op, and no failure to send one is ever raised.

    `feed_every`: how often to call `watchdog`, None when systemd does not watch this process.
    """

    address: str = ""
    feed_every: timedelta | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Notifier:
        """The one that systemd named in the environment, if it did."""
        return cls(environment.get("NOTIFY_SOCKET", ""), _feed_every(environment))

    def ready(self, status: str = "") -> None:
        """The service is up (again, after `reloading`)."""
        self._send("READY=1", *_status(status))

    def reloading(self, status: str = "") -> None:
        """The service takes over its configuration; `ready` ends it, whatever came of it."""
        self._send(
            "RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}", *_status(status)
        )

    def status(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._send(*_status(status))

    def watchdog(self) -> None:
        """All is well."""
        self._send("WATCHDOG=1")

    def wedged(self) -> None:
        """Nothing will get well by itself: systemd kills and restarts the service now."""
        self._send("WATCHDOG=trigger")

    def extend(self, by: timedelta) -> None:
        """Starting or stopping takes this much longer from now, as a migration may."""
        self._send(f"EXTEND_TIMEOUT_USEC={by // timedelta(microseconds=1)}")

    def stopping(self, status: str = "") -> None:
        """The service begins to stop."""
        self._send("STOPPING=1", *_status(status))

    def _send(self, *lines: str) -> None:
        if not self.address:
            return
        # An address that begins with @ has no file: the kernel writes it with a zero byte.
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.setblocking(False)
            out.sendto("\n".join(lines).encode(), address)


def _status(status: str) -> tuple[str, ...]:
    """One line, so that no text can smuggle in a message of its own."""
    return (f"STATUS={' '.join(status.split())[:SHOWN]}",) if status else ()


def _feed_every(environment: Mapping[str, str]) -> timedelta | None:
    watched = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    period = environment.get("WATCHDOG_USEC", "")
    return timedelta(microseconds=int(period)) / 2 if watched and period.isdecimal() and int(period) else None
