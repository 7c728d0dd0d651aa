"""What agents say of parcels: how they stand, that nobody needs to watch them, whom to ask instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.ingest import take_step, watch
from parcelwatch.model import Answered, Cause, Checkpoint, Form, Milestone, Parcel
from parcelwatch.store import Store, alerts, cases, drafts, outbox, parcels, settling
from parcelwatch.verbs import agents, finding
from tests.databases import blank
from tests.store.making import HOUR, MINUTE, NOW, parcel

M = Milestone
POLICY = Policy(profile="china", channels=("ops",), draft_channel="drafts")
OPENS = {
    "lost": ("lost", "critical"),
    "damaged": ("damaged", "critical"),
    "destroyed": ("destroyed", "critical"),
    "refused": ("refused", "high"),
    "returned": ("returned", "high"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "parcelwatch.db")) as opened:
        yield opened


def scan(hours_ago: float, milestone: Milestone, cause: Cause | None = None) -> Checkpoint:
    at = NOW - timedelta(hours=hours_ago)
    return Checkpoint(at, at, milestone, cause, "", "as the courier says", "Leipzig")


def watched(store: Store, *said: Checkpoint, number: str = "PW1", stands: Milestone | None = None) -> Parcel:
    """A parcel as it is after the courier answered."""
    with store.transaction():
        parcel_id = watch(store, parcel(number, order="A-1", customer_name="Ann Larsen"), POLICY, NOW).id
        take_step(store, parcel_id, Answered(number, said, stands=stands), POLICY, NOW)
    return parcels.one(store, parcel_id)


def answers(store: Store, one: Parcel, *said: Checkpoint, hours: int, stands: Milestone | None = None) -> None:
    with store.transaction():
        take_step(store, one.id, Answered(one.number, said, stands=stands), POLICY, NOW + hours * HOUR)


def standing(store: Store, one: Parcel) -> dict[str, str]:
    """The state of its cases by kind."""
    return {row.case.kind: str(row.case.state) for row in cases.rows(store, NOW, parcel_id=one.id)}


MOVES = scan(5, M.IN_TRANSIT)
STANDS_STILL = scan(60, M.IN_TRANSIT)
BROKEN = scan(4, M.EXCEPTION, Cause.DAMAGED)

# --- how it stands -------------------------------------------------------------------------------


@pytest.mark.parametrize("how", agents.MARKS)
def test_a_marked_parcel_stands_as_the_agent_said_and_nothing_is_written_to_the_customer(
    store: Store, how: str
) -> None:
    one = watched(store, MOVES)
    agents.mark(store, one, how, POLICY, NOW + HOUR, note="the buyer rang", by="lin")
    after = parcels.dossier(store, one.id)
    assert (after.milestone, after.cause) == agents.MARKS[how]
    seen = {case.kind: case.severity for case in after.cases if not case.hidden_by}
    assert seen == dict([OPENS[how]] if how in OPENS else [])
    assert drafts.rows(store) == []
    word = after.timeline.entries[-1].checkpoint
    assert (word.by, word.text, word.occurred_at) == ("lin", "the buyer rang", NOW + HOUR)


@pytest.mark.parametrize("how", agents.MARKS)
@pytest.mark.parametrize("stands", [None, M.IN_TRANSIT])
def test_the_couriers_next_list_does_not_undo_what_an_agent_said(
    store: Store, how: str, stands: Milestone | None
) -> None:
    one = watched(store, MOVES, stands=stands)
    agents.mark(store, one, how, POLICY, NOW + HOUR, by="lin")
    before = standing(store, one)
    for hours in (2, 9, 30):
        answers(store, one, MOVES, hours=hours, stands=stands)
    after = parcels.dossier(store, one.id)
    assert (after.milestone, after.cause) == agents.MARKS[how]
    assert standing(store, one) == before
    assert drafts.rows(store) == []


@pytest.mark.parametrize("hours_after", [1, 30])
@pytest.mark.parametrize("how", ["lost", "damaged", "refused", "ready", "returned"])
def test_an_agent_may_say_otherwise_than_a_delivery_however_long_ago_it_was(
    store: Store, how: str, hours_after: int
) -> None:
    delivered = scan(hours_after, M.DELIVERED)
    one = watched(store, scan(60, M.IN_TRANSIT), delivered, stands=M.DELIVERED)
    agents.mark(store, one, how, POLICY, NOW, by="lin")
    answers(store, one, scan(60, M.IN_TRANSIT), delivered, hours=2, stands=M.DELIVERED)
    after = parcels.dossier(store, one.id)
    assert (after.milestone, after.cause) == agents.MARKS[how]


def test_a_later_scan_of_the_couriers_outweighs_an_agents_word(store: Store) -> None:
    one = watched(store, MOVES)
    agents.mark(store, one, "lost", POLICY, NOW + HOUR, by="lin")
    answers(store, one, MOVES, scan(-2, M.OUT_FOR_DELIVERY), hours=3)
    assert parcels.dossier(store, one.id).milestone is M.OUT_FOR_DELIVERY
    assert standing(store, one) == {"lost": "resolved"}


def test_marking_a_parcel_delivered_closes_its_case_and_takes_its_letter_back(store: Store) -> None:
    one = watched(store, STANDS_STILL)
    assert standing(store, one) == {"stalled": "open"}
    agents.mark(store, one, "delivered", POLICY, NOW + HOUR, by="lin")
    assert standing(store, one) == {"stalled": "resolved"}
    assert [row["state"] for row in drafts.rows(store)] == ["withdrawn"]


def test_a_parcel_of_which_nothing_is_known_yet_can_be_marked(store: Store) -> None:
    with store.transaction():
        parcel_id = watch(store, parcel("PW9"), POLICY, NOW).id
    agents.mark(store, parcels.one(store, parcel_id), "delivered", POLICY, NOW + MINUTE)
    after = parcels.dossier(store, parcel_id)
    assert (after.milestone, after.timeline.entries[0].checkpoint.by) == (M.DELIVERED, "an agent")


def test_what_nobody_knows_how_to_mark_is_refused_with_what_there_is(store: Store) -> None:
    one = watched(store, MOVES)
    with pytest.raises(BadInput, match="not marked 'vanished': say one of delivered, returned"):
        agents.mark(store, one, "vanished", POLICY, NOW)


# --- no longer watched ---------------------------------------------------------------------------


def test_stopping_a_parcel_closes_every_case_in_the_name_of_who_did_it_and_tells_of_none(store: Store) -> None:
    one = watched(store, STANDS_STILL, BROKEN)
    answers(store, one, STANDS_STILL, BROKEN, scan(3, M.IN_TRANSIT), hours=60)
    assert standing(store, one) == {"damaged": "open", "stalled": "open"}
    told = [row.out.kind for row in alerts.rows(store, "pending") if row.out.letter is None]
    assert told == ["damaged"]
    with store.transaction():
        assert agents.stop(store, one, POLICY, NOW + 61 * HOUR, by="lin")
    assert standing(store, one) == {"damaged": "resolved", "stalled": "resolved"}
    assert {row["state"] for row in drafts.rows(store)} == {"withdrawn"}
    assert list(alerts.rows(store, "pending")) == []
    for row in cases.rows(store, NOW, parcel_id=one.id):
        assert row.case.id is not None
        last = list(cases.events(store, row.case.id))[-1]
        assert (last.after, last.why.says, last.by) == ("resolved", Form.WATCHED_NO_MORE, "lin")
    with store.transaction():
        assert not agents.stop(store, one, POLICY, NOW + 62 * HOUR)


def test_a_parcel_watched_again_has_the_trouble_it_was_stopped_with_and_is_told_of_it_once(store: Store) -> None:
    one = watched(store, MOVES, BROKEN)
    with store.transaction():
        agents.stop(store, one, POLICY, NOW + HOUR)
    with store.transaction():
        assert agents.resume(store, one, POLICY, NOW + 2 * HOUR)
    with store.transaction():
        assert not agents.resume(store, one, POLICY, NOW + 2 * HOUR)
    answers(store, one, MOVES, BROKEN, hours=3)
    assert standing(store, one) == {"damaged": "open"}
    told = [row.out.kind for row in alerts.rows(store, "pending") if row.out.letter is None]
    assert told == ["damaged"]


def deliver(store: Store, now: datetime) -> list[tuple[str, str]]:
    """Kind and reason of all that waits, which is told now."""
    said: list[tuple[str, str]] = []
    with store.transaction():
        while group := outbox.claim(store, now, now + HOUR):
            said += [(row.kind, str(row.why)) for row in group.rows if not row.draft]
            settling.settle_sent(store, group.ids, now)
    return said


def stop_and_resume(store: Store, one: Parcel, hours: int) -> None:
    with store.transaction():
        agents.stop(store, one, POLICY, NOW + hours * HOUR)
    with store.transaction():
        agents.resume(store, one, POLICY, NOW + (hours + 1) * HOUR)


def test_what_was_told_of_a_parcel_is_not_told_again_when_it_is_watched_again(store: Store) -> None:
    one = watched(store, STANDS_STILL, BROKEN)
    answers(store, one, STANDS_STILL, BROKEN, scan(3, M.IN_TRANSIT), hours=60)
    assert standing(store, one) == {"damaged": "open", "stalled": "open"}
    assert deliver(store, NOW + 61 * HOUR) == [("damaged", "opened")]
    for hours in (62, 64):
        stop_and_resume(store, one, hours)
        answers(store, one, STANDS_STILL, BROKEN, scan(3, M.IN_TRANSIT), hours=hours + 1)
        assert standing(store, one) == {"damaged": "open", "stalled": "open"}
        assert deliver(store, NOW + (hours + 1) * HOUR) == []
    assert [row["kind"] for row in drafts.rows(store, "draft")] == ["damaged"]


def test_what_nobody_takes_is_repeated_as_if_it_were_told_when_it_is_watched_again(store: Store) -> None:
    one = watched(store, MOVES, BROKEN)
    deliver(store, NOW)
    stop_and_resume(store, one, 90)
    ((_, _, at, _),) = alerts.untaken(store)
    assert at == NOW + 91 * HOUR


def test_whoever_was_told_of_it_hears_that_it_is_over_when_it_is_watched_again(store: Store) -> None:
    one = watched(store, MOVES, STANDS_STILL)
    answers(store, one, MOVES, STANDS_STILL, hours=60)
    deliver(store, NOW + 60 * HOUR)
    stop_and_resume(store, one, 61)
    answers(store, one, MOVES, STANDS_STILL, scan(-62, M.DELIVERED), hours=63)
    assert deliver(store, NOW + 63 * HOUR) == [("stalled", "cleared")]


def test_who_was_sent_a_letter_before_gets_no_other_when_it_is_watched_again(store: Store) -> None:
    one = watched(store, MOVES, BROKEN)
    deliver(store, NOW)
    (row,) = drafts.rows(store, "draft")
    for verb in ("approve", "sent"):
        agents.act_on_draft(store, row["id"], verb, POLICY, NOW, subject="Sorry", body="It is broken.")
    stop_and_resume(store, one, 2)
    answers(store, one, MOVES, BROKEN, hours=4)
    assert drafts.rows(store, "draft") == []


def test_what_is_over_by_the_time_it_is_watched_again_stays_closed(store: Store) -> None:
    one = watched(store, MOVES, STANDS_STILL)
    answers(store, one, MOVES, STANDS_STILL, hours=60)
    assert standing(store, one) == {"stalled": "open"}
    with store.transaction():
        agents.stop(store, one, POLICY, NOW + 61 * HOUR)
    with store.transaction():
        agents.resume(store, one, POLICY, NOW + 62 * HOUR)
    answers(store, one, MOVES, STANDS_STILL, scan(-62, M.DELIVERED), hours=63)
    assert standing(store, one) == {"stalled": "resolved"}


# --- somebody else to ask ------------------------------------------------------------------------


def test_a_parcel_moved_to_another_account_is_asked_about_there_at_once_and_keeps_what_is_known(store: Store) -> None:
    one = watched(store, MOVES, BROKEN)
    with store.transaction():
        assert agents.move(store, one, "other", "", POLICY, NOW + HOUR)
    after = parcels.dossier(store, one.id)
    assert (after.parcel.courier, after.poll_at) == ("other", NOW + HOUR)
    assert len(after.timeline.entries) == 2
    with store.transaction():
        assert not agents.move(store, after.parcel, "other", "", POLICY, NOW + HOUR)


def test_a_parcel_moves_to_another_account_and_company_past_one_that_stands_between(store: Store) -> None:
    for account, company in (("other", "sto"), ("acme", "zto")):
        with store.transaction():
            watch(store, replace(parcel("PW1", company=company), courier=account), POLICY, NOW)
    with store.transaction():
        one = watch(store, replace(parcel("PW1", company="yto"), courier="acme"), POLICY, NOW)
    with store.transaction():
        agents.move(store, parcels.one(store, one.id), "other", "zto", POLICY, NOW + HOUR)
    moved = parcels.one(store, one.id)
    assert (moved.courier, moved.company) == ("other", "zto")


def test_what_was_heard_under_another_company_was_another_parcels(store: Store) -> None:
    with store.transaction():
        parcel_id = watch(store, parcel("PW1", company="sto"), POLICY, NOW).id
        take_step(store, parcel_id, Answered("PW1", (MOVES, BROKEN)), POLICY, NOW)
    with store.transaction():
        assert agents.move(store, parcels.one(store, parcel_id), "", "shentong", POLICY, NOW + HOUR)
    after = parcels.dossier(store, parcel_id)
    assert (after.parcel.company, after.milestone, after.timeline.entries) == ("shentong", M.UNKNOWN, ())
    assert after.poll_at is not None
    assert after.poll_at <= NOW + HOUR


def test_a_parcel_is_not_moved_onto_another(store: Store) -> None:
    one = watched(store, MOVES)
    with store.transaction():
        watch(store, parcel("PW1", "other"), POLICY, NOW)
    with pytest.raises(BadInput, match="PW1 is watched at other already"), store.transaction():
        agents.move(store, one, "other", "", POLICY, NOW + HOUR)


# --- which are meant -----------------------------------------------------------------------------


def test_an_order_number_means_all_of_its_parcels_and_a_tracking_number_goes_before_it(store: Store) -> None:
    for number in ("PW1", "PW2"):
        watched(store, MOVES, number=number)
    assert [one.number for one in finding.meant(store, "A-1")] == ["PW1", "PW2"]
    assert [one.number for one in finding.meant(store, " pw1 ")] == ["PW1"]
    with pytest.raises(BadInput, match="order A-1 has 2 parcels: say which of PW1, PW2"):
        finding.pick(store, "A-1")
    with store.transaction():
        watch(store, parcel("A-1"), POLICY, NOW)
    assert [one.number for one in finding.meant(store, "A-1")] == ["A-1"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"order": "A-1"}, ["PW1", "PW2"]),
        ({"tag": "vip"}, ["PW3"]),
        ({"courier": "other"}, ["PW3"]),
        ({"milestone": "exception"}, ["PW2"]),
        ({"order": "A-1", "milestone": "in_transit"}, ["PW1"]),
        ({"order": "A"}, []),
        ({"tag": "vi"}, []),
    ],
)
def test_parcels_are_chosen_by_all_that_is_asked_for(store: Store, where: dict[str, str], found: list[str]) -> None:
    watched(store, MOVES, number="PW1")
    watched(store, MOVES, BROKEN, number="PW2")
    stopped = watched(store, MOVES, number="PW4")
    with store.transaction():
        watch(store, parcel("PW3", "other", tags=("vip",)), POLICY, NOW)
    with store.transaction():
        agents.stop(store, stopped, POLICY, NOW)
    assert [one.number for one in finding.chosen(store, where)] == found


def test_what_parcels_cannot_be_chosen_by_is_refused_with_what_there_is(store: Store) -> None:
    with pytest.raises(BadInput, match="--where number=…: parcels can be chosen by courier, company"):
        finding.chosen(store, {"number": "PW1"})
