"""Business time: the clock that stands still at weekends, and what it says of itself."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parcelwatch.core.calendar import Calendar, Skip
from parcelwatch.duration import UNITS, Duration, parse

CALENDAR = Calendar()
FRIDAY = datetime(2025, 11, 7, 17, 0, tzinfo=UTC)
SATURDAY = datetime(2025, 11, 8, tzinfo=UTC)
MONDAY = datetime(2025, 11, 10, tzinfo=UTC)

times = st.timedeltas(timedelta(0), timedelta(days=5000)).map(lambda since: FRIDAY + since)
durations = st.builds(Duration, st.integers(0, 400), st.sampled_from(UNITS))
business = st.builds(Duration, st.integers(0, 400), st.just("bd"))


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (FRIDAY, "1bd", MONDAY.replace(hour=17)),
        (FRIDAY, "5bd", FRIDAY + timedelta(days=7)),
        (FRIDAY, "6bd", MONDAY.replace(hour=17) + timedelta(days=7)),
        (FRIDAY, "48h", FRIDAY + timedelta(hours=48)),
        (FRIDAY, "0bd", FRIDAY),
        (SATURDAY + timedelta(hours=30), "1bd", MONDAY + timedelta(days=1)),
        (SATURDAY, "0bd", SATURDAY),
        (SATURDAY, "5bd", SATURDAY + timedelta(days=7)),
        (MONDAY, "5bd", SATURDAY + timedelta(days=7)),
        (MONDAY, "1bd", MONDAY + timedelta(days=1)),
        (SATURDAY - timedelta(days=1), "1bd", SATURDAY),
    ],
)
def test_a_business_day_ends_when_a_day_of_work_has_passed(start: datetime, duration: str, end: datetime) -> None:
    assert CALENDAR.add(start, parse(duration)) == end
    assert CALENDAR.add(start, parse(duration)) == end


@given(times, times, durations)
def test_who_starts_later_is_never_done_earlier(one: datetime, other: datetime, duration: Duration) -> None:
    first, second = sorted((one, other))
    assert CALENDAR.add(first, duration) <= CALENDAR.add(second, duration)


@given(times, st.integers(0, 300), st.integers(0, 300), st.sampled_from(UNITS))
def test_a_longer_duration_never_ends_earlier(start: datetime, one: int, other: int, unit: str) -> None:
    shorter, longer = sorted((one, other))
    assert CALENDAR.add(start, Duration(shorter, unit)) <= CALENDAR.add(start, Duration(longer, unit))


@given(times, durations)
@example(FRIDAY, Duration(1, "bd"))
@example(MONDAY, Duration(5, "bd"))
def test_what_was_added_is_what_is_counted(start: datetime, duration: Duration) -> None:
    assert CALENDAR.counted(start, CALENDAR.add(start, duration), duration.unit) == duration.amount


@given(times, business.filter(lambda duration: duration.amount > 0))
def test_a_duration_ends_at_the_first_instant_that_counts_it_all(start: datetime, duration: Duration) -> None:
    just_before = CALENDAR.add(start, duration) - timedelta(microseconds=1)
    assert CALENDAR.counted(start, just_before, "bd") < duration.amount


@given(times, times)
def test_what_is_skipped_and_what_counts_make_up_the_whole(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    skipped = sum((skip.to - skip.from_ for skip in CALENDAR.skipped(start, end)), timedelta(0))
    assert CALENDAR.elapsed(start, end, "bd") + skipped == end - start


@given(times, times)
def test_skips_lie_inside_the_span_in_order(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    edges = [at for skip in CALENDAR.skipped(start, end) for at in (skip.from_, skip.to)]
    assert edges == sorted(edges)
    assert all(start <= at <= end for at in edges)


def test_a_weekend_is_named_as_the_reason() -> None:
    assert CALENDAR.skipped(FRIDAY, MONDAY.replace(hour=9)) == (Skip(SATURDAY, MONDAY, "weekend"),)


def test_natural_hours_skip_nothing() -> None:
    assert CALENDAR.skipped(FRIDAY, MONDAY, "h") == ()
    assert CALENDAR.counted(FRIDAY, MONDAY, "h") == 55


def test_nothing_is_counted_backwards() -> None:
    assert CALENDAR.counted(MONDAY, FRIDAY, "bd") == 0
    assert CALENDAR.skipped(MONDAY, FRIDAY) == ()


def test_a_time_in_another_zone_is_counted_as_utc() -> None:
    in_shanghai = FRIDAY.astimezone(timezone(timedelta(hours=8)))
    assert CALENDAR.add(in_shanghai, parse("1bd")) == MONDAY.replace(hour=17)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        CALENDAR.add(FRIDAY.replace(tzinfo=None), parse("1bd"))


def test_a_duration_that_would_pass_the_end_of_time_ends_there() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert CALENDAR.add(last, parse("1d")) == last
    assert CALENDAR.add(last, parse("9bd")) == last
