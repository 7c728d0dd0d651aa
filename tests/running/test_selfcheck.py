"""The daemon's look at itself: told once, cleared once, asked at /health, heard of outside while all is well."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from parcelwatch import clock, config, web
from parcelwatch.config import Config
from parcelwatch.core.service.health import Remark
from parcelwatch.model import Parcel
from parcelwatch.running import engine
from parcelwatch.running.selfcheck import SelfCheck
from parcelwatch.store import Store, alerts, parcels, service
from tests.databases import spoil
from tests.servers import Server, answers

TROUBLED = "service_troubled"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Config, Server]]:
    """A configuration that a daemon runs, and where its heartbeat goes."""
    with Server(answers(b"ok")) as outside:
        path = tmp_path / "config.toml"
        path.write_text(
            f'[service]\ndatabase = "watch.db"\nheartbeat_url = "http://127.0.0.1:{outside.port}/ping/secret-4711"\n'
            '[couriers.dhl]\napi = "dhl"\nkey = "k"\nbase_url = "http://127.0.0.1:1/"\n'
            '[channels.ops]\nurl = "json://127.0.0.1:1/"\n'
        )
        read = config.load(path)
        with Store.open(read.database) as store, store.transaction():
            service.started(store, 1, "1", str(path), config.fingerprint(read), clock.now())
        yield read, outside


async def checked(read: Config, times: int = 1, look_again: bool = True) -> tuple[list[Remark], list[str]]:
    """What is wrong, after so many checks, and what operators are told in all."""
    parts = engine.build(read)
    try:
        for _ in range(times):
            checks = SelfCheck(parts, lambda: read, tuple, clock.now)
            await checks.check()
        rows = await parts.writer.run(alerts.rows)
        told = [f"{row.out.fact.says} {', '.join(one.text for one in row.out.fact.unread)}" for row in rows]
        return [one for one in await checks.look() if one.wrong], told
    finally:
        await parts.close()


def test_while_all_is_well_the_heartbeat_is_heard_and_nobody_is_told(shop: tuple[Config, Server]) -> None:
    read, outside = shop
    wrong, told = asyncio.run(checked(read))
    assert (wrong, told) == ([], [])
    assert [hit.target for hit in outside.hits] == ["/ping/secret-4711"]


def test_a_finding_is_told_once_and_its_end_once(shop: tuple[Config, Server]) -> None:
    read, outside = shop
    whole = read.path.read_text()
    read.path.write_text(whole + '[thresholds]\nstalled = { warn = "1d" }\n')
    _, told = asyncio.run(checked(read, times=3))
    (only,) = told
    assert only.startswith("service_troubled the configuration file differs")
    assert outside.hits == []
    read.path.write_text(whole)
    _, told = asyncio.run(checked(read, times=2))
    assert [one.split()[0] for one in told] == ["service_troubled", "service_well"]
    assert len(outside.hits) == 2


def test_a_file_with_a_fault_is_a_finding_before_the_restart_that_would_fail(shop: tuple[Config, Server]) -> None:
    read, _ = shop
    read.path.write_text("[thresholds\n")
    wrong, _ = asyncio.run(checked(read))
    assert [one.key for one in wrong] == ["configuration"]
    assert "a restart would fail" in wrong[0].text


def test_times_that_a_wrong_clock_left_in_the_future_are_named(shop: tuple[Config, Server]) -> None:
    read, _ = shop
    now = clock.now()
    with Store.open(read.database) as store, store.transaction():
        one = parcels.add(store, Parcel(0, "00340434111111111117", "dhl", now), now)
        parcels.poll_again(store, [one], now + timedelta(days=40))
    wrong, _ = asyncio.run(checked(read))
    assert [one.key for one in wrong] == ["ahead"]


def test_a_table_that_rots_is_a_finding_and_ends_no_look(shop: tuple[Config, Server]) -> None:
    read, _ = shop

    async def look() -> tuple[Remark, ...]:
        parts = engine.build(read)
        try:
            spoil(read.database, "parcels")
            return await SelfCheck(parts, lambda: read, tuple, clock.now).look()
        finally:
            await parts.close()

    (only,) = asyncio.run(look())
    assert only.key == "store"
    assert "is damaged" in only.text


def test_health_says_which_matters_fail_and_nothing_about_any_parcel() -> None:
    async def look() -> tuple[Remark, ...]:
        return (Remark("account my_dhl: key hunter2", key="account:my_dhl"), Remark("a daemon is running", wrong=False))

    assert asyncio.run(asked(look)) == (503, {"ok": False, "failing": ["account:my_dhl"]})


def test_health_is_well_where_nothing_is_wrong() -> None:
    async def look() -> tuple[Remark, ...]:
        return (Remark("a daemon is running", wrong=False),)

    assert asyncio.run(asked(look)) == (200, {"ok": True, "failing": []})


async def asked(look: web.Look) -> tuple[int, object]:
    listening = web.bound("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = web.Server(web.application(web.Health(look).route), listening)
    server.start()
    try:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/health")
        return answer.status_code, json.loads(answer.content)
    finally:
        await server.stop()
