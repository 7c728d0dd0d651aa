"""A mailbox over IMAP: every mail of a customer's is a ticket of its own, or a message in the one it answers.

What belongs here: what to fetch, as a request whose scheme is imaps, and reading mails. Who speaks IMAP is
ticketing/mailbox.py's. Nothing is written and no mail is marked as seen.
"""

from __future__ import annotations

import email.policy
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from typing import Any, ClassVar, Final
from urllib.parse import quote

import httpx

from parcelwatch.core.timekeeping.mailed import mailed
from parcelwatch.errors import CourierRefused
from parcelwatch.helpdesks.base import MOST_PAGES, Desk, Looking, Page, Reading, told
from parcelwatch.helpdesks.fields import each, from_html, lines, text
from parcelwatch.model import Author, Message, Missive, Ticket
from parcelwatch.shops.base import Account, Mark

_SIZE: Final = 50
_IDS: Final = re.compile(r"<[^<>\s]+>")
_PRECEDENCES: Final = frozenset({"bulk", "junk", "list", "auto_reply"})


class Imap(Desk):
    """A mailbox, over IMAP. It is only read: letters go out by [drafts.send]."""

    api: ClassVar[str] = "imap"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {
        "host": "the mail server, with its port where that is not 993",
        "folder": "the folder, INBOX where it is left out",
        "own": "the shop's own addresses or domains, with commas: what they write is no customer's",
        "plain": "yes: without TLS, for a server on this machine",
    }
    required: ClassVar[tuple[str, ...]] = ("host",)
    rate: ClassVar[str] = "10/s"
    overlap: ClassVar[timedelta] = timedelta(0)
    writes: ClassVar[bool] = False

    def proof(self, account: Account) -> Mapping[str, str]:
        """The user's name (key) and password (secret), which go to the mailbox's own reader."""
        return {}

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """By UID, within the folder's UIDVALIDITY; where that is another one, by the day of the mark again."""
        validity, _, uid = mark.cursor.partition(":")
        for _ in range(MOST_PAGES):
            query = {"after": uid, "validity": validity, "since": mark.at.strftime("%d-%b-%Y"), "most": str(_SIZE)}
            response = yield _request(account, query)
            assert response is not None
            found = told(response)
            validity, uid = text(found.get("validity")), text(found.get("last"))
            mails = list(each(found, "mails"))
            tickets = tuple(ticket for one in mails if (ticket := _ticket(one, account)) is not None)
            latest = max([mark.at, *(one.updated_at for one in tickets)])
            mark = Mark(min(latest, now), f"{validity}:{uid}")
            yield Page(tickets, mark)
            if len(mails) < _SIZE:
                return

    def ticket(self, account: Account, ref: str, now: datetime) -> Looking[Ticket | None]:
        """A mail, by its Message-ID."""
        found = told((yield _request(account, {"id": ref})))
        one = next(each(found, "mails"), None)
        return _ticket(one, account) if one is not None else None

    def write(self, account: Account, ticket: Ticket, letter: Missive, now: datetime) -> Looking[str]:
        """Nothing is ever written."""
        yield from ()
        raise CourierRefused("a mailbox is only read: letters go out by [drafts.send]")


def _request(account: Account, query: Mapping[str, str]) -> httpx.Request:
    scheme = "imap" if account.options.get("plain", "") == "yes" else "imaps"
    folder = quote(account.options.get("folder", "") or "INBOX", safe="")
    url = httpx.URL(f"{scheme}://{account.options.get('host', '')}/{folder}", params=query)
    return httpx.Request("GET", url, extensions={"login": (account.key, account.secret)})


def _ticket(one: dict[str, Any], account: Account) -> Ticket | None:
    """A mail as a ticket: of its thread where it answers another, else of its own."""
    try:
        mail = BytesParser(policy=email.policy.default).parsebytes(b64decode(text(one.get("raw"), 3_000_000)))
        return _read(mail, account)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return None  # what a machine or a miscreant wrote; there is nothing to be heard in it


def _read(mail: Any, account: Account) -> Ticket | None:
    at, (_, sender) = mailed(str(mail.get("date", ""))), parseaddr(str(mail.get("from", "")))
    own_id = next(iter(_IDS.findall(str(mail.get("message-id", "")))), "")
    if at is None or not sender or not own_id:
        return None
    thread = [*_IDS.findall(str(mail.get("references", ""))), *_IDS.findall(str(mail.get("in-reply-to", "")))]
    author = Author.AGENT if _ours(sender, account) else Author.CUSTOMER
    if _by_machine(mail):
        author = Author.SYSTEM
    message = Message(own_id, at, author, _body(mail))
    ticket = Ticket(ref=own_id, number=_short(own_id), created_at=at, updated_at=at, mail=sender, channel="email")
    ticket = replace(ticket, subject=text(str(mail.get("subject", ""))), messages=(message,))
    return replace(ticket, ref=thread[0], number=_short(thread[0])) if thread else ticket


def _short(own_id: str) -> str:
    return own_id.strip("<>").partition("@")[0][:40]


def _ours(sender: str, account: Account) -> bool:
    """Whether an address is the shop's own."""
    written = sender.casefold()
    own = [each_.strip().casefold() for each_ in (*account.options.get("own", "").split(","), account.key)]
    return any(written == one or written.endswith("@" + one.lstrip("@")) for one in own if one)


def _by_machine(mail: Any) -> bool:
    submitted = str(mail.get("auto-submitted", "no")).partition(";")[0].strip().casefold()
    precedence = str(mail.get("precedence", "")).strip().casefold()
    return submitted != "no" or precedence in _PRECEDENCES or "x-autoreply" in mail or "list-unsubscribe" in mail


def _body(mail: Any) -> str:
    part = mail.get_body(("plain", "html")) if isinstance(mail, EmailMessage) else None
    if part is None:
        return ""
    said = part.get_content()
    return from_html(said) if part.get_content_type() == "text/html" else lines(said)
