"""The laws of the core, as properties: whatever couriers say in whatever order, these hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from parcelwatch.core import drafts
from parcelwatch.core.advance import advance
from parcelwatch.core.assess import assess
from parcelwatch.core.cases import Signal
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.policy import Policy
from parcelwatch.core.timekeeping.working import FollowUp
from parcelwatch.core.tracking.timeline import as_of, heard, join, merge
from parcelwatch.core.view import view
from parcelwatch.core.windows import CLAIMABLE, Loss, Start, Terms, Window
from parcelwatch.duration import Duration
from parcelwatch.errors import ParcelwatchError
from parcelwatch.model import (
    FINAL,
    Action,
    Advance,
    Answered,
    CaseCleared,
    CaseTold,
    Cause,
    Checkpoint,
    ClaimTold,
    Dossier,
    Draft,
    DraftState,
    Event,
    Form,
    Milestone,
    NotFound,
    Observation,
    Order,
    Parcel,
    Passed,
    Refused,
    Remedy,
    Severity,
    State,
    Timeline,
    Unanswered,
    Why,
)

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
POLICIES = [
    Policy(wording=drafts.Wording(), profile=profile, channels=("ops",), draft_channel="ops")
    for profile in ("china", "international")
]
WINDOWS = tuple(
    Window(loss, days, start)
    for loss, days, start in (
        (Loss.LOST, 12, Start.SHIPPED),
        (Loss.DAMAGED, 9, Start.LAST_SCAN),
        (Loss.CONTENTS, 5, Start.DELIVERED),
        (Loss.LATE, 8, Start.DELIVERED),
    )
)
CLAIMING = [*POLICIES, replace(POLICIES[0], claims=Terms(WINDOWS, zone=ZoneInfo("Asia/Shanghai")))]
SILENCE = {
    "not_picked_up",
    "no_first_scan",
    "stalled",
    "not_delivered",
    "awaiting_collection",
    "late",
    "unknown_number",
}

Told = list[tuple[datetime, Observation]]

hours = st.integers(0, 24 * 40).map(lambda n: timedelta(hours=n))
policies = st.sampled_from(POLICIES)
claiming = st.sampled_from(CLAIMING)


@st.composite
def checkpoints(draw: st.DrawFn) -> Checkpoint:
    at = START + draw(hours)
    milestone = draw(st.sampled_from(list(Milestone)))
    blurred = draw(st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=9), timedelta(hours=26)]))
    cause = draw(st.none() | st.sampled_from(list(Cause)))
    return Checkpoint(
        at, at + blurred, milestone, cause, draw(st.sampled_from(["", "A", "B"])), draw(st.sampled_from("xy"))
    )


@st.composite
def tracked(draw: st.DrawFn) -> Answered:
    said = tuple(draw(st.lists(checkpoints(), max_size=5)))
    stopped = draw(st.sampled_from(["", "", "", "expired"])) if said else ""
    return Answered("X", said, complete=draw(st.booleans()), stopped=stopped)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    others: list[Observation] = [NotFound("X"), Refused("X"), Unanswered("X")]
    return draw(st.sampled_from(others)) if draw(st.integers(0, 2)) == 0 else draw(tracked())


@st.composite
def answers(draw: st.DrawFn) -> list[tuple[datetime, Observation]]:
    """What a courier answers over some weeks, each with the time it was heard."""
    times = sorted(draw(st.lists(hours, min_size=1, max_size=6, unique=True)))
    return [(START + at, draw(observations())) for at in times]


parcels = st.builds(
    Parcel,
    id=st.just(1),
    number=st.just("X"),
    courier=st.just("c"),
    added_at=st.just(START),
    origin=st.sampled_from(["", "CN"]),
    destination=st.sampled_from(["", "CN", "BR"]),
    orders=st.just(())
    | st.builds(Order, promised_by=st.none() | hours.map(lambda after: START + after)).map(lambda order: (order,)),
)


def life(parcel: Parcel, told: list[tuple[datetime, Observation]], policy: Policy) -> list[Advance]:
    dossier, steps = Dossier(parcel), []
    for at, said in told:
        step = advance(dossier, said, policy, at)
        steps.append(step)
        dossier = step.dossier
    return steps


# --- law 1 ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(hours, tracked()), max_size=6), st.randoms(use_true_random=False))
def test_whatever_the_order_and_repetition_of_answers_the_timeline_is_the_same(
    told: list[tuple[timedelta, Answered]], shuffle: Random
) -> None:
    def merged(answers: list[tuple[timedelta, Answered]]) -> Timeline:
        timeline = Timeline()
        for after, said in answers:
            timeline = merge(timeline, said, START + after)
        return timeline

    again = told + [told[shuffle.randrange(len(told))] for _ in told]
    shuffle.shuffle(again)
    assert merged(again) == merged(told)


@given(st.lists(st.tuples(hours, tracked()), min_size=3, max_size=3))
def test_join_is_commutative_associative_and_idempotent(three: list[tuple[timedelta, Answered]]) -> None:
    a, b, c = (heard(said, START + after) for after, said in three)
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))
    assert join(a, a) == a


@given(st.lists(st.tuples(hours, tracked()), max_size=4))
def test_merging_an_answer_is_joining_it(told: list[tuple[timedelta, Answered]]) -> None:
    timeline = Timeline()
    for after, said in told:
        merged = merge(timeline, said, START + after)
        assert merged == join(timeline, heard(said, START + after))
        timeline = merged


@given(answers())
def test_what_was_known_then_does_not_depend_on_what_came_later(told: Told) -> None:
    timeline = Timeline()
    listed = [(at, said) for at, said in told if isinstance(said, Answered)]
    for place, (at, said) in enumerate(listed):
        timeline = merge(timeline, said, at)
        later = timeline
        for at_later, said_later in listed[place + 1 :]:
            later = merge(later, said_later, at_later)
        assert {e.checkpoint.identity for e in as_of(later, at).entries} == {
            e.checkpoint.identity for e in timeline.entries
        }


# --- law 2 ---------------------------------------------------------------------------------------


@given(parcels, answers(), claiming)
def test_hearing_the_same_thing_twice_tells_nobody_twice(parcel: Parcel, told: Told, policy: Policy) -> None:
    for step, (at, said) in zip(life(parcel, told, policy), told, strict=True):
        again = advance(step.dossier, said, policy, at)
        assert again.notices == ()
        assert again.events == ()
        assert again.dossier == step.dossier


@given(parcels, answers(), policies)
def test_no_severity_of_one_trouble_is_told_twice_unless_it_was_over_between(
    parcel: Parcel, told: Told, policy: Policy
) -> None:
    known: set[tuple[str, datetime, Severity]] = set()
    for notice in (one for step in life(parcel, told, policy) for one in step.notices):
        if isinstance(notice, CaseCleared):
            known = {one for one in known if one[0] != notice.case.kind}
        if isinstance(notice, CaseTold) and notice.why not in SPOKEN_OF_AGAIN:
            said = (notice.case.kind, notice.case.since, notice.case.severity)
            assert said not in known
            known.add(said)


SPOKEN_OF_AGAIN = {Why.ESCALATED, Why.RERAISED, Why.PROMISED, Why.UNFULFILLED}


@st.composite
def busy_lives(draw: st.DrawFn) -> list[tuple[datetime, Event]]:
    """What couriers say and agents do, and looks between, in order."""
    kinds = st.sampled_from(["stalled", "damaged", "lost", "late", "attempt_failed"])
    acting = st.builds(
        Action,
        st.sampled_from(["ack", "snooze", "resolve", "assign", "agree", "fulfil"]),
        kinds,
        by=st.just("lin"),
        until=hours.map(lambda after: START + after),
        what=st.sampled_from(Remedy),
    )
    times = sorted(draw(st.lists(hours, min_size=1, max_size=12)))
    return [(START + at, draw(observations() | acting | st.just(Passed()))) for at in times]


ESCALATING = [
    replace(each, follow_up=FollowUp(dict.fromkeys(Severity, Duration(hours, "h")), "boss"))
    for each in POLICIES
    for hours in (1, 30)
]


def lived(parcel: Parcel, events: list[tuple[datetime, Event]], policy: Policy) -> Iterator[Advance]:
    """Each step, and each look that fell due between; what an agent cannot do is not done."""
    dossier, look_at = Dossier(parcel), None
    for at, event in events:
        while look_at is not None and look_at < at:
            step = advance(dossier, Passed(), policy, look_at)
            assert step.assess_at is None or step.assess_at > look_at
            dossier, look_at = step.dossier, step.assess_at
            yield step
        with suppress(ParcelwatchError):
            step = advance(dossier, event, policy, at)
            dossier, look_at = step.dossier, step.assess_at
            yield step


@given(parcels, busy_lives(), st.sampled_from(ESCALATING))
def test_an_all_clear_only_follows_what_was_told_and_what_was_told_is_cleared_once(
    parcel: Parcel, events: list[tuple[datetime, Event]], policy: Policy
) -> None:
    told: set[str] = set()
    for step in lived(parcel, events, policy):
        for notice in step.notices:
            if isinstance(notice, CaseCleared):
                assert notice.case.kind in told
                assert not notice.case.by_agent
                told.remove(notice.case.kind)
            if isinstance(notice, CaseTold) and notice.why is not Why.UNFULFILLED:
                told.add(notice.case.kind)


@given(parcels, busy_lives(), st.sampled_from(ESCALATING))
def test_a_case_is_escalated_and_raised_again_at_most_once_an_opening_and_never_once_acknowledged(
    parcel: Parcel, events: list[tuple[datetime, Event]], policy: Policy
) -> None:
    done: set[tuple[str, str]] = set()
    for step in lived(parcel, events, policy):
        states = {case.kind: case.state for case in step.dossier.cases}
        for event in step.events:
            if event.after == State.OPEN and event.before in ("", State.RESOLVED):
                done = {each for each in done if each[0] != event.kind}
            if event.signal in (Signal.ESCALATE, Signal.RERAISE):
                assert (event.kind, event.signal) not in done
                assert event.before == (State.OPEN if event.signal == Signal.ESCALATE else State.ACKNOWLEDGED)
                assert states[event.kind] is State.OPEN
                done.add((event.kind, event.signal))


# --- law 3 ---------------------------------------------------------------------------------------


acts = st.none() | st.tuples(st.sampled_from(["ack", "snooze", "resolve"]), hours)


def acted(step: Advance, act: tuple[str, timedelta] | None, policy: Policy, now: datetime) -> Advance:
    """The step after an agent did something to the first case that stands, if there is one."""
    case = next((case for case in step.dossier.cases if case.live), None)
    if act is None or case is None:
        return step
    verb, span = act
    return advance(step.dossier, Action(verb, case.kind, until=now + span), policy, now)


@given(parcels, answers(), claiming, acts, st.floats(0, 1, exclude_max=True), hours)
def test_without_news_nothing_changes_before_the_next_look_and_every_rule_says_the_same(
    parcel: Parcel, told: Told, policy: Policy, act: tuple[str, timedelta] | None, part: float, wait: timedelta
) -> None:
    now = told[-1][0]
    step = acted(life(parcel, told, policy)[-1], act, policy, now)
    at = now + (wait if step.assess_at is None else part * max(step.assess_at - now, timedelta(0)))
    assume(step.assess_at is None or at < step.assess_at)
    quiet = advance(step.dossier, Passed(), policy, at)
    assert (quiet.notices, quiet.events, quiet.moves, quiet.ended) == ((), (), (), ())
    assert quiet.dossier == step.dossier
    assert (quiet.assess_at, quiet.due_at) == (step.assess_at, step.due_at)
    assert assess(view(step.dossier, policy.calendar), policy) == assess(view(quiet.dossier, policy.calendar), policy)


@given(parcels, answers(), claiming, hours)
def test_at_the_next_look_something_is_due_and_looking_twice_is_looking_once(
    parcel: Parcel, told: Told, policy: Policy, asleep: timedelta
) -> None:
    step = acted(life(parcel, told, policy)[-1], ("snooze", asleep), policy, told[-1][0])
    if step.assess_at is None:
        return
    looked = advance(step.dossier, Passed(), policy, step.assess_at)
    assert looked.assess_at is None or looked.assess_at > step.assess_at
    again = advance(looked.dossier, Passed(), policy, step.assess_at)
    assert (again.notices, again.events, again.dossier) == ((), (), looked.dossier)


@given(parcels, answers(), acts)
def test_no_reminder_of_one_last_day_is_told_twice(
    parcel: Parcel, told: Told, act: tuple[str, timedelta] | None
) -> None:
    policy = CLAIMING[-1]
    step = acted(life(parcel, told, policy)[-1], act, policy, told[-1][0])
    said: list[tuple[object, ...]] = []
    for _ in range(60):
        if step.assess_at is None:
            break
        step = advance(step.dossier, Passed(), policy, step.assess_at)
        notices = [one for one in step.notices if isinstance(one, ClaimTold)]
        said += [(CLAIMABLE[one.case.kind], one.fact.on, one.case.claim and one.case.claim.told) for one in notices]
    assert len(said) == len(set(said))


@given(parcels, answers(), st.permutations(POLICIES), hours)
def test_under_another_policy_looking_once_settles_what_it_says(
    parcel: Parcel, told: Told, both: list[Policy], wait: timedelta
) -> None:
    one, other = both
    step = life(parcel, told, one)[-1]
    at = told[-1][0] + wait
    judged = advance(step.dossier, Passed(), other, at)
    assert judged.dossier.policy_id == other.policy_id
    found = assess(view(judged.dossier, other.calendar), other).findings
    assert found.keys() <= {case.kind for case in judged.dossier.cases if case.live}
    again = advance(judged.dossier, Passed(), other, at)
    assert (again.notices, again.events, again.dossier) == ((), (), judged.dossier)


@given(parcels, answers(), policies)
def test_a_poll_is_placed_at_or_before_every_deadline(parcel: Parcel, told: Told, policy: Policy) -> None:
    for step, (at, said) in zip(life(parcel, told, policy), told, strict=True):
        due = assess(view(step.dossier, policy.calendar), policy).due_at
        answered = isinstance(said, Answered | NotFound)
        if answered and due is not None and due > at and step.poll_at is not None:
            assert step.poll_at <= due


# --- law 4 ---------------------------------------------------------------------------------------


@given(parcels, answers(), policies, hours)
def test_silence_accuses_only_when_the_courier_answered_after_the_deadline(
    parcel: Parcel, told: Told, policy: Policy, blind: timedelta
) -> None:
    dossier = Dossier(parcel)
    for at, said in told:
        step = advance(dossier, said, policy, at)
        dossier = step.dossier
        for kind, verdict in assess(view(dossier, policy.calendar), policy).verdicts.items():
            if kind in SILENCE and verdict.finding:
                limit = policy.table(parcel)[kind].warn
                assert verdict.since is not None
                due = verdict.since if limit is None else policy.calendar.at().add(verdict.since, limit)
                assert dossier.confirmed_at is not None
                assert dossier.confirmed_at >= due
    unheard = advance(dossier, Unanswered("X"), policy, told[-1][0] + blind)
    assert unheard.notices == ()


@given(checkpoints(), policies, st.integers(1, 60))
def test_the_first_answer_after_an_outage_counts_the_whole_silence(
    checkpoint: Checkpoint, policy: Policy, days: int
) -> None:
    checkpoint = replace(checkpoint, milestone=Milestone.IN_TRANSIT, cause=None)
    said = Answered("X", (checkpoint,))
    dossier = advance(Dossier(Parcel(1, "X", "c", START)), said, policy, checkpoint.occurred_until).dossier
    back = checkpoint.occurred_until + timedelta(days=days)
    limit = policy.table(dossier.parcel)["stalled"].warn
    assert limit is not None
    fires = policy.calendar.at().add(checkpoint.occurred_until, limit) <= back
    assert any(case.kind == "stalled" for case in advance(dossier, said, policy, back).dossier.cases) is fires


# --- law 5 ---------------------------------------------------------------------------------------


@given(st.lists(checkpoints(), min_size=1, max_size=5), policies, hours)
def test_checkpoints_nobody_can_read_are_never_taken_for_movement_and_for_no_trouble_but_their_silence(
    told: list[Checkpoint], policy: Policy, wait: timedelta
) -> None:
    unread = tuple(replace(checkpoint, milestone=Milestone.UNKNOWN, cause=None) for checkpoint in told)
    at = START + timedelta(days=41) + wait
    step = advance(Dossier(Parcel(1, "X", "c", START)), Answered("X", unread), policy, at)
    assert step.dossier.milestone is Milestone.UNKNOWN
    assert [(case.kind, case.fact.says) for case in step.dossier.cases] in ([], [("stalled", Form.ALL_UNREAD)])
    assert not step.dossier.drafts


# --- law 6 ---------------------------------------------------------------------------------------


@given(st.lists(checkpoints(), min_size=1, max_size=5), policies)
def test_a_parcel_that_is_over_when_first_heard_of_never_tells_its_past(told: list[Checkpoint], policy: Policy) -> None:
    end = Checkpoint(START + timedelta(days=45), START + timedelta(days=45), Milestone.DELIVERED)
    past = tuple(c for c in told if c.milestone is not Milestone.RETURNING)
    said = Answered("X", (*past, end))
    assume(all(c.milestone not in FINAL for c in past))
    dossier = Dossier(Parcel(1, "X", "c", START))
    for days in (46, 47, 60):
        step = advance(dossier, said, policy, START + timedelta(days=days))
        assert step.notices == ()
        dossier = step.dossier


# --- law 7 ---------------------------------------------------------------------------------------


@given(parcels, answers(), policies)
def test_no_unsent_draft_outlives_its_case_or_stands_beside_a_worse_one(
    parcel: Parcel, told: Told, policy: Policy
) -> None:
    for step in life(parcel, told, policy):
        cases = {case.kind: case for case in step.dossier.cases}
        for draft in step.dossier.drafts:
            if draft.unsent:
                assert cases[draft.kind].live
                assert not cases[draft.kind].hidden_by
                assert not drafts.contradicted(draft, step.dossier)


@given(parcels, answers(), policies)
def test_every_case_told_of_for_the_first_time_that_customers_are_written_to_about_has_a_draft(
    parcel: Parcel, told: Told, policy: Policy
) -> None:
    for step in life(parcel, told, policy):
        cases = {case.kind: case for case in step.dossier.cases}
        told_of = {one.case.kind for one in step.notices if isinstance(one, CaseTold) and one.why is Why.OPENED}
        opened = told_of & {*LETTERS}
        for kind in opened - {draft.kind for draft in step.dossier.drafts}:
            facts = drafts.facts(step.dossier, cases[kind], Order(), policy.wording, step.dossier.confirmed_at or START)
            stillborn = Draft(kind, "en", DraftState.DRAFT, START, step.dossier.milestone, facts=facts)
            assert drafts.contradicted(stillborn, step.dossier)


# --- law 8 ---------------------------------------------------------------------------------------


def sharpened(said: Observation) -> Observation:
    if not isinstance(said, Answered):
        return said
    return replace(said, checkpoints=tuple(replace(c, occurred_at=c.occurred_until) for c in said.checkpoints))


@given(parcels, answers(), policies)
def test_a_blurred_time_never_makes_a_silence_longer_than_its_latest_reading(
    parcel: Parcel, told: Told, policy: Policy
) -> None:
    exact = [(at, sharpened(said)) for at, said in told]
    for blurred, sharp in pairwise([life(parcel, told, policy)[0], life(parcel, exact, policy)[0]]):
        late = {k: v.since for k, v in assess(view(blurred.dossier, policy.calendar), policy).verdicts.items()}
        for kind in SILENCE & late.keys() & {"stalled", "no_first_scan", "not_delivered"}:
            assert late[kind] == max(
                min(e.seen_at, e.checkpoint.occurred_until)
                for e in blurred.dossier.timeline.entries
                if e.checkpoint.milestone is not Milestone.INFO_RECEIVED
            )
        del sharp
