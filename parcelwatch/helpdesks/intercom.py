"""Intercom: conversations by search, their parts with each; an admin writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, missing, told
from parcelwatch.helpdesks.fields import dig, each, floored, from_html, pairs, part, text, texts, to_html, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark

_VERSION: Final = "2.15"
_AUTHORS: Final = {"user": Author.CUSTOMER, "lead": Author.CUSTOMER, "contact": Author.CUSTOMER, "admin": Author.AGENT}
_SAID: Final = frozenset({"comment", "note", "open", "assignment", "close", "quick_reply", "conversation"})


class Intercom(Desk):
    """Intercom."""

    api: ClassVar[str] = "intercom"
    base_url: ClassVar[str] = "https://api.intercom.io"
    needs: ClassVar[tuple[str, ...]] = ("token",)
    options: ClassVar[Mapping[str, str]] = {"admin": "the number of the admin in whose name is written"}
    required: ClassVar[tuple[str, ...]] = ("admin",)
    rate: ClassVar[str] = "5/s"
    # Some of its times are searched by the day; what came before is left out here.
    overlap: ClassVar[timedelta] = timedelta(minutes=5)

    def proof(self, account: Account) -> Mapping[str, str]:
        """A token, and the version that is spoken."""
        return {"Authorization": f"Bearer {account.token}", "Intercom-Version": _VERSION}

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """What changed since the mark, the oldest first."""
        seconds, latest, after = int(floored(mark.at).timestamp()) - 1, mark.at, ""
        for _ in range(MOST_PAGES):
            body: dict[str, Any] = {
                "query": {
                    "operator": "AND",
                    "value": [{"field": "updated_at", "operator": ">", "value": seconds}],
                },
                "sort": {"field": "updated_at", "order": "ascending"},
                "pagination": {"per_page": 50, **({"starting_after": after} if after else {})},
            }
            response = yield self.send(account, "/conversations/search", body)
            assert response is not None
            found = told(response)
            tickets = [one for item in each(found, "conversations") if (one := _ticket(item)) is not None]
            fresh = tuple(one for one in tickets if one.updated_at >= floored(mark.at))
            latest = max([latest, *(one.updated_at for one in fresh)])
            yield Page(fresh, Mark(latest))
            after = text(dig(found, "pages", "next", "starting_after"), 2000)
            if not after:
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The conversation, with its parts."""
        response = yield self.get(account, f"/conversations/{ref}")
        return None if missing(response) else _ticket(told(response), whole=True)

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A note, or a comment, which is the customer's to read."""
        body = {
            "message_type": "note" if letter.private else "comment",
            "type": "admin",
            "admin_id": account.options.get("admin", ""),
            "body": to_html(letter.text),
        }
        response = yield self.send(account, f"/conversations/{ticket.ref}/reply", body)
        parts = list(each(told(response), "conversation_parts", "conversation_parts"))
        return text(parts[-1].get("id")) if parts else ""


def _ticket(one: dict[str, Any], *, whole: bool = False) -> Ticket | None:
    ref, created, updated = text(one.get("id")), when(one.get("created_at")), when(one.get("updated_at"))
    if not ref or updated is None:
        return None
    source = part(one, "source")
    author = _AUTHORS.get(text(dig(source, "author", "type")), Author.SYSTEM)
    outbound = author is Author.AGENT or text(source.get("delivered_as")) in ("admin_initiated", "campaigns_initiated")
    contact = next(each(one, "contacts", "contacts"), {})
    opening = Message(text(source.get("id")), created or updated, author, from_html(source.get("body")))
    parts = [said for item in each(one, "conversation_parts", "conversation_parts") if (said := _message(item))]
    mail = text(dig(source, "author", "email")) if author is Author.CUSTOMER else ""
    return Ticket(
        ref=ref,
        number=ref,
        created_at=created or updated,
        updated_at=updated,
        subject=from_html(source.get("subject")) or text(one.get("title")),
        closed=text(one.get("state")) == "closed" or one.get("open") is False,
        outbound=outbound,
        channel=text(source.get("type")),
        mail=mail,
        customer=text(contact.get("id")),
        tags=texts(dig(one, "tags", "tags")),
        fields=pairs(one.get("custom_attributes")),
        messages=tuple(sorted((opening, *parts), key=lambda said: said.at)) if whole else None,
    )


def _message(one: dict[str, Any]) -> Message | None:
    at, kind = when(one.get("created_at")), text(one.get("part_type"))
    if at is None or kind not in _SAID or not one.get("body"):
        return None
    author = _AUTHORS.get(text(dig(one, "author", "type")), Author.SYSTEM)
    return Message(text(one.get("id")), at, author, from_html(one.get("body")), private=kind == "note")
