"""The life of a draft: verbs, the table of moves, when one is written and when it no longer holds.

What belongs here: drafts as things that move. What one may say, and whether that is still true, is drafts.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from parcelwatch.core import drafts, followup
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
    Order,
    Promised,
    Sure,
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
    """Every draft after what happened: those that no longer hold, and what an agent did to one. Raises BadInput."""
    if step.dossier.drafts:
        step = _take_back(_numbered(step))
    return _act(step, event) if isinstance(event, LetterAction) else step


def _act(step: Step, action: LetterAction) -> Step:
    draft = next(one for one in step.dossier.drafts if one.id == action.draft_id)
    verb = Verb(action.verb)
    if draft.state is _ENDS_AS.get(verb):
        return step
    then, line = moved(draft, verb, step.now, by=action.by)
    then = replace(then, subject=action.subject or then.subject, body=action.body or then.body)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    step = replace(step, dossier=replace(step.dossier, drafts=kept), moves=(*step.moves, line))
    given = promised(then, action.by) if verb is Verb.SENT else None
    return followup.promised(step, given) if given else step


def promised(draft: Draft, by: str = "") -> Promised | None:
    """The word that a letter gives its customer, None where it names no day."""
    until = draft.facts.get("follow_up_at")
    if not isinstance(until, str) or not until or draft.id is None:
        return None
    return Promised(draft.kind, datetime.fromisoformat(until), draft.id, by)


def _numbered(step: Step) -> Step:
    """With the number of its order on each draft that was written before the order had one."""
    orders = step.dossier.parcel.orders
    if not orders or any(not order.number for order in orders) or all(one.order for one in step.dossier.drafts):
        return step
    named = tuple(one if one.order else replace(one, order=orders[0].number) for one in step.dossier.drafts)
    return replace(step, dossier=replace(step.dossier, drafts=named))


def _take_back(step: Step) -> Step:
    """Drafts that no longer hold: their case ended, a worse kind hides it, or the courier or the shop says otherwise.

    What one says of other parcels of its order is written again without this one.
    """
    cases = {case.kind: case for case in step.dossier.cases}
    for draft in step.dossier.drafts:
        if not draft.unsent or drafts.about(draft, step.dossier.parcel.id) is None:
            continue
        case = cases[draft.kind]
        if (fate := _fate(draft, case, step)) is not None:
            rest = drafts.without(draft, step.dossier.parcel.id)
            step = _end(step, draft, case, *fate)
            if rest is not None:
                step = _add(step, _readdressed(_again(draft, rest, step.now), step), case)
    return step


def _fate(draft: Draft, case: Case, step: Step) -> tuple[Verb, Fact] | None:
    if not case.live:
        return Verb.WITHDRAW, Fact(Form.LIMIT_RAISED if step.rejudged else Form.CASE_CLOSED, kind=case.kind)
    if case.hidden_by:
        return Verb.SUPERSEDE, Fact(Form.WORSE_OFF, kind=case.hidden_by)
    if drafts.misaddressed(draft, step.dossier.parcel.orders):
        return Verb.WITHDRAW, Fact(Form.CUSTOMER_CHANGED)
    untrue = drafts.contradicted(draft, step.dossier) or drafts.repromised(draft, step.dossier)
    return (Verb.WITHDRAW, untrue) if untrue else None


def _end(step: Step, draft: Draft, case: Case, verb: Verb, why: Fact) -> Step:
    then, line = moved(draft, verb, step.now, why=why)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    return replace(
        step,
        dossier=replace(step.dossier, drafts=kept),
        moves=(*step.moves, line),
        notices=(*step.notices, LetterTakenBack(then, case, why)),
    )


def _add(step: Step, draft: Draft, case: Case) -> Step:
    dossier = replace(step.dossier, drafts=(*step.dossier.drafts, draft))
    return replace(step, dossier=dossier, notices=(*step.notices, LetterWritten(draft, case)))


def _again(draft: Draft, facts: drafts.Facts, now: datetime) -> Draft:
    """A draft of its own with other facts; its words, and an agent's yes to them, were of the former."""
    return replace(draft, id=None, state=DraftState.DRAFT, created_at=now, facts=facts, subject="", body="")


def _readdressed(draft: Draft, step: Step) -> Draft:
    """Addressed to whoever is the customer of its order by now."""
    order = drafts.order_of(draft, step.dossier.parcel.orders)
    if order is None:
        return draft
    return replace(
        draft,
        language=drafts.language(order, step.policy.wording.languages),
        to_name=order.customer_name,
        to_contact=order.customer_contact,
        facts={**draft.facts, "customer_name": order.customer_name},
    )


_WRITTEN_WHEN = frozenset({Why.OPENED, Why.REOPENED, Why.UNHIDDEN})
_ANEW_WHEN = frozenset({Why.WORSENED, Why.WOKEN})


def write(step: Step, standing: Collection[str], before: Sequence[Order]) -> Step:
    """One draft an order for each case agents are newly told of, if customers are written to about its kind.

    A draft that newer facts made untrue is written anew while the trouble stands, and an order that the parcel did not
    have `before` gets its own. Parcels of one order share a draft.
    """
    wanted = _wanted(step, standing, before) if step.dossier.cases else set()
    if not wanted:
        return step
    for case in step.dossier.cases:
        if case.live and not case.hidden_by and _tellable(case):
            for order in step.dossier.parcel.orders or (_UNNAMED,):
                if (case.kind, order.number) in wanted:
                    step = _write(step, case, order)
    return step


def _tellable(case: Case) -> bool:
    """Whether it is a thing to write of: not what only an agent said, nor a scratch on the box."""
    scan = case.fact.scan
    return scan is None or not (scan.by or (case.kind == "damaged" and scan.sure is Sure.SLIGHT))


_UNNAMED = Order()


def _wanted(step: Step, standing: Collection[str], before: Sequence[Order]) -> set[tuple[str, str]]:
    """Kinds and orders to write about."""
    orders = [order.number for order in step.dossier.parcel.orders or (_UNNAMED,)]
    news = [each for each in step.notices if isinstance(each, CaseTold)]
    told = {each.case.kind for each in news if each.why in _WRITTEN_WHEN}
    worse = {each.case.kind for each in news if each.why in _ANEW_WHEN}
    told |= {kind for kind in worse if kind in LETTERS and LETTERS[kind].again}
    wanted = {(kind, order) for kind in told & set(LETTERS) for order in orders}
    known = {order.number for order in before or (_UNNAMED,)}
    told_before = {case.kind for case in step.dossier.cases if case.told and case.live} & set(LETTERS)
    wanted |= {(kind, order) for kind in told_before for order in orders if order not in known}
    untrue = (each.draft for each in step.notices if isinstance(each, LetterTakenBack))
    wanted |= {(draft.kind, draft.order) for draft in untrue if draft.kind in standing}
    mine = step.dossier.parcel.id
    return wanted - {(one.kind, one.order) for one in step.dossier.drafts if one.unsent and drafts.about(one, mine)}


def _write(step: Step, case: Case, order: Order) -> Step:
    """A draft for one order; it joins the one that another parcel of the order has already."""
    other = _with_room(step.dossier.drafts, case.kind, order) if order.number else None
    if other is None:
        draft = _written(step, case, order)
    else:
        draft = _again(other, drafts.joined(other, step.dossier, case), step.now)
    # A later checkpoint of the same answer can make it untrue before it is written down.
    if drafts.contradicted(draft, step.dossier) is not None:
        return step
    if other is not None:
        step = _forget(step, other) if other.id is None else _end(step, other, case, Verb.SUPERSEDE, _JOINED)
    return _add(step, draft, case)


def _with_room(letters: Sequence[Draft], kind: str, order: Order) -> Draft | None:
    """The newest draft of that kind to the customer of the order that can be about one parcel more."""
    same = (one for one in reversed(letters) if one.unsent and (one.kind, one.order) == (kind, order.number))
    ours = (one for one in same if not drafts.misaddressed(one, (order,)))
    return next((one for one in ours if len(drafts.parts(one.facts)) < drafts.MOST), None)


_JOINED = Fact(Form.OTHER_PARCELS)


def _forget(step: Step, draft: Draft) -> Step:
    """A draft of this very step that nobody has seen."""
    kept = tuple(one for one in step.dossier.drafts if one is not draft)
    notices = tuple(one for one in step.notices if not (isinstance(one, LetterWritten) and one.draft is draft))
    return replace(step, dossier=replace(step.dossier, drafts=kept), notices=notices)


def _written(step: Step, case: Case, order: Order) -> Draft:
    wording = step.policy.wording
    return Draft(
        kind=case.kind,
        language=drafts.language(order, wording.languages),
        state=DraftState.DRAFT,
        created_at=step.now,
        milestone=step.dossier.milestone,
        order=order.number,
        to_name=order.customer_name,
        to_contact=order.customer_contact,
        facts=drafts.facts(step.dossier, case, order, wording, step.now),
    )
