"""One account's conversation with its courier: the token it needs, the courier's clock, the request and the answer.

What belongs here: everything between a question and an observation that outlives one call but not the process. When
to ask is the poller's, what is sent and how it is read the adapter's. Tokens live in memory only.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, ParamSpec, Protocol, TypeVar, cast

import httpx
import structlog

from parcelwatch.core.texts.secrecy import secrecy
from parcelwatch.couriers.base import (
    Account,
    Courier,
    Fetches,
    Grants,
    Registers,
    Registration,
    http_date,
    with_payload,
)
from parcelwatch.couriers.shared.discretion import discreet, hush, hushed, secrets_of
from parcelwatch.errors import (
    CourierBusy,
    CourierDeclines,
    CourierError,
    CourierRefused,
    CourierUnavailable,
    whereabouts,
)
from parcelwatch.model import Ask, Observation, Refused

log = structlog.get_logger()

T = TypeVar("T")
P = ParamSpec("P")
Clock = Callable[[], datetime]
Reader = Callable[[httpx.Response, Sequence[Ask]], Sequence[T]]

# A token is renewed this long before its end, or at nine tenths of a short one.
MARGIN: Final = timedelta(minutes=5)
# Less than this between our clock and a Date header is the way of the answer, more a mistake of somebody's.
SKEW: Final = timedelta(seconds=30)
WRONG: Final = timedelta(days=1)
# Seconds for a question with all it takes, a token or a second try: less than a claim lasts once it may start.
PATIENCE: Final = 28.0
# Seconds for a courier to say what time it is, while everything waits.
AT_ONCE: Final = 5.0
# A grant that failed is not asked for again by those who waited for it.
SHARED: Final = timedelta(seconds=5)


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


@dataclass(slots=True)
class _Granted:
    """A token, until when it is used, and whether the courier ever took it."""

    value: str = field(repr=False)
    until: datetime
    taken: bool = False


class Caller:
    """Asks one account. Any number of tasks may use it; of those that need a token, one fetches it."""

    def __init__(self, account: Account, courier: Courier, client: Sends) -> None:
        self._account = account
        self._courier = courier
        # Asked of the kind once, for a protocol takes longer to compare with than most answers to read.
        self._fetches = courier if isinstance(courier, Fetches) else None
        self._grants = courier if isinstance(courier, Grants) else None
        self._client = client
        self._granted: _Granted | None = None
        self._granting = asyncio.Lock()
        self._failed: tuple[datetime, CourierError] | None = None
        self._skew = timedelta(0)
        self._ahead: timedelta | None = None

    def clocks(self) -> tuple[timedelta, ...]:
        """How far ahead of ours the courier's clock was by its last answer, unless that was told before."""
        told, self._ahead = self._ahead, None
        return () if told is None else (told,)

    async def ask(self, asked: Sequence[Ask], clock: Clock) -> tuple[Observation, ...]:
        """Exactly one observation per Ask, in that order; what lacks something is not asked. Raises CourierError."""
        usable, missing = told_apart(self._courier, asked)
        told = iter(await self._ask(usable, clock) if usable else ())
        return tuple(Refused(ask.number, missing[ask]) if ask in missing else next(told) for ask in asked)

    async def _ask(self, asked: Sequence[Ask], clock: Clock) -> tuple[Observation, ...]:
        courier = self._courier
        if self._fetches:
            return _one_each(asked, await self._in_time(self._fetched(self._fetches, asked)))

        async def exchange(account: Account) -> tuple[Observation, ...]:
            request = self._built(courier.request, account, asked, self._there(clock()))
            response = await self._send(request, account, clock)
            return with_payload(response, self._read(courier.parse, response, asked))

        return _one_each(asked, await self._with_token(exchange, clock))

    async def _fetched(self, courier: Fetches, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        known = secrecy(self._account.secrets)
        try:
            return tuple(hushed(one, known) for one in await _in_thread(courier.fetch, self._account, asked))
        except CourierError as error:
            hush(error, known)
            raise

    async def register(self, asked: Sequence[Ask], clock: Clock) -> tuple[Registration, ...]:
        """Exactly one registration per Ask, in that order; what lacks something is none. Raises CourierError."""
        usable, missing = told_apart(self._courier, asked)
        told = iter(await self._register(usable, clock) if usable else ())
        return tuple(
            Registration(ask.number, ok=False, reason=missing[ask]) if ask in missing else next(told) for ask in asked
        )

    async def _register(self, asked: Sequence[Ask], clock: Clock) -> tuple[Registration, ...]:
        courier = self._courier
        assert isinstance(courier, Registers)

        async def exchange(account: Account) -> tuple[Registration, ...]:
            request = self._built(courier.registration, account, asked, self._there(clock()))
            return self._read(courier.registered, await self._send(request, account, clock), asked)

        return _one_each(asked, await self._with_token(exchange, clock))

    def _built(self, build: Callable[P, httpx.Request], *args: P.args, **kwargs: P.kwargs) -> httpx.Request:
        """The request; a character that no header can hold is the configuration's fault, and is not repeated."""
        try:
            return build(*args, **kwargs)
        except UnicodeError:
            raise CourierRefused(
                f"{self._account.name}: a credential or an option holds a character that cannot be sent in a request"
            ) from None

    def _read(self, read: Reader[T], answer: httpx.Response, asked: Sequence[Ask]) -> tuple[T, ...]:
        """What an answer says, without the credentials it may have echoed.

        When to come back was told by the courier's clock, and is wanted by ours.
        """
        known = secrecy(secrets_of(answer))
        try:
            return tuple(hushed(one, known) for one in read(answer, asked))
        except CourierError as error:
            hush(error, known)
            if isinstance(error, CourierBusy) and error.retry_at is not None:
                error.retry_at -= self._skew
            raise

    async def _in_time(self, conversation: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE):
                return await conversation
        except TimeoutError:
            raise CourierUnavailable(f"{self._account.name}: no answer in time") from None

    async def _with_token(self, exchange: Callable[[Account], Awaitable[T]], clock: Clock) -> T:
        """The exchange with a token, if the courier grants any. One exchange alone has the client's deadline."""
        if self._grants is None:
            return await exchange(self._account)
        return await self._in_time(self._granted_and_asked(self._grants, exchange, clock))

    async def _granted_and_asked(self, courier: Grants, exchange: Callable[[Account], Awaitable[T]], clock: Clock) -> T:
        """The exchange with a token; one the courier takes no more is replaced, once."""
        token = await self._token(courier, clock)
        try:
            return await self._with(token, exchange)
        except CourierDeclines as declined:
            # Perhaps for a number: what comes of it will be asked with another token, but not at once.
            if not declined.certain:
                self._drop(token)
            raise
        except CourierRefused:
            self._drop(token)
            if not token.taken:
                raise
        return await self._with(await self._token(courier, clock), exchange)

    async def _with(self, token: _Granted, exchange: Callable[[Account], Awaitable[T]]) -> T:
        said = await exchange(replace(self._account, token=token.value))
        token.taken = True
        return said

    async def _token(self, courier: Grants, clock: Clock) -> _Granted:
        async with self._granting:
            held = self._granted
            if held is not None and clock() < held.until:
                return held
            if self._failed is not None and abs(clock() - self._failed[0]) < SHARED:
                raise self._failed[1]
            try:
                request = self._built(courier.grant, self._account, self._there(clock()))
                token = courier.granted(await self._send(request, self._account, clock))
            except CourierError as error:
                hush(error, secrecy(self._account.secrets))
                self._failed = (clock(), error)
                raise
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
        """Learn the courier's clock from an answer of its own; one from a cache, or of another year, tells nothing."""
        sent = http_date(response.headers.get("date", ""))
        if sent is None or "age" in response.headers:
            return
        self._ahead = sent - now
        if abs(sent - now) > WRONG:
            return
        self._skew = sent - now if abs(sent - now) > SKEW else timedelta(0)


async def date_of(client: Sends, account: Account) -> datetime | None:
    """What time it is by a courier's clock, None where it does not say so at once. No credential is shown to it."""
    try:
        async with asyncio.timeout(AT_ONCE):
            answer = await client.send(httpx.Request("GET", account.base_url), account.name)
    except (CourierError, TimeoutError, httpx.InvalidURL):
        return None
    return None if "age" in answer.headers else http_date(answer.headers.get("date", ""))


def told_apart(courier: Courier, asked: Sequence[Ask]) -> tuple[list[Ask], dict[Ask, str]]:
    """Those that can be asked, and what each of the others lacks."""
    missing = {ask: why for ask in asked if (why := lacking(courier, ask))}
    return [ask for ask in asked if ask not in missing], missing


def lacking(courier: Courier, ask: Ask) -> str:
    """What a courier would want beside this number, in words an operator can act on; "" when it can be asked."""
    lacks: Callable[[Ask], str] | None = getattr(courier, "lacks", None)  # couriers.base.Picky
    if lacks is None:
        return ""
    try:
        return lacks(ask)
    except Exception as error:  # noqa: BLE001 - asking will tell whether the number can be asked about
        log.warning("the adapter failed", error=whereabouts(error))
        return ""


async def _in_thread(work: Callable[[Account, Sequence[Ask]], T], account: Account, asked: Sequence[Ask]) -> T:
    """What `work` returns; in a thread that nobody waits for when the process ends, should it hang."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(cast("T", result))

    def run() -> None:
        result, error = None, None
        try:
            result = work(account, asked)
        except Exception as raised:  # noqa: BLE001 - handed on to whoever waits
            error = raised
        with suppress(RuntimeError):  # the loop is gone
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=f"fetch-{account.name}", daemon=True).start()
    return await done


def _one_each(asked: Sequence[Ask], answers: tuple[T, ...]) -> tuple[T, ...]:
    """What an adapter promises; told of one parcel, another's news would be worse than none."""
    if len(answers) != len(asked):
        raise ValueError(f"{len(answers)} answers to {len(asked)} questions")
    return answers
