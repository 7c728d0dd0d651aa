"""Help Scout: conversations with their threads, by the time of their change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

import httpx

from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, missing, told
from parcelwatch.helpdesks.fields import dig, each, floored, from_html, part, stamp, text, texts, to_html, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Granted, Mark, check

_AUTHORS: Final = {"customer": Author.CUSTOMER, "message": Author.AGENT, "reply": Author.AGENT, "note": Author.AGENT}
_AUTHORS_BY_HAND: Final = {"chat": Author.CUSTOMER, "phone": Author.SYSTEM}
_UPDATED: Final = ("userUpdatedAt", "updatedAt", "createdAt")
_CLOSED: Final = frozenset({"closed", "spam"})


class HelpScout(Desk):
    """Help Scout."""

    api: ClassVar[str] = "helpscout"
    base_url: ClassVar[str] = "https://api.helpscout.net"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {"draft": "yes: replies are drafts, which an agent sends there"}
    rate: ClassVar[str] = "3/s"
    doubt: ClassVar[str] = "its paths are known from its own client, its limits and some fields from memory"

    def proof(self, account: Account) -> Mapping[str, str]:
        """A granted token."""
        return {"Authorization": f"Bearer {account.token}"}

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the app's id (key) and secret."""
        form = {"grant_type": "client_credentials", "client_id": account.key, "client_secret": account.secret}
        content = urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return httpx.Request("POST", f"{account.base_url}/v2/oauth2/token", content=content, headers=headers)

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, and for how long."""
        found = told(response)
        return Granted(
            text(found.get("access_token"), 4000), timedelta(seconds=_count(found.get("expires_in")) or 3600)
        )

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """What changed since the mark, the oldest first, with its threads."""
        latest = mark.at
        for page in range(1, MOST_PAGES):
            query = {"status": "all", "modifiedSince": stamp(floored(mark.at)), "sortField": "modifiedAt"}
            query |= {"sortOrder": "asc", "embed": "threads", "page": str(page)}
            response = yield self.get(account, "/v2/conversations", query)
            assert response is not None
            found = told(response)
            tickets = tuple(
                ticket
                for one in each(found, "_embedded", "conversations")
                if (ticket := self._ticket(one, account)) is not None
            )
            latest = max([latest, *(one.updated_at for one in tickets)])
            yield Page(tickets, Mark(latest))
            if page >= (_count(dig(found, "page", "totalPages")) or 0):
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The conversation, with its threads."""
        response = yield self.get(account, f"/v2/conversations/{ref}", {"embed": "threads"})
        return None if missing(response) else self._ticket(told(response), account)

    def _ticket(self, one: dict[str, Any], account: Account) -> Ticket | None:
        ref, created = text(one.get("id")), when(one.get("createdAt"))
        updated = next((at for name in _UPDATED if (at := when(one.get(name)))), None)
        if not ref or updated is None:
            return None
        customer = part(one, "primaryCustomer") or part(one, "customer")
        said = [message for item in each(one, "_embedded", "threads") if (message := _message(item)) is not None]
        latest = max([updated, *(message.at for message in said)])
        outbound = text(dig(one, "source", "via")) == "user" or text(dig(one, "createdBy", "type")) == "user"
        fields = tuple((text(each_.get("name")), text(each_.get("value"))) for each_ in each(one, "customFields"))
        return Ticket(
            ref=ref,
            number=text(one.get("number")) or ref,
            created_at=created or updated,
            updated_at=latest,
            subject=text(one.get("subject")),
            closed=text(one.get("status")) in _CLOSED,
            outbound=outbound,
            channel=text(one.get("type")) or text(dig(one, "source", "type")),
            mail=text(dig(customer, "email")),
            customer=text(dig(customer, "id")),
            tags=texts(one.get("tags"), "tag") or texts(one.get("tags")),
            fields=fields,
            messages=tuple(sorted(said, key=lambda message: message.at)),
        )

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A note, or a reply; as a draft where the account wants that."""
        path = f"/v2/conversations/{ticket.ref}/{'notes' if letter.private else 'reply'}"
        body: dict[str, object] = {"text": to_html(letter.text)}
        if not letter.private:
            body["customer"] = {"id": _count(ticket.customer)} if ticket.customer.isdecimal() else {"email": letter.to}
            body["draft"] = account.options.get("draft", "") == "yes"
        response = yield self.send(account, path, body)
        check(response, "the helpdesk")
        return text(response.headers.get("resource-id"))


def _count(value: object) -> int | None:
    said = text(value)
    return int(said) if said.isdecimal() else None


def _message(one: dict[str, Any]) -> Message | None:
    at, kind = when(one.get("createdAt")), text(one.get("type"))
    if at is None or text(one.get("state")) == "draft":
        return None
    author = _AUTHORS.get(kind) or _AUTHORS_BY_HAND.get(kind, Author.SYSTEM)
    return Message(text(one.get("id")), at, author, from_html(one.get("body") or one.get("text")), kind == "note")
