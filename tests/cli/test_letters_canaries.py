"""What letters are sent with is told to nobody: every way to customers, refused by whoever repeats all it was told.

Looked for in every form: in what the commands show at their most talkative, and in the database with its log.
"""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from parcelwatch import clock
from parcelwatch.core.texts.secrecy import Secrecy
from parcelwatch.store import Store
from tests.cli.conftest import DAMAGED, Shop
from tests.cli.test_letters_sent import ANN, draft_to
from tests.mailbox import Post
from tests.servers import Hit, Server, head

CANARY = "Canary/letters+007-x9"
QUOTED = quote(CANARY, safe="")
DESK = '\n[helpdesks.desk]\napi = "{api}"\nbase_url = "http://{host}"\nkey = "{key}"\n'
WAYS = {
    "webhook": '\n[drafts.send]\nwebhook = "http://{host}/hook/{key}?key={quoted}"\n',
    "sms": '\n[drafts.send]\nsms = "smseagle://{quoted}@{host}/{{contact}}"\n',
    "url": '\n[drafts.send]\nurl = "mailto://robot:{quoted}@127.0.0.1:{post}?mode=insecure&from=a@lotus.example&to={{contact}}"\n',
    "chatwoot": DESK + 'options = {{ account = "1" }}\n',
    "helpscout": DESK + 'secret = "{key}"\n',
}


async def echo(_: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
    """Refuses, and repeats all it was asked with, in several forms."""
    told = f"{hit.target} {hit.headers} {hit.body.decode('latin-1')} {b64encode(CANARY.encode()).decode()} {CANARY}"
    said = json.dumps({"error": told, "message": told, "description": told, "errors": [{"message": told}]}).encode()
    writer.write(head(400, len(said), x_reason=QUOTED) + said)


@pytest.fixture(autouse=True)
def mute() -> Iterator[None]:
    """The mail server here writes down what it is asked, in this process: that is its own affair."""
    its = logging.getLogger("mail.log")
    before, its.disabled = its.disabled, True
    yield
    its.disabled = before


@pytest.fixture
def echoing() -> Iterator[Server]:
    with Server(echo) as server:
        yield server


@pytest.mark.parametrize("way", WAYS)
def test_what_a_letter_is_sent_with_is_told_to_nobody(watched: Shop, echoing: Server, way: str) -> None:
    with Post({"AUTH": f"535 no {CANARY}"}) as post:
        watched.configure(WAYS[way].format(host=echoing.host, key=CANARY, quoted=QUOTED, post=post.port, api=way))
        draft = draft_to(watched, "+15550100123" if way == "sms" else ANN)
        with Store.open(watched.folder / "shop.db") as store, store.transaction():
            at = int(clock.now().timestamp() * 1000)
            store.write("INSERT INTO tickets VALUES ('helpdesks.desk', '7', '7', '', ?, ?)", (at, at))
            parcel = store.value("SELECT id FROM parcels WHERE number = ?", (DAMAGED,))
            store.write("INSERT INTO ticket_parcels VALUES ('helpdesks.desk', '7', ?, 'number')", (parcel,))
        commands = [
            ("drafts", "send", draft, "--approve"),
            ("drafts", "send", draft, "--approve", "--json"),
            *(("drafts", verb, draft) for verb in ("show", "check")),
            *(("config", "show"), ("config", "check"), ("doctor",), ("helpdesks", "check"), ("helpdesks", "list")),
        ]
        ended = {" ".join(each): watched.run("--debug", *each) for each in commands}
        assert post.logins or echoing.hits
    found = {command: each.out + each.err for command, each in ended.items()}
    assert ended[f"drafts send {draft} --approve"].code
    found |= {file.name: file.read_bytes().decode("latin-1") for file in watched.folder.glob("shop.db*")}
    assert [place for place, said in found.items() if Secrecy([CANARY]).told(said)] == []
