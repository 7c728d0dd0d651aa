"""Pushes to a running daemon: a real process, a real signature, and a death right after it said yes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from parcelwatch import clock
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.model import Parcel
from parcelwatch.store import Store, alerts, cases, parcels
from tests.servers import PATIENCE

SALT = "salt-of-this-test"
NUMBER = "YT7600000000123"
PROGRAM = (
    "import os, sys; from pathlib import Path; from parcelwatch import config; from parcelwatch.running import daemon; "
    "sys.exit(daemon.run(config.load(Path(sys.argv[1])), os.environ))"
)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, int]:
    """A configuration whose courier cannot be asked, only call; with one parcel on the road."""
    port = free_port()
    path = tmp_path / "config.toml"
    path.write_text(
        f'[service]\ndatabase = "watch.db"\nlisten = "127.0.0.1:{port}"\n'
        f'[couriers.kd100]\napi = "kuaidi100"\nkey = "k"\ncustomer = "c"\nsecret = "{SALT}"\n'
        f'base_url = "http://127.0.0.1:{free_port()}/poll/query.do"\n'
    )
    now = clock.now()
    with Store.open(tmp_path / "watch.db") as store, store.transaction():
        added = parcels.add(store, Parcel(0, NUMBER, "kd100", now, company="yuantong"), now)
        parcels.poll_again(store, [added], now + timedelta(hours=1))
    return path, port


@contextmanager
def daemon(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running daemon, ready; killed at the end if nobody stopped it before."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        place = config.parent / "notify"
        place.unlink(missing_ok=True)
        listening.bind(str(place))
        listening.settimeout(PATIENCE)
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(config)],
            env={**os.environ, "NOTIFY_SOCKET": str(place)},
            stderr=subprocess.DEVNULL,
        )
        try:
            while "READY=1" not in listening.recv(4096).decode():
                pass
            yield child
        finally:
            child.kill()
            child.wait(PATIENCE)


def body() -> dict[str, str]:
    """What 快递100 posts about a damaged parcel."""
    now = clock.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    scan = {"time": now, "ftime": now, "context": "快件破损严重", "status": "破损", "statusCode": "209"}
    result = {"message": "ok", "nu": NUMBER, "com": "yuantong", "status": "200", "state": "209", "data": [scan]}
    param = json.dumps({"status": "polling", "lastResult": result}, ensure_ascii=False)
    return {"param": param, "sign": md5_hex(param + SALT).upper()}


def push(port: int, form: dict[str, str]) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/hooks/kd100", data=form, trust_env=False, timeout=PATIENCE)


def test_a_push_answered_yes_outlives_a_death_right_after(shop: tuple[Path, int]) -> None:
    config, port = shop
    form = body()
    with daemon(config) as child:
        assert push(port, {**form, "sign": "0" * 32}).status_code == 401
        answers = [push(port, form) for _ in range(2)]
        child.send_signal(signal.SIGKILL)
    assert [answer.json() for answer in answers] == [{"result": True, "returnCode": "200", "message": "成功"}] * 2
    with Store.open(config.parent / "watch.db") as store:
        assert store.value("SELECT count(*) FROM inbox") == 1
    for _ in range(2):
        command = [sys.executable, "-m", "parcelwatch", "once", "--for", "0s", "--config", str(config)]
        assert subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
    with Store.open(config.parent / "watch.db") as store:
        assert [row.case.kind for row in cases.rows(store, clock.now())] == ["damaged"]
        told = [row.out.kind for row in alerts.rows(store) if row.out.kind == "damaged"]
    assert len(told) == 2  # the alert and its draft, once
