"""The long-running process: a heartbeat, signals, and what systemd wants to hear. The only user of APScheduler.

What belongs here: when the engine ticks, when it stops, and whether it is alive. APScheduler is the heartbeat and
not the memory: what is due stands in the database.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from parcelwatch import clock, engine, web
from parcelwatch.config import Config
from parcelwatch.core.pacing import Pace
from parcelwatch.engine import Engine
from parcelwatch.errors import ConfigError
from parcelwatch.shopping.posting import Counters
from parcelwatch.shopping.taking import Counter
from parcelwatch.systemd.sdnotify import Notifier
from parcelwatch.verbs import complaining, importing
from parcelwatch.verbs.desks import assigner

log = structlog.get_logger()

TICK = 1
PULSE = 10
# Seconds without a sign of life after which a part counts as wedged. A send may hang for as long as its service does.
FRESH = {"tick": 5.0, "writer": 45.0, "sender": 300.0}

FINE = 0
BUG = 70


def run(config: Config, environment: Mapping[str, str], now: Callable[[], datetime] = clock.now) -> int:
    """Watch until told to stop; the exit code. Raises ConfigError, StoreError and StoreLocked before it is up."""
    if not config.accounts():
        raise ConfigError([f"{config.path}: no courier is configured; add a [couriers.NAME] table and run again"])
    parts = engine.build(config, serving=True)
    doors = _doors(config, parts, now)
    log.info(
        "starting", database=str(config.database), couriers=list(config.accounts()), channels=list(config.channels())
    )
    return asyncio.run(_live(parts, Notifier.from_environment(environment), now, doors))


def _doors(config: Config, parts: Engine, now: Callable[[], datetime]) -> web.Server | None:
    """What answers couriers that call us and people who act from a message; None when neither can come.

    Raises ConfigError when the address that was asked for cannot be had; one nobody asked for is done without.
    """
    hooks = web.Hooks(parts.posts, parts.writer, now)
    callers = _callers(config, parts)
    if config.listen is None or not (hooks.accounts or config.public_url or callers):
        return None
    host, port = config.listen
    try:
        listening = web.bound(host, port)
    except ConfigError as error:
        if config.listen_written or config.public_url or callers:
            parts.writer.close()
            raise
        log.warning("couriers cannot call", why=str(error))
        return None
    if hooks.accounts:
        log.info("couriers may call", address=f"http://{host}:{port}/hooks/ACCOUNT", accounts=list(hooks.accounts))
    if config.public_url:
        log.info("people may act from messages", address=f"{config.public_url}/a/…", on=f"{host}:{port}")
    if callers:
        log.info("programs may post", address=f"http://{host}:{port}/api/…", tokens=[one.name for one in callers])
    links = [_links(config, parts, now).route] if config.public_url else []
    posts = web.Api(callers, parts.writer, now).routes if callers else ()
    return web.Server(web.application(hooks.route, *links, *posts), listening)


def _callers(config: Config, parts: Engine) -> list[web.Caller]:
    """Whoever may post. Reads the tokens' secrets; raises ConfigError, the database closed."""
    parcels, complaints, asks = importing.desk(config), complaining.desk(config), assigner(config)
    try:
        return [
            web.Caller(
                each.name,
                each.secret.read(),
                each.role,
                Pace(quotas=(each.rate,)),
                Counters(
                    parcels,
                    complaints,
                    parts.policy,
                    Counter(f"api.{each.name}", asks, parts.policy, config.shop.currency),
                ),
            )
            for each in config.tokens().values()
        ]
    except ConfigError:
        parts.writer.close()
        raise


def _links(config: Config, parts: Engine, now: Callable[[], datetime]) -> web.Links:
    languages = {name: channel.language for name, channel in config.channels().items()}
    readers = web.Readers(engine.people(config), languages, config.language, config.timezone)
    return web.Links(readers, parts.policy, parts.writer, now)


async def _live(parts: Engine, notifier: Notifier, now: Callable[[], datetime], doors: web.Server | None = None) -> int:
    daemon = Daemon(parts, notifier, now, doors)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(daemon.fail)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop, number.name)
    return await daemon.run()


def stale(ages: Mapping[str, float]) -> tuple[str, ...]:
    """The parts without a sign of life for too long, by the seconds since each last gave one."""
    return tuple(part for part, limit in FRESH.items() if ages[part] > limit)


class Daemon:
    """The engine under a heartbeat."""

    def __init__(
        self, parts: Engine, notifier: Notifier, now: Callable[[], datetime], doors: web.Server | None = None
    ) -> None:
        self._engine = parts
        self._notifier = notifier
        self._now = now
        self._doors = doors
        self._stopped = asyncio.Event()
        self._code = FINE

    async def run(self) -> int:
        """Tick until `stop` or `fail`, then let what is on its way arrive and close."""
        await self._engine.start(self._now())
        if self._doors is not None:
            self._doors.start()
        scheduler = self._heartbeat()
        scheduler.start()
        self._notifier.ready("watching")
        log.info("watching", stop="Ctrl-C or SIGTERM")
        await self._stopped.wait()
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
        waiting, sent = await self._engine.count_waiting(), self._engine.deliverer.sent
        self._notifier.status(f"watching; {waiting} messages waiting, {sent} sent since the start")

    def _missed(self, event: JobExecutionEvent) -> None:
        log.error("a heartbeat was missed", job=event.job_id, exc_info=getattr(event, "exception", None))
