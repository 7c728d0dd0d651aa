"""Every letter in every language, variant by variant: whole, in its own language, and of use to who gets it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

import pytest
from babel.dates import format_date

from parcelwatch.wording.specimens import specimens
from parcelwatch.words import catalogue, languages
from tests.gallery_letters import RENDERER, Card, joint, letters, page

LEFTOVERS: Final = re.compile(
    r"\(\)|（）|“”|„“|「」|『』|«\s*»|\s,|\s\.(?=\s|$)|，，|。。|，。|、，|\.\.|  |None|\{|\}|%|\n\n\n"
    # Spanish letters greet with a colon; no other line ends with one.
    r"|^(?!Hola\b).*[:：]\s*\n",
    re.MULTILINE,
)
LATIN_IN_HAN: Final = re.compile(r"https?://\S+|Lotus & Lantern|Leipzig, DE|Lin|Double 11|GMT[+-]\d\d:\d\d|DHL")


@cache
def each(language: str) -> tuple[Card, ...]:
    return tuple(letters(language))


@pytest.mark.parametrize("language", languages("letters"))
def test_no_letter_has_a_gap_or_a_leftover_where_a_fact_is_missing(language: str) -> None:
    for card in each(language):
        for text in (card.title, card.body):
            assert not LEFTOVERS.search(text), f"{card.name}: {text}"
            assert all(line == line.strip() for line in text.split("\n")), f"{card.name}: {text}"
        assert card.body.count("\n\n") >= 3, f"{card.name}: {card.body}"


@pytest.mark.parametrize("language", languages("letters"))
def test_every_letter_names_its_parcels_from_the_subject_on(language: str) -> None:
    for card in each(language):
        numbers = ["7710000000059"] + (["7710000000067"] if card.name.endswith("two") else [])
        assert all(number in card.title for number in numbers), card.title
        assert all(number in card.body for number in numbers), card.body


# Letters whose own sentences offer what there is to offer.
IN_TEXT: Final = (
    "refused",
    "attempt_failed · first",
    "address_problem · first",
    "wrong_delivery · first",
    # Nothing is wrong with what a storm or a strike holds up: who needs it by a day is asked to say so.
    "courier_delay",
)


@pytest.mark.parametrize("language", languages("letters"))
def test_every_letter_of_trouble_offers_something_and_names_the_day_of_the_next_word(language: str) -> None:
    words = catalogue(language, "letters")
    day = format_date(date(2026, 11, 30), words["dates"]["day"], locale=language.replace("-", "_"))
    for card in each(language):
        assert (day in card.body) is card.trouble, f"{card.name}: {card.body}"
        said_so = any(phrase in card.body for phrase in words["remedies"].values())
        in_text = any(kind in card.name for kind in IN_TEXT)
        assert said_so or in_text or not card.trouble, f"{card.name}: {card.body}"


@pytest.mark.parametrize("language", languages("letters"))
def test_every_letter_is_in_the_letters_of_its_language(language: str) -> None:
    for card in each(language):
        text = f"{card.title}\n{card.body}"
        if language.partition("-")[0] in ("zh", "ja"):
            assert not re.search("[A-Za-z]", LATIN_IN_HAN.sub("", text)), f"{card.name}: {text}"
        else:
            assert not re.search("[\u0400-\u04ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]", text), f"{card.name}: {text}"


@pytest.mark.parametrize("language", languages("letters"))
def test_no_letter_names_the_tool_or_blames_anybody(language: str) -> None:
    for card in each(language):
        assert not re.search(r"parcelwatch|17track|kuaidi100|your fault|您的责任|您的錯", card.body.lower())


@pytest.mark.parametrize("language", languages("letters"))
def test_letters_of_one_kind_differ_by_what_is_known(language: str) -> None:
    """A variant that reads like another has no sentence of its own, so something was forgotten."""
    seen: dict[str, str] = {}
    for card in (one for one in each(language) if " · first · " in one.name and one.name.endswith("full")):
        text = f"{card.title}\n{card.body}"
        assert text not in seen, f"{card.name} reads like {seen[text]}"
        seen[text] = card.name


@cache
def several(language: str) -> tuple[Card, ...]:
    return tuple(joint(language))


@pytest.mark.parametrize("language", languages("letters"))
def test_a_letter_that_says_several_troubles_reads_as_one(language: str) -> None:
    words = catalogue(language, "letters")
    day = format_date(date(2026, 11, 30), words["dates"]["day"], locale=language.replace("-", "_"))
    for card in several(language):
        said, paragraphs = f"{card.name}: {card.title}\n{card.body}", card.body.split("\n\n")
        assert not LEFTOVERS.search(said.partition(": ")[2]), said
        assert all(line == line.strip() for line in card.body.split("\n")), said
        assert card.body.count(day) == card.trouble, said
        assert card.body.count("Lin") == ("Lotus" in card.body), said
        assert card.body.count("4120000000059331") == (card.name != "bare"), said
        assert len(paragraphs) == len({*paragraphs}), said
        for number in {*re.findall(r"\b77100000000\d+", card.body)}:
            assert number in card.title, said
        lead = paragraphs[next(at for at, text in enumerate(paragraphs) if "7710000000" in text)]
        assert sum("7710000000" in text and "http" not in text for text in paragraphs) > 1, said
        if language.partition("-")[0] in ("zh", "ja"):
            assert not re.search("[A-Za-z]", LATIN_IN_HAN.sub("", f"{card.title}{card.body}")), said
        else:
            assert not re.search("[\u0400-\u04ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]", card.body), said
            # Only the first goes on from the greeting.
            rest = [text for text in paragraphs[1:] if text != lead]
            assert all(text[0].isupper() or not text[0].isalpha() for text in rest), said


@pytest.mark.parametrize("language", languages("letters"))
def test_a_remedy_is_offered_once_and_said_to_hold_for_the_next_parcel_too(language: str) -> None:
    card = next(one for one in several(language) if one.name == "lost and damaged · first")
    assert [card.body.count(phrase) for phrase in offered(language)] == [1, 1], card.body


def offered(language: str) -> list[str]:
    return [catalogue(language, "letters")["remedies"][code] for code in ("resend", "refund")]


_LOST: Final = {
    "en": "lost",
    "de": "verloren",
    "fr": "perdu|perte",
    "es": "extravi|perdi",
    "pt": "extravi|perdi",
    "ja": "紛失",
    "zh-CN": "遗失",
    "zh-TW": "遺失",
}


@pytest.mark.parametrize(("language", "lost"), _LOST.items())
def test_a_parcel_that_is_searched_for_is_not_called_lost(language: str, lost: str) -> None:
    told = [card for card in each(language) if card.name.startswith("lost · ") and "sure" in card.name]
    for card in told:
        assert bool(re.search(lost, f"{card.title}\n{card.body}")) is ("sure stated" in card.name), card.body
    assert len(told) >= 12


# --- a language's own rules ----------------------------------------------------------------------

# What must not stand before a name whose gender, number and first letter nobody knows.
ARTICLES: Final = {
    "de": "der|die|das|den|dem|des|vom|beim|zum|zur|im",
    "en": "the",
    "es": "el|la|los|las|al|del",
    "fr": "le|la|les|du|au|aux|de|d’|que|qu’",
    "pt": "o|a|os|as|ao|à|aos|às|do|da|dos|das|no|na|nos|nas|pelo|pela|pelos|pelas",
}


def _by(courier: str, facts: Mapping[str, object]) -> Mapping[str, object]:
    """All parcels carried by a courier that has no page."""
    also = facts["also"] if isinstance(facts["also"], list) else []
    return {"courier": courier, "account": "", "also": [{**one, "account": ""} for one in also]}


def said(language: str, courier: str) -> Iterator[str]:
    """Every letter of a language about the parcels of a courier, "" for one that is not known by name."""
    for each in specimens(language):
        letter = RENDERER.worded(each.kind, language, {**each.facts, **_by(courier, each.facts)})
        yield f"{letter.subject}\n{letter.body}"


@pytest.mark.parametrize("courier", ["UPS", "La Poste", "Deutsche Post / DHL"])
@pytest.mark.parametrize("language", languages("letters"))
def test_a_courier_is_named_in_sentences_that_hold_for_any_name(language: str, courier: str) -> None:
    texts = list(said(language, courier))
    assert any(courier in text for text in texts)
    for text in texts:
        assert not LEFTOVERS.search(text), text
        assert not re.search(rf"\b({ARTICLES.get(language, '-')}) ?{courier}", text, re.IGNORECASE), text


@pytest.mark.parametrize("courier", ["", "UPS"])
def test_french_letters_keep_the_spaces_and_elisions_of_french(courier: str) -> None:
    for text in said("fr", courier):
        assert not re.search("(?<!\u202f)[:;!?»]|«(?!\u202f)|['\"“”]", text), text
        assert not re.search(r"\b([dljmnst]e|la|que|jusque|si(?= ils?\b)) (?=[aeiouyéèêàâîôœh])", text), text


@pytest.mark.parametrize("courier", ["", "UPS"])
def test_german_letters_go_on_in_lower_case_after_the_greeting_and_quote_as_germans_do(courier: str) -> None:
    for text in said("de", courier):
        first = text.split("\n\n")[1]
        assert first[0].islower() or first.startswith(("Ihr", *filter(None, [courier]))), text
        assert text.count("„") == text.count("“")
        assert not re.search("[\"”«»']", text), text


@pytest.mark.parametrize("courier", ["", "UPS"])
def test_spanish_letters_open_what_they_close_and_contract_what_must_be(courier: str) -> None:
    for text in said("es", courier):
        assert all(text.count(first) == text.count(last) for first, last in ("¿?", "¡!", "«»")), text
        assert not re.search(r"[\"“”']|\b(a|de) el\b|\by h?i|\bo h?o", text), text
        assert re.search(r"\n(Hola|Hola, Lin):\n\n[¿A-ZÁÉÍÓÚ]", text), text


@pytest.mark.parametrize("courier", ["", "UPS"])
def test_portuguese_letters_contract_what_must_be_and_quote_as_portuguese_do(courier: str) -> None:
    for text in said("pt", courier):
        assert text.count("“") == text.count("”")
        assert not re.search(r"[\"«»']|\b(de|em|por|a) (a|o|as|os) (sua|transportadora|rastreio)", text), text
        assert not re.search(r"\b[Aa] (suas|transportadoras)\b|\b[Aa]s (sua|transportadora)\b", text), text


@pytest.mark.parametrize(("language", "charset"), [("ja", "cp932"), ("zh-CN", "gb2312"), ("zh-TW", "big5")])
def test_letters_in_chinese_characters_keep_to_those_of_their_country(language: str, charset: str) -> None:
    for text in said(language, ""):
        text.encode(charset)
        assert ("“" in text) <= (language == "zh-CN"), text


@pytest.mark.parametrize("courier", ["", "UPS"])
def test_japanese_letters_leave_no_particle_without_its_noun(courier: str) -> None:
    for text in said("ja", courier):
        assert not re.search("[、。（「][はがをにの]", text), text


def test_all_letters_can_be_read_on_one_page() -> None:
    html = page()
    assert html.count("<article") == sum(len(each(one)) + len(several(one)) for one in languages("letters"))
    assert "<script" not in html
