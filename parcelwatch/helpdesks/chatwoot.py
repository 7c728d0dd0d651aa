"""Chatwoot: conversations by their last activity, messages twenty at a time, a marker on what we write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final

from parcelwatch.errors import CourierRefused
from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, missing, told
from parcelwatch.helpdesks.fields import dig, each, lines, pairs, text, texts, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark

_AUTHORS: Final = {"0": Author.CUSTOMER, "incoming": Author.CUSTOMER, "1": Author.AGENT, "outgoing": Author.AGENT}
_MARKDOWN: Final = re.compile(r"([\\`*_~\[\]<>#])")


class Chatwoot(Desk):
    """Chatwoot."""

    api: ClassVar[str] = "chatwoot"
    options: ClassVar[Mapping[str, str]] = {"account": "the number of the account, as its pages' addresses have it"}
    required: ClassVar[tuple[str, ...]] = ("account",)
    rate: ClassVar[str] = "5/s"

    def proof(self, account: Account) -> Mapping[str, str]:
        """A user's token."""
        return {"api_access_token": account.key}

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """The newest first, until those that are older; so the mark moves once all of them are kept."""
        latest, seen = mark.at, set[str]()
        for page in range(1, MOST_PAGES):
            query = {"status": "all", "assignee_type": "all", "page": str(page)}
            response = yield self.get(account, f"{_root(account)}/conversations", query)
            assert response is not None
            tickets = [one for item in each(_payload(told(response))) if (one := _ticket(item, account)) is not None]
            fresh = tuple(one for one in tickets if one.updated_at >= mark.at)
            latest = max([latest, *(one.updated_at for one in fresh)])
            new = tuple(one for one in fresh if one.ref not in seen)
            over = len(fresh) < len(tickets) or not new
            seen |= {one.ref for one in new}
            yield Page(new, Mark(latest) if over else None)
            if over:
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The conversation, and its messages."""
        response = yield self.get(account, f"{_root(account)}/conversations/{ref}")
        if missing(response):
            return None
        ticket = _ticket(told(response), account)
        if ticket is None:
            return None
        return replace(ticket, messages=(yield from self.messages(account, ticket, now)))

    def messages(self, account: Account, ticket: Ticket, now: datetime) -> Looking[tuple[Message, ...]]:
        """The newest page first, until there is no older one."""
        said: dict[str, Message] = {}
        query: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            response = yield self.get(account, f"{_root(account)}/conversations/{ticket.ref}/messages", query)
            found = [one for item in each(_payload(told(response))) if (one := _message(item)) is not None]
            fresh = {one.ref: one for one in found if one.ref not in said}
            if not fresh:
                break
            said |= fresh
            query = {"before": min(fresh, key=lambda ref: (len(ref), ref))}
        return tuple(sorted(said.values(), key=lambda one: one.at))

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A message with our marker in `content_attributes`."""
        body = {
            "content": _MARKDOWN.sub(r"\\\1", letter.text),
            "message_type": "outgoing",
            "private": letter.private,
            "content_type": "text",
            "content_attributes": {"parcelwatch": letter.marker},
        }
        response = yield self.send(account, f"{_root(account)}/conversations/{ticket.ref}/messages", body)
        if missing(response):
            raise CourierRefused(f"there is no conversation {ticket.number} any more")
        return text(told(response).get("id"))


def _root(account: Account) -> str:
    return f"/api/v1/accounts/{account.options.get('account', '')}"


def _payload(found: dict[str, Any]) -> Any:
    inner = dig(found, "data", "payload")
    return found.get("payload") if inner is None else inner


def _ticket(one: dict[str, Any], account: Account) -> Ticket | None:
    ref, created, active = text(one.get("id")), when(one.get("created_at")), when(one.get("last_activity_at"))
    if not ref or active is None:
        return None
    return Ticket(
        ref=ref,
        number=ref,
        created_at=created or active,
        updated_at=active,
        subject=text(dig(one, "additional_attributes", "mail_subject")),
        closed=text(one.get("status")) == "resolved",
        channel=text(dig(one, "meta", "channel")).rpartition("::")[2],
        mail=text(dig(one, "meta", "sender", "email")),
        customer=text(dig(one, "meta", "sender", "id")),
        tags=texts(one.get("labels")),
        fields=pairs(one.get("custom_attributes")),
        url=f"{account.base_url}/app/accounts/{account.options.get('account', '')}/conversations/{ref}",
    )


def _message(one: dict[str, Any]) -> Message | None:
    ref, at = text(one.get("id")), when(one.get("created_at"))
    if not ref or at is None:
        return None
    return Message(
        ref,
        at,
        _AUTHORS.get(text(one.get("message_type")), Author.SYSTEM),
        re.sub(r"\\([\\`*_~\[\]<>#])", r"\1", lines(one.get("content"))),
        private=one.get("private") is True,
        marker=text(dig(one, "content_attributes", "parcelwatch")),
    )
