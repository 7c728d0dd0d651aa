"""Counting the parcels of groups, and what is kept of each day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from parcelwatch.core.outbreaks import RECENT, Cell, Grain, Group, Spot
from parcelwatch.store import Store, surveys

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
LEIPZIG = Group(Grain.HUB, "dhl", hub="Leipzig")
DHL = Group(Grain.COURIER, "dhl")
GERMANY = Group(Grain.DESTINATION, destination="DE")


def cell(parcels: int, troubled: int, courier: str = "dhl") -> Cell:
    return Cell(Spot(courier, destination="DE", hub="Leipzig"), parcels, troubled)


def keep(store: Store, *cells: Cell, on: date = MONDAY) -> None:
    with store.transaction():
        surveys.keep(store, cells, on)


def kept(store: Store, group: Group, today: date = MONDAY + DAY) -> list[tuple[date, int, int]]:
    return [(day.on, day.parcels, day.troubled) for day in surveys.past(store, [group], today)[group]]


def test_of_a_day_the_moment_is_kept_at_which_most_were_in_trouble(store: Store) -> None:
    for parcels, troubled in ((50, 3), (40, 9), (90, 2), (60, 9)):
        keep(store, cell(parcels, troubled))
    assert kept(store, LEIPZIG) == kept(store, DHL) == kept(store, GERMANY) == [(MONDAY, 40, 9)]
    assert kept(store, LEIPZIG, today=MONDAY) == []


def test_a_day_is_forgotten_after_four_weeks(store: Store) -> None:
    keep(store, cell(50, 3))
    keep(store, cell(50, 4), on=MONDAY + RECENT)
    assert kept(store, LEIPZIG, MONDAY + RECENT + DAY) == [(MONDAY + RECENT, 50, 4)]
    keep(store, cell(50, 5), on=MONDAY + RECENT + DAY)
    assert store.all("SELECT DISTINCT day FROM surveys WHERE day = ?", (MONDAY.isoformat(),)) == []


def test_a_few_parcels_say_nothing_of_what_is_usual(store: Store) -> None:
    keep(store, cell(4, 4))
    assert kept(store, LEIPZIG) == []


@pytest.mark.parametrize(("group", "left"), [(LEIPZIG, {"ups", ""}), (DHL, {"ups", ""}), (GERMANY, {"dhl", "ups"})])
def test_a_day_in_trouble_says_nothing_of_what_is_usual_there(store: Store, group: Group, left: set[str]) -> None:
    keep(store, cell(50, 40), cell(50, 1, courier="ups"))
    with store.transaction():
        surveys.forget(store, group, MONDAY)
    assert {courier for (courier,) in store.all("SELECT DISTINCT courier FROM surveys")} == left


@pytest.mark.parametrize("sql", [surveys._ALL, surveys._TROUBLED])
def test_parcels_and_cases_that_are_over_are_not_read(store: Store, sql: str) -> None:
    plan = [row[3] for row in store.all(f"EXPLAIN QUERY PLAN {sql}", (0, 0))]
    assert [line for line in plan if line.startswith(("SCAN c", "SCAN p"))] == [
        "SCAN c USING INDEX cases_live",
        *(["SCAN p USING INDEX parcels_judged"] if sql is surveys._ALL else []),
    ]
