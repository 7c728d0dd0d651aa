"""The pattern that is searched first never hides a phrase that is searched after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.lexicon import Reading, languages, read
from parcelwatch.lexicon.book import Book, Row
from parcelwatch.model import Cause, Milestone

LOST = Reading(Milestone.EXCEPTION, Cause.LOST)
EXCEPTION = Reading(Milestone.EXCEPTION)
WORDS = """
parcel is lost missing at and a an the any its data in hub delivery missed cycle attempted failed cents
return delivered route intransit facility
""".split()  # noqa: SIM905 - a list of them is a column of words


def _book(pattern: str) -> Book:
    return Book((), (), (), (), (), [Row(pattern, pattern, EXCEPTION)], {ord("à"): "a"})


@pytest.mark.parametrize(
    "text",
    [
        "Parcel lost at hub",
        "package lost and claim opened",
        "The parcel is lost and will not be delivered",
        "Shipment missing again",
        "Lost parcel details follow",
        "Package lost itself",
    ],
)
def test_the_word_after_a_loss_does_not_hide_it(text: str) -> None:
    assert (read(text, "en") == LOST) is (text != "Lost parcel details follow")


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
def test_no_words_in_any_order_make_it_hide_one(text: str) -> None:
    for language in languages().values():
        for group in language.book._groups:
            found = any(phrase.pattern.search(text) for phrase in group.each)
            assert not found or group.any.search(text), text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"lost\b(?! (?:a|an)\b)", "lost at sea"),
        (r"lost\b(?! (?:[)]|\)|(?:a|(?:an))\b)) now", "lost now"),
        (r"(?<!\bnot )\bfound", "cannot found"),
        (r"\bheld\b(?= (?:at|in)\b) at", "is held at"),
    ],
)
def test_an_exclusion_keeps_its_borders(pattern: str, text: str) -> None:
    assert _book(pattern).read(text) == EXCEPTION
