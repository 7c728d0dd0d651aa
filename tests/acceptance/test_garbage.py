"""Whatever a courier sends back: it is named, kept and told once, and nobody else's parcels wait for it."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Sequence
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import pytest

from parcelwatch import config
from parcelwatch.asking.client import Client
from parcelwatch.asking.posts import Post
from parcelwatch.core.rows.cells import number_of
from parcelwatch.couriers.base import Account as At
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.errors import BadInput
from parcelwatch.model import Ask, Observation
from parcelwatch.running import engine, making
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.story import Trouble
from parcelwatch.store import accounts, alerts, evidence, parcels
from tests.acceptance.world import Account, Shop, ago, known, numbers
from tests.sandbox.worlds import START
from tests.servers import PATIENCE, Server, bomb

BAD, GOOD, ELSEWHERE = numbers(3, "41"), numbers(20, "42"), numbers(5, "43")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
MIB = 1024 * 1024

# What comes back, and what our error says of it. All else is "not now": those are the couriers' passing troubles.
UNREADABLE = {
    "truncated": "not JSON",
    "login_page": "text/html",
    "nested": "nested too deeply",
    "gzip_bomb": "longer than 2 MiB",
    "redirect": "redirect",
    "wrong_schema": "where a list was expected",
    "empty": "not JSON",
    "binary": "not JSON",
    "huge_number": "not JSON",
}
PASSING = {"drip": "no answer in time", "hang": "no answer in time", "hang_up": "connection broke"}


def shop(folder: Path, kind: str, bad: Sequence[str] = BAD) -> Shop:
    """One DHL account some of whose numbers come back as garbage, and an account of another courier."""
    story = [known(number, ago(40), ago(30)) for number in (*bad, *GOOD)]
    other = [known(number, ago(40), ago(30), api="17track", company="3011") for number in ELSEWHERE]
    return Shop(folder, *story, *other, troubles=[Trouble(kind, api="dhl", numbers=tuple(bad))])


def state_of(place: Shop) -> dict[str, Any]:
    with place.store() as store:
        (row,) = [row for row in accounts.rows(store) if row["account"] == "dhl"]
        return row


def told_the_operator(place: Shop) -> list[str]:
    """The bodies of what the operator was told."""
    with place.store() as store:
        return [row.body or "" for row in alerts.rows(store, "sent") if row.out.severity == "operator"]


@pytest.mark.parametrize("kind", [*UNREADABLE, *PASSING])
def test_garbage_about_one_number_is_a_typed_error_and_all_others_go_on(tmp_path: Path, kind: str) -> None:
    # The sandbox takes a second to make a bomb.
    bad = BAD[:1] if kind == "gzip_bomb" else BAD
    with shop(tmp_path, kind, bad) as place:
        place.watch_all()
        parts = place.engine(client=Client(deadline=3 if kind in PASSING else PATIENCE))
        place.play(lambda parts: place.live(parts, 6 * SECOND, 3 * SECOND), parts)

        assert {number for number, _ in place.cases()} == {*GOOD, *ELSEWHERE}
        with place.store() as store:
            kept = evidence.payloads(store, "dhl")
            left = [parcels.show(store, one.id) for number in bad for one in parcels.find(store, number)]
        assert [one["milestone"] for one in left] == ["unknown"] * len(bad)
        if kind in PASSING:
            assert kept == []
            assert told_the_operator(place) == []
            return
        assert [UNREADABLE[kind] in one["error"] for one in kept] == [True] * len(bad)
        assert all(len(one["body"]) <= 64 * 1024 for one in kept)
        (told,) = told_the_operator(place)
        assert "dhl" in told


def test_numbers_that_never_come_back_readable_cost_few_calls_and_are_named_after_hours(tmp_path: Path) -> None:
    with shop(tmp_path, "wrong_schema") as place:
        place.watch_all()
        place.play(lambda parts: place.live(parts, 8 * HOUR, 2 * MINUTE))
        # Backing off to a quarter of an hour: some 40 in eight hours, however often others are answered meanwhile.
        assert all(place.servers["dhl"].asked[number] <= 50 for number in BAD)
        said, named = told_the_operator(place)
        assert "does not fit" in said
        assert all(number in named for number in BAD)


def test_a_number_that_fails_is_not_asked_again_whenever_another_is_answered(tmp_path: Path) -> None:
    with shop(tmp_path, "internal_error", BAD[:1]) as place:
        place.watch([place.wanted(BAD[0])])

        async def scene(parts: Engine) -> None:
            for number in GOOD:
                place.watch([place.wanted(number)])
                await place.live(parts, 3 * MINUTE, MINUTE)

        place.play(scene)
        assert place.servers["dhl"].asked.total() >= 20
        # After half a minute, doubling to a quarter of an hour.
        assert 6 <= place.servers["dhl"].asked[BAD[0]] <= 10


def test_garbage_about_everything_silences_the_account_and_is_told_twice_at_most(tmp_path: Path) -> None:
    with shop(tmp_path, "login_page", [*BAD, *GOOD]) as place:
        place.watch_all()
        place.play(lambda parts: place.live(parts, 3 * HOUR, 2 * MINUTE))
        assert len(told_the_operator(place)) == 2
        assert {number for number, _ in place.cases()} == {*ELSEWHERE}
        with place.store() as store:
            assert len(evidence.payloads(store, "dhl")) == 20


# --- memory --------------------------------------------------------------------------------------


def test_bombs_from_thirty_numbers_at_once_stay_within_bounds(tmp_path: Path) -> None:
    with Server(bomb(200)) as enemy:
        enemies = [Account("enemy", base_url=enemy.url), Account("dhl")]
        good = [known(number, ago(30)) for number in GOOD]
        with Shop(tmp_path, *good, accounts=enemies) as place:
            place.watch_all()
            place.watch([place.wanted(number, "enemy") for number in numbers(30, "44")])
            context = get_context("forkserver")
            context.set_forkserver_preload(["tests.acceptance.warm"])
            ours, theirs = context.Pipe(duplex=False)
            child = context.Process(target=grow, args=(tmp_path / "config.toml", theirs))
            child.start()
            assert ours.poll(PATIENCE)
            before, after, unanswered = ours.recv()
            child.join()
        assert len(enemy.hits) == unanswered == 30
    # 32 on their way, each with 2 MiB to hold and what zlib and HTTP need for it.
    assert (after - before) / MIB < 150


def grow(path: Path, parent: Connection) -> None:
    """One pass over the good account, then one over the enemy; the most memory each took, in bytes."""
    read = config.load(path)

    async def passes() -> tuple[int, int, int]:
        parts = engine.build(read)
        good, bad = sorted(parts.workers, key=lambda worker: worker.post.name)
        parts.workers = [good]
        await parts.start(START)
        await parts.once(START, SECOND)
        before = most_memory()
        parts.workers = [bad]
        passed = await parts.once(START + SECOND, SECOND)
        await parts.close()
        return before, most_memory(), passed.unanswered

    parent.send(asyncio.run(passes()))


def most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- numbers -------------------------------------------------------------------------------------

NASTY = (
    "http://127.0.0.1:{port}/steal",
    "//127.0.0.1:{port}/steal",
    "127.0.0.1:{port}/steal",
    "../../admin",
    "..%2f..%2fadmin",
    "123456?trackingNumber=2#x",
    "123456&service=express",
    "1\r\nX-Injected: 1",
    "1 2\t3",
    "\u202e54321",
    "'; DROP TABLE parcels; --",
    "{{ 7*7 }}{% raw %}",
    "1\x00234",
)


@pytest.mark.parametrize("number", NASTY)
def test_an_import_refuses_what_is_no_number(number: str) -> None:
    with pytest.raises(BadInput):
        number_of(number.format(port=80) if "{port}" in number else number)


def test_numbers_that_are_addresses_lead_nowhere_else(tmp_path: Path) -> None:
    apis = {"dhl": "", "17track": "3011", "kuaidi100": "yuantong"}
    good = [
        known(number, ago(80), ago(70), api=api, company=company)
        for (api, company), number in zip(apis.items(), numbers(3, "45"), strict=True)
    ]
    with Server(bomb(1)) as trap, Shop(tmp_path, *good) as place:
        nasty = [one.format(port=trap.port) if "{port}" in one else one for one in NASTY]
        place.watch_all()
        place.watch([place.wanted(one, api, company) for one in nasty for api, company in apis.items()])
        place.play(lambda parts: place.live(parts, 12 * SECOND, 3 * SECOND))
        assert trap.hits == []
        for server in place.servers.values():
            assert {path for path in server.paths if not server.base_url.endswith(path)} <= {
                "/track/v2.4/register",
                "/track/v2.4/gettrackinfo",
            }
        assert {number for number, kind in place.cases() if kind == "stalled"} == {one.number for one in good}
        # DHL is asked for exactly what was given: nothing in a number can add to the question.
        assert all(place.servers["dhl"].asked[one] == 1 for one in nasty)


# --- adapters ------------------------------------------------------------------------------------

AT_REQUEST, AT_PARSE, TOO_FEW, TOO_MANY = numbers(4, "46")


class Clumsy(Dhl):
    """An adapter with bugs."""

    def request(self, account: At, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        if asked[0].number == AT_REQUEST:
            raise KeyError("the parcel's secret address")
        return super().request(account, asked, now)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        if asked[0].number == AT_PARSE:
            raise ZeroDivisionError
        times = {TOO_FEW: 0, TOO_MANY: 2}.get(asked[0].number, 1)
        return super().parse(response, asked) * times


def test_an_adapter_that_raises_or_miscounts_harms_only_the_parcels_it_does_so_for(tmp_path: Path) -> None:
    story = [known(number, ago(40), ago(30)) for number in (*numbers(4, "46"), *GOOD)]
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        account = At("dhl", "dhl", "sandbox-key", place.server.base_url)
        (configured,) = making.posts(place.config)
        clumsy = Post(account, Clumsy(), configured.pace, timedelta(0))
        place.play(lambda parts: place.live(parts, MINUTE, MINUTE), place.engine(posts=[clumsy]))
        assert {number for number, _ in place.cases()} == {*GOOD}
        (told,) = told_the_operator(place)
        assert "the adapter failed" in told
        assert "secret" not in told
