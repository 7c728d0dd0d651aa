"""What channels do with a message, seen by real receivers on loopback."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from parcelwatch.channels import Channel
from parcelwatch.channels.address import LOCAL
from parcelwatch.channels.verdicts import STATUSES
from parcelwatch.core.texts.text import clean
from parcelwatch.errors import ConfigError, DeliveryFailed, DeliveryRefused
from tests.servers import (
    PATIENCE,
    Behaviour,
    Server,
    answers,
    drips,
    hangs,
    hangs_up,
    head,
    in_turn,
    redirects,
)

TOKEN = "tok3n-in-the-path"


def webhook(server: Server, name: str = "ops", query: str = "") -> Channel:
    return Channel(name, f"json://{server.host}/{TOKEN}{query}")


HURRIED = "?rto=0.3"
"""For a server that never answers: whoever waits for one that does must not go by a watch."""


def failure(behaviour: Behaviour, query: str = "") -> DeliveryFailed | DeliveryRefused:
    with Server(behaviour) as server:
        channel = webhook(server, query=query)
        try:
            channel.send("1 parcel stalled", "7777777770 has not moved for 3 days")
        except (DeliveryFailed, DeliveryRefused) as error:
            return error
    pytest.fail("it was delivered")


# --- what arrives ---------------------------------------------------------------------------------


def test_a_webhook_gets_title_and_text_as_they_were() -> None:
    with Server(answers()) as server:
        webhook(server).send("包裹停滞 1 件", "单号 7777777770 <已> 48 小时 没有动静 & *stalled*")
        sent = json.loads(server.hits[0].body)
    assert sent["title"] == "包裹停滞 1 件"
    assert sent["message"] == "单号 7777777770 <已> 48 小时 没有动静 & *stalled*"


def test_a_title_alone_is_a_message() -> None:
    with Server(answers()) as server:
        webhook(server).send("the courier answers again", "")
        assert json.loads(server.hits[0].body)["message"] == "the courier answers again"


def test_one_channel_hanging_does_not_delay_another() -> None:
    with Server(hangs()) as stuck, Server(answers()) as fine:
        waiting = webhook(stuck, query=f"?rto={PATIENCE}")
        blocked = [threading.Thread(target=_try, args=(waiting,)) for _ in range(8)]
        for thread in blocked:
            thread.start()
        webhook(fine).send("title", "text")
        assert all(thread.is_alive() for thread in blocked)
    for thread in blocked:
        thread.join()


def _try(channel: Channel) -> None:
    with pytest.raises(DeliveryFailed):
        channel.send("title", "text")


# --- what fails, and whether for good -------------------------------------------------------------


@pytest.mark.parametrize("status", sorted(STATUSES.keys() - {429}))
def test_a_status_that_will_not_change_is_refused(status: int) -> None:
    error = failure(answers(b"no", status))
    assert isinstance(error, DeliveryRefused)
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize("status", [302, 303, 307, 408, 425, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again(status: int) -> None:
    error = failure(answers(b"no", status))
    assert isinstance(error, DeliveryFailed)
    assert error.retry_after is None
    assert f"HTTP {status}" in str(error)


def test_too_many_messages_says_when_to_come_back() -> None:
    error = failure(answers(b"slow down", 429))
    assert isinstance(error, DeliveryFailed)
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize("how", [hangs(), hangs_up(), drips(b"HTTP/1.1 200 OK", 1.0)])
def test_no_answer_is_a_failure_that_passes(how: Behaviour) -> None:
    assert isinstance(failure(how, HURRIED), DeliveryFailed)


def test_a_body_that_never_comes_does_not_undo_a_status() -> None:
    with Server(hangs(head(length=9))) as server:
        webhook(server, query="?rto=1").send("title", "text")
    assert isinstance(failure(hangs(head(503, length=9)), HURRIED), DeliveryFailed)


def test_nobody_listening_is_a_failure_that_passes() -> None:
    with Server(answers()) as server:
        channel = webhook(server)
    with pytest.raises(DeliveryFailed, match="ops: no connection"):
        channel.send("title", "text")


def test_a_redirect_is_not_followed() -> None:
    with Server(answers()) as other:
        assert isinstance(failure(redirects(other.url)), DeliveryFailed)
        assert not other.hits


def test_one_send_is_one_request_even_when_it_fails() -> None:
    with Server(answers(b"", 500)) as server, pytest.raises(DeliveryFailed):
        webhook(server).send("title", "text")
    assert len(server.hits) == 1


def test_a_channel_works_again_after_a_failure() -> None:
    with Server(in_turn([answers(b"", 500), answers()])) as server:
        channel = webhook(server)
        with pytest.raises(DeliveryFailed):
            channel.send("title", "text")
        channel.send("title", "text")
    assert len(server.hits) == 2


@pytest.mark.parametrize("how", [answers(b"", 404), answers(b"", 500), hangs_up(), redirects("http://a.example/")])
def test_no_failure_tells_the_key(how: Behaviour) -> None:
    error = failure(how, query=f"?+X-Key={TOKEN}")
    assert TOKEN not in repr(error)
    assert "ops" in str(error)


# --- what cannot be a channel ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("json://127.0.0.1/x?optional=yes", "optional="),
        ("json://127.0.0.1/x?redirect=yes", "redirect="),
        ("json://127.0.0.1/x?retry=3", "retry="),
        ("fluxer://123456789012345678/abcdefghijklmnopqrstuvwxyz?format=markdown", "format="),
        ("slak://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slak://"),
        ("https://hooks.example/" + TOKEN, 'cannot use one that begins "https://"'),
        ("wecombot://", 'behind "wecombot://" is not what that service takes, such as wecombot://KEY'),
        ("slak://a/b/c", '(did you mean "slack"?)'),
        (TOKEN, "expected an Apprise URL"),
        ("", "expected an Apprise URL"),
        (f"mailto://{TOKEN}", "mailto://"),
    ],
)
def test_a_url_that_cannot_be_a_channel_is_refused_by_name(url: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Channel("ops", url)
    assert "channels.ops.url" in str(caught.value)
    assert says in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("scheme", sorted(LOCAL))
def test_a_channel_that_reaches_no_agent_is_refused(scheme: str) -> None:
    with pytest.raises(ConfigError, match="reaches no agent"):
        Channel("ops", f"{scheme}://")


def test_every_fault_of_a_url_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Channel("ops", "json://127.0.0.1/x?optional=yes&redirect=yes")
    assert len(caught.value.problems) == 2


# --- lengths --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "title_limit", "shared"),
    [
        ("json://127.0.0.1/x", 250, False),
        ("discord://123456789012345678/abcdefghijklmnopqrstuvwxyz", 250, True),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", 250, True),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops", 250, True),
        ("ntfys://ntfy.example/topic", 250, False),
        ("mmost://127.0.0.1/abcdefghijklmnopqrstuvwxyz", 250, True),
    ],
)
def test_a_channel_knows_how_much_it_takes(url: str, title_limit: int, shared: bool) -> None:
    channel = Channel("ops", url)
    assert channel.title_limit == title_limit
    assert (channel.room("t" * 100) < channel.room("")) is shared
    assert channel.room("") > 0


@pytest.mark.parametrize("extra", [-1, 0, 1, 5000])
def test_a_text_is_cut_to_what_the_channel_takes_and_no_shorter(extra: int) -> None:
    with Server(answers(b"ok")) as server:
        channel = Channel("ops", f"mmost://{server.host}/{'k' * 26}")
        room = channel.room("title")
        channel.send("title", "x" * (room + extra))
        sent = json.loads(server.hits[0].body)["text"]
    assert len(sent) <= 4000
    assert sent.count("x") == (room - 1 if extra > 0 else room + extra)
    assert sent.endswith("…") is (extra > 0)


# --- text from outside ----------------------------------------------------------------------------

EVIL = (
    "@everyone @here <!channel> <@U123> <#C1> [x](https://evil.example/a?b) https://evil.example\r\nBcc: a@b.example "
    "www.evil.example javascript:alert(1) \u202egnihsihp\u202c \u200b\x1b[31mred\x00 " + "z" * 500
)


def test_courier_text_reaches_a_chat_without_a_live_mention_or_link() -> None:
    with Server(answers(b"ok")) as server:
        Channel("ops", f"mmost://{server.host}/{'k' * 26}").send("title", clean(EVIL))
        sent = json.loads(server.hits[0].body)["text"]
    for live in ("@everyone", "@here", "<!channel", "<@U", "https://evil", "evil.example", "\u202e", "\x1b", "\x00"):
        assert live not in sent, live
