"""Two databases are told apart by whoever hears from both."""

from __future__ import annotations

from pathlib import Path

from parcelwatch.store import Store, identity


def test_each_database_has_marks_of_its_own_that_stay_and_tell_no_key(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one.db") as one, Store.open(tmp_path / "two.db") as two:
        first = identity.mark(one, "letters")
        assert identity.mark(two, "letters") != first != identity.mark(one, "else")
        assert first not in str(one.value("SELECT key FROM forgotten_key"))
    with Store.open(tmp_path / "one.db") as again:
        assert identity.mark(again, "letters") == first
