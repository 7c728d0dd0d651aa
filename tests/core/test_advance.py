"""The one step, where a story is not the right shape: what its answer carries beside what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch import errors
from parcelwatch.core.advance import advance
from parcelwatch.core.dispatch import Way, way, why
from parcelwatch.core.explain import explain
from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.policy import Policy, Receiver, Route
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    Action,
    Advance,
    Answered,
    CaseCleared,
    CaseTold,
    Cause,
    Checkpoint,
    Dossier,
    Event,
    Fact,
    Form,
    LetterLapsed,
    LetterTakenBack,
    LetterWritten,
    Milestone,
    NotFound,
    Observation,
    Parcel,
    Passed,
    Pushed,
    Refused,
    Severity,
    Unanswered,
    Why,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "PW000000001XX", "acme", NOW)
POLICY = Policy(profile="china", channels=("ops", "boss"), draft_channel="drafts")
M = Milestone


def scan(milestone: Milestone, at: datetime = NOW, cause: Cause | None = None) -> Checkpoint:
    return Checkpoint(at, at, milestone, cause, text=str(milestone))


DAMAGED = scan(M.EXCEPTION, cause=Cause.DAMAGED)


def said(*checkpoints: Checkpoint, **beside: object) -> Observation:
    return replace(Answered(PARCEL.number, checkpoints), **beside)  # type: ignore[arg-type]


def step(*checkpoints: Checkpoint, policy: Policy = POLICY, parcel: Parcel = PARCEL) -> Advance:
    return advance(Dossier(parcel), said(*checkpoints), policy, NOW)


# --- first answers -------------------------------------------------------------------------------


def test_what_is_born_of_the_first_answer_is_marked_so_that_it_waits_for_its_import() -> None:
    first = step(DAMAGED)
    assert first.first
    assert len(first.notices) == 2
    later = advance(first.dossier, said(DAMAGED, scan(M.RETURNED, NOW + HOUR)), POLICY, NOW + HOUR)
    assert later.events
    assert not later.first


def test_no_record_is_not_yet_the_first_answer() -> None:
    missing = advance(Dossier(PARCEL), NotFound(PARCEL.number), POLICY, NOW)
    assert not missing.first
    assert advance(missing.dossier, said(DAMAGED), POLICY, NOW + HOUR).first


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (said(), True),
        (NotFound(""), True),
        (Refused(""), True),
        (Refused("", unregistered=True), False),
        (Unanswered(""), False),
        (NotFound("", pending=True), False),
        (Passed(), False),
    ],
)
def test_an_import_waits_for_those_the_courier_has_had_no_say_on(answer: Event, asked: bool) -> None:
    assert advance(Dossier(PARCEL), answer, POLICY, NOW).asked is asked


def test_an_import_does_not_wait_for_ever_for_an_aggregator_that_has_not_looked() -> None:
    pending = NotFound("", pending=True)
    assert advance(Dossier(PARCEL), pending, POLICY, NOW + timedelta(minutes=10)).asked


# --- what the courier knows ----------------------------------------------------------------------


def test_what_the_shop_did_not_say_of_a_parcel_the_courier_may() -> None:
    known = replace(PARCEL, destination="BR")
    heard = said(DAMAGED, origin="CN", destination="PT", service="Express")
    learned = advance(Dossier(known), heard, POLICY, NOW).dossier.parcel
    assert (learned.origin, learned.destination, learned.service) == ("CN", "BR", "Express")


def test_the_lane_the_courier_names_chooses_the_threshold_at_once() -> None:
    policy, at_home = Policy(channels=("ops",)), {"origin": "DE", "destination": "DE"}
    old = scan(M.IN_TRANSIT, NOW - timedelta(days=5))
    assert not advance(Dossier(PARCEL), said(old), policy, NOW).notices
    assert [case.kind for case in advance(Dossier(PARCEL), said(old, **at_home), policy, NOW).dossier.cases] == [
        "stalled"
    ]


def test_the_couriers_newest_estimate_is_shown_and_its_first_commitment_held_against_it() -> None:
    first = Answered("", (scan(M.IN_TRANSIT),), estimate=NOW + 40 * HOUR, commitment=NOW + 48 * HOUR)
    later = Answered("", (scan(M.IN_TRANSIT),), estimate=NOW + 90 * HOUR, commitment=NOW + 96 * HOUR)
    before = advance(Dossier(PARCEL), first, POLICY, NOW).dossier
    moved = advance(before, later, POLICY, NOW + HOUR).dossier
    assert (moved.estimate, moved.promise) == (NOW + 90 * HOUR, NOW + 48 * HOUR)


def test_an_estimate_makes_nothing_late_and_why_says_that_it_is_none() -> None:
    known = advance(Dossier(PARCEL), said(scan(M.IN_TRANSIT), estimate=NOW - HOUR), POLICY, NOW).dossier
    assert (known.promise, known.cases) == (None, ())
    late = next(one for one in explain(known, POLICY, NOW) if one.kind == "late")
    assert late.note == Fact(Form.ONLY_ESTIMATED, since=NOW - HOUR, until=NOW - HOUR)


def test_a_commitment_that_is_only_pushed_counts_too() -> None:
    known = advance(Dossier(PARCEL), said(scan(M.IN_TRANSIT)), POLICY, NOW).dossier
    push = Pushed(Answered("", (scan(M.IN_TRANSIT),), commitment=NOW + 48 * HOUR))
    assert advance(known, push, POLICY, NOW + HOUR).dossier.promise == NOW + 48 * HOUR


def test_an_unanswered_or_unregistered_number_changes_nothing_that_is_known() -> None:
    known = step(DAMAGED).dossier
    for answer in (Unanswered(""), Refused("", unregistered=True)):
        after = advance(known, answer, POLICY, NOW + HOUR).dossier
        assert replace(after, poll_at=known.poll_at) == known


def test_an_answer_that_comes_late_does_not_turn_back_when_the_courier_last_answered() -> None:
    heard = advance(Dossier(PARCEL), said(scan(M.IN_TRANSIT)), POLICY, NOW + 9 * HOUR).dossier
    assert advance(heard, said(scan(M.IN_TRANSIT)), POLICY, NOW + HOUR).dossier.confirmed_at == NOW + 9 * HOUR


# --- who is told ---------------------------------------------------------------------------------


def test_an_alert_goes_by_its_route_and_a_draft_to_the_channel_of_drafts() -> None:
    policy = Policy(
        channels=("ops", "boss"), routes=(Route(Matcher((), Severity.CRITICAL), ("boss",)),), draft_channel="drafts"
    )
    told = step(DAMAGED, policy=policy)
    assert [
        (type(one), way(one, PARCEL, policy, NOW, first=True))
        for one in told.notices
        if not isinstance(one, LetterLapsed)
    ] == [
        (CaseTold, Way((Receiver("boss"),))),
        (LetterWritten, Way((Receiver("drafts"),))),
    ]


def test_without_a_channel_everything_is_recorded_and_the_reason_said() -> None:
    notices = step(DAMAGED, policy=Policy()).notices
    assert [way(one, PARCEL, Policy(), NOW, first=True) for one in notices if not isinstance(one, LetterLapsed)] == [
        Way((), "no channel is configured")
    ] * 2


def test_old_news_is_recorded_with_the_reason_and_what_is_a_second_younger_is_told() -> None:
    def told(age: timedelta) -> list[str]:
        notices = step(scan(M.RETURNED, NOW - age)).notices
        return [way(one, PARCEL, POLICY, NOW, first=True).suppressed for one in notices if isinstance(one, CaseTold)]

    assert told(timedelta(days=14)) == [""]
    old = told(timedelta(days=14, seconds=1))
    assert old == ["old news: it began more than 14 days before we first heard of the parcel"]


def test_the_policy_that_decided_is_written_on_the_case_and_on_the_parcel() -> None:
    judged = step(DAMAGED).dossier
    assert judged.cases[0].policy_id == judged.policy_id == POLICY.policy_id


def test_a_case_that_ends_names_itself_so_that_what_waits_to_be_said_of_it_is_taken_back() -> None:
    lost = step(scan(M.EXCEPTION, NOW - HOUR, Cause.LOST))
    found = advance(lost.dossier, said(scan(M.EXCEPTION, NOW - HOUR, Cause.LOST), scan(M.IN_TRANSIT)), POLICY, NOW)
    assert found.ended == ("lost",)
    assert [type(one) for one in found.notices] == [CaseCleared, LetterTakenBack]
    assert [why(one) for one in found.notices if not isinstance(one, LetterLapsed)] == [Why.CLEARED, Why.WITHDRAWN]


# --- agents --------------------------------------------------------------------------------------


def test_an_action_on_a_case_there_is_not_is_refused() -> None:
    with pytest.raises(errors.NotFound, match="stalled"):
        advance(step(DAMAGED).dossier, Action("ack", "stalled"), POLICY, NOW)


def test_an_action_that_a_case_does_not_allow_is_refused() -> None:
    done = advance(step(DAMAGED).dossier, Action("resolve", "damaged"), POLICY, NOW).dossier
    with pytest.raises(BadInput, match="resolved"):
        advance(done, Action("snooze", "damaged", until=NOW + HOUR), POLICY, NOW)


def test_a_snoozed_case_is_looked_at_when_it_wakes() -> None:
    asleep = advance(step(DAMAGED).dossier, Action("snooze", "damaged", until=NOW + 5 * HOUR), POLICY, NOW)
    assert asleep.assess_at == NOW + 5 * HOUR
    assert advance(asleep.dossier, Passed(), POLICY, NOW + 5 * HOUR).assess_at is None


def test_a_snooze_that_is_over_already_wakes_at_once() -> None:
    woken = advance(step(DAMAGED).dossier, Action("snooze", "damaged", until=NOW), POLICY, NOW)
    assert [(one.case.kind, one.why) for one in woken.notices if isinstance(one, CaseTold)] == [("damaged", Why.WOKEN)]


# --- another policy ------------------------------------------------------------------------------

QUIETER = Policy(thresholds={"awaiting_collection": Threshold(parse("20d"))}, channels=("ops",), draft_channel="drafts")


def waiting() -> Dossier:
    """A parcel that has waited a week to be collected, of which agents were told and a draft was written."""
    ready, late = scan(M.AVAILABLE_FOR_PICKUP), NOW + 8 * 24 * HOUR
    first = advance(Dossier(PARCEL), said(ready), POLICY, NOW)
    step = advance(first.dossier, said(ready), POLICY, late)
    kept = tuple(replace(one, id=1) for one in step.dossier.drafts)
    assert [case.kind for case in step.dossier.cases] == ["awaiting_collection"]
    assert kept
    return replace(step.dossier, drafts=kept)


@pytest.mark.parametrize("verb", ["ack", "resolve"])
def test_an_agent_who_acts_before_the_judging_anew_gives_no_all_clear(verb: str) -> None:
    step = advance(waiting(), Action(verb, "awaiting_collection", "lin"), QUIETER, NOW + 9 * 24 * HOUR)
    raised = Form.LIMIT_RAISED if verb == "ack" else Form.CASE_CLOSED
    ends = [one for one in step.notices if isinstance(one, CaseCleared | LetterTakenBack)]
    assert [(type(one), one.why.says) for one in ends] == [(LetterTakenBack, raised)]
    assert step.events[-1].why.says is (Form.LIMIT_RAISED if verb == "ack" else Form.BY_AGENT)
