"""An account's worker by itself: what was answered is taken in once, whoever stops waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from parcelwatch.asking.outcomes import Call, Said
from parcelwatch.asking.poller import AHEAD, CONCURRENT, Worker
from parcelwatch.asking.posts import Post
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import Tally
from parcelwatch.store.writer import Writer

NOW = datetime(2026, 3, 12, tzinfo=UTC)
POST = cast("Post", SimpleNamespace(account=None, courier=None, name="dhl"))


class Slow:
    """A store that takes its time, and finishes what was begun whoever waits for it."""

    def __init__(self) -> None:
        self.taken: list[Said] = []

    async def run(self, work: object, post: Post, policy: Policy, batch: Sequence[Said], **_: object) -> Tally:
        async def done() -> Tally:
            await asyncio.sleep(0.02)
            self.taken += batch
            return Tally(answered=len(batch))

        return await asyncio.shield(asyncio.ensure_future(done()))


def test_whoever_stops_waiting_for_answers_has_none_taken_in_twice() -> None:
    async def scene() -> tuple[list[Said], list[Said]]:
        store = Slow()
        worker = Worker(POST, cast("Any", None), cast("Writer", store), Policy())
        call = cast("Call", SimpleNamespace(claimed=(1,), ids=(1,)))
        said = [Said(call, NOW) for _ in range(CONCURRENT + AHEAD)]
        worker._said, worker._waiting = [*said], len(said)
        running = asyncio.create_task(worker.run(NOW))
        await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await worker.drain()
        return said, store.taken

    said, taken = asyncio.run(scene())
    assert len(taken) == len(said)
