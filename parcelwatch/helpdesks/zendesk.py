"""Zendesk Support: tickets by the incremental export, comments by ticket, `safe_update` against races."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from parcelwatch.errors import CourierRefused
from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, basic, missing, told
from parcelwatch.helpdesks.fields import dig, each, floored, from_html, lines, part, text, texts, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark, Wait

# Ten calls of the export a minute.
_BETWEEN_PAGES: Final = timedelta(seconds=6)


class Zendesk(Desk):
    """Zendesk Support."""

    api: ClassVar[str] = "zendesk"
    options: ClassVar[Mapping[str, str]] = {"email": "whose API token the key is; left out where the key is OAuth's"}
    rate: ClassVar[str] = "3/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=2)

    def proof(self, account: Account) -> Mapping[str, str]:
        """An API token with its owner, or OAuth's."""
        if mail := account.options.get("email"):
            return basic(f"{mail}/token", account.key)
        return {"Authorization": f"Bearer {account.key}"}

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """By the export's own cursor; it leaves out what changed within the last minute."""
        cursor = mark.cursor
        for _ in range(MOST_PAGES):
            query = {"cursor": cursor} if cursor else {"start_time": str(int(floored(mark.at).timestamp()))}
            query |= {"include": "users", "per_page": "100"}
            response = yield self.get(account, "/api/v2/incremental/tickets/cursor.json", query)
            assert response is not None
            found = told(response)
            mails = _mails(found)
            tickets = tuple(
                ticket for one in each(found, "tickets") if (ticket := _ticket(one, mails, account)) is not None
            )
            cursor = text(found.get("after_cursor")) or cursor
            latest = max((one.updated_at for one in tickets), default=mark.at)
            mark = Mark(max(mark.at, latest), cursor)
            yield Page(tickets, mark)
            if found.get("end_of_stream") is not False or not cursor:
                return
            yield Wait(_BETWEEN_PAGES)

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, and its comments."""
        response = yield self.get(account, f"/api/v2/tickets/{ref}.json", {"include": "users"})
        if missing(response):
            return None
        found = told(response)
        ticket = _ticket(part(found, "ticket"), _mails(found), account)
        if ticket is None:
            return None
        return replace(ticket, messages=(yield from self.messages(account, ticket, now)))

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """Its comments, page after page."""
        said: list[Message] = []
        query = {"page[size]": "100", "sort": "created_at"}
        for _ in range(MOST_PAGES):
            response = yield self.get(account, f"/api/v2/tickets/{ticket.ref}/comments.json", query)
            found = told(response)
            said += [one for comment in each(found, "comments") if (one := _message(comment, ticket)) is not None]
            after = text(dig(found, "meta", "after_cursor"))
            if not dig(found, "meta", "has_more") or not after:
                break
            query = {**query, "page[after]": after}
        return tuple(sorted(said, key=lambda one: one.at))

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A comment, refused by Zendesk itself where the ticket changed since it was read."""
        comment = {"body": letter.text, "public": not letter.private}
        body = {"comment": comment, "safe_update": True, "updated_stamp": ticket.stamp}
        response = yield self.send(account, f"/api/v2/tickets/{ticket.ref}.json", {"ticket": body}, "PUT")
        if response.status_code in (409, 422):
            raise CourierRefused(f"ticket {ticket.number} was changed or closed meanwhile ({response.status_code})")
        return text(dig(told(response), "audit", "id"))

    def create(self, account: Account, letter: Missive, now: datetime) -> Looking[str]:
        """A ticket of the customer's, which begins with a note, or with a mail to them."""
        requester = {"email": letter.to, "name": letter.name or letter.to}
        comment = {"body": letter.text, "public": not letter.private}
        ticket = {"subject": letter.subject, "comment": comment, "requester": requester, "external_id": letter.marker}
        response = yield self.send(account, "/api/v2/tickets.json", {"ticket": ticket})
        return text(dig(told(response), "ticket", "id"))


def _mails(found: object) -> dict[str, str]:
    return {text(one.get("id")): text(one.get("email")) for one in each(found, "users")}


def _ticket(one: dict[str, Any], mails: Mapping[str, str], account: Account) -> Ticket | None:
    ref, created, updated = text(one.get("id")), when(one.get("created_at")), when(one.get("updated_at"))
    status = text(one.get("status"))
    if not ref or created is None or updated is None or status == "deleted":
        return None
    tags = texts(one.get("tags"))
    fields = tuple((text(field.get("id")), text(field.get("value"))) for field in each(one, "custom_fields"))
    requester = text(one.get("requester_id"))
    return Ticket(
        ref=ref,
        number=ref,
        created_at=created,
        updated_at=updated,
        subject=text(one.get("subject")),
        closed=status in ("solved", "closed"),
        merged="closed_by_merge" in tags,
        channel=text(dig(one, "via", "channel")),
        mail=mails.get(requester, ""),
        customer=requester,
        tags=tags,
        fields=fields,
        stamp=text(one.get("updated_at")),
        url=f"{account.base_url}/agent/tickets/{ref}",
    )


def _message(one: dict[str, Any], ticket: Ticket) -> Message | None:
    at = when(one.get("created_at"))
    if at is None:
        return None
    theirs = text(one.get("author_id")) == ticket.customer
    said = lines(one.get("plain_body")) or lines(one.get("body")) or from_html(one.get("html_body"))
    author = Author.CUSTOMER if theirs else Author.AGENT
    return Message(text(one.get("id")), at, author, said, private=one.get("public") is False)
