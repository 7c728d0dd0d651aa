"""Freshdesk: tickets by the time of their update, conversations by ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from parcelwatch.helpdesks.base import Desk, Looking, Page, Reading, basic, missing, told, told_list
from parcelwatch.helpdesks.fields import dig, each, floored, from_html, lines, pairs, stamp, text, texts, to_html, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark, Wait

_SIZE: Final = 50
_LAST_PAGE: Final = 300
_BETWEEN_PAGES: Final = timedelta(seconds=3)  # 20 lists a minute, on its smallest plan
_CLOSED: Final = frozenset({"4", "5"})
_OUTBOUND: Final = "10"
_CHANNELS: Final = {"1": "email", "2": "portal", "3": "phone", "7": "chat", "9": "widget"}


class Freshdesk(Desk):
    """Freshdesk."""

    api: ClassVar[str] = "freshdesk"
    rate: ClassVar[str] = "2/s"
    doubt: ClassVar[str] = "its fields are known from its documents, and were never seen in an answer of its own"

    def proof(self, account: Account) -> Mapping[str, str]:
        """The API key as a user's name."""
        return basic(account.key, "X")

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """What changed since the mark, the oldest first; after its last page it is asked since what came last."""
        begin, page, latest = mark.at, 1, mark.at
        while True:
            query = {"updated_since": stamp(floored(begin)), "order_by": "updated_at", "order_type": "asc"}
            query |= {"include": "description,requester", "per_page": str(_SIZE), "page": str(page)}
            response = yield self.get(account, "/api/v2/tickets", query)
            assert response is not None
            found = told_list(response)
            tickets = tuple(ticket for one in each(found) if (ticket := _ticket(one, account)) is not None)
            latest = max([latest, *(one.updated_at for one in tickets)])
            yield Page(tickets, Mark(latest))
            if len(found) < _SIZE:
                return
            page += 1
            if page > _LAST_PAGE:
                if latest <= begin:
                    return
                begin, page = latest, 1
            yield Wait(_BETWEEN_PAGES)

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, and its conversations."""
        response = yield self.get(account, f"/api/v2/tickets/{ref}", {"include": "requester"})
        if missing(response):
            return None
        found = told(response)
        ticket = _ticket(found, account)
        if ticket is None:
            return None
        return replace(ticket, messages=(yield from self._said(account, ticket, found)))

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """Its description and its conversations."""
        whole = yield from self.ticket(account, ticket.ref, now)
        return (whole.messages or ()) if whole is not None else ()

    def _said(self, account: Account, ticket: Ticket, one: dict[str, Any]) -> Looking[tuple[Message, ...]]:
        said = [_opening(ticket, one)]
        for page in range(1, _LAST_PAGE):
            response = yield self.get(account, f"/api/v2/tickets/{ticket.ref}/conversations", {"page": str(page)})
            found = told_list(response)
            said += [message for item in each(found) if (message := _message(item)) is not None]
            if len(found) < 30:
                break
        return tuple(sorted(said, key=lambda message: message.at))

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A private note, or a reply."""
        path = f"/api/v2/tickets/{ticket.ref}/{'notes' if letter.private else 'reply'}"
        body: dict[str, object] = {"body": to_html(letter.text)}
        if letter.private:
            body["private"] = True
        return text(told((yield self.send(account, path, body))).get("id"))

    def create(self, account: Account, letter: Missive, now: datetime) -> Looking[str]:
        """A ticket in the customer's name, with the letter as a note: a ticket's description goes to nobody."""
        ticket = {"subject": letter.subject, "description": to_html(letter.text), "email": letter.to}
        response = yield self.send(account, "/api/v2/tickets", {**ticket, "status": 2, "priority": 1})
        return text(told(response).get("id"))


def _ticket(one: dict[str, Any], account: Account) -> Ticket | None:
    ref, created, updated = text(one.get("id")), when(one.get("created_at")), when(one.get("updated_at"))
    if not ref or updated is None or one.get("spam") is True or one.get("deleted") is True:
        return None
    source = text(one.get("source"))
    return Ticket(
        ref=ref,
        number=ref,
        created_at=created or updated,
        updated_at=updated,
        subject=text(one.get("subject")),
        closed=text(one.get("status")) in _CLOSED,
        outbound=source == _OUTBOUND,
        channel=_CHANNELS.get(source, ""),
        mail=text(dig(one, "requester", "email")) or text(one.get("email")),
        customer=text(one.get("requester_id")),
        tags=texts(one.get("tags")),
        fields=pairs(one.get("custom_fields")),
        url=f"{account.base_url}/a/tickets/{ref}",
    )


def _opening(ticket: Ticket, one: dict[str, Any]) -> Message:
    said = lines(one.get("description_text")) or from_html(one.get("description"))
    return Message(f"{ticket.ref}.description", ticket.created_at, Author.CUSTOMER, said)


def _message(one: dict[str, Any]) -> Message | None:
    at = when(one.get("created_at"))
    if at is None:
        return None
    author = Author.CUSTOMER if one.get("incoming") is True else Author.AGENT
    said = lines(one.get("body_text")) or from_html(one.get("body"))
    return Message(text(one.get("id")), at, author, said, private=one.get("private") is True)
