"""The long-running process: a heartbeat, signals, and what systemd wants to hear.

What belongs here: when the engine ticks and by what time, when it stops, and whether it is alive. The heartbeat is no
memory: what is due stands in the database.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from parcelwatch import web
from parcelwatch.clock import Clock
from parcelwatch.config import Config
from parcelwatch.core.timekeeping.jumps import TOLERANCE
from parcelwatch.errors import ConfigError, StoreError
from parcelwatch.running import doors, engine, heartbeat, making, memory, selfcheck, storekeeping
from parcelwatch.running.engine import Engine
from parcelwatch.running.making import Parts
from parcelwatch.running.metrics import CONTENT_TYPE, Metrics
from parcelwatch.running.reloading import Reloader
from parcelwatch.running.selfcheck import SelfCheck
from parcelwatch.systemd.sdnotify import Notifier

log = structlog.get_logger()

TICK = timedelta(seconds=1)
PULSE = 10
# So long after the start, or after a sleep, before it judges itself: what was due meanwhile is being asked.
SETTLED = timedelta(minutes=1)
# Times left ahead by a clock that others set, or by calls that were on their way, are looked for this often.
SET_RIGHT = timedelta(minutes=1)
# Seconds without a sign of life after which a part counts as wedged. A send may hang for as long as its service does.
FRESH = {"tick": 5.0, "writer": 45.0, "sender": 300.0}

# Seconds that a start may take, beside waiting for the database.
STARTING = 120

FINE = 0
BUG = 70
ANEW = 75


def run(config: Config, environment: Mapping[str, str], clock: Clock | None = None) -> int:
    """Watch until told to stop; the exit code. A database that may be mended meanwhile is waited for.

    Raises ConfigError, StoreError and StoreLocked before it is up.
    """
    memory.one_heap()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    making.require_couriers(config)
    clock, notifier = clock or Clock(), Notifier.from_environment(environment)
    made = making.parts(config)
    parts = _built(config, made, notifier, clock.now)
    log.info(
        "starting", database=str(config.database), couriers=list(config.accounts()), channels=list(config.channels())
    )
    return asyncio.run(_live(parts, notifier, clock, config, made))


def _built(config: Config, made: Parts, notifier: Notifier, now: Callable[[], datetime]) -> Engine:
    """The engine, as soon as its database can be opened; meanwhile the operators are told, and systemd waits."""

    def tell(error: StoreError) -> None:
        storekeeping.tell_all(made.channels, made.voices, error, now())

    def waiting(error: StoreError, wait: float) -> None:
        log.error("the database cannot be opened", why=str(error), again_in=round(wait))
        notifier.extend(timedelta(seconds=wait + STARTING))
        notifier.status(f"waiting for the database: {error}")

    return storekeeping.patiently(
        lambda: engine.build(config, serving=True, made=made), tell, waiting, watched=_at_terminal()
    )


def _at_terminal() -> bool:
    """Whether somebody may be looking on; nobody is where errors lead nowhere."""
    return sys.stderr is not None and sys.stderr.isatty()


async def _live(
    parts: Engine,
    notifier: Notifier,
    clock: Clock,
    config: Config,
    made: Parts,
    tick: timedelta = TICK,
) -> int:
    now = clock.now
    reloader = Reloader(config, made, parts, now)
    checks = SelfCheck(parts, lambda: reloader.config, lambda: stale(parts.ages()), now)
    scrape = web.Scrape(Metrics(parts, checks).text, CONTENT_TYPE)
    reloader.watching = (
        web.Health(checks.look).route,
        scrape.route,
        web.ShopHooks(lambda: parts.shopkeepers, now).route,
    )
    try:
        reloader.server = doors.opened(config, parts, now, reloader.watching)
    except ConfigError:
        parts.writer.close()
        raise
    daemon = Daemon(parts, notifier, clock, reloader, checks, tick)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(daemon.fail)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop, number.name)
    loop.add_signal_handler(signal.SIGHUP, daemon.hung_up, _at_terminal())
    code = await daemon.run()
    # What comes this late finds nothing to reload, and by itself the loop would let it end us with another code.
    loop.remove_signal_handler(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return code


def stale(ages: Mapping[str, float]) -> tuple[str, ...]:
    """The parts without a sign of life for too long, by the seconds since each last gave one."""
    return tuple(part for part, limit in FRESH.items() if ages[part] > limit)


class Daemon:
    """The engine under a heartbeat, by a clock that it believes. `tick`: how often the engine is woken."""

    def __init__(
        self,
        parts: Engine,
        notifier: Notifier,
        clock: Clock,
        reloader: Reloader,
        checks: SelfCheck,
        tick: timedelta = TICK,
    ) -> None:
        self._engine = parts
        self._notifier = notifier
        self._clock = clock
        self._doors = reloader.server
        self._checks = checks
        self._reloader = reloader
        self._reload_wanted = asyncio.Event()
        self._every = tick
        self._started = False
        self._starting: asyncio.Task[None] | None = None
        self._starts_until = self._set_right_at = 0.0
        self._ticked_at, self._woke_at = clock.monotonic(), float("-inf")
        self._stopped = asyncio.Event()
        self._code = FINE

    async def run(self) -> int:
        """Tick until `stop` or `fail`, then let what is on its way arrive and close."""
        await self.start()
        memory.spare_what_stays()
        await self._reloader.begin()
        if self._doors is not None:
            self._doors.start()
        scheduler = self._heartbeat()
        scheduler.start()
        self._notifier.ready("watching")
        log.info("watching", stop="Ctrl-C or SIGTERM", reload="SIGHUP")
        reloads = asyncio.create_task(self._reloads())
        await self._stopped.wait()
        for task in filter(None, (reloads, self._starting)):
            task.cancel()
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
        if on_terminal and not _at_terminal():
            self.stop("the terminal is gone")
        self._reload_wanted.set()

    def fail(self, _loop: object, context: Mapping[str, Any]) -> None:
        """A part died in a way nobody foresaw: stop, so that whoever supervises us starts afresh."""
        log.error("a part died", what=context.get("message"), exc_info=context.get("exception"))
        self._code = BUG
        self._stopped.set()

    def begin_anew(self, why: str) -> None:
        """Stop in good order, to be started again by whoever supervises us: all we know is of what is there no more."""
        if not self._stopped.is_set():
            log.error("ending, to begin anew with what lies there now", why=why)
        self._code = ANEW
        self._stopped.set()

    def _heartbeat(self) -> AsyncIOScheduler:
        scheduler = heartbeat.scheduler(self._clock.monotonic)
        scheduler.add_job(heartbeat.until(self._stopped, self.tick), heartbeat.Every(self._every), id="tick")
        scheduler.add_job(heartbeat.until(self._stopped, self._pulse), heartbeat.Every(self._pulse_every()), id="pulse")
        soon = scheduler.timezone.now() + SETTLED
        check = heartbeat.until(self._stopped, self._check)
        scheduler.add_job(check, heartbeat.Every(selfcheck.EVERY), next_run_time=soon, id="self-check")
        scheduler.add_listener(self._missed, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
        return scheduler

    def _pulse_every(self) -> timedelta:
        fed = self._notifier.feed_every or timedelta(seconds=PULSE)
        return max(timedelta(seconds=0.5), min(fed, timedelta(seconds=PULSE)))

    async def start(self) -> None:
        """Start the engine, but not by a clock that cannot be right: what it wrote would be wrong for good."""
        if self._clock.right:
            await self._ask_the_time()
            await self._engine.start(self._clock.now(), patient=True)
            self._started = True
        else:
            log.error("the clock cannot be right; nothing is done until it is", clock=self._clock.now().isoformat())

    async def _ask_the_time(self) -> None:
        """Of couriers, where the clock shows what contradicts the database, or may."""
        last = await self._engine.last_noted()
        if last is None or not self._clock.doubtful(last):
            return
        heard = await self._engine.courier_dates()
        before = self._clock.now()
        self._clock.begin(last, heard)
        if abs(by := self._clock.now() - before) > TOLERANCE:
            log.warning("the clock is wrong by what couriers' show; theirs is believed", by=str(by), noted=str(last))

    async def tick(self) -> None:
        """One beat."""
        self._note_sleep()
        self._keep_time()
        if not self._started:
            await self._start_late()
            return
        await self._engine.tick(self._clock.now())
        if why := self._engine.storekeeper.superseded:
            self.begin_anew(why)

    async def _start_late(self) -> None:
        """Start beside the heartbeat once the clock can be right: it takes as long as any start."""
        if self._starting is None and self._clock.right:
            self._starting = asyncio.create_task(self.start())
            self._starts_until = self._clock.monotonic() + STARTING
        if self._starting is None or self._starts:
            self._engine.rest()
        if self._starting is not None and self._starting.done():
            ended, self._starting = self._starting, None
            if (error := ended.exception()) is not None:  # tried again at each beat, it would look like life for ever
                self.fail(self, {"message": "it could not be started", "exception": error})

    @property
    def _starts(self) -> bool:
        """Whether it is starting late, and may still be."""
        return self._starting is not None and not self._started and self._clock.monotonic() < self._starts_until

    def _keep_time(self) -> None:
        """Notice a clock that was set, and bring back what it left ahead once it is believed."""
        known = self._clock.doubt
        asking = self._engine.storekeeper.works or not self._started  # what cannot be kept is not asked
        jump = self._clock.look(self._engine.courier_clocks(), asking=asking)
        now, doubt = self._clock.now(), self._clock.doubt
        if doubt is not None and (known is None or known.since != doubt.since):
            log.warning("the clock jumped; what it shows is not believed yet", by=str(doubt.by))
            if self._started:
                self._engine.ask_the_time(now)
        if jump is not None:
            log.warning("the clock jumped", before=jump.before.isoformat(), by=str(jump.by), believed=jump.believed)
        due = doubt is None and self._clock.monotonic() >= self._set_right_at
        if self._started and (jump is not None or due):
            self._set_right_at = self._clock.monotonic() + SET_RIGHT.total_seconds()
            self._engine.keep_time(now, jump)

    async def _check(self) -> None:
        self._note_sleep()
        if self._started and self._clock.monotonic() - self._woke_at >= SETTLED.total_seconds():
            await self._checks.check()

    def _note_sleep(self) -> None:
        """Notice that the computer slept, or stood still: what was due meanwhile is only now being asked."""
        read = self._clock.monotonic()
        if read - self._ticked_at >= SETTLED.total_seconds():
            self._woke_at = read
        self._ticked_at = read

    async def _pulse(self) -> None:
        """Feed the watchdog, but only while every part is alive."""
        wedged = () if self._starts else stale(self._engine.ages())
        if wedged:
            log.error("no sign of life", parts=wedged)
            return
        self._notifier.watchdog()
        self._notifier.status("starting" if self._starts else await self._status())

    async def _reloads(self) -> None:
        """One after the other; what is asked for meanwhile is done once more."""
        while True:
            await self._reload_wanted.wait()
            self._reload_wanted.clear()
            self._notifier.reloading("taking over the configuration")
            await self._reloader.reload()
            await self._check()
            self._notifier.ready(await self._status())

    async def _status(self) -> str:
        if trouble := self._engine.storekeeper.standing.trouble:
            return f"waiting for the database ({trouble})"
        try:
            waiting, sent = await self._engine.count_waiting(), self._engine.deliverer.sent
        except StoreError as error:
            return f"watching; the database cannot be read now: {error}"
        said = f"watching; {waiting} messages waiting, {sent} sent since the start"
        refused = self._reloader.refused
        return f"the edited configuration was refused, the old one goes on: {refused}; {said}" if refused else said

    def _missed(self, event: JobExecutionEvent) -> None:
        log.error("a heartbeat was missed", job=event.job_id, exc_info=getattr(event, "exception", None))
