"""The page of everything people read is whole: no holes, nothing left over, every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import gallery
from tests.gallery import SECTIONS, Card
from tests.test_words import HEADS, whole

CARDS = [card for section in SECTIONS for card in section()]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"{card.section}-{card.name}-{card.language}")
def test_a_card_reads_whole(card: Card) -> None:
    for line in (card.title, *filter(None, card.body.split("\n"))):
        assert line in HEADS or whole(re.sub(r"https?://\S+", "…", line)), line
    assert "\u200b" not in card.title
    message, _, _ = card.body.partition("\n\n— ")
    assert card.section == "drafts" or "\n\n" not in message


def test_the_page_holds_every_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gallery.main(str(tmp_path / "page.html"))
    assert capsys.readouterr().out.strip() == str(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("<div class=card") == len(CARDS)
    assert "<b>🟠 HIGH · stalled 6 days" in page
