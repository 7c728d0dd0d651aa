"""One account's conversation with its courier: the token it needs, the courier's clock, the request and the answer.

What belongs here: everything between a question and an observation that outlives one call but not the process. When
to ask is the poller's, what is sent and how it is read the adapter's. Tokens live in memory only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import httpx

from parcelwatch.couriers.base import (
    Account,
    Courier,
    Fetches,
    Grants,
    Registers,
    Registration,
    discreet,
    http_date,
)
from parcelwatch.errors import CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, Observation

T = TypeVar("T")
Clock = Callable[[], datetime]

# A token is renewed this long before its end, or at nine tenths of a short one.
MARGIN: Final = timedelta(minutes=5)
# Less than this between our clock and a Date header is the way of the answer, not a difference of clocks.
SKEW: Final = timedelta(seconds=30)
# Seconds a library of its own may take for one call.
PATIENCE: Final = 60.0


class Sends(Protocol):
    """Whatever sends a request and brings the answer or a CourierError: client.Client."""

    async def send(self, request: httpx.Request, who: str, /) -> httpx.Response: ...


class Overheard:
    """Has another send, and keeps the last answer, whatever it was."""

    def __init__(self, client: Sends) -> None:
        self._client = client
        self.response: httpx.Response | None = None

    async def send(self, request: httpx.Request, who: str, /) -> httpx.Response:
        self.response = await self._client.send(request, who)
        return self.response


@dataclass(frozen=True, slots=True)
class _Granted:
    value: str
    until: datetime


class Caller:
    """Asks one account. Any number of tasks may use it; of those that need a token, one fetches it."""

    def __init__(self, account: Account, courier: Courier, client: Sends) -> None:
        self._account = account
        self._courier = courier
        self._client = client
        self._granted: _Granted | None = None
        self._granting = asyncio.Lock()
        self._skew = timedelta(0)

    async def ask(self, asked: Sequence[Ask], clock: Clock) -> tuple[Observation, ...]:
        """Exactly one observation per Ask, in that order. Raises CourierError."""
        courier = self._courier
        if isinstance(courier, Fetches):
            return _one_each(asked, await self._fetch(courier, asked))

        async def exchange(account: Account) -> tuple[Observation, ...]:
            request = courier.request(account, asked, self._there(clock()))
            return courier.parse(await self._send(request, account, clock), asked)

        return _one_each(asked, await self._with_token(exchange, clock))

    async def register(self, asked: Sequence[Ask], clock: Clock) -> tuple[Registration, ...]:
        """Exactly one registration per Ask, in that order. Raises CourierError."""
        courier = self._courier
        assert isinstance(courier, Registers)

        async def exchange(account: Account) -> tuple[Registration, ...]:
            request = courier.registration(account, asked, self._there(clock()))
            return courier.registered(await self._send(request, account, clock), asked)

        return _one_each(asked, await self._with_token(exchange, clock))

    async def _with_token(self, exchange: Callable[[Account], Awaitable[T]], clock: Clock) -> T:
        """The exchange with a token, if the courier grants any; one that it no longer takes is replaced once."""
        if not isinstance(self._courier, Grants):
            return await exchange(self._account)
        before = self._granted
        token = await self._token(self._courier, clock)
        try:
            return await exchange(replace(self._account, token=token.value))
        except CourierRefused:
            if token is not before:
                raise
            self._drop(token)
        token = await self._token(self._courier, clock)
        return await exchange(replace(self._account, token=token.value))

    async def _token(self, courier: Grants, clock: Clock) -> _Granted:
        async with self._granting:
            held = self._granted
            if held is not None and clock() < held.until:
                return held
            request = courier.grant(self._account, self._there(clock()))
            token = courier.granted(await self._send(request, self._account, clock))
            margin = min(MARGIN, token.lifetime / 10)
            self._granted = _Granted(token.value, clock() + token.lifetime - margin)
            return self._granted

    def _drop(self, token: _Granted) -> None:
        if self._granted is token:
            self._granted = None

    async def _send(self, request: httpx.Request, account: Account, clock: Clock) -> httpx.Response:
        response = await self._client.send(discreet(request, account), account.name)
        self._compare_clocks(response, clock())
        return response

    def _there(self, now: datetime) -> datetime:
        """The time by the courier's clock."""
        return now + self._skew

    def _compare_clocks(self, response: httpx.Response, now: datetime) -> None:
        sent = http_date(response.headers.get("date", ""))
        if sent is not None:
            self._skew = sent - now if abs(sent - now) > SKEW else timedelta(0)

    async def _fetch(self, courier: Fetches, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.to_thread(courier.fetch, self._account, asked)
        except TimeoutError:
            raise CourierUnavailable(f"{self._account.name}: no answer in time") from None


def _one_each(asked: Sequence[Ask], answers: tuple[T, ...]) -> tuple[T, ...]:
    """What an adapter promises; told of one parcel, another's news would be worse than none."""
    if len(answers) != len(asked):
        raise ValueError(f"{len(answers)} answers to {len(asked)} questions")
    return answers
