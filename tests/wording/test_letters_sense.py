"""What letters say fits together: with what the shop offers, with the letters before, and with who has to act next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest

from parcelwatch.core.drafts import offered
from parcelwatch.wording.render import Renderer
from parcelwatch.wording.specimens import Specimen, specimens
from parcelwatch.words import languages
from tests.gallery_letters import RENDERER
from tests.wording.test_letters import each

LANGUAGES: Final = languages("letters")

# By what a refund and a resend are known, however a sentence puts them.
REFUND: Final = {
    "en": "refund",
    "de": "erstatt",
    "fr": "rembours",
    "es": "reembols|dinero",
    "pt": "reembols",
    "ja": "返金",
    "zh-CN": "退款",
    "zh-TW": "退款",
}
RESEND: Final = {
    "en": "same items",
    "de": "noch einmal zu",
    "fr": "mêmes articles",
    "es": "mismos artículos",
    "pt": "mesmos (produtos|itens)",
    "ja": "再送",
    "zh-CN": "补发",
    "zh-TW": "重新寄送",
}


def letters(language: str, name: str = "", **more: object) -> Iterator[tuple[Specimen, str]]:
    """Those of trouble, or that of a name, with all facts and its text; `more`: facts in place of its own."""
    for one in specimens(language):
        if one.name == name or (not name and one.trouble and one.name.endswith("full")):
            letter = RENDERER.worded(one.kind, language, {**one.facts, **more})
            yield one, f"{letter.subject}\n\n{letter.body}"


def paragraphs(language: str, name: str, known: str = "full", **more: object) -> list[str]:
    """Of one letter: subject, greeting, what happened, what is done about it, …, closing, signature."""
    ((_, text),) = letters(language, f"{name} · {known}", **more)
    subject, greeting, *rest = text.split("\n\n")
    return [subject, greeting, *(rest[1:] if language == "ja" else rest)]


HAPPENED, DOING, OFFER, CLOSING = 2, 3, 4, -2


# --- what the shop offers ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_offers_nothing_that_the_shop_does_not(language: str) -> None:
    refund, resend = REFUND[language], RESEND[language]
    for remedies, never in (([], f"{refund}|{resend}"), (["refund"], resend), (["resend"], refund)):
        for one, text in letters(language, remedies=remedies):
            assert not re.search(never, text), f"{one.name} with {remedies}: {text}"
    both = paragraphs(language, "destroyed · first")[OFFER]
    assert re.search(refund, both)
    assert re.search(resend, both)


@pytest.mark.parametrize("kind", ["destroyed", "damaged", "returned"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_offered_no_letter_waits_for_a_choice(language: str, kind: str) -> None:
    name = f"{kind} · update"
    assert paragraphs(language, name)[DOING] != paragraphs(language, name, remedies=[])[DOING]


HOPE: Final = {"en": "how we can", "de": "So bringen wir", "fr": "nos solutions"}


@pytest.mark.parametrize("kind", ["destroyed", "damaged", "lost"])
@pytest.mark.parametrize(("language", "hope"), HOPE.items())
def test_a_subject_raises_no_hope_that_its_letter_does_not_fulfil(language: str, hope: str, kind: str) -> None:
    told = [one.name.removesuffix(" · full") for one, _ in letters(language) if one.name.startswith(f"{kind} · first")]
    hopes = {name for name in told if hope in paragraphs(language, name)[0]}
    assert hopes
    assert not any(hope in paragraphs(language, name, remedies=[])[0] for name in hopes)


@pytest.mark.parametrize("kind", ["returning", "returned"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refund_that_was_promised_is_promised_again_and_not_offered(language: str, kind: str) -> None:
    for step in ("first", "update"):
        ((one, text),) = letters(language, f"{kind} · {step} · reason refused · full")
        assert len(re.findall(REFUND[language], text)) == 1, text
        assert offered({**one.facts, "kind": kind}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_lies_ready_is_not_offered_to_who_will_not_wait(language: str) -> None:
    ready = paragraphs(language, "late · first · milestone available_for_pickup")[OFFER]
    assert re.search(REFUND[language], ready)
    assert ready != paragraphs(language, "late · first · promise_of shop")[OFFER]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_voucher_is_for_who_waits_too(language: str) -> None:
    plain = paragraphs(language, "damaged · update", remedies=["voucher"])[OFFER]
    for name in ("stalled · first", "late · first · milestone available_for_pickup", "lost · first · sure suspected"):
        assert paragraphs(language, name, remedies=["voucher"])[OFFER] == plain


OR: Final = {
    "en": " or ",
    "de": " oder ",
    "fr": " ou ",
    "es": " o ",
    "pt": " ou ",
    "ja": "、または",
    "zh-CN": "也可以|或者",
    "zh-TW": "也可以|或者",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_remedies_are_listed_and_not_strung_together(language: str) -> None:
    offer = paragraphs(language, "damaged · update", remedies=["resend", "refund", "voucher"])[OFFER]
    assert len(re.findall(OR[language], offer)) == 1, offer


# --- the letters before, and who acts next -------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_correction_says_what_comes_next_by_what_it_takes_back(language: str) -> None:
    news = ("delivered", "available_for_pickup", "moving")
    next_steps = [paragraphs(language, f"stalled · corrected · corrects {one}")[DOING] for one in news]
    next_steps.append(paragraphs(language, "stalled · corrected")[DOING])
    assert len(set(next_steps)) == 4, next_steps
    ready = paragraphs(language, "awaiting_collection · corrected")[DOING]
    assert ready == next_steps[1], "told in vain that it is ready, by whichever letter"


# In these it is for the customer to come, to answer, or to say what they want.
THEIR_TURN: Final = (
    "awaiting_collection · update",
    "refused · update",
    "returning · update · reason refused",
    "returned · update · reason refused",
    "address_problem · update",
    "wrong_delivery · update",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_pitied_for_a_wait_that_ends_with_their_own_answer(language: str) -> None:
    waiting = paragraphs(language, "stalled · update")[CLOSING]
    for name in THEIR_TURN:
        assert paragraphs(language, name)[CLOSING] != waiting, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_customs_asks_for_is_known_to_the_letter_that_follows(language: str) -> None:
    asked = paragraphs(language, "customs_held · update · asks duties")[DOING]
    assert asked == paragraphs(language, "customs_held · first · asks duties")[DOING]
    assert asked != paragraphs(language, "customs_held · update")[DOING]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_update_asks_again_for_what_the_first_letter_asked(language: str) -> None:
    """What we do about trouble is another thing for each kind that needs the customer, or that nobody can hurry."""
    hurried = paragraphs(language, "late · update")[DOING]
    for kind in (
        "awaiting_collection",
        "refused",
        "address_problem",
        "wrong_delivery",
        "customs_held",
        "courier_delay",
    ):
        assert paragraphs(language, f"{kind} · update")[DOING] != hurried, kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_something_was_recorded_is_not_said_of_what_was_not(language: str) -> None:
    """Where the courier's words cannot be quoted, its date alone would tell when nothing, or the contrary, happened."""
    lost, bare = (paragraphs(language, "lost · first · sure stated", known)[HAPPENED] for known in ("unread", "bare"))
    entry = re.split(r"(?<=[^\d][.。])", lost.rstrip(".。"))[-1].strip()
    assert entry
    assert entry not in bare
    for name in ("late · first · promise_of shop", "late · first · promise_of courier", "stalled · corrected"):
        assert entry not in paragraphs(language, name, "unread")[HAPPENED]


# --- how people are spoken to --------------------------------------------------------------------

# Words that would address the same customer in another register or another country's way.
FOREIGN: Final = {
    "de": r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|[Ee]uch|[Ee]uer\w*|ihr (habt|seid|könnt))\b",
    "es": r"\b(tú|ti|tus?|te|contigo|vosotr[oa]s|os|vuestr\w+)\b",
    "fr": r"\b([Tt]u|[Tt]oi|[Tt]on|[Tt]es|[Tt]a|te)\b",
    "pt": r"\b([Oo] senhor|[Aa] senhora|[Tt]u|[Tt]eu|[Tt]ua|contigo|vossa|levantar|contacto|morada|registado)\b",
    "zh-CN": "你|宅配|超商|折价券|简讯|讯息|程式|网路",
    "zh-TW": "你|派送|攬收|快件|快遞|驛站|信息|反饋|聯繫|優惠券|補發|短信|網絡",
    "ja": "あなた|貴方|君",
}
POLITE: Final = re.compile("(です|ます|ません|ました|でした|でしょうか|ましょうか|ください)$")


@cache
def said(language: str) -> tuple[str, ...]:
    """Every letter there is, without addresses of pages."""
    texts = (f"{card.title}\n{card.body}" for card in each(language))
    return tuple(re.sub(r"https?://\S+", "", text) for text in texts)


@pytest.mark.parametrize(("language", "foreign"), FOREIGN.items())
def test_a_customer_is_spoken_to_in_one_way_and_in_the_words_of_their_country(language: str, foreign: str) -> None:
    for text in said(language):
        assert not re.search(foreign, text), text


def test_every_sentence_of_a_japanese_letter_ends_politely() -> None:
    for text in said("ja"):
        for sentence in re.findall("[^。\n]+(?=。)", re.sub("「[^」]*」", "", text)):
            assert POLITE.search(sentence), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_is_written_as_people_write_it(language: str) -> None:
    for text in said(language):
        assert not re.search(r"\d{4}-\d\d|\b\d{1,2}[/.]\d{1,2}\b", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_brackets_follow_brackets(language: str) -> None:
    """Not even where the clock of a place has to be named."""
    for _, text in letters(language, place="X" if language in ("de", "en", "es", "fr", "pt") else "某地"):
        assert not re.search(r"\) ?\(|）（", text), text


@pytest.mark.parametrize(
    ("origin", "destination", "place", "zone", "named"),
    [
        ("", "", "Berlin, DE", "Europe/Berlin", False),
        ("DE", "", "Berlin, DE", "Europe/Berlin", False),
        ("US", "", "Berlin, DE", "Europe/Berlin", True),
        ("", "", "Berlin, DE", "Asia/Shanghai", True),
        ("", "", "Berlin", "Europe/Berlin", True),
    ],
)
def test_an_hour_has_no_offset_where_its_place_is_in_the_shops_country(
    origin: str, destination: str, place: str, zone: str, *, named: bool
) -> None:
    """Unless the parcel may as well be in Delaware."""
    words = Renderer(zone)
    facts = {"origin": origin, "destination": destination, "place": place}
    bodies = [
        words.worded(one.kind, "de", {**one.facts, **facts}).body
        for one in specimens("de")
        if one.trouble and one.name.endswith("full")
    ]
    assert any(re.search(r" Uhr.*\(Berlin", body) for body in bodies)
    assert any("Uhr, GMT" in body for body in bodies) is named


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_a_question_in_chinese_ends_with_its_mark(language: str) -> None:
    for text in said(language):
        assert not re.search("[吗嗎呢](?!？)", text), text
