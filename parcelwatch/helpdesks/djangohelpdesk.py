"""django-helpdesk: tickets with their follow-ups, page after page; a ticket's time is that of its last follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, basic, missing, told
from parcelwatch.helpdesks.fields import each, lines, pairs, text, when
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark

_OPENED: Final = "opened"
_CLOSED: Final = frozenset({"3", "4", "5"})  # resolved, closed, a duplicate
_OWN: Final = frozenset({"title", "description", "resolution", "submitter_email", "secret_key"})


class DjangoHelpdesk(Desk):
    """django-helpdesk."""

    api: ClassVar[str] = "djangohelpdesk"
    needs: ClassVar[tuple[str, ...]] = ("base_url", "key", "secret")
    options: ClassVar[Mapping[str, str]] = {
        "user": "the number of the user in whose name is written, 1 where it is left out",
        "queue": "the number of the queue in which tickets are created, 1 where it is left out",
    }
    rate: ClassVar[str] = "10/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=2)

    def proof(self, account: Account) -> Mapping[str, str]:
        """A user's name (key) and password (secret)."""
        return basic(account.key, account.secret)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """All of them, as it knows no order and no time of change; those that did not change are left out.

        Its numbers grow, so the newest page is not the last asked: the mark moves once all are kept.
        """
        latest = mark.at
        for page in range(1, MOST_PAGES):
            response = yield self.get(account, "/api/tickets/", {"page": str(page), "page_size": "100"})
            assert response is not None
            found = told(response)
            tickets = [one for item in each(found, "results") if (one := _ticket(item, account)) is not None]
            fresh = tuple(one for one in tickets if one.updated_at >= mark.at)
            latest = max([latest, *(one.updated_at for one in fresh)])
            yield Page(fresh, None if found.get("next") else Mark(latest))
            if not found.get("next"):
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """The ticket, with its follow-ups."""
        response = yield self.get(account, f"/api/tickets/{ref}/")
        return None if missing(response) else _ticket(told(response), account)

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """A follow-up; a public one is mailed to who follows the ticket."""
        body = {
            "ticket": int(ticket.ref),
            "user": int(account.options.get("user", "1")),
            "title": _TITLE.format(letter.marker),
            "comment": letter.text,
            "public": not letter.private,
        }
        response = yield self.send(account, "/api/followups/", body)
        return text(told(response).get("id"))

    def create(self, account: Account, letter: Missive, now: datetime) -> Looking[str]:
        """A ticket of the customer's, whose description is the letter."""
        ticket = {
            "queue": int(account.options.get("queue", "1")),
            "title": letter.subject,
            "description": letter.text,
            "submitter_email": letter.to,
            "priority": 3,
        }
        response = yield self.send(account, "/api/tickets/", ticket)
        return text(told(response).get("id"))


_TITLE: Final = "parcelwatch {}"


def _ticket(one: dict[str, Any], account: Account) -> Ticket | None:
    said = sorted(
        (each_ for item in each(one, "followup_set") if (each_ := _message(item))), key=lambda each_: each_.at
    )
    ref = text(one.get("id"))
    if not ref or not said:
        return None
    first = said[0]
    opening = Message(f"{ref}.description", first.at, Author.CUSTOMER, lines(one.get("description")))
    return Ticket(
        ref=ref,
        number=ref,
        created_at=first.at,
        updated_at=said[-1].at,
        subject=text(one.get("title")),
        closed=text(one.get("status")) in _CLOSED,
        merged=one.get("merged_to") is not None,
        channel="email",
        mail=text(one.get("submitter_email")),
        customer=text(one.get("submitter_email")),
        fields=tuple((name.removeprefix("custom_"), value) for name, value in pairs(one) if name not in _OWN),
        messages=(opening, *said),
        url=f"{account.base_url}/tickets/{ref}/",
    )


def _message(one: dict[str, Any]) -> Message | None:
    """A follow-up. Who wrote it: a user of the desk; what the customer mails has none; the opening is said already."""
    at, title = when(one.get("date")), text(one.get("title"))
    if at is None:
        return None
    author = Author.CUSTOMER if one.get("user") is None else Author.AGENT
    if title.casefold().endswith(_OPENED):
        author = Author.SYSTEM
    return Message(
        ref=text(one.get("id")),
        at=at,
        author=author,
        text=lines(one.get("comment")),
        private=one.get("public") is False,
        marker=title.removeprefix(_TITLE.format("")) if title.startswith(_TITLE.format("")) else "",
    )
