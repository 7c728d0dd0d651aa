"""What agents read is one language with one word for each thing, and every sentence stands as one."""

from __future__ import annotations

import re
from typing import Final

from parcelwatch.words import FOLDER
from tests.gallery import SECTIONS, Card

CARDS: Final = [card for section in SECTIONS for card in section()]
# How a sentence of ours begins; after a comma it would begin in the middle of another.
BEGINS: Final = re.compile(r"[,;] (?:The|A|An|It|Its|Many|Nobody|Nothing|No|Parcels|There|Some)\b")


def texts(language: str) -> list[tuple[Card, str]]:
    return [(card, f"{card.title}\n{card.body}") for card in CARDS if card.language == language]


def test_a_sentence_begins_after_a_full_stop_or_a_name() -> None:
    for card, text in texts("en"):
        assert not BEGINS.search(re.sub("“[^”]*”", "", text)), f"{card.name}: {text}"


def test_what_is_to_be_put_into_a_command_is_named_in_the_readers_language() -> None:
    for card, text in texts("zh-CN"):
        for command in re.findall(r"parcelwatch [^\n|；，。]+", text):
            assert not re.search(r"\b[A-Z]{3,}\b", re.sub(r"\bJD\d+", "", command)), f"{card.name}: {command}"


def test_how_long_ago_it_was_does_not_run_into_what_it_was() -> None:
    told = [card.title for card, _ in texts("zh-CN") if "前" in card.title]
    assert told
    assert all(re.search(r" · \d+ (天|小时|分钟)前", title) for title in told), told


def test_whoever_bought_is_called_one_thing() -> None:
    """Letters speak to them; what agents read speaks of them."""
    chinese = FOLDER / "zh-CN"
    ours = [*chinese.glob("*.toml"), *(chinese / "agents").glob("*.j2")]
    named = {path.name: word for path in ours for word in re.findall("客户|顾客", path.read_text("utf-8"))}
    assert ours
    assert named == {}


def test_one_is_not_spoken_of_as_many() -> None:
    for card, text in texts("en"):
        if card.name == "given_up":
            assert "1 parcel no longer asked about" in text
            assert not re.search(r"\b(them|they|their|Their)\b", text), text
