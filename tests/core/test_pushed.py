"""A push adds to what is known. It may be an old one sent again, so it answers no question and takes nothing back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.advance import advance
from parcelwatch.core.policy import Policy
from parcelwatch.model import Answered, Cause, Checkpoint, Dossier, Milestone, NotFound, Parcel, Pushed

M = Milestone
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "PW000000001XX", "kd100", NOW)
POLICY = Policy(profile="china", channels=("ops",))


def scan(hours: float, milestone: Milestone = M.IN_TRANSIT, cause: Cause | None = None) -> Checkpoint:
    at = NOW + hours * HOUR
    return Checkpoint(at, at, milestone, cause, text=f"{hours} h")


def polled(*scans: Checkpoint, **more: object) -> Answered:
    return replace(Answered(PARCEL.number, scans), **more)  # type: ignore[arg-type]


def pushed(*scans: Checkpoint, **more: object) -> Pushed:
    return Pushed(polled(*scans, **more))


def watched() -> Dossier:
    """A parcel last scanned and asked for at NOW."""
    return advance(Dossier(PARCEL), polled(scan(0)), POLICY, NOW).dossier


def test_an_old_push_heard_again_does_not_let_a_silence_rule_fire() -> None:
    late = NOW + 49 * HOUR
    step = advance(watched(), pushed(scan(0)), POLICY, late)
    assert step.dossier.cases == ()
    assert step.dossier.confirmed_at == NOW
    assert advance(watched(), polled(scan(0)), POLICY, late).dossier.cases != ()


def test_a_push_of_an_older_scan_opens_nothing_either() -> None:
    step = advance(watched(), pushed(scan(-5, M.PICKED_UP)), POLICY, NOW + 49 * HOUR)
    assert step.dossier.cases == ()


def test_a_push_without_news_leaves_the_next_question_where_it_was() -> None:
    before = watched()
    step = advance(before, pushed(scan(0)), POLICY, NOW + 3 * HOUR)
    assert step.poll_why == ""
    assert step.dossier == before


def test_a_push_with_news_is_heard_at_once() -> None:
    step = advance(watched(), pushed(scan(1, M.EXCEPTION, Cause.DAMAGED)), POLICY, NOW + 2 * HOUR)
    assert [case.kind for case in step.dossier.cases] == ["damaged"]
    assert "calls by itself" in step.poll_why


def test_a_push_finds_a_parcel_that_was_missing() -> None:
    missing = advance(Dossier(PARCEL), NotFound(PARCEL.number), POLICY, NOW).dossier
    assert missing.missing_since == NOW
    assert advance(missing, pushed(scan(1)), POLICY, NOW + HOUR).dossier.missing_since is None


def test_a_push_about_an_earlier_parcel_with_the_same_number_changes_nothing() -> None:
    sent = Dossier(replace(PARCEL, shipped_at=NOW))
    earlier = pushed(scan(-2400, M.DELIVERED), stopped="expired")
    step = advance(sent, earlier, POLICY, NOW + HOUR)
    assert replace(step.dossier, policy_id=sent.policy_id) == sent
    assert not step.asked


def test_a_stop_told_by_a_push_stands_until_an_answer_says_otherwise_or_it_moves() -> None:
    stopped = advance(watched(), pushed(stopped="the aggregator gave up"), POLICY, NOW + HOUR).dossier
    assert stopped.stopped == "the aggregator gave up"
    silent = polled(scan(0), stopped=None)
    assert advance(stopped, silent, POLICY, NOW + 2 * HOUR).dossier.stopped
    assert not advance(stopped, polled(scan(0)), POLICY, NOW + 2 * HOUR).dossier.stopped
    assert not advance(stopped, polled(scan(0), scan(1), stopped=None), POLICY, NOW + 2 * HOUR).dossier.stopped
    assert advance(stopped, pushed(scan(0)), POLICY, NOW + 2 * HOUR).dossier.stopped


def test_a_promise_told_alone_is_taken_over() -> None:
    after = advance(watched(), pushed(estimate=NOW + 50 * HOUR), POLICY, NOW + HOUR).dossier
    assert after.estimate == NOW + 50 * HOUR


SCANS = st.lists(
    st.builds(scan, st.integers(-40, 40), st.sampled_from([M.PICKED_UP, M.IN_TRANSIT, M.OUT_FOR_DELIVERY])), max_size=4
)


@given(SCANS, SCANS, st.integers(1, 200))
def test_a_push_never_withdraws_what_an_answer_said(told: list[Checkpoint], said: list[Checkpoint], hours: int) -> None:
    before = advance(Dossier(PARCEL), polled(*told), POLICY, NOW + 41 * HOUR).dossier
    after = advance(before, pushed(*said), POLICY, NOW + (41 + hours) * HOUR).dossier
    kept = {entry.checkpoint.identity for entry in after.timeline.entries}
    assert {entry.checkpoint.identity for entry in before.timeline.entries} <= kept
    assert (after.timeline.answered_at, after.confirmed_at) == (before.timeline.answered_at, before.confirmed_at)
