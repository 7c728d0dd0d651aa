"""What beats: jobs run again and again, at spans of a clock that nobody can set. The only user of APScheduler.

What belongs here: when a job runs. APScheduler reads the wall clock, in the zone it is given; in ours every hour is the
monotonic clock's, so that no step of the wall clock makes it sleep or run wild.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

_START: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - given its zone below


class Steady(tzinfo):
    """A zone in which it always is the reading of a monotonic clock, whatever time it is elsewhere."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic

    def now(self) -> datetime:
        """The time in this zone."""
        return _START.replace(tzinfo=self) + timedelta(seconds=self._monotonic())

    def fromutc(self, _at: datetime) -> datetime:
        return self.now()

    def utcoffset(self, _at: datetime | None) -> timedelta:
        return timedelta(0)

    def dst(self, _at: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _at: datetime | None) -> str:
        return "steady"


class Every(BaseTrigger):  # type: ignore[misc]
    """At once, and again after every `span`; beats that were missed are made up for by one."""

    def __init__(self, span: timedelta) -> None:
        self._span = span

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """As APScheduler asks it."""
        if previous is None:
            return now
        due_at = previous + self._span
        return due_at if due_at > now else now + self._span


def scheduler(monotonic: Callable[[], float]) -> AsyncIOScheduler:
    """One without jobs, not started; add them with a trigger `Every`."""
    # A late beat is made up for once: being blocked for a second must not lose it (the default drops it).
    defaults: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    return AsyncIOScheduler(timezone=Steady(monotonic), job_defaults=defaults)


def until(stopped: asyncio.Event, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """The job, of which nobody is told that it failed where the end of the program cut it off."""

    async def run() -> None:
        try:
            await job()
        except asyncio.CancelledError:
            if not stopped.is_set():
                raise

    return run
