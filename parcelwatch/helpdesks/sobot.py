"""智齿 (Sobot): tickets by the time of their update; every grant of a token ends the one before it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar, Final

import httpx

from parcelwatch.errors import CourierRefused
from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, missing, told
from parcelwatch.helpdesks.fields import dig, each, from_html, part, text, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Granted, Mark

_OK: Final = "000000"
_SIZE: Final = 50
_CHINA: Final = timezone(timedelta(hours=8))
_CLOSED: Final = frozenset({"3", "99"})
_DELETED: Final = "98"
_AUTHORS: Final = {"1": Author.CUSTOMER, "user": Author.CUSTOMER, "2": Author.AGENT, "agent": Author.AGENT}


class Sobot(Desk):
    """智齿 (Sobot)."""

    api: ClassVar[str] = "sobot"
    base_url: ClassVar[str] = "https://www.sobot.com"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {"agent": "the mail address of the agent in whose name is written"}
    required: ClassVar[tuple[str, ...]] = ("agent",)
    rate: ClassVar[str] = "1/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=5)
    doubt: ClassVar[str] = "its token is known from its documents, its tickets' paths and fields from memory"

    def proof(self, account: Account) -> Mapping[str, str]:
        """A granted token."""
        return {"token": account.token}

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the app's id (key), signed with its key (secret)."""
        seconds = str(int(now.timestamp()))
        sign = hashlib.md5(f"{account.key}{seconds}{account.secret}".encode(), usedforsecurity=False).hexdigest()
        query = {"appid": account.key, "create_time": seconds, "sign": sign}
        return httpx.Request("GET", f"{account.base_url}/api/get_token", params=query)

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, and for how long."""
        item = part(_fine(response), "item")
        seconds = text(item.get("expires_in"))
        return Granted(text(item.get("token"), 4000), timedelta(seconds=int(seconds) if seconds.isdecimal() else 7200))

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """What changed since the mark, in any order; the mark moves once all of it is kept."""
        latest = mark.at
        for page in range(1, MOST_PAGES):
            body = {
                "create_start_datetime": _written(mark.at - timedelta(days=30)),
                "update_start_datetime": _written(mark.at),
                "update_end_datetime": _written(now),
                "page_no": page,
                "page_size": _SIZE,
            }
            response = yield self.send(account, "/api/ws/5/ticket/query_tickets", body)
            assert response is not None
            found = list(_items(_fine(response)))
            tickets = [ticket for one in found if (ticket := _ticket(one)) is not None]
            fresh = tuple(one for one in tickets if one.updated_at >= mark.at)
            latest = max([latest, *(one.updated_at for one in fresh)])
            over = len(found) < _SIZE
            yield Page(fresh, Mark(latest) if over else None)
            if over:
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, with its replies."""
        response = yield self.get(account, "/api/ws/5/ticket/get_ticket_by_id", {"ticketid": ref})
        if missing(response):
            return None
        item = dig(_fine(response), "item")
        return _ticket(item, whole=True) if isinstance(item, dict) else None

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """An agent's reply: for agents alone, or for the customer."""
        body = {
            "ticketid": ticket.ref,
            "reply_content": letter.text,
            "reply_type": 1 if letter.private else 0,
            "reply_agent_email": account.options.get("agent", ""),
        }
        response = yield self.send(account, "/api/ws/5/ticket/save_agent_reply", body)
        return text(dig(_fine(response), "item", "replyid"))


def _fine(response: httpx.Response) -> dict[str, Any]:
    """The answer, where it says that all is well."""
    found = told(response)
    if text(found.get("ret_code")) != _OK:
        raise CourierRefused(
            f"the helpdesk refuses: {text(found.get('ret_code'))} {text(found.get('ret_msg'))}".strip()
        )
    return found


def _items(found: dict[str, Any]) -> Any:
    return each(found, "items") if isinstance(found.get("items"), list) else each(found, "item", "items")


def _written(at: datetime) -> str:
    return at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _time(value: object) -> datetime | None:
    """A count, or a clock of China's."""
    said = text(value)
    at = when(value)
    if at is None or said.isdecimal() or "+" in said or said.endswith("Z"):
        return at
    return at.replace(tzinfo=_CHINA).astimezone(UTC)


def _ticket(one: dict[str, Any], *, whole: bool = False) -> Ticket | None:
    ref, status = text(one.get("ticketid")), text(one.get("ticket_status"))
    created = _time(one.get("create_time") or one.get("create_datetime"))
    updated = _time(one.get("update_time") or one.get("update_datetime")) or created
    if not ref or updated is None or status == _DELETED:
        return None
    said = [message for item in each(one, "reply_list") if (message := _message(item)) is not None]
    opening = Message(f"{ref}.content", created or updated, Author.CUSTOMER, from_html(one.get("ticket_content")))
    fields = each(one, "extend_fields_list")
    return Ticket(
        ref=ref,
        number=text(one.get("ticketCode")) or text(one.get("ticket_code")) or ref,
        created_at=created or updated,
        updated_at=updated,
        subject=text(one.get("ticket_title")),
        closed=status in _CLOSED,
        channel=text(one.get("ticket_from")),
        mail=text(one.get("user_emails")) or text(one.get("user_email")),
        customer=text(one.get("userid")),
        fields=tuple((text(each_.get("field_name")), text(each_.get("field_value"))) for each_ in fields),
        messages=tuple(sorted((opening, *said), key=lambda message: message.at)) if whole else None,
    )


def _message(one: dict[str, Any]) -> Message | None:
    at = _time(one.get("reply_time") or one.get("reply_datetime"))
    if at is None:
        return None
    author = _AUTHORS.get(text(one.get("start_type") or one.get("reply_user_type")).casefold(), Author.AGENT)
    private = text(one.get("reply_type")) == "1"
    return Message(text(one.get("replyid")), at, author, from_html(one.get("reply_content")), private=private)
