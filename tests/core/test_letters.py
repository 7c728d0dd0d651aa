"""What agents and the core do to a draft: the moves there are, and what is written down of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.advance import advance
from parcelwatch.core.letters import TRANSITIONS, Verb, moved
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    Advance,
    Answered,
    Cause,
    Checkpoint,
    Dossier,
    DraftState,
    Fact,
    Form,
    LetterAction,
    LetterTakenBack,
    Milestone,
    Parcel,
    Passed,
    State,
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
        [] if after is None else [(verb, state, after, "lin")]
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
    assert line.why == Fact(Form.CASE_CLOSED, kind="lost")
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
