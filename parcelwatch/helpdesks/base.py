"""What every helpdesk adapter is, and what they share: pages of tickets since a mark, messages, notes and replies.

What belongs here: the plug points, and the common ground of those that speak HTTP and JSON. Adapters do no I/O and
read no clock: what they do is a generator that yields an httpx.Request and gets the httpx.Response; a reading yields a
Page as soon as it holds one. Accounts, marks and tokens are as a shop's (shops/base.py).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol, TypeVar, runtime_checkable

import httpx

from parcelwatch.config import HelpdeskConfig
from parcelwatch.errors import CourierBusy, CourierRefused
from parcelwatch.model import Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark, Platform, Wait, check, unreadable, value

T = TypeVar("T")

MOST_PAGES: Final = 1000
"""Pages of one reading, or of one ticket's messages, whatever a platform says of more."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the tickets that changed, and how far that goes once they are kept."""

    tickets: tuple[Ticket, ...] = ()
    mark: Mark | None = None

    def up_to(self, at: datetime) -> Page:
        """The same, going no further than that."""
        return replace(self, mark=replace(self.mark, at=at)) if self.mark else self


Reading = Generator[httpx.Request | Wait | Page, httpx.Response | None, None]
Looking = Generator[httpx.Request, httpx.Response, T]


@runtime_checkable
class Helpdesk(Platform, Protocol):
    """One helpdesk platform's API. `writes`: whether it takes notes and replies."""

    @property
    def writes(self) -> bool: ...

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Every ticket that changed since the mark. Raises CourierError."""
        ...

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """One ticket with its messages as it stands now, None where there is none. Raises CourierError."""
        ...

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """The messages of a ticket that came without them, oldest first. Raises CourierError."""
        ...

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """Write a letter into a ticket as it was just read: a note where it is private, else a reply to the customer.

        The new message's ref, "" where the platform does not say. Raises CourierError: CourierRefused and CourierBusy
        where nothing was written, any other where that is not known.
        """
        ...


@runtime_checkable
class Creates(Protocol):
    """A helpdesk in which a ticket can be begun."""

    def create(self, account: Account, letter: Missive, now: datetime) -> Looking[str]:
        """Begin a ticket with a letter; its ref. Raises CourierError as `Helpdesk.write` does."""
        ...


@runtime_checkable
class Tailored(Protocol):
    """An adapter whose account's settings decide what it is."""

    def tailored(self, settings: HelpdeskConfig) -> Helpdesk:
        """The adapter for this account; ConfigError when its settings cannot be used."""
        ...


class Desk:
    """The common ground of adapters: what most have, and calls in JSON."""

    api: ClassVar[str] = ""
    base_url: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ("base_url", "key")
    options: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "1/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=2)
    doubt: ClassVar[str] = ""
    writes: ClassVar[bool] = True

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """Of a ticket that came without them: as the whole ticket has them."""
        whole = yield from self.ticket(account, ticket.ref, now)
        return (whole.messages or ()) if whole is not None else ()

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """One ticket, whole."""
        raise NotImplementedError

    def proof(self, account: Account) -> Mapping[str, str]:
        """The headers that say who asks."""
        raise NotImplementedError

    def get(self, account: Account, path: str, query: Mapping[str, str] | None = None) -> httpx.Request:
        """A call for something."""
        return httpx.Request("GET", f"{account.base_url}{path}", params=query, headers=self._headers(account))

    def send(self, account: Account, path: str, body: object, method: str = "POST") -> httpx.Request:
        """A call that hands over JSON."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**self._headers(account), "Content-Type": "application/json"}
        return httpx.Request(method, f"{account.base_url}{path}", content=content, headers=headers)

    def _headers(self, account: Account) -> dict[str, str]:
        return {"Accept": "application/json", **self.proof(account)}


def basic(user: str, password: str) -> dict[str, str]:
    """A user's name and password as a header."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def told(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer that went well. Raises CourierError."""
    check(response, "the helpdesk")
    found = value(response)
    return found if isinstance(found, dict) else unreadable(response, "the answer is no JSON object")


def told_list(response: httpx.Response) -> list[Any]:
    """The JSON array of an answer that went well. Raises CourierError."""
    check(response, "the helpdesk")
    found = value(response)
    return found if isinstance(found, list) else unreadable(response, "the answer is no JSON array")


def missing(response: httpx.Response) -> bool:
    """Whether there is no such ticket."""
    return response.status_code in (404, 410)


NOTHING_LEFT: Final = (CourierRefused, CourierBusy)
"""The errors after which nothing was written for sure."""
