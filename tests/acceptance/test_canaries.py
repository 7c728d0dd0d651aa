"""No credential is anywhere but where its owner put it: a real daemon at its most talkative among servers that echo.

Every kind of credential is a canary. It is looked for, in every form, in the log at DEBUG, the database with its WAL,
what systemd is told, what any command or address shows, and what other users of the machine see of the processes.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from parcelwatch import clock
from parcelwatch.cli import main
from parcelwatch.core.texts.secrecy import Secrecy
from parcelwatch.model import Parcel
from parcelwatch.store import Store, parcels
from tests.acceptance.test_hooks import free_port
from tests.running.test_daemon import supervisor, wait_for
from tests.servers import PATIENCE, Hit, Server, head

KINDS = (
    *("dhl_key", "kd_key", "kd_customer", "kd_secret", "made_token", "shop_key", "shop_secret", "chat_key", "hook_key"),
    *("post_token", "heartbeat", "proxy"),
)
CANARIES = {kind: f"Canary/{kind}+{at:03}-x9" for at, kind in enumerate(KINDS)}
CONFIG = """
[service]
database = "watch.db"
listen = "127.0.0.1:{port}"
heartbeat_url = "file:secrets/heartbeat"
proxy = "file:secrets/proxy"
[couriers.my_dhl]
api = "dhl"
key = "file:secrets/dhl_key"
base_url = "{url}/track/shipments"
[couriers.kd100]
api = "kuaidi100"
key = "file:secrets/kd_key"
customer = "file:secrets/kd_customer"
secret = "file:secrets/kd_secret"
base_url = "{url}/poll/query.do"
[couriers.made]
api = "declared"
declared = "laposte"
key = "file:secrets/made_token"
base_url = "{url}/suivi"
[shops.web]
api = "declared"
declared = "woocommerce"
base_url = "{url}"
key = "file:secrets/shop_key"
secret = "file:secrets/shop_secret"
[channels.ops]
url = "file:secrets/chat_key"
[channels.hook]
url = "file:secrets/hook_key"
[tokens.wms]
secret = "file:secrets/post_token"
"""
COMMANDS = (
    *(("config", "show"), ("config", "check", "--json"), ("doctor", "--json"), ("couriers", "list", "--json")),
    *(("couriers", "check", "--json"), ("couriers", "try", "kd100", "YT7600000000123", "--raw"), ("shops", "check")),
    *(("alerts", "list", "--json"), ("alerts", "test"), ("parcels", "list", "--json")),
)


async def echo(_: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
    """Refuses, and repeats all it was asked with, in several forms."""
    told = f"{hit.target} {hit.headers} {hit.body.decode('latin-1')}"
    sent = [value for kind, value in CANARIES.items() if Secrecy([value]).told(told)]
    forms = " ".join(b64encode(f"u:{each}".encode()).decode() for each in sent)
    said = json.dumps(
        {"status": 400, "returnCode": "777", "title": told, "detail": f"{told} {forms}", "message": f"{forms} {told}"}
    )
    status = 200 if hit.target.startswith("/poll/") else 400
    writer.write(head(status, len(said.encode())) + said.encode())


@pytest.fixture
def echoing() -> Iterator[Server]:
    with Server(echo) as server:
        yield server


def configured(folder: Path, server: Server) -> tuple[Path, int]:
    port = free_port()
    values = CANARIES | {
        "chat_key": f"json://me:{CANARIES['chat_key'].replace('/', '%2F').replace('+', '%2B')}@{server.host}/",
        "hook_key": f"json://{server.host}/{CANARIES['hook_key']}",
        "heartbeat": f"{server.url}/{CANARIES['heartbeat']}",
        "proxy": f"http://me:{CANARIES['proxy'].replace('/', '%2F')}@{server.host}",
    }
    (folder / "secrets").mkdir()
    for kind, value in values.items():
        (folder / "secrets" / kind).write_text(value)
        (folder / "secrets" / kind).chmod(0o600)
    path = folder / "config.toml"
    path.write_text(CONFIG.format(port=port, url=server.url))
    now = clock.now()
    with Store.open(folder / "watch.db") as store, store.transaction():
        numbers = {"my_dhl": "003404341111111111117", "kd100": "YT7600000000123", "made": "6A00000000017"}
        for courier, number in numbers.items():
            parcels.add(store, Parcel(0, number, courier, now, company="yuantong" if courier == "kd100" else ""), now)
    return path, port


def of_process(pid: int) -> str:
    """What others see of a process and its children."""
    seen = ""
    for one in (pid, *(int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        seen += Path(f"/proc/{one}/cmdline").read_text() + Path(f"/proc/{one}/environ").read_text(errors="replace")
    return seen


def lived(path: Path, port: int, server: Server) -> dict[str, str]:
    """A daemon's life until it asked, was refused, and told so in vain; by place what can be read of it."""
    found: dict[str, str] = {}
    log = path.parent / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, log.open("wb") as err:
        notify.bind(str(path.parent / "notify"))
        notify.settimeout(0.1)
        environ = {**os.environ, "NOTIFY_SOCKET": str(path.parent / "notify"), "WATCHDOG_USEC": "2000000"}
        child = subprocess.Popen(
            [sys.executable, "-m", "parcelwatch", "--config", str(path), "--debug", "run"],
            env=environ,
            stdout=err,
            stderr=err,
        )
        try:
            until, status = time.monotonic() + PATIENCE, ""
            while time.monotonic() < until and not _all_asked(server, status):
                try:
                    status += notify.recv(65536).decode() + "\n"
                except TimeoutError:
                    assert child.poll() is None, log.read_text()
            found["STATUS"] = status
            found["/proc"] = of_process(child.pid)
            for page in ("health", "metrics", "api/openapi.json"):
                found[page] = httpx.get(f"http://127.0.0.1:{port}/{page}", trust_env=False, timeout=PATIENCE).text
            child.send_signal(signal.SIGTERM)
            assert child.wait(PATIENCE) == 0, log.read_text()
        finally:
            child.kill()
            child.wait(PATIENCE)
    found["log"] = log.read_text()
    return found


def _all_asked(server: Server, status: str) -> bool:
    targets = [hit.target for hit in server.hits]
    wanted = ("/track/", "/poll/", "/suivi", "/wp-json", "/Canary", "/")
    return "STATUS=watching" in status and all(any(one.startswith(each) for one in targets) for each in wanted)


def test_no_credential_is_told_to_anybody(tmp_path: Path, echoing: Server, capsys: pytest.CaptureFixture[str]) -> None:
    path, port = configured(tmp_path, echoing)
    found = lived(path, port, echoing)
    for command in COMMANDS:
        main(["--config", str(path), "--debug", *command])
        found[" ".join(command)] = "".join(capsys.readouterr())
    for file in tmp_path.glob("watch.db*"):
        found[file.name] = file.read_bytes().decode("utf-8", "replace")
    assert "it does not take this message" in found["log"]
    assert "***" in found["watch.db"] + found.get("watch.db-wal", "")
    leaks = {kind: [place for place, said in found.items() if Secrecy([CANARIES[kind]]).told(said)] for kind in KINDS}
    assert {kind: places for kind, places in leaks.items() if places} == {}


async def refuse(_: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
    """Refuses, and repeats where it was asked, in its reason too."""
    said = f"{hit.target} {CANARIES['heartbeat']}".encode()
    writer.write(head(500, len(said), x_reason=hit.target) + said)


def test_where_the_heartbeat_goes_is_told_to_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, secret = tmp_path / "config.toml", tmp_path / "heartbeat"
    path.write_text(
        '[service]\ndatabase = "watch.db"\nheartbeat_url = "file:heartbeat"\n'
        '[couriers.dhl]\napi = "dhl"\nkey = "k"\nbase_url = "http://127.0.0.1:1/"\n'
    )
    with Server(refuse) as outside, supervisor(tmp_path) as listening, (tmp_path / "log").open("wb") as log:
        secret.write_text(f"http://127.0.0.1:{outside.port}/{CANARIES['heartbeat']}")
        secret.chmod(0o600)
        command = [sys.executable, "-m", "parcelwatch", "--config", str(path), "--debug", "run"]
        environ = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with subprocess.Popen(command, env=environ, stdout=log, stderr=log) as child:
            status = wait_for(listening, "READY=1")
            child.send_signal(signal.SIGHUP)
            status += wait_for(listening, "READY=1")
            found = {"STATUS": "".join(status), "/proc": of_process(child.pid)}
            child.send_signal(signal.SIGTERM)
            assert child.wait(PATIENCE) == 0
    found["log"] = (tmp_path / "log").read_text()
    assert "the heartbeat was not heard" in found["log"]
    for typed in (("config", "show"), ("config", "check", "--json"), ("doctor", "--json"), ("reload",)):
        main(["--config", str(path), "--debug", *typed])
        found[" ".join(typed)] = "".join(capsys.readouterr())
    found |= {file.name: file.read_bytes().decode("latin-1") for file in tmp_path.glob("watch.db*")}
    assert [place for place, said in found.items() if Secrecy([CANARIES["heartbeat"]]).told(said)] == []
