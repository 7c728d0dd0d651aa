"""Acting from the message, from end to end: a real chat's webhook, the link in what it got, and what follows."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from parcelwatch import web
from parcelwatch.clock import now as wall
from parcelwatch.core.messaging.links import Linking
from parcelwatch.model import Cause, Milestone, Parcel
from parcelwatch.running.engine import Engine
from parcelwatch.store import Store, cases, parcels
from tests.acceptance.test_hooks import NUMBER, SALT, body, daemon, free_port, push
from tests.acceptance.world import Shop, Sink, ago, known
from tests.servers import PATIENCE, Hit, Server

PUBLIC = "https://pw.example"
DAMAGED = (ago(40), ago(20, Milestone.EXCEPTION, Cause.DAMAGED))
LINK = re.compile(r"^→ Act: (https?://\S+)$", re.MULTILINE)


async def pressed(place: Shop, parts: Engine, address: str) -> str:
    """The page after a press, from a port that is open for just so long."""
    listening = web.bound("127.0.0.1", 0)
    readers = web.Readers({"ops": "lin"}, {}, "en")
    route = web.Links(readers, parts.policy, parts.writer, lambda: place.hand.at).route
    server = web.Server(web.application(route), listening)
    server.start()
    try:
        local = f"http://127.0.0.1:{listening.getsockname()[1]}{address.removeprefix(PUBLIC)}"
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(10):
                assert (await client.get(local)).status_code == 200
            return (await client.post(local, data={"verb": "ack", "case": "1"})).text
    finally:
        await server.stop()


@pytest.mark.parametrize("press", [False, True], ids=["nobody acts", "lin acts"])
def test_an_alert_acknowledged_by_its_link_is_not_raised_again(tmp_path: Path, press: bool) -> None:
    with Shop(tmp_path, known("6100000001", *DAMAGED)) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            await place.beat(parts)
            (alert,) = place.sink.to("ops")
            (address,) = LINK.findall(alert.text)
            place.hand.at += timedelta(minutes=10)
            if press:
                assert "Acknowledged by lin" in await pressed(place, parts, address)
            await place.live(parts, timedelta(days=3), timedelta(hours=6))

        place.play(scene, place.engine(links=Linking(PUBLIC, b"k" * 32)))
        with place.store() as store:
            moves = [(one.signal, one.by) for one in cases.events(store, 1)]
        if press:
            assert moves == [("fires", ""), ("ack", "lin")]
            assert len(place.sink.to("ops")) == 1
        else:
            assert moves[0] == ("fires", "")
            assert place.sink.to("ops")


def configured(folder: Path, port: int, sink: Sink) -> Path:
    """A shop whose courier calls, and a chat that is lin's own."""
    path = folder / "config.toml"
    path.write_text(
        f'[service]\ndatabase = "watch.db"\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}/"\n'
        f'[couriers.kd100]\napi = "kuaidi100"\nkey = "k"\ncustomer = "c"\nsecret = "{SALT}"\n'
        f'base_url = "http://127.0.0.1:{free_port()}/poll/query.do"\n'
        f'[channels.lin]\nurl = "json://127.0.0.1:{sink.port}/lin"\nperson = "lin"\n'
    )
    with Store.open(folder / "watch.db") as store, store.transaction():
        added = parcels.add(store, Parcel(0, NUMBER, "kd100", wall(), company="yuantong"), wall())
        parcels.poll_again(store, [added], wall() + timedelta(hours=1))
    return path


class Chat(Sink):
    """Where a link is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._came = threading.Event()
        take = self.behaviour

        async def behave(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
            await take(server, hit, writer)
            self._came.set()

        self.behaviour = behave

    def link(self) -> str:
        """That of the first message."""
        assert self._came.wait(PATIENCE)
        return str(LINK.findall(self.told[0].text)[0])


def test_a_running_daemon_answers_the_link_it_sent_also_after_a_restart(tmp_path: Path) -> None:
    with Chat() as sink:
        port = free_port()
        config = configured(tmp_path, port, sink)
        with daemon(config) as child:
            assert push(port, body()).status_code == 200
            address = sink.link()
            assert httpx.get(address, trust_env=False, timeout=PATIENCE).status_code == 200
            child.send_signal(signal.SIGKILL)
        with daemon(config):
            answer = httpx.post(address, data={"verb": "ack", "case": "1"}, trust_env=False, timeout=PATIENCE)
            assert "Acknowledged by lin" in answer.text
        assert (tmp_path / "watch.db.key").stat().st_mode & 0o777 == 0o600
        command = [sys.executable, "-m", "parcelwatch", "cases", "show", "1", "--config", str(config)]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        assert "acknowledged" in shown
        assert "lin" in shown


def test_a_single_pass_sends_no_links_for_nobody_would_answer_them(tmp_path: Path) -> None:
    with Shop(tmp_path, known("6100000001", *DAMAGED)) as place:
        place.watch_all()
        place.play(place.one_pass)
        assert place.sink.told
        assert not any(LINK.search(told.text) for told in place.sink.told)


def test_the_port_is_open_for_links_though_no_courier_calls(tmp_path: Path) -> None:
    port = free_port()
    path = tmp_path / "config.toml"
    path.write_text(
        f'[service]\ndatabase = "watch.db"\nlisten = "127.0.0.1:{port}"\npublic_url = "https://pw.example"\n'
        f'[couriers.dhl]\napi = "dhl"\nkey = "k"\nbase_url = "http://127.0.0.1:{free_port()}"\n'
    )
    with daemon(path):
        answer = httpx.get(f"http://127.0.0.1:{port}/a/x", trust_env=False, timeout=PATIENCE)
    assert (answer.status_code, "There is no such link" in answer.text) == (404, True)
