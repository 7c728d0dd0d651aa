"""Shares and quantiles: right where there is enough, silent where there is not."""

from __future__ import annotations

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.past import shares

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=60).map(sorted)


def test_of_a_few_there_is_no_share_and_no_median() -> None:
    assert (shares.share(4, 4), shares.share(5, 5)) == (None, 1.0)
    assert shares.per(1, 0, 100) is None
    assert (shares.median([1, 2, 3, 4]), shares.median([1, 2, 3, 4, 5])) == (None, 3)
    assert shares.tail([1.0] * 9) is None


def test_nine_in_ten_stay_within_the_tail() -> None:
    assert shares.tail(range(11)) == 9


@given(VALUES)
def test_the_middle_is_the_one_everybody_means(values: list[float]) -> None:
    assert abs(shares.quantile(values, 0.5) - median(values)) <= 1e-6


@given(VALUES, st.floats(0, 1), st.floats(0, 1))
def test_a_quantile_lies_among_the_values_and_grows_with_its_part(
    values: list[float], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    lower, higher = shares.quantile(values, low), shares.quantile(values, high)
    assert values[0] <= lower <= higher + 1e-9 <= values[-1] + 1e-6
