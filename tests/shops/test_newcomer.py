"""A newcomer's path, as the README prints it: from a Shopify token to the first alert, over a loopback shop."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from parcelwatch import clock
from parcelwatch.cli import main
from parcelwatch.sandbox import reading
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.world import World
from tests.cli.conftest import DAMAGED
from tests.servers import PATIENCE, Hit, Server, answers
from tests.shops.shopify import SECRET, TOKEN, Shopify, sent, signed

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SETTINGS = """
[service]
database = "shop.db"
listen = "127.0.0.1:{listen}"
[couriers.my_dhl]
api = "dhl"
key = "sandbox-key"
base_url = "{courier}"
[channels.ops]
url = "json://127.0.0.1:{port}/"
"""


def block(language: str, containing: str) -> str:
    """What the README prints to be copied."""
    (found,) = (
        each
        for each in re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
        if containing in each
    )
    return str(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def heard(server: Server, word: str) -> threading.Event:
    """Set once a message that holds the word came."""
    came, before = threading.Event(), server.behaviour

    async def listen(one: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        await before(one, hit, writer)
        if word in hit.body.decode():
            came.set()

    server.behaviour = listen
    return came


def test_from_a_shopify_token_to_the_first_alert(tmp_path: Path) -> None:
    shopify = Shopify()
    dhl = SandboxServer(World(reading.default("dhl"), clock.now), "dhl")
    with shopify.server, dhl, Server(answers(b"ok")) as inbox:
        shopify.put(5550001, clock.now(), sent(DAMAGED), name="#1001")
        shopify.put(5550002, clock.now(), sent("H1234567890", by="Own drivers"), name="#1002")
        table = block("toml", "[shops.my_shopify]").replace("https://my-shop.myshopify.com", shopify.server.url)
        config = tmp_path / "config.toml"
        listen = free_port()
        settings = SETTINGS.format(courier=dhl.base_url, port=inbox.port, listen=listen)
        config.write_text(f'{settings}{table}secret = "env:SHOPIFY_SECRET"\n', encoding="utf-8")
        secrets = {"SHOPIFY_TOKEN": TOKEN, "SHOPIFY_SECRET": SECRET}
        environment = {**os.environ, **secrets, "PARCELWATCH_CONFIG": str(config)}
        begun = time.monotonic()

        def typed(line: str) -> str:
            ended = subprocess.run(
                [sys.executable, "-m", *line.split()],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
            assert ended.returncode == 0, (line, ended.stdout, ended.stderr)
            return ended.stdout

        *steps, last = block("sh", "parcelwatch shops check").splitlines()
        shown = {step: typed(step) for step in steps}
        assert "2 orders changed" in shown["parcelwatch shops check"]
        assert f"{DAMAGED} (my_dhl)" in shown["parcelwatch shops try my_shopify 1001"]
        held = typed("parcelwatch shops list --held")
        assert 'companies = ["Own drivers"]' in " ".join(held.split())
        alert, asked_again = heard(inbox, "#1001"), heard(shopify.server, "id:5550002")
        command = [sys.executable, "-m", *last.split()]
        with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as daemon:
            try:
                assert alert.wait(PATIENCE)
                taken = time.monotonic() - begun
                body = b'{"id": 5550002}'
                address = f"http://127.0.0.1:{listen}/hooks/shops/my_shopify"
                called = httpx.post(address, content=body, headers=signed(body), trust_env=False)
                assert called.status_code == 200
                assert asked_again.wait(PATIENCE)
            finally:
                daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(PATIENCE) == 0
        print(f"from the token to the first alert: {taken:.1f} s")


@pytest.mark.parametrize("api", ["shopify", "amazon", "magento"])
def test_what_a_platform_wants_is_printed_as_a_table_to_paste(api: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shops", "show", api]) == 0
    shown = capsys.readouterr().out
    assert f'api = "{api}"' in shown
    assert "base_url = " in shown
    assert "token = " in shown
