"""Which known name a mistyped one was meant to be."""

from __future__ import annotations

import pytest

from parcelwatch.core.rows.near import did_you_mean, nearest


@pytest.mark.parametrize(
    ("typed", "near"),
    [("stalld", "stalled"), ("STALLED", "stalled"), ("retruned", "returned"), ("banana", ""), ("", "")],
)
def test_a_typing_error_finds_its_name_and_another_word_finds_none(typed: str, near: str) -> None:
    assert nearest(typed, ("stalled", "returned")) == near


def test_the_hint_quotes_as_the_configuration_does_and_shows_no_control_characters() -> None:
    assert did_you_mean("stalld", ("stalled",)) == ' (did you mean "stalled"?)'
    assert did_you_mean("stalld", ("stal\x1bled",)) == ' (did you mean "stalled"?)'
    assert did_you_mean("banana", ("stalled",)) == ""
