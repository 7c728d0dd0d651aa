"""Declared couriers over real HTTP: through the caller and the client, with tokens, and with numbers that mean harm."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

import pytest

from parcelwatch.asking.caller import Caller
from parcelwatch.asking.client import Client
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Answered, Ask, Milestone, NotFound, Observation
from tests.couriers.declaring import account, made
from tests.couriers.recorded import tracked
from tests.servers import Behaviour, Hit, Server, answers, head, login_page

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)


def ask(name: str, behaviour: Behaviour, *numbers: str, times: int = 1) -> tuple[list[Observation], list[Hit]]:
    """Ask so many times; what the last answer said, and everything that was sent."""

    async def conversation() -> tuple[list[Observation], list[Hit]]:
        async with Server(behaviour) as server:
            client = Client()
            caller = Caller(account(server.url), made(name), client)
            try:
                asked = [Ask(number, postal_code="28001") for number in numbers]
                for _ in range(times):
                    said = await caller.ask(asked, lambda: NOW)
            finally:
                await client.aclose()
            return list(said), server.hits

    return asyncio.run(conversation())


def gls(number: str) -> bytes:
    event = {"code": "INTIAL.PREADVICE", "description": "Data received", "eventDateTime": "2026-03-03T12:00:00+0100"}
    return json.dumps({"parcels": [{"requested": number, "status": "PREADVICE", "events": [event]}]}).encode()


class Gls:
    """Grants T1, T2, … and takes only the newest of those that are not revoked."""

    def __init__(self, revoked: tuple[str, ...] = ()) -> None:
        self.revoked = set(revoked)
        self.grants: list[dict[str, list[str]]] = []

    async def __call__(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        if hit.target == "/oauth2/v2/token":
            self.grants.append(parse_qs(hit.body.decode()))
            body = json.dumps({"access_token": f"T{len(self.grants)}", "expires_in": 14400}).encode()
            writer.write(head(200, len(body)) + body)
            return
        token = hit.headers["authorization"].removeprefix("Bearer ")
        status = 401 if token in self.revoked or token != f"T{len(self.grants)}" else 200
        body = gls("G1")
        writer.write(head(status, len(body)) + body)


def test_a_token_is_fetched_once_and_used_for_every_call() -> None:
    desk = Gls()
    said, hits = ask("gls", desk, "G1", times=3)
    assert [tracked(one).checkpoints[-1].milestone for one in said] == [Milestone.INFO_RECEIVED]
    assert desk.grants == [
        {"grant_type": ["client_credentials"], "client_id": ["the-key"], "client_secret": ["the-secret"]}
    ]
    assert [hit.headers.get("authorization") for hit in hits] == [None, *["Bearer T1"] * 3]


def test_a_token_that_is_no_longer_taken_is_replaced_once() -> None:
    desk = Gls()

    async def conversation() -> None:
        async with Server(desk) as server:
            client = Client()
            caller = Caller(account(server.url), made("gls"), client)
            await caller.ask([Ask("G1")], lambda: NOW)
            desk.revoked.add("T1")
            (said,) = await caller.ask([Ask("G1")], lambda: NOW)
            assert isinstance(said, Answered)
            assert len(desk.grants) == 2
            desk.revoked.update({"T2", "T3"})
            with pytest.raises(CourierRefused):
                await caller.ask([Ask("G1")], lambda: NOW)
            assert len(desk.grants) == 3
            await client.aclose()

    asyncio.run(conversation())


def test_a_refused_grant_is_the_accounts_fault() -> None:
    with pytest.raises(CourierRefused, match="grants no token"):
        ask("gls", answers(b'{"error": "invalid_client"}', 401), "G1")


def test_a_login_page_is_unreadable() -> None:
    with pytest.raises(CourierUnreadable, match="text/html"):
        ask("laposte", login_page(), "6A00000000011")


def test_a_batch_goes_out_as_json_and_comes_back_by_number() -> None:
    scan = {"day": "04/03/2026", "hour": "08:00", "state": "LOADED"}
    body = {"data": {"parcels": [{"id": number, "scans": [scan]} for number in ("F2", "F1")]}}
    said, (hit,) = ask("fleet", answers(json.dumps(body).encode()), "F1", "F2", "F3")
    assert [(one.number, type(one)) for one in said] == [
        ("F1", Answered),
        ("F2", Answered),
        ("F3", NotFound),
    ]
    assert (hit.method, hit.target, hit.headers["content-type"]) == (
        "POST",
        "/parcels/search?lang=en",
        "application/json",
    )
    assert hit.headers["authorization"] == "Token the-key"
    assert [item["id"] for item in json.loads(hit.body)["parcels"]] == ["F1", "F2", "F3"]


@pytest.mark.parametrize("number", ["../../etc", "a/b", "a?b=c", "a#b", "a%2Fb", "{key}", "a b", "ä", "a\\..\\b"])
def test_a_hostile_number_arrives_as_one_piece_of_the_path(number: str) -> None:
    body = json.dumps({"returnCode": 404, "idShip": number}).encode()
    (said,), (hit,) = ask("laposte", answers(body, 404), number)
    path, _, query = hit.target.partition("?")
    assert path.startswith("/idships/")
    assert unquote(path.removeprefix("/idships/")) == number
    assert "/" not in path.removeprefix("/idships/")
    assert query == "lang=fr_FR"
    assert isinstance(said, NotFound)
