"""Orders that come in by themselves: watched, replaced, stopped and held as the shop says, whatever breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from parcelwatch import config
from parcelwatch.asking.client import Client
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.assigning import Assigned
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Cause, Milestone, Order
from parcelwatch.running.engine import Engine
from parcelwatch.shopping.keeper import Shopkeeper, Stall
from parcelwatch.shopping.taking import Counter
from parcelwatch.shops.base import Account as ShopAccount
from parcelwatch.shops.base import Mark, Page, Reading
from parcelwatch.shops.declared import Declared
from parcelwatch.store import erase, orders, parcels, shops
from parcelwatch.store.writer import Writer
from parcelwatch.verbs.agents import stop
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known, numbers
from tests.servers import Hit, Server, head
from tests.shops.market import Market

FIRST, SECOND, THIRD, FOURTH = numbers(4)
DAMAGED = (ago(40), ago(20, Milestone.EXCEPTION, Cause.DAMAGED))
MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)


@pytest.fixture
def market() -> Iterator[Market]:
    place = Market()
    with place.server:
        yield place


def opened(folder: Path, market: Market, extra: str = "", companies: str = "") -> Shop:
    """A shop that asks the market, and DHL about what it tells of."""
    story = [known(FIRST, ago(3)), known(SECOND, *DAMAGED), known(THIRD, ago(3)), known(FOURTH, ago(3))]
    settings = THRESHOLDS + market.settings + extra
    return Shop(folder, *story, accounts=[Account("dhl")], settings=settings)


def watched(place: Shop) -> dict[str, bool]:
    """Every parcel by number, and whether it is watched."""
    with place.store() as store:
        return {row["number"]: row["unwatched_at"] is None for row in parcels.rows(store)}


async def pass_minutes(place: Shop, parts: Engine, minutes: int = 2) -> None:
    await place.live(parts, minutes * MINUTE, MINUTE)


def test_an_order_is_watched_parcel_by_parcel_as_the_shop_ships_them(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at)
            await pass_minutes(place, parts)
            assert watched(place) == {}
            market.put("1001", place.hand.at, FIRST)
            await pass_minutes(place, parts)
            assert watched(place) == {FIRST: True}
            market.put("1001", place.hand.at, FIRST, SECOND)
            await pass_minutes(place, parts)

        place.play(scene)
        assert watched(place) == {FIRST: True, SECOND: True}
        (told,) = [one for one in place.sink.to("ops") if one.names(SECOND)]
        assert "#1001" in told.title
        with place.store() as store:
            assert orders.show(store, "#1001")["customer"] == "Ann Beispiel"


def test_an_edited_number_replaces_the_old_one(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, FIRST)
            await pass_minutes(place, parts)
            market.put("1001", place.hand.at, THIRD)
            await pass_minutes(place, parts)
            assert watched(place) == {FIRST: False, THIRD: True}
            market.put("1001", place.hand.at, FIRST)
            await pass_minutes(place, parts)

        place.play(scene)
        assert watched(place) == {FIRST: True, THIRD: False}


@pytest.mark.parametrize("state", ["cancelled", "refunded"])
def test_an_order_that_is_over_stops_its_parcels_and_takes_its_letter_back(
    tmp_path: Path, market: Market, state: str
) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, SECOND, mail="ann@example.com")
            await pass_minutes(place, parts)
            with place.store() as store:
                assert [state for (state,) in store.all("SELECT state FROM drafts")] == ["draft"]
            market.put("1001", place.hand.at, SECOND, state=state)
            await pass_minutes(place, parts)

        place.play(scene)
        assert watched(place) == {SECOND: False}
        with place.store() as store:
            assert [state for (state,) in store.all("SELECT state FROM drafts")] == ["withdrawn"]
            assert {state for (state,) in store.all("SELECT state FROM cases")} == {"resolved"}


def test_an_order_that_is_open_again_has_its_parcels_watched_but_for_those_an_agent_stopped(
    tmp_path: Path, market: Market
) -> None:
    with opened(tmp_path, market) as place:
        place.watch([replace(place.wanted(THIRD), orders=(Order("#1001"),))])

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, FIRST, SECOND)
            await pass_minutes(place, parts)
            with place.store() as store:
                stop(store, parcels.find(store, SECOND)[0], Policy(), place.hand.at, by="lin")
            market.put("1001", place.hand.at, FIRST, SECOND, state="cancelled")
            await pass_minutes(place, parts)
            assert watched(place) == {FIRST: False, SECOND: False, THIRD: False}
            market.put("1001", place.hand.at, FIRST, SECOND)
            await pass_minutes(place, parts)

        place.play(scene)
        assert watched(place) == {FIRST: True, SECOND: False, THIRD: True}


def test_a_forgotten_order_does_not_come_back_when_its_shop_tells_of_it_again(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, FIRST)
            market.put("1002", place.hand.at, SECOND, THIRD)
            await pass_minutes(place, parts)
            with place.store() as store:
                erase.forget_order(store, "#1001", place.hand.at)
                erase.forget(store, SECOND, now=place.hand.at)
            market.put("1001", place.hand.at, FIRST, FOURTH)
            market.put("1002", place.hand.at, SECOND, THIRD, mail="ann@example.com")
            market.put("1003", place.hand.at, SECOND)
            await pass_minutes(place, parts)
            (keeper,) = parts.shopkeepers
            assert keeper.taken.forgotten >= 1

        place.play(scene)
        # Another order's parcel of the same number is another parcel.
        assert [*watched(place)] == [THIRD, SECOND]
        with place.store() as store:
            assert [row["order"] for row in orders.rows(store)] == ["#1002", "#1003"]
            assert store.value("SELECT count(*) FROM shop_orders WHERE number = '#1001'") == 0


def test_a_parcel_of_two_orders_is_watched_until_the_last_of_them_is_over(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, FIRST)
            market.put("1002", place.hand.at, FIRST)
            await pass_minutes(place, parts)
            market.put("1001", place.hand.at, FIRST, state="cancelled")
            await pass_minutes(place, parts)
            assert watched(place) == {FIRST: True}
            market.put("1002", place.hand.at, FIRST, state="cancelled")
            await pass_minutes(place, parts)

        place.play(scene)
        assert watched(place) == {FIRST: False}


def test_what_no_account_can_ask_is_held_with_the_reason_until_the_configuration_says_who(
    tmp_path: Path, market: Market
) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, FIRST, by="Own drivers")
            await pass_minutes(place, parts)

        place.play(scene)
        assert watched(place) == {}
        with place.store() as store:
            (held,) = shops.held(store)
        assert (held["order"], held["number"], held["company"]) == ("#1001", FIRST, "Own drivers")
        assert 'companies = ["Own drivers"]' in held["why"]
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('key = "sandbox-key"', 'key = "k"\ncompanies = ["own drivers"]'))
        place._config = config.load(path)
        place.play(lambda parts: pass_minutes(place, parts))
        assert watched(place) == {FIRST: True}
        with place.store() as store:
            assert shops.held(store) == []


def test_a_shop_that_breaks_between_two_pages_loses_nothing_and_repeats_nothing(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:
        for ref, number in zip(("1001", "1002", "1003", "1004"), (FIRST, SECOND, THIRD, FOURTH), strict=True):
            market.put(ref, place.hand.at, number)

        async def scene(parts: Engine) -> None:
            market.fails = [503]
            await pass_minutes(place, parts, 1)
            for _ in range(6):
                market.fails = [] if len(market.asked) % 2 else [0]
                await pass_minutes(place, parts, 2)

        place.play(scene)
        assert watched(place) == dict.fromkeys((FIRST, SECOND, THIRD, FOURTH), True)
        assert len([one for one in place.sink.to("ops") if one.names(SECOND)]) == 1


def test_a_refused_shop_is_left_alone_and_says_why(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:

        async def scene(parts: Engine) -> None:
            market.fails = [401] * 100
            await pass_minutes(place, parts, 10)

        place.play(scene)
        assert len(market.asked) == 1
        with place.store() as store:
            (state,) = store.all("SELECT refused FROM accounts WHERE name = 'shops.market'")
        assert "401" in state[0]
        assert "not now" in state[0]
        (told,) = place.sink.to("ops")
        assert "has refused our requests" in told.text
        assert "parcelwatch shops check market" in told.text


def test_a_shop_that_refused_us_is_tried_anew_after_a_restart(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:
        market.put("1001", place.hand.at, FIRST)
        market.fails = [401]
        place.play(lambda parts: pass_minutes(place, parts))
        assert watched(place) == {}
        place.play(lambda parts: pass_minutes(place, parts))
        assert watched(place) == {FIRST: True}


def test_masked_names_never_reach_a_letter(tmp_path: Path, market: Market) -> None:
    with opened(tmp_path, market) as place:
        market.put("1001", place.hand.at, SECOND, first="王**", last="", mail="138****0000")
        place.play(lambda parts: pass_minutes(place, parts))
        with place.store() as store:
            shown = orders.show(store, "#1001")
            assert (shown["customer"], shown["contact"]) == ("", None)
            ((body,),) = store.all("SELECT body FROM drafts")
        assert "*" not in body


class Linked(Declared):
    """A shop whose answer says where its next page is, and is believed."""

    def since(self, account: ShopAccount, mark: Mark, now: datetime) -> Reading:
        answer = yield httpx.Request("GET", f"{account.base_url}/orders")
        while answer is not None and (link := answer.json()["next"]):
            answer = yield httpx.Request("GET", link, headers={"Authorization": f"Bearer {account.token}"})
        yield Page()


@pytest.mark.parametrize("link", ["{other}/orders?page=2", "http://localhost:{port}/orders", "{url}@127.0.0.1/orders"])
def test_an_answer_leads_nowhere_else_with_our_token(tmp_path: Path, link: str) -> None:
    async def page(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        body = json.dumps({"next": "" if "page" in hit.target else link}).encode()
        writer.write(head(200, len(body)) + body)

    async def scene() -> None:
        counter = Counter("market", lambda *_: Assigned("my_dhl"), Policy())
        client, writer = Client(), Writer(tmp_path / "shop.db")
        account = ShopAccount("market", "linked", base_url=home.url, token="market-token-1")
        keeper = Shopkeeper(Stall(account, Linked(), MINUTE, counter, tmp_path / "token"), client, writer)
        keeper.at(NOW)
        try:
            await keeper.lately(Mark(NOW))
        finally:
            await client.aclose()
            writer.close()

    with Server(page) as home, Server(page) as other:
        link = link.format(other=other.url, url=home.url, port=home.port)
        with pytest.raises(CourierUnreadable, match="market: its answer leads to another address than base_url"):
            asyncio.run(scene())
        assert not other.hits
        link = f"{home.url}/orders?page=2"
        asyncio.run(scene())
        assert home.hits[-1].headers["authorization"] == "Bearer market-token-1"
