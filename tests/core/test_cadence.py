"""When the courier is asked next, and the reason that is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.advance import advance
from parcelwatch.core.cadence import (
    AFTER_THE_END,
    EVERY,
    FIRST_BACKOFF,
    GIVEN_UP,
    LONGEST_BACKOFF,
    PUSHED,
    REFUSED,
    UNANSWERED,
    Urgency,
    failed,
    urgency,
)
from parcelwatch.core.policy import Policy
from parcelwatch.model import (
    Advance,
    Answered,
    Case,
    Checkpoint,
    Dossier,
    Fact,
    Form,
    Milestone,
    NotFound,
    Order,
    Parcel,
    Passed,
    Pushed,
    Refused,
    Severity,
    State,
    Unanswered,
)

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "PW000000001XX", "acme", MONDAY)
POLICY = Policy(profile="china")
M = Milestone


def asked(
    milestone: Milestone, seen: timedelta = timedelta(0), parcel: Parcel = PARCEL, policy: Policy = POLICY
) -> Advance:
    """A step that hears, `seen` after Monday, of one checkpoint of Monday."""
    said = Answered(parcel.number, (Checkpoint(MONDAY, MONDAY, milestone),))
    return advance(Dossier(parcel), said, policy, MONDAY + seen)


def wait(step: Advance, now: datetime) -> timedelta:
    assert step.poll_at is not None
    return step.poll_at - now


@pytest.mark.parametrize("milestone", sorted(EVERY))
def test_a_parcel_is_asked_for_as_often_as_its_place_deserves(milestone: Milestone) -> None:
    assert 0.9 * EVERY[milestone] <= wait(asked(milestone), MONDAY) <= EVERY[milestone]
    assert str(milestone) in asked(milestone).poll_why


def test_every_milestone_has_an_interval_but_the_one_nobody_returns_from() -> None:
    assert set(EVERY) == set(M) - {M.CANCELLED}


def test_parcels_added_together_drift_apart_and_each_the_same_way_every_time() -> None:
    parcels = [replace(PARCEL, number=f"PW{n:09}XX") for n in range(50)]
    waits = [wait(asked(M.IN_TRANSIT, parcel=parcel), MONDAY) for parcel in parcels]
    assert len(set(waits)) > 40
    assert waits == [wait(asked(M.IN_TRANSIT, parcel=parcel), MONDAY) for parcel in parcels]


def test_a_poll_falls_on_a_deadline_that_comes_before_the_next_regular_one() -> None:
    step = asked(M.IN_TRANSIT, seen=46 * HOUR)
    assert (step.poll_at, step.poll_why) == (MONDAY + 48 * HOUR, "a deadline falls then")


def test_a_deadline_that_falls_now_is_not_waited_for() -> None:
    step = asked(M.IN_TRANSIT, seen=48 * HOUR)
    assert wait(step, MONDAY + 48 * HOUR) > 3 * HOUR


def test_near_its_promise_a_parcel_is_asked_for_more_often() -> None:
    step = asked(M.IN_TRANSIT, parcel=replace(PARCEL, orders=(Order(promised_by=MONDAY + 20 * HOUR),)))
    assert wait(step, MONDAY) <= 2 * HOUR
    assert step.poll_why == "in_transit, near the promise"


def test_a_parcel_that_has_long_been_quiet_is_asked_for_half_as_often() -> None:
    now = timedelta(days=6)
    step = asked(M.IN_TRANSIT, seen=now)
    assert wait(step, MONDAY + now) > EVERY[M.IN_TRANSIT]
    assert step.poll_why == "in_transit, quiet"


@pytest.mark.parametrize("end", [M.DELIVERED, M.RETURNED])
def test_an_end_booked_by_mistake_can_be_taken_back_for_three_days(end: Milestone) -> None:
    assert asked(end, seen=AFTER_THE_END).poll_at is not None
    over = asked(end, seen=AFTER_THE_END + timedelta(seconds=1))
    assert (over.poll_at, over.poll_why) == (None, f"{end} for more than 3 days")


def test_a_cancelled_parcel_is_not_asked_for_again() -> None:
    assert (asked(M.CANCELLED).poll_at, asked(M.CANCELLED).poll_why) == (None, "cancelled")


def test_a_parcel_nobody_speaks_of_for_ninety_days_is_given_up() -> None:
    assert asked(M.IN_TRANSIT, seen=GIVEN_UP).poll_at is not None
    assert asked(M.IN_TRANSIT, seen=GIVEN_UP + timedelta(seconds=1)).poll_at is None


def test_a_parcel_added_today_is_asked_for_though_its_last_scan_is_old() -> None:
    later = replace(PARCEL, added_at=MONDAY + timedelta(days=100))
    assert asked(M.IN_TRANSIT, seen=timedelta(days=100), parcel=later).poll_at is not None


@pytest.mark.parametrize(
    ("age", "longest"),
    [
        (timedelta(0), timedelta(minutes=2)),
        (timedelta(minutes=20), timedelta(minutes=5)),
        (timedelta(hours=4), timedelta(hours=1)),
        (timedelta(days=10), timedelta(hours=6)),
    ],
)
def test_a_number_nobody_knows_yet_is_asked_for_ever_more_rarely(age: timedelta, longest: timedelta) -> None:
    step = advance(Dossier(PARCEL), NotFound(PARCEL.number), POLICY, MONDAY + age)
    assert 0.9 * longest <= wait(step, MONDAY + age) <= longest
    assert step.poll_why == "no record yet"


def test_a_number_missing_from_an_answer_is_asked_for_again_soon() -> None:
    step = advance(Dossier(PARCEL), Unanswered(PARCEL.number), POLICY, MONDAY)
    assert 0.9 * UNANSWERED <= wait(step, MONDAY) <= UNANSWERED
    assert step.poll_why == "missing from the answer"


@pytest.mark.parametrize(("days", "hours"), [(0.5, 3), (7, 6), (89, 6)])
def test_a_number_missing_from_all_answers_is_asked_for_ever_more_rarely(days: float, hours: float) -> None:
    now = MONDAY + timedelta(days=days)
    step = advance(Dossier(PARCEL), Unanswered(PARCEL.number, since=MONDAY), POLICY, now)
    assert 0.9 * timedelta(hours=hours) <= wait(step, now) <= timedelta(hours=hours)


def test_a_number_missing_from_all_answers_for_ninety_days_is_asked_for_no_more() -> None:
    now = MONDAY + timedelta(days=91)
    step = advance(Dossier(PARCEL), Unanswered(PARCEL.number, since=MONDAY), POLICY, now)
    assert (step.poll_at, step.poll_why) == (None, "no word for 90 days")


def test_a_number_that_must_be_registered_first_is_due_at_once() -> None:
    said = Refused(PARCEL.number, unregistered=True)
    assert advance(Dossier(PARCEL), said, POLICY, MONDAY).poll_at == MONDAY


def test_a_number_the_courier_refuses_is_asked_for_twice_a_day() -> None:
    said = Refused(PARCEL.number, reason="the phone's last digits are missing")
    step = advance(Dossier(PARCEL), said, POLICY, MONDAY)
    assert 0.9 * REFUSED <= wait(step, MONDAY) <= REFUSED


def test_neither_an_agent_nor_the_clock_moves_the_next_poll() -> None:
    before = asked(M.IN_TRANSIT)
    later = advance(before.dossier, Passed(), POLICY, MONDAY + HOUR)
    assert (later.poll_at, later.poll_why) == (before.poll_at, "")


def test_a_failed_ask_is_put_off_ever_longer_up_to_a_quarter_of_an_hour() -> None:
    waits = [failed(PARCEL.number, times, MONDAY)[0] - MONDAY for times in range(50)]
    assert 0.75 * FIRST_BACKOFF <= waits[0] <= FIRST_BACKOFF
    assert 0.75 * 2 * FIRST_BACKOFF <= waits[1] <= 2 * FIRST_BACKOFF
    assert all(0.75 * LONGEST_BACKOFF <= wait <= LONGEST_BACKOFF for wait in waits[6:])


def test_parcels_that_failed_together_come_back_apart() -> None:
    assert len({failed(f"PW{n}", 3, MONDAY) for n in range(200)}) > 100


def test_how_often_asking_failed_is_said() -> None:
    assert failed(PARCEL.number, 0, MONDAY)[1] == "asking failed"
    assert failed(PARCEL.number, 4, MONDAY)[1] == "asking failed, 5 times in a row"


# --- who goes first ------------------------------------------------------------------------------

IMPORTED = replace(PARCEL, import_id=7)
OPEN = Case("lost", State.OPEN, Severity.HIGH, MONDAY, Fact(Form.LOST, MONDAY))
OVER = replace(OPEN, state=State.RESOLVED)
KNOWN = Dossier(PARCEL, confirmed_at=MONDAY)

URGENT = {
    "an open case": (replace(KNOWN, cases=(OPEN,)), None, Urgency.TROUBLED),
    "an open case at a threshold": (replace(KNOWN, cases=(OPEN,)), MONDAY, Urgency.TROUBLED),
    "a resolved case": (replace(KNOWN, cases=(OVER,)), None, Urgency.ORDINARY),
    "a threshold that passed": (KNOWN, MONDAY, Urgency.NEAR),
    "a threshold to come": (KNOWN, MONDAY + HOUR, Urgency.ORDINARY),
    "nothing at all": (KNOWN, None, Urgency.ORDINARY),
    "new, by hand": (Dossier(PARCEL), None, Urgency.ORDINARY),
    "new, among many": (Dossier(IMPORTED), None, Urgency.NEW),
    "imported and answered about": (Dossier(IMPORTED, confirmed_at=MONDAY), None, Urgency.ORDINARY),
    "imported and refused": (Dossier(IMPORTED, refused="no such number"), None, Urgency.ORDINARY),
}


@pytest.mark.parametrize("what", URGENT)
def test_who_is_asked_first_stands_in_the_table(what: str) -> None:
    dossier, due_at, expected = URGENT[what]
    assert urgency(dossier, due_at, MONDAY) is expected


def test_trouble_comes_before_thresholds_before_the_ordinary_before_a_bulk_of_new_ones() -> None:
    assert [one.name for one in Urgency] == ["TROUBLED", "NEAR", "ORDINARY", "NEW"]


@given(st.sampled_from(sorted(M)), st.integers(0, 24 * 100))
def test_the_next_poll_lies_always_in_the_future_and_has_a_reason(milestone: Milestone, hours: int) -> None:
    step = asked(milestone, seen=hours * HOUR)
    assert step.poll_why
    assert step.poll_at is None or step.poll_at > MONDAY + hours * HOUR


def test_a_courier_that_calls_by_itself_is_asked_rarely_but_still_at_each_deadline() -> None:
    scanned = Checkpoint(MONDAY, MONDAY, M.IN_TRANSIT)
    said = Pushed(Answered(PARCEL.number, (scanned,)))
    step = advance(Dossier(PARCEL), said, POLICY, MONDAY)
    assert 0.9 * PUSHED <= wait(step, MONDAY) <= PUSHED
    assert "calls by itself" in step.poll_why
    delivered = Pushed(Answered(PARCEL.number, (Checkpoint(MONDAY, MONDAY, M.DELIVERED),)))
    assert wait(advance(Dossier(PARCEL), delivered, POLICY, MONDAY), MONDAY) > PUSHED
    late = MONDAY + timedelta(hours=40)
    assert advance(Dossier(PARCEL), said, POLICY, late).poll_at == MONDAY + timedelta(hours=48)
