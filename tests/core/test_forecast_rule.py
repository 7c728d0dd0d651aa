"""will_be_late: when it speaks, what it rests on, and that nothing but answers changes what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.advance import advance
from parcelwatch.core.assess import assess
from parcelwatch.core.explain import explain
from parcelwatch.core.learn import Count, Day, Foresight, Outlook, levels, look_ahead
from parcelwatch.core.learn.counts import weight
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import Verdict
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.view import view
from parcelwatch.duration import parse
from parcelwatch.model import (
    Action,
    Advance,
    Answered,
    CaseTold,
    Checkpoint,
    Dossier,
    Form,
    Milestone,
    Order,
    Parcel,
    Passed,
    Severity,
)

START = datetime(2026, 3, 2, 6, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
POLICY = Policy()
KIND = "will_be_late"


def parcel(promised: timedelta | None = None, dispatch: timedelta | None = None) -> Parcel:
    order = Order(
        promised_by=START + promised if promised is not None else None,
        dispatch_by=START + dispatch if dispatch is not None else None,
    )
    return Parcel(1, "PW1", "post", START, orders=(order,))


def known(pace: float = 1.0, parcels: int = 4000) -> Outlook:
    """Of parcels like these a tenth come on each business day."""
    hazard = 1 - 0.9 ** (1 / 3)
    waited = [parcels * (1 - hazard) ** place for place in range(120)]
    each = weight(START)
    count = Count(tuple(each * one for one in waited), tuple(each * one * hazard for one in waited))
    week = tuple(Day((START - DAY * back).date(), 1000, 1000 * pace) for back in range(1, 8))
    keys = levels(parcel())
    return look_ahead([(keys[0], replace(count, days=week)), *((key, Count()) for key in keys[1:])], START)


def said(milestone: Milestone = Milestone.IN_TRANSIT, estimate: datetime | None = None) -> Answered:
    return Answered("PW1", (Checkpoint(START, START, milestone),), estimate=estimate)


def at(dossier: Dossier, when: timedelta, outlook: Outlook | None, answer: Answered | None = None) -> Advance:
    return advance(dossier, answer or said(), POLICY, START + when, outlook)


def verdict(
    of: Parcel, when: timedelta, outlook: Outlook | None = None, policy: Policy = POLICY, answer: Answered | None = None
) -> Verdict:
    step = advance(Dossier(of), answer or said(), policy, START + when, outlook)
    seen = view(step.dossier, policy.calendar, policy.foresight, outlook)
    return assess(seen, policy).verdicts.get(KIND, Verdict())


def stands(step: Advance) -> bool:
    return any(case.kind == KIND and case.live for case in step.dossier.cases)


def morning(day: int) -> timedelta:
    return DAY * day + 2 * HOUR


# --- the chance ----------------------------------------------------------------------------------


def test_it_speaks_on_the_first_morning_on_which_the_chance_is_high_enough_and_says_how_it_comes_about() -> None:
    # A tenth a day: after nine working days two are left on Friday morning, and .9 x .9 is above .75.
    friday = parcel(DAY * 14 + 2 * HOUR)
    before, then = (verdict(friday, morning(day), known()) for day in (9, 10))
    assert before.finding is None
    assert before.note is not None
    assert before.note.chance is not None
    assert before.note.chance.late == pytest.approx(0.9**3, abs=0.01)
    assert then.finding is not None
    chance = then.finding.fact.chance
    assert (then.finding.fact.says, then.finding.severity) == (Form.LIKELY_LATE, Severity.MEDIUM)
    assert chance is not None
    assert chance.late == pytest.approx(0.9**2, abs=0.01)
    assert chance.late == pytest.approx(exp(-chance.pace * chance.risk))
    assert (chance.scope, round(chance.left, 1), round(chance.age + chance.left, 1)) == ("all", 2.0, 10.1)


def test_between_two_mornings_nothing_changes() -> None:
    friday = parcel(DAY * 14 + 2 * HOUR)
    assert verdict(friday, morning(10) - timedelta(minutes=1), known()).finding is None
    assert verdict(friday, morning(10) + HOUR * 9, known()).finding == verdict(friday, morning(10), known()).finding


def test_in_a_slow_week_it_speaks_earlier() -> None:
    friday = parcel(DAY * 14 + 2 * HOUR)
    assert verdict(friday, morning(9), known()).finding is None
    assert verdict(friday, morning(9), known(pace=0.5)).finding is not None


def test_on_thin_data_it_is_silent_and_says_so() -> None:
    friday = parcel(DAY * 14 + 2 * HOUR)
    for outlook in (known(parcels=20), None):
        found = verdict(friday, morning(10), outlook)
        assert found.finding is None
        assert found.note is not None
        assert (found.note.says, found.note.count) == (Form.CHANCE_UNKNOWN, 30)


def test_where_many_wait_and_none_has_come_yet_it_is_silent() -> None:
    waiting = Count((4000 * weight(START),) * 3, ())
    new = look_ahead([(levels(parcel())[0], waiting)], START)
    assert verdict(parcel(DAY * 8), DAY, new).finding is None


def test_switched_off_it_tells_no_chance_and_still_counts_the_days_left() -> None:
    off = Policy(foresight=Foresight(enabled=False))
    late = parcel(DAY * 14 + 18 * HOUR)
    assert verdict(late, morning(13), known(), off) == replace(verdict(late, morning(13), None, off))
    assert verdict(late, morning(13), known(), off).note is None
    found = verdict(late, morning(14), known(), off).finding
    assert found is not None
    assert (found.fact.says, found.fact.chance) == (Form.PROMISE_NEAR, None)


def test_what_was_told_is_taken_back_only_once_it_is_as_likely_as_not_to_come_in_time() -> None:
    friday = parcel(DAY * 14 + 2 * HOUR)
    step = at(Dossier(friday), morning(9), known(pace=0.5))
    assert stands(step)
    step = at(step.dossier, morning(9) + HOUR, known())
    assert stands(step)
    step = at(step.dossier, morning(9) + HOUR * 2, known(pace=1.5))
    assert stands(step)
    later = Order(promised_by=START + DAY * 40)
    amended = replace(step.dossier, parcel=replace(friday, orders=(later,)))
    assert not stands(at(amended, morning(9) + HOUR * 3, known()))


# --- the other grounds ---------------------------------------------------------------------------


@pytest.mark.parametrize("milestone", [Milestone.AVAILABLE_FOR_PICKUP, Milestone.RETURNING, Milestone.DELIVERED])
def test_it_is_held_where_no_promise_is_at_stake_any_more(milestone: Milestone) -> None:
    answer = said(milestone)
    assert verdict(parcel(DAY * 14 + 18 * HOUR), morning(14), known(), answer=answer) == Verdict()


def test_where_parcels_nearly_always_come_on_the_last_day_that_day_is_no_worry() -> None:
    swift = known()
    level = swift.levels[0]
    swift = Outlook((replace(level, risks=[each * 60 for each in level.risks]),), 1.0)
    calm = verdict(parcel(DAY * 14 + 18 * HOUR), morning(14), swift)
    assert calm.finding is None
    assert calm.note is not None
    assert calm.note.chance is not None
    assert calm.note.chance.late < 0.25
    assert verdict(parcel(DAY * 14 + 18 * HOUR), morning(14)).finding is not None


def test_of_what_was_promised_within_two_days_the_last_day_is_no_sign() -> None:
    express = parcel(DAY + 18 * HOUR)
    assert verdict(express, morning(0)).finding is None
    assert verdict(express, morning(1) - HOUR).finding is None


def test_business_days_left_are_counted_where_it_is_to_go() -> None:
    two = Policy(thresholds={KIND: Threshold(parse("2bd"))})
    monday = parcel(DAY * 14 + 18 * HOUR)  # midnight after it
    assert verdict(monday, morning(10), None, two).finding is None
    assert verdict(monday, morning(11), None, two).finding is not None  # Friday: that and Monday are left


def test_an_estimate_well_after_the_promise_is_told_at_once_but_not_one_of_before_it_moved() -> None:
    soon, far = START + DAY * 14 + 20 * HOUR, START + DAY * 17
    promised = parcel(DAY * 14 + 18 * HOUR)
    assert verdict(promised, DAY, answer=said(estimate=soon)).finding is None
    found = verdict(promised, DAY, answer=said(estimate=far)).finding
    assert found is not None
    assert found.fact.says is Form.EXPECTED_AFTER
    assert verdict(promised, DAY, answer=said(Milestone.PICKED_UP, far)).finding is None


def test_what_was_to_be_handed_over_five_days_ago_will_hardly_keep_its_promise() -> None:
    announced = said(Milestone.INFO_RECEIVED)
    promised = parcel(DAY * 30, DAY * 2)
    assert verdict(promised, morning(7) - HOUR, answer=announced).finding is None
    found = verdict(promised, morning(7), answer=announced).finding
    assert found is not None
    assert (found.fact.says, found.limit) == (Form.DISPATCH_OVERDUE, parse("5d"))
    assert verdict(parcel(None, DAY * 2), morning(9), answer=announced).finding is None


# --- laws ----------------------------------------------------------------------------------------

outlooks = st.sampled_from([None, known(), known(pace=0.5), known(parcels=20)])
promises = st.integers(1, 60 * 24).map(lambda hours: HOUR * hours)
estimates = st.none() | st.integers(0, 60 * 24).map(lambda hours: START + HOUR * hours)
asked = st.lists(st.integers(0, 70 * 24), min_size=1, max_size=8).map(sorted)


@given(promises, outlooks, estimates, asked, st.sampled_from([None, "ack", "resolve"]))
def test_only_answers_change_what_it_says_and_it_is_told_once_for_each_opening(
    promised: timedelta, outlook: Outlook | None, estimate: datetime | None, hours: list[int], act: str | None
) -> None:
    dossier, told = Dossier(parcel(promised)), 0
    for hour in hours:
        step = at(dossier, HOUR * hour, outlook, said(estimate=estimate))
        told += sum(isinstance(one, CaseTold) and one.case.kind == KIND for one in step.notices)
        if act and any(case.kind == KIND and case.live for case in step.dossier.cases):
            step = advance(step.dossier, Action(act, KIND), POLICY, START + HOUR * hour, outlook)
        quiet = advance(step.dossier, Passed(), POLICY, START + HOUR * hour + timedelta(minutes=59), outlook)
        found = [
            assess(view(each.dossier, POLICY.calendar, POLICY.foresight, outlook), POLICY) for each in (step, quiet)
        ]
        assert found[0] == found[1]
        assert [one for one in quiet.notices if isinstance(one, CaseTold) and one.case.kind == KIND] == []
        dossier = step.dossier
    assert told <= 1


@given(promises, st.sampled_from([known(), known(pace=0.5), known(parcels=20)]), st.integers(0, 60 * 24), st.data())
def test_what_is_learned_overnight_is_looked_at_before_it_can_make_it_speak(
    promised: timedelta, outlook: Outlook, hour: int, data: st.DataObject
) -> None:
    slower = data.draw(st.floats(0.2, 1.0))
    levels = (replace(each, risks=[risk * slower for risk in each.risks]) for each in known().levels)
    found = verdict(parcel(promised), HOUR * hour, outlook)
    if (verdict(parcel(promised), HOUR * hour, Outlook(tuple(levels))).finding is None) != (found.finding is None):
        assert found.valid_until == outlook.until
        assert outlook.until is not None


def test_it_gets_worse_on_the_last_days_where_the_shop_says_so() -> None:
    twice = Policy(thresholds={KIND: Threshold(parse("3d"), parse("1d"), "new.toml:3")})
    promised = parcel(DAY * 14 + 18 * HOUR)
    found = verdict(promised, morning(12), None, twice)
    assert found.finding is not None
    assert (found.finding.severity, found.due_at) == (Severity.MEDIUM, START + morning(14))
    graver = verdict(promised, morning(14), None, twice).finding
    assert graver is not None
    assert (graver.severity, graver.limit) == (Severity.HIGH, parse("1d"))


@given(promises, outlooks, st.integers(0, 60 * 24))
def test_it_fires_at_its_deadline_or_names_a_later_one_and_never_before(
    promised: timedelta, outlook: Outlook | None, hour: int
) -> None:
    found = verdict(parcel(promised), HOUR * hour, outlook)
    if found.finding is None and found.due_at is not None:
        assert found.due_at > START + HOUR * hour
        just_before = found.due_at - START - timedelta(minutes=1)
        assert verdict(parcel(promised), max(just_before, HOUR * hour), outlook).finding is None


@given(promises, promises, outlooks, st.integers(0, 60 * 24))
def test_the_more_time_is_left_the_later_it_speaks(
    one: timedelta, other: timedelta, outlook: Outlook | None, hour: int
) -> None:
    sooner, later = sorted((one, other))
    when = HOUR * hour
    if when < sooner and verdict(parcel(later), when, outlook).finding is not None:
        assert verdict(parcel(sooner), when, outlook).finding is not None or _express(sooner)


def _express(promised: timedelta) -> bool:
    """So short that there is no morning among what counts as its last days."""
    return promised < DAY * 6


def test_why_names_the_chance_of_a_parcel_that_is_in_no_trouble() -> None:
    step = at(Dossier(parcel(DAY * 14 + 2 * HOUR)), morning(7), known())
    told = next(each for each in explain(step.dossier, POLICY, START + morning(7), known()) if each.kind == KIND)
    assert not told.fires
    assert told.note is not None
    assert told.note.says is Form.CHANCE_KNOWN


def test_the_hour_of_the_look_is_the_shop_s_to_choose() -> None:
    evening = Policy(foresight=Foresight(at=time(18)))
    late = parcel(DAY * 14 + 18 * HOUR)
    assert verdict(late, morning(14), None, evening).finding is None
    assert verdict(late, morning(14) + HOUR * 10, None, evening).finding is not None


absurd = st.sampled_from(
    [None, datetime.min.replace(tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC), START]
)


@given(
    absurd, absurd, absurd, st.sampled_from([datetime(1900, 1, 1, tzinfo=UTC), START]), st.sampled_from(["", "BR-AC"])
)
def test_absurd_dates_break_nothing_and_are_no_ground(
    promised: datetime | None, dispatch: datetime | None, estimate: datetime | None, scanned: datetime, to: str
) -> None:
    order = Order(promised_by=promised, dispatch_by=dispatch)
    absurd_one = replace(parcel(), destination=to, orders=(order,))
    answer = Answered("PW1", (Checkpoint(scanned, scanned, Milestone.IN_TRANSIT),), estimate=estimate)
    step = advance(Dossier(absurd_one), answer, POLICY, START + DAY, known())
    assert not stands(step)
