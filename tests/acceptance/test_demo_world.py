"""The demonstration's world under a clock that a test turns: how many messages it makes, and in which order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.channels.told import KINDS
from parcelwatch.cli.demo_stage import configuration, written
from parcelwatch.config import Config
from parcelwatch.model import Severity
from parcelwatch.running import engine
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.demo_world import coming, demo_story
from parcelwatch.sandbox.drawing import Row
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.story import Story
from parcelwatch.sandbox.world import World
from parcelwatch.store import Store, cases, parcels
from parcelwatch.verbs import importing, records
from tests.chats import contents
from tests.sandbox.worlds import START, Hand
from tests.servers import Server, answers
from tests.store.making import SECOND

GRAVEST = KINDS[Severity.CRITICAL].value


@dataclass(frozen=True, slots=True)
class Scene:
    """The world, its parcels and the shop that watches them."""

    hand: Hand
    story: Story
    settings: Config
    chat: Server

    def take(self, folder: Path, rows: Sequence[Row]) -> None:
        """Every courier's parcels from a file of its own, as the demonstration does."""
        with Store.open(self.settings.database) as store:
            for api in self.story.apis:
                written(folder / f"{api}.csv", [row for row in rows if row["courier"] == api])
                source = records.open_source(str(folder / f"{api}.csv"))
                reader, policy = importing.desk(self.settings), self.settings.policy()
                importing.take(
                    store, records.records(source), reader, policy, self.hand.at, source=api, refused=_refuse
                )

    async def play(self, span: timedelta) -> None:
        """So much time, a tick a second; what happens live is asked about when it has happened."""
        live, end = coming(self.story), self.hand.at + span
        parts = engine.build(self.settings)
        await parts.start(self.hand.at)
        while self.hand.at < end:
            await self._beat(parts, [number for at, _, number in live if START + at <= self.hand.at])
            live = [one for one in live if START + one[0] > self.hand.at]
            self.hand.at += SECOND
        await parts.close()

    async def _beat(self, parts: Engine, news: Sequence[str]) -> None:
        with Store.open(self.settings.database) as store, store.transaction():
            ids = [parcel.id for number in news for parcel in parcels.find(store, number)]
            parcels.release(store, ids)
            parcels.poll_again(store, ids, self.hand.at)
        await parts.tick(self.hand.at)
        await parts.settle(self.hand.at)

    @property
    def kinds(self) -> list[str]:
        """How bad each message is, as the channel was told, in the order of their coming."""
        return [str(contents(hit)["type"]) for hit in self.chat.hits]


def _refuse(row: importing.Rejected) -> None:
    pytest.fail(f"line {row.line} was refused: {row.reason}")


@contextmanager
def scene(folder: Path, start: datetime = START) -> Iterator[Scene]:
    hand, (story, rows) = Hand(start), demo_story(start)
    world = World(story, hand)
    with Server(answers(b"ok")) as chat, _servers(world, story.apis) as urls:
        path = folder / "config.toml"
        path.write_text(configuration(urls, chat.host, story, "127.0.0.1:1"), encoding="utf-8")
        path.chmod(0o600)
        made = Scene(hand, story, config.load(path), chat)
        made.take(folder, rows)
        yield made


@contextmanager
def _servers(world: World, apis: Sequence[str]) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {api: stack.enter_context(SandboxServer(world, api)).base_url for api in apis}


def test_the_demonstration_is_at_most_25_messages_and_begins_with_what_is_critical(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scene(tmp_path) as made:
        asyncio.run(made.play(timedelta(seconds=40)))  # also what a courier too busy to answer held up
        with Store.open(made.settings.database) as store:
            grades = Counter(row.case.severity for row in cases.rows(store, made.hand.at))
    last = max(place for place, kind in enumerate(made.kinds, 1) if kind == GRAVEST)
    with capsys.disabled():
        print(  # what is measured
            f"\nthe demonstration's {grades.total()} cases: {len(made.kinds)} messages, "
            f"the last of {grades[Severity.CRITICAL]} critical ones is message {last}"
        )
    assert grades.total() >= 45
    assert grades[Severity.CRITICAL] >= 7
    assert made.kinds[0] == GRAVEST
    assert len(made.kinds) <= 25
    assert last <= 10
