"""Every adapter over real HTTP: what it sends is valid HTTP that reaches base_url, and its fixtures read the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from parcelwatch.asking.caller import Caller
from parcelwatch.asking.client import Client
from parcelwatch.couriers.base import Account, Grants
from parcelwatch.errors import CourierError
from parcelwatch.model import Observation
from tests.couriers.recorded import COURIERS, NOW, Fixture, account, fixtures
from tests.servers import Hit, Server, head

ALL = fixtures()
ASKED = [one for one in ALL if one.call == "ask" and not one.told.get("lacking")]


class Replay:
    """Answers with one fixture after the other; whoever wants a token gets the one that was recorded."""

    def __init__(self, api: str) -> None:
        self.playing: Fixture | None = None
        grants = (one for one in ALL if one.api == api and one.call == "grant" and one.told["status"] < 300)
        self.token = next(grants, None)
        self.token_path = ""
        self.paths: set[str] = set()

    async def __call__(self, server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        path = urlsplit(hit.target).path
        self.paths.add(path)
        answer = self.token if self.token_path and path == self.token_path else self.playing
        assert answer is not None
        headers = {name.replace("-", "_").lower(): value for name, value in answer.told["headers"].items()}
        writer.write(head(answer.told["status"], len(answer.body), **headers) + answer.body)


def local(fixture: Fixture, server: Server) -> Account:
    """The account, with the courier's own address turned to this machine."""
    courier = fixture.courier
    path = urlsplit(courier.base_url).path
    return replace(account(fixture.api, fixture.options), base_url=server.url + path, token=fixture.account.token)


@pytest.mark.parametrize("api", sorted({one.api for one in ASKED}))
def test_a_fixture_reads_the_same_over_real_http(api: str) -> None:
    replay = Replay(api)

    async def conversation() -> None:
        client = Client()
        try:
            async with Server(replay) as server:
                for fixture in (one for one in ASKED if one.api == api):
                    replay.playing = fixture
                    mine, courier = local(fixture, server), fixture.courier
                    if isinstance(courier, Grants):
                        replay.token_path = courier.grant(mine, NOW).url.path
                    caller = Caller(mine, courier, client)
                    try:
                        heard: tuple[Observation, ...] | str = await caller.ask(fixture.asked, lambda: NOW)
                    except CourierError as error:
                        heard = type(error).__name__
                    try:
                        expected: object = fixture.read()
                    except CourierError as error:
                        expected = type(error).__name__
                    assert (fixture.name, heard) == (fixture.name, expected)
        finally:
            await client.aclose()

    asyncio.run(conversation())
    own = urlsplit(COURIERS[api].base_url).path.rpartition("/")[0]
    assert replay.paths
    assert all(path == replay.token_path or path.startswith(own) for path in replay.paths)
