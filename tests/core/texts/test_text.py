"""Text from outside, made harmless."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.texts.text import BREAK, amount, clean, code, cut, link, ours


@pytest.mark.parametrize(
    "text",
    [
        "Delivered to locker 12, signed: Mx. Muster",
        "快件已到达【北京转运中心】，电话：010-0000",
        "12:30 Zürich - 3,5 kg",
        "",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\n\tb  c ", "a b c"),
        ("\u202eabc\u202c\u200b\u2066", "abc"),
        ("\x1b[31mred\x00", "[31mred"),
        ("@everyone", f"@{BREAK}everyone"),
        ("<!channel>", f"<{BREAK}!channel>"),
        ("<@U1>", f"<{BREAK}@{BREAK}U1>"),
        ("https://x", f"https:{BREAK}//x"),
        ("evil.example", f"evil.{BREAK}example"),
        ("e\u0301", "é"),
        ("a\u2028b", "a b"),
        ("3.5 kg, no. 7", "3.5 kg, no. 7"),
    ],
)
def test_what_could_ring_link_or_hide_is_broken_or_gone(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text(max_size=400), st.integers(1, 60))
def test_cleaned_text_is_one_visible_line_within_its_limit(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    unseen = {character for character in cleaned if unicodedata.category(character)[0] == "C"} - {BREAK}
    assert not unseen
    assert len(cleaned.splitlines()) <= 1


@given(st.text(max_size=100))
def test_no_mention_survives(text: str) -> None:
    cleaned = clean(f"{text}@all{text}", 1000)
    assert "@all" not in cleaned


@given(st.text(max_size=50), st.integers(0, 60))
def test_cutting_keeps_the_beginning_and_shows_that_something_is_missing(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert short == text or limit == 0 or short.endswith("…")


def size(text: str) -> int:
    return len(text.encode())


@given(st.text(), st.integers(0, 60))
def test_cutting_by_bytes_keeps_whole_characters_and_wastes_none(text: str, limit: int) -> None:
    short = cut(text, limit, size)
    assert size(short) <= limit
    if size(text) <= limit:
        assert short == text
    elif limit >= size("…"):
        kept = short.removesuffix("…")
        assert text.startswith(kept)
        assert short.endswith("…")
        rest = text[len(kept) :]
        assert size(kept + rest[: len(rest) - len(rest.lstrip()) + 1]) + size("…") > limit
    else:
        assert short == ""


@given(st.text(), st.integers(0, 60))
def test_cutting_by_characters_is_what_it_was(text: str, limit: int) -> None:
    expected = text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"[:limit]
    assert cut(text, limit) == expected


@pytest.mark.parametrize("number", ["4120000000059331", "#10035", "TB.2026.AB12", "PO/2026/17", "AB:12", "订单12"])
def test_the_number_of_an_order_can_be_copied_as_it_is(number: str) -> None:
    assert code(number) == number


@pytest.mark.parametrize("number", ["shop.example", "@everyone", "https://evil/x", "<@U1>", "mailto:x", "x.example/1"])
def test_what_comes_alive_is_no_number_whoever_calls_it_one(number: str) -> None:
    assert code(number) == clean(number)
    assert BREAK in code(number)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://shop.example/orders/A-1?x=%E4%BD#top", True),
        ("http://localhost:8080/a", True),
        ("javascript:alert(1)", False),
        ("https://user:secret@shop.example/", False),
        ("https://shop.example/a b", False),
        ("https://shop.example/<@U1>", False),
        ("https://shop.example/\u202egnp", False),
    ],
)
def test_an_address_stands_as_it_is_or_not_at_all(url: str, good: bool) -> None:
    assert link(url) == (url if good else "")


def test_marks_piled_on_a_letter_do_not_reach_over_other_lines() -> None:
    shown = clean("Z" + "\u0321\u0316\u035c" * 30 + "x")
    assert (shown[0], len(shown), shown[-1]) == ("Z", 4, "x")
    assert clean("Việt Nam, Ångström, ệ") == "Việt Nam, Ångström, ệ"


@pytest.mark.parametrize("mark", ["\u0e49", "\u0e47", "\u064b", "\u05b0", "\u0f71", "\u3099", "\U0001d167", "\ufe0f"])
def test_marks_of_whatever_script_are_no_flood(mark: str) -> None:
    assert len(clean(f"ก{mark * 60}x{mark * 3}")) <= 9
    assert clean(f"{mark * 60}到".join("ab")).count(mark) <= 4


def test_letters_with_all_the_marks_they_may_have_stay_as_they_are() -> None:
    for word in ("น้ำ ที่นี่ ผู้ใหญ่", "بِسْمِ ٱللَّٰهِ", "שָׁלוֹם בְּרֵאשִׁית", "क्षत्रिय हिन्दी", "བསྒྲུབས", "မြန်မာဘာသာ", "❤️❤️❤️❤️❤️❤️", "———……——"):
        assert clean(word) == word


@pytest.mark.parametrize(
    ("value", "written"), [(1234567.5, "1234567.5"), (123456.78, "123456.78"), (100, "100"), (0.1, "0.1")]
)
def test_an_amount_keeps_its_digits(value: float, written: str) -> None:
    assert amount(value) == written


def test_a_file_of_ours_stays_whole_and_nothing_beside_it_comes_alive() -> None:
    assert (
        ours("/etc/parcelwatch/config.toml:14: shops.a.key: no") == "/etc/parcelwatch/config.toml:14: shops.a.key: no"
    )
    for typed in ("run `parcelwatch db restore /var/lib/shop.db.rescued`", "`rm /var/shop.db.rescued`"):
        assert ours(typed) == typed
    for hostile in (
        "`parcelwatch https://evil.example`",
        "`see evil.com`",
        "`@all`",
        "`<!channel>`",
        "evil.com `",
        "a.toml.example.com",
        "a.toml:evil.com",
        "a.toml:1: evil.example.com",
        "@a.toml",
        "https://x.toml",
    ):
        assert BREAK in ours(hostile), hostile
