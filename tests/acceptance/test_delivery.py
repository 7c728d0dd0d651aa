"""What becomes of messages when channels hang, refuse, or fail for a day."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from parcelwatch.core.policy import Policy
from parcelwatch.model import Cause, Milestone, Severity
from parcelwatch.running.engine import Engine, Passed
from parcelwatch.store import alerts, outbox
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Deliverer
from parcelwatch.wording.render import Renderer
from tests.acceptance.outlet import hurried
from tests.acceptance.world import THRESHOLDS, Shop, ago, happens, known, numbers
from tests.receivers import Receiver
from tests.sandbox.worlds import START
from tests.servers import PATIENCE, answers, hangs

M = Milestone

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAMAGED = (ago(40), ago(20, M.EXCEPTION, Cause.DAMAGED))
LOST = (ago(40), ago(20, M.EXCEPTION, Cause.LOST))

TO_TWO_CHANNELS = (
    THRESHOLDS
    + """
[[routes]]
kinds = ["lost"]
channel = "drafts"
"""
)


class Gate(Receiver):
    """A channel that takes nothing until it is opened, as a service that hangs does."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.reached = threading.Event()
        self.took: list[str] = []

    def send(self, title: str, body: str, severity: Severity) -> None:
        self.reached.set()
        assert self.open.wait(PATIENCE)
        self.took.append(title)


class Quick(Receiver):
    """A channel that takes everything at once; `done` once it took as many messages as expected."""

    def __init__(self, expected: int) -> None:
        self.took: list[str] = []
        self.done = threading.Event()
        self._expected = expected

    def send(self, title: str, body: str, severity: Severity) -> None:
        self.took.append(title)
        if len(self.took) == self._expected:
            self.done.set()


def test_a_hanging_channel_holds_up_no_other(tmp_path: Path) -> None:
    story = [known(number, *DAMAGED) for number in numbers(4, "61")] + [known("6200000001", *LOST)]
    with Shop(tmp_path, *story, settings=TO_TWO_CHANNELS) as place:
        place.watch_all()
        # Of the damaged ones the letters, of the lost one the letter with the alert.
        hanging, quick = Gate(), Quick(5)
        parts = place.engine(channels={"ops": hanging, "drafts": quick})

        async def scene(parts: Engine) -> None:
            for turn in range(10 * int(PATIENCE)):  # a channel gets one message at a tick
                await parts.tick(place.hand.at + min(turn, 50) * SECOND)
                if await asyncio.to_thread(quick.done.wait, 0.1):
                    break
            assert quick.done.is_set()
            assert hanging.reached.is_set()
            assert hanging.took == []
            hanging.open.set()
            await parts.settle(place.hand.at + MINUTE)

        place.play(scene, parts)
        assert len(hanging.took) == 4


def test_waiting_for_everything_a_slow_channel_still_holds_up_no_other(tmp_path: Path) -> None:
    story = [known(number, *DAMAGED) for number in numbers(5, "61")]
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        slow, quick = Gate(), Quick(5)
        parts = place.engine(channels={"ops": slow, "drafts": quick})

        async def scene(parts: Engine) -> None:
            passing = asyncio.create_task(parts.once(place.hand.at, SECOND))
            assert await happens(quick.done)
            assert slow.took == []
            slow.open.set()
            assert (await passing).clean

        place.play(scene, parts)


def test_a_real_service_that_hangs_is_given_up_and_tried_again(tmp_path: Path) -> None:
    with Shop(tmp_path, known("6100000001", *DAMAGED)) as place:
        place.watch_all()
        place.sink.behaviour = hangs()
        impatient = {name: hurried(place.sink, 1, name) for name in ("ops", "drafts")}

        async def scene(parts: Engine) -> None:
            passed = await parts.once(place.hand.at, SECOND)
            assert passed.undelivered == 2
            place.sink.hits.clear()
            place.sink.behaviour = answers(b"ok")
            place.hand.turn(minutes=1)
            await place.beat(parts)

        place.play(scene, place.engine(channels=impatient))
        assert len(place.sink.told) == 2


def test_messages_a_channel_refuses_for_good_are_shown_as_dead_and_can_be_sent_again(tmp_path: Path) -> None:
    with Shop(tmp_path, known("6100000001", *DAMAGED)) as place:
        place.watch_all()
        place.sink.behaviour = answers(b"not this", 400)
        place.play(lambda parts: place.live(parts, HOUR, 10 * MINUTE))
        assert len(place.sink.hits) == 4, "each of both on each of both channels"
        with place.store() as store:
            dead = alerts.rows(store, "dead")
            assert ["it does not take this message" in row.error for row in dead] == [True, True]
            with store.transaction():
                for row in dead:
                    outbox.retry(store, row.out.id, place.hand.at)
        place.sink.behaviour = answers(b"ok")
        place.play(place.beat)
        with place.store() as store:
            assert alerts.counts(store) == {"sent": 2}


def test_an_alert_is_taken_back_when_its_case_clears_before_it_was_sent(tmp_path: Path) -> None:
    number = "6100000001"
    with Shop(tmp_path, known(number, ago(40), ago(30), ago(-3))) as place:
        place.watch_all()
        place.sink.behaviour = answers(b"overloaded", 503)
        place.play(place.beat)
        assert place.cases()[number, "stalled"]["state"] == "open"

        place.hand.turn(hours=5)
        place.sink.hits.clear()
        place.sink.behaviour = answers(b"ok")
        place.play(place.one_pass)
        assert place.cases()[number, "stalled"]["state"] == "resolved"
        with place.store() as store:
            states = alerts.counts(store)
        assert place.sink.told == []
        assert states == {"suppressed": 2}


def stop_while_sending(path: Path) -> None:
    """A whole life that ends while a channel hangs."""

    async def life() -> None:
        gate = Gate()
        deliverer = Deliverer({"ops": gate}, Writer(path), Policy(), Renderer())
        await deliverer.run(START + MINUTE)
        await happens(gate.reached)
        await deliverer.close(0.1)

    asyncio.run(life())


def test_a_hanging_channel_does_not_hold_up_the_end_of_the_program(tmp_path: Path) -> None:
    with Shop(tmp_path, known("6100000001", *DAMAGED)) as place:
        place.watch_all()
        place.sink.behaviour = answers(b"overloaded", 503)
        place.play(place.beat)
        context = get_context("forkserver")
        context.set_forkserver_preload(["tests.acceptance.warm"])
        child = context.Process(target=stop_while_sending, args=(place.config.database,), daemon=True)
        child.start()
        child.join(PATIENCE)
        assert child.exitcode == 0


def test_a_pass_counts_the_messages_that_arrived_beside_the_alerts_in_them(tmp_path: Path) -> None:
    with Shop(tmp_path, *[known(number, *DAMAGED) for number in numbers(8)]) as place:
        place.watch_all()
        passes: list[Passed] = []

        async def scene(parts: Engine) -> None:
            place.sink.behaviour = answers(b"no", 500)
            passes.append(await parts.once(place.hand.at, SECOND))
            place.sink.behaviour = answers(b"ok")
            place.sink.hits.clear()
            place.hand.turn(hours=1)
            passes.append(await parts.once(place.hand.at, SECOND))

        place.play(scene)
        refused, passed = passes
        assert 0 < refused.messages_failed < refused.undelivered
        assert refused.messages == 0
        assert passed.messages == len(place.sink.hits)
        assert 0 < passed.messages < passed.sent


def test_one_tick_asks_and_tells_and_a_free_channel_takes_the_next_at_once(tmp_path: Path) -> None:
    """No second tick comes: what the answers opened is told as soon as it is saved, one message after the other."""
    with Shop(tmp_path, *(known(number, *DAMAGED) for number in numbers(2, "61"))) as place:
        place.watch_all()
        quick, letters = Quick(2), Quick(2)
        parts = place.engine(channels={"ops": quick, "drafts": letters})

        async def scene(parts: Engine) -> None:
            await parts.tick(place.hand.at)
            assert await happens(quick.done)
            assert await happens(letters.done)

        place.play(scene, parts)
        assert len(set(quick.took)) == 2
