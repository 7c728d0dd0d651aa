"""What the lines of one order come to together."""

from __future__ import annotations

import pytest

from parcelwatch.core.rows import together
from parcelwatch.errors import BadInput


def test_goods_are_named_once_each_and_cut() -> None:
    assert together.goods(["lamp", "", " bulb", "lamp"]) == "lamp, bulb"
    assert len(together.goods(f"thing {at}" for at in range(100))) == together.MOST_OF_GOODS


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        (["57.99"], "57.99"),
        (["57.99 EUR", "57.99 EUR"], "57.99 EUR"),
        (["10", "5,50"], "15.50"),
        (["€10", "€5.50"], "15.50 €"),
        (["10 EUR", "5 EUR"], "15.00 EUR"),
    ],
)
def test_a_total_that_every_line_repeats_counts_once_and_parts_are_added(said: list[str], worth: str) -> None:
    assert together.value(said) == worth


def test_currencies_are_not_added() -> None:
    with pytest.raises(BadInput, match="several currencies"):
        together.value(["10 EUR", "5 USD"])
