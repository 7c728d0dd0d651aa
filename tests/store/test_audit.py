"""What doctor finds: every broken promise is one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from parcelwatch.model import Severity
from parcelwatch.store import Store, audit, outbox, parcels
from tests.store.making import HOUR, MINUTE, NOW, add, alert, case, enqueue, save


def test_a_sound_database_has_nothing_to_say(store: Store) -> None:
    parcel_id = add(store)
    case_id = save(store, parcel_id, cases=(case(told=Severity.HIGH),))["stalled"]
    enqueue(store, alert(parcel_id=parcel_id, case_id=case_id))
    assert audit.check(store, NOW) == []
    assert audit.check(store, NOW, thorough=True) == []


def told_to_nobody(store: Store) -> None:
    save(store, add(store), poll_at=None, cases=(case(told=Severity.HIGH),))


def waits_for_days(store: Store) -> None:
    enqueue(store, alert(), at=NOW - 30 * HOUR)
    with store.transaction():
        assert outbox.claim(store, NOW - 30 * HOUR, NOW + MINUTE)


def never_tried(store: Store) -> None:
    enqueue(store, alert(), at=NOW - 2 * HOUR)


def has_no_channel(store: Store) -> None:
    enqueue(store, alert(channel=""))


def never_asked(store: Store) -> None:
    parcel_id = add(store)
    with store.transaction():
        parcels.poll_again(store, [parcel_id], NOW - 2 * HOUR)


def never_looked_at(store: Store) -> None:
    parcel_id = add(store)
    save(store, parcel_id)
    with store.transaction():
        parcels.look_again(store, [parcel_id], NOW - 2 * HOUR)


def open_to_others(store: Store) -> None:
    store.path.chmod(0o644)


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        (told_to_nobody, "case 1 (stalled) was told to nobody"),
        (waits_for_days, "alert 1 has waited since 2026-03-01T02:00:00Z"),
        (never_tried, "alert 1 was due at 2026-03-02T06:00:00Z and nobody tried to send it"),
        (has_no_channel, "alert 1 waits but has no channel"),
        (never_asked, "1 parcels of my_dhl have been due for more than an hour"),
        (never_looked_at, "parcel PW1 should have been looked at again at 2026-03-02T06:00:00Z"),
        (open_to_others, "can be read by others: chmod 600 it"),
    ],
)
def test_a_broken_promise_is_named(store: Store, fault: Callable[[Store], None], finding: str) -> None:
    fault(store)
    found = audit.check(store, NOW)
    assert len(found) == 1
    assert finding in found[0]
