"""Numbers that are added to an order without a change of the order: found in the shop's lists, and asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from parcelwatch.engine import Engine
from parcelwatch.store import parcels
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known, numbers
from tests.shops.peers import Magento, Peer, PrestaShop, Sold

FIRST, SECOND, THIRD = numbers(3)
MINUTE = timedelta(minutes=1)
SETTINGS = """
[shops.web]
api = "{api}"
base_url = "{url}"
key = "key-8d21f0"
token = "tok-3c9e55"
every = "1m"
timezone = "Europe/Berlin"
"""


@pytest.fixture(params=[Magento, PrestaShop], ids=lambda kind: kind.api)
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    place: Peer = request.param()
    if isinstance(place, PrestaShop):
        place.carrier = "DHL Paket"
    with place.server:
        yield place


def opened(folder: Path, peer: Peer) -> Shop:
    story = [known(number, ago(3)) for number in (FIRST, SECOND, THIRD)]
    settings = THRESHOLDS + SETTINGS.format(api=peer.api, url=peer.server.url)
    return Shop(folder, *story, accounts=[Account("dhl")], settings=settings)


def watched(place: Shop) -> set[str]:
    with place.store() as store:
        return {row["number"] for row in parcels.rows(store) if row["unwatched_at"] is None}


def asked_for(peer: Peer, ref: str) -> int:
    """How often one order was asked for by itself."""
    fields = ("searchCriteria[filter_groups][0][filters][0][value]", "filter[id]")
    return sum(any(call.query.get(name, "").strip("[]") == ref for name in fields) for call in peer.calls)


def test_a_number_that_no_change_of_the_order_tells_of_is_watched_and_its_order_asked_for_once(
    tmp_path: Path, peer: Peer
) -> None:
    with opened(tmp_path, peer) as place:

        async def scene(parts: Engine) -> None:
            old = place.hand.at - timedelta(hours=20)
            peer.sold = [Sold("1", old, FIRST, "DHL Paket"), Sold("2", old, "", "DHL Paket")]
            peer.sold.append(Sold("3", old, "3E+14", "DHL Paket"))
            peer.sold.append(Sold("4", old, THIRD, "DHL Paket", over="cancelled"))
            # What changed since leaves them behind.
            peer.sold.append(Sold("5", place.hand.at, "", "DHL Paket"))
            await place.live(parts, 3 * MINUTE, MINUTE)
            assert watched(place) == {FIRST}
            before = asked_for(peer, "2")
            peer.sold[1] = replace(peer.sold[1], number=SECOND)
            await place.live(parts, 6 * MINUTE, MINUTE)
            assert watched(place) == {FIRST, SECOND}
            again = asked_for(peer, "2")
            await place.live(parts, 6 * MINUTE, MINUTE)
            assert asked_for(peer, "2") == again > before

        place.play(scene)
        assert watched(place) == {FIRST, SECOND}
