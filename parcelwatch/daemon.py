"""The long-running process: a heartbeat, signals, and what systemd wants to hear. The only user of APScheduler.

What belongs here: when the engine ticks, when it stops, and whether it is alive. APScheduler is the heartbeat and
not the memory: what is due stands in the database.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from parcelwatch import clock, doors, engine, making, selfcheck, web
from parcelwatch.config import Config
from parcelwatch.engine import Engine
from parcelwatch.errors import ConfigError
from parcelwatch.making import Parts
from parcelwatch.metrics import CONTENT_TYPE, Metrics
from parcelwatch.reloading import Reloader, require_couriers
from parcelwatch.selfcheck import SelfCheck
from parcelwatch.systemd.sdnotify import Notifier

log = structlog.get_logger()

TICK = 1
PULSE = 10
# Seconds after the start before it judges itself: what was due while it was down is being asked.
SETTLED = 60
# Seconds without a sign of life after which a part counts as wedged. A send may hang for as long as its service does.
FRESH = {"tick": 5.0, "writer": 45.0, "sender": 300.0}

FINE = 0
BUG = 70


def run(config: Config, environment: Mapping[str, str], now: Callable[[], datetime] = clock.now) -> int:
    """Watch until told to stop; the exit code. Raises ConfigError, StoreError and StoreLocked before it is up."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    require_couriers(config)
    made = making.parts(config)
    parts = engine.build(config, serving=True, made=made)
    log.info(
        "starting", database=str(config.database), couriers=list(config.accounts()), channels=list(config.channels())
    )
    return asyncio.run(_live(parts, Notifier.from_environment(environment), now, config, made))


async def _live(
    parts: Engine,
    notifier: Notifier,
    now: Callable[[], datetime],
    config: Config,
    made: Parts,
) -> int:
    reloader = Reloader(config, made, parts, now)
    checks = SelfCheck(parts, lambda: reloader.config, lambda: stale(parts.ages()), now)
    scrape = web.Scrape(Metrics(parts, checks).text, CONTENT_TYPE)
    reloader.watching = (web.Health(checks.look).route, scrape.route)
    try:
        reloader.server = doors.opened(config, parts, now, reloader.watching)
    except ConfigError:
        parts.writer.close()
        raise
    daemon = Daemon(parts, notifier, now, reloader, checks)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(daemon.fail)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop, number.name)
    loop.add_signal_handler(signal.SIGHUP, daemon.hung_up, os.isatty(sys.stderr.fileno()))
    return await daemon.run()


def stale(ages: Mapping[str, float]) -> tuple[str, ...]:
    """The parts without a sign of life for too long, by the seconds since each last gave one."""
    return tuple(part for part, limit in FRESH.items() if ages[part] > limit)


class Daemon:
    """The engine under a heartbeat."""

    def __init__(
        self,
        parts: Engine,
        notifier: Notifier,
        now: Callable[[], datetime],
        reloader: Reloader,
        checks: SelfCheck,
    ) -> None:
        self._engine = parts
        self._notifier = notifier
        self._now = now
        self._doors = reloader.server
        self._checks = checks
        self._reloader = reloader
        self._reload_wanted = asyncio.Event()
        self._stopped = asyncio.Event()
        self._code = FINE

    async def run(self) -> int:
        """Tick until `stop` or `fail`, then let what is on its way arrive and close."""
        await self._engine.start(self._now())
        await self._reloader.begin()
        if self._doors is not None:
            self._doors.start()
        scheduler = self._heartbeat()
        scheduler.start()
        self._notifier.ready("watching")
        log.info("watching", stop="Ctrl-C or SIGTERM", reload="SIGHUP")
        reloads = asyncio.create_task(self._reloads())
        await self._stopped.wait()
        reloads.cancel()
        self._notifier.stopping("finishing what is on its way")
        scheduler.shutdown(wait=False)
        if self._doors is not None:
            await self._doors.stop()
        await self._engine.close()
        log.info("stopped", code=self._code)
        return self._code

    def stop(self, why: str) -> None:
        """Stop in good order."""
        log.info("stopping", why=why)
        self._stopped.set()

    def hung_up(self, on_terminal: bool) -> None:
        """SIGHUP: take over the configuration; but end where it means that the terminal we ran on is gone."""
        if on_terminal and not os.isatty(sys.stderr.fileno()):
            self.stop("the terminal is gone")
        self._reload_wanted.set()

    def fail(self, _loop: object, context: Mapping[str, Any]) -> None:
        """A part died in a way nobody foresaw: stop, so that whoever supervises us starts afresh."""
        log.error("a part died", what=context.get("message"), exc_info=context.get("exception"))
        self._code = BUG
        self._stopped.set()

    def _heartbeat(self) -> AsyncIOScheduler:
        # A late beat is made up for once: being blocked for a second must not lose it (the default drops it).
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        first = clock.now()
        scheduler.add_job(self._tick, "interval", seconds=TICK, next_run_time=first, id="tick")
        scheduler.add_job(self._pulse, "interval", seconds=self._pulse_every(), next_run_time=first, id="pulse")
        soon = first + timedelta(seconds=SETTLED)
        scheduler.add_job(self._checks.check, "interval", seconds=selfcheck.EVERY, next_run_time=soon, id="self-check")
        scheduler.add_listener(self._missed, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
        return scheduler

    def _pulse_every(self) -> float:
        fed = self._notifier.feed_every or timedelta(seconds=PULSE)
        return max(0.5, min(fed.total_seconds(), float(PULSE)))

    async def _tick(self) -> None:
        await self._engine.tick(self._now())

    async def _pulse(self) -> None:
        """Feed the watchdog, but only while every part is alive."""
        wedged = stale(self._engine.ages())
        if wedged:
            log.error("no sign of life", parts=wedged)
            return
        self._notifier.watchdog()
        self._notifier.status(await self._status())

    async def _reloads(self) -> None:
        """One after the other; what is asked for meanwhile is done once more."""
        while True:
            await self._reload_wanted.wait()
            self._reload_wanted.clear()
            self._notifier.reloading("taking over the configuration")
            await self._reloader.reload()
            await self._checks.check()
            self._notifier.ready(await self._status())

    async def _status(self) -> str:
        waiting, sent = await self._engine.count_waiting(), self._engine.deliverer.sent
        said = f"watching; {waiting} messages waiting, {sent} sent since the start"
        refused = self._reloader.refused
        return f"the edited configuration was refused, the old one goes on: {refused}; {said}" if refused else said

    def _missed(self, event: JobExecutionEvent) -> None:
        log.error("a heartbeat was missed", job=event.job_id, exc_info=getattr(event, "exception", None))
