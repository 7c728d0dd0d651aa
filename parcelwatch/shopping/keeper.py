"""One shop's conversation: when it is asked, the token that takes, its pace, and each page saved before the next call.

What belongs here: driving an adapter's readings. What an answer means is the adapter's to say, what follows from it
taking.py's. What renews a token is kept in a file of its own before the token is used: whoever loses it loses the
shop.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol, TypeVar

import httpx
import structlog

from parcelwatch.core import accounts as rules
from parcelwatch.core.secrecy import Secrecy, secrecy
from parcelwatch.couriers.base import SECRETS, http_date
from parcelwatch.couriers.shared.discretion import hush, hushed
from parcelwatch.duration import parse_rate
from parcelwatch.errors import CourierError, CourierRefused, CourierUnavailable, CourierUnreadable, whereabouts
from parcelwatch.model import ShopOrder
from parcelwatch.shopping.taking import Counter, Taken, take_page
from parcelwatch.shops.base import Account, Looking, Mark, Page, Renews, Shop, Wait
from parcelwatch.store import Store, accounts, shops
from parcelwatch.store.writer import Writer

log = structlog.get_logger()

T = TypeVar("T")

# A shop that was never asked is read from this long ago, unless `shops import` says since when.
FIRST_LOOK: Final = timedelta(days=30)
# A token is renewed this long before its end, or at nine tenths of a short one.
MARGIN: Final = timedelta(minutes=5)
# One reading takes no longer, so that a shop with much to tell leaves room to stop between pages.
LONGEST: Final = timedelta(minutes=10)
# What a shop's clock may be wrong by before its answers are held against it.
SKEW: Final = timedelta(seconds=30)
WRONG: Final = timedelta(days=1)


class Sends(Protocol):
    """Whatever sends a request and brings the answer or a CourierError: client.Client."""

    async def send(self, request: httpx.Request, who: str, /) -> httpx.Response: ...


def accounted(name: str) -> str:
    """What a shop's state is kept under among the courier accounts': no account can be called so."""
    return f"shops.{name}"


@dataclass(frozen=True, slots=True)
class Stall:
    """A shop with everything needed to ask it. `every`: how long between two readings. `renewals`: where what renews
    its token is kept.
    """

    account: Account
    shop: Shop
    every: timedelta
    counter: Counter
    renewals: Path

    @property
    def name(self) -> str:
        return self.account.name


@dataclass(slots=True)
class _Granted:
    token: str = field(repr=False)
    until: datetime


class Shopkeeper:
    """Asks one shop. One reading runs at a time."""

    def __init__(self, stall: Stall, client: Sends, writer: Writer) -> None:
        self.stall = stall
        self.taken = Taken()
        self._client = client
        self._writer = writer
        self._at: tuple[datetime, float] | None = None
        self._gap = _gap(stall.shop.rate)
        self._last: float | None = None
        self._granted: _Granted | None = None
        self._skew = timedelta(0)
        self._tried_held = False

    def at(self, now: datetime) -> None:
        """It is so late: what runs goes on by this clock."""
        self._at = (now, time.monotonic())

    def _clock(self) -> datetime:
        """The time given last and the time that passed since."""
        assert self._at is not None
        at, read = self._at
        return at + timedelta(seconds=time.monotonic() - read)

    async def run(self, now: datetime) -> None:
        """Read what changed since the last time, if it is time for that. Failing is kept and never raised."""
        if not await self._writer.run(_due, self.stall, now):
            return
        if await self.read(now) is None and not self._tried_held:
            self._tried_held = True
            await self._try_held()

    async def read(self, now: datetime, since: datetime | None = None) -> CourierError | None:
        """Read all that changed, from `since` where that is given; what went wrong, if anything did."""
        self.at(now)
        mark = await self._writer.run(_mark, self.stall, now, since)
        error: CourierError | None = None
        try:
            async for page in self._pages(mark):
                self.taken += await self._writer.run(take_page, self.stall.counter, page, self._clock())
                if self._clock() - now > LONGEST:
                    break
        except CourierError as failed:
            error = failed
        except Exception as failed:  # noqa: BLE001 - one adapter's fault must not end the others' work
            log.warning("a shop's adapter failed", shop=self.stall.name, error=whereabouts(failed))
            error = CourierUnavailable(f"{self.stall.name}: its answer could not be read ({whereabouts(failed)})")
        await self._writer.run(_settle, self.stall.name, error, self._clock())
        return error

    async def _try_held(self) -> None:
        """Ask anew for orders with numbers nobody could ask about: the configuration may know by now who can."""
        for ref in await self._writer.run(shops.refs_held, self.stall.name):
            try:
                await self.ask_again(ref)
            except CourierError as error:
                log.warning("an order cannot be asked for again", shop=self.stall.name, error=str(error))
                return

    async def look(self, ref: str) -> ShopOrder | None:
        """One order as the shop tells of it; None where it has none. Raises CourierError."""
        return await self._answered(self.stall.shop.order(await self._account(), ref, self._there()))

    async def lately(self, mark: Mark) -> list[ShopOrder]:
        """What changed since a mark, as far as the first page goes; nothing is kept. Raises CourierError."""
        found: list[ShopOrder] = []
        async for page in self._pages(mark):
            found += page.orders
            break
        return found

    async def ask_again(self, ref: str) -> Taken:
        """Ask for one order and take it in. Raises CourierError."""
        found = await self.look(ref)
        if found is None:
            return Taken()
        return await self._writer.run(take_page, self.stall.counter, Page((found,)), self._clock())

    async def _pages(self, mark: Mark) -> AsyncIterator[Page]:
        """Every page of a reading. One that the shop refuses for its token is begun anew with another, once."""
        for attempt in (1, 2):
            try:
                async for page in self._reading(mark):
                    mark = page.mark or mark
                    yield page
            except CourierRefused:
                if attempt == 2 or self._granted is None:
                    raise
                self._granted = None
            else:
                return

    async def _reading(self, mark: Mark) -> AsyncIterator[Page]:
        reading = self.stall.shop.since(await self._account(), mark, self._there())
        answer: httpx.Response | None = None
        while True:
            try:
                with self._hushing():
                    step = reading.send(answer) if answer is not None else next(reading)
            except StopIteration:
                return
            answer = None
            if isinstance(step, Page):
                yield hushed(step, self._known)
            elif isinstance(step, Wait):
                await asyncio.sleep(min(step.span, LONGEST).total_seconds())
            else:
                answer = await self._ask(step)

    async def _answered(self, looking: Looking[T]) -> T:
        try:
            with self._hushing():
                request = next(looking)
            while True:
                answer = await self._ask(request)
                with self._hushing():
                    request = looking.send(answer)
        except StopIteration as done:
            found: T = hushed(done.value, self._known)
            return found

    @contextmanager
    def _hushing(self) -> Iterator[None]:
        """What an adapter has against an answer tells no credential that the answer echoed."""
        try:
            yield
        except CourierError as error:
            hush(error, self._known)
            raise

    @property
    def _known(self) -> Secrecy:
        held = (self._granted.token,) if self._granted else ()
        return secrecy((*self.stall.account.secrets, *held))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        """What comes after an answer may be asked for where it says; but it leads nowhere else, with our token."""
        home, url = httpx.URL(self.stall.account.base_url), request.url
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise CourierUnreadable(f"{self.stall.name}: its answer leads to another address than base_url")
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        loop = asyncio.get_running_loop()
        if self._last is not None and (left := self._last + self._gap - loop.time()) > 0:
            await asyncio.sleep(left)
        self._last = loop.time()
        account = self.stall.account
        held = (self._granted.token,) if self._granted else ()
        request.extensions = {**request.extensions, SECRETS: (*account.secrets, *held)}
        response = await self._client.send(request, account.name)
        self._compare_clocks(response)
        return response

    # --- the token ---

    async def _account(self) -> Account:
        """The account with a token that holds."""
        shop, account = self.stall.shop, self.stall.account
        if not isinstance(shop, Renews):
            return account
        if self._granted is None or self._clock() >= self._granted.until:
            kept = self.stall.renewals.read_text().strip() if self.stall.renewals.exists() else account.token
            granted = shop.renewed(await self._send(shop.renew(account, kept, self._there())))
            if granted.renewal and granted.renewal != kept:
                _keep(self.stall.renewals, granted.renewal)
            margin = min(MARGIN, granted.lifetime / 10)
            self._granted = _Granted(granted.token, self._clock() + granted.lifetime - margin)
        return replace(account, token=self._granted.token)

    # --- the shop's clock ---

    def _there(self) -> datetime:
        """The time by the shop's clock."""
        return self._clock() + self._skew

    def _compare_clocks(self, response: httpx.Response) -> None:
        sent, now = http_date(response.headers.get("date", "")), self._clock()
        if sent is None or "age" in response.headers or abs(sent - now) > WRONG:
            return
        self._skew = sent - now if abs(sent - now) > SKEW else timedelta(0)


def _gap(rate: str) -> float:
    pace = parse_rate(rate)
    return pace.period_seconds / pace.count


def _keep(path: Path, renewal: str) -> None:
    """Whole or not at all, for its owner's eyes."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, renewal.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)


# --- on the store's thread -----------------------------------------------------------------------


def _due(store: Store, stall: Stall, now: datetime) -> bool:
    state, _ = accounts.load(store, accounted(stall.name))
    held = rules.hold_until(state, now)
    if held is not None and now < held:
        return False
    known = shops.progress(store, stall.name)
    asked = known.asked_at if known else None
    return asked is None or not asked <= now < asked + stall.every


def _mark(store: Store, stall: Stall, now: datetime, since: datetime | None) -> Mark:
    """From where to read: where it left off less what its index may lag, or since when it was told to."""
    known = shops.progress(store, stall.name)
    if since is not None or known is None:
        return Mark(since or now - FIRST_LOOK)
    return Mark(known.at if known.cursor else known.at - stall.shop.overlap, known.cursor)


def _settle(store: Store, name: str, error: CourierError | None, now: datetime) -> None:
    with store.transaction():
        state, pace = accounts.load(store, accounted(name))
        state = rules.answered(state, now) if error is None else rules.failed(state, now, error)
        accounts.save(store, accounted(name), state, pace)
        if shops.progress(store, name) is None:
            shops.mark(store, name, now - FIRST_LOOK, "")
        shops.asked(store, name, now, to_end=error is None)
