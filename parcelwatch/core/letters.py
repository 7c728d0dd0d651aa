"""The life of a draft: verbs, the table of moves, and when it no longer holds.

What belongs here: drafts as things that move. When one is written is writing.py's; what one may say, and whether that
is still true, drafts.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from parcelwatch.core import drafts, followup, joint, languages, unsure
from parcelwatch.core.cases import limit_raised
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.step import Step
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    FINAL,
    Case,
    Dossier,
    Draft,
    DraftState,
    Event,
    Fact,
    Form,
    LetterAction,
    LetterEvent,
    LetterLapsed,
    LetterSettled,
    LetterStep,
    LetterTakenBack,
    LetterWritten,
    Milestone,
    Order,
    Promised,
    Sure,
)


class Verb(StrEnum):
    """What can be done to a draft; the last three are ours.

    Sending is two moves, SEND before the channel is asked and SENT or UNSENT after it answered: a letter that stays
    between them may have arrived, and is not sent again until an agent has looked.
    """

    APPROVE = "approve"
    DISCARD = "discard"
    EDIT = "edit"
    SEND = "send"
    SENT = "sent"
    UNSENT = "unsent"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    PART = "part"


_UNSENT = (DraftState.DRAFT, DraftState.APPROVED)

# The whole life of a draft; a pair that is not here is not a move. One edited after its approval is approved anew, and
# so is what is left of a letter that said several once one of them no longer belongs to it.
TRANSITIONS: dict[tuple[DraftState, Verb], DraftState] = {
    (DraftState.DRAFT, Verb.APPROVE): DraftState.APPROVED,
    # In other words: another draft has joined its letter.
    (DraftState.APPROVED, Verb.APPROVE): DraftState.APPROVED,
    (DraftState.APPROVED, Verb.SENT): DraftState.SENT,
    (DraftState.APPROVED, Verb.SEND): DraftState.SENDING,
    (DraftState.SENDING, Verb.SENT): DraftState.SENT,
    (DraftState.SENDING, Verb.UNSENT): DraftState.APPROVED,
    (DraftState.SENDING, Verb.APPROVE): DraftState.APPROVED,
    (DraftState.SENDING, Verb.DISCARD): DraftState.DISCARDED,
    **{(state, Verb.EDIT): DraftState.DRAFT for state in _UNSENT},
    **{(state, Verb.DISCARD): DraftState.DISCARDED for state in _UNSENT},
    **{(state, Verb.WITHDRAW): DraftState.WITHDRAWN for state in _UNSENT},
    **{(state, Verb.SUPERSEDE): DraftState.SUPERSEDED for state in _UNSENT},
    **{(state, Verb.PART): DraftState.DRAFT for state in _UNSENT},
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
    unsure_at = now + unsure.AFTER if after is DraftState.SENDING else None
    then = replace(draft, state=after, sent_at=now if after is DraftState.SENT else None, unsure_at=unsure_at)
    if draft.joint and after in _DROPPED and draft.edited:
        then = replace(then, joint=())  # what an agent wrote is still to be read there
    elif draft.joint and (after in _DROPPED or verb is Verb.PART):
        then = _wordless(then)
    return then, LetterEvent(then, now, verb, draft.state, after, why, by)


def move(step: Step, event: Event) -> Step:
    """Every draft after what happened: those that no longer hold, and what an agent did to one. Raises BadInput."""
    match event:
        case LetterAction(verb=Verb.SENT):
            # What has left has left, whatever became of it since.
            return _take_back(_act(step, event))
        case LetterAction():
            return _take_back(_act(_take_back(step), event))
        case LetterSettled():
            return _take_back(replace(step, arrived=frozenset({event.letter}) if event.arrived else frozenset()))
    return _take_back(step)


def _act(step: Step, action: LetterAction) -> Step:
    """What an agent did to a draft, and to all that makes one letter with it: to each of them or to none."""
    known, verb = {one.id: one for one in step.dossier.drafts}, Verb(action.verb)
    letter = [known[one] for one in action.drafts]
    # One that was taken back a moment ago stays so, which its state says; but nothing may leave on that account.
    gone = [line.draft for line in step.moves]
    if verb is not Verb.SEND and any(draft is one for draft in letter for one in gone):
        return step
    for draft in letter:
        if not _done(draft, verb, action):
            step = _do(step, draft, verb, action, joint.next_word(letter))
    return _part(step, action.drafts) if verb in _LEAVES_OTHERS else step


def _done(draft: Draft, verb: Verb, action: LetterAction) -> bool:
    """Whether it is so already; an approved letter that others have joined is approved in other words."""
    return draft.state is _ENDS_AS.get(verb) and (verb is not Verb.APPROVE or draft.joint == _mine(action))


def _mine(action: LetterAction) -> tuple[int, ...]:
    return tuple(sorted(action.joint)) if len(action.joint) > 1 else ()


_REWORDS = (Verb.APPROVE, Verb.EDIT, Verb.SEND)
_LEAVES_OTHERS = (Verb.DISCARD, Verb.EDIT, Verb.SEND, Verb.SENT)


def _do(step: Step, draft: Draft, verb: Verb, action: LetterAction, next_word: str) -> Step:
    if (draft.state, verb) not in TRANSITIONS:
        hint = instead(draft, step.dossier)
        raise BadInput(f"draft {draft.id} is {draft.state}: it cannot be moved by “{verb}”{hint}")
    then, line = moved(draft, verb, step.now, by=action.by)
    then = replace(then, subject=action.subject or then.subject, body=action.body or then.body)
    then = replace(then, edited=then.edited or verb is Verb.EDIT)
    if verb in _REWORDS:
        then = replace(then, joint=_mine(action))
    if verb in (Verb.SEND, Verb.SENT) and then.joint and then.step in OF_TROUBLE and next_word:
        then = replace(then, facts={**then.facts, "follow_up_at": next_word})
    line = replace(line, draft=then)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    past = tuple(then if one.id == then.id else one for one in step.dossier.past)
    step = replace(step, dossier=replace(step.dossier, drafts=kept, past=past), moves=(*step.moves, line))
    if draft.id != action.draft_id and drafts.about(then, step.dossier.parcel.id) is None:
        return step  # its own parcels hear of it by themselves
    if verb is Verb.SENT and draft.state is DraftState.SENDING:
        step = replace(step, arrived=step.arrived | {draft.id or 0})
    given = promised(then, action.by) if verb is Verb.SENT else None
    return followup.promised(step, given) if given else step


def _part(step: Step, gone: Collection[int | None]) -> Step:
    """What is left of letters that said one of these, too: their words, and an agent's yes to them, were of all.

    Agents hear of a yes that holds no more: nobody would look at that draft again.
    """
    for draft in step.dossier.drafts:
        left = set(gone) & set(draft.joint)
        if draft.unsent and draft.id not in gone and left:
            then, line = parted(draft, min(filter(None, left)), step.now)
            approved = draft.state is DraftState.APPROVED
            kept = tuple(then if one is draft else one for one in step.dossier.drafts)
            step = replace(step, dossier=replace(step.dossier, drafts=kept))
            step = replace(step, moves=(*step.moves, line)) if draft.edited or approved else step
            step = replace(step, notices=(*step.notices, LetterLapsed(then))) if approved else step
    return step


def parted(draft: Draft, other: int, now: datetime) -> tuple[Draft, LetterEvent]:
    """What is left of a draft whose letter also said another, 0 where that was no draft by itself."""
    return moved(draft, Verb.PART, now, why=Fact(Form.LETTER_PARTED, count=other))


def _wordless(draft: Draft) -> Draft:
    """Without the words of a letter that is no more."""
    return replace(draft, subject="", body="", edited=False, joint=())


_DROPPED = (DraftState.DISCARDED, DraftState.WITHDRAWN, DraftState.SUPERSEDED)


def instead(draft: Draft, dossier: Dossier) -> str:
    """What to do about a draft that was dropped or taken back, to end a refusal with; "" for any other."""
    if draft.state not in _DROPPED:
        return ""
    waiting = (one for one in dossier.drafts if one.unsent and one.id is not None and one.step is not LetterStep.PEAK)
    ours = [one for one in waiting if one.addressee == draft.addressee]
    if not ours:
        return f"; no other waits in its place: `parcelwatch drafts show {draft.id}` says why, and has its text"
    best = max(ours, key=lambda one: (one.kind == draft.kind, one.id))
    return f"; draft {best.id} waits in its place: `parcelwatch drafts show {best.id}`"


def promised(draft: Draft, by: str = "") -> Promised | None:
    """The word that a letter gives its customer, None where it names no day."""
    until = draft.facts.get("follow_up_at")
    if draft.step not in OF_TROUBLE or not isinstance(until, str) or not until or draft.id is None:
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
    if not step.dossier.drafts:
        return step
    step = _numbered(step)
    cases = {case.kind: case for case in step.dossier.cases}
    for known in step.dossier.drafts:
        # What was taken back before it may have parted it from a letter.
        draft = next(one for one in step.dossier.drafts if one is known or (one.id and one.id == known.id))
        if not draft.unsent or drafts.about(draft, step.dossier.parcel.id) is None:
            continue
        case = cases.get(draft.kind)
        if (fate := _fate(draft, case, step)) is not None:
            rest = drafts.without(draft, step.dossier.parcel.id)
            step = end(step, draft, case, *fate)
            if rest is not None:
                step = add(step, readdressed(again(draft, rest, step), step), case)
    return step


def _fate(draft: Draft, case: Case | None, step: Step) -> tuple[Verb, Fact] | None:
    if draft.step in OF_TROUBLE:
        assert case is not None, "trouble has a case"
        ended = _ended(draft, case, step)
    else:
        ended = _belied(draft, step)
    if ended is not None:
        return ended
    if draft.step not in _FIRST_WORDS and not _follows(draft, step.dossier):
        return Verb.WITHDRAW, Fact(Form.NEVER_SENT)
    if drafts.misaddressed(draft, step.dossier.parcel.orders):
        return Verb.WITHDRAW, Fact(Form.CUSTOMER_CHANGED)
    untrue = drafts.contradicted(draft, step.dossier) or drafts.repromised(draft, step.dossier)
    return (Verb.WITHDRAW, untrue) if untrue else None


OF_TROUBLE = joint.OF_TROUBLE
_FIRST_WORDS = (LetterStep.FIRST, LetterStep.PEAK)


def _follows(draft: Draft, dossier: Dossier) -> bool:
    """Whether there is a letter that it follows: one of its kind and order that has left, whoever got it."""
    gone = (one for one in (*dossier.past, *dossier.drafts) if one.gone and one.kind == draft.kind)
    ours = (one for one in gone if one.order in ("", draft.order))
    return any(drafts.about(one, dossier.parcel.id) is not None for one in ours)


def _ended(draft: Draft, case: Case, step: Step) -> tuple[Verb, Fact] | None:
    """Whether the trouble is over, with the scan that says so, or a worse one hides it."""
    if not case.live:
        scan = drafts.newer(draft, step.dossier)
        closed = Fact(Form.NEWER_SCAN, scan=scan) if scan else Fact(Form.CASE_CLOSED, kind=case.kind)
        raised = next((each.why for each in step.events if each.kind == case.kind and limit_raised(each)), None)
        return Verb.WITHDRAW, raised or closed
    if case.hidden_by:
        return Verb.SUPERSEDE, Fact(Form.WORSE_OFF, kind=case.hidden_by)
    return None


def _belied(draft: Draft, step: Step) -> tuple[Verb, Fact] | None:
    """Whether good news is none any more, a correction is to be corrected, or an announcement comes too late."""
    where, newest = step.dossier.milestone, drafts.newest(step.dossier)
    scan = newest.checkpoint if newest else None
    if draft.step is LetterStep.DELIVERED:
        return None if where is Milestone.DELIVERED else (Verb.WITHDRAW, Fact(Form.SCAN_TAKEN_BACK))
    if where in FINAL:
        return Verb.SUPERSEDE, Fact(Form.NEWER_SCAN, scan=scan)
    if draft.step is LetterStep.PEAK and drafts.peak_over_at(draft) <= step.now:
        return Verb.WITHDRAW, Fact(Form.PEAK_OVER)
    for case in step.dossier.cases:
        if draft.step is not LetterStep.PEAK and stands(case) and case.opened_at >= draft.created_at:
            return Verb.WITHDRAW, Fact(Form.WORSE_OFF, kind=case.kind)
    return None


def stands(case: Case) -> bool:
    """Whether it is trouble that customers are written to about."""
    return case.live and not case.hidden_by and case.kind in LETTERS and _tellable(case)


def _tellable(case: Case) -> bool:
    """Whether it is a thing to write of: not what nobody can read or only an agent said, nor a scratch on the box."""
    scan = case.fact.scan
    if case.fact.says is Form.ALL_UNREAD:
        return False
    return scan is None or not (scan.by or (case.kind == "damaged" and scan.sure is Sure.SLIGHT))


def end(step: Step, draft: Draft, case: Case | None, verb: Verb, why: Fact) -> Step:
    """After a move of ours; agents are told of it where there is a case to tell it of."""
    then, line = moved(draft, verb, step.now, why=why)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    told = (LetterTakenBack(then, case, why),) if case else ()
    dossier = replace(step.dossier, drafts=kept)
    step = replace(step, dossier=dossier, moves=(*step.moves, line), notices=(*step.notices, *told))
    return _part(step, (draft.id,)) if draft.id is not None else step


def add(step: Step, draft: Draft, case: Case | None) -> Step:
    dossier = replace(step.dossier, drafts=(*step.dossier.drafts, draft))
    told = (LetterWritten(draft, case),) if case else ()
    return replace(step, dossier=dossier, notices=(*step.notices, *told))


def again(draft: Draft, facts: drafts.Facts, step: Step) -> Draft:
    """A draft of its own with other facts, written now; its words, and an agent's yes to them, were of the former."""
    dated = {**facts, **drafts.dates(step.policy.wording, step.now)}
    fresh = replace(draft, id=None, state=DraftState.DRAFT, created_at=step.now, facts=dated)
    return _wordless(fresh)


def readdressed(draft: Draft, step: Step) -> Draft:
    """Addressed to whoever is the customer of its order by now."""
    order = drafts.order_of(draft, step.dossier.parcel.orders)
    if order is None:
        return draft
    return replace(
        draft,
        language=_language(step, order),
        to_name=order.customer_name,
        to_contact=order.customer_contact,
        facts={**draft.facts, "customer_name": order.customer_name},
    )


def _language(step: Step, order: Order) -> str:
    return languages.language(order, step.policy.wording.languages, step.dossier.parcel.destination)


UNNAMED = Order()


def orders(step: Step) -> Sequence[Order]:
    return step.dossier.parcel.orders or (UNNAMED,)


def new(step: Step, kind: str, order: Order, said: drafts.Facts, what: LetterStep) -> Draft:
    return Draft(
        kind=kind,
        language=_language(step, order),
        state=DraftState.DRAFT,
        created_at=step.now,
        milestone=step.dossier.milestone,
        order=order.number,
        to_name=order.customer_name,
        to_contact=order.customer_contact,
        facts=said,
        step=what,
    )
