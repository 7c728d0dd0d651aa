"""`alerts test` and `config check`: whether a channel works, and what is wrong with one that does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from parcelwatch.model import Severity
from parcelwatch.store import Store, outbox, settling
from tests.chats import KEY, SERVICES, Chat, Service
from tests.cli.conftest import Shop
from tests.servers import PATIENCE, Server, answers
from tests.store.making import HOUR, NOW, alert, enqueue

ROBOT = next(each for each in SERVICES if each.name == "wecombot")
ANOTHER = "anotherKeyThatWasRevoked99"


def channel(url: str) -> str:
    return f'[channels.chat]\nurl = "{url}"\n'


def tried(shop: Shop, service: Service, chat: Chat, key: str = KEY) -> tuple[int, str]:
    shop.configure(channel(service.at(chat, key)))
    ended = shop.run("alerts", "test", "chat", "--json")
    assert KEY not in ended.out + ended.err
    assert ANOTHER not in ended.out + ended.err
    return ended.code, ended.document[0]["result"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_channel_that_works_is_told_so(shop: Shop, service: Service) -> None:
    with Chat(service) as chat:
        assert tried(shop, service, chat) == (0, "sent")
    assert "parcelwatch: test message" in chat.said[0]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_revoked_key_a_fast_pace_and_a_refused_text_are_told_apart(shop: Shop, service: Service) -> None:
    with Chat(service, allowed=0) as chat:
        assert tried(shop, service, chat) == (1, "too fast")
    with Chat(service, most=1) as chat:
        shop.config.write_text(shop.config.read_text(encoding="utf-8").replace("[channels.chat]", "[channels.other]"))
        assert tried(shop, service, chat) == (1, "message refused")
    with Chat(service) as chat:
        shop.config.write_text(shop.config.read_text(encoding="utf-8").replace("[channels.chat]", "[channels.third]"))
        assert tried(shop, service, chat, ANOTHER) == (1, "channel refused")


def test_what_is_wrong_stands_beside_the_channel_with_the_time_to_wait(shop: Shop) -> None:
    with Chat(ROBOT, allowed=0) as chat:
        shop.configure(channel(ROBOT.at(chat)))
        ended = shop.run("alerts", "test", "chat")
    said = " ".join(ended.out.split())
    assert "too fast" in said
    assert "errcode 45009" in said
    assert "60 s" in said


def test_a_message_goes_by_way_of_the_proxy_that_is_configured_and_to_this_machine_straight(shop: Shop) -> None:
    """In a process of its own: `requests` hears of proxies by its environment alone."""
    text = shop.config.read_text(encoding="utf-8")
    shop.config.write_text(text.replace("[service]", '[service]\nproxy = "env:THE_PROXY"'), encoding="utf-8")
    shop.configure(channel("json://chat.example/alerts"))
    command = [sys.executable, "-m", "parcelwatch", "--config", str(shop.config), "alerts", "test", "--json"]
    with Server(answers(b"ok")) as proxy:
        given = {**os.environ, "THE_PROXY": proxy.url, "http_proxy": "http://127.0.0.1:9"}
        ended = subprocess.run(command, env=given, capture_output=True, check=False, timeout=PATIENCE)
    assert {each["channel"]: each["result"] for each in json.loads(ended.stdout)} == {"chat": "sent", "ops": "sent"}
    assert [hit.target for hit in proxy.hits] == ["http://chat.example/alerts"]


# --- what is down, and what may have arrived ------------------------------------------------------


def test_a_dead_channel_is_gone_round_by_the_one_that_the_file_names(shop: Shop) -> None:
    with Server(answers(b"", 401)) as dead, Server(answers(b"ok")) as fine:
        shop.config.write_text(
            shop.config.read_text(encoding="utf-8").replace(
                "[channels.ops]",
                f'[channels.first]\nurl = "json://{dead.host}/first"\nfallback = "mail"\n[channels.ops]',
            ),
            encoding="utf-8",
        )
        shop.configure(f'[channels.mail]\nurl = "json://{fine.host}/mail"\n')
        with Store.open(shop.folder / "shop.db") as store:
            grave, low = enqueue(
                store, alert("lost", "first", severity=Severity.CRITICAL), alert("late", "first", severity=Severity.LOW)
            )
        assert shop.run("once").code == 1
        told = [json.loads(hit.body) for hit in fine.hits]
        assert "first: this channel takes no messages" in told[0]["title"]
        assert told[1]["message"].endswith(f"A{grave}")
        rows = {row["id"]: row for row in shop.run("alerts", "list", "--json").document}
        assert (rows[grave]["channel"], rows[grave]["meant_for"], rows[grave]["state"]) == ("mail", "first", "sent")
        assert (rows[low]["channel"], rows[low]["meant_for"], rows[low]["state"]) == ("first", None, "pending")
        assert "meant for first" in shop.run("alerts", "list").out
        assert "channel first is down since" in shop.run("doctor").out

        dead.behaviour = answers(b"ok")
        assert shop.run("alerts", "test", "first").code == 0
        shop.run("once")
        assert json.loads(dead.hits[-1].body)["message"].endswith(f"A{low}")
        assert "is down" not in shop.run("doctor").out


def test_what_may_have_arrived_is_said_so(shop: Shop) -> None:
    with Store.open(shop.folder / "shop.db") as store:
        (one,) = enqueue(store, alert("late", "ops"))
        for _ in range(2):
            with store.transaction():
                outbox.claim(store, NOW + HOUR, NOW + HOUR)
                settling.settle_failed(store, [one], NOW + HOUR, "ops: no answer", settling.Setback.DOUBTED)
    assert "it may have arrived" in " ".join(shop.run("alerts", "list").out.split())
    (row,) = shop.run("alerts", "list", "--json").document
    assert (row["state"], row["outcome"]) == ("pending", "unknown")


def test_a_service_that_is_out_of_order_is_neither(shop: Shop) -> None:
    with Server(answers(b"", 502)) as server:
        shop.configure(channel(ROBOT.at(server)))
        assert shop.run("alerts", "test", "chat", "--json").document[0]["result"] == "failed"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mailto://robot:pa@ss@127.0.0.1?from=a@shop.example&to=b@shop.example", "%40"),
        ("json://robot:pa/ss@127.0.0.1/x", "%2F"),
        ("json://127.0.0.1/x, json://127.0.0.1/y", "two URLs"),
    ],
)
def test_config_check_finds_what_would_fail_at_night(shop: Shop, url: str, says: str) -> None:
    shop.configure(channel(url))
    ended = shop.run("config", "check")
    assert ended.code != 0
    assert "channels.chat.url" in ended.err
    assert says in ended.err
    assert "pa@ss" not in ended.err
    assert "pa/ss" not in ended.err


@pytest.mark.parametrize(
    "url",
    [
        "json://annika:s3cret@127.0.0.1:{port}/hidden/way?:x=hushed",
        "mailto://annika:s3cret@127.0.0.1:{port}?from=a@example.org&to=b@example.org&smtp=127.0.0.1",
    ],
)
def test_where_nobody_answers_host_and_port_are_named_and_nothing_else_of_the_address(shop: Shop, url: str) -> None:
    with Server(answers()) as server:
        port = server.port
    shop.configure(channel(url.format(port=port)))
    ended = shop.run("alerts", "test", "chat", "--json")
    assert ended.document[0]["error"] == f"chat: no connection (127.0.0.1:{port})"
    shown = ended.out + ended.err + shop.run("alerts", "test", "chat").out
    assert [word for word in ("annika", "s3cret", "hidden", "hushed", "example.org") if word in shown] == []
