"""The adapters against the sandboxes over real HTTP: both were written from the couriers' documents, apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import httpx
import pytest

from parcelwatch.couriers.base import Account, Courier, Registers
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.couriers.kuaidi100 import Kuaidi100
from parcelwatch.couriers.seventeentrack import SeventeenTrack
from parcelwatch.model import Answered, Ask, Cause, Checkpoint, NotFound, Observation
from parcelwatch.sandbox.demo_world import demo_story
from parcelwatch.sandbox.drawing import Row
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.world import Mark, heard
from tests.sandbox.worlds import KEY, START, played

COURIERS: dict[str, Courier] = {"17track": SeventeenTrack(), "dhl": Dhl(), "kuaidi100": Kuaidi100()}
STORY, ROWS = demo_story(START)


def asked(rows: Sequence[Row], api: str) -> list[Ask]:
    return [
        Ask(row["number"], row["company"], row["service"], row["phone_last4"], "", row["origin"], row["destination"])
        for row in rows
        if row["courier"] == api
    ]


def answers(server: SandboxServer, courier: Courier, asks: Sequence[Ask]) -> Iterator[Observation]:
    account = Account("sandbox", server.api.name, KEY, server.base_url, customer="SANDBOX")
    with httpx.Client(trust_env=False) as client:
        for start in range(0, len(asks), courier.batch):
            batch = asks[start : start + courier.batch]
            if isinstance(courier, Registers) and courier.registers(account):
                registered = courier.registered(client.send(courier.registration(account, batch, START)), batch)
                assert all(one.ok for one in registered)
            yield from courier.parse(client.send(courier.request(account, batch, START)), batch)


def agree(mark: Mark, checkpoint: Checkpoint) -> bool:
    """Same cause, same milestone, and a time that may be true. A refusal may be an attempt or an exception."""
    says = mark.says
    same = says.milestone is checkpoint.milestone or says.cause is Cause.REFUSED
    cause = says.cause or checkpoint.cause if checkpoint.cause is Cause.UNSTATED else says.cause
    return same and cause is checkpoint.cause and checkpoint.occurred_at <= mark.at <= checkpoint.occurred_until


@pytest.mark.parametrize("api", list(COURIERS))
def test_an_adapter_hears_what_the_sandbox_says(api: str) -> None:
    world, _ = played(STORY)
    parcels = {parcel.number: parcel for parcel in STORY.parcels}
    asks = asked(ROWS, api)
    with SandboxServer(world, api) as server:
        for ask, observation in zip(asks, answers(server, COURIERS[api], asks), strict=True):
            if ask.number not in parcels:
                assert isinstance(observation, NotFound)
                continue
            told = heard(parcels[ask.number], START, START)
            assert isinstance(observation, Answered)
            assert len(observation.checkpoints) == len(told.marks)
            for mark, checkpoint in zip(told.marks, observation.checkpoints, strict=True):
                assert agree(mark, checkpoint), (mark, checkpoint)
            assert bool(observation.stopped) == bool(told.stopped_at)
