"""Calls that a courier declines, perhaps for one of their numbers: the number is found, or the account is blamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.asking.client import Client
from parcelwatch.asking.outcomes import Call, Said, take_in
from parcelwatch.asking.poller import take
from parcelwatch.asking.posts import Post
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.service.pacing import Pace
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.duration import parse_rate
from parcelwatch.errors import CourierDeclines, CourierError
from parcelwatch.model import Answered, Ask, Checkpoint, Milestone, NotFound, Observation, Parcel, Refused, Why
from parcelwatch.running.engine import Engine, Passed
from parcelwatch.store import Store, accounts, parcels
from parcelwatch.store.writer import Writer
from parcelwatch.wording.render import Renderer
from tests.couriers import declaring
from tests.databases import blank
from tests.servers import Hit, Server, head

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
POLICY = Policy(profile="china")


class Batched(Dhl):
    """Forty numbers a call."""

    batch = 40


POST = Post(Account("bulk", "bulk", "k", "https://bulk.example"), Batched(), Pace(), timedelta(0))

Words = Callable[[tuple[Ask, ...]], CourierError | tuple[Observation, ...]]
"""What the courier says about numbers asked together."""


def tracked(ask: Ask) -> Observation:
    return Answered(ask.number, (Checkpoint(NOON - HOUR, NOON - HOUR, Milestone.IN_TRANSIT),))


def rejecting(bad: Collection[str], *, definite: bool = False) -> Words:
    """A courier that rejects a whole call for one bad number; `definite`: of one alone it says that it is bad."""

    def says(asked: tuple[Ask, ...]) -> CourierError | tuple[Observation, ...]:
        odd = next((ask.number for ask in asked if ask.number in bad), None)
        if odd is None:
            return tuple(map(tracked, asked))
        if definite and len(asked) == 1:
            return (Refused(odd, reason="no such format"),)
        return CourierDeclines("no such format")

    return says


def broken(asked: tuple[Ask, ...]) -> CourierError:
    return CourierDeclines(f"permission denied for {len(asked)}")


def well(asked: tuple[Ask, ...]) -> tuple[Observation, ...]:
    return tuple(map(tracked, asked))


@dataclass
class Shop:
    """A store, a courier, and a clock that is turned by hand."""

    store: Store
    says: Words = well
    now: datetime = NOON
    post: Post = POST
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def watch(self, *numbers: str) -> None:
        with self.store.transaction():
            for number in numbers:
                parcels.add(self.store, Parcel(0, number, "bulk", self.now), self.now)

    def tick(self) -> int:
        """All that may be called now, and what comes of it; how many calls."""
        calls: list[Call] = []
        while taken := take(self.store, self.post, POLICY, self.now, 544, len(calls)).calls:
            calls += taken
        self.calls += [tuple(ask.number for ask in call.asked) for call in calls]
        if calls:
            take_in(self.store, self.post, POLICY, [self._said(call) for call in calls])
        return len(calls)

    def _said(self, call: Call) -> Said:
        said = self.says(call.asked)
        if isinstance(said, CourierError):
            return Said(call, self.now, error=said)
        return Said(call, self.now, observations=said)

    def live(self, span: timedelta, every: timedelta = SECOND) -> int:
        """How many calls were made in that time."""
        made, end = 0, self.now + span
        while self.now < end:
            made += self.tick()
            self.now += every
        return made

    @property
    def state(self) -> rules.AccountState:
        return accounts.load(self.store, "bulk")[0]

    @property
    def refused(self) -> dict[str, str]:
        return {row["number"]: row["refused"] for row in parcels.rows(self.store) if row["refused"]}

    @property
    def answered(self) -> set[str]:
        return {row["number"] for row in parcels.rows(self.store) if row["milestone"] == "in_transit"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        yield Shop(store)


LOT = [f"PW{n:02}" for n in range(40)]

# --- a number's fault ----------------------------------------------------------------------------


@pytest.mark.parametrize("definite", [True, False])
@pytest.mark.parametrize("bad", ["PW00", "PW17", "PW39"])
def test_one_bad_number_in_forty_is_refused_alone_and_the_others_are_answered(
    shop: Shop, bad: str, definite: bool
) -> None:
    shop.says = rejecting([bad], definite=definite)
    shop.watch(*LOT)
    assert shop.live(MINUTE) <= 15
    assert shop.refused == {bad: "no such format"}
    assert shop.answered == {*LOT} - {bad}
    assert not rules.held(shop.state)
    assert rules.silence(shop.state, shop.now, timedelta(0)) is None
    assert accounts.outages(shop.store, "bulk") == []


@pytest.mark.parametrize("step", [2, 3, 5, 8, 13])
def test_many_bad_numbers_among_forty_are_refused_each(shop: Shop, step: int) -> None:
    bad = LOT[1::step]
    shop.says = rejecting(bad)
    shop.watch(*LOT)
    shop.live(2 * MINUTE)
    assert {*shop.refused} == {*bad}
    assert shop.answered == {*LOT} - {*bad}
    assert shop.state.refused == ""
    assert len(shop.calls) < 2.2 * len(LOT)


def test_the_next_day_a_bad_number_is_asked_alone_and_spoils_no_call(shop: Shop) -> None:
    shop.says = rejecting(["PW17"])
    shop.watch(*LOT)
    shop.live(MINUTE)
    shop.calls.clear()
    shop.live(13 * HOUR, MINUTE)
    assert [numbers for numbers in shop.calls if "PW17" in numbers] == [("PW17",)]
    assert shop.refused == {"PW17": "no such format"}
    shop.says = well
    shop.live(13 * HOUR, MINUTE)
    assert shop.refused == {}
    with shop.store.transaction():
        claimed = parcels.claim(shop.store, "bulk", shop.now + 30 * HOUR, shop.now + 31 * HOUR, 40)
    assert {(one.split, one.doubted_at) for one in claimed} == {(0, None)}


def test_a_declined_single_is_asked_again_before_it_is_blamed(shop: Shop) -> None:
    shop.says = rejecting(["ODD"])
    shop.watch("ODD")
    shop.live(SECOND)
    assert shop.refused == {}
    shop.watch("GOOD")
    shop.live(MINUTE)
    assert shop.refused == {"ODD": "no such format"}
    assert shop.answered == {"GOOD"}


def test_unknown_numbers_that_make_a_whole_call_fail_are_each_found_missing_and_nobody_is_blamed(shop: Shop) -> None:
    def says(asked: tuple[Ask, ...]) -> CourierError | tuple[Observation, ...]:
        if len(asked) > 1:
            return CourierDeclines("one of them is not known", certain=True)
        return (NotFound(asked[0].number),)

    shop.says = says
    shop.watch(*LOT)
    shop.live(MINUTE)
    assert len([numbers for numbers in shop.calls if len(numbers) > 1]) < 60
    assert {row["poll_at"] is not None for row in parcels.rows(shop.store)} == {True}
    assert all(parcels.dossier(shop.store, n + 1).missing_since for n in range(40))
    assert (shop.state.doubt, shop.state.refused) == (0, "")


# --- the account's fault -------------------------------------------------------------------------


def test_an_account_that_lost_its_permission_costs_few_calls_and_no_number_is_called_bad(shop: Shop) -> None:
    shop.says = broken
    shop.watch(*(f"PW{n:03}" for n in range(200)))
    assert shop.live(10 * MINUTE) <= 20
    assert "permission denied" in shop.state.refused
    assert rules.silence(shop.state, shop.now, HOUR) is Why.SILENT
    assert shop.live(4 * HOUR, MINUTE) <= 9
    assert shop.refused == {}
    shop.says = well
    shop.live(HOUR, MINUTE)
    assert (len(shop.answered), shop.refused) == (200, {})
    assert len(accounts.outages(shop.store, "bulk")) == 1


def test_a_batch_of_bad_numbers_does_not_keep_the_account_from_good_ones(shop: Shop) -> None:
    shop.says = rejecting(LOT)
    shop.watch(*LOT)
    shop.live(MINUTE)
    assert shop.state.refused
    good = [f"GOOD{n}" for n in range(9)]
    shop.watch(*good)
    shop.live(40 * MINUTE, 10 * SECOND)
    assert shop.answered == {*good}
    assert {*shop.refused} == {*LOT}
    assert shop.state.refused == ""


# --- pace, quota, restarts -----------------------------------------------------------------------


def test_every_repetition_is_counted_and_none_goes_beyond_the_quota(shop: Shop) -> None:
    shop.post = Post(POST.account, POST.courier, Pace(parse_rate("1/s"), (parse_rate("4/d"),)), timedelta(0))
    shop.says = rejecting(["PW17"])
    shop.watch(*LOT)
    days = 0
    while not shop.refused:
        assert shop.live(timedelta(hours=24), 5 * MINUTE) <= 8
        days += 1
    assert days <= 4
    (row,) = accounts.rows(shop.store)
    assert row["calls"] == len(shop.calls)


def test_a_restart_between_the_parts_goes_on_with_the_parts(shop: Shop) -> None:
    shop.says = rejecting(["PW17"])
    shop.watch(*LOT)
    while not shop.refused and len(shop.calls) < 20:
        shop.tick()
        taken = take(shop.store, POST, POLICY, shop.now, 544, 0).calls
        shop.calls += [tuple(ask.number for ask in call.asked) for call in taken]
        with shop.store.transaction():
            assert parcels.void_leases(shop.store, ["bulk"]) == sum(len(call.claimed) for call in taken)
        shop.now += SECOND
    assert {*shop.refused} == {"PW17"}
    assert [len(numbers) for numbers in shop.calls].count(40) == 1


def test_the_parts_of_a_call_wait_for_the_couriers_own_interval(shop: Shop) -> None:
    shop.post = Post(POST.account, POST.courier, Pace(), 31 * MINUTE)
    shop.says = rejecting(["PW17"])
    shop.watch(*LOT)
    assert shop.live(31 * MINUTE, MINUTE) == 1
    shop.live(7 * 31 * MINUTE, MINUTE)
    assert {*shop.refused} == {"PW17"}


# --- over HTTP -----------------------------------------------------------------------------------


@dataclass
class Depot:
    """A depot's API that answers 400 to a whole call for one number it cannot read."""

    bad: str
    calls: list[int] = field(default_factory=list)

    async def __call__(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        numbers = [item["id"] for item in json.loads(hit.body)["parcels"]]
        self.calls.append(len(numbers))
        scan = {"day": "04/03/2026", "hour": "08:00", "state": "LOADED"}
        data = {"data": {"parcels": [{"id": number, "scans": [scan]} for number in numbers]}}
        status, body = (400, {"error": "bad id"}) if self.bad in numbers else (200, data)
        text = json.dumps(body).encode()
        writer.write(head(status, len(text)) + text)


def test_one_pass_finds_the_number_a_declared_courier_declines_a_call_for(tmp_path: Path) -> None:
    numbers = [f"F{n}" for n in range(10)]
    depot = Depot("F7")
    now = datetime(2026, 3, 5, 12, tzinfo=UTC)

    async def scene() -> Passed:
        async with Server(depot) as server:
            post = Post(declaring.account(server.url), declaring.made("fleet"), Pace(), timedelta(0))
            writer = Writer(blank(tmp_path / "watch.db"), daemon=True)
            parts = Engine([post], {}, writer, Client(), POLICY, Renderer())
            await writer.run(_watch, numbers, now)
            await parts.start(now)
            passed = await parts.once(now, MINUTE)
            await parts.close()
            return passed

    passed = asyncio.run(scene())
    assert (passed.polled, passed.unanswered, passed.left) == (10, 0, 0)
    assert depot.calls[0] == 10
    assert len(depot.calls) <= 10
    with Store.open(tmp_path / "watch.db") as store:
        refused = {row["number"]: row["refused"] for row in parcels.rows(store) if row["refused"]}
        assert {*refused} == {"F7"}
        assert "400" in refused["F7"]
        assert accounts.rows(store)[0]["calls"] == len(depot.calls)


def _watch(store: Store, numbers: Collection[str], now: datetime) -> None:
    with store.transaction():
        for number in numbers:
            parcels.add(store, Parcel(0, number, "mine", now, postal_code="28001"), now)
