"""China's platforms over loopback HTTP, with the keeper, its tokens and the database: what goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from parcelwatch import shops
from parcelwatch.asking.client import Client
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.assigning import Desk, assign
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused, CourierUnavailable
from parcelwatch.shopping import tokens
from parcelwatch.shopping.keeper import Shopkeeper, Stall
from parcelwatch.shopping.taking import Counter, Taken
from parcelwatch.shops.base import Account
from parcelwatch.store import Store, parcels
from parcelwatch.store.writer import Writer
from tests.databases import blank
from tests.servers import Hit, Server, head
from tests.shops.answers import ANSWERS, REFS
from tests.shops.asking import NOW
from tests.shops.platforms import jd, jushuitan, pdd, taobao, xiaohongshu

CHINA = ("douyin", "jd", "jushuitan", "kuaishou", "pdd", "taobao", "wangdiantong", "wechat", "xiaohongshu")
HOUR = timedelta(hours=1)
Respond = Callable[[httpx.Request], Any]


@dataclass
class Place:
    """A platform on loopback, a database, and who asks the one for the other."""

    api: str
    folder: Path
    respond: Respond
    asked: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = Server(self._answer)
        self.options: dict[str, str] = {}
        blank(self.folder / "shop.db")

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        request = httpx.Request(hit.method, f"https://shop.example.com{hit.target}", content=hit.body)
        self.asked.append(request)
        said = self.respond(request)
        if isinstance(said, int):
            writer.write(head(said, 2) + b"{}")
            return
        body = json.dumps(said).encode()
        writer.write(head(200, len(body)) + body)

    @property
    def renewals(self) -> Path:
        return self.folder / "token"

    def read(self, *, hours: int = 1, token: str = "rt-old") -> tuple[CourierError | None, Taken]:
        """One reading of the last hours, by a program that was just started, or of what is new since the last one."""
        return asyncio.run(self._read(NOW - hours * HOUR if hours else None, token))

    def looked(self, refs: Sequence[str], *, now: datetime = NOW, token: str = "rt-old") -> list[object]:
        """What several at once made of one order each; errors among them."""

        async def scene() -> list[object]:
            async with self._keeper(token) as keeper:
                keeper.at(now)
                return await asyncio.gather(*(keeper.look(ref) for ref in refs), return_exceptions=True)

        return asyncio.run(scene())

    async def _read(self, since: datetime | None, token: str) -> tuple[CourierError | None, Taken]:
        async with self._keeper(token) as keeper:
            error = await keeper.read(NOW, since)
            return error, keeper.taken

    @asynccontextmanager
    async def _keeper(self, token: str) -> AsyncIterator[Shopkeeper]:
        adapter = shops.load()[self.api]
        quick = type("Quick", (type(adapter),), {"rate": "100000/s"})()
        base = f"{self.server.url}{urlsplit(adapter.base_url).path}"
        options = dict.fromkeys(adapter.required, "11223344") | self.options
        account = Account("mine", self.api, base, "key-8d21f0", "sec-77aa19:sgn-51be02", token, options=options)
        desks = [Desk("hundred", "kuaidi100")]
        counter = Counter("mine", lambda called, number: assign(called, number, desks), Policy())
        client = Client()
        with closing(Writer(self.folder / "shop.db")) as writer:
            yield Shopkeeper(Stall(account, quick, HOUR, counter, self.renewals), client, writer)
            await client.aclose()

    def watched(self) -> dict[str, str]:
        """Every parcel by number with its company."""
        with Store.open(self.folder / "shop.db") as store:
            return {row["number"]: row["company"] for row in parcels.rows(store) if row["unwatched_at"] is None}


@contextmanager
def place(api: str, folder: Path, respond: Respond) -> Iterator[Place]:
    made = Place(api, folder, respond)
    with made.server:
        yield made


@pytest.mark.parametrize("api", CHINA)
def test_every_platform_s_parcels_are_watched_by_the_courier_it_names(tmp_path: Path, api: str) -> None:
    with place(api, tmp_path, ANSWERS[api]) as shop:
        error, taken = shop.read()
        assert error is None
        assert taken.added == 2
        assert taken.held == 0
        assert set(shop.watched().values()) <= {"yuantong", "shentong", "shunfeng", "zhongtong", "yunda"}
        assert "" not in shop.watched().values()
        again, taken = shop.read(hours=0)
        assert (again, taken.added, taken.stopped) == (None, 0, 0)


def test_a_token_that_ends_between_two_calls_is_replaced_once_and_its_successor_kept(tmp_path: Path) -> None:
    granted: list[str] = []

    def respond(request: httpx.Request) -> Any:
        path, form, _ = jushuitan.asked(request)
        if "/auth/" in path:
            granted.append(form["refresh_token"])
            turn = len(granted)
            data = {"access_token": f"at-{turn}", "refresh_token": f"rt-{turn}", "expires_in": 2592000}
            return {"code": 0, "data": data}
        if form["access_token"] == "at-1" and "refund" in path:
            return {"code": 100, "msg": "access_token已过期"}
        return jushuitan.answer(request)

    with place("jushuitan", tmp_path, respond) as shop:
        error, taken = shop.read()
        assert error is None
        assert granted == ["rt-old", "rt-1"]
        held = tokens.load(shop.renewals)
        assert held is not None
        assert held.renewal == "rt-2"
        assert shop.renewals.stat().st_mode & 0o777 == 0o600
        assert taken.added == 2
        assert set(shop.watched()) == {"YT8800000000001", "YT8800000000002"}


def test_a_program_started_again_asks_with_the_token_it_had_and_a_new_authorisation_replaces_a_dead_one(
    tmp_path: Path,
) -> None:
    dead = {"rt-old"}
    granted: list[str] = []

    def respond(request: httpx.Request) -> Any:
        path, form, _ = jushuitan.asked(request)
        if "/auth/" not in path:
            ended = form["access_token"] not in granted[-1:]
            return {"code": 100, "msg": "access_token已过期"} if ended else jushuitan.answer(request)
        if form["refresh_token"] in dead:
            return {"code": 100, "msg": "refresh_token无效"}
        granted.append(f"at-{len(granted)}")
        data = {"access_token": granted[-1], "refresh_token": f"after-{form['refresh_token']}", "expires_in": 2592000}
        return {"code": 0, "data": data}

    with place("jushuitan", tmp_path, respond) as shop:
        assert shop.read(token="rt-1")[0] is None
        assert shop.read(hours=0, token="rt-1")[0] is None
        assert granted == ["at-0"]
        granted.append("somebody else's")
        dead.add("after-rt-1")
        assert isinstance(shop.read(hours=0, token="rt-old")[0], CourierRefused)
        assert shop.read(hours=0, token="rt-2")[0] is None
        assert shop.read(hours=0, token="rt-2")[0] is None
        assert granted == ["at-0", "somebody else's", "at-2"]


RENEWING = ("douyin", "jd", "jushuitan", "kuaishou", "wechat", "xiaohongshu")
IS_GRANT = ("/token/", "/oauth2/refresh_token", "/openWeb/auth/", "/cgi-bin/stable_token")


def is_grant(api: str, request: httpx.Request) -> bool:
    if api == "xiaohongshu":
        return bool(xiaohongshu.asked(request)["method"] == "oauth.refreshToken")
    return any(path in request.url.path for path in IS_GRANT)


def granted(api: str, token: str, renewal: str) -> Any:
    """What each grants, in its own envelope."""
    plain = {"access_token": token, "refresh_token": renewal, "expires_in": 2592000}
    match api:
        case "douyin":
            return {"code": 10000, "data": plain}
        case "jushuitan":
            return {"code": 0, "data": plain}
        case "kuaishou":
            return {"result": 1, **plain}
        case "wechat":
            return {"access_token": token, "expires_in": 7200}
        case "xiaohongshu":
            ends = int(NOW.timestamp()) * 1000 + 604800000
            return xiaohongshu.told({"accessToken": token, "refreshToken": renewal, "accessTokenExpiresAt": ends})
    return {"code": 0, **plain}


@pytest.mark.parametrize("api", RENEWING)
def test_many_who_find_the_token_over_renew_it_once_among_them_and_what_renews_next_is_kept(
    tmp_path: Path, api: str
) -> None:
    grants: list[str] = []
    stale: list[str] = []

    def respond(request: httpx.Request) -> Any:
        told = unquote(request.content.decode())
        if is_grant(api, request):
            grants.append(told)
            return granted(api, f"at-{len(grants)}", f"rt-{len(grants)}")
        stale.extend([told] if f"at-{len(grants)}" not in f"{told} {request.url}" else [])
        return ANSWERS[api](request)

    with place(api, tmp_path, respond) as shop:
        shop.options = {"ends": "2026-11-28 20:00:00"} if api == "jd" else {}
        for turn, now in enumerate((NOW, NOW + timedelta(days=60)), 1):
            found = shop.looked([REFS[api]] * 4, now=now, token="at-0:rt-0")
            assert not [each for each in found if isinstance(each, Exception)]
            assert len(grants) == turn
        assert not stale
        if api != "wechat":  # it renews by key and secret
            assert "rt-1" in grants[1]
            held = tokens.load(shop.renewals)
            assert held is not None
            assert (held.token, held.renewal) == ("at-2", "rt-2")


def test_jd_asks_with_the_token_it_was_given_until_the_day_before_it_ends(tmp_path: Path) -> None:
    grants: list[Any] = []

    def respond(request: httpx.Request) -> Any:
        form = taobao.form_of(request)
        if is_grant("jd", request):
            grants.append(form)
            return granted("jd", "at-new", "rt-new")
        ended = form["access_token"] not in ("at-old", "at-new", "at-other")
        return jd.error("19", "token已过期或者不存在") if ended else ANSWERS["jd"](request)

    with place("jd", tmp_path, respond) as shop:

        def asks(now: datetime, token: str = "at-old:rt-old") -> str:
            (found,) = shop.looked([REFS["jd"]], now=now, token=token)
            assert not isinstance(found, Exception)
            return str(taobao.form_of(shop.asked[-1])["access_token"])

        shop.options = {"ends": "2026-12-28"}
        assert asks(NOW) == "at-old"
        assert asks(NOW + timedelta(days=28)) == "at-old"
        assert grants == []
        assert asks(NOW + timedelta(days=29, hours=5)) == "at-new"
        assert grants[0]["refresh_token"] == "rt-old"
        assert asks(NOW + timedelta(days=50)) == "at-new"
        # Somebody let the seller authorise again, before the one that is kept ended.
        shop.options = {"ends": "2027-11-28"}
        assert asks(NOW + timedelta(days=90), "at-other:rt-other") == "at-other"
        assert len(grants) == 1


@pytest.mark.parametrize("ends", [{}, {"ends": "some day"}])
def test_a_jd_token_with_what_renews_it_is_not_asked_with_before_it_is_said_when_it_ends(
    tmp_path: Path, ends: dict[str, str]
) -> None:
    with place("jd", tmp_path, ANSWERS["jd"]) as shop:
        shop.options = ends
        error, _ = shop.read(token="at-old:rt-old")
        assert isinstance(error, CourierRefused)
        assert "ends" in str(error)
        assert not any(secret in str(error) for secret in ("at-old", "rt-old"))
        assert shop.asked == []


def test_a_jd_token_that_is_refused_for_good_is_tried_twice_and_then_says_what_to_do(tmp_path: Path) -> None:
    def respond(request: httpx.Request) -> Any:
        if is_grant("jd", request):
            return {"code": "21", "msg": "refresh_token已过期"}
        return jd.error("19", "token已过期或者不存在")

    with place("jd", tmp_path, respond) as shop:
        error, _ = shop.read(token="at-only")
        assert isinstance(error, CourierRefused)
        assert "at-only" not in str(error)
        assert len(shop.asked) == 2


def test_a_platform_that_throttles_half_way_is_read_on_from_where_it_was_left(tmp_path: Path) -> None:
    calls: list[str] = []

    def respond(request: httpx.Request) -> Any:
        form = taobao.form_of(request)
        if form["type"] != "pdd.order.number.list.increment.get":
            return pdd.refunds()
        calls.append(form["start_updated_at"])
        if len(calls) == 4:
            return pdd.error(70031, "调用过于频繁")
        return pdd.orders([pdd.row(order_sn=f"2611-{form['start_updated_at']}", tracking_number=f"YT{len(calls):013}")])

    with place("pdd", tmp_path, respond) as shop:
        error, _ = shop.read(hours=3)
        assert isinstance(error, CourierBusy)
        error, _ = shop.read(hours=0)
        assert error is None
        assert int(calls[4]) == int(calls[3]) - 600
        # One parcel of each answer is its own, the other one is the same in all of them.
        assert len(shop.watched()) == (len(calls) - 1) + 1


def test_what_a_platform_tells_twice_is_taken_once_and_a_refund_is_one_complaint(tmp_path: Path) -> None:
    def respond(request: httpx.Request) -> Any:
        match taobao.form_of(request)["method"]:
            case "taobao.refunds.receive.get":
                return taobao.refunds(taobao.REFUND, taobao.REFUND)
        return taobao.trades([taobao.trade(), taobao.trade()], total_results=120)

    with place("taobao", tmp_path, respond) as shop:
        error, taken = shop.read()
        assert (error, taken.added, taken.complaints) == (None, 2, 1)
        _, taken = shop.read(hours=0)
        assert (taken.added, taken.complaints) == (0, 0)


def test_an_outage_leaves_the_mark_where_it_was_and_no_credential_in_what_is_kept(tmp_path: Path) -> None:
    with place("taobao", tmp_path, lambda _: 503) as shop:
        error, _ = shop.read()
        assert isinstance(error, CourierUnavailable)
        shop.respond = partial(_echo, shop)
        error, _ = shop.read()
        assert "key-8d21f0" not in str(error)
        kept_bytes = b"".join(path.read_bytes() for path in tmp_path.glob("shop.db*"))
        for secret in (b"key-8d21f0", b"sgn-51be02", b"rt-old"):
            assert secret not in kept_bytes


def _echo(shop: Place, _: httpx.Request) -> Any:
    return taobao.error(25, "Invalid signature", "", shop.asked[-1].content.decode())


def test_a_masked_name_is_no_name_and_only_the_end_of_a_phone_is_kept(tmp_path: Path) -> None:
    with place("pdd", tmp_path, ANSWERS["pdd"]) as shop:
        shop.read()
        kept_bytes = b"".join(path.read_bytes() for path in tmp_path.glob("shop.db*"))
        assert "王*".encode() not in kept_bytes
        assert b"139****4321" not in kept_bytes
