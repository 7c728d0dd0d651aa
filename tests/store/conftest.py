"""A real database in a real file for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from parcelwatch.store import Store
from tests.databases import blank


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parcelwatch.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(blank(path)) as opened:
        yield opened
