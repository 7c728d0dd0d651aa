"""A damaged database under whatever command meets it: the damage is told, and never taken for a bug of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

import parcelwatch
from parcelwatch.errors import StoreDamaged
from parcelwatch.store import Store
from tests.cli.conftest import DAMAGED, Shop
from tests.databases import spoil


@pytest.mark.parametrize("table", ["checkpoints", "drafts"])
@pytest.mark.parametrize(
    "typed",
    [
        ("backtest", "--policy", "config.toml"),
        ("learn",),
        ("config", "check", "--history"),
        ("doctor",),
        ("why", DAMAGED),
    ],
    ids=" ".join,
)
def test_damage_is_told_by_the_command_that_meets_it(
    watched: Shop, table: str, typed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(watched.folder)
    spoil(watched.folder / "shop.db", table)
    ended = watched.run(*typed)
    assert ended.code == 1
    assert "is damaged" in ended.out + ended.err
    assert "bug of ours" not in ended.err


@pytest.mark.parametrize(
    "astray", [AssertionError, RecursionError, UnicodeDecodeError("utf-8", b"", 0, 1, ""), KeyError]
)
def test_whatever_garbage_makes_of_our_own_code_the_damage_is_told(
    watched: Shop, astray: Exception | type[Exception]
) -> None:
    spoil(watched.folder / "shop.db", "drafts")
    with (
        pytest.raises(StoreDamaged, match="is damaged"),
        Store.open(watched.folder / "shop.db") as store,
        store.trusted(),
    ):
        raise astray


def test_whoever_opens_an_operator_s_database_trusts_no_page_of_it() -> None:
    folder = Path(parcelwatch.__file__).parent
    files = [each for each in folder.rglob("*.py") if each.parent.name != "store" and not each.stem.startswith("demo")]
    opens = [line for each in files for line in each.read_text().splitlines() if "with Store.open(" in line]
    assert opens
    assert [line for line in opens if "trusted()" not in line and "tempfile" not in line] == []
