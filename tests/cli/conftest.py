"""A small shop: a sandbox courier, a channel that takes messages, a configuration, and the program itself."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from parcelwatch import clock
from parcelwatch.cli import main
from parcelwatch.sandbox import reading
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.world import World
from tests.databases import blank
from tests.servers import Server, answers

MOVING, HOME_SOON, STALLED, DAMAGED = (f"003404341111111111{end}" for end in ("17", "24", "31", "48"))

CONFIG = """
[service]
database = "shop.db"
timezone = "Asia/Shanghai"

[couriers.my_dhl]
api = "dhl"
key = "sandbox-key"
base_url = "{base_url}"
rate = "1000/s"
quota = "100000/d"

[channels.ops]
url = "json://127.0.0.1:{port}/"

[drafts]
shop = "Lotus & Lantern"
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Shop:
    """Runs commands in this process, against one configuration."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], inbox: Server) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.inbox = inbox
        self._capture = capture

    def run(self, *arguments: str, stdin: bytes = b"") -> Ended:
        """One command, as it would be typed after `parcelwatch --config …`."""
        return self.bare("--config", str(self.config), *arguments, stdin=stdin)

    def bare(self, *arguments: str, stdin: bytes = b"") -> Ended:
        """One command without a configuration named."""
        self._capture.readouterr()
        before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin))
        try:
            code = main(list(arguments))
        finally:
            sys.stdin = before
        captured = self._capture.readouterr()
        return Ended(code, captured.out, captured.err)

    def configure(self, more: str) -> None:
        """Add to the configuration."""
        self.config.write_text(self.config.read_text(encoding="utf-8") + more, encoding="utf-8")

    def without_database(self) -> None:
        """Take the empty database away, as before the first command that makes one."""
        (self.folder / "shop.db").unlink()

    def file(self, text: str, name: str = "rows.csv") -> str:
        """A file beside the configuration; its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture(scope="session")
def courier() -> Iterator[SandboxServer]:
    with SandboxServer(World(reading.default("dhl"), clock.now), "dhl") as server:
        yield server


@pytest.fixture(scope="session")
def inbox() -> Iterator[Server]:
    with Server(answers(b"ok")) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, courier: SandboxServer, inbox: Server, capsys: pytest.CaptureFixture[str]) -> Shop:
    """Configured, with an empty database, and nothing else."""
    made = Shop(tmp_path, capsys, inbox)
    made.config.write_text(CONFIG.format(base_url=courier.base_url, port=inbox.port), encoding="utf-8")
    made.config.chmod(0o600)
    blank(tmp_path / "shop.db")
    inbox.behaviour = answers(b"ok")
    return made


def after_one_pass(folder: Path, courier: SandboxServer, inbox: Server, rows: str) -> Path:
    """The database of a shop that imported these rows and asked once."""
    config, orders = folder / "config.toml", folder / "rows.csv"
    config.write_text(CONFIG.format(base_url=courier.base_url, port=inbox.port), encoding="utf-8")
    orders.write_text(rows, encoding="utf-8")
    assert main(["--config", str(config), "parcels", "import", str(orders)]) == 0
    assert main(["--config", str(config), "once"]) == 0
    return folder / "shop.db"


@pytest.fixture(scope="session")
def watched_database(tmp_path_factory: pytest.TempPathFactory, courier: SandboxServer, inbox: Server) -> Path:
    """Three parcels after one pass: one moves, one stands still, one is broken."""
    lines = [f"{number},my_dhl,A-{at},en" for at, number in enumerate((MOVING, STALLED, DAMAGED))]
    rows = "\n".join(["number,courier,order,language", *lines])
    return after_one_pass(tmp_path_factory.mktemp("watched"), courier, inbox, rows)


@pytest.fixture
def watched(shop: Shop, watched_database: Path) -> Shop:
    """The shop with a database of its own in which something has happened."""
    shutil.copy(watched_database, shop.folder / "shop.db")
    return shop
