"""What is learned of how long parcels take: it forgets, leans on the wider level, and knows only the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.learn import (
    BINS,
    DONE,
    THIN,
    Change,
    Chronicle,
    Count,
    Day,
    Forecasts,
    Key,
    Outlook,
    Scope,
    lesson,
    levels,
    look_ahead,
)
from parcelwatch.core.learn.counts import weight
from parcelwatch.core.learn.outlook import LEANS
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.model import Checkpoint, Entry, Milestone, Parcel

NOW = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CALENDAR = Calendar()
ALL: Key = (Scope.ALL, "")
LANE: Key = (Scope.LANE, "post BR-SP > BR-RJ")
PARCEL = Parcel(1, "PW1", "post", NOW, origin="BR-SP", destination="BR-RJ")


def entry(milestone: Milestone, at: datetime, seen_at: datetime | None = None) -> Entry:
    return Entry(Checkpoint(at, at, milestone), seen_at or at, seen_at or at)


def sent(at: datetime, days: float | None) -> tuple[Entry, ...]:
    """What is heard of a parcel that takes so long, None for ever."""
    picked_up = entry(Milestone.PICKED_UP, at)
    return (picked_up,) if days is None else (picked_up, entry(Milestone.DELIVERED, at + DAY * days))


# A parcel: handed over so many hours ago, after so many business days it came, or it waits.
ages = st.tuples(st.integers(0, 4000), st.integers(0, BINS - 1), st.booleans())


def counted(parcels: list[tuple[int, int, bool]]) -> Count:
    changes = [
        Change(weight(NOW - HOUR * ago), 0, place + came, place if came else None) for ago, place, came in parcels
    ]
    return Count().plus(*changes)


@given(st.lists(ages, min_size=1, max_size=40), st.integers(0, BINS - 1))
def test_counting_on_comes_to_the_same_as_weighing_every_parcel_anew(
    parcels: list[tuple[int, int, bool]], place: int
) -> None:
    level = look_ahead([(ALL, counted(parcels))], NOW).levels[0]
    waited = sum(0.5 ** (ago / 24 / 60) for ago, last, came in parcels if place < last + came)
    assert level.reached[place] == pytest.approx(waited, abs=1e-9)
    came = sum(0.5 ** (ago / 24 / 60) for ago, last, there in parcels if there and last == place)
    before = 1 - exp(level.risks[place - 1] - level.risks[place]) if place else 0.0
    hazard = 1 - exp(level.risks[place] - level.risks[place + 1])
    assert before >= 0
    assert hazard >= min((came) / (waited + LEANS), 0.99) - 1e-9


@given(st.lists(ages, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_counting_does_not_matter_and_what_was_taken_back_never_was(
    parcels: list[tuple[int, int, bool]], shuffle: object
) -> None:
    other = list(parcels)
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    each = weight(NOW)
    there_and_back = counted(other).plus(Change(each, 0, 40), Change(each, 40, 0))
    for mine, theirs in (
        (counted(parcels).waited, there_and_back.waited),
        (counted(parcels).came, there_and_back.came),
    ):
        longest = max(len(mine), len(theirs))
        assert [*mine, *[0.0] * (longest - len(mine))] == pytest.approx([*theirs, *[0.0] * (longest - len(theirs))])


@given(st.lists(ages, max_size=30))
def test_a_level_that_saw_nothing_says_what_the_wider_one_does(parcels: list[tuple[int, int, bool]]) -> None:
    wide, narrow = look_ahead([(ALL, counted(parcels)), (LANE, Count())], NOW).levels
    assert list(narrow.risks) == pytest.approx(list(wide.risks), abs=1e-6)


def test_a_level_that_saw_very_many_says_what_it_saw() -> None:
    fast, slow = [(0, 3, True)] * 100, [(0, 30, True)] * 5000
    lane = look_ahead([(ALL, counted(fast)), (LANE, counted(slow))], NOW).levels[-1]
    assert lane.risk(4) < 0.01
    assert exp(-(lane.risk(31) - lane.risk(30))) == pytest.approx(0.01, abs=0.005)


def test_levels_speak_from_the_narrowest_that_saw_enough_of_that_age() -> None:
    seen = [(0, 20, True)] * 100
    few = [(0, 2, True)] * (int(THIN) + 1) + [(0, 40, True)]
    ahead = look_ahead([(ALL, counted(seen)), (LANE, counted(few))], NOW)
    young, old, ancient = ahead.at(1), ahead.at(10), ahead.at(60)
    assert (young and young.scope, old and old.scope, ancient) == (Scope.LANE, Scope.ALL, None)
    assert ahead.late(60, 70) is None


@given(st.floats(0, BINS), st.floats(0, BINS), st.floats(0, BINS), st.lists(ages, min_size=60, max_size=80))
def test_the_chance_of_being_late_grows_with_age_and_falls_with_the_time_left(
    one: float, other: float, third: float, parcels: list[tuple[int, int, bool]]
) -> None:
    age, later, end = sorted((one, other, third))
    level = look_ahead([(ALL, counted(parcels))], NOW).levels[0]
    assert level.risk(end) - level.risk(age) >= level.risk(end) - level.risk(later) - 1e-9
    assert level.risk(later) - level.risk(age) <= level.risk(end) - level.risk(age) + 1e-9


def test_a_week_in_which_less_comes_than_should_slows_the_pace_and_raises_the_chance() -> None:
    week = tuple(Day((NOW - DAY * back).date(), expected=40, came=10) for back in range(1, 8))
    slow = replace(counted([(0, 20, True)] * 200), days=week)
    usual, slowed = (look_ahead([(ALL, count)], NOW) for count in (replace(slow, days=()), slow))
    assert (usual.pace, slowed.pace) == (1.0, 0.5)
    assert (slowed.late(10, 21) or 0) > (usual.late(10, 21) or 0)


# --- lessons -------------------------------------------------------------------------------------


@given(st.floats(0.1, 60), st.lists(st.floats(0.1, 60), max_size=8))
def test_a_parcel_teaches_the_same_whether_it_is_heard_of_once_or_often(days: float, asked: list[float]) -> None:
    entries, end = sent(NOW, days), NOW + DAY * days
    clock = CALENDAR.at()
    often, learned = Count(), 0
    for at in sorted(NOW + DAY * each for each in asked if each < days):
        found = lesson(entries[:1], PARCEL, learned, at, clock, None)
        if found:
            often, learned = often.plus(found.change), found.learned
    last = lesson(entries, PARCEL, learned, end, clock, None)
    once = lesson(entries, PARCEL, 0, end, clock, None)
    assert last is not None
    assert once is not None
    assert last.learned == DONE
    one, other = often.plus(last.change), Count().plus(once.change)
    assert one.waited[: len(other.waited)] == pytest.approx(other.waited)
    assert sum(one.waited) == pytest.approx(sum(other.waited))
    assert one.came == other.came
    assert lesson(entries, PARCEL, DONE, end + DAY, clock, None) is None


def test_a_delivery_heard_of_late_takes_back_the_waiting_that_was_none() -> None:
    clock = CALENDAR.at()
    waiting = lesson(sent(NOW, None), PARCEL, 0, NOW + DAY * 4, clock, None)
    assert waiting is not None
    told = lesson(sent(NOW, 2), PARCEL, waiting.learned, NOW + DAY * 4, clock, None)
    assert told is not None
    once = lesson(sent(NOW, 2), PARCEL, 0, NOW + DAY * 2, clock, None)
    assert once is not None
    count = Count().plus(waiting.change, told.change)
    assert sum(count.waited) == pytest.approx(sum(Count().plus(once.change).waited))


@pytest.mark.parametrize("milestone", [Milestone.RETURNING, Milestone.CANCELLED, Milestone.RETURNED])
def test_what_never_arrives_teaches_how_long_it_waited_until_then_and_no_more(milestone: Milestone) -> None:
    entries = (*sent(NOW, None), entry(milestone, NOW + DAY * 3))
    assert lesson(entries, PARCEL, 9, NOW + DAY * 30, CALENDAR.at(), None) is None


def test_what_was_announced_and_never_handed_over_teaches_nothing() -> None:
    announced = (entry(Milestone.INFO_RECEIVED, NOW),)
    assert lesson(announced, PARCEL, 0, NOW + DAY * 30, CALENDAR.at(), None) is None


# --- the past ------------------------------------------------------------------------------------

lives = st.lists(st.tuples(st.integers(0, 60 * 24), st.none() | st.floats(0.2, 30)), min_size=1, max_size=30)


def chronicle(some: list[tuple[int, float | None]]) -> Chronicle:
    made = Chronicle(CALENDAR)
    for hours, days in some:
        made.take(PARCEL, sent(NOW + HOUR * hours, days))
    return made


def same(one: Outlook, other: Outlook) -> bool:
    pairs = zip(one.levels, other.levels, strict=True)
    return one.pace == pytest.approx(other.pace) and all(
        list(mine.risks) == pytest.approx(list(theirs.risks), abs=1e-6) for mine, theirs in pairs
    )


@given(lives, st.integers(0, 90))
def test_on_a_day_only_what_was_heard_before_is_known(some: list[tuple[int, float | None]], day: int) -> None:
    at = NOW + DAY * day
    # As if everything later had gone otherwise: what was still to come never came.
    otherwise = [
        (hours, days if days is not None and NOW + HOUR * hours + DAY * days < at else None)
        for hours, days in some
        if NOW + HOUR * hours < at
    ]
    known, changed = (Forecasts(chronicle(each)).outlook(PARCEL, at) for each in (some, otherwise))
    assert same(known, changed)


@given(lives)
def test_histories_may_come_in_any_order_and_in_parts(some: list[tuple[int, float | None]]) -> None:
    whole, half = chronicle(some), chronicle(some[len(some) // 2 :][::-1])
    half.add(chronicle(some[: len(some) // 2]))
    at = NOW + DAY * 95
    assert same(Forecasts(whole).outlook(PARCEL, at), Forecasts(half).outlook(PARCEL, at))


@given(lives)
def test_looking_back_finds_what_was_counted_on_as_the_parcels_went(some: list[tuple[int, float | None]]) -> None:
    """By a Monday, when all is looked at if anything was heard the day before."""
    at = NOW + DAY * 14
    some = [*some, (13 * 24 + 20, 0.1)]
    count = Count()
    for hours, days in some:
        heard = tuple(one for one in sent(NOW + HOUR * hours, days) if one.seen_at < at)
        found = lesson(heard, PARCEL, -3, at, CALENDAR.at(), None) if heard else None
        if found:
            count = count.plus(replace(found.change, from_=0))
    online = look_ahead([(key, count) for key in levels(PARCEL)], at)
    back = Forecasts(chronicle(some)).outlook(PARCEL, at)
    for mine, theirs in zip(online.levels, back.levels, strict=True):
        assert list(mine.risks) == pytest.approx(list(theirs.risks), abs=1e-6)
