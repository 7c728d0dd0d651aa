"""What a helpdesk says of a ticket: who wrote when, and whether it still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Author(StrEnum):
    """Who wrote a message. SYSTEM: nobody, as with a change of state or an automatic answer."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket, as plain text. `private`: the customer cannot see it. `marker`: what we put on it."""

    ref: str
    at: datetime
    author: Author
    text: str
    private: bool = False
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A conversation with one customer. `ref`: its identity there; `number`: what agents know it by.

    `messages`: oldest first, None where they are asked for by a further call. `outbound`: the shop began it. `merged`:
    it goes on in another. `channel`: how the customer writes, as the helpdesk calls it. `stamp`: what tells whether it
    changed, as the helpdesk writes it. `customer`: their identity there.
    """

    ref: str
    number: str
    created_at: datetime
    updated_at: datetime
    subject: str = ""
    closed: bool = False
    merged: bool = False
    outbound: bool = False
    channel: str = ""
    mail: str = ""
    customer: str = ""
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    messages: tuple[Message, ...] | None = None
    stamp: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Missive:
    """A letter on its way into a ticket. `marker`: what it is known by where the helpdesk keeps such a word.

    `to`, `name`: whom it is for; `private`: as an internal note.
    """

    marker: str
    subject: str
    text: str
    to: str = ""
    name: str = ""
    private: bool = True
