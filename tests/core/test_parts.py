"""Letters in parts: none of a letter is lost, every part fits, and it is broken off where a reader would pause."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.messaging.messages import Characters, Size, Text, Words, in_parts, message

TITLE = "草稿 D5 待审核（物流停滞）：JD0012345678"
PARAGRAPHS = [f"第{turn}段：" + "包裹仍在运输途中，我们已经联系快递。请您放心！" * 6 for turn in range(6)]
LETTER = "\n\n".join(PARAGRAPHS)


@dataclass(frozen=True, slots=True)
class Bytes:
    """A service that counts bytes, and every quotation mark twice."""

    limit: int

    @property
    def title_limit(self) -> int:
        return 250

    def measure(self, text: str) -> int:
        return len(text.encode()) + text.count('"')

    def room(self, title: str) -> int:
        return max(0, self.limit - self.measure(title + "\n"))


def fits(text: Text, size: Size) -> bool:
    return len(text.title) <= size.title_limit and size.measure(text.body) <= size.room(text.title)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


BODIES = st.lists(st.text("包裹abc。，.! \n\"'", max_size=300), max_size=12).map("\n\n".join)
SIZES = st.one_of(st.builds(Bytes, st.integers(250, 4096)), st.builds(Characters, st.integers(200, 4096)))


@given(BODIES, SIZES)
def test_no_part_is_too_long_and_nothing_is_lost(body: str, size: Size) -> None:
    texts = message([Words(TITLE, body, "", whole=True)], size)
    assert all(fits(text, size) for text in texts)
    assert squeezed("".join(text.body for text in texts)) == squeezed(body)


@given(BODIES, BODIES, SIZES)
def test_an_alert_and_its_letter_are_one_message_exactly_where_one_holds_both(
    alert: str, body: str, size: Size
) -> None:
    pieces = [Words("【高】物流停滞", alert, ""), Words(TITLE, body, "", whole=True)]
    both = Text("【高】物流停滞", "\n\n".join(filter(None, (alert, body))))
    texts = message(pieces, size)
    assert (len(texts) == 1) is fits(both, size)
    assert all(fits(text, size) for text in texts)
    assert squeezed("".join(text.body for text in texts)).endswith(squeezed(body))


def test_parts_are_counted_in_their_titles() -> None:
    titles = [text.title for text in in_parts("[A17] a letter", LETTER, Bytes(900))]
    assert titles == [f"[A17] a letter ({turn}/{len(titles)})" for turn in range(1, len(titles) + 1)]
    assert len(titles) > 2


def test_many_parts_are_counted_too() -> None:
    texts = in_parts("[A17] a letter", LETTER * 20, Bytes(300))
    assert len(texts) > 99
    assert all(fits(text, Bytes(300)) for text in texts)


def test_a_letter_is_broken_off_between_paragraphs_where_that_can_be() -> None:
    bodies = [text.body for text in in_parts("[A17] a letter", LETTER, Bytes(1200))]
    assert len(bodies) > 1
    assert "\n\n".join(bodies) == LETTER


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("\n".join(["一行一行地写着"] * 60), "一行一行地写着"),
        ("包裹在路上。请放心！" * 60, "[。！]"),
        ("The parcel is on its way. Do not worry! " * 20, "[.!]"),
        ("a word or two " * 60, r"\b(a|word|or|two)"),
    ],
    ids=["lines", "Chinese sentences", "English sentences", "words"],
)
def test_a_long_paragraph_is_broken_off_where_a_reader_would_pause(body: str, end: str) -> None:
    bodies = [text.body for text in in_parts("[A17] a letter", body.strip(), Bytes(300))]
    assert len(bodies) > 1
    assert [part for part in bodies if not re.search(f"{end}$", part)] == []


def test_an_alert_is_cut_only_where_it_does_not_fit_as_its_service_counts() -> None:
    body = "包" * 600
    whole = message([Words("短", body, "")], Bytes(2048))
    assert whole == (Text("短", body),)
    (cut,) = message([Words("短", f"{body}\n{body}", "")], Bytes(2048))
    assert cut.body == f"(cut at this channel's limit: 1 lines more)\n{body}"
