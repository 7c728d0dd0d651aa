"""The page of everything people read is whole: no holes, nothing left over, every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import gallery
from tests.gallery import SECTIONS, Card
from tests.wording.test_words import HEADS, whole

CARDS = [card for section in SECTIONS for card in section()]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"{card.section}-{card.name}-{card.language}")
def test_a_card_reads_whole(card: Card) -> None:
    for line in (card.title, *filter(None, card.body.split("\n"))):
        assert line in HEADS or whole(re.sub(r"https?://\S+", "…", line)), line
    assert "\u200b" not in card.title
    message, _, _ = card.body.partition("\n\n— ")
    assert card.section == "drafts" or "\n\n" not in message


# Names, commands, and what is quoted of somebody else.
OWN = re.compile(r"parcelwatch [^，。；]*|https?://\S+|`[^`]*`|tb_zhao88|VIP|DHL|HTTP|Shopify|\bX9\b|“Odd”")
NAMES = re.compile("my_dhl|ops|lin|lotus|CN|DE|JD00[12]|ReadTimeout|api|dhl|example|email|phone|lost|txt|line|not|JSON")


@pytest.mark.parametrize("card", [card for card in CARDS if card.language == "zh-CN"], ids=lambda card: card.name)
def test_a_chinese_message_has_no_english_words_and_no_narrow_stops(card: Card) -> None:
    for line in (card.title, *card.body.split("\n")):
        ours = OWN.sub("", line)
        assert [word for word in re.findall(r"[A-Za-z][A-Za-z_]+\d*", ours) if not NAMES.fullmatch(word)] == [], line
        assert not re.search(r"[\u3400-\u9fff][,;:!?()]|[,;:!?()][\u3400-\u9fff]", ours), line
        assert not re.search(r"[\u3400-\u9fff][A-Za-z]{2}|[A-Za-z]{2}[\u3400-\u9fff]", OWN.sub(" ", line)), line


def test_the_page_holds_every_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gallery.main(str(tmp_path / "page.html"))
    assert capsys.readouterr().out.strip() == str(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("<div class=card") == len(CARDS)
    assert "<b>🟠 HIGH · stalled 6 days" in page
