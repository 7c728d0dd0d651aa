"""What every courier adapter is, and what they share: reading HTTP and JSON strictly, and saying what is wrong.

What belongs here: the plug points (Courier, and what some of them do beside), an account's credentials, and the way
from a response to a JSON object or one of our errors. Adapters do no I/O and read no clock: they build an
httpx.Request and read an httpx.Response.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache
from typing import NoReturn, Protocol, runtime_checkable

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.core.texts.secrecy import opens
from parcelwatch.couriers.shared.discretion import KEPT, SECRETS, discreet, payload, said
from parcelwatch.couriers.shared.fields import Record, rows
from parcelwatch.couriers.shared.times import naive
from parcelwatch.errors import CourierBusy, CourierDeclines, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Ask, Cause, Milestone, Observation, Unanswered

__all__ = [
    "KEPT",
    "SECRETS",
    "Account",
    "AsksAnyway",
    "Card",
    "Carded",
    "Coded",
    "Courier",
    "Fetches",
    "Grants",
    "Picky",
    "Push",
    "Pushes",
    "Registers",
    "Registration",
    "Tailored",
    "Tells",
    "Token",
    "Trust",
    "array",
    "check",
    "decoded",
    "discreet",
    "document",
    "fitting",
    "http_date",
    "naive",
    "retry_at",
    "said",
    "unreadable",
    "with_payload",
]

# What a bad number among others can be answered with, as well as a bad call.
_OF_A_NUMBER = frozenset({400, 404, 413, 414, 422})
LONGEST_WAIT = timedelta(hours=6)
SHORTEST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Account:
    """One set of credentials at one courier API. Its repr shows none of them.

    `token`: what a courier granted for a while (see Grants), or a lasting access token from the configuration.
    """

    name: str
    api: str
    key: str = field(repr=False)
    base_url: str
    customer: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, longest first; what is too short to open anything is left out."""
        among = (value for name, value in self.options.items() if opens(name))
        found = {value for value in (self.key, self.secret, self.token, self.customer, *among) if len(value) >= 6}
        return tuple(sorted(found, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Tells:
    """How a courier's answers show the three troubles that matter most: "code", "text", "code, text" or "" (not)."""

    damaged: str
    returned: str
    lost: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be known of an adapter by those who only choose or check one.

    `asks`: the couriers whose numbers it asks about directly, as core.rows.companies calls them. `company`: a code with
    which an aggregator can be asked about a made-up number. `doubt`: why the adapter is not established, "" where
    recorded answers or the courier's own document bear it out.
    """

    asks: tuple[str, ...] = ()
    company: str = ""
    doubt: str = ""


@runtime_checkable
class Carded(Protocol):
    """An adapter that says more of itself than it must."""

    @property
    def card(self) -> Card: ...


def card(courier: Courier) -> Card:
    """What an adapter says of itself; nothing of one that does not."""
    return courier.card if isinstance(courier, Carded) else Card()


@runtime_checkable
class Courier(Protocol):
    """One courier API.

    `batch`: numbers a call. `rate`: how calls are spaced; `quotas`: calls per fixed window, all at once; both by
    default, an account's contract may differ. `needs`: the credentials an account must have. `auth`: how it proves
    itself, in a word or two. `options`: what only this adapter knows, name → what it is for. `min_interval`: least
    time between two asks of one number. `tells`: how it shows trouble.
    """

    @property
    def api(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def batch(self) -> int: ...
    @property
    def rate(self) -> str: ...
    @property
    def quotas(self) -> tuple[str, ...]: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def auth(self) -> str: ...
    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def min_interval(self) -> timedelta: ...
    @property
    def tells(self) -> Tells: ...

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        """The call that asks about these numbers, at most `batch` of them.

        `now` is the time by the courier's clock as far as it is known, for signatures.
        """
        ...

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        """Exactly one observation per Ask, in that order, or a CourierError.

        A call of several that failed, perhaps for one of them, is CourierDeclines: they are asked again by halves.
        """
        ...


# --- what some couriers do beside ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether an aggregator now follows a number; `reason` says why not, in words an operator can act on.

    `later`: refused for what is not the number's and will pass, so that it is to be told again.
    """

    number: str
    ok: bool
    reason: str = ""
    later: bool = False


@runtime_checkable
class Registers(Protocol):
    """An aggregator that must be told a number before it can be asked about it, or before it pushes.

    `register_batch`: numbers a registration.
    """

    @property
    def register_batch(self) -> int: ...

    def registers(self, account: Account) -> bool:
        """Whether this account's numbers are registered at all."""
        ...

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        """The call that registers these numbers, at most `register_batch` of them."""
        ...

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        """Exactly one registration per Ask, in that order, or a CourierError."""
        ...


@runtime_checkable
class AsksAnyway(Protocol):
    """A courier that registers numbers only so that it pushes: what it will not push can still be asked about."""

    @property
    def asks_anyway(self) -> bool: ...


@runtime_checkable
class Coded(Protocol):
    """A courier whose codes say by themselves what a scan means, wherever they are written.

    `codes`: code → milestone and cause.
    """

    @property
    def codes(self) -> Mapping[str, tuple[Milestone, Cause | None]]: ...


@runtime_checkable
class Tailored(Protocol):
    """An adapter whose account's settings decide what it is: its batch, its address, all of it."""

    def tailored(self, settings: AccountConfig) -> Courier:
        """The adapter for this account; ConfigError when its settings cannot be used."""
        ...


@runtime_checkable
class Picky(Protocol):
    """A courier that cannot be asked about some numbers as they are; asking would waste a call."""

    def lacks(self, ask: Ask) -> str:
        """What is missing, in words an operator can act on; "" when it can be asked.

        Who asks asks this first: what lacks something never comes to `request` or `parse`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """What a courier granted, and for how long."""

    value: str = field(repr=False)
    lifetime: timedelta


@runtime_checkable
class Grants(Protocol):
    """A courier that is asked with a token it grants for a while; `request` then finds it in `Account.token`."""

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        """The call that asks for a token."""
        ...

    def granted(self, response: httpx.Response) -> Token:
        """The token, or a CourierError."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A courier reached through a library that does its own calls, and blocks: it is asked in a thread."""

    def fetch(self, account: Account, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        """Exactly one observation per Ask, in that order, or a CourierError."""
        ...


@dataclass(frozen=True, slots=True)
class Push:
    """What came to /hooks/<account>: header names in lower case, the query, the body as it came."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Trust(StrEnum):
    """What a push's signature vouches for: its words, or only that the courier knocked and must be asked."""

    BODY = "body"
    SENDER = "sender"


@runtime_checkable
class Pushes(Protocol):
    """A courier that calls us when it has news."""

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        """What the signature vouches for, compared in constant time; CourierRefused when it is not the courier's."""
        ...

    def signed(self, push: Push) -> bytes:
        """What the signature covers, or all there is: two pushes alike in it are one."""
        ...

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        """What it says, number by number (none if it is about no parcel), or CourierUnreadable."""
        ...

    def reply(self, account: Account, now: datetime) -> bytes:
        """The JSON the courier wants to hear once its push is kept."""
        ...


def check(response: httpx.Response) -> None:
    """Raise what an ordinary HTTP status means; 2xx passes. Statuses with a meaning of their own come before."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status == 429:
        raise CourierBusy("too many requests (429)", retry_at(response))
    if status >= 500 or status in (408, 425):
        raise CourierUnavailable(f"the courier answers {status}")
    if status in (401, 403):
        raise CourierRefused(f"the courier answers {status}: check the account's key and its permissions")
    if status in _OF_A_NUMBER:
        raise CourierDeclines(f"the courier answers {status}: check the number, then base_url and settings")
    if status < 400:
        unreadable(response, f"the courier answers {status} instead of data; base_url may be out of date")
    raise CourierRefused(f"the courier answers {status}: check base_url and the account's settings")


def document(response: httpx.Response, *, kinds: Sequence[str] = ("json",)) -> Record:
    """The JSON object of a response whatever its status; CourierUnreadable for anything else.

    `kinds`: one of these must occur in the content type, if there is one.
    """
    value = _decoded(response, kinds)
    if not isinstance(value, dict):
        unreadable(response, f"the answer is a JSON {type(value).__name__} where an object was expected")
    return value


def array(response: httpx.Response, *, kinds: Sequence[str] = ("json",)) -> list[Record]:
    """The JSON list of objects, or the one object, of a response; CourierUnreadable for anything else."""
    value = _decoded(response, kinds)
    return [value] if isinstance(value, dict) else rows(value, "the answer")


def _decoded(response: httpx.Response, kinds: Sequence[str]) -> object:
    declared = response.headers.get("content-type", "").lower()
    if declared and not any(kind in declared for kind in kinds):
        unreadable(response, f"the answer is {declared.split(';')[0][:60]!r} where JSON was expected")
    try:
        return decoded(response.content)
    except RecursionError as error:
        unreadable(response, "the answer is nested too deeply", error)
    except ValueError as error:
        unreadable(response, "the answer is not JSON", error)


def decoded(body: bytes | str) -> object:
    """The JSON value of a text, strictly; ValueError or RecursionError when it is none."""
    return _DECODER.decode(body.decode("utf-8-sig") if isinstance(body, bytes) else body)


@contextmanager
def fitting(response: httpx.Response) -> Iterator[None]:
    """Whatever does not fit while an answer is read becomes CourierUnreadable with the payload kept."""
    try:
        yield
    except CourierUnreadable as error:
        if error.payload:
            raise
        raise CourierUnreadable(said(response, str(error)), payload(response)) from error
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        unreadable(response, f"the answer does not fit ({type(error).__name__})", error)


def unreadable(response: httpx.Response, message: str, cause: BaseException | None = None) -> NoReturn:
    """Raise CourierUnreadable with the payload, cut and without secrets."""
    raise CourierUnreadable(said(response, message), payload(response)) from cause


def with_payload(response: httpx.Response, told: Sequence[Observation]) -> tuple[Observation, ...]:
    """What was told; beside each number of which nothing was said stands what came instead."""
    if not any(isinstance(one, Unanswered) for one in told):
        return tuple(told)
    kept = payload(response)
    return tuple(replace(one, payload=kept) if isinstance(one, Unanswered) else one for one in told)


def retry_at(response: httpx.Response) -> datetime | None:
    """When Retry-After allows the next call, in either form; None when it does not say.

    Seconds count from the response's own Date, as adapters have no clock. Waits are held within 1 s and 6 h.
    """
    asked = response.headers.get("retry-after", "").strip()
    sent = http_date(response.headers.get("date", ""))
    if asked.isascii() and asked.isdigit():
        if sent is None:
            return None
        return sent + _held(timedelta(seconds=min(int(asked[:9]), 10**6)))
    moment = http_date(asked)
    if moment is None or sent is None:
        return moment
    return sent + _held(moment - sent)


def _held(wait: timedelta) -> timedelta:
    return max(SHORTEST_WAIT, min(LONGEST_WAIT, wait))


@lru_cache(maxsize=64)  # many answers come within one second
def http_date(text: str) -> datetime | None:
    """The time of a Date header, None when it holds none."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
