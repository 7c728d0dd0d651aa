"""Shops and helpdesks that come, go and change while everything runs: whole or not at all, and nothing is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import httpx
import pytest

from parcelwatch import config
from parcelwatch.errors import StoreError
from parcelwatch.running import chores
from parcelwatch.running.engine import Engine
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.store import Store, accounts, parcels, shops
from parcelwatch.store.writer import Writer
from parcelwatch.ticketing.keeper import Deskkeeper
from tests.acceptance.test_reload import reloader
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, happens, known, numbers
from tests.helpdesks.desks import Chat
from tests.servers import PATIENCE, Hit, Server, head
from tests.shops.market import TOKEN, Market

P = ParamSpec("P")
T = TypeVar("T")

FIRST, SECOND = numbers(2)
MINUTE = timedelta(minutes=1)


class Gate(Market):
    """A market that says its second page only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_for_more, self.go = threading.Event(), threading.Event()

    async def _answer(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        if "page=2" in hit.target:
            self.asked_for_more.set()
            await asyncio.to_thread(self.go.wait, PATIENCE)
        await super()._answer(server, hit, writer)


@pytest.fixture
def market() -> Iterator[Market]:
    place = Market()
    with place.server:
        yield place


def opened(folder: Path, settings: str) -> Shop:
    story = [known(number, ago(3)) for number in numbers(6)]
    return Shop(folder, *story, accounts=[Account("dhl")], settings=THRESHOLDS + settings)


def edit(place: Shop, old: str, new: str) -> None:
    text = place.config.path.read_text(encoding="utf-8")
    assert old in text
    place.config.path.write_text(text.replace(old, new), encoding="utf-8")


def watched(place: Shop) -> set[str]:
    with place.store() as store:
        return {row["number"] for row in parcels.rows(store)}


def test_a_shop_that_is_added_is_asked_and_one_that_is_removed_is_not_any_more(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, "") as place:

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await place.beat(parts)
            market.put("1001", place.hand.at, FIRST)
            text = place.config.path.read_text(encoding="utf-8")
            edit(place, THRESHOLDS, THRESHOLDS + market.settings)
            assert await one.reload() == ["shops.market: added"]
            await place.beat(parts)
            assert watched(place) == {FIRST}
            place.config.path.write_text(text, encoding="utf-8")
            assert await one.reload() == ["shops.market: removed"]
            asked = len(market.asked)
            market.put("1002", place.hand.at, SECOND)
            await place.live(parts, 10 * MINUTE, MINUTE)
            assert (len(market.asked), parts.keepers) == (asked, ())

        place.play(scene)
        assert watched(place) == {FIRST}


def test_a_key_put_right_is_tried_at_once_and_where_it_was_left(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market.settings.replace(TOKEN, "market-token-0").replace('"1m"', '"1d"')) as place:

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            market.put("1001", place.hand.at, FIRST)
            await place.live(parts, 2 * MINUTE, MINUTE)
            assert watched(place) == set()
            edit(place, "market-token-0", TOKEN)
            assert await one.reload() == ["shops.market.token: its secret is named anew"]
            await place.beat(parts)
            assert watched(place) == {FIRST}

        place.play(scene)


def test_another_interval_or_filter_is_taken_over_by_who_asks_already(tmp_path: Path, market: Market) -> None:
    chat = Chat()
    with chat.server, opened(tmp_path, market.settings + chat.settings('ignore_tags = ["b2b"]')) as place:

        async def scene(parts: Engine) -> None:
            one, before = reloader(place, parts), parts.keepers
            await place.beat(parts)
            edit(place, 'every = "1m"\n[shops', 'every = "3h"\n[shops')
            edit(place, '["b2b"]', '["b2b", "press"]')
            assert await one.reload() == [
                "shops.market.every: 1m → 3h",
                'helpdesks.desk.ignore_tags: ["b2b"] → ["b2b", "press"]',
            ]
            assert parts.keepers == before
            shop, desk = parts.keepers
            assert isinstance(shop, Shopkeeper)
            assert isinstance(desk, Deskkeeper)
            assert (shop.stall.every, desk.counter.ignored) == (timedelta(hours=3), ("b2b", "press"))
            asked, place.hand.at = len(market.asked), place.hand.at + MINUTE
            await place.live(parts, 10 * MINUTE, MINUTE)
            assert len(market.asked) == asked

        place.play(scene)


@pytest.mark.parametrize("then", [[], [401]], ids=["answered", "refused"])
def test_who_reads_when_another_key_is_given_keeps_the_page_at_hand_and_the_next_goes_on(
    tmp_path: Path, then: list[int]
) -> None:
    market, story = Gate(), numbers(6)
    with market.server, opened(tmp_path, market.settings) as place:
        for ref, number in enumerate(story, 1001):
            market.put(str(ref), place.hand.at, number)
            place.hand.at += MINUTE

        async def scene(parts: Engine) -> None:
            one, (before,) = reloader(place, parts), parts.keepers
            await parts.tick(place.hand.at)
            assert await happens(market.asked_for_more)
            assert isinstance(before, Shopkeeper)
            before.knock(["1001"])
            edit(place, 'base_url = "http://127.0.0.1', 'base_url = "http://localhost')
            assert await one.reload() is not None
            assert parts.keepers != (before,)
            await parts.tick(place.hand.at)  # whoever follows waits for who reads
            assert sum(key in ("shops.market", before, *parts.keepers) for key in parts._running) == 1
            market.fails = then
            market.go.set()
            await place.beat(parts)
            await place.beat(parts)
            assert "/orders/1001" in market.asked

        place.play(scene)
        before = [hit.target for hit in market.server.hits if hit.headers["host"].startswith("127")]
        assert [target[-13:] for target in before] == ["page=1&size=2", "page=2&size=2"]
        assert watched(place) == set(story)
        with place.store() as store:
            assert [row["held"] for row in shops.rows(store)] == [0]


def test_one_wrong_table_leaves_all_as_it_was(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market.settings) as place:

        async def scene(parts: Engine) -> None:
            one, before = reloader(place, parts), parts.keepers
            edit(place, 'every = "1m"\n[shops', 'every = "3h"\n[shops')
            edit(place, THRESHOLDS, THRESHOLDS + Chat().settings().replace("key =", "kee ="))
            assert await one.reload() is None
            assert "helpdesks.desk" in one.refused
            assert "key" in one.refused
            assert parts.keepers == before
            assert isinstance(before[0], Shopkeeper)
            assert before[0].stall.every == MINUTE

        place.play(scene)


class Between(Writer):
    """`then`: what happens between two pieces of work of a reload."""

    then: Callable[[], Awaitable[None]] | None = None

    async def run(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        done = await super().run(work, *args, **kwargs)
        if work is chores.take_over and self.then is not None:
            await self.then()
        return done


def fill(market: Market, place: Shop) -> None:
    """An order a minute, so that they take some pages."""
    for ref, number in enumerate(numbers(6), 1001):
        market.put(str(ref), place.hand.at, number)
        place.hand.at += MINUTE


async def in_between(place: Shop, market: Gate, then: Callable[[], None]) -> Engine:
    """A reload with another key, and a shop that answers the one before while that goes on."""
    writer = Between(place.config.database, daemon=True)
    parts = place.engine(writer=writer)
    await parts.start(place.hand.at)
    one = reloader(place, parts)
    await parts.tick(place.hand.at)
    assert await happens(market.asked_for_more)
    edit(place, 'base_url = "http://127.0.0.1', 'base_url = "http://localhost')

    async def answered() -> None:
        market.fails = [401]
        market.go.set()
        await parts._running["shops.market"]
        then()

    writer.then = answered
    await one.reload()
    return parts


def test_what_comes_to_who_leaves_while_others_take_over_is_not_held_against_who_follows(tmp_path: Path) -> None:
    market = Gate()
    with market.server, opened(tmp_path, market.settings.replace('"1m"', '"1d"')) as place:
        fill(market, place)

        async def scene() -> None:
            parts = await in_between(place, market, lambda: None)
            await place.beat(parts)
            await parts.close()

        asyncio.run(scene())
        assert watched(place) == set(numbers(6))
        with place.store() as store:
            assert accounts.load(store, "shops.market")[0].failures == 0


def test_who_was_to_leave_stays_where_the_database_takes_nothing(tmp_path: Path) -> None:
    def fails() -> None:
        raise StoreError("the disk is full")

    market = Gate()
    with market.server, opened(tmp_path, market.settings) as place:
        fill(market, place)

        async def scene() -> None:
            parts = await in_between(place, market, fails)
            assert not any(worker.retired for worker in parts.workers)
            place.hand.at += MINUTE
            await place.beat(parts)
            await parts.close()

        asyncio.run(scene())
        assert watched(place) == set(numbers(6))
        assert {hit.headers["host"].partition(":")[0] for hit in market.server.hits} == {"127.0.0.1"}


@pytest.mark.parametrize("refuses", [True, False])
def test_what_an_account_s_former_key_comes_to_is_not_held_against_the_next(tmp_path: Path, refuses: bool) -> None:
    """And what it brings is judged as all else is by now."""
    asked, go = threading.Event(), threading.Event()

    async def late(_: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.to_thread(go.wait, PATIENCE)
        async with httpx.AsyncClient() as client:
            key = {"dhl-api-key": hit.headers["dhl-api-key"]}
            said = await client.get(place.server.base_url + hit.target.removeprefix("/"), headers=key)
        writer.write(head(401, 2) + b"{}" if refuses else head(200, len(said.content)) + said.content)

    with Server(late) as former, opened(tmp_path, "") as place:
        place.watch([place.wanted(FIRST)])
        edit(place, place.server.base_url, former.url)
        place._config = config.load(place.config.path)

        async def scene(parts: Engine) -> None:
            one, (before,) = reloader(place, parts), parts.workers
            await parts.tick(place.hand.at)
            assert await happens(asked)
            edit(place, former.url, place.server.base_url)
            edit(place, "24h", "30h")
            assert await one.reload()
            go.set()
            await before.drain()
            if not refuses:
                assert await parts.writer.run(judged_by) == [parts.policy.policy_id]
            await place.beat(parts)

        place.play(scene)
        with place.store() as store:
            state, _ = accounts.load(store, "dhl")
            assert (state.failures, state.refused) == (0, "")
            assert store.value("SELECT count(*) FROM parcels WHERE confirmed_at IS NULL") == 0


def judged_by(store: Store) -> list[str]:
    return [policy for (policy,) in store.all("SELECT policy_id FROM parcels")]
