"""One account's conversation with its courier: tokens fetched once, renewed in time, and the courier's own clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from parcelwatch.caller import Caller
from parcelwatch.client import Client
from parcelwatch.couriers import oauth
from parcelwatch.couriers.base import Account, Token, check
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Answer, Ask, Observation
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
        return tuple(Observation(ask.number, Answer.NOT_FOUND) for ask in asked)


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
            assert said.answer is Answer.NOT_FOUND
            assert gate.grants == 2
            gate.revoked.update({"T2", "T3"})
            with pytest.raises(CourierRefused):
                await caller.ask(ASKED, clock)
            assert gate.grants == 3
            await client.aclose()

    asyncio.run(conversation())


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
