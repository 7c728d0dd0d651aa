"""Claims, back-off, recovery: who is asked when."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.model import Ask
from parcelwatch.store import Store, imports, parcels
from parcelwatch.store.polling import FIRST_BACKOFF, LONGEST_BACKOFF, backoff
from parcelwatch.store.rows import Claimed
from tests.store.making import HOUR, MINUTE, NOW, SECOND, add, case, save

LEASE = 60 * SECOND


def claim(store: Store, now: datetime = NOW, limit: int = 40, account: str = "my_dhl") -> list[Claimed]:
    with store.transaction():
        return parcels.claim(store, account, now, now + LEASE, limit)


def numbers(claimed: list[Claimed]) -> list[str]:
    return [one.ask.number for one in claimed]


def test_a_claim_says_all_a_courier_may_want_to_know(store: Store) -> None:
    parcel_id = add(store, company="yt", service="std", phone_last4="0042", postal_code="10115", shipped_at=NOW)
    ask = Ask("PW1", "yt", "std", "0042", "10115", "", "", NOW)
    assert claim(store) == [Claimed(parcel_id, ask, registered=False)]


def test_what_is_claimed_is_not_due_until_the_lease_is_over(store: Store) -> None:
    add(store)
    assert numbers(claim(store)) == ["PW1"]
    assert claim(store, NOW + LEASE - SECOND) == []
    assert numbers(claim(store, NOW + LEASE)) == ["PW1"]


def test_a_claim_takes_no_more_than_it_is_granted(store: Store) -> None:
    for n in range(5):
        add(store, f"PW{n}")
    assert len(claim(store, limit=3)) == 3
    assert parcels.due(store, "my_dhl", NOW) == 2
    assert len(claim(store, limit=3)) == 2
    assert claim(store, limit=0) == []


def test_a_claim_keeps_to_its_account(store: Store) -> None:
    add(store, "PW1", "my_dhl")
    add(store, "PW2", "kd100")
    assert numbers(claim(store, account="kd100")) == ["PW2"]


def test_parcels_in_trouble_are_asked_first_and_a_bulk_of_new_ones_last(store: Store) -> None:
    with store.transaction():
        bulk = imports.begin(store, "orders.csv", NOW)
    for number in ("BULK1", "BULK2"):
        add(store, number, import_id=bulk)
    add(store, "ALONE")
    save(store, add(store, "CALM"))
    save(store, add(store, "TROUBLE"), cases=(case(),))
    assert numbers(claim(store, NOW + HOUR)) == ["TROUBLE", "ALONE", "CALM", "BULK1", "BULK2"]


def test_the_longest_due_come_first(store: Store) -> None:
    for number, minutes in (("LATE", 1), ("LATER", 2), ("LATEST", 0)):
        save(store, add(store, number), poll_at=NOW + minutes * MINUTE)
    assert numbers(claim(store, NOW + HOUR)) == ["LATEST", "LATE", "LATER"]


def test_a_crash_after_a_claim_makes_its_parcels_due_again(path: Path) -> None:
    with Store.open(path) as store:
        add(store)
        claim(store)
    with Store.open(path) as store:
        with store.transaction():
            assert parcels.void_leases(store, NOW + SECOND) == 1
        assert numbers(claim(store, NOW + SECOND)) == ["PW1"]


def test_a_courier_that_punishes_repetition_is_not_asked_again_too_soon_after_a_crash(store: Store) -> None:
    add(store)
    claim(store)
    with store.transaction():
        parcels.void_leases(store, NOW + SECOND, {"my_dhl": 31 * MINUTE})
    assert parcels.next_poll(store, "my_dhl") == NOW + 31 * MINUTE


# --- failed asks ---------------------------------------------------------------------------------


def fail(store: Store, ids: list[int], now: datetime, least: timedelta = timedelta(0)) -> None:
    with store.transaction():
        parcels.postpone(store, ids, now, least)


def test_a_failed_ask_is_put_off_ever_longer_up_to_a_quarter_of_an_hour(store: Store) -> None:
    parcel_id = add(store)
    waits = []
    for _ in range(9):
        fail(store, [parcel_id], NOW)
        at = parcels.next_poll(store, "my_dhl")
        assert at is not None
        waits.append(at - NOW)
    assert 0.75 * FIRST_BACKOFF <= waits[0] <= FIRST_BACKOFF
    assert 0.75 * 2 * FIRST_BACKOFF <= waits[1] <= 2 * FIRST_BACKOFF
    assert all(0.75 * LONGEST_BACKOFF <= wait <= LONGEST_BACKOFF for wait in waits[6:])


def test_parcels_that_failed_together_come_back_apart() -> None:
    assert len({backoff(f"PW{n}", 3) for n in range(200)}) > 100


def test_a_failed_ask_respects_the_couriers_own_interval(store: Store) -> None:
    parcel_id = add(store)
    claim(store)
    fail(store, [parcel_id], NOW + SECOND, least=31 * MINUTE)
    assert parcels.next_poll(store, "my_dhl") == NOW + 31 * MINUTE


def test_on_recovery_everything_put_off_is_due_at_once(store: Store) -> None:
    ids = [add(store, f"PW{n}") for n in range(3)]
    other = add(store, "OTHER", "kd100")
    calm = add(store, "CALM")
    save(store, calm)
    for _ in range(6):
        fail(store, [*ids, other], NOW)
    with store.transaction():
        assert parcels.hasten(store, "my_dhl", NOW + MINUTE) == 3
        assert parcels.hasten(store, "my_dhl", NOW + MINUTE) == 0
    assert sorted(numbers(claim(store, NOW + MINUTE))) == ["PW0", "PW1", "PW2"]
    assert claim(store, NOW + MINUTE, account="kd100") == []


def test_recovery_never_makes_anything_later(store: Store) -> None:
    parcel_id = add(store)
    fail(store, [parcel_id], NOW)
    soon = parcels.next_poll(store, "my_dhl")
    with store.transaction():
        parcels.hasten(store, "my_dhl", NOW + HOUR)
    assert parcels.next_poll(store, "my_dhl") == soon


# --- the rest ------------------------------------------------------------------------------------


def test_a_number_is_registered_until_the_aggregator_forgets_it(store: Store) -> None:
    parcel_id = add(store)
    for registered in (True, False):
        with store.transaction():
            parcels.set_registered(store, [parcel_id], NOW if registered else None)
            parcels.poll_again(store, [parcel_id], NOW)
        assert [one.registered for one in claim(store)] == [registered]


def test_looks_come_due_in_order(store: Store) -> None:
    first, second, third = (add(store, f"PW{n}") for n in range(3))
    with store.transaction():
        parcels.look_again(store, [second], NOW)
        parcels.look_again(store, [first], NOW + MINUTE)
        parcels.look_again(store, [third], NOW + HOUR)
    assert parcels.due_to_assess(store, NOW + MINUTE, 10) == [second, first]
    assert parcels.due_to_assess(store, NOW + HOUR, 1) == [second]
    assert parcels.next_assess(store) == NOW


def test_nothing_to_ask_is_never(store: Store) -> None:
    assert parcels.next_poll(store, "my_dhl") is None
    assert parcels.next_assess(store) is None
    save(store, add(store), poll_at=None)
    assert parcels.next_poll(store, "my_dhl") is None


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM parcels WHERE courier = ? AND urgency = ? AND poll_at <= ? ORDER BY poll_at", "to_poll"),
        ("SELECT id FROM parcels WHERE assess_at <= ? ORDER BY assess_at", "to_assess"),
        ("SELECT 1 FROM parcels WHERE import_id = ? AND asked_at IS NULL AND poll_at IS NOT NULL", "unasked"),
    ],
)
def test_due_work_is_found_without_looking_at_the_rest(store: Store, query: str, index: str) -> None:
    plan = store.all(f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?"))
    assert [f"parcels_{index}" in row[3] for row in plan] == [True]
