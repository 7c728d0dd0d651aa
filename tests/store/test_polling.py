"""Claims, back-off, recovery: who is asked when."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.cadence import RECOVERED, failed
from parcelwatch.model import Ask
from parcelwatch.store import Store, imports, parcels
from parcelwatch.store.polling import _NEXT, _OF, _RUN_OUT, _UNDOUBTED_FIRST
from parcelwatch.store.rows import Claimed
from tests.store.making import HOUR, MINUTE, NOW, SECOND, add, case, heard, save

LEASE = 60 * SECOND


def claim(
    store: Store, now: datetime = NOW, limit: int = 40, account: str = "my_dhl", interval: timedelta = timedelta(0)
) -> list[Claimed]:
    with store.transaction():
        return parcels.claim(store, account, now, now + LEASE, limit, interval)


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


def void(store: Store) -> int:
    with store.transaction():
        return parcels.void_leases(store, ["my_dhl"])


def test_a_crash_after_a_claim_makes_its_parcels_due_again(path: Path) -> None:
    with Store.open(path) as store:
        add(store)
        add(store, "OTHER", "kd100")
        claim(store)
        claim(store, account="kd100")
    with Store.open(path) as store:
        assert (void(store), void(store)) == (1, 0)
        assert numbers(claim(store, NOW + SECOND)) == ["PW1"]
        assert claim(store, NOW + SECOND, account="kd100") == []


def test_a_claim_leaves_the_due_time_as_it_was(store: Store) -> None:
    save(store, add(store, "EARLY"), poll_at=NOW - HOUR)
    save(store, add(store, "LATE"), poll_at=NOW)
    claim(store)
    assert parcels.due(store, "my_dhl", NOW) == 0
    assert parcels.watched(store, "my_dhl") == 2
    assert parcels.next_poll(store, "my_dhl") == NOW + LEASE
    void(store)
    assert parcels.next_poll(store, "my_dhl") == NOW - HOUR
    assert numbers(claim(store)) == ["EARLY", "LATE"]


def test_what_was_claimed_and_not_asked_is_due_as_if_nothing_had_been(store: Store) -> None:
    parcel_id = add(store)
    claim(store, interval=31 * MINUTE)
    with store.transaction():
        parcels.release(store, [parcel_id])
    assert parcels.next_poll(store, "my_dhl") == NOW


# --- the courier's own interval ------------------------------------------------------------------


@pytest.mark.parametrize("then", ["crash", "failure", "answer", "hint", "recovery"])
def test_a_courier_that_punishes_repetition_is_never_asked_again_within_its_interval(store: Store, then: str) -> None:
    parcel_id = add(store)
    claim(store, interval=31 * MINUTE)
    soon = NOW + SECOND
    with store.transaction():
        match then:
            case "crash":
                parcels.void_leases(store, ["my_dhl"])
            case "failure":
                fail(store, parcel_id, soon)
            case "answer":
                save_now(store, parcel_id)
            case "hint":
                parcels.poll_again(store, [parcel_id], NOW + HOUR)
                parcels.sooner(store, [parcel_id], soon, "news")
            case "recovery":
                fail(store, parcel_id, soon)
                parcels.hasten(store, "my_dhl", *RECOVERED.after(soon))
    assert parcels.next_poll(store, "my_dhl") == NOW + 31 * MINUTE
    assert claim(store, NOW + 31 * MINUTE - SECOND) == []
    assert numbers(claim(store, NOW + 31 * MINUTE)) == ["PW1"]


def save_now(store: Store, parcel_id: int) -> None:
    """An answer after which a deadline wants another at once."""
    before = parcels.dossier(store, parcel_id)
    parcels.save(store, before, heard(before, poll_at=NOW + MINUTE), NOW)


# --- failed asks ---------------------------------------------------------------------------------


def fail(store: Store, parcel_id: int, now: datetime) -> None:
    parcels.postpone(store, parcel_id, *failed(str(parcel_id), 0, now))


def test_a_failed_ask_is_put_off_and_counted_until_the_next_answer(store: Store) -> None:
    parcel_id = add(store)
    for times in range(3):
        with store.transaction():
            parcels.postpone(store, parcel_id, *failed("PW1", times, NOW))
    assert parcels.show(store, parcel_id)["poll_why"] == "asking failed, 3 times in a row"
    (claimed,) = claim(store, NOW + HOUR)
    assert claimed.failures == 3
    save(store, parcel_id, poll_at=NOW)
    assert [one.failures for one in claim(store, NOW + HOUR)] == [0]


def test_on_recovery_everything_put_off_is_due_at_once(store: Store) -> None:
    ids = [add(store, f"PW{n}") for n in range(3)]
    other = add(store, "OTHER", "kd100")
    calm = add(store, "CALM")
    save(store, calm)
    with store.transaction():
        for parcel_id in (*ids, other):
            parcels.postpone(store, parcel_id, NOW + 15 * MINUTE, "asking failed")
        assert parcels.hasten(store, "my_dhl", *RECOVERED.after(NOW + MINUTE)) == 3
        assert parcels.hasten(store, "my_dhl", *RECOVERED.after(NOW + MINUTE)) == 0
    assert parcels.show(store, ids[0])["poll_why"] == "the courier answers again"
    assert sorted(numbers(claim(store, NOW + MINUTE))) == ["PW0", "PW1", "PW2"]
    assert claim(store, NOW + MINUTE, account="kd100") == []


def test_recovery_never_makes_anything_later(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        fail(store, parcel_id, NOW)
        soon = parcels.next_poll(store, "my_dhl")
        parcels.hasten(store, "my_dhl", *RECOVERED.after(NOW + HOUR))
    assert parcels.next_poll(store, "my_dhl") == soon
    assert parcels.show(store, parcel_id)["poll_why"] == "asking failed"


def test_hints_have_a_number_asked_at_once_but_not_again_and_again(store: Store) -> None:
    parcel_id = add(store)
    claim(store)
    save(store, parcel_id, poll_at=NOW + 20 * HOUR)
    for _ in range(3):
        with store.transaction():
            parcels.sooner(store, [parcel_id], NOW + MINUTE, "the courier may have news")
    assert parcels.next_poll(store, "my_dhl") == NOW + 5 * MINUTE
    assert parcels.show(store, parcel_id)["poll_why"] == "the courier may have news"
    with store.transaction():
        parcels.sooner(store, [parcel_id], NOW + HOUR, "later")
    assert parcels.next_poll(store, "my_dhl") == NOW + 5 * MINUTE


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
        *((query, "to_ask") for query in _UNDOUBTED_FIRST),
        *((query, "to_ask") for query in _NEXT),
        (_RUN_OUT, "to_ask"),
        (f"SELECT count(*) FROM parcels WHERE {_OF}", "to_ask"),
        ("SELECT id FROM parcels WHERE assess_at <= ? ORDER BY assess_at", "to_assess"),
        ("SELECT 1 FROM parcels WHERE import_id = ? AND asked_at IS NULL AND poll_at IS NOT NULL", "unasked"),
    ],
)
def test_due_work_is_found_without_looking_at_the_rest(store: Store, query: str, index: str) -> None:
    plan = [row[3] for row in store.all(f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?"))]
    looks = [line for line in plan if "parcels" in line]
    assert looks
    assert all("SEARCH parcels USING" in line and f"parcels_{index} " in line for line in looks)
    assert not any("TEMP B-TREE" in line for line in plan)
