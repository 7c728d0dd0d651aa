"""Tokens that hold for a while: whoever loses what renews one loses the shop, so it is kept before it is used."""

from __future__ import annotations

import asyncio
import gc
import io
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from parcelwatch import shops
from parcelwatch.asking.client import Client
from parcelwatch.errors import CourierUnavailable
from parcelwatch.running.engine import Engine
from parcelwatch.shopping import tokens
from parcelwatch.shopping.asking import Asker
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.shops.base import Account as ShopAccount
from parcelwatch.shops.base import Page, Renews
from parcelwatch.store import parcels
from tests.acceptance.test_reload import reloader
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, happens, known, numbers
from tests.disks import fill_up, small_disk
from tests.servers import PATIENCE, Hit, Server
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


class Slow(Etsy):
    """Grants a token, whereupon it waits before it says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = threading.Event(), threading.Event()

    async def _respond(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        if hit.target.endswith("/oauth/token"):
            self.asked.set()
            await asyncio.to_thread(self.go.wait, PATIENCE)
        await super()._respond(server, hit, writer)


def test_a_token_that_comes_after_its_asker_was_told_to_stop_is_kept(tmp_path: Path) -> None:
    etsy = Slow()
    with etsy.server, opened(tmp_path, etsy) as place:

        async def scene(parts: Engine) -> None:
            (keeper,) = parts.keepers
            keeper.at(place.hand.at)
            asking = asyncio.create_task(keeper.look("1"))
            assert await happens(etsy.asked)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            etsy.go.set()

        place.play(scene)
        kept = tokens.load(tmp_path / "parcelwatch.db.web.token")
        assert kept is not None
        assert kept.renewal == "tok-1"


@contextmanager
def in_its_place(token: Path) -> Iterator[None]:
    """Something lies where it is to be kept."""
    token.mkdir()
    yield
    token.rmdir()


@contextmanager
def no_room(token: Path) -> Iterator[None]:
    """Not a byte fits on the disk."""
    ballast = fill_up(token.parent)
    yield
    ballast.unlink()


@pytest.mark.parametrize("hindered", [in_its_place, no_room])
def test_a_token_that_cannot_be_written_is_not_used_until_it_is_kept_and_not_asked_for_again(
    tmp_path: Path, etsy: Etsy, hindered: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with small_disk(tmp_path, 8) as disk, opened(disk, etsy) as place:
        token = disk / "parcelwatch.db.web.token"

        async def scene(parts: Engine) -> None:
            (keeper,) = parts.keepers
            assert isinstance(keeper, Shopkeeper)
            keeper.at(place.hand.at)
            with hindered(token):
                for _ in range(2):
                    with pytest.raises(CourierUnavailable, match="its token cannot be kept"):
                        await keeper.look("1")
            assert await keeper.look("1") is None

        place.play(scene)
        assert [call.path.rpartition("/")[2] for call in etsy.calls] == ["token", "1"]
        kept = tokens.load(token)
        assert kept is not None
        assert kept.renewal == "tok-1"
        assert not list(disk.glob("*.part"))


@pytest.mark.parametrize("reloads", [0, 1, 2])
def test_a_token_that_could_not_be_written_is_kept_by_whoever_follows_and_at_the_latest_at_the_end(
    tmp_path: Path, etsy: Etsy, reloads: int
) -> None:
    token, hosts = tmp_path / "parcelwatch.db.web.token", ("127.0.0.1", "localhost")
    with opened(tmp_path, etsy) as place:

        async def scene(parts: Engine) -> None:
            one, path = reloader(place, parts), place.config.path
            with in_its_place(token):
                for turn in range(reloads + 1):
                    (keeper,) = parts.keepers
                    keeper.at(place.hand.at)
                    with pytest.raises(CourierUnavailable, match="its token cannot be kept"):
                        await keeper.look("1")
                    if turn < reloads:
                        was, then = hosts[turn % 2], hosts[1 - turn % 2]
                        path.write_text(
                            path.read_text().replace(
                                f"http://{was}:{etsy.server.port}", f"http://{then}:{etsy.server.port}"
                            )
                        )
                        assert await one.reload()
                        assert parts.keepers != (keeper,)

        place.play(scene)
        assert grants(etsy) == ["tok-3c9e55"]
        kept = tokens.load(token)
        assert kept is not None
        assert kept.renewal == "tok-1"


def test_however_often_somebody_follows_nobody_is_held_on_to(tmp_path: Path, etsy: Etsy) -> None:
    with opened(tmp_path, etsy) as place:
        left = list[weakref.ref[object]]()

        async def scene(parts: Engine) -> None:
            one, path = reloader(place, parts), place.config.path
            for turn in range(4):
                await place.beat(parts)
                left.append(weakref.ref(parts.keepers[0]._asker))
                path.write_text(path.read_text().replace(f'"key-8d21f{turn}"', f'"key-8d21f{turn + 1}"'))
                assert await one.reload()
            await place.beat(parts)
            gc.collect()
            assert [asker() for asker in left] == [None] * 4

        place.play(scene)


OTHER = """
import asyncio, sys
from pathlib import Path
from tests.shops.test_tokens import renewed

sys.exit(asyncio.run(renewed(Path(sys.argv[1]), sys.argv[2], sys.stdin.readline, sys.stdout)))
"""
TURNS = 4


async def renewed(token: Path, url: str, wait: Callable[[], str], out: IO[str]) -> None:
    """At every turn the token has run out, and whoever waits for the same turn renews it."""
    api, client, now = shops.load()["etsy"], Client(), datetime(2026, 3, 12, tzinfo=UTC)
    assert isinstance(api, Renews)
    account = ShopAccount("web", "etsy", url, "key-8d21f0", token="tok-3c9e55", options={"shop": "77"})
    asker = Asker[Page](account, api.since, "1000/s", client, api, token)
    print("ready", file=out, flush=True)
    for turn in range(TURNS):
        await asyncio.to_thread(wait)
        asker.at(now + turn * timedelta(hours=2))
        print((await asker.with_token()).token, file=out, flush=True)
    await client.aclose()


def test_two_processes_that_renew_one_token_use_nothing_up_twice(tmp_path: Path, etsy: Etsy) -> None:
    command = [sys.executable, "-c", OTHER, str(tmp_path / "token"), etsy.server.url]
    ours, theirs = io.StringIO(), list[str]()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:

        def turn() -> str:
            assert other.stdout is not None
            theirs.append(other.stdout.readline().strip())
            print("go", file=other.stdin, flush=True)
            return theirs[-1]

        asyncio.run(renewed(tmp_path / "token", etsy.server.url, turn, ours))
        last, _ = other.communicate(timeout=PATIENCE)
    assert (
        [*theirs, last.strip()]
        == ours.getvalue().split()
        == ["ready", *(f"77.access-{turn + 1}" for turn in range(TURNS))]
    )
    assert grants(etsy) == ["tok-3c9e55", *(f"tok-{turn}" for turn in range(1, TURNS))]
