"""Draining the outbox: everything that is due is tried, whoever finishes when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parcelwatch.core.policy import Policy
from parcelwatch.deliver import Deliverer, claim
from parcelwatch.model import Fact, Form, Severity, Why
from parcelwatch.render import Renderer
from parcelwatch.store import Store, outbox
from parcelwatch.store.rows import NewAlert
from parcelwatch.store.writer import Writer
from tests.receivers import Receiver

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Wall(Receiver):
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def send(self, title: str, body: str, severity: Severity) -> None:
        self.titles.append(title)
        assert body


class Late(Writer):
    """A store whose "nothing is due" arrives only when every send that was on its way is over."""

    deliverer: Deliverer

    async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        found = await super().run(work, *args, **kwargs)
        if work is claim and found is None:
            sends = [desk.sending for desk in self.deliverer._desks.values() if desk.sending]
            if sends:
                await asyncio.wait(sends)
        return found


def fill(store: Store, *channels: str) -> None:
    with store.transaction():
        for number, channel in enumerate(channels):
            alert = NewAlert(f"kind{number}", channel, Severity.HIGH, Why.OPENED, Fact(Form.NO_SCAN, since=NOW))
            outbox.enqueue(store, alert, NOW)


async def drained(path: Path) -> dict[str, Wall]:
    walls = {"ops": Wall(), "care": Wall()}
    writer = Late(path)
    writer.deliverer = Deliverer(walls, writer, Policy(), Renderer())
    await writer.run(fill, "ops", "care", "ops", "ops")
    await writer.deliverer.drain(NOW)
    await writer.deliverer.close()
    writer.close()
    return walls


def test_a_channel_that_finishes_while_another_is_asked_for_still_gets_all_that_is_due(tmp_path: Path) -> None:
    walls = asyncio.run(drained(tmp_path / "outbox.db"))
    assert len(walls["ops"].titles) == 3
    assert len(walls["care"].titles) == 1
