"""Vague times keep the order of their list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.couriers.shared.sequence import following
from parcelwatch.couriers.shared.times import Span

BASE = datetime(2026, 3, 4, tzinfo=UTC)


def span(start: int, length: int = 0) -> Span:
    return BASE + timedelta(hours=start), BASE + timedelta(hours=start + length)


SPANS = st.lists(st.builds(span, st.integers(0, 48), st.integers(0, 26)), max_size=8)


def test_a_vague_scan_after_an_exact_one_begins_with_it() -> None:
    assert following([span(10), span(2, 26)]) == [span(10), span(10, 18)]


def test_a_scan_that_must_be_earlier_than_its_forerunner_stays_as_told() -> None:
    assert following([span(10), span(2, 3), span(1, 26)]) == [span(10), span(2, 3), span(2, 25)]


@given(SPANS)
def test_an_interval_only_ever_loses_its_beginning(spans: list[Span]) -> None:
    found = following(spans)
    for (earliest, latest), (told, end) in zip(found, spans, strict=True):
        assert told <= earliest <= latest == end


@given(SPANS, st.builds(span, st.integers(0, 48), st.integers(0, 26)))
def test_news_at_the_end_changes_nothing_told_before(spans: list[Span], news: Span) -> None:
    assert following([*spans, news])[:-1] == following(spans)
