"""`parcelwatch run` and an operator who raises a threshold, thinks better of it, and slips, each with a SIGHUP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from parcelwatch import clock
from parcelwatch.cli import main
from tests.acceptance.test_reload import LENIENT, STILL, STRICT
from tests.acceptance.world import Shop, Sink, numbers
from tests.cli.conftest import Ended
from tests.running.test_daemon import supervisor, wait_for
from tests.sandbox.worlds import Hand
from tests.servers import PATIENCE, Hit, Server

SENT = numbers(7)[0]


class Chat(Sink):
    """Lets whoever waits know of each message."""

    def __init__(self) -> None:
        super().__init__()
        self.news = threading.Condition()
        self._take, self.behaviour = self.behaviour, self._taken

    async def _taken(self, server: Server, hit: Hit, writer: Any) -> None:
        await self._take(server, hit, writer)
        with self.news:
            self.news.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(holds, PATIENCE)


_LETTERS = "SELECT p.number, d.state FROM drafts d JOIN parcels p ON p.id = d.parcel_id ORDER BY d.id"


class Running:
    """`parcelwatch run` of a shop in real time, with whoever would supervise it."""

    def __init__(
        self, place: Shop, listening: socket.socket, notify: Path, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.place, self.path = place, place.config.path
        self._listening, self._capture = listening, capture
        environment = {**os.environ, "NOTIFY_SOCKET": str(notify), "WATCHDOG_USEC": "1000000"}
        command = [sys.executable, "-m", "parcelwatch", "--config", str(self.path), "run"]
        with notify.with_name("daemon.log").open("wb") as log:
            self.child = subprocess.Popen(command, env=environment, stderr=log)
        wait_for(listening, "READY=1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait(PATIENCE)

    def typed(self, *words: str) -> Ended:
        """A command, as an agent types it beside the daemon."""
        self._capture.readouterr()
        code = main(["--config", str(self.path), *words])
        return Ended(code, *self._capture.readouterr())

    def edited(self, old: str, new: str) -> str:
        """The file is another, and the daemon is told: what it says of that."""
        text = self.path.read_text(encoding="utf-8")
        assert old in text
        self.path.write_text(text.replace(old, new), encoding="utf-8")
        self.child.send_signal(signal.SIGHUP)
        return wait_for(self._listening, "READY=1")[-1]

    def until(self, holds: Callable[[], bool]) -> None:
        """At each pulse of the daemon it is looked whether it is so."""
        while not holds():
            wait_for(self._listening, "STATUS=")

    def states(self) -> dict[str, list[str]]:
        """What became of each parcel's letters, the oldest first."""
        found: dict[str, list[str]] = {}
        with self.place.store() as store:
            for number, state in store.all(_LETTERS):
                found.setdefault(number, []).append(state)
        return found


def test_a_threshold_raised_and_put_back_closes_quietly_and_is_told_once_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Shop(tmp_path, *STILL, settings=STRICT, clock=Hand(clock.now()))
    place.sink = chat = Chat()
    with place, supervisor(tmp_path) as listening:
        place.watch_all()
        at_once = 'group_interval = "0s"\ngroup_wait = "0s"'
        text = place.config.path.read_text(encoding="utf-8").replace('group_interval = "0s"', at_once)
        place.config.path.write_text(text, encoding="utf-8")
        with Running(place, listening, tmp_path / "notify", capsys) as one:
            chat.until(lambda: named(chat) == dict.fromkeys(numbers(7), 1))
            one.until(lambda: one.states() == {number: ["draft"] for number in numbers(7)})
            rows = one.typed("drafts", "list", "--json").document
            (letter,) = (str(row["id"]) for row in rows if row["number"] == SENT)
            for verb in ("approve", "sent"):
                assert one.typed("drafts", verb, letter, "--by", "lin").code == 0
            told = len(chat.to("ops"))

            one.edited(STRICT, LENIENT)
            one.until(lambda: stand(place) == {"resolved"})
            assert reasons(place) == {"limit_raised"}

            one.edited(LENIENT, STRICT)
            chat.until(lambda: named(chat) == dict.fromkeys(numbers(7), 2))
            assert stand(place) == {"open"}
            one.until(lambda: len(one.states()[numbers(7)[1]]) == 2)

            assert "refused" in one.edited("stalled", "staled")
            said = one.typed("cases", "list", "--json")
            assert len(said.document) == 7
            assert "did you mean" in said.err
            assert one.typed("config", "check").code == 78

            states = one.states()
            one.child.send_signal(signal.SIGTERM)
            assert one.child.wait(PATIENCE) == 0
    assert states == {SENT: ["sent"]} | {number: ["withdrawn", "draft"] for number in numbers(7)[1:]}
    assert len(chat.to("ops")) == told + 1


def named(chat: Chat) -> dict[str, int]:
    """How many messages to agents name each parcel."""
    found = {number: sum(told.names(number) for told in chat.to("ops")) for number in numbers(7)}
    return {number: count for number, count in found.items() if count}


def stand(place: Shop) -> set[object]:
    """How the cases stand."""
    return {case["state"] for case in place.cases().values()}


def reasons(place: Shop) -> set[str]:
    with place.store() as store:
        ends = store.all("SELECT json_extract(fact, '$.says') FROM case_events WHERE signal = 'clears'")
    return {said for (said,) in ends}
