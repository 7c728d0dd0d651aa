"""Draining the outbox: everything that is due is tried, whoever finishes when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parcelwatch.core.messaging.messages import Group, Size, Text
from parcelwatch.core.policy import Policy
from parcelwatch.errors import StoreFull
from parcelwatch.model import Fact, Form, Severity, Why
from parcelwatch.store import Store, outbox
from parcelwatch.store.rows import NewAlert
from parcelwatch.store.writer import Writer
from parcelwatch.telling.deliver import Deliverer, Wording, claim
from parcelwatch.wording.render import Renderer
from tests.databases import blank
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


def recorded_without_a_channel(store: Store) -> None:
    """As older versions left what a silence had kept back while no channel was configured."""
    fill(store, "", "", "care")
    with store.transaction():
        store.write("UPDATE alerts SET state = 'suppressed', reason = 'a silence' WHERE kind = 'kind1'")


async def started(path: Path, *names: str) -> tuple[dict[str, Wall], list[tuple[str, str]]]:
    walls = {name: Wall() for name in names}
    writer = Writer(blank(path))
    await writer.run(recorded_without_a_channel)
    deliverer = Deliverer(walls, writer, Policy(), Renderer())
    await deliverer.start()
    await deliverer.drain(NOW)
    await deliverer.close()
    left = await writer.run(Store.all, "SELECT channel, state FROM alerts ORDER BY id")
    writer.close()
    return walls, left


def test_what_waits_without_a_channel_is_told_on_the_first_one(tmp_path: Path) -> None:
    walls, left = asyncio.run(started(tmp_path / "outbox.db", "ops", "care"))
    assert [len(wall.titles) for wall in walls.values()] == [1, 1]
    assert left == [("ops", "sent"), ("", "suppressed"), ("care", "sent")]


def test_what_waits_without_a_channel_goes_on_waiting_while_there_is_none(tmp_path: Path) -> None:
    _, left = asyncio.run(started(tmp_path / "outbox.db"))
    assert left[0] == ("", "pending")


class Wordy(Renderer):
    """Has as much to say of everything as fills several pages of the database."""

    def message(self, group: Group, size: Size, now: datetime) -> tuple[Text, ...]:
        return (Text("Much to say", "x" * 40_000),)


def test_a_disk_without_room_for_a_message_is_heard_of_as_that_and_its_words_are_sent_later(tmp_path: Path) -> None:
    refused, group = 0, None
    with Store.open(blank(tmp_path / "watch.db")) as store:
        fill(store, "ops")
        pages = store.value("PRAGMA page_count")
        while group is None:
            store.value(f"PRAGMA max_page_count = {pages + refused}")
            try:
                group = claim(store, NOW, (), Wording(Wordy(), {"ops": Wall()}))
            except StoreFull:
                refused += 1
    assert refused > 8
    assert [text.title for text in group.said] == ["Much to say"]
