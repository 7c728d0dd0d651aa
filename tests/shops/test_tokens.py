"""Tokens that hold for a while: whoever loses what renews one loses the shop, so it is kept before it is used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from parcelwatch.engine import Engine
from parcelwatch.store import parcels
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known, numbers
from tests.shops.peers import Etsy, Sold

FIRST, SECOND, THIRD = numbers(3)
MINUTE = timedelta(minutes=1)
SETTINGS = """
[shops.web]
api = "etsy"
base_url = "{url}"
key = "key-8d21f0"
token = "tok-3c9e55"
every = "1m"
[shops.web.options]
shop = "77"
"""


@pytest.fixture
def etsy() -> Iterator[Etsy]:
    place = Etsy()
    with place.server:
        yield place


def opened(folder: Path, etsy: Etsy) -> Shop:
    story = [known(number, ago(3)) for number in (FIRST, SECOND, THIRD)]
    return Shop(folder, *story, accounts=[Account("dhl")], settings=THRESHOLDS + SETTINGS.format(url=etsy.server.url))


def watched(place: Shop) -> set[str]:
    with place.store() as store:
        return {row["number"] for row in parcels.rows(store)}


def grants(etsy: Etsy) -> list[str]:
    """What was shown for each token that was granted or not."""
    return [call.body["refresh_token"] for call in etsy.calls if call.path.endswith("/oauth/token")]


def test_a_refresh_token_that_is_replaced_at_use_is_kept_over_a_restart(tmp_path: Path, etsy: Etsy) -> None:
    with opened(tmp_path, etsy) as place:
        etsy.sold = [Sold("1", place.hand.at, FIRST, "DHL Paket")]
        place.play(place.beat)
        assert watched(place) == {FIRST}
        assert (tmp_path / "parcelwatch.db.web.token").stat().st_mode & 0o077 == 0
        etsy.sold.append(Sold("2", place.hand.at, SECOND, "DHL Paket"))
        place.hand.at += timedelta(hours=2)
        place.play(place.beat)
        assert watched(place) == {FIRST, SECOND}
        assert grants(etsy) == ["tok-3c9e55", "tok-1"]


def test_a_token_that_is_refused_before_its_time_is_renewed_once_and_the_reading_goes_on(
    tmp_path: Path, etsy: Etsy
) -> None:
    with opened(tmp_path, etsy) as place:

        async def scene(parts: Engine) -> None:
            await place.beat(parts)
            etsy.access = "77.access-7"  # what was granted holds no more
            etsy.sold = [Sold("1", place.hand.at, FIRST, "DHL Paket")]
            place.hand.at += 2 * MINUTE
            await place.beat(parts)

        place.play(scene)
        assert watched(place) == {FIRST}
        assert grants(etsy) == ["tok-3c9e55", "tok-1"]


def test_a_token_that_runs_out_is_renewed_in_time_and_by_one_only(tmp_path: Path, etsy: Etsy) -> None:
    with opened(tmp_path, etsy) as place:
        etsy.sold = [Sold("1", place.hand.at, FIRST, "DHL Paket"), Sold("2", place.hand.at, SECOND, "DHL Paket")]

        async def scene(parts: Engine) -> None:
            (keeper,) = parts.keepers
            await place.beat(parts)
            place.hand.at += timedelta(hours=2)
            keeper.at(place.hand.at)
            await asyncio.gather(*(keeper.look(ref) for ref in ("1", "2", "1", "2")))

        place.play(scene)
        assert grants(etsy) == ["tok-3c9e55", "tok-1"]
        assert not [call for call in etsy.calls if call.headers.get("authorization", "").endswith("tok-1")]


def test_a_grant_that_is_refused_leaves_the_shop_alone_until_somebody_looks(tmp_path: Path, etsy: Etsy) -> None:
    with opened(tmp_path, etsy) as place:
        etsy.valid = "tok-other"

        async def scene(parts: Engine) -> None:
            await place.live(parts, 10 * MINUTE, MINUTE)

        place.play(scene)
        assert len(grants(etsy)) == 1
        with place.store() as store:
            ((refused,),) = store.all("SELECT refused FROM accounts WHERE name = 'shops.web'")
        assert "400" in refused
        assert "tok-" not in refused
