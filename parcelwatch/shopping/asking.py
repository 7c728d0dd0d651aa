"""One account's conversation with a platform over HTTP: its pace, the token that takes, its clock, page after page.

What belongs here: driving an adapter's readings, whatever they tell of. How a token is kept is
tokens.py's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Generic, Protocol, Self, TypeVar

import httpx
import structlog

from parcelwatch.core.service import accounts as rules
from parcelwatch.core.texts.secrecy import Secrecy, secrecy
from parcelwatch.couriers.base import SECRETS, http_date
from parcelwatch.couriers.shared.discretion import hush, hushed
from parcelwatch.duration import Rate, parse_rate
from parcelwatch.errors import CourierError, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.shopping import tokens
from parcelwatch.shops.base import Account, Begins, Granted, Mark, Renews, Wait
from parcelwatch.store import Store, accounts, shops

log = structlog.get_logger()

T = TypeVar("T")
P = TypeVar("P", bound="Marked")

# Who was never asked is read from this long ago, unless the command line says since when.
FIRST_LOOK: Final = timedelta(days=30)
# A token is renewed this long before its end, or at nine tenths of a short one.
MARGIN: Final = timedelta(minutes=5)
# One reading takes no longer, so that who has much to tell leaves room to stop between pages.
LONGEST: Final = timedelta(minutes=10)
# What a platform's clock may be wrong by before its answers are held against it.
SKEW: Final = timedelta(seconds=30)
WRONG: Final = timedelta(days=1)


class Sends(Protocol):
    """Whatever sends a request and brings the answer or a CourierError: client.Client."""

    async def send(self, request: httpx.Request, who: str, /) -> httpx.Response: ...


class Marked(Protocol):
    """A page of anything: how far it goes once it is kept."""

    @property
    def mark(self) -> Mark | None: ...

    def up_to(self, at: datetime) -> Self:
        """The same, going no further than that."""
        ...


Since = Callable[[Account, Mark, datetime], Generator[httpx.Request | Wait | P, httpx.Response | None, None]]
"""How a platform is read: its adapter's `since`."""


class Asker(Generic[P]):
    """Asks one account at a platform. `renews`: its adapter, where the token holds for a while only.

    `renewals`: where what renews the token is kept.
    """

    def __init__(
        self, account: Account, since: Since[P], rate: str, client: Sends, renews: Renews | None, renewals: Path
    ) -> None:
        self.account = account
        self._since = since
        self._client = client
        self._renews = renews
        self.renewals = renewals
        self._at: tuple[datetime, float] | None = None
        self._bucket = _Bucket(parse_rate(rate))
        self._renewing = asyncio.Lock()
        self._granted: tokens.Kept | None = None
        self._granting: asyncio.Future[tokens.Kept] | None = None
        self._unkept: tokens.Kept | None = None
        self._before: Asker[P] | None = None
        self._refused = ""
        self._skew = timedelta(0)

    def at(self, now: datetime) -> None:
        """It is so late: what runs goes on by this clock."""
        self._at = (now, time.monotonic())

    def clock(self) -> datetime:
        """The time given last and the time that passed since."""
        assert self._at is not None
        at, read = self._at
        return at + timedelta(seconds=time.monotonic() - read)

    def there(self) -> datetime:
        """The time by the platform's clock."""
        return self.clock() + self._skew

    async def pages(self, mark: Mark) -> AsyncIterator[P]:
        """Every page of a reading. One that is refused for its token is begun anew with another, once."""
        for attempt in (1, 2):
            try:
                async for page in self._reading(mark):
                    mark = page.mark or mark
                    yield page
            except CourierRefused:
                if attempt == 2 or not self._drop_token():
                    raise
            else:
                return

    async def _reading(self, mark: Mark) -> AsyncIterator[P]:
        reading = self._since(await self.with_token(), mark, self.there())
        answer: httpx.Response | None = None
        while True:
            try:
                with self._hushing():
                    step = reading.send(answer) if answer is not None else next(reading)
            except StopIteration:
                return
            answer = None
            if isinstance(step, httpx.Request):
                answer = await self._ask(step)
            elif isinstance(step, Wait):
                await asyncio.sleep(min(step.span, LONGEST).total_seconds())
            else:
                yield self._believed(hushed(step, self._known))

    def _believed(self, page: P) -> P:
        """A page that goes no further than now: what is dated in the future must hide nothing still to come."""
        there = self.there()
        return page.up_to(there) if page.mark and page.mark.at > there else page

    async def looked(self, look: Callable[[Account, datetime], Generator[httpx.Request, httpx.Response, T]]) -> T:
        """What a look came to; one that is refused for its token is made again with another, once."""
        try:
            return await self.answered(look(await self.with_token(), self.there()))
        except CourierRefused:
            if not self._drop_token():
                raise
            return await self.answered(look(await self.with_token(), self.there()))

    async def answered(self, looking: Generator[httpx.Request, httpx.Response, T]) -> T:
        """What a look came to. Raises CourierError."""
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
        return secrecy((*self.account.secrets, *held))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        """What comes after an answer may be asked for where it says; but it leads nowhere else, with our token."""
        home, url = httpx.URL(self.account.base_url), request.url
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise CourierUnreadable(f"{self.account.name}: its answer leads to another address than base_url")
        return await self._send(request)

    async def _send(self, request: httpx.Request, *secrets: str) -> httpx.Response:
        if (left := self._bucket.take(asyncio.get_running_loop().time())) > 0:
            await asyncio.sleep(left)
        account = self.account
        held = (*secrets, self._granted.token) if self._granted else secrets
        request.extensions = {**request.extensions, SECRETS: (*account.secrets, *held)}
        response = await self._client.send(request, account.name)
        self._compare_clocks(response)
        return response

    # --- the token ---

    async def with_token(self) -> Account:
        """The account with a token that holds. Raises CourierError."""
        if self._renews is None:
            return self.account
        async with self._renewing:
            if self.unkept or self._granted is None or not self._granted.holds(self.clock()):
                # What renews may be used up by the call: whoever is told to stop still keeps what came of it.
                self._granting = asyncio.ensure_future(self._grant(self._renews))
                self._granted = await asyncio.shield(self._granting)
            return replace(self.account, token=self._granted.token)

    async def _grant(self, renews: Renews) -> tokens.Kept:
        """The token that is kept, if it holds and was not refused, or another one, which is kept before it is used.

        Another process may ask the same account: what it renews is read, not renewed again.
        """
        try:
            async with tokens.renewing(self.renewals):
                return await self._granted_anew(renews)
        except OSError as error:
            raise CourierUnavailable(f"{self.account.name}: its token cannot be kept: {error.strerror}") from error

    async def _granted_anew(self, renews: Renews) -> tokens.Kept:
        configured = self.account.token
        self.keep_again()
        kept = tokens.load(self.renewals)
        if kept is not None and kept.holds(self.clock()) and kept.token != self._refused:
            return kept
        if begun := self._begun(renews, kept):
            self._granted = begun
            self._keep(begun)
            return begun
        renewal = kept.renewal if kept is not None and kept.renewal else configured
        try:
            granted = await self._renew(renews, renewal)
        except CourierRefused:
            # Whoever authorised the program anew wrote another one into the configuration.
            if renewal == configured:
                raise
            renewal, granted = configured, await self._renew(renews, configured)
        found = self._until(granted, renewal)
        self._granted = found
        self._keep(found)
        return found

    def _begun(self, renews: Renews, kept: tokens.Kept | None) -> tokens.Kept | None:
        """The configured token, where it is one to ask with that was neither refused nor kept before."""
        begun = renews.begun(self.account, self.there()) if isinstance(renews, Begins) else None
        known = {self._refused, kept.token if kept is not None else ""}
        return self._until(begun, begun.renewal) if begun is not None and begun.token not in known else None

    def _until(self, granted: Granted, renewal: str) -> tokens.Kept:
        until = self.clock() + granted.lifetime - min(MARGIN, granted.lifetime / 10)
        return tokens.Kept(granted.token, until, granted.renewal or renewal)

    def _keep(self, found: tokens.Kept) -> None:
        """Keep a token before it is used; one that cannot be kept is tried again before the next call."""
        self._unkept = found
        tokens.save(self.renewals, found)
        self._unkept = None

    def follow(self, before: Asker[P]) -> None:
        """This one asks the account instead: what the other was granted and could not keep is to be kept here."""
        if before._renews is not None and before.renewals == self.renewals:
            self._before = before

    @property
    def unkept(self) -> bool:
        """Whether a token could not be kept yet, by this one or by whom it follows."""
        return self._unkept is not None or (self._before is not None and self._before.unkept)

    def keep_again(self) -> None:
        """Keep what could not be kept before; whoever calls is the one who renews. Raises OSError."""
        if self._unkept is not None:
            self._keep(self._unkept)
        if self._before is not None:
            self._before.keep_again()
            self._before = None  # it has ended, and has nothing left; or each reload would leave one more behind

    async def drain(self) -> None:
        """Wait until a token that is being renewed is kept; one that could not be kept is tried once more."""
        if self._granting is not None:
            await asyncio.gather(self._granting, return_exceptions=True)
        if self.unkept:
            try:
                async with tokens.renewing(self.renewals):
                    self.keep_again()
            except OSError as error:
                log.error("a token is lost", account=self.account.name, why=error.strerror)  # noqa: TRY400

    async def _renew(self, renews: Renews, renewal: str) -> Granted:
        request = renews.renew(self.account, renewal, self.there())
        return renews.renewed(await self._send(request, renewal))

    def _drop_token(self) -> bool:
        """Forget a token that was refused; whether there was one."""
        if self._granted is None:
            return False
        self._refused, self._granted = self._granted.token, None
        return True

    # --- the platform's clock ---

    def _compare_clocks(self, response: httpx.Response) -> None:
        sent, now = http_date(response.headers.get("date", "")), self.clock()
        if sent is None or "age" in response.headers or abs(sent - now) > WRONG:
            return
        self._skew = sent - now if abs(sent - now) > SKEW else timedelta(0)


class _Bucket:
    """So many calls at once as the rate counts, refilled over its period: "20/3571s" is twenty, then one in 3 min."""

    def __init__(self, rate: Rate) -> None:
        self._gap = rate.period_seconds / rate.count
        self._room = self._gap * (rate.count - 1)
        self._next = 0.0

    def take(self, now: float) -> float:
        """Seconds until the call may be made; it counts from now on."""
        at = max(now, self._next - self._room)
        self._next = max(self._next, at) + self._gap
        return at - now


# --- on the store's thread -----------------------------------------------------------------------


def held(store: Store, kept: str, now: datetime) -> bool:
    """Whether it is left alone for now: it is busy, failing or refused us."""
    state, _ = accounts.load(store, kept)
    until = rules.hold_until(state, now)
    return until is not None and now < until


def troubled(store: Store, kept: str, error: CourierError, now: datetime) -> None:
    """Keep that one thing could not be had; how far it was read stays as it is."""
    with store.transaction():
        state, pace = accounts.load(store, kept)
        accounts.save(store, kept, rules.failed(state, now, error), pace)


def due(store: Store, kept: str, progress: str, every: timedelta, now: datetime) -> bool:
    """Whether it is time to read. `kept`: what the account is called among accounts, `progress` among shops."""
    if held(store, kept, now):
        return False
    known = shops.progress(store, progress)
    asked = known.asked_at if known else None
    return asked is None or not asked <= now < asked + every


def mark(store: Store, progress: str, overlap: timedelta, now: datetime, since: datetime | None) -> Mark:
    """From where to read: where it left off less what its index may lag, or since when it was told to."""
    known = shops.progress(store, progress)
    if since is not None or known is None:
        return Mark(since or now - FIRST_LOOK)
    return Mark(known.at if known.cursor else known.at - overlap, known.cursor)


def settle(store: Store, kept: str, progress: str, error: CourierError | None, now: datetime) -> None:
    """Keep what became of a reading."""
    with store.transaction():
        state, pace = accounts.load(store, kept)
        state = rules.answered(state, now) if error is None else rules.failed(state, now, error)
        accounts.save(store, kept, state, pace)
        if shops.progress(store, progress) is None:
            shops.mark(store, progress, now - FIRST_LOOK, "")
        shops.asked(store, progress, now, to_end=error is None)
