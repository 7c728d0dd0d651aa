"""A helpdesk's keeper that another one follows: it asks for nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from parcelwatch.model import Ticket
from parcelwatch.store import tickets
from parcelwatch.ticketing.counters import Counter
from parcelwatch.ticketing.keeper import Deskkeeper

NOW = datetime(2026, 3, 12, tzinfo=UTC)
DESK = SimpleNamespace(since=None, rate="1/s", overlap=None)
PLACE = cast("Counter", SimpleNamespace(kept="helpdesks.x", desk=DESK, rate="", account=None, renewals=None))


class Unsettled:
    """A store in which three letters may have arrived."""

    async def run(self, work: object, *_: object) -> Any:
        return [SimpleNamespace(ref=ref) for ref in "123"] if work is tickets.unsettled else None


class Leaving(Deskkeeper):
    """Another follows while it looks at the first ticket."""

    def __init__(self) -> None:
        super().__init__(PLACE, cast("Any", None), cast("Any", Unsettled()))
        self._asker = cast("Any", SimpleNamespace(at=lambda _: None, clock=lambda: NOW, pages=_nothing))
        self.asked = ""

    async def look(self, ref: str) -> Ticket | None:
        self.asked += ref
        self.retire()
        return None


async def _nothing(_: object) -> AsyncIterator[object]:
    for page in list[object]():
        yield page


def test_who_leaves_looks_after_no_more_letters() -> None:
    keeper = Leaving()
    asyncio.run(keeper.read(NOW))
    assert keeper.asked == "1"
