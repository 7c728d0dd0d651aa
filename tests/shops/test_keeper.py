"""Whoever asks a shop: a fault costs what it is the fault of, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.asking.client import Client
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.assigning import Assigned
from parcelwatch.errors import BadInput, CourierUnavailable, StoreError
from parcelwatch.model import Shipment, ShopOrder
from parcelwatch.running.keepers import leaving
from parcelwatch.shopping.keeper import MOST_KNOCKS, Shopkeeper, Stall, accounted
from parcelwatch.shopping.taking import Counter
from parcelwatch.shops.base import Account, Looking, Mark, Page, Reading
from parcelwatch.shops.declared import Declared
from parcelwatch.store import Store, accounts, shops
from parcelwatch.store.writer import Writer
from tests.databases import blank

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Clumsy(Declared):
    """A shop of two orders that needs no network; `trips`: the refs that its adapter has a bug with.

    `named`: numbers that it lists, with their orders. `away`: it tells of no single order for now.
    """

    trips: frozenset[str] = frozenset()
    named: tuple[tuple[str, str], ...] = ()
    away: bool = False
    asked: list[str] = field(default_factory=list)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        yield Page((told("1001"), told("1002")), mark=Mark(now), named=self.named)

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        self.asked.append(ref)
        if ref in self.trips:
            raise ZeroDivisionError
        if self.away:
            raise CourierUnavailable("the shop answers 503")
        yield from ()
        return told(ref)


def told(ref: str) -> ShopOrder:
    return ShopOrder(ref, f"#{ref}", NOW, shipments=(Shipment(f"300000{ref}"),))


def nobody(*_: str) -> Assigned:
    raise BadInput("nobody asks about it")


def kept(folder: Path, shop: Clumsy, scene: Callable[[Shopkeeper, Writer], Awaitable[None]]) -> None:
    """A scene with the shop's keeper and its database."""

    async def played() -> None:
        writer, client = Writer(blank(folder / "shop.db")), Client()
        account, counter = Account("web", "clumsy", "https://shop.example.com"), Counter("web", nobody, Policy())
        try:
            await scene(Shopkeeper(Stall(account, shop, MINUTE, counter, folder / "token"), client, writer), writer)
        finally:
            await client.aclose()
            writer.close()

    asyncio.run(played())


def away(store: Store, *, back: bool = False) -> None:
    """Orders can be kept no more, or again; of anything else the database knows as before."""
    names = ("away", "shop_orders") if back else ("shop_orders", "away")
    with store.transaction():
        store.write("ALTER TABLE {} RENAME TO {}".format(*names))


def failures(store: Store) -> int:
    return accounts.load(store, accounted("web"))[0].failures


def test_an_adapter_s_bug_with_a_held_order_ends_nothing_and_costs_no_other_order(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, writer: Writer) -> None:
        shop.trips = frozenset(("1001", "1002"))
        await keeper.run(NOW)
        assert {one["order"] for one in await writer.run(shops.held)} == {"#1001", "#1002"}
        assert sorted(shop.asked) == ["1001", "1002"]

    shop = Clumsy()
    kept(tmp_path, shop, scene)


def test_the_database_s_failure_is_raised_and_no_shop_is_blamed(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, writer: Writer) -> None:
        await writer.run(away)
        with pytest.raises(StoreError):
            await keeper.run(NOW)
        assert await writer.run(failures) == 0
        await writer.run(away, back=True)
        await keeper.run(NOW)
        assert {one["order"] for one in await writer.run(shops.held)} == {"#1001", "#1002"}

    kept(tmp_path, Clumsy(), scene)


def test_a_knock_that_the_database_could_not_take_is_answered_later(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, writer: Writer) -> None:
        await keeper.run(NOW)
        shop.asked.clear()
        keeper.knock(["1002"])
        await writer.run(away)
        with pytest.raises(StoreError):
            await keeper.run(NOW)
        assert await writer.run(failures) == 0
        await writer.run(away, back=True)
        await keeper.run(NOW)
        await keeper.run(NOW)
        assert shop.asked == ["1002", "1002"]

    shop = Clumsy()
    kept(tmp_path, shop, scene)


def test_an_order_with_a_new_number_that_there_was_no_room_for_is_news_again_at_the_next_reading(
    tmp_path: Path,
) -> None:
    async def scene(keeper: Shopkeeper, _: Writer) -> None:
        keeper.knock(str(ref) for ref in range(MOST_KNOCKS - 1))
        await keeper.read(NOW)
        assert keeper.knocked[-1] == "7001"
        keeper._knocked.clear()
        await keeper.read(NOW + MINUTE)
        assert keeper.knocked == ("7002",)

    kept(tmp_path, Clumsy(named=(("7001", "3000007001"), ("7002", "3000007002"))), scene)


def test_an_order_with_a_new_number_that_could_not_be_had_is_asked_for_after_the_next_reading(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, _: Writer) -> None:
        await keeper.run(NOW)
        assert shop.asked.count("1009") == 1
        shop.away = False
        await keeper.run(NOW + HOUR)
        await keeper.run(NOW + 2 * HOUR)
        assert shop.asked.count("1009") == 2

    shop = Clumsy(named=(("1009", "3000001009"),), away=True)
    kept(tmp_path, shop, scene)


@dataclass
class Interrupted(Clumsy):
    """`then`: what happens while it is asked for the first order."""

    then: Callable[[], object] = list

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        if not self.asked:
            self.then()
        return (yield from super().order(account, ref, now))


def test_who_leaves_asks_for_no_more_of_the_orders_that_are_held(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, _: Writer) -> None:
        shop.then = keeper.retire
        await keeper.run(NOW)
        assert shop.asked == ["1001"]

    shop = Interrupted()
    kept(tmp_path, shop, scene)


def test_orders_that_are_held_are_asked_for_anew_where_another_configuration_came_meanwhile(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, _: Writer) -> None:
        shop.then = lambda: keeper.take_over(replace(keeper.stall, every=2 * MINUTE))
        for hours in range(3):
            await keeper.run(NOW + hours * HOUR)
        assert shop.asked == ["1001", "1002"] * 2

    shop = Interrupted()
    kept(tmp_path, shop, scene)


def follower(keeper: Shopkeeper, writer: Writer) -> Shopkeeper:
    """Who asks the shop instead, and decides otherwise."""
    counter = replace(keeper.stall.counter, currency="EUR")
    return Shopkeeper(replace(keeper.stall, counter=counter), Client(), writer)


def follow(keeper: Shopkeeper, heir: Shopkeeper) -> None:
    keeper.retire()
    keeper.hand_on(heir, Policy())


def test_orders_that_the_page_at_hand_names_are_asked_for_by_whoever_follows(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, writer: Writer) -> None:
        heir = follower(keeper, writer)
        shop.then = lambda: follow(keeper, heir)
        await keeper.read(NOW)
        assert (keeper.knocked, heir.knocked) == ((), ("7001",))
        assert keeper.stall.counter.currency == "EUR"

    shop = Paged(named=(("7001", "3000007001"),))
    kept(tmp_path, shop, scene)


@dataclass
class Paged(Clumsy):
    """`then`: what happens before it says its page."""

    then: Callable[[], object] = list

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        self.then()
        yield from super().since(account, mark, now)


def test_an_order_that_whoever_left_could_not_have_is_asked_for_by_whoever_follows(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, writer: Writer) -> None:
        heir = follower(keeper, writer)
        shop.then = lambda: follow(keeper, heir)
        keeper.knock(["1002", "1003"])
        await keeper.run(NOW)
        assert shop.asked == ["1002"]
        assert (keeper.knocked, set(heir.knocked)) == ((), {"1002", "1003"})
        assert await writer.run(failures) == 0

    shop = Interrupted(away=True)
    kept(tmp_path, shop, scene)


def test_whoever_was_to_leave_and_stays_goes_on_with_what_was_to_be_asked(tmp_path: Path) -> None:
    async def scene(keeper: Shopkeeper, _: Writer) -> None:
        keeper.knock(["1002"])
        with pytest.raises(StoreError), leaving([keeper]):
            raise StoreError("the disk is full")
        await keeper.run(NOW)
        assert shop.asked[0] == "1002"

    shop = Clumsy()
    kept(tmp_path, shop, scene)
