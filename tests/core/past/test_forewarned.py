"""Complaints against what agents were told: who knew before, by how much, and what buyers ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.past.forewarned import SEVERAL, Complained, Forewarned, Told, asked, weighed
from parcelwatch.core.past.forewarned import forewarned as counted

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def forewarned(complaints: Iterable[Complained], told: Mapping[int, Sequence[Told]], since: datetime) -> Forewarned:
    return counted(weighed(complaints, told), since)


def about(day: float, *parcels: int, kind: str = "") -> Complained:
    return Complained(MONDAY + day * DAY, parcels or (1,), kind, ("dhl", ""))


def told(**days: float) -> dict[int, list[Told]]:
    """When agents were told of which parcel: `p1=2.0`."""
    return {int(name[1:]): [Told(MONDAY + day * DAY, "stalled")] for name, day in days.items()}


def test_a_complaint_after_an_alert_was_forewarned_by_the_time_between() -> None:
    known = forewarned([about(5)], told(p1=1), MONDAY)
    assert (known.total, known.leads, dict(known.by_kind)) == (1, (4 * DAY,), {"stalled": 1})
    assert (known.ahead(3), known.ahead(4), known.ahead(5)) == (1, 1, 0)


def test_an_alert_at_the_same_moment_or_later_is_no_warning() -> None:
    assert forewarned([about(1)], told(p1=1), MONDAY).warned == 0
    assert forewarned([about(1)], told(p1=2), MONDAY).warned == 0


def test_the_first_alert_counts_whatever_came_after() -> None:
    twice = {1: [Told(MONDAY + 3 * DAY, "late"), Told(MONDAY, "stalled")]}
    known = forewarned([about(4)], twice, MONDAY)
    assert (known.leads, dict(known.by_kind)) == ((4 * DAY,), {"stalled": 1})


def test_an_alert_of_any_parcel_of_an_order_is_a_warning() -> None:
    assert forewarned([about(4, 1, 2)], told(p2=1), MONDAY).leads == (3 * DAY,)


def test_who_complains_again_is_counted_apart_though_agents_know_by_then() -> None:
    known = forewarned([about(2), about(4), about(5, 1, 2)], told(p1=3), MONDAY)
    assert (known.total, known.warned, known.again) == (1, 0, 2)


def test_a_first_complaint_before_the_report_makes_the_next_one_no_first() -> None:
    known = forewarned([about(-3), about(2)], told(p1=1), MONDAY)
    assert (known.total, known.again) == (0, 1)


def test_of_a_few_there_is_no_median_lead() -> None:
    few = [about(4, one) for one in range(1, 5)]
    every = {one: [Told(MONDAY, "late")] for one in range(1, 6)}
    assert forewarned(few, every, MONDAY).median_days is None
    assert forewarned([*few, about(9, 5)], every, MONDAY).median_days == 4


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=20), st.permutations(range(1, 5)))
def test_each_parcel_has_one_first_complaint_in_whatever_order_they_come(
    said: list[tuple[int, int]], order: list[int]
) -> None:
    complaints = [about(day, parcel) for day, parcel in said]
    warnings = told(p1=2, p2=5)
    known = forewarned(complaints, warnings, MONDAY)
    assert known.total == len({parcel for _, parcel in said})
    assert known.total + known.again == len(complaints)
    assert known.ahead(5) <= known.ahead(3) <= known.warned <= known.total
    mixed = sorted(complaints, key=lambda one: order.index(one.parcels[0]))
    assert forewarned(mixed, warnings, MONDAY).leads == known.leads


def test_what_is_asked_is_counted_by_label_weekday_and_courier() -> None:
    late = about(0, 1, kind="Late"), about(0.7, 2, kind="late")
    other = Complained(MONDAY, (3, 4), "", SEVERAL)
    said = asked([*late, other], ZoneInfo("Asia/Shanghai"))
    assert (dict(said.kinds), said.total) == ({"Late": 2, "": 1}, 3)
    assert said.weekdays == (2, 1, 0, 0, 0, 0, 0)
    assert dict(said.carriers) == {("dhl", ""): 2, SEVERAL: 1}
