"""A clock that is set while parcels are watched: what goes on, what is told, and what it must not leave behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from parcelwatch.clock import Clock
from parcelwatch.core.timekeeping.jumps import PATIENCE
from parcelwatch.errors import StoreError
from parcelwatch.model import Cause, Milestone
from parcelwatch.running import making
from parcelwatch.running.daemon import BUG, Daemon
from parcelwatch.running.engine import Engine
from parcelwatch.running.reloading import Reloader
from parcelwatch.running.selfcheck import SelfCheck
from parcelwatch.store import ahead
from parcelwatch.store.writer import Writer
from parcelwatch.systemd.sdnotify import Notifier
from tests.acceptance.world import Account, Shop, Told, ago, known
from tests.sandbox.worlds import START
from tests.servers import PATIENCE as SERVERS

M = Milestone
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Life:
    """The daemon of a shop. The couriers' clock is right, the computer's `off`; its monotonic one `lost` some time."""

    def __init__(self, shop: Shop, parts: Engine, off: timedelta) -> None:
        self.shop, self.parts = shop, parts
        self.off, self.lost = off, timedelta()
        self.clock = Clock(self.wall, self.monotonic)
        now = self.clock.now
        reloader = Reloader(shop.config, making.parts(shop.config), parts, now)
        checks = SelfCheck(parts, lambda: shop.config, tuple, now)
        self.daemon = Daemon(parts, Notifier(), self.clock, reloader, checks)

    def wall(self) -> datetime:
        return self.shop.hand.at + self.off

    def monotonic(self) -> float:
        return (self.shop.hand.at - START - self.lost).total_seconds()

    async def live(self, span: timedelta, every: timedelta = MINUTE) -> None:
        """Beats for so long by the right time."""
        end = self.shop.hand.at + span
        while self.shop.hand.at < end:
            self.shop.hand.at += every
            await self.daemon.tick()
            await self.parts.settle(self.clock.now())


async def one_pass(shop: Shop, at: datetime) -> None:
    parts = shop.engine()
    await parts.start(at)
    try:
        await parts.once(at, timedelta(seconds=1))
    finally:
        await parts.close()


Scene = Callable[[Life], Awaitable[None]]


def played(shop: Shop, scene: Scene, off: timedelta = timedelta(), writer: Writer | None = None) -> None:
    """One life of the daemon; it starts with its clock `off`."""

    async def run() -> None:
        parts = shop.engine(writer=writer)
        life = Life(shop, parts, off)
        await life.daemon.start()
        try:
            await scene(life)
        finally:
            await parts.close()

    asyncio.run(run())


def jumps(shop: Shop) -> list[Told]:
    return [one for one in shop.sink.told if "clock" in one.title]


def remaining(shop: Shop) -> list[ahead.Ahead]:
    with shop.store() as store:
        return ahead.remaining(store, shop.hand.at)


MOVING = known("3000000001", ago(5))
SILENT_LATER = known("3000000002", ago(2), ago(-3, M.IN_TRANSIT), ago(-26, M.IN_TRANSIT))


@pytest.mark.parametrize("off", [-HOUR, 40 * DAY], ids=str)
def test_a_clock_that_is_set_and_set_right_again_changes_nothing(tmp_path: Path, off: timedelta) -> None:
    with Shop(tmp_path, MOVING, SILENT_LATER) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            life.off = off
            await life.live(PATIENCE - MINUTE)
            life.off = timedelta()
            await life.live(2 * MINUTE)

        played(shop, scene)
        assert shop.cases() == {}
        assert len(jumps(shop)) == len(shop.sink.told) == 1
        assert remaining(shop) == []


@pytest.mark.parametrize("off", [400 * DAY], ids=str)
def test_a_clock_set_ahead_accuses_nobody_however_long_it_is_wrong(tmp_path: Path, off: timedelta) -> None:
    with Shop(tmp_path, MOVING, SILENT_LATER) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            life.off = off
            await life.live(8 * HOUR, every=HOUR / 2)

        played(shop, scene)
        assert shop.cases() == {}
        assert len(jumps(shop)) == len(shop.sink.told) == 1
        assert shop.server.calls < 20


def test_a_clock_set_ahead_while_nothing_can_be_kept_is_not_believed(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING) as shop:
        shop.watch_all()
        writer = Writer(shop.config.database, daemon=True, lock_wait=0)

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            life.off = 2 * DAY
            with shop.store() as other, other.writing():  # nobody else can write
                for _ in range(6):
                    with suppress(StoreError):
                        await life.live(10 * MINUTE, every=10 * MINUTE)
            assert life.clock.now() == shop.hand.at

        played(shop, scene, writer=writer)


DAMAGED_LATER = known("3000000003", ago(5), ago(-2, M.EXCEPTION, Cause.DAMAGED))


@pytest.mark.parametrize("off", [HOUR, 40 * DAY], ids=str)
def test_a_daemon_that_started_ahead_finds_its_way_back(tmp_path: Path, off: timedelta) -> None:
    with Shop(tmp_path, DAMAGED_LATER, MOVING) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            life.off = timedelta()
            # Couriers' clocks speak for the right time, so it is believed at once, and all is as it should be.
            await life.live(2 * MINUTE)
            assert remaining(shop) == []
            assert len(jumps(shop)) == 1
            shop.watch([shop.wanted("3000000004")])
            await life.live(5 * HOUR, every=HOUR / 4)

        played(shop, scene, off)
        # What was told at the wrong time is taken back; what is true is told.
        standing = {kind for (_, kind), case in shop.cases().items() if case["state"] != "resolved"}
        assert standing == {"damaged"}
        assert len(jumps(shop)) == 1
        with shop.store() as store:
            assert store.value("SELECT count(*) FROM parcels WHERE asked_at IS NULL") == 0


@pytest.mark.parametrize("off", [DAY, 400 * DAY], ids=str)
def test_one_pass_with_the_clock_ahead_costs_nothing_but_that_pass(tmp_path: Path, off: timedelta) -> None:
    account = Account("dhl", rate="20/s", quota="250/d")
    with Shop(tmp_path, DAMAGED_LATER, MOVING, accounts=[account]) as shop:
        shop.watch_all()

        asyncio.run(one_pass(shop, shop.hand.at + off))
        assert remaining(shop) != []
        shop.hand.turn(hours=3)
        shop.watch([shop.wanted("3000000005")])
        calls = shop.server.calls
        asyncio.run(one_pass(shop, shop.hand.at))
        assert shop.server.calls >= calls + 2
        assert "damaged" in shop.kinds()
        assert remaining(shop) == []
        assert len(jumps(shop)) == 1
        shop.hand.turn(hours=1)
        asyncio.run(one_pass(shop, shop.hand.at))
        assert len(jumps(shop)) == 1


def test_a_computer_that_slept_asks_before_it_accuses(tmp_path: Path) -> None:
    moved = known("3000000006", ago(2), *(ago(-hours) for hours in range(10, 60, 10)))
    with Shop(tmp_path, moved) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            await life.live(50 * HOUR, every=50 * HOUR)  # one beat before, one after
            await life.live(2 * MINUTE)

        played(shop, scene)
        assert shop.cases() == {}
        assert shop.sink.told == []


def test_a_machine_that_was_held_still_believes_the_time_as_soon_as_a_courier_bears_it_out(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING, SILENT_LATER) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            shop.hand.turn(hours=30)
            life.lost += 30 * HOUR
            await life.live(2 * MINUTE)
            assert abs(life.clock.now() - shop.hand.at) < MINUTE

        played(shop, scene)
        assert len(jumps(shop)) == 1
        assert remaining(shop) == []


def test_nothing_is_done_by_a_clock_that_cannot_be_right(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING) as shop:
        shop.watch_all()
        start = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            assert shop.server.calls == 0
            assert life.parts.ages()["tick"] < 5
            life.off = timedelta()
            await life.live(PATIENCE + 2 * MINUTE)
            assert shop.server.calls > 0

        played(shop, scene, start - shop.hand.at)
        assert remaining(shop) == []


def test_a_start_by_a_clock_set_right_may_take_its_time_and_is_not_taken_for_death(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING) as shop:
        shop.watch_all()
        go = threading.Event()

        async def scene(life: Life) -> None:
            life.off = timedelta()
            held = asyncio.create_task(life.parts.writer.run(lambda _: go.wait(SERVERS)))
            beats: list[asyncio.Task[None]] = []
            while not life.clock.right or len(beats) < 2:
                shop.hand.at += timedelta(seconds=1)
                beats.append(asyncio.create_task(life.daemon.tick()))
                for _ in range(5):
                    await asyncio.sleep(0)
            beaten = all(one.done() for one in beats)
            life.parts.beat -= 60
            with structlog.testing.capture_logs() as said:
                pulse = asyncio.create_task(life.daemon._pulse())
                await asyncio.sleep(0)
            go.set()
            await asyncio.gather(held, pulse, *beats)
            assert (beaten, said) == (True, [])
            await life.live(2 * MINUTE)
            assert shop.server.calls > 0

        played(shop, scene, datetime.fromisoformat("1970-01-01T00:00:00+00:00") - shop.hand.at)


def test_a_late_start_that_fails_for_a_fault_of_ours_ends_the_program(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING) as shop:

        async def scene(life: Life) -> None:
            life.off = timedelta()
            life.parts.start = None  # type: ignore[method-assign, assignment]
            await life.live(PATIENCE + 2 * MINUTE)
            assert life.daemon._stopped.is_set()
            assert life.daemon._code == BUG

        played(shop, scene, datetime.fromisoformat("1970-01-01T00:00:00+00:00") - shop.hand.at)


@pytest.mark.parametrize("off", [-3 * DAY, 40 * DAY], ids=str)
def test_a_restart_by_a_wrong_clock_goes_by_the_couriers_and_is_told_once(tmp_path: Path, off: timedelta) -> None:
    with Shop(tmp_path, MOVING, DAMAGED_LATER) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            assert abs(life.clock.now() - shop.hand.at) < MINUTE

        played(shop, scene)
        played(shop, scene, off)
        assert shop.cases() == {}
        assert len(jumps(shop)) == len(shop.sink.told) == 1
        assert remaining(shop) == []


def test_a_restart_after_long_is_no_news(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            assert abs(life.clock.now() - shop.hand.at) < MINUTE

        played(shop, scene)
        shop.hand.turn(days=3)
        played(shop, scene)
        assert jumps(shop) == []


def test_a_computer_that_slept_is_not_blamed_for_what_was_due_meanwhile(tmp_path: Path) -> None:
    with Shop(tmp_path, MOVING) as shop:
        shop.watch_all()

        async def scene(life: Life) -> None:
            await life.live(2 * MINUTE)
            shop.hand.at += DAY
            await life.daemon._check()
            await life.live(2 * MINUTE)
            await life.daemon._check()
            await life.live(MINUTE)

        played(shop, scene)
        assert [one for one in shop.sink.told if "not as it should be" in one.title] == []
