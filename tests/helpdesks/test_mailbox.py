"""A mailbox read over IMAP: what is new since the last time, nothing marked as seen, and by whom a mail was written."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from parcelwatch.core.tickets import Unheard, first_words
from parcelwatch.errors import CourierRefused, CourierUnavailable
from parcelwatch.helpdesks.base import Page
from parcelwatch.helpdesks.imap import Imap
from parcelwatch.model import Author, Ticket
from parcelwatch.shops.base import Account, Mark
from parcelwatch.ticketing import mailbox
from tests.servers import Loopback

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
PASSWORD = "mail-password-1"


class Post(Loopback):
    """An IMAP server that knows no more than it must. `mails`: by UID; `said`: every command."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: dict[int, bytes] = {}
        self.said: list[str] = []
        self.validity = 5

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, _, command = line.partition(" ")
            self.said.append(command)
            writer.write(self._answer(tag, command))
            await writer.drain()

    def _answer(self, tag: str, command: str) -> bytes:
        verb = command.upper()
        if verb.startswith("CAPABILITY"):
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
        if verb.startswith("LOGIN"):
            return f"{tag} {'OK done' if PASSWORD in command else 'NO wrong password'}\r\n".encode()
        if verb.startswith("EXAMINE"):
            return f"* 9 EXISTS\r\n* OK [UIDVALIDITY {self.validity}] valid\r\n{tag} OK [READ-ONLY]\r\n".encode()
        if verb.startswith("UID SEARCH UID"):
            found = re.search(r"(\d+):", command)
            first = int(found[1]) if found else 0
            uids = [uid for uid in self.mails if uid >= first] or [max(self.mails)]
            return f"* SEARCH {' '.join(map(str, uids))}\r\n{tag} OK done\r\n".encode()
        if verb.startswith("UID SEARCH"):
            return f"* SEARCH {' '.join(map(str, self.mails))}\r\n{tag} OK done\r\n".encode()
        if verb.startswith("UID FETCH"):
            uid = int(command.split()[2])
            raw = self.mails[uid]
            head = f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}\r\n".encode()
            return head + raw + f")\r\n{tag} OK done\r\n".encode()
        return f"* BYE bye\r\n{tag} OK done\r\n".encode()


def mail(own: str, sender: str = "Jana <jana@example.com>", said: str = "Where is it?", *heads: str) -> bytes:
    lines = [f"From: {sender}", "Subject: Where?", "Date: Fri, 27 Nov 2026 10:12:00 +0100", f"Message-ID: <{own}>"]
    return "\r\n".join([*lines, *heads, "", said, ""]).encode()


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as server:
        yield server


def account(post: Post, password: str = PASSWORD) -> Account:
    options = {"host": f"127.0.0.1:{post.port}", "plain": "yes", "own": "shop.example"}
    return Account("mail", "imap", "", key="me@shop.example", secret=password, options=options)


def read(post: Post, mark: Mark, password: str = PASSWORD) -> tuple[list[Ticket], Mark]:
    steps: Any = Imap().since(account(post, password), mark, NOW)
    tickets: list[Ticket] = []
    answer = None
    try:
        while True:
            step = steps.send(answer)
            answer = None
            if isinstance(step, httpx.Request):
                answer = asyncio.run(mailbox.fetch(step, "mail"))
            elif isinstance(step, Page):
                tickets += step.tickets
                mark = step.mark or mark
    except StopIteration:
        return tickets, mark


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 2026 00:00:00 +99999999999999999999", "Fri, 31 Dec 9999 23:59:59 -0900", "x", "0" * 5000]
)
def test_a_mail_whose_date_no_machine_can_hold_keeps_no_other_from_being_read(post: Post, date: str) -> None:
    spoiled = mail("b@example.com").replace(b"Fri, 27 Nov 2026 10:12:00 +0100", date.encode())
    post.mails = {1: mail("a@example.com"), 2: spoiled, 3: mail("c@example.com")}
    heard, _ = read(post, Mark(NOW - timedelta(days=1)))
    assert [one.ref for one in heard] == ["<a@example.com>", "<c@example.com>"]


def test_what_is_new_is_read_once_and_left_unseen(post: Post) -> None:
    post.mails = {1: mail("a@example.com"), 2: mail("b@example.com")}
    first, mark = read(post, Mark(NOW - timedelta(days=1)))
    assert [one.ref for one in first] == ["<a@example.com>", "<b@example.com>"]
    again, same = read(post, mark)
    assert (again, same) == ([], mark)
    post.mails[3] = mail("c@example.com")
    then, _ = read(post, mark)
    assert [one.ref for one in then] == ["<c@example.com>"]
    assert not [said for said in post.said if "SELECT" in said.upper() or "STORE" in said.upper()]
    assert all("PEEK" in said for said in post.said if "FETCH" in said)


def test_a_folder_made_anew_is_read_anew(post: Post) -> None:
    post.mails = {8: mail("a@example.com")}
    _, mark = read(post, Mark(NOW - timedelta(days=1)))
    post.mails, post.validity = {1: mail("b@example.com")}, 6
    then, _ = read(post, mark)
    assert [one.ref for one in then] == ["<b@example.com>"]


@pytest.mark.parametrize(
    ("raw", "author"),
    [
        (mail("a@example.com"), Author.CUSTOMER),
        (mail("a@example.com", "Lin <lin@shop.example>"), Author.AGENT),
        (mail("a@example.com", "j@example.com", "away", "Auto-Submitted: auto-replied"), Author.SYSTEM),
        (mail("a@example.com", "j@example.com", "news", "Precedence: bulk"), Author.SYSTEM),
    ],
)
def test_who_wrote_a_mail(post: Post, raw: bytes, author: Author) -> None:
    post.mails = {1: raw}
    (ticket,), _ = read(post, Mark(NOW - timedelta(days=1)))
    assert [one.author for one in ticket.messages or ()] == [author]
    assert (first_words(ticket) is Unheard.SILENT) is (author is not Author.CUSTOMER)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"From: x\r\n\r\n", b"Content-Type: text/plain; charset=none\r\n"])
def test_what_is_no_mail_is_passed_over(post: Post, raw: bytes) -> None:
    post.mails = {1: raw, 2: mail("b@example.com")}
    found, _ = read(post, Mark(NOW - timedelta(days=1)))
    assert [one.ref for one in found] == ["<b@example.com>"]


def test_an_answer_belongs_to_the_mail_it_answers(post: Post) -> None:
    post.mails = {1: mail("b@example.com", "j@example.com", "And?", "References: <a@shop.example> <x@example.com>")}
    (ticket,), _ = read(post, Mark(NOW - timedelta(days=1)))
    assert ticket.ref == "<a@shop.example>"


def test_a_wrong_password_is_refused_without_showing_it(post: Post) -> None:
    with pytest.raises(CourierRefused) as refused:
        read(post, Mark(NOW), "wrong-password-2")
    assert "wrong-password-2" not in str(refused.value)


def test_plain_imap_is_only_spoken_to_this_machine() -> None:
    with pytest.raises(CourierRefused, match="only TLS"):
        asyncio.run(mailbox.fetch(httpx.Request("GET", "imap://mail.example.com/INBOX"), "mail"))


def test_a_server_that_is_not_there_is_an_outage(post: Post) -> None:
    gone = Post()
    with gone:
        pass
    with pytest.raises(CourierUnavailable, match="cannot be read"):
        read(gone, Mark(NOW))
