"""What is learned is kept with the step that taught it, once, and known to whoever looks the next day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from parcelwatch.core.learn import Count, Foresight, Scope
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import learn_from_before, take_step
from parcelwatch.model import Answered, Checkpoint, Milestone, Passed
from parcelwatch.store import Store, forecast, parcels
from tests.store.making import NOW, add

DAY = timedelta(days=1)
POLICY = Policy()
OFF = Policy(foresight=Foresight(enabled=False))


def went(store: Store, parcel_id: int, days: int, policy: Policy = POLICY, *, delivered: bool = True) -> None:
    """Picked up, and delivered so many days later; asked every day."""
    with store.transaction():
        for day in range(days + 1):
            at = NOW + DAY * day
            scans = [Checkpoint(NOW, NOW, Milestone.PICKED_UP)]
            if day == days and delivered:
                scans.append(Checkpoint(at, at, Milestone.DELIVERED))
            take_step(store, parcel_id, Answered("PW1", tuple(scans)), policy, at)


def kept(store: Store) -> dict[str, tuple[float, float]]:
    """How much waited and came, by scope, in parcels of the day of the hand-off."""
    counts = {scope: forecast._count(store, (scope, name)) for scope, name in rows(store)}
    return {scope: (sum(one.waited) / weigh(), sum(one.came) / weigh()) for scope, one in counts.items()}


def weigh() -> float:
    return float(2 ** ((NOW - NOW.replace(year=2020, month=1, day=1, hour=0)) / timedelta(days=60)))


def rows(store: Store) -> list[tuple[Scope, str]]:
    return [(Scope(scope), name) for scope, name in store.all("SELECT scope, name FROM forecast")]


def test_a_parcel_that_came_is_counted_at_each_of_its_levels_once_however_often_it_is_heard_of(store: Store) -> None:
    parcel_id = add(store, origin="CN", destination="BR-RJ")
    went(store, parcel_id, 4)
    levels = {Scope.ALL: "", Scope.COUNTRY: "BR", Scope.REGION: "BR-RJ", Scope.LANE: "my_dhl CN > BR-RJ"}
    assert dict(rows(store)) == levels
    once = kept(store)
    assert once == {scope: pytest.approx((13, 1)) for scope in levels}  # four days of three ages, and one
    went(store, parcel_id, 4)
    assert kept(store) == once


def test_a_parcel_that_waits_is_counted_while_it_waits(store: Store) -> None:
    went(store, add(store, destination="BR"), 3, delivered=False)
    assert kept(store)["all"] == pytest.approx((9, 0))


def test_a_step_that_is_undone_has_taught_nothing(store: Store) -> None:
    parcel_id = add(store)
    with pytest.raises(RuntimeError), store.transaction():
        scans = (Checkpoint(NOW, NOW, Milestone.PICKED_UP), Checkpoint(NOW + DAY, NOW + DAY, Milestone.DELIVERED))
        take_step(store, parcel_id, Answered("PW1", scans), POLICY, NOW + DAY)
        raise RuntimeError
    assert rows(store) == []
    assert store.value("SELECT learned FROM parcels") == 0


def test_switched_off_nothing_is_learned_and_switched_on_again_it_goes_on(store: Store) -> None:
    parcel_id = add(store)
    went(store, parcel_id, 3, OFF, delivered=False)
    assert rows(store) == []
    with store.transaction():
        at = NOW + DAY * 3
        take_step(store, parcel_id, Passed(), POLICY, at)
    assert kept(store)["all"] == pytest.approx((9, 0))


def test_parcels_of_before_anything_was_learned_are_learned_from_a_batch_at_a_time(store: Store) -> None:
    went(store, add(store), 4, OFF)
    with store.transaction():
        store.write("UPDATE parcels SET learned = ?", (forecast.UNSEEN,))
        learn_from_before(store, OFF, NOW + DAY * 9)
        assert rows(store) == []
        learn_from_before(store, POLICY, NOW + DAY * 9)
        learn_from_before(store, POLICY, NOW + DAY * 9)
    assert kept(store)["all"] == pytest.approx((13, 1))
    assert forecast.unseen(store, 9) == []


def test_what_is_known_stands_for_a_day_and_is_looked_up_anew_on_the_next(store: Store) -> None:
    parcel_id = add(store, destination="BR")
    parcel = parcels.dossier(store, parcel_id).parcel
    with store.transaction():
        first = forecast.ahead(store, parcel, NOW)
    went(store, parcel_id, 4)
    assert forecast.ahead(store, parcel, NOW + DAY * 4).levels != first.levels
    at = NOW + DAY * 4
    assert forecast.ahead(store, parcel, at) == forecast.ahead(store, replace(parcel, id=7), at + DAY / 3)


def test_counts_come_back_as_they_were_kept(store: Store) -> None:
    count = Count((1.5, 2.25, 1e300), (0.0, 0.125))
    with store.transaction():
        forecast._keep(store, (Scope.LANE, "快递 CN > BR"), count)
        assert forecast._count(store, (Scope.LANE, "快递 CN > BR")) == count
