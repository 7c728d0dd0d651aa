"""The outbox: nothing lost, nothing told twice under two ids, and few messages where many wait."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch import shapes
from parcelwatch.core.messaging.messages import Group
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Milestone, Severity, Why
from parcelwatch.store import Store, alerts, imports, outbox, parcels, settling, takeback
from parcelwatch.store.settling import FIRST_BACKOFF, GIVE_UP, LONGEST_BACKOFF, backoff
from parcelwatch.wording.render import Renderer
from tests.store.making import HOUR, MINUTE, NOW, SECOND, add, alert, case, enqueue, noted, save

LEASE = MINUTE


def claim(store: Store, now: datetime = NOW, paused: Collection[str] = ()) -> Group | None:
    with store.transaction():
        return outbox.claim(store, now, now + LEASE, paused=paused)


def claimed(store: Store, now: datetime = NOW) -> Group:
    group = claim(store, now)
    assert group is not None
    return group


def drain(store: Store, now: datetime = NOW) -> list[tuple[int, ...]]:
    """Claim and settle until nothing is due; the ids of each message sent."""
    gone = []
    while group := claim(store, now):
        gone.append(group.ids)
        with store.transaction():
            settling.settle_sent(store, group.ids, now)
    return gone


def states(store: Store) -> dict[int, str]:
    return dict(store.all("SELECT id, state FROM alerts"))


# --- grouping ------------------------------------------------------------------------------------


def test_five_that_wait_together_go_one_by_one(store: Store) -> None:
    ids = enqueue(store, *[alert()] * 5)
    assert drain(store) == [(one,) for one in ids]


def test_six_that_wait_together_go_as_one(store: Store) -> None:
    ids = enqueue(store, *[alert()] * 6)
    group = claimed(store)
    assert (group.ids, group.id, group.digest_id) == (tuple(ids), ids[0], ids[0])
    assert {row.digest for row in alerts.rows(store)} == {ids[0]}


def test_channels_and_severities_never_mix_in_a_digest_and_kinds_do(store: Store) -> None:
    for made in (alert(), alert("damaged"), alert(channel="boss"), alert(severity=Severity.LOW)):
        enqueue(store, *[made] * 6)
    groups = drain(store)
    assert sorted(groups) == [tuple(range(1, 13)), tuple(range(13, 19)), tuple(range(19, 25))]


def test_a_message_brings_its_fact_and_what_is_known_of_its_parcel_when_it_is_claimed(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    enqueue(store, alert(parcel_id=parcel_id, case_id=case_id))
    save(store, parcel_id, milestone=Milestone.EXCEPTION)
    (row,) = claimed(store).rows
    assert (row.fact, row.number, row.milestone) == (noted("It stands still."), "PW1", "exception")


def test_a_digest_is_worst_first_in_whatever_order_its_messages_came(store: Store) -> None:
    ages = [1, 90, 20, 40, 2, 80]
    enqueue(store, *[alert(fact=noted("It stands still.", NOW - age * 24 * HOUR)) for age in ages])
    assert claimed(store).ids == (2, 4, 6, 3, 5, 1)


def test_the_gravest_is_told_first_and_of_the_equally_grave_what_has_waited_longest(store: Store) -> None:
    enqueue(store, alert("awaiting_collection", severity=Severity.LOW), at=NOW - HOUR)
    enqueue(store, alert("late", severity=Severity.HIGH), at=NOW + SECOND)
    enqueue(store, alert("returned", severity=Severity.HIGH), at=NOW)
    enqueue(store, alert("lost", severity=Severity.CRITICAL), at=NOW + MINUTE)
    told = [claimed(store, NOW + MINUTE).kind for _ in range(4)]
    assert told == ["lost", "returned", "late", "awaiting_collection"]


def test_a_paused_channel_holds_up_no_other(store: Store) -> None:
    enqueue(store, alert(channel="broken"))
    enqueue(store, alert(channel="works"), at=NOW + SECOND)
    group = claim(store, NOW + SECOND, paused={"broken"})
    assert group is not None
    assert group.channel == "works"
    assert claim(store, NOW + SECOND, paused={"broken"}) is None


# --- what became of it ---------------------------------------------------------------------------


def test_a_message_is_sent_once(store: Store) -> None:
    (alert_id,) = enqueue(store, alert())
    assert drain(store) == [(alert_id,)]
    assert drain(store, NOW + HOUR) == []
    (row,) = alerts.rows(store)
    assert (row.state, row.sent_at, row.out.attempts) == ("sent", NOW, 1)


def test_a_crash_after_the_claim_sends_it_again_under_the_same_id(path: Path) -> None:
    with Store.open(path) as store:
        enqueue(store, alert())
        first = claimed(store)
    with Store.open(path) as store:
        assert claim(store, NOW + SECOND) is None
        with store.transaction():
            assert outbox.void_leases(store, NOW + SECOND) == 1
        again = claimed(store, NOW + SECOND)
    assert (again.id, again.ids) == (first.id, first.ids)
    assert again.rows[0].attempts == 2


def test_a_digest_comes_again_with_the_same_rows_whatever_was_added(store: Store) -> None:
    enqueue(store, *[alert()] * 6)
    first = claimed(store)
    more = enqueue(store, *[alert()] * 7, at=NOW + SECOND)
    with store.transaction():
        outbox.void_leases(store, NOW + SECOND)
    again = claimed(store, NOW + SECOND)
    assert (again.id, again.ids) == (first.id, first.ids)
    assert claimed(store, NOW + SECOND).ids == tuple(more)


def test_one_tried_alone_never_comes_again_inside_a_digest(store: Store) -> None:
    (first,) = enqueue(store, alert())
    claimed(store)
    more = enqueue(store, *[alert()] * 6, at=NOW + SECOND)
    with store.transaction():
        outbox.void_leases(store, NOW + SECOND)
    assert drain(store, NOW + SECOND) == [(first,), tuple(more)]


def test_a_failed_send_is_tried_again_ever_later(store: Store) -> None:
    (alert_id,) = enqueue(store, alert())
    now, waits = NOW, []
    for _ in range(10):
        group = claimed(store, now)
        with store.transaction():
            settling.settle_failed(store, group.ids, now, "503 from the channel")
        due = outbox.next_due(store)
        assert due is not None
        waits.append(due - now)
        now = due
    assert 0.75 * FIRST_BACKOFF <= waits[0] <= FIRST_BACKOFF
    assert 0.75 * LONGEST_BACKOFF <= waits[-1] <= LONGEST_BACKOFF
    (row,) = alerts.rows(store)
    assert (row.out.id, row.state, row.error, row.out.attempts) == (alert_id, "pending", "503 from the channel", 10)


def test_retries_are_spread() -> None:
    assert len({backoff(n, 5) for n in range(100)}) > 50
    assert backoff(1, 1000) <= LONGEST_BACKOFF


def test_a_message_is_given_up_a_day_after_the_first_attempt_not_after_its_birth(store: Store) -> None:
    (alert_id,) = enqueue(store, alert(), at=NOW - timedelta(days=3))
    outcomes = []
    for now in (NOW, NOW + GIVE_UP - SECOND, NOW + GIVE_UP + LONGEST_BACKOFF):
        group = claimed(store, now)
        with store.transaction():
            settling.settle_failed(store, group.ids, now, "no route")
        outcomes.append(states(store)[alert_id])
    assert outcomes == ["pending", "pending", "dead"]


def test_a_refused_message_is_dead_at_once_and_can_be_sent_after_all(store: Store) -> None:
    (alert_id,) = enqueue(store, alert())
    group = claimed(store)
    with store.transaction():
        settling.settle_dead(store, group.ids, "404")
    assert claim(store, NOW + HOUR) is None
    with store.transaction():
        assert outbox.retry(store, alert_id, NOW + HOUR, channel="boss") == [alert_id]
    again = claimed(store, NOW + HOUR)
    assert (again.id, again.channel, again.rows[0].attempts) == (alert_id, "boss", 1)


def test_a_dead_digest_is_retried_whole_under_its_id(store: Store) -> None:
    ids = enqueue(store, *[alert()] * 6)
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + LEASE)
        assert group is not None
        settling.settle_dead(store, group.ids, "404")
        assert sorted(outbox.retry(store, ids[3], NOW)) == ids
    assert claimed(store).id == group.id


def test_a_suppressed_message_is_recorded_with_its_reason_and_not_sent(store: Store) -> None:
    (alert_id,) = enqueue(store, alert(channel="", suppressed="no channel is configured"))
    assert claim(store) is None
    (row,) = alerts.rows(store, "suppressed")
    assert (row.state, row.reason) == ("suppressed", "no channel is configured")
    with store.transaction(), pytest.raises(BadInput, match="has no channel"):
        outbox.retry(store, alert_id, NOW)


def test_only_what_was_not_sent_can_be_retried(store: Store) -> None:
    (alert_id,) = enqueue(store, alert())
    drain(store)
    with store.transaction():
        with pytest.raises(BadInput, match="was sent already"):
            outbox.retry(store, alert_id, NOW)
        with pytest.raises(NotFound, match="no alert 99"):
            outbox.retry(store, 99, NOW)


# --- taken back ----------------------------------------------------------------------------------


def troubled(store: Store) -> tuple[int, int]:
    parcel_id = add(store)
    return parcel_id, save(store, parcel_id, cases=(case(),))["stalled"]


def take_back(store: Store, parcel_id: int) -> bool:
    """Whether an alert about the case itself was among what was taken back."""
    with store.transaction():
        return takeback.suppress(store, parcel_id, "stalled", "it moves again")


def test_a_case_that_clears_before_its_alert_was_sent_tells_nobody(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    mine = alert(parcel_id=parcel_id, case_id=case_id)
    first, about_draft, other, stranger = enqueue(
        store, mine, replace(mine, draft=True), replace(mine, kind="late", case_id=None), alert()
    )
    assert take_back(store, parcel_id)
    assert states(store) == {first: "suppressed", about_draft: "suppressed", other: "pending", stranger: "pending"}
    assert alerts.rows(store)[0].reason == "it moves again"


def test_that_a_letter_may_not_have_arrived_is_told_whatever_became_of_its_case(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    (unsure,) = enqueue(store, alert(parcel_id=parcel_id, case_id=case_id, draft=True, why=Why.UNSURE))
    assert not take_back(store, parcel_id)
    assert drain(store) == [(unsure,)]
    assert states(store) == {unsure: "sent"}


def test_only_an_alert_about_the_case_counts_as_having_been_told_of_it(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    mine = alert(parcel_id=parcel_id, case_id=case_id)
    enqueue(store, replace(mine, draft=True))
    assert not take_back(store, parcel_id)
    enqueue(store, mine)
    assert take_back(store, parcel_id)


def test_of_a_case_that_cleared_while_its_alert_failed_nobody_was_told(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    enqueue(store, alert(parcel_id=parcel_id, case_id=case_id))
    group = claimed(store)
    assert not take_back(store, parcel_id)
    with store.transaction():
        moot = settling.moot(store, group.ids)
        assert settling.settle_moot(store, moot, "503") == [(parcel_id, "stalled")]


def test_what_is_on_its_way_when_the_case_clears_counts_as_sent_if_it_arrives(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    enqueue(store, alert(parcel_id=parcel_id, case_id=case_id))
    group = claimed(store)
    assert not take_back(store, parcel_id)
    with store.transaction():
        settling.settle_sent(store, group.ids, NOW)
    assert [(row.state, row.reason) for row in alerts.rows(store)] == [("sent", "")]


def test_what_is_on_its_way_when_the_case_clears_is_not_tried_again_if_it_fails(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    enqueue(store, alert(parcel_id=parcel_id, case_id=case_id))
    group = claimed(store)
    take_back(store, parcel_id)
    with store.transaction():
        settling.settle_moot(store, settling.moot(store, group.ids), "503")
    assert claim(store, NOW + HOUR) is None
    assert [(row.state, row.reason) for row in alerts.rows(store)] == [("suppressed", "it moves again")]


def test_a_digest_that_may_have_arrived_keeps_its_rows(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    ids = enqueue(store, *[alert()] * 5, alert(parcel_id=parcel_id, case_id=case_id))
    claimed(store)
    with store.transaction():
        outbox.void_leases(store, NOW)
    assert not take_back(store, parcel_id)
    assert claimed(store).ids == tuple(ids)


def test_a_digest_known_to_have_failed_loses_what_no_longer_holds(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    *others, mine = enqueue(store, *[alert()] * 5, alert(parcel_id=parcel_id, case_id=case_id))
    group = claimed(store)
    with store.transaction():
        settling.settle_failed(store, group.ids, NOW, "503")
    assert take_back(store, parcel_id)
    assert states(store)[mine] == "suppressed"
    again = claimed(store, NOW + HOUR)
    assert (again.id, again.ids) == (group.id, tuple(others))


# --- imports -------------------------------------------------------------------------------------


def imported(store: Store, count: int, name: str = "PW") -> tuple[int, list[int]]:
    with store.transaction():
        import_id = imports.begin(store, "orders.csv", NOW)
    ids = [add(store, f"{name}{n}", import_id=import_id) for n in range(count)]
    finish(store, import_id)
    return import_id, ids


def finish(store: Store, import_id: int) -> None:
    with store.transaction():
        imports.finish(store, import_id, {}, NOW)


def test_news_of_an_import_waits_until_all_of_it_was_asked_and_goes_as_one_digest(store: Store) -> None:
    import_id, ids = imported(store, 8)
    for parcel_id in ids[:-1]:
        save(store, parcel_id)
        enqueue(store, alert(parcel_id=parcel_id, import_id=import_id))
        assert claim(store, NOW + 29 * SECOND) is None
    save(store, ids[-1])
    assert len(claimed(store).ids) == 7


def test_news_of_an_import_waits_half_a_minute_then_a_quarter_of_an_hour(store: Store) -> None:
    import_id, ids = imported(store, 40)
    enqueue(store, *[alert(import_id=import_id)] * 6, *[alert("damaged", import_id=import_id)] * 6)
    assert claim(store, NOW + 29 * SECOND) is None
    assert outbox.next_due(store) == NOW + 30 * SECOND
    first = NOW + 30 * SECOND
    assert [len(group) for group in drain(store, first)] == [12]
    enqueue(store, *[alert(import_id=import_id)] * 9, at=first + SECOND)
    assert claim(store, first + 15 * MINUTE - SECOND) is None
    assert outbox.next_due(store) == first + 15 * MINUTE
    assert [len(group) for group in drain(store, first + 15 * MINUTE)] == [9]
    assert ids


def test_a_parcel_that_is_never_asked_does_not_hold_up_its_import(store: Store) -> None:
    import_id, (asked, stopped) = imported(store, 2)
    save(store, asked)
    with store.transaction():
        parcels.stop(store, stopped, NOW)
    (alert_id,) = enqueue(store, alert(import_id=import_id))
    assert claimed(store).ids == (alert_id,)


def test_news_of_imports_that_came_together_leaves_together(store: Store) -> None:
    slow, (waiting,) = imported(store, 1)
    quick, (asked,) = imported(store, 1, "QUICK")
    save(store, asked)
    (mild,) = enqueue(store, alert(import_id=quick))
    assert claim(store, NOW + 29 * SECOND) is None
    save(store, waiting)
    (grave,) = enqueue(store, alert(severity=Severity.CRITICAL, import_id=slow))
    assert drain(store) == [(grave,), (mild,)]


def test_news_of_an_import_waits_for_no_other_longer_than_half_a_minute(store: Store) -> None:
    imported(store, 1)
    quick, (asked,) = imported(store, 1, "QUICK")
    save(store, asked)
    (alert_id,) = enqueue(store, alert(import_id=quick))
    assert outbox.next_due(store) == NOW + 30 * SECOND
    assert drain(store, NOW + 30 * SECOND) == [(alert_id,)]


def test_news_of_an_import_waits_for_none_that_came_at_another_time(store: Store) -> None:
    imported(store, 1)
    with store.transaction():
        later = imports.begin(store, "more.csv", NOW + 31 * SECOND)
        imports.finish(store, later, {}, NOW + 31 * SECOND)
    save(store, add(store, "LATER", import_id=later))
    (alert_id,) = enqueue(store, alert(import_id=later))
    assert drain(store) == [(alert_id,)]


def test_one_pass_leaves_nothing_waiting_for_a_group(store: Store) -> None:
    import_id, _ = imported(store, 2)
    (alert_id,) = enqueue(store, alert(import_id=import_id))
    with store.transaction():
        assert outbox.release(store, NOW, every=True) == 1
    assert drain(store) == [(alert_id,)]
    assert outbox.next_due(store) is None


# --- lists ---------------------------------------------------------------------------------------


def test_the_list_has_the_promised_shape(store: Store) -> None:
    parcel_id, case_id = troubled(store)
    (alert_id,) = enqueue(store, alert(parcel_id=parcel_id, case_id=case_id))
    row = shapes.alert(alerts.rows(store)[0], Renderer(), NOW)
    promised = {
        "id": alert_id,
        "cases": [case_id],
        "draft": None,
        "kind": "stalled",
        "channel": "ops",
        "state": "pending",
        "attempts": 0,
        "created_at": "2026-03-02T08:00:00Z",
        "sent_at": None,
    }
    assert promised.items() <= row.items()
    assert row["number"] == "PW1"
    assert "PW1" in row["title"]
    assert "It stands still." in row["body"]
    assert alerts.rows(store, after=alert_id) == []
    assert alerts.counts(store) == {"pending": 1}
    assert alerts.count_waiting(store) == 1


def test_an_empty_outbox_has_nothing_due(store: Store) -> None:
    assert claim(store) is None
    assert outbox.next_due(store) is None


def test_waiting_messages_are_found_without_looking_at_those_sent(store: Store) -> None:
    asked = {"state = 'pending' AND channel = ? AND kind = ? AND for_draft = ? AND due_at <= ?": "alerts_waiting"}
    asked["state = 'pending' AND due_at IS NULL AND import_id > ?"] = "alerts_held"
    asked["notice = ? AND state IN ('sent', 'pending')"] = "alerts_by_notice"
    for condition, index in asked.items():
        plan = store.all(f"EXPLAIN QUERY PLAN SELECT id FROM alerts WHERE {condition}", (1,) * condition.count("?"))
        assert [index in row[3] for row in plan] == [True]


def test_old_deliveries_are_found_without_looking_at_the_others(store: Store) -> None:
    plan = store.all("EXPLAIN QUERY PLAN DELETE FROM deliveries WHERE at < ?", (0,))
    assert ["deliveries_by_time" in row[3] for row in plan] == [True]


def test_however_many_messages_wait_finding_the_next_reads_few_of_them(store: Store) -> None:
    enqueue(store, *[alert(kind) for kind in ("late", "stalled") for _ in range(500)])
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    store.conn.set_progress_handler(step, 10)
    outbox.next_due(store)
    store.conn.set_progress_handler(None, 0)
    assert steps < 100
