"""Sentences keep moments in UTC; readers get them in their own time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.moments import local, write

AT = datetime(2026, 11, 19, 20, 12, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "read"),
    [
        ("UTC", "seen 2026-11-19 20:12 UTC"),
        ("Asia/Shanghai", "seen 2026-11-20 04:12 GMT+08:00"),
        ("America/St_Johns", "seen 2026-11-19 16:42 GMT-03:30"),
    ],
)
def test_a_moment_is_read_in_the_readers_zone(zone: str, read: str) -> None:
    assert local(f"seen {write(AT)}", ZoneInfo(zone)) == read


def test_words_of_a_courier_that_only_look_like_a_moment_stay_as_they_are() -> None:
    assert local("“at 2026-99-99 25:61 UTC”", ZoneInfo("Asia/Tokyo")) == "“at 2026-99-99 25:61 UTC”"


@given(st.text(), st.datetimes(timezones=st.just(UTC)))
def test_any_sentence_can_be_translated_and_utc_changes_nothing(words: str, at: datetime) -> None:
    sentence = f"{words} {at:%Y-%m-%d %H:%M} UTC"
    assert local(sentence, UTC) == sentence
    assert local(sentence, ZoneInfo("Asia/Kathmandu"))
