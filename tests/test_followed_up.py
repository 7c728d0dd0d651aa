"""Cases followed to their end in a real database: who hears that it is over, who is reminded, what is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.messaging.messages import Characters, Group
from parcelwatch.core.policy import Policy, Route
from parcelwatch.core.report import Daily
from parcelwatch.core.timekeeping.working import FollowUp, OfficeHours
from parcelwatch.duration import parse
from parcelwatch.errors import DeliveryFailed, DeliveryRefused
from parcelwatch.ingest import Heard, assess_due, ingest, rejudge, watch
from parcelwatch.model import (
    Answered,
    Cause,
    Checkpoint,
    DraftState,
    Milestone,
    Order,
    Parcel,
    Remedy,
    Severity,
    Why,
)
from parcelwatch.store import Store, alerts, cases, drafts, outbox, parcels, report
from parcelwatch.telling import reports
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs import agents
from parcelwatch.wording.render import Renderer
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(
    profile="china",
    channels=("ops", "boss"),
    draft_channel="drafts",
    follow_up=FollowUp({Severity.CRITICAL: parse("4h")}, "boss"),
)
WORDS = Wording(Renderer(), dict.fromkeys(("ops", "boss", "drafts"), Characters(4000)))
LOST = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.LOST, text="lost")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def found(hours: int) -> Checkpoint:
    at = NOW + hours * HOUR
    return Checkpoint(at, at, Milestone.IN_TRANSIT, text="found again", place="Chengdu")


def said(store: Store, number: str, *orders: Order) -> int:
    with store.transaction():
        return watch(store, Parcel(0, number, "acme", NOW, orders=orders), POLICY, NOW).id


def hear(store: Store, parcel_id: int, *scans: Checkpoint, hours: int = 0, policy: Policy = POLICY) -> None:
    with store.transaction():
        ingest(store, [Heard(parcel_id, Answered("", scans), NOW + hours * HOUR)], policy)


def look(store: Store, hours: float, policy: Policy = POLICY) -> None:
    with store.transaction():
        assess_due(store, policy, NOW + hours * HOUR)


def send(store: Store, hours: float = 0, *, away: tuple[str, ...] = (), policy: Policy = POLICY) -> list[Group]:
    """Everything that is due, taken by its channel; the groups."""
    sent = []
    while group := claim(store, NOW + hours * HOUR, away, WORDS):
        settle(store, group, None, policy, NOW + hours * HOUR)
        sent.append(group)
    return sent


def clears(store: Store) -> list[tuple[str, str]]:
    """Channel and state of every all-clear."""
    return [(row.out.channel, row.state) for row in alerts.rows(store) if row.out.why is Why.CLEARED]


# --- all-clears ----------------------------------------------------------------------------------


def test_whoever_was_told_is_told_that_it_is_over_with_when_and_where(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    send(store)
    hear(store, parcel, LOST, found(5), hours=6)
    group = claim(store, NOW + 6 * HOUR, ("drafts",), WORDS)
    assert group is not None
    (text,) = group.said
    assert (group.channel, group.rows[0].why, group.digest_id) == ("ops", Why.CLEARED, None)
    assert "Moving again: 2 Mar 13:00, Chengdu" in text.body
    assert "PW1" in text.title


def test_where_nobody_was_told_there_is_no_all_clear(store: Store) -> None:
    waiting, refused, told = (said(store, number) for number in ("PW1", "PW2", "PW3"))
    hear(store, refused, LOST)
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + HOUR, paused=("drafts",))
    assert group is not None
    settle(store, group, DeliveryRefused("no such room"), POLICY, NOW)
    hear(store, told, LOST)
    send(store, away=("drafts",))
    hear(store, waiting, LOST)
    for parcel in (waiting, refused, told):
        hear(store, parcel, LOST, found(5), hours=6)
    assert clears(store) == [("ops", "pending")]


@pytest.mark.parametrize("arrived", [True, False])
def test_what_was_on_its_way_when_it_was_over_is_cleared_if_it_arrived(store: Store, arrived: bool) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + 9 * HOUR, paused=("drafts",))
    assert group is not None
    hear(store, parcel, LOST, found(5), hours=6)
    assert clears(store) == []
    settle(store, group, None if arrived else DeliveryFailed("503"), POLICY, NOW + 6 * HOUR)
    assert clears(store) == ([("ops", "pending")] if arrived else [])


def test_every_channel_that_was_told_is_told_that_it_is_over_once(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    send(store)
    look(store, 4)
    assert [group.channel for group in send(store, 4)] == ["boss"]
    hear(store, parcel, LOST, found(5), hours=6)
    send(store, 6)
    for hours in (7, 30):
        hear(store, parcel, LOST, found(5), hours=hours)
    assert sorted(clears(store)) == [("boss", "sent"), ("ops", "sent")]


def test_many_that_are_over_at_once_are_one_digest_apart_from_what_is_new(store: Store) -> None:
    many = [said(store, f"PW{number}") for number in range(12)]
    for parcel in many:
        hear(store, parcel, LOST)
    send(store)
    for parcel in many[:9]:
        hear(store, parcel, LOST, found(5), hours=6)
    another = said(store, "PW99")
    hear(store, another, LOST, hours=6)
    groups = [group for group in send(store, 6) if group.channel == "ops"]
    assert sorted((len(group.rows), group.rows[0].why) for group in groups) == [(1, Why.OPENED), (9, Why.CLEARED)]
    digest = next(group for group in groups if len(group.rows) == 9)
    heading = WORDS.renderer.message(digest, Characters(4000), NOW + 6 * HOUR)[0].title
    assert "9 parcels cleared: lost" in heading


def test_what_an_agent_ended_or_a_threshold_did_needs_no_all_clear(store: Store) -> None:
    ended, raised = said(store, "PW1"), said(store, "PW2")
    moved = Checkpoint(NOW - 60 * HOUR, NOW - 60 * HOUR, Milestone.IN_TRANSIT)
    for parcel in (ended, raised):
        hear(store, parcel, moved)
    send(store)
    case = cases.rows(store, NOW, parcel_id=ended)[0].case
    agents.act_on_case(store, case.id or 0, "resolve", POLICY, NOW + HOUR, by="lin")
    with store.transaction():
        rejudge(store, Policy(profile="international", channels=("ops",)), NOW + 2 * HOUR)
    assert {row.case.state for row in cases.rows(store, NOW)} == {"resolved"}
    assert clears(store) == []


def test_an_all_clear_nobody_has_yet_is_taken_back_when_the_trouble_is_told_again(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    send(store)
    hear(store, parcel, LOST, found(5), hours=6)
    at = NOW + 7 * HOUR
    again = Checkpoint(at, at, Milestone.EXCEPTION, Cause.LOST, text="lost again")
    hear(store, parcel, LOST, found(5), again, hours=8)
    assert clears(store) == [("ops", "suppressed")]
    send(store, 8)
    hear(store, parcel, LOST, found(5), again, found(9), hours=10)
    assert clears(store) == [("ops", "suppressed"), ("ops", "pending")]


# --- reminders -----------------------------------------------------------------------------------


def written(store: Store) -> int:
    (row,) = [row for row in drafts.rows(store) if row["draft"].unsent]
    number: int = row["id"]
    return number


def test_a_letter_about_several_parcels_is_reminded_of_once_by_whichever_still_stands(store: Store) -> None:
    ann = Order("A-1", customer_name="Ann", customer_contact="ann@example.com")
    one, other = said(store, "PW1", ann), said(store, "PW2", ann)
    hear(store, one, LOST)
    hear(store, other, LOST)
    send(store)
    for verb in ("approve", "sent"):
        agents.act_on_draft(store, written(store), verb, POLICY, NOW + HOUR, subject="", body="", by="lin")
    hear(store, one, LOST, found(5), hours=6)
    look(store, 72)
    (reminder,) = [row.out for row in alerts.rows(store) if row.out.why is Why.PROMISED]
    assert reminder.number == "PW2"
    assert "Letter D2 promised" in WORDS.renderer.alert(reminder, NOW + 72 * HOUR).body


def test_a_reminder_of_a_letter_is_given_once_for_all_of_its_parcels(store: Store) -> None:
    ann = Order("A-1", customer_name="Ann", customer_contact="ann@example.com")
    for number in ("PW1", "PW2"):
        hear(store, said(store, number, ann), LOST)
    send(store)
    for verb in ("approve", "sent"):
        agents.act_on_draft(store, written(store), verb, POLICY, NOW + HOUR, subject="", body="", by="lin")
    look(store, 72)
    states = [row.state for row in alerts.rows(store) if row.out.why is Why.PROMISED]
    assert sorted(states) == ["pending", "suppressed"]


@pytest.mark.parametrize(("told_first", "then"), [("ops", "boss"), ("boss", "boss")])
def test_an_escalation_goes_to_the_next_channel_where_none_is_named(store: Store, told_first: str, then: str) -> None:
    policy = Policy(
        profile="china",
        channels=("ops", "boss"),
        routes=(Route(Matcher(("lost",)), (told_first,)),),
        follow_up=FollowUp({Severity.CRITICAL: parse("4h")}),
    )
    parcel = said(store, "PW1")
    hear(store, parcel, LOST, policy=policy)
    look(store, 5, policy)
    told = [(row.out.why, row.out.channel) for row in alerts.rows(store) if not row.out.draft]
    assert told == [(Why.OPENED, told_first), (Why.ESCALATED, then)]


# --- the report ----------------------------------------------------------------------------------


def test_a_report_counts_what_happened_and_what_waits(store: Store) -> None:
    one, other, third = (said(store, number) for number in ("PW1", "PW2", "PW3"))
    for parcel in (one, other, third):
        hear(store, parcel, LOST)
    first, second, _ = (row.case.id or 0 for row in cases.rows(store, NOW))
    agents.act_on_case(store, first, "ack", POLICY, NOW + HOUR, by="lin")
    agents.agree(store, first, Remedy.REFUND, POLICY, NOW + HOUR, by="lin")
    agents.act_on_case(store, second, "resolve", POLICY, NOW + HOUR, by="mei")
    agents.agree(store, second, Remedy.RESEND, POLICY, NOW + HOUR, by="mei")
    agents.fulfil(store, second, None, POLICY, NOW + 2 * HOUR, by="mei")
    with store.transaction():
        cases.set_verdict(store, second, "false", NOW + 2 * HOUR)
    figures = report.figures(store, NOW, NOW + 30 * HOUR)
    counts = figures.counts
    assert (counts["opened"], counts["acknowledged"], counts["resolved"], counts["escalated"]) == (3, 1, 1, 0)
    assert (counts["drafted"], counts["agreed"], counts["done"], figures.owed) == (3, 2, 1, 1)
    assert (counts["wrong"], counts["right"]) == (1, 0)
    assert (figures.states, figures.owners) == ({"acknowledged": 1, "open": 1}, {"": 1, "lin": 1})
    assert figures.ages == {"three": 2}
    later = report.figures(store, NOW + 3 * HOUR, NOW + 30 * HOUR)
    assert (later.counts["opened"], later.waiting) == (0, 2)


def test_the_days_report_is_told_once_a_local_day_whoever_restarts(store: Store) -> None:
    policy = Policy(channels=("ops", "boss"), hours=OfficeHours(ZoneInfo("Asia/Shanghai")), daily=Daily("boss"))
    hear(store, said(store, "PW1"), LOST)
    for minutes in range(0, 60 * 50, 30):
        with Store.open(store.path) as again, again.transaction():
            reports.tell_daily(again, policy, NOW + timedelta(minutes=minutes))
    rows = [row for row in alerts.rows(store) if row.out.why is Why.REPORTED]
    assert [row.out.created_at for row in rows] == [NOW + 2 * HOUR, NOW + 26 * HOUR]
    assert {row.out.channel for row in rows} == {"boss"}
    first = WORDS.renderer.alert(rows[0].out, NOW + 3 * HOUR)
    assert "1 opened" in first.body
    assert "nobody 1" in first.body
    assert "0 opened" in WORDS.renderer.alert(rows[1].out, NOW + 27 * HOUR).body


# --- what is taken back --------------------------------------------------------------------------


def test_what_a_customer_was_promised_is_reminded_of_though_the_case_ends_before_that_is_sent(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    send(store)
    case = cases.rows(store, NOW)[0].case.id or 0
    agents.agree(store, case, Remedy.REFUND, POLICY, NOW + HOUR, by="lin")
    look(store, 49)
    hear(store, parcel, LOST, found(50), hours=51)
    states = {row.out.why: row.state for row in alerts.rows(store) if not row.out.draft}
    assert states == {Why.OPENED: "sent", Why.UNFULFILLED: "pending", Why.CLEARED: "pending"}


@pytest.mark.parametrize("agreed_first", [True, False])
def test_what_a_customer_is_owed_is_reminded_of_once_though_the_parcel_is_watched_no_more(
    store: Store, *, agreed_first: bool
) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    case = cases.rows(store, NOW)[0].case.id or 0
    if agreed_first:
        agents.agree(store, case, Remedy.REFUND, POLICY, NOW + HOUR, by="lin")
    agents.stop(store, parcels.one(store, parcel), POLICY, NOW + 2 * HOUR, by="lin")
    if not agreed_first:
        agents.agree(store, case, Remedy.REFUND, POLICY, NOW + 3 * HOUR, by="lin")
    for hours in range(4, 400, 12):
        look(store, hours)
    assert [row.state for row in alerts.rows(store) if row.out.why is Why.UNFULFILLED] == ["pending"]
    agents.resume(store, parcels.one(store, parcel), POLICY, NOW + 401 * HOUR, by="lin")
    assert [row.case.state for row in cases.rows(store, NOW + 401 * HOUR)] == ["open"]


def test_of_a_parcel_that_is_watched_no_more_and_owes_nothing_nothing_is_told(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    send(store)
    agents.stop(store, parcels.one(store, parcel), POLICY, NOW + 2 * HOUR, by="lin")
    told = len(alerts.rows(store))
    for hours in range(4, 400, 12):
        look(store, hours)
    assert len(alerts.rows(store)) == told


def test_a_remedy_of_an_earlier_loss_does_not_keep_quiet_of_the_next(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    case = cases.rows(store, NOW)[0].case.id or 0
    agents.agree(store, case, Remedy.REFUND, POLICY, NOW + HOUR, by="lin")
    agents.fulfil(store, case, None, POLICY, NOW + 2 * HOUR, by="lin")
    hear(store, parcel, LOST, found(5), hours=6)
    again = replace(LOST, occurred_at=NOW + 40 * HOUR, occurred_until=NOW + 40 * HOUR, text="lost again")
    hear(store, parcel, LOST, found(5), again, hours=41)
    agents.act_on_case(store, case, "ack", POLICY, NOW + 42 * HOUR, by="lin")
    for hours in range(50, 400, 24):
        look(store, hours)
    assert store.value("SELECT count(*) FROM case_events WHERE signal = 'reraise'") == 1


def test_a_reminder_that_is_taken_back_does_not_undo_that_agents_were_told(store: Store) -> None:
    parcel = said(store, "PW1")
    hear(store, parcel, LOST)
    send(store)
    look(store, 4)
    hear(store, parcel, LOST, found(5), hours=6)
    told = cases.rows(store, NOW)[0].case
    assert (told.told, told.cleared, told.escalated) == (Severity.CRITICAL, True, True)
    assert clears(store) == [("ops", "pending")]


# --- thresholds that are raised and put back -----------------------------------------------------

RAISED = Policy(profile="international", channels=("ops", "boss"), draft_channel="drafts")


def judge(store: Store, policy: Policy, hours: float) -> None:
    with store.transaction():
        rejudge(store, policy, NOW + hours * HOUR)


def test_what_a_raised_threshold_ended_is_told_and_written_again_when_it_is_put_back(store: Store) -> None:
    for number in range(8):
        hear(store, said(store, f"PW{number}"), Checkpoint(NOW - 60 * HOUR, NOW - 60 * HOUR, Milestone.IN_TRANSIT))
    send(store)
    told = []
    for turn in range(1, 5):
        judge(store, RAISED, turn)
        assert send(store, turn + 0.1, policy=RAISED) == []
        judge(store, POLICY, turn + 0.5)
        groups = send(store, turn + 0.9)
        told += [(group.channel, {row.why for row in group.rows if not row.draft}) for group in groups]
        assert [row["state"] for row in drafts.rows(store)].count(DraftState.DRAFT) == 8
    assert [why for channel, why in told if channel == "ops"] == [{Why.REOPENED}] * 4
