"""The helpdesk without code: asked, read and written to as its declaration says, in JSON only.

What belongs here: being a helpdesk by a declaration. What one holds is config/declared_desk.py's; calls are put
together as a declared shop's are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final

import httpx

from parcelwatch.config import HelpdeskConfig
from parcelwatch.config.checks import ANY
from parcelwatch.config.declared_desk import DeskDeclaration, FoundTicket
from parcelwatch.config.declared_shop import Call
from parcelwatch.config.expressions import Expression
from parcelwatch.errors import ConfigError, CourierRefused
from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Helpdesk, Looking, Page, Reading
from parcelwatch.helpdesks.fields import from_html, pairs, text, texts, to_html, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark, check, value
from parcelwatch.shops.declared.answer import listed, look, plain
from parcelwatch.shops.declared.described import Described
from parcelwatch.shops.declared.options import chosen
from parcelwatch.shops.declared.request import COUNTS, build, floored, written

_ANY: Final = "*"


class Declared(Desk):
    """Any helpdesk with a JSON API, declared in the configuration instead of written in Python."""

    api: ClassVar[str] = "declared"
    needs: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, str]] = {ANY: "those that the declaration has"}

    def tailored(self, settings: HelpdeskConfig) -> Helpdesk:
        """The helpdesk that the declaration makes."""
        if settings.declared is None:
            raise ConfigError([f"the helpdesk {settings.name} has no declaration"])
        return Made(settings.declared).tailored(settings)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Nothing can be asked without a declaration."""
        raise ConfigError([f"the helpdesk {account.name} has no declaration"])

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """Nothing can be written without a declaration."""
        raise ConfigError([f"the helpdesk {account.name} has no declaration"])


@dataclass(frozen=True)
class Made(Described[DeskDeclaration]):
    """One declared helpdesk."""

    def tailored(self, settings: HelpdeskConfig) -> Helpdesk:
        """With the account's options in their places."""
        if settings.deliver == "reply" and self.declaration.reply is None:
            raise ConfigError(['deliver = "reply", and the declaration has no [helpdesks.NAME.declared.reply]'])
        return Made(chosen(self.declaration, settings.options), self.api)

    @property
    def writes(self) -> bool:
        return self.declaration.note is not None

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Page after page of what changed since the mark."""
        ask, found = self.declaration.ask, self.declaration.answer
        begin = floored(mark.at)
        values = {name: written(at, ask.time, ask.zone) for name, at in (("since", begin), ("until", now))}
        seen, cursor, latest = 0, "", mark.at
        for turned in range(MOST_PAGES):
            where = {"page": str(ask.pages.first + turned), "offset": str(seen), "cursor": cursor}
            response = yield build(self.declaration, account, ask, values | where | {"size": str(ask.pages.size)})
            assert response is not None
            told = _told(response, ask.empty)
            items = listed("answer.tickets", found.tickets, told) if told is not None else []
            tickets = [ticket for one in items if (ticket := self._ticket(one)) is not None]
            fresh = tuple(one for one in tickets if one.updated_at >= begin)
            seen += len(items)
            latest = max([latest, *(one.updated_at for one in fresh)])
            cursor = text(_look("ask.pages.next", ask.pages.next, told), 2000)
            over = not items or ask.pages.by == "none" or self._over(len(items), seen, cursor, told)
            over = over or (ask.newest_first and len(fresh) < len(tickets))
            yield Page(fresh, Mark(latest) if over or not ask.newest_first else None)
            if over:
                return

    def _over(self, found: int, seen: int, cursor: str, told: object) -> bool:
        pages = self.declaration.ask.pages
        if pages.by == "cursor":
            return not cursor
        total = text(_look("ask.pages.total", pages.total, told))
        return seen >= int(total) if total.isdecimal() else found < pages.size

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, and its messages where they are a further call."""
        one = self.declaration.one
        told = _told((yield self._asks(account, one, {"ref": ref})), one.missing)
        told = told[0] if isinstance(told, list) and told else told
        ticket = self._ticket(told) if isinstance(told, dict) else None
        if ticket is None or ticket.messages is not None:
            return ticket
        return replace(ticket, messages=(yield from self.messages(account, ticket, now)))

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """By the call for them, else as the whole ticket has them."""
        call = self.declaration.messages
        if call is None:
            whole = yield from self.ticket(account, ticket.ref, now)
            return (whole.messages or ()) if whole is not None else ()
        told = _told((yield self._asks(account, call, {"ref": ticket.ref})), call.missing)
        return self._messages(told, ticket.ref, ticket.created_at)

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """By the call for notes, or the one for replies."""
        call = self.declaration.note if letter.private else self.declaration.reply
        if call is None:
            raise CourierRefused(f"its declaration says nothing of {'notes' if letter.private else 'replies'}")
        response = yield self._asks(account, call, _filled(ticket.ref, letter))
        check(response, "the helpdesk")
        if call.header is not None:
            return text(response.headers.get(call.header))
        return text(_look("ref", call.ref, plain(value(response)))) if call.ref is not None else ""

    def _asks(self, account: Account, call: Call, values: Mapping[str, str]) -> httpx.Request:
        """A call about one ticket; in JSON its identity is a number where it looks like one."""
        counts = (*COUNTS, "ref") if values["ref"].isdecimal() else COUNTS
        return build(self.declaration, account, call, values, counts)

    def _ticket(self, one: object) -> Ticket | None:
        found = self.declaration.answer
        ref = text(look("answer.ref", found.ref, one))
        updated = max(_times(found.updated_at, one), default=None)
        if not ref or updated is None:
            return None
        created = next(iter(_times(found.created_at, one)), updated)
        status = text(_look("answer.status", found.status, one)).casefold()
        ticket = Ticket(
            ref=ref,
            number=text(_look("answer.number", found.number, one)) or ref,
            created_at=created,
            updated_at=updated,
            subject=text(_look("answer.subject", found.subject, one)),
            closed=status in {word.casefold() for word in found.closed},
            merged=bool(_look("answer.merged", found.merged, one)),
            outbound=bool(_look("answer.outbound", found.outbound, one)),
            channel=text(_look("answer.channel", found.channel, one)),
            mail=text(_look("answer.mail", found.mail, one)),
            tags=texts(_look("answer.tags", found.tags, one)),
            fields=pairs(_look("answer.fields", found.fields, one)),
        )
        if self.declaration.messages is not None or found.messages is None:
            return ticket
        inside = _look("answer.messages", found.messages, one)
        if inside is None:
            return ticket
        said = self._messages(one, ref, created)
        opening = from_html(_look("answer.opening", found.opening, one))
        begun = (Message(f"{ref}.opening", created, Author.CUSTOMER, opening),) if opening else ()
        return replace(ticket, messages=(*begun, *said))

    def _messages(self, told: object, ref: str, created: datetime) -> tuple[Message, ...]:
        found = self.declaration.answer
        items = listed("answer.messages", found.messages, told) if found.messages is not None else []
        said = (_message(found, item) for item in items)
        return tuple(sorted((one for one in said if one is not None), key=lambda one: one.at))


def _message(found: FoundTicket, item: object) -> Message | None:
    at = next(iter(_times(found.at, item)), None)
    if at is None:
        return None
    return Message(
        text(_look("answer.message_ref", found.message_ref, item)),
        at,
        _author(found, look("answer.author", found.author, item)),
        from_html(look("answer.text", found.text, item)),
        private=bool(_look("answer.private", found.private, item)),
    )


def _author(found: FoundTicket, said: object) -> Author:
    word = "null" if said is None else str(said).casefold()
    if word in {each.casefold() for each in found.customers}:
        return Author.CUSTOMER
    agents = {each.casefold() for each in found.agents}
    return Author.AGENT if word in agents or _ANY in agents else Author.SYSTEM


def _look(where: str, expression: Expression | None, value: object) -> Any:
    return look(where, expression, value) if expression is not None else None


def _times(expression: Expression | None, one: object) -> list[datetime]:
    said = _look("time", expression, one)
    found = (when(each) for each in (said if isinstance(said, list) else [said]))
    return [at for at in found if at is not None]


def _told(response: httpx.Response, nothing: tuple[int, ...]) -> object:
    if response.status_code in nothing:
        return None
    check(response, "the helpdesk")
    return plain(value(response))


def _filled(ref: str, letter: Missive) -> dict[str, str]:
    return {
        "ref": ref,
        "text": letter.text,
        "html": to_html(letter.text),
        "subject": letter.subject,
        "to": letter.to,
        "marker": letter.marker,
    }
