"""Which known name a mistyped one was meant to be."""

from __future__ import annotations

import pytest

from parcelwatch.core.near import did_you_mean, meant, nearest


@pytest.mark.parametrize(
    ("typed", "near"),
    [("stalld", "stalled"), ("STALLED", "stalled"), ("retruned", "returned"), ("banana", ""), ("", "")],
)
def test_a_typing_error_finds_its_name_and_another_word_finds_none(typed: str, near: str) -> None:
    assert nearest(typed, ("stalled", "returned")) == near


def test_the_hint_quotes_as_the_place_does_where_the_name_was_written() -> None:
    assert did_you_mean("stalld", ("stalled",)) == ' (did you mean "stalled"?)'
    assert meant("stalld", ("stalled",)) == " (did you mean 'stalled'?)"
    assert did_you_mean("banana", ("stalled",)) == meant("banana", ("stalled",)) == ""
