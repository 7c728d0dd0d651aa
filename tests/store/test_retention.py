"""What is over is deleted after its time, a little at a time; what is not over stays, however old it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parcelwatch.core.service.retention import TOLD_FOR_GOOD, Retention
from parcelwatch.model import Order
from parcelwatch.store import Store, accounts, audit, parcels
from parcelwatch.store.retention import Sweep, prune
from parcelwatch.store.rows import to_ms
from tests.store.making import NOW, add, alert, case, enqueue, save
from tests.store.test_erase import live_through_everything

DAY = timedelta(days=1)
KEPT = Retention()
LATER = NOW + KEPT.parcels + DAY


def finish(store: Store) -> None:
    """Nobody asks about any parcel any more, and nothing of it is open."""
    with store.transaction():
        store.write("UPDATE parcels SET poll_at = NULL, lease_until = NULL, assess_at = NULL")
        store.write("UPDATE cases SET state = 'resolved', resolved_at = ?, claim = NULL, remedy = NULL", (to_ms(NOW),))
        store.write("UPDATE alerts SET state = 'sent', due_at = NULL, sent_at = ?", (to_ms(NOW),))
        store.write("UPDATE drafts SET state = 'sent'")


def test_a_parcel_goes_with_all_that_hangs_on_it_once_its_time_is_over(store: Store) -> None:
    live_through_everything(store, "PW1", "Canary")
    finish(store)
    assert prune(store, KEPT, Sweep(), NOW + KEPT.parcels - DAY) == 0
    assert prune(store, KEPT, Sweep(), LATER) == 1
    left = {
        table: store.value(f"SELECT count(*) FROM {table}")
        for table in ("parcels", "orders", "checkpoints", "cases", "case_events", "drafts", "alerts", "complaints")
    }
    assert left == dict.fromkeys(left, 0)
    assert audit.check(store, LATER, thorough=True) == []


@pytest.mark.parametrize(
    "open_still",
    [
        "UPDATE parcels SET poll_at = 0",
        "UPDATE cases SET state = 'open'",
        "UPDATE cases SET state = 'snoozed'",
        'UPDATE cases SET claim = \'{"state":"filed"}\'',
        'UPDATE cases SET remedy = \'{"what":"refund","done_at":null}\'',
        "UPDATE alerts SET state = 'pending'",
        "UPDATE drafts SET state = 'approved'",
        "UPDATE drafts SET state = 'sending'",
        f"UPDATE complaints SET at = {to_ms(LATER - DAY)}",
        f"UPDATE checkpoints SET seen_at = {to_ms(LATER - DAY)}",
        f"UPDATE parcels SET asked_at = {to_ms(LATER - DAY)}",
    ],
)
def test_what_is_watched_open_owed_or_lately_touched_is_kept_however_old_it_is(store: Store, open_still: str) -> None:
    live_through_everything(store, "PW1", "Canary")
    finish(store)
    with store.transaction():
        assert store.write(open_still).rowcount
    assert prune(store, KEPT, Sweep(), LATER) == 0
    assert store.value("SELECT count(*) FROM parcels") == 1


def test_an_order_stays_as_long_as_one_of_its_parcels(store: Store) -> None:
    add(store, "PW1", orders=(Order("B-1", "Buyer"),))
    other = add(store, "PW2", orders=(Order("B-1", "Buyer"),))
    finish(store)
    with store.transaction():
        store.write("UPDATE parcels SET poll_at = 0 WHERE id = ?", (other,))
    assert prune(store, KEPT, Sweep(), LATER) == 1
    assert [order.customer_name for order in parcels.one(store, other).orders] == ["Buyer"]


def test_a_step_looks_at_so_many_parcels_and_the_next_goes_on_where_it_ended(store: Store) -> None:
    with store.transaction():
        for n in range(2500):
            store.write("INSERT INTO parcels (number, courier, added_at) VALUES (?, 'dhl', ?)", (f"PW{n}", to_ms(NOW)))
    sweep = Sweep()
    assert [prune(store, KEPT, sweep, LATER) for _ in range(5)] == [1000, 1000, 500, 0, 0]


def test_the_words_of_what_was_sent_go_before_the_parcel_and_that_it_was_sent_stays(store: Store) -> None:
    live_through_everything(store, "PW1", "Canary")
    with store.transaction():
        store.write("UPDATE sendings SET arrived_at = ?", (to_ms(NOW),))
    count = store.value("SELECT count(*) FROM sendings")
    assert count
    prune(store, KEPT, Sweep(), NOW + KEPT.messages + DAY)
    assert store.all("SELECT DISTINCT title, body FROM sendings") == [("", "")]
    assert store.value("SELECT count(*) FROM sendings") == count


def test_what_was_said_of_us_goes_and_what_waits_stays(store: Store) -> None:
    _, waits = enqueue(store, alert(account="dhl"), alert(account="dhl"))
    with store.transaction():
        store.write("UPDATE alerts SET state = 'sent' WHERE id = (SELECT min(id) FROM alerts)")
    prune(store, KEPT, Sweep(), LATER)
    assert store.all("SELECT id FROM alerts") == [(waits,)]


@pytest.mark.parametrize("kind", TOLD_FOR_GOOD)
def test_what_is_told_once_for_good_stays_so_that_it_is_not_told_again(store: Store, kind: str) -> None:
    (told,) = enqueue(store, alert(kind))
    with store.transaction():
        store.write("UPDATE alerts SET state = 'sent'")
    prune(store, KEPT, Sweep(), LATER)
    assert store.all("SELECT id FROM alerts") == [(told,)]


def test_a_case_of_a_kept_parcel_is_untouched(store: Store) -> None:
    case_id = save(store, add(store), cases=(case(),))["stalled"]
    prune(store, KEPT, Sweep(), LATER)
    assert store.value("SELECT state FROM cases WHERE id = ?", (case_id,)) == "open"


def test_when_a_courier_was_out_goes_and_an_outage_that_lasts_stays(store: Store) -> None:
    with store.transaction():
        for account in ("dhl", "ups"):
            accounts.save(store, account, *accounts.load(store, account))
            accounts.outage_began(store, account, NOW)
        accounts.outage_ended(store, "dhl", NOW + DAY)
    prune(store, KEPT, Sweep(), LATER)
    assert store.value("SELECT count(*) FROM outages") == 2
    prune(store, KEPT, Sweep(), LATER + DAY)
    assert store.all("SELECT account FROM outages") == [("ups",)]
