"""The store on a thread of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from parcelwatch.errors import StoreError
from parcelwatch.store import Store
from parcelwatch.store.writer import Writer
from tests.databases import blank


def look(store: Store) -> int:
    return int(store.value("SELECT count(*) FROM parcels"))


def test_whoever_comes_after_the_end_hears_that_nothing_is_kept_any_more(tmp_path: Path) -> None:
    async def late() -> None:
        writer = Writer(blank(tmp_path / "watch.db"))
        assert await writer.run(look) == 0
        writer.close()
        with pytest.raises(StoreError, match="closed"):
            await writer.run(look)

    asyncio.run(late())
