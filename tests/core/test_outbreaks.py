"""Which groups of parcels stand out from what is usual for them, and which of several is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.outbreaks import (
    UNKNOWN,
    Bar,
    Cell,
    Grain,
    Group,
    Spot,
    Surveyed,
    candidates,
    excess,
    groups,
    outbreaks,
    tail,
    usual,
)

MONDAY = date(2026, 3, 2)
BAR = Bar()


def cell(
    troubled: int, parcels: int, hub: str = "", destination: str = "", courier: str = "acme", origin: str = ""
) -> Cell:
    return Cell(Spot(courier, "", "", origin, destination, hub), parcels, troubled)


def found(cells: Sequence[Cell], past: Mapping[Group, Sequence[Surveyed]] | None = None) -> list[Group]:
    known = {group: (past or {}).get(group, ()) for group in candidates(cells, BAR)}
    return [each.group for each in outbreaks(cells, known, BAR)]


def weeks(shares: Sequence[tuple[int, int]], of: int = 4) -> list[Surveyed]:
    """So many weeks before that Monday, each weekday with its (troubled, parcels)."""
    return [
        Surveyed(MONDAY - timedelta(weeks=week) + timedelta(days=day), parcels, troubled)
        for week in range(1, of + 1)
        for day, (troubled, parcels) in enumerate(shares)
    ]


def at(hub: str, courier: str = "acme") -> Group:
    return Group(Grain.HUB, courier, hub=hub)


ACME = Group(Grain.COURIER, "acme")


# --- chance --------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(0, 61), st.integers(2, 98))
def test_the_chance_is_that_of_the_binomial_distribution(parcels: int, troubled: int, percent: int) -> None:
    share = Fraction(percent, 100)
    exact = sum(
        comb(parcels, count) * share**count * (1 - share) ** (parcels - count) for count in range(troubled, parcels + 1)
    )
    assert tail(troubled, parcels, percent / 100) == pytest.approx(float(exact), rel=1e-9, abs=1e-13)


@given(st.integers(1, 100_000), st.data(), st.floats(0.02, 0.95))
def test_more_in_trouble_are_never_likelier_however_many_parcels_there_are(
    parcels: int, data: st.DataObject, share: float
) -> None:
    troubled = data.draw(st.integers(0, parcels))
    assert 0.0 <= tail(troubled + 1, parcels, share) <= tail(troubled, parcels, share) + 1e-9 <= 1.0 + 1e-9


# --- what is usual -------------------------------------------------------------------------------


def test_a_group_that_is_not_known_for_a_week_has_nothing_usual() -> None:
    assert usual([]).share == UNKNOWN
    known = [Surveyed(MONDAY + timedelta(days=day), 1000, 10) for day in range(7)]
    assert (usual(known[:6]).known, usual(known).known) == (False, True)
    assert usual(known).share == pytest.approx(0.02)


def test_what_is_usual_is_the_worst_weekday() -> None:
    days = weeks([(400, 1000), *[(20, 1000)] * 6])
    assert usual(days).share == pytest.approx(0.4, abs=0.001)


def test_a_few_parcels_without_trouble_do_not_mean_that_there_never_is_any() -> None:
    assert usual(weeks([(0, 1)] * 7)).share == pytest.approx(1 / 6)


# --- what stands out -----------------------------------------------------------------------------


def test_a_small_shop_never_has_an_incident_of_two() -> None:
    assert found([cell(2, 8, "LEIPZIG", "DE")]) == []
    assert found([cell(8, 8, "LEIPZIG", "DE")]) == []
    assert found([cell(2, 2, "LEIPZIG", "DE")], {at("LEIPZIG"): weeks([(0, 500)] * 7)}) == []


def test_where_nobody_knows_what_is_usual_it_takes_more() -> None:
    assert found([cell(49, 49, "LEIPZIG")]) == []
    assert found([cell(50, 50, "LEIPZIG")]) == [at("LEIPZIG")]
    assert found([cell(10, 20, "LEIPZIG")], {at("LEIPZIG"): weeks([(0, 100)] * 7)}) == [at("LEIPZIG")]


def test_a_monday_like_every_monday_stands_out_for_nothing() -> None:
    mondays = weeks([(400, 1000), *[(20, 1000)] * 6])
    today = [cell(430, 1000, courier="acme")]
    assert found(today, {ACME: mondays}) == []
    assert found(today, {ACME: weeks([(20, 1000)] * 7)}) == [ACME]


def test_the_first_monday_of_all_stands_out_for_nothing() -> None:
    assert found([cell(450, 1000)]) == []


def test_a_somewhat_worse_day_is_no_incident_however_many_parcels_make_it_sure() -> None:
    days = weeks([(300, 10_000)] * 7)
    assert tail(600, 10_000, 0.03) < BAR.alpha
    assert found([cell(600, 10_000)], {ACME: days}) == []


def test_an_excess_says_what_it_was_measured_by() -> None:
    one = excess(at("LEIPZIG"), 90, 100, usual(weeks([(3, 100)] * 7)), BAR)
    assert one is not None
    assert (one.troubled, one.parcels, one.usual.known) == (90, 100, True)
    assert one.usual.share == pytest.approx(13 / 402)
    assert one.chance == pytest.approx(tail(90, 100, 13 / 402))


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 30), st.floats(1e-9, 0.05))
def test_nothing_stands_out_with_fewer_than_the_minimum(extra: int, troubled: int, minimum: int, alpha: float) -> None:
    one = excess(ACME, troubled, troubled + extra, usual(()), Bar(minimum, alpha))
    if one is None:
        return
    assert troubled >= 5 * minimum
    assert one.chance <= alpha


# --- which one is named --------------------------------------------------------------------------

_HEALTHY = [cell(2, 100, f"HUB {each}", "DE") for each in range(20)]


def test_a_hub_is_named_rather_than_its_courier() -> None:
    cells = [*_HEALTHY, cell(490, 500, "LEIPZIG", "DE")]
    past = {ACME: weeks([(20, 2000)] * 7), Group(Grain.DESTINATION, destination="DE"): weeks([(20, 2000)] * 7)}
    assert found(cells, past) == [at("LEIPZIG")]


def test_a_hub_with_most_of_its_couriers_parcels_is_still_the_hub() -> None:
    """The courier stands out more, because it is usually better; but of its other parcels nothing does."""
    cells = [cell(490, 500, "LEIPZIG"), cell(5, 100, "KÖLN")]
    past = {ACME: weeks([(6, 600)] * 7), at("LEIPZIG"): weeks([(100, 500)] * 7)}
    assert found(cells, past) == [at("LEIPZIG")]


def test_a_courier_in_trouble_everywhere_is_named_once() -> None:
    cells = [cell(30, 33, f"HUB {each}", country) for each in range(20) for country in ("DE", "FR", "US")]
    others = [cell(3, 300, "X", country, courier="other") for country in ("DE", "FR", "US")]
    assert found([*cells, *others]) == [ACME]


def test_a_courier_with_one_hub_only_is_named_by_the_hub_and_without_any_by_itself() -> None:
    assert found([cell(60, 60, "LEIPZIG", "DE", origin="DE")]) == [at("LEIPZIG")]
    assert found([cell(60, 60, "", "DE", origin="DE")]) == [ACME]


def test_a_lane_is_named_where_only_that_is_in_trouble() -> None:
    cells = [cell(12, 13, f"HUB {each}", "US", origin="CN") for each in range(10)]
    cells += [cell(1, 40, f"HUB {each}", "DE", origin="CN") for each in range(10)]
    cells += [cell(1, 40, f"HUB {each}", "US", origin="MX") for each in range(10)]
    assert found(cells) == [Group(Grain.LANE, "acme", origin="CN", destination="US")]


def test_a_destination_is_named_where_every_courier_is_in_trouble_there() -> None:
    cells = [
        cell(25, 26, f"HUB {each}", "BR", courier=courier, origin="CN")
        for courier in ("acme", "other", "third")
        for each in range(4)
    ]
    cells += [cell(2, 400, "X", "DE", courier=courier, origin="CN") for courier in ("acme", "other", "third")]
    assert found(cells) == [Group(Grain.DESTINATION, destination="BR")]


def test_two_hubs_in_trouble_at_once_are_two() -> None:
    cells = [*_HEALTHY, cell(95, 100, "LEIPZIG", "DE"), cell(80, 82, "ROISSY", "FR")]
    past = {ACME: weeks([(20, 2000)] * 7)}
    assert set(found(cells, past)) == {at("LEIPZIG"), at("ROISSY")}


def test_the_same_place_of_two_couriers_is_two_hubs() -> None:
    cells = [cell(50, 50, "LEIPZIG"), cell(1, 40, "LEIPZIG", courier="other")]
    assert found(cells) == [at("LEIPZIG")]


_SPOTS = st.builds(
    Spot,
    st.sampled_from(["acme", "other"]),
    st.sampled_from(["", "yuantong"]),
    st.just(""),
    st.sampled_from(["", "CN"]),
    st.sampled_from(["", "DE", "US"]),
    st.sampled_from(["", "LEIPZIG", "KÖLN", "ROISSY"]),
)


@st.composite
def _cells(draw: st.DrawFn) -> Cell:
    parcels = draw(st.integers(1, 80))
    return Cell(draw(_SPOTS), parcels, draw(st.just(parcels) | st.just(0) | st.integers(0, parcels)))


@given(st.lists(_cells(), max_size=12, unique_by=lambda one: one.spot))
def test_no_parcel_is_in_two_outbreaks_and_each_stands_out_by_itself(cells: list[Cell]) -> None:
    named = outbreaks(cells, dict.fromkeys(candidates(cells, BAR), ()), BAR)
    counted = sum(each.parcels for each in named)
    assert counted == sum(one.parcels for one in cells if any(each.group.holds(one.spot) for each in named))
    for each in named:
        assert excess(each.group, each.troubled, each.parcels, each.usual, BAR) == each


@given(st.lists(_cells(), max_size=12, unique_by=lambda one: one.spot))
def test_what_is_left_when_all_is_named_does_not_stand_out(cells: list[Cell]) -> None:
    named = found(cells)
    left = [one for one in cells if not any(group.holds(one.spot) for group in named)]
    assert found(left) == []


@given(_SPOTS)
def test_a_parcel_is_in_the_groups_that_hold_it(spot: Spot) -> None:
    assert all(group.holds(spot) for group in groups(spot))
    assert len(groups(spot)) == 1 + bool(spot.hub) + bool(spot.destination) + bool(spot.origin and spot.destination)
