"""One account's conversation with its courier: tokens fetched once, renewed in time, and the courier's own clock."""

from __future__ import annotations

import asyncio
import html
import json
import threading
from base64 import b64encode
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

import httpx
import pytest

from parcelwatch.asking.caller import Caller
from parcelwatch.asking.client import Client
from parcelwatch.couriers.base import Account, Token, check
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.couriers.shared import oauth
from parcelwatch.errors import CourierBusy, CourierDeclines, CourierError, CourierRefused, CourierUnreadable
from parcelwatch.model import Answered, Ask, Checkpoint, Milestone, NotFound, Observation, Refused
from tests.servers import Hit, Server, head

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
ASKED = [Ask("PW000000001XX")]


class Gated(Dhl):
    """A courier behind client credentials; it is asked with the token and the time in headers."""

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        return oauth.by_form(f"{account.base_url}/token", account.key, account.secret)

    def granted(self, response: httpx.Response) -> Token:
        return oauth.token(response, timedelta(hours=1))

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        headers = {"Authorization": f"Bearer {account.token}", "X-Time": now.isoformat()}
        return httpx.Request("GET", f"{account.base_url}/track", headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        check(response)
        return tuple(NotFound(ask.number) for ask in asked)


@dataclass
class Gate:
    """The other side: grants T1, T2, … and takes only what is valid."""

    lifetime: int = 3600
    grants: int = 0
    revoked: set[str] = field(default_factory=set)
    date: datetime | None = None
    slow: float = 0.0
    times: list[datetime] = field(default_factory=list)

    async def __call__(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        status, body = (200, b"{}") if hit.target == "/track" else await self._grant(server)
        if hit.target == "/track":
            token = hit.headers["authorization"].removeprefix("Bearer ")
            status = 401 if token in self.revoked else 200
            self.times.append(datetime.fromisoformat(hit.headers["x-time"]))
        extra = {"date": format_datetime(self.date, usegmt=True)} if self.date else {}
        writer.write(head(status, len(body), **extra) + body)

    async def _grant(self, server: Server) -> tuple[int, bytes]:
        await server.pause(self.slow)
        self.grants += 1
        return 200, json.dumps({"access_token": f"T{self.grants}", "expires_in": str(self.lifetime)}).encode()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def talk(gate: Gate, *steps: timedelta, at_once: int = 1) -> Clock:
    """Ask, `at_once` times side by side, now and after each step of time."""
    clock = Clock()

    async def conversation() -> None:
        async with Server(gate) as server:
            client = Client()
            caller = Caller(Account("acme", "acme", "id", server.url, secret="s"), Gated(), client)
            try:
                for step in (timedelta(0), *steps):
                    clock.now += step
                    await asyncio.gather(*(caller.ask(ASKED, clock) for _ in range(at_once)))
            finally:
                await client.aclose()

    asyncio.run(conversation())
    return clock


def test_twenty_questions_at_once_fetch_one_token() -> None:
    gate = Gate(slow=0.05)
    talk(gate, at_once=20)
    assert gate.grants == 1


def test_a_token_is_kept_until_it_nears_its_end() -> None:
    gate = Gate(lifetime=3600)
    talk(gate, timedelta(minutes=54))
    assert gate.grants == 1
    talk(gate := Gate(lifetime=3600), timedelta(minutes=56))
    assert gate.grants == 2


def test_a_short_token_is_renewed_a_tenth_of_its_life_early() -> None:
    gate = Gate(lifetime=60)
    talk(gate, timedelta(seconds=50), timedelta(seconds=5))
    assert gate.grants == 2


def test_a_token_taken_back_early_is_replaced_once_and_the_question_asked_again() -> None:
    gate = Gate()
    clock = Clock()

    async def conversation() -> None:
        async with Server(gate) as server:
            client = Client()
            caller = Caller(Account("acme", "acme", "id", server.url, secret="s"), Gated(), client)
            await caller.ask(ASKED, clock)
            gate.revoked.add("T1")
            (said,) = await caller.ask(ASKED, clock)
            assert isinstance(said, NotFound)
            assert gate.grants == 2
            gate.revoked.update({"T2", "T3"})
            with pytest.raises(CourierRefused):
                await caller.ask(ASKED, clock)
            assert gate.grants == 3
            await client.aclose()

    asyncio.run(conversation())


@pytest.mark.parametrize(("certain", "grants"), [(False, 2), (True, 1)])
def test_a_declined_call_is_not_repeated_and_costs_the_token_unless_it_is_surely_for_a_number(
    certain: bool, grants: int
) -> None:
    class Declining(Gated):
        def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
            raise CourierDeclines("no such format", certain=certain)

    gate, clock = Gate(), Clock()

    async def conversation() -> None:
        async with Server(gate) as server:
            client = Client()
            caller = Caller(Account("acme", "acme", "id", server.url, secret="s"), Declining(), client)
            for calls in (1, 2):
                with pytest.raises(CourierDeclines):
                    await caller.ask(ASKED, clock)
                assert len(gate.times) == calls
            await client.aclose()

    asyncio.run(conversation())
    assert gate.grants == grants


def test_a_new_token_that_is_refused_is_not_asked_for_again_and_again() -> None:
    gate = Gate(revoked={"T1"})
    with pytest.raises(CourierRefused):
        talk(gate)
    assert gate.grants == 1


def test_a_refused_grant_is_the_accounts_fault() -> None:
    async def refuse(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(head(401, 2) + b"{}")

    async def conversation() -> None:
        async with Server(refuse) as server:
            client = Client()
            caller = Caller(Account("acme", "acme", "id", server.url, secret="s"), Gated(), client)
            with pytest.raises(CourierRefused, match="grants no token"):
                await caller.ask(ASKED, Clock())
            await client.aclose()

    asyncio.run(conversation())


def test_a_courier_whose_clock_differs_is_asked_in_its_own_time() -> None:
    gate = Gate(date=NOW + timedelta(hours=3))
    talk(gate, timedelta(0))
    assert gate.times == [NOW + timedelta(hours=3)] * 2  # already the grant told the time
    gate = Gate(date=NOW + timedelta(seconds=5))
    talk(gate, timedelta(0))
    assert gate.times == [NOW] * 2


def converse(
    gate: object, story: Callable[[Caller, Clock], Coroutine[None, None, None]], courier: Dhl | None = None
) -> None:
    """Tell a story of one caller and the server it talks to."""

    async def conversation() -> None:
        async with Server(gate) as server:  # type: ignore[arg-type]
            client = Client()
            account = Account("acme", "acme", "id", server.url, secret="s")
            try:
                await story(Caller(account, courier or Gated(), client), Clock())
            finally:
                await client.aclose()

    asyncio.run(conversation())


def test_thirty_two_questions_share_one_failed_grant() -> None:
    grants = 0

    async def refuse(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        nonlocal grants
        grants += 1
        await server.pause(0.05)
        writer.write(head(401, 2) + b"{}")

    async def story(caller: Caller, clock: Clock) -> None:
        said = await asyncio.gather(*(caller.ask(ASKED, clock) for _ in range(32)), return_exceptions=True)
        assert all(isinstance(one, CourierRefused) for one in said)
        clock.now += timedelta(minutes=1)
        with pytest.raises(CourierRefused):
            await caller.ask(ASKED, clock)

    converse(refuse, story)
    assert grants == 2


def test_a_courier_that_refuses_every_token_costs_one_grant_a_question() -> None:
    gate = Gate(revoked={f"T{n}" for n in range(1, 20)})

    async def story(caller: Caller, clock: Clock) -> None:
        for _ in range(5):
            with pytest.raises(CourierRefused):
                await caller.ask(ASKED, clock)

    converse(gate, story)
    assert (gate.grants, len(gate.times)) == (5, 5)


@pytest.mark.parametrize("date", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_date_of_another_year_is_not_believed(date: datetime) -> None:
    gate = Gate(date=date)
    talk(gate, timedelta(0))
    assert gate.times == [NOW] * 2


def test_a_courier_that_sets_its_clock_right_is_believed_again() -> None:
    gate = Gate(date=NOW + timedelta(hours=3))

    async def story(caller: Caller, clock: Clock) -> None:
        await caller.ask(ASKED, clock)
        gate.date = NOW + timedelta(seconds=10)
        await caller.ask(ASKED, clock)
        await caller.ask(ASKED, clock)

    converse(gate, story)
    assert gate.times == [NOW + timedelta(hours=3)] * 2 + [NOW]


@pytest.mark.parametrize("skew", [timedelta(hours=3), timedelta(hours=-1)])
def test_when_to_come_back_is_told_in_our_time(skew: timedelta) -> None:
    async def busy(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(head(429, 2, date=format_datetime(NOW + skew, usegmt=True), retry_after="600") + b"{}")

    async def story(caller: Caller, clock: Clock) -> None:
        with pytest.raises(CourierBusy) as caught:
            await caller.ask(ASKED, clock)
        assert caught.value.retry_at == NOW + timedelta(minutes=10)

    converse(busy, story, Dhl())


def test_an_odd_grant_is_unreadable_and_its_token_is_kept_nowhere() -> None:
    async def odd(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        body = b'{"access_token": ["CANARY"], "expires_in": {}}'
        writer.write(head(200, len(body)) + body)

    async def story(caller: Caller, clock: Clock) -> None:
        with pytest.raises(CourierUnreadable) as caught:
            await caller.ask(ASKED, clock)
        assert b"CANARY" not in caught.value.payload
        assert "CANARY" not in repr(caught.value)

    converse(odd, story)


class Stuck(Dhl):
    """A courier reached through a library that never comes back."""

    def fetch(self, account: Account, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        threading.Event().wait()
        return ()


def test_a_library_that_hangs_holds_up_neither_the_others_nor_the_end() -> None:
    async def story(caller: Caller, clock: Clock) -> None:
        stuck = [asyncio.create_task(caller.ask(ASKED, clock)) for _ in range(50)]
        done, waiting = await asyncio.wait(stuck, timeout=0.1)
        assert not done
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)

    converse(Gate(), story, Stuck())


class Wanting(Gated):
    """Wants a postal code beside a number, and stumbles over one number when it is asked what it lacks."""

    def lacks(self, ask: Ask) -> str:
        if ask.number == "ODD":
            raise ValueError("a bug")
        return "" if ask.postal_code else "set postal_code"


def test_what_lacks_something_is_refused_in_its_place_and_never_sent() -> None:
    asked = [Ask("1"), Ask("2", postal_code="24103"), Ask("3"), Ask("ODD")]

    async def conversation() -> tuple[tuple[Observation, ...], int]:
        gate = Gate()
        async with Server(gate) as server:
            client = Client()
            caller = Caller(Account("acme", "acme", "id", server.url, secret="s"), Wanting(), client)
            said = await caller.ask(asked, Clock())
            calls = len(gate.times)
            assert await caller.ask([Ask("1")], Clock()) == (Refused("1", "set postal_code"),)
            assert len(gate.times) == calls
            await client.aclose()
            return said, calls

    said, _ = asyncio.run(conversation())
    assert said == (Refused("1", "set postal_code"), NotFound("2"), Refused("3", "set postal_code"), NotFound("ODD"))


# --- what an answer may repeat -------------------------------------------------------------------

KEY, SECRET = "canary-key-0123456789", "canary/secret+98765"
ECHOES = (
    KEY,
    KEY.upper(),
    quote(SECRET, safe=""),
    "".join(f"\\u{ord(one):04x}" for one in KEY),
    b64encode(f"{KEY}:{SECRET}".encode()).decode(),
    b64encode(f"somebody:{SECRET}".encode()).decode(),
    SECRET.encode().hex(),
    html.escape("".join(f"&#{ord(one)};" for one in SECRET), quote=False).replace("&amp;", "&"),
)


class Echoing(Gated):
    """A courier that repeats what it was asked with, in whatever it says."""

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        return httpx.Request("GET", f"{account.base_url}/{self.way}")

    def granted(self, response: httpx.Response) -> Token:
        if self.way == "granted":
            raise CourierRefused(response.text)
        return Token("canary-token-1", timedelta(hours=1))

    def __init__(self, way: str) -> None:
        self.way = way

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        scan = Checkpoint(NOW, NOW, Milestone.IN_TRANSIT, code=response.text, text=response.text, place=response.text)
        if self.way == "answered":
            return (Answered(asked[0].number, (scan,), company=response.text, stopped=response.text),)
        if self.way == "refused":
            return (Refused(asked[0].number, reason=response.text),)
        raise CourierUnreadable(f"it says {response.text}", response.content)


@pytest.mark.parametrize("way", ["answered", "refused", "unreadable", "granted"])
def test_no_form_of_a_credential_comes_back_from_a_courier(way: str) -> None:
    said = " and ".join(("canary-token-1", *ECHOES))

    async def echo(_: Server, __: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, len(said)) + said.encode())

    async def conversation() -> str:
        async with Server(echo) as server:
            client = Client()
            try:
                account = Account("acme", "acme", KEY, server.url, secret=SECRET)
                return repr(await Caller(account, Echoing(way), client).ask(ASKED, lambda: NOW))
            except CourierError as error:
                return f"{error} {getattr(error, 'payload', b'')!r}"
            finally:
                await client.aclose()

    told = asyncio.run(conversation())
    assert "***" in told
    held = [echo for echo in ("canary-token-1", *ECHOES) if echo in told]
    assert held == (["canary-token-1"] if way == "granted" else [])  # which nobody granted yet


def test_a_credential_that_no_header_can_hold_is_refused_without_being_shown() -> None:
    async def conversation() -> str:
        client = Client()
        account = Account("acme", "acme", "kéy\u2011canary", "https://api.example.com")
        try:
            await Caller(account, Dhl(), client).ask(ASKED, lambda: NOW)
        except CourierRefused as error:
            return str(error)
        finally:
            await client.aclose()
        return "asked"

    assert asyncio.run(conversation()) == (
        "acme: a credential or an option holds a character that cannot be sent in a request"
    )
