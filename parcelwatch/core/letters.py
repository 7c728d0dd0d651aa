"""The life of a draft: verbs, the table of moves, when one is written and when it no longer holds.

What belongs here: drafts as things that move. What one may say, and whether that is still true, is drafts.py's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from parcelwatch.core import drafts
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.step import Step
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    Case,
    CaseTold,
    Draft,
    DraftState,
    Event,
    Fact,
    Form,
    LetterAction,
    LetterEvent,
    LetterTakenBack,
    LetterWritten,
    Why,
)


class Verb(StrEnum):
    """What can be done to a draft; the last two are ours."""

    APPROVE = "approve"
    DISCARD = "discard"
    EDIT = "edit"
    SENT = "sent"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


_UNSENT = (DraftState.DRAFT, DraftState.APPROVED)

# The whole life of a draft; a pair that is not here is not a move. One edited after its approval is approved anew.
TRANSITIONS: dict[tuple[DraftState, Verb], DraftState] = {
    (DraftState.DRAFT, Verb.APPROVE): DraftState.APPROVED,
    (DraftState.APPROVED, Verb.SENT): DraftState.SENT,
    **{(state, Verb.EDIT): DraftState.DRAFT for state in _UNSENT},
    **{(state, Verb.DISCARD): DraftState.DISCARDED for state in _UNSENT},
    **{(state, Verb.WITHDRAW): DraftState.WITHDRAWN for state in _UNSENT},
    **{(state, Verb.SUPERSEDE): DraftState.SUPERSEDED for state in _UNSENT},
}

# Doing one of these twice is doing it once.
_ENDS_AS = {
    Verb.APPROVE: DraftState.APPROVED,
    Verb.DISCARD: DraftState.DISCARDED,
    Verb.SENT: DraftState.SENT,
}


def moved(
    draft: Draft, verb: Verb, now: datetime, *, by: str = "", why: Fact | None = None
) -> tuple[Draft, LetterEvent]:
    """The draft after a move, with the line for its history. Raises BadInput for a move there is not."""
    after = TRANSITIONS.get((draft.state, verb))
    if after is None:
        raise BadInput(f"draft {draft.id} is {draft.state}: it cannot be moved by “{verb}”")
    then = replace(draft, state=after)
    return then, LetterEvent(then, now, verb, draft.state, after, why, by)


def move(step: Step, event: Event) -> Step:
    """Every draft after what happened: what an agent did to one, and those that no longer hold. Raises BadInput."""
    if isinstance(event, LetterAction):
        step = _act(step, event)
    return _take_back(step) if step.dossier.drafts else step


def _act(step: Step, action: LetterAction) -> Step:
    draft = next(one for one in step.dossier.drafts if one.id == action.draft_id)
    verb = Verb(action.verb)
    if draft.state is _ENDS_AS.get(verb):
        return step
    then, line = moved(draft, verb, step.now, by=action.by)
    then = replace(then, subject=action.subject or then.subject, body=action.body or then.body)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    return replace(step, dossier=replace(step.dossier, drafts=kept), moves=(*step.moves, line))


def _take_back(step: Step) -> Step:
    """Drafts that no longer hold: their case ended, a worse kind hides it, or the courier says otherwise."""
    cases = {case.kind: case for case in step.dossier.cases}
    kept: list[Draft] = []
    notices, moves = list(step.notices), list(step.moves)
    for draft in step.dossier.drafts:
        fate = _fate(draft, cases[draft.kind], step) if draft.unsent else None
        if fate is None:
            kept.append(draft)
            continue
        verb, why = fate
        then, line = moved(draft, verb, step.now, why=why)
        kept.append(then)
        moves.append(line)
        notices.append(LetterTakenBack(then, cases[draft.kind], why))
    dossier = replace(step.dossier, drafts=tuple(kept))
    return replace(step, dossier=dossier, notices=tuple(notices), moves=tuple(moves))


def _fate(draft: Draft, case: Case, step: Step) -> tuple[Verb, Fact] | None:
    if not case.live:
        return Verb.WITHDRAW, Fact(Form.LIMIT_RAISED if step.rejudged else Form.CASE_CLOSED, kind=case.kind)
    if case.hidden_by:
        return Verb.SUPERSEDE, Fact(Form.WORSE_OFF, kind=case.hidden_by)
    untrue = drafts.contradicted(draft, step.dossier)
    return (Verb.WITHDRAW, untrue) if untrue else None


_WRITTEN_WHEN = frozenset({Why.OPENED, Why.REOPENED, Why.UNHIDDEN})


def write(step: Step, standing: Collection[str]) -> Step:
    """One draft for each case agents are newly told of, if customers are written to about its kind.

    A draft that newer facts made untrue is written anew while the trouble stands.
    """
    wanted = _wanted(step, standing)
    cases = [case for case in step.dossier.cases if case.kind in wanted and case.live and not case.hidden_by]
    if not cases:
        return step
    pairs = [(_written(step, case), case) for case in cases]
    # A later checkpoint of the same answer can make it untrue before it is written down.
    true = [(draft, case) for draft, case in pairs if drafts.contradicted(draft, step.dossier) is None]
    dossier = replace(step.dossier, drafts=(*step.dossier.drafts, *(draft for draft, _ in true)))
    news = (LetterWritten(draft, case) for draft, case in true)
    return replace(step, dossier=dossier, notices=(*step.notices, *news))


def _wanted(step: Step, standing: Collection[str]) -> set[str]:
    told = {each.case.kind for each in step.notices if isinstance(each, CaseTold) and each.why in _WRITTEN_WHEN}
    untrue = {each.draft.kind for each in step.notices if isinstance(each, LetterTakenBack)} & set(standing)
    unsent = {draft.kind for draft in step.dossier.drafts if draft.unsent}
    return ((told & set(LETTERS)) | untrue) - unsent


def _written(step: Step, case: Case) -> Draft:
    wording = step.policy.wording
    return Draft(
        kind=case.kind,
        language=drafts.language(step.dossier.parcel, wording.languages),
        state=DraftState.DRAFT,
        created_at=step.now,
        milestone=step.dossier.milestone,
        facts=drafts.facts(step.dossier, case, wording, step.now),
    )
