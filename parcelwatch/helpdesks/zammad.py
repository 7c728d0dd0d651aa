"""Zammad: tickets by search, or one after the other where it has no search by time; articles by ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final

from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, missing, told, told_list
from parcelwatch.helpdesks.fields import each, from_html, lines, pairs, stamp, text, texts, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark, check, value

_SIZE: Final = 50
_AUTHORS: Final = {"customer": Author.CUSTOMER, "agent": Author.AGENT}
_SENDERS: Final = {"1": Author.AGENT, "2": Author.CUSTOMER}
_CLOSED: Final = frozenset({"closed", "4", "removed"})


class Zammad(Desk):
    """Zammad."""

    api: ClassVar[str] = "zammad"
    options: ClassVar[Mapping[str, str]] = {
        "list": "all: read tickets one after the other, where its search knows no times (without Elasticsearch)",
        "group": "in which tickets are created, 'Users' where it is left out",
    }
    rate: ClassVar[str] = "5/s"
    doubt: ClassVar[str] = "its search by time is known from memory; its answers and articles from its documents"

    def proof(self, account: Account) -> Mapping[str, str]:
        """A token with the permission ticket.agent."""
        return {"Authorization": f"Token token={account.key}"}

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """What changed since the mark, the oldest first; or all, of which the older are left out."""
        every = account.options.get("list", "") == "all"
        path = "/api/v1/tickets" if every else "/api/v1/tickets/search"
        latest = mark.at
        for page in range(1, MOST_PAGES):
            query = {"page": str(page), "per_page": str(_SIZE), "expand": "true"}
            if not every:
                found_by = f"updated_at:>={stamp(mark.at)}"
                query |= {"query": found_by, "limit": str(_SIZE), "sort_by": "updated_at", "order_by": "asc"}
            response = yield self.get(account, path, query)
            assert response is not None
            told_of = _tickets(response, account)
            fresh = tuple(one for one in told_of if one.updated_at >= mark.at)
            latest = max([latest, *(one.updated_at for one in fresh)])
            over = len(told_of) < _SIZE
            yield Page(fresh, Mark(latest) if over or not every else None)
            if over:
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, and its articles."""
        response = yield self.get(account, f"/api/v1/tickets/{ref}", {"expand": "true"})
        if missing(response):
            return None
        ticket = _ticket(told(response), account)
        if ticket is None:
            return None
        return replace(ticket, messages=(yield from self.messages(account, ticket, now)))

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """Its articles."""
        response = yield self.get(account, f"/api/v1/ticket_articles/by_ticket/{ticket.ref}", {"expand": "true"})
        said = [one for item in each(told_list(response)) if (one := _message(item)) is not None]
        return tuple(sorted(said, key=lambda one: one.at))

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """An article: an internal note, or a mail, which Zammad sends whatever `internal` says."""
        body: dict[str, object] = {
            "ticket_id": int(ticket.ref) if ticket.ref.isdecimal() else ticket.ref,
            "subject": letter.subject,
            "body": letter.text,
            "content_type": "text/plain",
            "sender": "Agent",
            "internal": letter.private,
            "type": "note" if letter.private else "email",
        }
        if not letter.private:
            body["to"] = letter.to
        response = yield self.send(account, "/api/v1/ticket_articles", body)
        return text(told(response).get("id"))

    def create(self, account: Account, letter: Missive, now: datetime) -> Looking[str]:
        """A ticket of the customer's."""
        article = {"subject": letter.subject, "body": letter.text, "type": "note", "internal": letter.private}
        ticket = {
            "title": letter.subject,
            "group": account.options.get("group", "Users"),
            "customer_id": f"guess:{letter.to}",
            "article": article if letter.private else {**article, "type": "email", "to": letter.to},
        }
        response = yield self.send(account, "/api/v1/tickets", ticket)
        return text(told(response).get("id"))


def _tickets(response: Any, account: Account) -> list[Ticket]:
    """A list, or what older versions make of it: ids with the tickets beside them."""
    check(response, "the helpdesk")
    found = value(response)
    if isinstance(found, dict):
        beside = found.get("assets", {})
        tickets = beside.get("Ticket") if isinstance(beside, dict) else None
        found = list(tickets.values()) if isinstance(tickets, dict) else []
    return [one for item in each(found) if (one := _ticket(item, account)) is not None]


_OWN: Final = frozenset({"title", "number", "note", "owner", "group", "customer", "organization", "preferences"})


def _ticket(one: dict[str, Any], account: Account) -> Ticket | None:
    ref, created, updated = text(one.get("id")), when(one.get("created_at")), when(one.get("updated_at"))
    if not ref or updated is None:
        return None
    state = text(one.get("state")) or text(one.get("state_id"))
    customer = text(one.get("customer"))
    return Ticket(
        ref=ref,
        number=text(one.get("number")) or ref,
        created_at=created or updated,
        updated_at=updated,
        subject=text(one.get("title")),
        closed=state.casefold() in _CLOSED,
        merged=state.casefold() == "merged",
        outbound=text(one.get("create_article_sender")).casefold() == "agent",
        mail=customer if "@" in customer else "",
        customer=text(one.get("customer_id")),
        tags=texts(one.get("tags")),
        fields=tuple((name, said) for name, said in pairs(one) if name not in _OWN and not name.endswith("_id")),
        url=f"{account.base_url}/#ticket/zoom/{ref}",
    )


def _message(one: dict[str, Any]) -> Message | None:
    at = when(one.get("created_at"))
    if at is None:
        return None
    sender = text(one.get("sender")).casefold()
    author = _AUTHORS.get(sender) or (Author.SYSTEM if sender else _SENDERS.get(text(one.get("sender_id"))))
    html = "html" in text(one.get("content_type"))
    return Message(
        ref=text(one.get("id")),
        at=at,
        author=author or Author.SYSTEM,
        text=from_html(one.get("body")) if html else lines(one.get("body")),
        private=one.get("internal") is True,
    )
