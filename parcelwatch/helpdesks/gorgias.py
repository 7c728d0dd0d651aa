"""Gorgias: tickets by their update, the newest first; a reply's `external_id` keeps it from being written twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final

from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, basic, missing, told
from parcelwatch.helpdesks.fields import dig, each, from_html, lines, text, texts, to_html, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark

_NOTE: Final = "internal-note"


class Gorgias(Desk):
    """Gorgias."""

    api: ClassVar[str] = "gorgias"
    options: ClassVar[Mapping[str, str]] = {"email": "whose API key it is", "from": "the address replies come from"}
    required: ClassVar[tuple[str, ...]] = ("email",)
    rate: ClassVar[str] = "2/s"
    doubt: ClassVar[str] = "its limits are known from its documents, its fields from memory"

    def proof(self, account: Account) -> Mapping[str, str]:
        """The API key with its owner."""
        return basic(account.options.get("email", ""), account.key)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """The newest first, until those that are older; the mark moves once all of them are kept."""
        query, latest = {"order_by": "updated_datetime:desc", "limit": "50"}, mark.at
        for _ in range(MOST_PAGES):
            response = yield self.get(account, "/api/tickets", query)
            assert response is not None
            found = told(response)
            tickets = [ticket for one in each(found, "data") if (ticket := _ticket(one, account)) is not None]
            fresh = tuple(one for one in tickets if one.updated_at >= mark.at)
            latest = max([latest, *(one.updated_at for one in fresh)])
            cursor = text(dig(found, "meta", "next_cursor"), 2000)
            over = len(fresh) < len(tickets) or not cursor
            yield Page(fresh, Mark(latest) if over else None)
            if over:
                return
            query = {**query, "cursor": cursor}

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, and its messages."""
        response = yield self.get(account, f"/api/tickets/{ref}")
        if missing(response):
            return None
        ticket = _ticket(told(response), account)
        if ticket is None:
            return None
        return replace(ticket, messages=(yield from self.messages(account, ticket, now)))

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """Its messages, page after page."""
        said: list[Message] = []
        query = {"limit": "100"}
        for _ in range(MOST_PAGES):
            found = told((yield self.get(account, f"/api/tickets/{ticket.ref}/messages", query)))
            said += [message for one in each(found, "data") if (message := _message(one)) is not None]
            cursor = text(dig(found, "meta", "next_cursor"), 2000)
            if not cursor:
                break
            query = {**query, "cursor": cursor}
        return tuple(sorted(said, key=lambda one: one.at))

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A message. One with our marker that is there already is a conflict, which says that it arrived."""
        sender = account.options.get("from", "") or account.options.get("email", "")
        body: dict[str, object] = {
            "channel": _NOTE if letter.private else "email",
            "via": "api",
            "from_agent": True,
            "public": not letter.private,
            "body_text": letter.text,
            "body_html": to_html(letter.text),
            "external_id": letter.marker,
            "sender": {"email": account.options.get("email", "")},
        }
        if not letter.private:
            body["receiver"] = {"email": letter.to}
            body["source"] = {"type": "email", "from": {"address": sender}, "to": [{"address": letter.to}]}
        response = yield self.send(account, f"/api/tickets/{ticket.ref}/messages", body)
        if response.status_code == 409:
            return letter.marker
        return text(told(response).get("id"))


def _ticket(one: dict[str, Any], account: Account) -> Ticket | None:
    ref, created, updated = text(one.get("id")), when(one.get("created_datetime")), when(one.get("updated_datetime"))
    if not ref or updated is None or one.get("spam") is True or one.get("trashed_datetime"):
        return None
    return Ticket(
        ref=ref,
        number=ref,
        created_at=created or updated,
        updated_at=updated,
        subject=text(one.get("subject")),
        closed=text(one.get("status")) == "closed",
        outbound=one.get("from_agent") is True,
        channel=text(one.get("channel")),
        mail=text(dig(one, "customer", "email")),
        customer=text(dig(one, "customer", "id")),
        tags=texts(one.get("tags")),
        url=f"{account.base_url}/app/ticket/{ref}",
    )


def _message(one: dict[str, Any]) -> Message | None:
    at = when(one.get("created_datetime"))
    if at is None:
        return None
    author = Author.AGENT if one.get("from_agent") is True else Author.CUSTOMER
    said = lines(one.get("body_text")) or from_html(one.get("body_html")) or lines(one.get("stripped_text"))
    note = one.get("public") is False or text(one.get("channel")) == _NOTE
    return Message(text(one.get("id")), at, author, said, private=note, marker=text(one.get("external_id")))
