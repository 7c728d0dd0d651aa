"""Numbers that are added to an order without a change of the order: found in the shop's lists, and asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parcelwatch import shops
from parcelwatch.asking.client import Client
from parcelwatch.config import ShopConfig
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.assigning import Desk, assign
from parcelwatch.duration import parse_rate
from parcelwatch.shopping.keeper import Shopkeeper, Stall
from parcelwatch.shopping.taking import Counter
from parcelwatch.shops.declared import Made
from parcelwatch.store import Store, parcels
from parcelwatch.store.writer import Writer
from tests.databases import blank
from tests.shops.driving import NOW
from tests.shops.peers import Magento, Peer, PrestaShop, Sold

FIRST, SECOND, THIRD = (f"003404342921351001{last}" for last in ("86", "93", "09"))
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=[Magento, PrestaShop], ids=lambda kind: kind.api)
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    place: Peer = request.param()
    if isinstance(place, PrestaShop):
        place.carrier = "DHL Paket"
    with place.server:
        yield place


def stall(peer: Peer, folder: Path) -> Stall:
    """The shop as it is configured, asked as fast as it answers."""
    adapter = shops.adapter(ShopConfig("web", peer.api, MINUTE, ZoneInfo("Europe/Berlin")))
    assert isinstance(adapter, Made)
    quick = replace(adapter, declaration=adapter.declaration.model_copy(update={"rate": parse_rate("100000/s")}))
    counter = Counter(
        "web",
        lambda called, number: assign(called, number, [Desk("my_dhl", "dhl", words=("DHL Paket",))]),
        Policy(),
    )
    return Stall(peer.account(), quick, MINUTE, counter, folder / "token")


def watched(folder: Path) -> set[str]:
    with Store.open(folder / "shop.db") as store:
        return {row["number"] for row in parcels.rows(store) if row["unwatched_at"] is None}


def asked_for(peer: Peer, ref: str) -> int:
    """How often one order was asked for by itself."""
    fields = ("searchCriteria[filter_groups][0][filters][0][value]", "filter[id]")
    return sum(any(call.query.get(name, "").strip("[]") == ref for name in fields) for call in peer.calls)


def test_a_number_that_no_change_of_the_order_tells_of_is_watched_and_its_order_asked_for_once(
    tmp_path: Path, peer: Peer
) -> None:
    old = NOW - timedelta(hours=20)
    peer.sold = [Sold("1", old, FIRST, "DHL Paket"), Sold("2", old, "", "DHL Paket")]
    peer.sold += [Sold("3", old, "3E+14", "DHL Paket"), Sold("4", old, THIRD, "DHL Paket", over="cancelled")]
    peer.sold.append(Sold("5", NOW - MINUTE, "", "DHL Paket"))  # what changed since leaves them behind

    async def scene(writer: Writer) -> None:
        client = Client()
        keeper = Shopkeeper(stall(peer, tmp_path), client, writer)
        for turn in range(2):
            await keeper.run(NOW + 2 * turn * MINUTE)
        assert watched(tmp_path) == {FIRST}
        before = [asked_for(peer, ref) for ref in "1234"]
        peer.sold[1] = replace(peer.sold[1], number=SECOND)
        await keeper.run(NOW + 5 * MINUTE)
        assert watched(tmp_path) == {FIRST, SECOND}
        again = [asked_for(peer, ref) for ref in "1234"]
        assert again[1] > before[1]
        assert [again[place] for place in (0, 2, 3)] == [before[place] for place in (0, 2, 3)]
        await keeper.run(NOW + 7 * MINUTE)
        assert [asked_for(peer, ref) for ref in "1234"] == again
        await client.aclose()

    blank(tmp_path / "shop.db")
    with closing(Writer(tmp_path / "shop.db")) as writer:
        asyncio.run(scene(writer))
