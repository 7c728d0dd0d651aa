"""What the engine promises while it runs: pace, fairness between parcels, and a clean end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

import httpx
import pytest

from parcelwatch.asking import outcomes, poller
from parcelwatch.core.messaging.messages import Outgoing, Words
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.duration import parse_rate
from parcelwatch.errors import StoreError
from parcelwatch.ingest import Tally
from parcelwatch.model import Answered, Ask, Cause, Milestone, Observation
from parcelwatch.running import making
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.story import Access, Trouble
from parcelwatch.sandbox.wire_kuaidi100 import Kuaidi100
from parcelwatch.store import Store, accounts, parcels
from parcelwatch.store.writer import Writer
from parcelwatch.wording.render import Renderer
from tests.acceptance.world import Account, Shop, ago, happens, known, numbers

P = ParamSpec("P")
T = TypeVar("T")
M = Milestone

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAMAGED = (ago(40), ago(20, M.EXCEPTION, Cause.DAMAGED))

# --- pace ----------------------------------------------------------------------------------------


def test_a_lane_keeps_its_rate_by_the_couriers_watch(tmp_path: Path) -> None:
    story = [known(number, ago(3)) for number in numbers(12)]
    with Shop(tmp_path, *story, accounts=[Account("dhl", rate="10/s")]) as place:
        place.watch_all()
        started = time.monotonic()
        place.play(place.one_pass)
        assert place.server.calls == 12
        # A busy machine makes it longer, never shorter.
        assert time.monotonic() - started >= 1.1


def test_a_quota_holds_over_restarts_and_renews_at_midnight(tmp_path: Path) -> None:
    story = [known(number, ago(3)) for number in numbers(40)]
    with Shop(tmp_path, *story, accounts=[Account("dhl", quota="15/d")]) as place:
        place.watch_all()
        for _ in range(4):
            place.play(place.beat)
            place.hand.turn(hours=2)
        assert place.server.calls == 15
        with place.store() as store:
            _, pace = accounts.load(store, accounts.rows(store)[0]["account"])
            assert [one.used for one in pace.windows] == [15]
        place.hand.turn(hours=24)
        place.play(place.beat)
        assert place.server.calls == 30


@pytest.mark.parametrize("seed", range(3))
def test_no_number_is_asked_twice_within_half_an_hour_at_kuaidi100(tmp_path: Path, seed: int) -> None:
    lines = [
        (ago(40), ago(23.8)),  # a deadline falls minutes after the first answer
        (ago(3, M.OUT_FOR_DELIVERY), ago(-1, M.DELIVERED)),
        (ago(-5, M.PICKED_UP),),  # not known yet, so asked again soon
        (),
    ]
    story = [
        known(number, *lines[index % 4], api="kuaidi100", company="yuantong")
        for index, number in enumerate(numbers(24, "YT1"))
    ]
    troubles = [
        Trouble("outage", 2 * HOUR, 3 * HOUR),
        Trouble("wrong_schema", 4 * HOUR, 4.5 * HOUR, numbers=tuple(numbers(9, "YT1"))),
        Trouble("hang_up", 6 * HOUR, 6.3 * HOUR),
        Trouble("rate_limit", 8 * HOUR, 8.2 * HOUR, retry_after=2 * MINUTE),
    ]
    with Shop(tmp_path, *story, troubles=troubles, access=Access(same_number_lock=True)) as place:
        place.watch_all()
        for turn in range(8):
            place.play(lambda parts: place.live(parts, (55 + 7 * seed) * MINUTE, (3 + seed) * MINUTE))
            if turn % 2:
                place.hand.turn(seconds=20)
        courier = place.server.api
        assert isinstance(courier, Kuaidi100)
        assert courier.too_soon == {}
        assert len(place.server.asked) == 24
        assert min(place.server.asked.values()) >= 2
        assert place.server.asked.total() > 100


# --- one bad parcel ------------------------------------------------------------------------------

POISON = "6300000003"


class Garbling(Dhl):
    """Reads from the answer about one parcel what no database can keep: half of a character."""

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        return tuple(map(_garbled, super().parse(response, asked)))


def _garbled(said: Observation) -> Observation:
    if not isinstance(said, Answered) or said.number != POISON:
        return said
    return replace(said, checkpoints=tuple(replace(one, text="\ud83d") for one in said.checkpoints))


class Speechless(Renderer):
    """Finds no words for one parcel."""

    def alert(self, out: Outgoing, now: datetime, *, beside: bool = False) -> Words:
        if out.number == POISON:
            raise LookupError("no words")
        return super().alert(out, now, beside=beside)


def test_one_poisonous_parcel_is_undone_alone_and_set_aside(tmp_path: Path) -> None:
    lot = [*numbers(3, "63"), POISON, *numbers(5, "64")]
    with Shop(tmp_path, *(known(number, *DAMAGED) for number in lot)) as place:
        place.watch_all()
        posts = [replace(one, courier=Garbling()) for one in making.posts(place.config)]

        async def scene(parts: Engine) -> None:
            assert (await parts.once(place.hand.at, SECOND)).failed == 1
            place.hand.turn(minutes=50)
            await place.beat(parts)

        place.play(scene, place.engine(posts=posts))
        assert {number for number, _ in place.cases()} == {*lot} - {POISON}
        assert place.server.asked[POISON] == 1
        with place.store() as store:
            (shown,) = (parcels.show(store, one.id) for one in parcels.find(store, POISON))
        assert shown["checkpoints"] == []

        place.hand.turn(minutes=11)
        place.play(place.beat)
        assert (POISON, "damaged") in place.cases()


def test_a_message_for_which_no_words_are_found_goes_out_bare_and_holds_up_no_other(tmp_path: Path) -> None:
    lot = [*numbers(3, "63"), POISON]
    with Shop(tmp_path, *(known(number, *DAMAGED) for number in lot)) as place:
        place.watch_all()
        place.play(place.one_pass, place.engine(renderer=Speechless()))
        told = place.sink.to("ops")
        assert sorted(one.names(number) for one in told for number in lot).count(True) == len(lot)
        (bare,) = (one for one in told if one.names(POISON))
        assert "damaged" in bare.title


def test_one_pass_looks_again_at_however_many_are_due(tmp_path: Path) -> None:
    lot = numbers(600, "65")
    with Shop(tmp_path, *(known(number, ago(3)) for number in lot)) as place:
        place.watch_all()
        place.play(place.one_pass)
        with place.store() as store, store.transaction():
            parcels.look_again(store, [one.id for number in lot for one in parcels.find(store, number)], place.hand.at)
        place.play(place.one_pass)
        with place.store() as store:
            assert parcels.due_to_assess(store, place.hand.at, 1000) == []


# --- the end -------------------------------------------------------------------------------------


def test_stopping_lets_what_is_on_its_way_arrive_and_leaves_nothing_claimed(tmp_path: Path) -> None:
    slow = Trouble("drip", pause=timedelta(microseconds=100))
    with Shop(tmp_path, *(known(number, *DAMAGED) for number in numbers(10)), troubles=[slow]) as place:
        place.watch_all()
        arrived = threading.Event()
        place.world.clock = _telling(arrived, place.hand)

        async def scene(parts: Engine) -> None:
            await parts.tick(place.hand.at)
            assert await happens(arrived)

        place.play(scene)
        answered = place.server.calls
        assert claimed(place) == 0
        assert len(place.cases()) == answered

        place.play(place.beat)
        assert len(place.cases()) == 10
        assert claimed(place) == 0


def _telling(event: threading.Event, clock: Callable[[], datetime]) -> Callable[[], datetime]:
    def now() -> datetime:
        event.set()
        return clock()

    return now


def test_what_did_not_arrive_in_time_is_asked_and_sent_after_the_next_start(tmp_path: Path) -> None:
    story = [known(number, *DAMAGED) for number in numbers(3)]
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        with place.store() as store, store.transaction():
            parcels.claim(store, "dhl", place.hand.at, place.hand.at + poller.LEASE, 2)
        place.play(place.beat)
        assert claimed(place) == 0
        assert len(place.cases()) == 3


def claimed(place: Shop) -> int:
    """Parcels and messages that somebody has claimed and not given back."""
    with place.store() as store:
        held = store.value("SELECT count(*) FROM parcels WHERE lease_until IS NOT NULL")
        return int(held + store.value("SELECT count(*) FROM alerts WHERE lease_until IS NOT NULL"))


class Full(Writer):
    """A disk that is full whenever answers are to be kept."""

    async def run(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if work is outcomes.take_in:
            raise StoreError("the disk is full")
        return await super().run(work, *args, **kwargs)


def test_waiting_for_answers_that_cannot_be_kept_ends_with_the_reason_instead_of_for_ever(tmp_path: Path) -> None:
    with Shop(tmp_path, *(known(number, *DAMAGED) for number in numbers(150))) as place:
        place.watch_all()
        with pytest.raises(StoreError, match="disk is full"):
            place.play(place.beat, place.engine(writer=Full(place.config.database, daemon=True)))
        place.play(place.beat)
        assert len(place.cases()) == 150


class Behind(Writer):
    """A store that is slower than the courier: it takes nothing in before too much waits, and then keeps nothing.

    `most`: the most numbers that were asked and not taken in. `together`: the most that came at once.
    """

    place: Shop
    taken = most = together = 0

    async def run(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if work is not outcomes.take_in:
            return await super().run(work, *args, **kwargs)
        said = args[2]
        assert isinstance(said, list)
        # Whoever is on the way now is answered first, as far as the engine lets it ask.
        for _ in range(200):
            await super().run(_nothing)
        waiting = sum(self.place.server.asked.values()) - self.taken
        self.most = max(self.most, waiting)
        count = sum(len(one.call.claimed) for one in said)
        self.together = max(self.together, count)
        self.taken += count
        return cast("T", Tally())


def _nothing(store: Store) -> None:
    store.value("SELECT 1")


def test_a_courier_that_is_faster_than_the_disk_is_asked_no_faster_than_answers_are_kept(tmp_path: Path) -> None:
    with Shop(tmp_path, accounts=[Account("17track", "17track")]) as place:
        place.watch([place.wanted(number, "17track", "3011") for number in numbers(3000)])
        writer = Behind(place.config.database, daemon=True)
        writer.place = place

        async def scene(parts: Engine) -> None:
            await parts.tick(place.hand.at)
            while writer.taken < 3000:
                await writer.run(_nothing)

        place.play(scene, place.engine(writer=writer))
        assert writer.most <= poller.WAITING + poller.CONCURRENT * 40
        assert writer.together <= poller.TOGETHER


def test_a_store_that_takes_no_answers_ends_the_asking_before_too_many_wait(tmp_path: Path) -> None:
    with Shop(tmp_path, accounts=[Account("17track", "17track")]) as place:
        place.watch([place.wanted(number, "17track", "3011") for number in numbers(3000)])
        with pytest.raises(StoreError, match="disk is full"):
            place.play(place.beat, place.engine(writer=Full(place.config.database, daemon=True)))
        assert sum(place.server.asked.values()) <= poller.WAITING + poller.CONCURRENT * 40


def test_an_account_asks_at_its_own_pace_whatever_another_does(tmp_path: Path) -> None:
    lot = [known(number, ago(3)) for number in numbers(30)]
    two = [Account("dhl"), Account("slow", rate="1/5s")]
    with Shop(tmp_path, *lot, accounts=two) as place:
        place.watch_all()
        place.watch([place.wanted(one.number, "slow") for one in lot])
        paces = {one.name: one.pace.rate for one in making.posts(place.config)}
        assert paces["slow"] == parse_rate("1/5s")
        place.play(place.beat)
        with place.store() as store:
            assert {row["account"]: row["calls"] for row in accounts.rows(store)} == {"dhl": 30, "slow": 1}
