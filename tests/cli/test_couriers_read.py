"""`couriers read` and `couriers wordings`: how a text is read, by which row, and whether all examples hold."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Shop


def test_a_reading_names_the_row_that_decided(shop: Shop) -> None:
    ended = shop.bare("couriers", "read", "The parcel is lost", "--json")
    assert ended.code == 0
    told = ended.document
    assert (told["language"], told["milestone"], told["cause"], told["sure"]) == ("en", "exception", "lost", "stated")
    (row,) = told["rows"]
    line = Path(row["file"]).read_text("utf-8").splitlines()[row["line"] - 1]
    assert row["wording"] in line
    assert row["example"] in line


def test_a_suspicion_is_told_as_one(shop: Shop) -> None:
    ended = shop.bare("couriers", "read", "疑似遗失，查找中")
    assert "exception/lost, only suspected" in ended.out
    assert "zh.toml:" in ended.out


def test_what_makes_a_loss_suspected_or_a_damage_slight_is_named_with_its_line(shop: Shop) -> None:
    for text, part in (("疑似遗失，查找中", "suspected"), ("Parcel damaged, contents intact", "slight")):
        *_, weight = shop.bare("couriers", "read", text, "--json").document["rows"]
        line = Path(weight["file"]).read_text("utf-8").splitlines()[weight["line"] - 1]
        assert (weight["part"], line.strip()) == (part, f'"{weight["wording"]}",')


def test_the_language_can_be_given(shop: Shop) -> None:
    assert shop.bare("couriers", "read", "In transito", "--language", "it", "--json").document["language"] == "it"


def test_a_text_that_says_nothing_known_is_told_with_what_to_do(shop: Shop) -> None:
    ended = shop.bare("couriers", "read", "The moon is full")
    assert ended.code == 0
    assert "Nothing in it is known" in ended.out
    assert "{ wording = " in ended.out


def test_a_denial_is_found_by_its_line(shop: Shop) -> None:
    (row,) = shop.bare("couriers", "read", "无法妥投", "--json").document["rows"]
    assert Path(row["file"]).read_text("utf-8").splitlines()[row["line"] - 1] == "[denial]"


def test_no_text_and_no_such_language_are_said(shop: Shop) -> None:
    assert "which text?" in shop.bare("couriers", "read", " ").err
    assert "there are de, en" in shop.bare("couriers", "read", "Delivered", "--language", "tlh").err
    assert "there are de, en" in shop.bare("couriers", "wordings", "tlh").err


def test_all_wordings_of_a_language_are_counted_and_proved(shop: Shop) -> None:
    ended = shop.bare("couriers", "wordings", "nl", "--json")
    assert ended.code == 0
    (dutch,) = ended.document["languages"]
    assert dutch["rows"] <= dutch["examples"]
    assert dutch["faults"] == []
    assert "Nederlands" in shop.bare("couriers", "wordings", "nl").out


def test_the_readme_shows_a_text_as_it_is_read(shop: Shop) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = readme.partition('couriers read "The parcel is lost"\n')[2].partition("```")[0].strip()
    shown = shop.run("couriers", "read", "The parcel is lost").out
    for line in filter(None, map(str.strip, example.splitlines())):
        assert re.search(".*".join(map(re.escape, line.split("…"))), shown), line
