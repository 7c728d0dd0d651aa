"""What agents and the core do to a draft: the moves there are, and what is written down of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core import drafts
from parcelwatch.core.advance import advance
from parcelwatch.core.letters import TRANSITIONS, Verb, moved
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    Advance,
    Amended,
    Announced,
    Answered,
    CaseTold,
    Cause,
    Checkpoint,
    Dossier,
    DraftState,
    Event,
    Fact,
    Form,
    LetterAction,
    LetterStep,
    LetterTakenBack,
    LetterWritten,
    Marked,
    Milestone,
    Order,
    Parcel,
    Passed,
    State,
    Sure,
    Why,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(profile="china", channels=("ops",), draft_channel="ops")
PARCEL = Parcel(1, "PW000000001XX", "acme", NOW)
LOST = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.LOST, text="lost")
UNSENT = (DraftState.DRAFT, DraftState.APPROVED)


def written(state: DraftState = DraftState.DRAFT) -> Dossier:
    """A parcel with one draft, in that state."""
    dossier = advance(Dossier(PARCEL), Answered(PARCEL.number, (LOST,)), POLICY, NOW).dossier
    (draft,) = dossier.drafts
    return replace(dossier, drafts=(replace(draft, id=4, state=state),))


def act(dossier: Dossier, verb: str, by: str = "lin", subject: str = "", body: str = "") -> Advance:
    action = LetterAction(verb, 4, by, subject=subject or None, body=body or None)
    return advance(dossier, action, POLICY, NOW + HOUR)


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("verb", ["approve", "discard", "edit", "sent"])
def test_an_agent_moves_a_draft_as_the_table_says_or_is_refused(state: DraftState, verb: str) -> None:
    after = TRANSITIONS.get((state, Verb(verb)))
    ends_as = {"approve": DraftState.APPROVED, "discard": DraftState.DISCARDED, "sent": DraftState.SENT}.get(verb)
    if after is None and state is not ends_as:
        with pytest.raises(BadInput, match=f"draft 4 is {state}: it cannot be moved by “{verb}”"):
            act(written(state), verb)
        return
    step = act(written(state), verb)
    assert [one.state for one in step.dossier.drafts] == [after or state]
    assert [(one.verb, one.before, one.after, one.by) for one in step.moves] == (
        [] if state is ends_as else [(verb, state, after, "lin")]
    )


def test_approving_twice_is_approving_once_and_names_who_was_first() -> None:
    once = act(written(), "approve", by="lin")
    again = act(once.dossier, "approve", by="mei")
    assert [(one.after, one.by, one.at) for one in once.moves] == [("approved", "lin", NOW + HOUR)]
    assert (again.moves, again.dossier) == ((), once.dossier)


def test_nothing_is_sent_that_was_not_approved() -> None:
    with pytest.raises(BadInput, match="draft 4 is draft"):
        act(written(), "sent")


@pytest.mark.parametrize("state", [DraftState.DISCARDED, DraftState.SENT, DraftState.WITHDRAWN, DraftState.SUPERSEDED])
def test_what_has_left_or_was_dropped_stays_so(state: DraftState) -> None:
    assert not any(before is state for before, _ in TRANSITIONS)


def test_other_words_need_another_approval() -> None:
    approved = act(written(), "approve", subject="About it", body="Dear Lin").dossier
    (edited,) = act(approved, "edit", body="other words").dossier.drafts
    assert (edited.state, edited.subject, edited.body) == (DraftState.DRAFT, "About it", "other words")


def test_what_an_agent_does_to_a_draft_tells_nobody() -> None:
    for verb in ("approve", "discard", "edit"):
        assert act(written(), verb).notices == ()


@pytest.mark.parametrize("state", UNSENT)
def test_a_draft_that_no_longer_holds_is_taken_back_with_a_line_that_says_why(state: DraftState) -> None:
    moves_again = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found")
    step = advance(written(state), Answered(PARCEL.number, (LOST, moves_again)), POLICY, NOW + HOUR)
    (line,) = step.moves
    assert (line.verb, line.before, line.after, line.by) == ("withdraw", state, "withdrawn", "")
    assert line.why == Fact(Form.NEWER_SCAN, scan=moves_again)
    assert [one.why for one in step.notices if isinstance(one, LetterTakenBack)] == [line.why]


def test_time_alone_moves_no_draft() -> None:
    assert advance(written(), Passed(), POLICY, NOW + 99 * HOUR).moves == ()


def test_a_line_tells_how_the_draft_is_after_the_move() -> None:
    (draft,) = written().drafts
    then, line = moved(draft, Verb.APPROVE, NOW, by="lin")
    assert line.draft == then == replace(draft, state=DraftState.APPROVED)
    assert {case.state for case in written().cases} == {State.OPEN}


# --- the same trouble dated anew -----------------------------------------------------------------


def test_damage_that_the_courier_dates_anew_at_every_answer_has_one_case_and_one_letter() -> None:
    dossier, notices = Dossier(PARCEL), []
    for poll in range(31):
        at = NOW + poll * 4 * HOUR
        again = Checkpoint(at, at, Milestone.EXCEPTION, Cause.DAMAGED, text="外包装破损", place="成都")
        step = advance(dossier, Answered(PARCEL.number, (again,)), POLICY, at)
        dossier = step.dossier
        notices += [type(one).__name__ for one in step.notices]
    assert notices == ["CaseTold", "LetterWritten"]
    assert dossier.cases[0].reopened == 0


def test_a_letter_whose_scan_is_gone_altogether_is_taken_back() -> None:
    said = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.DAMAGED, text="外包装破损", place="成都")
    other = replace(said, text="快件已发出", milestone=Milestone.IN_TRANSIT, cause=None)
    before = advance(Dossier(PARCEL), Answered(PARCEL.number, (said,)), POLICY, NOW).dossier
    step = advance(before, Answered(PARCEL.number, (other,)), POLICY, NOW + HOUR)
    assert any(isinstance(one, LetterTakenBack) for one in step.notices)


# --- after one was sent --------------------------------------------------------------------------


def one_by_one(*events: tuple[timedelta, Event], start: Dossier | None = None) -> list[Advance]:
    """What follows from each event; drafts get ids as a store gives them, and those that have left go to the past."""
    dossier, steps = start or Dossier(PARCEL), []
    for after, event in events:
        step = advance(dossier, event, POLICY, NOW + after)
        steps.append(step)
        known = len(dossier.drafts) + len(dossier.past)
        numbered = [replace(one, id=one.id or known + at) for at, one in enumerate(step.dossier.drafts, 1)]
        past = {one.id: one for one in (*step.dossier.past, *numbered) if not one.unsent}
        unsent = tuple(one for one in numbered if one.unsent)
        dossier = replace(step.dossier, drafts=unsent, past=tuple(past.values()))
    return steps


def sent(kind: str, *events: tuple[timedelta, Event]) -> Dossier:
    """A parcel whose customer was sent the letter about its trouble an hour after it was written."""
    dossier = one_by_one(*events)[-1].dossier
    (draft,) = [one for one in dossier.drafts if one.kind == kind]
    gone = replace(draft, id=1, state=DraftState.SENT, sent_at=events[-1][0] + NOW)
    return replace(dossier, drafts=(), past=(gone,))


def at(hours: float, milestone: Milestone, cause: Cause | None = None, text: str = "") -> Checkpoint:
    when = NOW + hours * HOUR
    return Checkpoint(when, when, milestone, cause, text=text)


def heard(hours: float, *scans: Checkpoint) -> tuple[timedelta, Event]:
    return hours * HOUR, Answered(PARCEL.number, scans)


def written_by(step: Advance) -> list[tuple[str, str]]:
    return [(one.draft.kind, one.draft.step) for one in step.notices if isinstance(one, LetterWritten)]


SORTED = at(-9, Milestone.IN_TRANSIT, text="sorted")
FOUND = at(5, Milestone.IN_TRANSIT, text="found")
HOME = at(9, Milestone.DELIVERED, text="delivered")


def test_who_was_told_of_a_loss_hears_that_it_is_found_and_then_that_it_arrived() -> None:
    steps = one_by_one(heard(5, LOST, FOUND), heard(9, LOST, FOUND, HOME), start=sent("lost", heard(0, LOST)))
    assert [written_by(step) for step in steps] == [[("lost", "moved")], [("lost", "delivered")]]
    assert [line.after for line in steps[1].moves] == ["superseded"]
    (moved,) = steps[0].dossier.drafts
    assert (moved.facts["what"], moved.facts["wrote_at"]) == ("found", drafts.stamp(NOW))


def test_hearing_good_news_twice_tells_it_once_even_when_it_was_discarded() -> None:
    steps = one_by_one(
        heard(5, LOST, FOUND),
        (6 * HOUR, LetterAction("discard", 2, "lin")),
        heard(7, LOST, FOUND),
        start=sent("lost", heard(0, LOST)),
    )
    assert [written_by(step) for step in steps] == [[("lost", "moved")], [], []]


def test_nobody_who_was_sent_nothing_is_told_good_news() -> None:
    steps = one_by_one(heard(0, LOST), heard(5, LOST, FOUND), heard(9, LOST, FOUND, HOME))
    assert [written_by(step) for step in steps] == [[("lost", "first")], [], []]


def test_who_fetched_a_parcel_need_not_be_told_that_it_arrived() -> None:
    ready = at(0, Milestone.AVAILABLE_FOR_PICKUP)
    start = sent("awaiting_collection", heard(0, ready), heard(80, ready))
    (step,) = one_by_one(heard(90, ready, at(89, Milestone.DELIVERED)), start=start)
    assert (written_by(step), [line.after for line in step.events]) == ([], ["resolved"])


def test_worse_trouble_is_no_good_news() -> None:
    back = at(5, Milestone.RETURNING, text="going back")
    (step,) = one_by_one(heard(5, LOST, back), start=sent("lost", heard(0, LOST)))
    assert written_by(step) == [("returning", "first")]


def test_what_the_courier_takes_back_is_corrected() -> None:
    before = at(-9, Milestone.IN_TRANSIT, text="sorted")
    (step,) = one_by_one(heard(5, before), start=sent("lost", heard(0, before, LOST)))
    assert written_by(step) == [("lost", "corrected")]
    (correction,) = step.dossier.drafts
    assert (correction.facts["what"], correction.facts["sure"]) == ("sorted", "stated")


def test_on_the_day_a_letter_names_the_next_word_is_written_once() -> None:
    start = sent("lost", heard(0, LOST))
    assert advance(start, Passed(), POLICY, NOW + HOUR).assess_at == NOW + 48 * HOUR
    steps = one_by_one(
        (47 * HOUR, Passed()),
        (48 * HOUR, Passed()),
        (49 * HOUR, LetterAction("discard", 2, "lin")),
        (50 * HOUR, Passed()),
        start=start,
    )
    assert [written_by(step) for step in steps] == [[], [("lost", "update")], [], []]
    assert steps[3].assess_at is None


def leaving(start: Dossier) -> Dossier:
    """The same before it is known whether its letter arrived."""
    gone = replace(start.past[0], state=DraftState.SENDING, sent_at=None)
    return replace(start, past=(gone,), drafts=(gone,))


@pytest.mark.parametrize(("verb", "written"), [("sent", [("stalled", "update")]), ("discard", [])])
def test_trouble_that_gets_worse_while_its_letter_is_on_its_way_out_is_written_of_once_it_arrived(
    verb: str, written: list[tuple[str, str]]
) -> None:
    start = leaving(sent("stalled", heard(1, SORTED), heard(90, SORTED)))
    worse = advance(start, heard(130, SORTED)[1], POLICY, NOW + 130 * HOUR)
    assert [each.why for each in worse.notices if isinstance(each, CaseTold)] == [Why.WORSENED]
    assert written_by(worse) == []
    arrived = advance(worse.dossier, LetterAction(verb, 1, "lin"), POLICY, NOW + 131 * HOUR)
    assert written_by(arrived) == written


def test_a_letter_that_arrived_late_is_followed_by_none_where_nothing_was_told_since() -> None:
    start = leaving(sent("stalled", heard(1, SORTED), heard(90, SORTED)))
    step = advance(start, LetterAction("sent", 1, "lin"), POLICY, NOW + 91 * HOUR)
    assert written_by(step) == []


def test_a_suspected_loss_that_is_stated_is_a_first_word_again() -> None:
    maybe = replace(LOST, text="cannot be found", sure=Sure.SUSPECTED)
    (step,) = one_by_one(
        heard(5, maybe, at(5, Milestone.EXCEPTION, Cause.LOST, "lost")), start=sent("lost", heard(0, maybe))
    )
    assert written_by(step) == [("lost", "first")]


@pytest.mark.parametrize(
    "text", ["快件已被拦截，退回寄件人", "应寄件方要求退回", "Returned at the request of the sender"]
)
def test_nobody_is_written_to_about_what_the_shop_called_back(text: str) -> None:
    (step,) = one_by_one(heard(0, at(0, Milestone.RETURNING, text=text)))
    assert written_by(step) == []
    assert [case.kind for case in step.dossier.cases] == ["returning"]


def test_an_edited_letter_stays_and_what_is_new_comes_beside_it() -> None:
    order = Order("T-1", "Ann", "ann@example.org")
    first, second = (replace(PARCEL, id=number, number=f"PW{number}", orders=(order,)) for number in (1, 2))
    one = advance(Dossier(first), Answered(first.number, (LOST,)), POLICY, NOW).dossier
    (draft,) = (replace(each, id=4) for each in one.drafts)
    edited = advance(
        replace(one, drafts=(draft,)), LetterAction("edit", 4, "lin", body="Dear Ann"), POLICY, NOW
    ).dossier
    step = advance(Dossier(second, drafts=edited.drafts), Answered(second.number, (LOST,)), POLICY, NOW + HOUR)
    kept, beside = step.dossier.drafts
    assert (kept.body, kept.state, beside.body, beside.facts["number"]) == ("Dear Ann", DraftState.DRAFT, "", "PW2")
    assert [type(notice).__name__ for notice in step.notices] == ["CaseTold", "LetterWritten"]


def test_a_letter_that_may_have_left_is_neither_taken_back_nor_sent_again() -> None:
    gone = act(act(written(), "approve").dossier, "send").dossier
    assert [one.state for one in gone.drafts] == [DraftState.SENDING]
    step = advance(gone, Answered(PARCEL.number, (LOST, FOUND)), POLICY, NOW + 5 * HOUR)
    assert not [one for one in step.notices if isinstance(one, LetterTakenBack)]
    for verb, after in (("sent", "sent"), ("unsent", "approved"), ("approve", "approved"), ("discard", "discarded")):
        assert [one.state for one in act(gone, verb).dossier.drafts] == [after]
    with pytest.raises(BadInput, match="draft 4 is sending"):
        act(gone, "send")


@pytest.mark.parametrize("verb", ["unsent", "approve"])
def test_a_letter_that_did_not_arrive_after_all_is_taken_back_at_once_if_it_is_untrue_by_now(verb: str) -> None:
    gone = act(act(written(), "approve").dossier, "send").dossier
    found = advance(gone, Answered(PARCEL.number, (LOST, FOUND)), POLICY, NOW + 5 * HOUR).dossier
    assert [one.state for one in act(found, verb).dossier.drafts] == [DraftState.WITHDRAWN]
    assert [one.state for one in act(found, "discard").dossier.drafts] == [DraftState.DISCARDED]


@pytest.mark.parametrize("verb", ["approve", "discard", "edit", "sent"])
def test_what_an_agent_does_to_a_letter_that_is_untrue_at_that_moment_undoes_nothing(verb: str) -> None:
    state = DraftState.APPROVED if verb == "sent" else DraftState.DRAFT
    before = written(state)
    (case,) = before.cases
    untrue = replace(before, cases=(replace(case, state=State.RESOLVED, hidden_by=""),), unwatched=True)
    step = act(untrue, verb)
    assert [one.state for one in step.dossier.drafts] == ["sent" if verb == "sent" else "withdrawn"]
    with pytest.raises(BadInput, match="withdrawn"):
        act(replace(untrue, drafts=written(DraftState.APPROVED).drafts), "send")


def being_sent(*events: tuple[timedelta, Event]) -> list[Advance]:
    """What follows from each event after a letter about a loss was given to its channel, which did not answer."""
    dossier = sent("lost", heard(0, SORTED, LOST))
    gone = replace(dossier.past[0], state=DraftState.SENDING, sent_at=None)
    dossier, steps = replace(dossier, past=(gone,)), []
    for after, event in events:
        acted_on = (gone,) if isinstance(event, LetterAction) else ()
        steps += one_by_one((after, event), start=replace(dossier, drafts=(*dossier.drafts, *acted_on)))
        known = {one.id: one for one in (*steps[-1].dossier.past, *steps[-1].dossier.drafts)}.values()
        past = tuple(one for one in known if not one.unsent)
        dossier = replace(steps[-1].dossier, drafts=tuple(one for one in known if one.unsent), past=past)
    return steps


@pytest.mark.parametrize(
    ("news", "what"),
    [
        ((SORTED, LOST, FOUND), "moved"),
        ((SORTED, LOST, HOME), "delivered"),
        ((SORTED,), "corrected"),
    ],
)
def test_what_follows_a_letter_waits_until_it_is_known_to_have_arrived(news: tuple[Checkpoint, ...], what: str) -> None:
    said = LetterAction("sent", 1, "lin")
    steps = being_sent(heard(5, *news), heard(10, *news), (11 * HOUR, said), heard(12, *news))
    assert [written_by(step) for step in steps] == [[], [], [("lost", what)], []]
    steps = being_sent(heard(5, *news), (11 * HOUR, LetterAction("discard", 1, "lin")), heard(12, *news))
    assert [written_by(step) for step in steps] == [[], [], []]


def test_no_update_follows_a_letter_that_may_not_have_arrived() -> None:
    steps = being_sent((48 * HOUR, Passed()), (49 * HOUR, LetterAction("sent", 1, "lin")))
    assert [written_by(step) for step in steps] == [[], [("lost", "update")]]


def test_what_follows_a_letter_that_was_never_sent_is_taken_back() -> None:
    moved = one_by_one(heard(5, LOST, FOUND), start=sent("lost", heard(0, LOST)))[0].dossier
    (gone,) = moved.past
    step = advance(replace(moved, past=(replace(gone, state=DraftState.DISCARDED),)), Passed(), POLICY, NOW + 6 * HOUR)
    (line,) = step.moves
    assert (line.after, line.why) == (DraftState.WITHDRAWN, Fact(Form.NEVER_SENT))


def test_a_peak_is_announced_once_to_those_on_the_road_without_trouble() -> None:
    peak = Announced("Double 11", NOW + 24 * HOUR, NOW + 48 * HOUR)
    moving = at(0, Milestone.IN_TRANSIT)
    steps = one_by_one(heard(0, moving), (HOUR, peak), (2 * HOUR, peak), heard(9, moving, HOME))
    assert [[one.kind for one in step.dossier.drafts if one.unsent] for step in steps] == [[], ["peak"], ["peak"], []]
    assert all(step.notices == () for step in steps)
    assert one_by_one((HOUR, peak), start=sent("lost", heard(0, LOST)))[0].dossier.drafts == ()
    assert one_by_one(heard(9, HOME), (10 * HOUR, peak))[1].dossier.drafts == ()


def test_a_peak_that_is_over_is_announced_no_more() -> None:
    noon = NOW + 4 * HOUR
    moving = at(0, Milestone.IN_TRANSIT)
    start = one_by_one(heard(0, moving), (HOUR, Announced("", noon, noon + 24 * HOUR)))[-1].dossier
    assert advance(start, Passed(), POLICY, NOW + 2 * HOUR).assess_at == noon + 36 * HOUR
    last_day, after = (advance(start, Passed(), POLICY, noon + hours * HOUR) for hours in (35, 36))
    assert [one.state for one in last_day.dossier.drafts] == [DraftState.DRAFT]
    assert [(line.after, line.why) for line in after.moves] == [(DraftState.WITHDRAWN, Fact(Form.PEAK_OVER))]


OUT = at(5, Milestone.OUT_FOR_DELIVERY, text="out for delivery")
READY = at(7, Milestone.AVAILABLE_FOR_PICKUP, text="at the station")


def unsent_of(dossier: Dossier, kind: str) -> list[tuple[LetterStep, object]]:
    return [(one.step, one.facts["milestone"]) for one in dossier.drafts if one.unsent and one.kind == kind]


def test_good_news_is_written_anew_when_the_parcel_moves_on_before_it_is_sent() -> None:
    steps = one_by_one(heard(5, LOST, OUT), heard(7, LOST, OUT, READY), start=sent("lost", heard(0, LOST)))
    assert [unsent_of(step.dossier, "lost") for step in steps] == [
        [("moved", "out_for_delivery")],
        [("moved", "available_for_pickup")],
    ]
    assert [(line.after, line.why and line.why.says) for line in steps[1].moves] == [("withdrawn", Form.NEWER_SCAN)]


def test_good_news_of_what_moves_stays_while_it_is_out_for_delivery() -> None:
    moving, out = at(4, Milestone.IN_TRANSIT, text="found"), at(5, Milestone.OUT_FOR_DELIVERY)
    steps = one_by_one(heard(4, LOST, moving), heard(5, LOST, moving, out), start=sent("lost", heard(0, LOST)))
    assert [unsent_of(step.dossier, "lost") for step in steps] == [[("moved", "in_transit")]] * 2
    assert steps[1].moves == ()


def test_a_letter_about_damage_is_written_anew_once_the_customer_has_the_parcel() -> None:
    broken = at(0, Milestone.EXCEPTION, Cause.DAMAGED, "damaged")
    moving = at(2, Milestone.IN_TRANSIT, text="repacked")
    steps = one_by_one(
        heard(2, broken, moving),
        heard(5, broken, moving, OUT),
        heard(9, broken, moving, OUT, HOME),
        heard(10, broken, moving, OUT, HOME),
    )
    where = [unsent_of(step.dossier, "damaged") for step in steps]
    assert where == [[("first", "in_transit")]] * 2 + [[("first", "delivered")]] * 2
    assert [len(step.moves) for step in steps] == [0, 0, 1, 0]


def after_good_news(*scans: Checkpoint) -> Dossier:
    """A parcel that stalled, whose customer was told of it, and then what these scans say."""
    start = sent("stalled", heard(0, SORTED), heard(60, SORTED))
    dossier = one_by_one(heard(90, SORTED, *scans), start=start)[-1].dossier
    (news,) = [replace(one, id=2) for one in dossier.drafts if one.unsent]
    return replace(dossier, drafts=(), past=(*dossier.past, replace(news, state=DraftState.SENT, sent_at=NOW)))


@pytest.mark.parametrize(
    ("milestone", "corrects"),
    [
        (Milestone.DELIVERED, "delivered"),
        (Milestone.AVAILABLE_FOR_PICKUP, "available_for_pickup"),
        (Milestone.OUT_FOR_DELIVERY, "out_for_delivery"),
        (Milestone.IN_TRANSIT, "moving"),
    ],
)
def test_good_news_that_the_courier_takes_back_is_corrected_once(milestone: Milestone, corrects: str) -> None:
    start = after_good_news(at(80, milestone, text="by mistake"))
    steps = one_by_one(heard(95, SORTED), heard(96, SORTED), start=start)
    told = [[one.draft for one in step.notices if isinstance(one, LetterWritten)] for step in steps]
    assert [(one.step, one.facts["corrects"]) for one in told[0] if one.step is LetterStep.CORRECTED] == [
        ("corrected", corrects)
    ]
    assert told[1] == []


@pytest.mark.parametrize(("verb", "follows"), [("sent", True), ("discard", False)])
def test_good_news_that_was_taken_back_while_it_was_being_sent_is_corrected_if_it_arrived(
    verb: str, follows: bool
) -> None:
    start = after_good_news(at(80, Milestone.DELIVERED, text="by mistake"))
    *before, news = start.past
    gone = replace(news, state=DraftState.SENDING, sent_at=None)
    waiting = one_by_one(heard(95, SORTED), start=replace(start, past=(*before, gone)))[0]
    assert ("stalled", "corrected") not in written_by(waiting)
    step = one_by_one((96 * HOUR, LetterAction(verb, 2, "lin")), start=replace(waiting.dossier, drafts=(gone,)))[0]
    assert (("stalled", "corrected") in written_by(step)) is follows


@pytest.mark.parametrize("later", [at(80, Milestone.DELIVERED, text="reworded"), at(85, Milestone.DELIVERED)])
def test_good_news_that_is_only_worded_or_dated_anew_is_not_corrected(later: Checkpoint) -> None:
    start = after_good_news(at(80, Milestone.DELIVERED, text="delivered"))
    assert written_by(one_by_one(heard(95, SORTED, later), start=start)[0]) == []
    start = after_good_news(at(80, Milestone.IN_TRANSIT, text="sorted again"))
    again = replace(later, milestone=Milestone.IN_TRANSIT)
    assert written_by(one_by_one(heard(95, SORTED, again), start=start)[0]) == []


def test_no_customer_hears_that_a_parcel_is_late_before_their_own_day() -> None:
    early = Order("A-1", customer_name="Ann", promised_by=NOW + 20 * HOUR)
    later = Order("A-2", customer_name="Bob", promised_by=NOW + timedelta(days=12))
    parcel = replace(PARCEL, orders=(early, later))
    moving = at(1, Milestone.IN_TRANSIT)
    steps = one_by_one(heard(1, moving), heard(30, moving), start=Dossier(parcel))
    assert {one.order for one in steps[-1].dossier.drafts if one.kind == "late"} == {"A-1"}


def test_who_was_promised_a_later_day_hears_when_it_is_over_and_the_courier_was_asked_again() -> None:
    early = Order("A-1", customer_name="Ann", promised_by=NOW + 20 * HOUR)
    later = Order("A-2", customer_name="Bob", promised_by=NOW + 40 * HOUR)
    moving = at(1, Milestone.IN_TRANSIT)
    answers = [heard(hours, moving) for hours in (1, 30, 31, 39)]
    steps = one_by_one(
        *answers, (41 * HOUR, Passed()), heard(42, moving), heard(43, moving), start=Dossier(orders_of(early, later))
    )
    letters = [[one.draft.order for one in step.notices if isinstance(one, LetterWritten)] for step in steps]
    assert letters == [[], ["A-1"], [], [], [], ["A-2"], []]
    assert steps[1].due_at == NOW + 40 * HOUR


def test_who_is_promised_another_day_after_a_letter_was_written_hears_when_that_day_is_over() -> None:
    early = Order("A-1", customer_name="Ann", promised_by=NOW + 20 * HOUR)
    later = Order("A-2", customer_name="Bob", promised_by=NOW + 40 * HOUR)
    moving = at(1, Milestone.IN_TRANSIT)
    moved = orders_of(early, replace(later, promised_by=NOW + 60 * HOUR))
    steps = one_by_one(
        heard(1, moving),
        heard(30, moving),
        heard(42, moving),
        (43 * HOUR, Amended(moved)),
        heard(59, moving),
        heard(61, moving),
        heard(62, moving),
        start=Dossier(orders_of(early, later)),
    )
    letters = [[one.draft.order for one in step.notices if isinstance(one, LetterWritten)] for step in steps]
    assert letters == [[], ["A-1"], ["A-2"], [], [], ["A-2"], []]


def test_whom_only_the_courier_promised_a_day_hears_when_that_day_is_over() -> None:
    early, other = Order("A-1", customer_name="Ann", promised_by=NOW + 20 * HOUR), Order("A-2", customer_name="Bob")

    def said(hours: float) -> tuple[timedelta, Event]:
        moving = at(1, Milestone.IN_TRANSIT)
        return hours * HOUR, Answered(PARCEL.number, (moving,), commitment=NOW + 40 * HOUR)

    steps = one_by_one(*map(said, (1, 30, 39, 42, 43)), start=Dossier(orders_of(early, other)))
    letters = [[one.draft.order for one in step.notices if isinstance(one, LetterWritten)] for step in steps]
    assert letters == [[], ["A-1"], [], ["A-2"], []]
    assert steps[1].due_at == NOW + 40 * HOUR


def orders_of(*orders: Order) -> Parcel:
    return replace(PARCEL, orders=orders)


def test_letters_of_one_order_that_would_say_different_things_are_two() -> None:
    said = at(0, Milestone.EXCEPTION, Cause.LOST, text="lost")
    order = Order("A-1", customer_name="Ann")
    stated = one_by_one(heard(0, said), start=Dossier(replace(PARCEL, orders=(order,))))[0].dossier
    (first,) = stated.drafts
    other = Dossier(replace(PARCEL, id=2, number="PW2", orders=(order,)), drafts=(first,))
    alike = advance(other, Answered("PW2", (said,)), POLICY, NOW).dossier
    assert [len(drafts.parts(one.facts)) for one in alike.drafts if one.unsent] == [2]
    unsure = replace(said, sure=Sure.SUSPECTED)
    apart = advance(other, Answered("PW2", (unsure,)), POLICY, NOW).dossier
    assert sorted(len(drafts.parts(one.facts)) for one in apart.drafts if one.unsent) == [1, 1]


def test_a_letter_that_is_joined_or_parted_later_promises_word_from_then_on() -> None:
    first, second = (
        replace(orders_of(Order("A-1", customer_name="Ann")), id=number, number=f"PW{number}") for number in (1, 2)
    )
    one = one_by_one((0 * HOUR, Answered("PW1", (LOST,))), start=Dossier(first))[-1].dossier
    (draft,) = one.drafts
    later = Dossier(second, drafts=(replace(draft, id=1),))
    joined = one_by_one((60 * HOUR, Answered("PW2", (LOST,))), start=later)[-1].dossier
    (both,) = (each for each in joined.drafts if each.unsent)
    found = Answered("PW1", (LOST, FOUND))
    parted = advance(replace(one, drafts=(replace(both, id=2),)), found, POLICY, NOW + 110 * HOUR).dossier
    (rest,) = (each for each in parted.drafts if each.unsent and each.kind == "lost")
    for letter, hours in ((both, 60), (rest, 110)):
        then = NOW + hours * HOUR
        dates = (letter.facts["written_at"], letter.facts["follow_up_at"])
        assert dates == (drafts.stamp(then), drafts.stamp(then + POLICY.wording.follow_up))
        assert not drafts.overdue(letter, then)


def test_what_an_agent_marked_is_told_to_no_customer_as_the_couriers_word() -> None:
    before = sent("lost", heard(0, LOST))
    marked = Marked(Milestone.DELIVERED, note="the buyer rang", by="lin")
    assert written_by(advance(before, marked, POLICY, NOW + 9 * HOUR)) == []


@pytest.mark.parametrize("step", [LetterStep.MOVED, LetterStep.DELIVERED, LetterStep.PEAK])
def test_a_letter_that_promises_no_word_is_never_overdue(step: LetterStep) -> None:
    (draft,) = one_by_one(heard(0, LOST))[0].dossier.drafts
    assert drafts.overdue(draft, NOW + timedelta(days=30))
    assert not drafts.overdue(replace(draft, step=step), NOW + timedelta(days=30))


def test_trouble_that_ended_behind_a_worse_one_is_told_and_written_of_when_it_comes_back() -> None:
    waiting = replace(PARCEL, orders=(Order("A-1", promised_by=NOW - HOUR),))
    put_off = replace(PARCEL, orders=(Order("A-1", promised_by=NOW + 90 * HOUR),))
    seen = Checkpoint(NOW - 5 * HOUR, NOW - 5 * HOUR, Milestone.IN_TRANSIT, text="seen")
    found = Checkpoint(NOW + 5 * HOUR, NOW + 5 * HOUR, Milestone.IN_TRANSIT, text="found")
    heard: tuple[Event, ...] = (Answered("", (seen,)), Answered("", (seen, LOST)), Amended(put_off), Amended(waiting))
    dossier = Dossier(waiting)
    for hours, event in enumerate(heard):
        dossier = advance(dossier, event, POLICY, NOW + hours * HOUR).dossier
    step = advance(dossier, Answered("", (seen, LOST, found)), POLICY, NOW + 6 * HOUR)
    assert [(one.case.kind, one.why) for one in step.notices if isinstance(one, CaseTold)] == [("late", Why.UNHIDDEN)]
    assert [one.draft.kind for one in step.notices if isinstance(one, LetterWritten)] == ["late"]


def dropped(state: DraftState, *waiting: tuple[int, str]) -> Dossier:
    """A parcel with a draft that no longer waits, and others, by number and kind, that do."""
    dossier = written(state)
    (gone,) = dossier.drafts
    others = (replace(gone, id=number, kind=kind, state=DraftState.DRAFT) for number, kind in waiting)
    strangers = replace(gone, id=99, order="B-9", state=DraftState.DRAFT)
    return replace(dossier, drafts=(gone, *others, strangers))


@pytest.mark.parametrize("state", [DraftState.DISCARDED, DraftState.WITHDRAWN, DraftState.SUPERSEDED])
@pytest.mark.parametrize("verb", ["approve", "edit", "sent"])
def test_who_wants_a_draft_that_was_dropped_is_told_which_one_waits_instead(state: DraftState, verb: str) -> None:
    with pytest.raises(BadInput, match="; draft 7 waits in its place: `parcelwatch drafts show 7`"):
        act(dropped(state, (6, "lost"), (7, "lost")), verb)
    with pytest.raises(BadInput, match="; no other waits in its place: `parcelwatch drafts show 4`"):
        act(dropped(state), verb)
