"""Durations and rates: what is read, what is refused, and what the refusal says."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.duration import UNITS, Duration, Rate, parse, parse_rate


@pytest.mark.parametrize(
    ("text", "amount", "unit"), [("90s", 90, "s"), ("15m", 15, "m"), ("48h", 48, "h"), ("3d", 3, "d"), ("2bd", 2, "bd")]
)
def test_a_duration_is_a_number_and_a_unit(text: str, amount: int, unit: str) -> None:
    assert parse(text) == Duration(amount, unit)


@given(st.integers(0, 2600), st.sampled_from(UNITS))
def test_a_duration_is_written_as_it_was_read(amount: int, unit: str) -> None:
    assert parse(str(Duration(amount, unit))) == Duration(amount, unit)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("48 hours", 'did you mean "48h"'),
        ("48H", 'did you mean "48h"'),
        (" 3 days", 'did you mean "3d"'),
        ("3 business days", 'did you mean "3bd"'),
        ("48小时", 'did you mean "48h"'),
        ("3个工作日", "expected a duration"),
        ("48", "the unit is missing"),
        ("1.5d", "expected a duration"),
        ("-3d", "expected a duration"),
        ("", "expected a duration"),
        ("4\N{FULLWIDTH DIGIT EIGHT}h", "expected a duration"),
        ("3w", "expected a duration"),
        ("999999999999d", "longer than ten years"),
        ("999999999999s", "longer than ten years"),
    ],
)
def test_a_text_that_is_no_duration_is_refused_with_what_would_be_one(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        parse(text)


def test_a_business_day_weighs_seven_fifths_of_a_day() -> None:
    assert parse("5bd").length == parse("7d").length
    assert parse("3bd").length > parse("4d").length


def test_two_durations_of_one_length_written_differently_are_not_equal() -> None:
    assert parse("48h") != parse("2d")


def test_business_days_have_no_natural_length() -> None:
    assert parse("2d").natural() == timedelta(days=2)
    with pytest.raises(ValueError, match='write natural time, such as "2d"'):
        parse("2bd").natural()


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("3/s", Rate(3, 1)),
        ("250/d", Rate(250, 86_400)),
        ("1/5s", Rate(1, 5)),
        ("1/31m", Rate(1, 1860)),
        ("100000/s", Rate(100_000, 1)),
        ("10 / 2h", Rate(10, 7200)),
    ],
)
def test_a_rate_is_a_count_and_a_period(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["3/s", "250/d", "1/5s", "1/31m", "7/90m", "1/2d"])
def test_a_rate_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_rate(text)) == text


@pytest.mark.parametrize("text", ["", "3", "/s", "0/s", "1/0s", "3/bd", "3.5/s", "-1/s", "3/sec", "1/999999999d"])
def test_a_text_that_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a rate|more than ten years"):
        parse_rate(text)
