"""Mail through a real SMTP server, read back as a person sees it, and what becomes of it when the server says no."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from parcelwatch.channels import Channel
from parcelwatch.errors import ChannelRefused, DeliveryFailed, DeliveryRefused
from parcelwatch.model import Severity
from tests.mailbox import AGENT, LEAD, Post
from tests.servers import Loopback


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as server:
        yield server


def mail(port: int, to: str = AGENT, more: str = "") -> Channel:
    who = f"from=robot@shop.example&to={to}"
    return Channel("mail", f"mailto://robot:pa55word@127.0.0.1:{port}?mode=insecure&{who}&cto=2{more}")


def failure(port: int, more: str = "") -> Exception:
    with pytest.raises((DeliveryFailed, DeliveryRefused)) as caught:
        mail(port, more=more).send("title", "text")
    assert "pa55word" not in repr(caught.value)
    return caught.value


# --- as a person sees it --------------------------------------------------------------------------

LETTER = (
    "您好！物流显示：快件 <b>已到达</b> 郑州 & *暂未* 更新。\n\n"
    "From here on, a line that begins with a dot:\n.\n. and one that is very long: " + "x" * 2000 + "\n"
    "https://shop.example/o/4120000_59331?a=1&b=2"
)


def test_title_and_text_are_read_as_they_were_written(post: Post) -> None:
    mail(post.port).send("【高】物流停滞 6 天 · 订单 4120000000059331", LETTER)
    to, seen = post.taken[0]
    assert to == [AGENT]
    assert seen["subject"] == "【高】物流停滞 6 天 · 订单 4120000000059331"
    assert seen["to"] == AGENT
    assert "robot@shop.example" in seen["from"]
    assert seen.get_content_type() == "text/plain"
    assert seen.get_content().replace("\r\n", "\n").rstrip("\n") == LETTER


def test_a_line_break_in_a_title_adds_no_mail_header(post: Post) -> None:
    mail(post.port).send("damaged\r\nBcc: everybody@shop.example", "text")
    assert post.taken[0][1]["bcc"] is None
    assert post.taken[0][0] == [AGENT]


def test_a_long_title_is_written_in_lines_that_mail_servers_take(post: Post) -> None:
    title = "【严重】破损 · 订单 4120000000059331 · " + "长" * 200
    mail(post.port).send(title, "text")
    assert post.taken[0][1]["subject"] == title


def test_a_title_that_looks_encoded_is_read_as_it_stands(post: Post) -> None:
    title = "lost, order =?utf-8?b?4oCuZWxpYg==?="
    mail(post.port).send(title, "text")
    assert post.taken[0][1]["subject"] == title


def test_a_title_alone_is_a_mail(post: Post) -> None:
    mail(post.port).send("the courier answers again", "")
    assert "the courier answers again" in post.taken[0][1].get_content()


@pytest.mark.parametrize(
    ("severity", "importance", "priority"),
    [
        (Severity.LOW, "low", "4 (Low)"),
        (Severity.MEDIUM, None, None),
        (Severity.HIGH, "high", "2 (High)"),
        (Severity.CRITICAL, "high", "1 (Highest)"),
    ],
)
def test_the_severity_is_the_mail_s_importance(
    post: Post, severity: Severity, importance: str | None, priority: str | None
) -> None:
    mail(post.port).send("title", "text", severity=severity)
    seen = post.taken[0][1]
    assert (seen["importance"], seen["x-priority"]) == (importance, priority)


def test_a_header_of_the_url_s_own_wins(post: Post) -> None:
    mail(post.port, more="&+Importance=low").send("title", "text", severity=Severity.CRITICAL)
    assert post.taken[0][1]["importance"] == "low"


def test_the_user_logs_in(post: Post) -> None:
    mail(post.port).send("title", "text")
    assert post.logins == 1


@pytest.mark.parametrize("password", ["pä ss@w:o/r%d", "密码密码", "émoji😀pass", "p\\a\"s's<w>&+"])
@pytest.mark.parametrize("user", ["robot@shop.example", "店铺"])
def test_whatever_user_and_password_are_written_in_they_open_the_mailbox(post: Post, user: str, password: str) -> None:
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{post.port}"
    channel = Channel("mail", f"mailto://{who}?mode=insecure&from=robot@shop.example&to={AGENT}&cto=2")
    channel.send("title", "text")
    assert post.told == (user.encode(), password.encode())
    post.says["AUTH"] = "535 5.7.8 no"
    with pytest.raises(ChannelRefused, match="user name or the password") as caught:
        channel.send("title", "text")
    assert password not in repr(caught.value)


@pytest.mark.parametrize("more", ["&to=ägent@shop.example", "&%2BX-Ä=x"])
def test_what_mail_cannot_write_closes_the_channel_and_is_no_bug_of_ours(post: Post, more: str) -> None:
    who = f"127.0.0.1:{post.port}?mode=insecure&from=robot@shop.example"
    with pytest.raises(ChannelRefused, match="cannot be put together for these recipients"):
        Channel("mail", f"mailto://{who}{more if 'to=' in more else f'&to={AGENT}{more}'}&cto=2").send("title", "text")


# --- how it says no -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "line", "kind", "says"),
    [
        ("AUTH", "535 5.7.8 no", ChannelRefused, "user name or the password"),
        ("AUTH", "454 4.7.0 later", DeliveryFailed, "for now"),
        ("MAIL", "553 5.7.1 not yours", ChannelRefused, "sender"),
        ("MAIL", "530 5.7.0 log in first", ChannelRefused, "wants a login"),
        ("MAIL", "451 4.3.0 later", DeliveryFailed, "for now"),
        (f"RCPT {AGENT}", "550 5.1.1 no such user", ChannelRefused, "recipient"),
        (f"RCPT {AGENT}", "450 4.2.0 greylisted", DeliveryFailed, "for now"),
        (f"RCPT {AGENT}", "452 4.5.3 too many", DeliveryFailed, "for now"),
        ("DATA", "554 5.7.1 looks like spam", DeliveryRefused, "refused"),
        ("DATA", "552 5.3.4 too big", DeliveryRefused, "too long"),
        ("DATA", "451 4.3.0 disk full", DeliveryFailed, "for now"),
        ("DATA", "421 4.7.0 too fast", DeliveryFailed, "for now"),
    ],
)
def test_a_refusal_is_told_as_what_it_is(command: str, line: str, kind: type, says: str) -> None:
    with Post({command: line}) as post:
        error = failure(post.port)
    assert type(error) is kind
    assert says in str(error)
    assert f"SMTP {line[:3]}" in str(error)
    assert not post.taken


class Doorman(Loopback):
    """Greets with this line, and hangs up."""

    def __init__(self, line: bytes) -> None:
        super().__init__()
        self.line = line

    async def converse(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.line)
        await writer.drain()


@pytest.mark.parametrize(
    ("line", "kind", "says"),
    [
        (b"554 5.7.1 not from there\r\n", ChannelRefused, "refuses the connection"),
        (b"421 4.3.2 closing\r\n", DeliveryFailed, "for now"),
        (b"HTTP/1.1 200 OK\r\n\r\n", DeliveryFailed, "for now"),
        (b"", DeliveryFailed, "does not answer"),
    ],
)
def test_a_server_that_does_not_let_in_is_told(line: bytes, kind: type, says: str) -> None:
    with Doorman(line) as door:
        error = failure(door.port)
    assert type(error) is kind
    assert says in str(error)


class Mute(Loopback):
    """Takes the connection and never says a word."""

    async def converse(self, _: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await self.pause()


def test_a_server_that_says_nothing_is_tried_again() -> None:
    with Mute() as server:
        error = failure(server.port, "&rto=0.5")
    assert type(error) is DeliveryFailed


def test_nobody_listening_is_tried_again() -> None:
    with Mute() as server:
        port = server.port
    assert "no connection" in str(failure(port))


def test_who_has_a_mail_is_not_sent_it_again_when_another_is_refused() -> None:
    with Post({f"RCPT {LEAD}": "450 4.2.0 greylisted"}) as post:
        channel = mail(post.port, to=f"{AGENT},{LEAD}")
        with pytest.raises(DeliveryFailed):
            channel.send("title", "text")
        del post.says[f"RCPT {LEAD}"]
        channel.send("title", "text")
    assert sorted(to for to, _ in post.taken) == [[AGENT], [LEAD]]


def test_a_login_is_not_sent_in_the_clear_where_tls_is_asked_for() -> None:
    with Post() as post:
        who = f"from=robot@shop.example&to={AGENT}"
        channel = Channel("mail", f"mailtos://robot:pa55word@127.0.0.1:{post.port}?mode=starttls&{who}&cto=2")
        with pytest.raises(ChannelRefused, match="mode="):
            channel.send("title", "text")
    assert post.logins == 0
