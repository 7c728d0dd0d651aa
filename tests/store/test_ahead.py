"""Times that a clock which was ahead left in the database: every one is found, named and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.messaging.channels import ChannelState, failed
from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.messaging.silences import Silence
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.service.moments import TIMES
from parcelwatch.core.service.pacing import PaceState
from parcelwatch.core.tracking.timeline import current
from parcelwatch.errors import CourierBusy
from parcelwatch.ingest import take_step, watch
from parcelwatch.model import Advance, Answered, CaseEvent, Fact, Form, State
from parcelwatch.store import Store, accounts, ahead, channels, parcels, silences
from parcelwatch.store.rows import to_ms
from tests.store.making import HOUR, MINUTE, NOW, alert, case, checkpoint, enqueue, parcel, save

DAY = timedelta(days=1)

# Numbers that are no times, by the ends of their names that would say so.
_TIMELY = ("_at", "_by", "_until", "_since", "since", "at", "_before", "_from")
_ALSO = {("parcels", "registered"), ("parcels", "estimate"), ("parcels", "promise")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "watch.db") as opened:
        yield opened


def test_every_time_that_is_kept_stands_in_the_table(store: Store) -> None:
    found = set()
    for (table,) in store.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*sqlite*'"):
        for name, kind in store.all("SELECT name, type FROM pragma_table_info(?)", (table,)):
            if kind == "INTEGER" and (name.endswith(_TIMELY) or (table, name) in _ALSO):
                found.add((table, name))
    known = {
        (table, name)
        for table, times in TIMES.items()
        for name in (*times.past, *times.due, *times.lasting, *times.again, *times.theirs)
    }
    assert found == known


def fill(store: Store, now: datetime) -> None:
    """Rows that no parcel brings about, written at `now`."""
    error = CourierBusy("slow down")
    accounts.save(store, "dhl", rules.failed(rules.AccountState(), now, error), PaceState(now))
    channels.save(store, "ops", failed(ChannelState(), now, "no answer", HOUR), PaceState(now))
    silences.add(store, Silence(Matcher(), now + DAY), now)


def test_what_a_clock_ahead_left_is_named_and_brought_back(store: Store) -> None:
    then = NOW + 40 * DAY
    with store.transaction():
        fill(store, then)
        added = watch(store, replace(parcel(), added_at=then), Policy(), then)
        take_step(store, added.id, Answered("PW1", (checkpoint(),)), Policy(), then)
    named = {one.table: one for one in ahead.remaining(store, NOW)}
    assert {"accounts", "channels", "checkpoints", "history", "parcels", "silences"} <= set(named)
    assert all(one.until >= then for one in named.values())
    assert len([*ahead.findings(store, NOW)]) == len(named)
    assert ahead.furthest(store, NOW) == then
    with store.transaction():
        batches = [*iter(lambda: ahead.mend(store, NOW, most=3), 0)]
    assert sum(batches) >= len(named)
    assert ahead.remaining(store, NOW) == []
    assert ahead.furthest(store, NOW) is None
    assert store.one("SELECT poll_at, confirmed_at FROM parcels") == (to_ms(NOW), to_ms(NOW))
    assert store.value("SELECT until_at FROM silences") == to_ms(NOW + DAY)


def test_a_day_that_has_not_come_does_not_keep_the_report_back(store: Store) -> None:
    with store.transaction():
        for day in (date(2026, 3, 1), date(2026, 12, 1)):
            store.write("INSERT INTO reports (day, at) VALUES (?, ?)", (day.isoformat(), to_ms(NOW)))
        ahead.plan_anew(store, NOW)
    assert store.all("SELECT day FROM reports") == [("2026-03-01",)]


def test_a_clock_of_another_age_brings_nothing_back(store: Store) -> None:
    with store.transaction():
        fill(store, NOW)
        assert ahead.mend(store, NOW - 50 * 365 * DAY) == 0
    assert ahead.remaining(store, NOW - 50 * 365 * DAY) == []


def test_a_snooze_of_a_day_stays_one_of_a_day(store: Store) -> None:
    then = NOW + 40 * DAY
    with store.transaction():
        parcel_id = watch(store, parcel(), Policy(), NOW).id
    save(store, parcel_id, cases=(case(state=State.SNOOZED, snoozed_until=then + DAY),))
    with store.transaction():
        event = CaseEvent("stalled", then, "snooze", "open", "snoozed", Fact(Form.NOTED))
        before = parcels.dossier(store, parcel_id)
        parcels.save(store, before, Advance(before, events=(event,), poll_at=before.poll_at), then)
        ahead.mend(store, NOW)
    assert store.value("SELECT snoozed_until FROM cases") == to_ms(NOW + DAY)


def test_a_new_answer_counts_after_the_last_one_lay_ahead(store: Store) -> None:
    """What was listed last stays listed, what was withdrawn stays withdrawn, and what comes next is no less."""
    with store.transaction():
        one = watch(store, parcel(), Policy(), NOW).id
        first, gone, third = checkpoint(9), checkpoint(6, "Sorted"), checkpoint(3, "Arrived")
        take_step(store, one, Answered("PW1", (first, gone)), Policy(), NOW + 39 * DAY)
        take_step(store, one, Answered("PW1", (first,)), Policy(), NOW + 40 * DAY)
        ahead.mend(store, NOW)
        assert [entry.checkpoint for entry in current(parcels.dossier(store, one).timeline)] == [first]
        take_step(store, one, Answered("PW1", (first, third)), Policy(), NOW + MINUTE)
        assert [entry.checkpoint for entry in current(parcels.dossier(store, one).timeline)] == [first, third]


def test_a_message_held_until_a_time_that_never_was_is_looked_at_anew(store: Store) -> None:
    (one,) = enqueue(store, alert(), at=NOW)
    with store.transaction():
        store.write("UPDATE alerts SET due_at = ? WHERE id = ?", (to_ms(NOW + 5 * DAY), one))
        ahead.plan_anew(store, NOW)
    assert store.value("SELECT due_at FROM alerts") == to_ms(NOW)
