"""Adding, finding, listing and stopping parcels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parcelwatch.core.policy import Policy
from parcelwatch.core.tracking.timeline import merge
from parcelwatch.errors import NotFound
from parcelwatch.ingest import watch
from parcelwatch.model import Answered, Checkpoint, State, Timeline
from parcelwatch.store import Store, imports, parcels
from parcelwatch.store.rows import Added
from tests.store.making import HOUR, NOW, add, case, checkpoint, heard, looked, parcel, save


def put(store: Store, number: str = "PW1", **said: Any) -> Added:
    with store.transaction():
        return watch(store, parcel(number, **said), Policy(), NOW)


def test_a_new_parcel_is_due_at_once(store: Store) -> None:
    added = put(store, order="A-1")
    assert added.outcome == "added"
    assert parcels.find(store, "PW1")[0].order == "A-1"
    assert parcels.next_poll(store, "my_dhl") == NOW


def test_adding_it_again_changes_nothing(store: Store) -> None:
    first = put(store, order="A-1", tags=("vip",))
    assert put(store, order="A-1", tags=("vip",)) == Added(first.id, "unchanged")
    assert put(store) == Added(first.id, "unchanged")


def test_a_later_import_adds_to_what_is_known_and_erases_nothing(store: Store) -> None:
    first = put(store, order="A-1", customer_name="Lin Example")
    assert put(store, order="A-2", destination="DE") == Added(first.id, "updated")
    known = parcels.one(store, first.id)
    assert [(one.number, one.customer_name) for one in known.orders] == [("A-1", "Lin Example"), ("A-2", "")]
    assert known.destination == "DE"


def test_a_parcel_is_judged_at_once_when_its_description_changes(store: Store) -> None:
    asked, unasked = add(store, "PW1"), add(store, "PW2")
    save(store, asked)
    for number in ("PW1", "PW2"):
        put(store, number, promised_by=NOW)
    after = [parcels.dossier(store, one) for one in (asked, unasked)]
    assert [(one.policy_id, one.parcel.promised_by) for one in after] == [(Policy().policy_id, NOW)] * 2


@pytest.mark.parametrize(
    ("promised", "asked"),
    [(2 * HOUR, 2 * HOUR), (9 * HOUR, 6 * HOUR), (HOUR / 6, HOUR / 6), (-HOUR, 0 * HOUR)],
)
def test_a_promise_learned_later_is_asked_about_when_it_falls_due(
    store: Store, promised: timedelta, asked: timedelta
) -> None:
    parcel_id = put(store).id
    with store.transaction():
        parcels.claim(store, "my_dhl", NOW, NOW + HOUR, 1)
        parcels.poll_again(store, [parcel_id], NOW + 6 * HOUR)
    put(store, promised_by=NOW + promised)
    assert parcels.next_poll(store, "my_dhl") == NOW + asked


def test_one_number_at_two_couriers_is_two_parcels(store: Store) -> None:
    add(store, "PW1", "my_dhl")
    add(store, "PW1", "kd100")
    assert [one.courier for one in parcels.find(store, "PW1")] == ["my_dhl", "kd100"]
    assert [one.courier for one in parcels.find(store, "PW1", "kd100")] == ["kd100"]


def test_one_number_of_two_companies_is_two_parcels_once_the_first_is_tracked(store: Store) -> None:
    one = put(store, company="yuantong")
    save(store, one.id, first_tracked_at=NOW)
    other = put(store, company="shentong")
    assert other.outcome == "added"
    assert other.id != one.id


def test_one_number_of_two_orders_is_two_parcels(store: Store) -> None:
    assert put(store, company="yuantong", order="A-1").id != put(store, company="shentong", order="A-2").id


def test_a_company_given_wrongly_is_corrected_and_what_was_heard_of_it_forgotten(store: Store) -> None:
    first = put(store, company="yuantong", order="A-1")
    with store.transaction():
        parcels.claim(store, "my_dhl", NOW, NOW + HOUR, 1)
        parcels.set_registered(store, [first.id], NOW)
    told = Answered("PW1", (checkpoint(),))
    save(store, first.id, timeline=merge(Timeline(), told, NOW), first_tracked_at=NOW, refused="no", stopped="gone")
    assert put(store, company="shentong", order="A-1") == Added(first.id, "updated")
    known = parcels.dossier(store, first.id)
    assert (known.parcel.company, known.refused, known.stopped) == ("shentong", "", "")
    assert known.timeline.entries == ()
    assert known.first_tracked_at is None
    assert known.registered_at is None
    assert known.policy_id == Policy().policy_id
    assert parcels.next_poll(store, "my_dhl") == NOW


def test_a_corrected_number_that_is_being_asked_about_is_not_asked_about_beside_that(store: Store) -> None:
    put(store, company="yuantong")
    put(store, company="shentong")
    assert parcels.next_poll(store, "my_dhl") == NOW
    with store.transaction():
        parcels.claim(store, "my_dhl", NOW, NOW + HOUR, 1)
    put(store, company="zhongtong")
    assert parcels.next_poll(store, "my_dhl") == NOW + HOUR


def test_one_import_that_names_a_number_of_two_companies_means_two_parcels(store: Store) -> None:
    with store.transaction():
        import_id = imports.begin(store, "rows.csv", NOW)
    one = put(store, company="yuantong", import_id=import_id)
    assert put(store, company="shentong", import_id=import_id).id != one.id


def test_a_company_not_given_is_any_company(store: Store) -> None:
    first = put(store)
    assert put(store, company="yuantong") == Added(first.id, "updated")
    assert put(store) == Added(first.id, "unchanged")
    assert parcels.one(store, first.id).company == "yuantong"


def test_a_parcel_nobody_knows_is_not_found(store: Store) -> None:
    assert parcels.find(store, "NONE") == []
    for look in (parcels.one, parcels.dossier, parcels.show):
        with pytest.raises(NotFound, match="no parcel with ID 77"):
            look(store, 77)


def test_the_list_holds_every_parcel_however_many(store: Store) -> None:
    with store.transaction():
        for n in range(2500):
            parcels.add(store, parcel(f"PW{n:04}"), NOW)
    assert [row["number"] for row in parcels.rows(store)] == [f"PW{n:04}" for n in range(2500)]


def test_the_list_can_be_narrowed(store: Store) -> None:
    add(store, "PW1", "my_dhl")
    save(store, add(store, "PW2", "kd100"), cases=(case(),))
    save(store, add(store, "PW3", "kd100"), cases=(case(state=State.RESOLVED),))
    assert [row["number"] for row in parcels.rows(store, courier="kd100")] == ["PW2", "PW3"]
    assert [row["number"] for row in parcels.rows(store, open_only=True)] == ["PW2"]
    assert len(list(parcels.rows(store, milestone="unknown"))) == 3
    assert list(parcels.rows(store, milestone="delivered")) == []


def test_what_is_shown_has_the_promised_shape(store: Store) -> None:
    parcel_id = add(store, order="A-1")
    said = checkpoint()
    save(store, parcel_id, timeline=timeline(said, checkpoint(5, "Picked up")))
    shown = parcels.show(store, parcel_id)
    assert shown["number"] == "PW1"
    assert shown["last_checkpoint_at"] == "2026-03-02T07:00:00Z"
    assert [one["text"] for one in shown["checkpoints"]] == ["Picked up", "Departed"]
    assert shown["checkpoints"][1] == {
        "occurred_at": "2026-03-02T07:00:00Z",
        "milestone": "in_transit",
        "cause": None,
        "code": "T",
        "text": "Departed",
        "place": "Leipzig",
        "seen_at": "2026-03-02T08:00:00Z",
    }
    assert {"company", "milestone", "cause", "confirmed_at", "estimate", "promised_by", "poll_at"} <= shown.keys()


def timeline(*said: Checkpoint) -> Timeline:
    return merge(Timeline(), Answered("PW1", said), NOW)


def test_a_stopped_parcel_is_neither_asked_nor_assessed_whatever_happens_to_it(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        before = parcels.dossier(store, parcel_id)
        assert parcels.stop(store, parcel_id, NOW)
        assert not parcels.stop(store, parcel_id, NOW)
        parcels.save(store, before, heard(before, assess_at=NOW), NOW)
        parcels.save(store, before, looked(before), NOW)
        parcels.look_again(store, [parcel_id], NOW)
        parcels.postpone(store, parcel_id, NOW, "asking failed")
        parcels.poll_again(store, [parcel_id], NOW)
    assert parcels.next_poll(store, "my_dhl") is None
    assert parcels.next_assess(store) is None
    assert parcels.show(store, parcel_id)["unwatched_at"] == "2026-03-02T08:00:00Z"


def test_a_stopped_parcel_can_be_watched_again(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        parcels.stop(store, parcel_id, NOW)
        assert parcels.resume(store, parcel_id, NOW + HOUR)
        assert not parcels.resume(store, parcel_id, NOW + HOUR)
    assert parcels.next_poll(store, "my_dhl") == NOW + HOUR


def test_an_import_keeps_its_counts(store: Store) -> None:
    with store.transaction():
        import_id = imports.begin(store, "orders.csv", NOW)
        imports.finish(store, import_id, {"added": 3, "rejected": 1}, NOW + HOUR)
    assert store.all("SELECT source, added, updated, unchanged, rejected FROM imports") == [("orders.csv", 3, 0, 0, 1)]
