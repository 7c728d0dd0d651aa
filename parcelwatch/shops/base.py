"""What every shop adapter is, and what they share: pages of orders since a mark, tokens, and saying what is wrong.

What belongs here: the plug points and the way from a response to a JSON value or one of our errors. Adapters do no I/O
and read no clock: a reading is a generator that yields an httpx.Request, gets the httpx.Response, and yields a Page as
soon as it holds one. Whoever drives it saves a page with its mark before asking on.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NoReturn, Protocol, TypeVar, runtime_checkable

import httpx

from parcelwatch.config import ShopConfig
from parcelwatch.core.texts.secrecy import opens
from parcelwatch.couriers.base import decoded, retry_at, said
from parcelwatch.couriers.shared.fields import whole
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Grievance, ShopOrder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """One shop with its credentials; its repr shows none of them. `token`: lasting, or granted for a while.

    `zone`: of the shop's times that name none. `options`: what only its adapter knows.
    """

    name: str
    api: str
    base_url: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    zone: str = "UTC"
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, longest first; what is too short to open anything is left out."""
        given = (self.key, self.secret, self.token, *(value for name, value in self.options.items() if opens(name)))
        # Where a platform issues two secrets, they are configured as one:two.
        found = {part for value in given for part in (value, *value.split(":")) if len(part) >= 6}
        return tuple(sorted(found, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a shop was read: all that its server changed up to `at`, by its own clock.

    `cursor`: where its API goes on by a word of its own, "" where the time is all. Kept as it is, never read by others.
    """

    at: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what changed, and how far that goes once it is kept; `mark` None where it goes no further yet.

    `remarks`: what operators are to know of how the shop answers, in sentences. `named`: refs of orders, with numbers
    that they are said to have; where that is news the order is asked for.
    """

    orders: tuple[ShopOrder, ...] = ()
    grievances: tuple[Grievance, ...] = ()
    mark: Mark | None = None
    remarks: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()

    def up_to(self, at: datetime) -> Page:
        """The same, going no further than that."""
        return replace(self, mark=replace(self.mark, at=at)) if self.mark else self


@dataclass(frozen=True, slots=True)
class Wait:
    """The platform's own rule wants this much time before the next call."""

    span: timedelta


Reading = Generator[httpx.Request | Page | Wait, httpx.Response | None, None]
"""Answers come in for requests; for a Page or a Wait None comes."""

Looking = Generator[httpx.Request, httpx.Response, T]


class Platform(Protocol):
    """What every platform's adapter says of itself, a shop's or a helpdesk's.

    `needs`: the credentials an account must have. `options`: what only this adapter knows, name → what it is for; those
    in `required` must be given. `rate`: how its calls are spaced. `overlap`: so much of what was read is read again, as
    its index lags. `doubt`: why it is not established, "" where its own documents bear it out.
    """

    @property
    def api(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def required(self) -> tuple[str, ...]: ...
    @property
    def rate(self) -> str: ...
    @property
    def overlap(self) -> timedelta: ...
    @property
    def doubt(self) -> str: ...


@runtime_checkable
class Shop(Platform, Protocol):
    """One shop platform's API. `farthest`: it tells of nothing older, None where that is not known."""

    @property
    def farthest(self) -> timedelta | None: ...

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Everything that changed since the mark, oldest first as far as the API can. Raises CourierError.

        `now` is the time by the shop's clock as far as it is known: for signatures, and for windows that end there.
        """
        ...

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its ref or its number, None where the shop has none. Raises CourierError."""
        ...


@dataclass(frozen=True, slots=True)
class Tells:
    """What an adapter reads of an order beside its numbers: deadlines, how it ended, and complaints about it.

    `unheard`: why nothing is heard of what the platform itself sends when an order changes, "" where it sends nothing.
    """

    promised: bool = False
    hand_over: bool = False
    cancelled: bool = True
    refunded: bool = False
    complaints: bool = False
    unheard: str = ""


@runtime_checkable
class Telling(Protocol):
    """A shop whose adapter says what it tells, for the README's table."""

    @property
    def tells(self) -> Tells: ...


@dataclass(frozen=True, slots=True)
class Granted:
    """What a platform granted: the token, how long it holds, and what renews it next ("" where nothing new)."""

    token: str = field(repr=False)
    lifetime: timedelta
    renewal: str = field(default="", repr=False)


@runtime_checkable
class Renews(Protocol):
    """A shop asked with a token that holds for a while; `since` then finds it in Account.token."""

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """The call for a token. `renewal`: what the last grant gave to renew it with, else the configured token."""
        ...

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, or a CourierError."""
        ...


@runtime_checkable
class Begins(Protocol):
    """A shop whose configured token can be asked with before one is renewed, as its platform renews none early."""

    def begun(self, account: Account, now: datetime) -> Granted | None:
        """What is configured, with what renews it, for as long as it can be asked with; None where that is over."""
        ...


@dataclass(frozen=True, slots=True)
class Knock:
    """What came to /hooks/<shop>: header names in lower case, the query, the body as it came."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@runtime_checkable
class Knocks(Protocol):
    """A shop that says when an order changed. Its word is never taken: the order is asked for."""

    def knocked(self, account: Account, knock: Knock, now: datetime) -> tuple[str, ...]:
        """The refs of the orders to ask for, () for a greeting. Raises CourierRefused when it is not the shop's."""
        ...


@runtime_checkable
class Replies(Protocol):
    """A shop that takes a call as heard only when it is answered with certain words: JSON, or a plain word."""

    @property
    def heard(self) -> str: ...


@runtime_checkable
class Greets(Protocol):
    """A shop that tries an address with GET before it calls there."""

    def greeted(self, account: Account, knock: Knock, now: datetime) -> str:
        """What it wants to hear. Raises CourierRefused when it is not the shop's."""
        ...


@runtime_checkable
class Tailored(Protocol):
    """An adapter whose account's settings decide what it is."""

    def tailored(self, settings: ShopConfig) -> Shop:
        """The adapter for this account; ConfigError when its settings cannot be used."""
        ...


# --- reading answers -----------------------------------------------------------------------------

_BLOCKED: Final = "the shop answers with a page where data was expected: something before it (a firewall?) blocks us"


def check(response: httpx.Response, who: str = "the shop") -> None:
    """Raise what an ordinary HTTP status means; 2xx passes. Statuses with a meaning of their own come before."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status == 429:
        raise CourierBusy("too many calls (429)", retry_at(response))
    if status >= 500 or status in (408, 425):
        raise CourierUnavailable(f"{who} answers {status}")
    if status in (401, 403):
        if "html" in response.headers.get("content-type", ""):
            raise CourierRefused(f"{_BLOCKED} ({status})")
        raise CourierRefused(f"{who} answers {status}: check its credentials and what they may read")
    raise CourierRefused(f"{who} answers {status}: check base_url and options")


def value(response: httpx.Response) -> object:
    """The JSON value of a response whatever its status, all its texts whole. Raises CourierUnreadable for others."""
    if "html" in response.headers.get("content-type", "").lower():
        unreadable(response, _BLOCKED)
    try:
        told = decoded(response.content)
        # Only an escape can write half a character.
        return with_whole_texts(told) if b"\\u" in response.content else told
    except RecursionError:
        unreadable(response, "the answer is nested too deeply")
    except ValueError:
        unreadable(response, "the answer is not JSON")


def with_whole_texts(value: object) -> object:
    """A JSON value without halves of characters: a page that holds one could never be saved, nor what comes after."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [with_whole_texts(each) for each in value]
    if isinstance(value, dict):
        return {whole(name): with_whole_texts(each) for name, each in value.items()}
    return value


def unreadable(response: httpx.Response, message: str) -> NoReturn:
    """Raise CourierUnreadable, without secrets; what a shop answered holds people's data and is not kept."""
    raise CourierUnreadable(said(response, message))


def compact(value: object) -> str:
    """JSON as signatures want it: no blanks, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
