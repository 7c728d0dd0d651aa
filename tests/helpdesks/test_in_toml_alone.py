"""A helpdesk in TOML alone, as the README has it: heard, answered once, and read where it disagrees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from parcelwatch import helpdesks
from parcelwatch.channels.customers import Outcome
from parcelwatch.config import HelpdeskConfig
from parcelwatch.errors import ConfigError
from parcelwatch.model import Cause, Milestone, Missive, Order, Parcel, Ticket
from parcelwatch.running.engine import Engine
from parcelwatch.shops.base import Account as DeskAccount
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known, numbers
from tests.helpdesks.test_story import send, state
from tests.servers import Hit, Server, head
from tests.test_readme import printed

(NUMBER,) = numbers(1)
MAIL = "ann@example.com"
MINUTE = timedelta(minutes=1)


class Own:
    """The desk of the README's example. A page repeats the last one's ticket, and none says how many there are."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, Any]] = {}
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.limit = False
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.server = Server(self._answer)

    @property
    def settings(self) -> str:
        text = printed("toml", "[helpdesks.own]")
        assert "https://desk.example.com/api" in text
        text = text.replace("https://desk.example.com/api", self.server.url).replace("env:OWN_DESK_KEY", "own-key-1")
        return text.replace('api = "declared"', 'api = "declared"\nevery = "1m"\nrate = "10000/s"', 1)

    def write(self, ref: str, at: datetime, body: str, *, by: str = "customer", internal: bool = False) -> None:
        stamp = at.astimezone(UTC).isoformat()
        begun = {"id": int(ref), "created": stamp, "subject": "Hi", "state": "open", "customer": {"email": MAIL}}
        self.tickets[ref] = {**self.tickets.get(ref, begun), "changed": stamp}
        said = self.said.setdefault(ref, [])
        said.append({"id": len(said) + 1, "created": stamp, "body": body, "by": by, "internal": internal})

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        status, told = (429, {}) if self.limit else self._told(hit)
        self.limit = False
        body = json.dumps(told).encode()
        writer.write(head(status, len(body), **{"retry-after": "1"}) + body)

    def _told(self, hit: Hit) -> tuple[int, Any]:
        parts = urlsplit(hit.target)
        if hit.headers.get("authorization") != "Bearer own-key-1":
            return 401, {}
        _, *steps = parts.path.strip("/").split("/")
        if not steps:
            since = datetime.fromisoformat(parse_qs(parts.query)["since"][0])
            found = [one for one in self.tickets.values() if datetime.fromisoformat(one["changed"]) >= since]
            return 200, {"items": found if parse_qs(parts.query)["page"] == ["1"] else found[-1:]}
        if steps[0] not in self.tickets:
            return 404, {}
        if hit.method == "POST":
            body = json.loads(hit.body)
            self.write(steps[0], self.now, body["body"], by="agent", internal=body["internal"])
            return 201, {"id": len(self.said[steps[0]])}
        return 200, self.said[steps[0]] if len(steps) == 2 else self.tickets[steps[0]]


@pytest.fixture
def own() -> Iterator[Own]:
    place = Own()
    with place.server:
        yield place


def test_the_readme_s_declaration_hears_a_complaint_and_takes_the_letter_as_a_note(tmp_path: Path, own: Own) -> None:
    damaged = known(NUMBER, ago(40), ago(20, Milestone.EXCEPTION, Cause.DAMAGED))
    with Shop(tmp_path, damaged, accounts=[Account("dhl")], settings=THRESHOLDS + own.settings) as place:
        order = Order("#1001", customer_name="Ann Beispiel", customer_contact=MAIL, language="en")
        place.watch([Parcel(0, NUMBER, "dhl", place.hand.at, origin="DE", destination="DE", orders=(order,))])

        async def scene(parts: Engine) -> None:
            await place.live(parts, 2 * MINUTE, MINUTE)
            own.limit = True
            own.write("4711", place.hand.at, f"Where is {NUMBER}?")
            await place.live(parts, 4 * MINUTE, MINUTE)

        place.play(scene)
        assert any("ticket 4711" in one.text for one in place.sink.to("ops"))
        own.now = place.hand.at
        assert send(place).outcome is Outcome.ARRIVED
        note = own.said["4711"][-1]
        assert (NUMBER in note["body"], note["internal"], state(place)) == (True, True, "sent")
        with place.store() as store:
            assert store.value("SELECT count(*) FROM complaints") == 1


def settings(api: str, **options: str) -> HelpdeskConfig:
    return HelpdeskConfig("desk", api, MINUTE, base_url="https://desk.example.com", options=options)


def written(api: str, private: bool, **options: str) -> httpx.Request:
    """What a letter into ticket 7 becomes."""
    desk = helpdesks.adapter(settings(api, **options))
    at = datetime(2026, 11, 27, tzinfo=UTC)
    account = DeskAccount("desk", api, "https://desk.example.com", key="key-1234567", options=options)
    letter = Missive("D1", "Your parcel", "1 < 2", to=MAIL, private=private)
    return next(desk.write(account, Ticket("7", "7", at, at), letter, at))


def test_freescout_writes_in_the_name_of_the_user_it_is_given() -> None:
    request = written("freescout", True, user="3")
    assert request.url.path == "/api/conversations/7/threads"
    assert json.loads(request.content) == {"type": "note", "text": "1 &lt; 2", "user": "3"}
    assert json.loads(written("freescout", False, user="3").content)["type"] == "message"
    with pytest.raises(ConfigError, match="user"):
        helpdesks.adapter(settings("freescout"))


def test_odoo_is_asked_with_numbers_and_its_database_where_that_is_named() -> None:
    request = written("odoo", True, database="shop")
    assert (json.loads(request.content)["ids"], request.headers["x-odoo-database"]) == ([7], "shop")
    assert "x-odoo-database" not in written("odoo", False).headers
    with pytest.raises(ConfigError, match="did you mean"):
        helpdesks.adapter(settings("odoo", databse="x"))
