"""What every courier adapter is, and what they share: reading HTTP and JSON strictly, and saying what is wrong.

What belongs here: the plug points (Courier, Registers, Picky), an account's credentials, and the way from a
response to a JSON object or one of our errors. Adapters do no I/O and read no clock: they build an httpx.Request
and read an httpx.Response.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import ClassVar, NoReturn, Protocol, runtime_checkable

import httpx

from parcelwatch.couriers.fields import Record
from parcelwatch.couriers.times import naive
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Ask, Observation

__all__ = [
    "Account",
    "Courier",
    "Picky",
    "Registers",
    "Registration",
    "check",
    "document",
    "fitting",
    "naive",
    "retry_at",
    "said",
    "unreadable",
]

KEPT = 4096
SECRET_HEADERS = ("17token", "dhl-api-key", "authorization")
LONGEST_WAIT = timedelta(hours=6)
SHORTEST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Account:
    """One set of credentials at one courier API. Its repr shows none of them."""

    name: str
    api: str
    key: str = field(repr=False)
    base_url: str
    customer: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether an aggregator now follows a number; `reason` says why not, in words an operator can act on."""

    number: str
    ok: bool
    reason: str = ""


class Courier(Protocol):
    """One courier API. `batch`: numbers a call. `rate`, `quota`: what an account may do by default.

    `needs`: the credentials an account must have. `min_interval`: least time between two asks of one number.
    """

    api: ClassVar[str]
    base_url: ClassVar[str]
    batch: ClassVar[int]
    rate: ClassVar[str]
    quota: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    min_interval: ClassVar[timedelta]

    def request(self, account: Account, asked: Sequence[Ask]) -> httpx.Request:
        """The call that asks about these numbers, at most `batch` of them."""
        ...

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        """Exactly one observation per Ask, in that order, or a CourierError."""
        ...


@runtime_checkable
class Registers(Protocol):
    """An aggregator that must be told a number before it can be asked about it."""

    def registration(self, account: Account, asked: Sequence[Ask]) -> httpx.Request:
        """The call that registers these numbers, at most `batch` of them."""
        ...

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        """Exactly one registration per Ask, in that order, or a CourierError."""
        ...


@runtime_checkable
class Picky(Protocol):
    """A courier that cannot be asked about some numbers as they are; asking would waste a call."""

    def lacks(self, ask: Ask) -> str:
        """What is missing, in words an operator can act on; "" when it can be asked. `parse` says the same."""
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
    if status < 400:
        unreadable(response, f"the courier answers {status} instead of data; base_url may be out of date")
    raise CourierRefused(f"the courier answers {status}: check base_url and the account's settings")


def document(response: httpx.Response, *, kinds: Sequence[str] = ("json",)) -> Record:
    """The JSON object of a response whatever its status; CourierUnreadable for anything else.

    `kinds`: one of these must occur in the content type, if there is one.
    """
    declared = response.headers.get("content-type", "").lower()
    if declared and not any(kind in declared for kind in kinds):
        unreadable(response, f"the answer is {declared.split(';')[0][:60]!r} where JSON was expected")
    try:
        value = _DECODER.decode(response.content.decode("utf-8-sig"))
    except RecursionError as error:
        unreadable(response, "the answer is nested too deeply", error)
    except ValueError as error:
        unreadable(response, "the answer is not JSON", error)
    if not isinstance(value, dict):
        unreadable(response, f"the answer is a JSON {type(value).__name__} where an object was expected")
    return value


@contextmanager
def fitting(response: httpx.Response) -> Iterator[None]:
    """Whatever does not fit while an answer is read becomes CourierUnreadable with the payload kept."""
    try:
        yield
    except CourierUnreadable as error:
        if error.payload:
            raise
        raise CourierUnreadable(said(response, str(error)), _payload(response)) from error
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        unreadable(response, f"the answer does not fit ({type(error).__name__})", error)


def unreadable(response: httpx.Response, message: str, cause: BaseException | None = None) -> NoReturn:
    """Raise CourierUnreadable with the payload, cut and without secrets."""
    raise CourierUnreadable(said(response, message), _payload(response)) from cause


def said(response: httpx.Response, text: str) -> str:
    """A courier's words, cut, and without the credentials it may have echoed."""
    for secret in _secrets(response):
        text = text.replace(secret, "***")
    return text[:300]


def retry_at(response: httpx.Response) -> datetime | None:
    """When Retry-After allows the next call, in either form; None when it does not say.

    Seconds count from the response's own Date, as adapters have no clock. Waits are held within 1 s and 6 h.
    """
    asked = response.headers.get("retry-after", "").strip()
    sent = _http_date(response.headers.get("date", ""))
    if asked.isascii() and asked.isdigit():
        if sent is None:
            return None
        return sent + _held(timedelta(seconds=min(int(asked[:9]), 10**6)))
    moment = _http_date(asked)
    if moment is None or sent is None:
        return moment
    return sent + _held(moment - sent)


def _held(wait: timedelta) -> timedelta:
    return max(SHORTEST_WAIT, min(LONGEST_WAIT, wait))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _payload(response: httpx.Response) -> bytes:
    kept = response.content[:KEPT]
    for secret in _secrets(response):
        kept = kept.replace(secret.encode(), b"***")
    return kept


def _secrets(response: httpx.Response) -> list[str]:
    """The credentials the request carried in headers, if the response knows its request."""
    try:
        headers = response.request.headers
    except RuntimeError:
        return []
    return [value for name in SECRET_HEADERS if (value := headers.get(name))]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
