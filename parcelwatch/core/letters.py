"""The life of a draft: verbs, the table of moves, when one is written and when it no longer holds.

What belongs here: drafts as things that move. What one may say, and whether that is still true, is drafts.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from parcelwatch.core import drafts, followup, languages
from parcelwatch.core.cases import Signal
from parcelwatch.core.kinds import KINDS, LETTERS, Family
from parcelwatch.core.step import Step
from parcelwatch.core.timeline import current, latest
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    FINAL,
    Announced,
    Case,
    CaseTold,
    Dossier,
    Draft,
    DraftState,
    Event,
    Fact,
    Form,
    LetterAction,
    LetterEvent,
    LetterSettled,
    LetterStep,
    LetterTakenBack,
    LetterWritten,
    Milestone,
    Order,
    Promised,
    State,
    Sure,
    Why,
)


class Verb(StrEnum):
    """What can be done to a draft; the last two are ours.

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


_UNSENT = (DraftState.DRAFT, DraftState.APPROVED)

# The whole life of a draft; a pair that is not here is not a move. One edited after its approval is approved anew.
TRANSITIONS: dict[tuple[DraftState, Verb], DraftState] = {
    (DraftState.DRAFT, Verb.APPROVE): DraftState.APPROVED,
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
    then = replace(draft, state=after, sent_at=now if after is DraftState.SENT else None)
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
            return _take_back(replace(step, arrived=event.letter if event.arrived else None))
        case Announced():
            return _announce(_take_back(step), event)
    return _take_back(step)


def _act(step: Step, action: LetterAction) -> Step:
    draft = next(one for one in step.dossier.drafts if one.id == action.draft_id)
    verb = Verb(action.verb)
    if draft.state is _ENDS_AS.get(verb):
        return step
    # One that was taken back a moment ago stays so, which its state says; but nothing may leave on that account.
    if verb is not Verb.SEND and any(line.draft is draft for line in step.moves):
        return step
    then, line = moved(draft, verb, step.now, by=action.by)
    then = replace(then, subject=action.subject or then.subject, body=action.body or then.body)
    then = replace(then, edited=then.edited or verb is Verb.EDIT)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    past = tuple(then if one.id == then.id else one for one in step.dossier.past)
    step = replace(step, dossier=replace(step.dossier, drafts=kept, past=past), moves=(*step.moves, line))
    if verb is Verb.SENT and draft.state is DraftState.SENDING:
        step = replace(step, arrived=draft.id)
    given = promised(then, action.by) if verb is Verb.SENT else None
    return followup.promised(step, given) if given else step


def promised(draft: Draft, by: str = "") -> Promised | None:
    """The word that a letter gives its customer, None where it names no day."""
    until = draft.facts.get("follow_up_at")
    if draft.step not in _OF_TROUBLE or not isinstance(until, str) or not until or draft.id is None:
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
    for draft in step.dossier.drafts:
        if not draft.unsent or drafts.about(draft, step.dossier.parcel.id) is None:
            continue
        case = cases.get(draft.kind)
        if (fate := _fate(draft, case, step)) is not None:
            rest = drafts.without(draft, step.dossier.parcel.id)
            step = _end(step, draft, case, *fate)
            if rest is not None:
                step = _add(step, _readdressed(_again(draft, rest, step), step), case)
    return step


def _fate(draft: Draft, case: Case | None, step: Step) -> tuple[Verb, Fact] | None:
    if draft.step in _OF_TROUBLE:
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


_OF_TROUBLE = (LetterStep.FIRST, LetterStep.UPDATE)
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
        return Verb.WITHDRAW, Fact(Form.LIMIT_RAISED, kind=case.kind) if step.rejudged else closed
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
        if draft.step is not LetterStep.PEAK and _stands(case) and case.opened_at >= draft.created_at:
            return Verb.WITHDRAW, Fact(Form.WORSE_OFF, kind=case.kind)
    return None


def _stands(case: Case) -> bool:
    """Whether it is trouble that customers are written to about."""
    return case.live and not case.hidden_by and case.kind in LETTERS and _tellable(case)


def _end(step: Step, draft: Draft, case: Case | None, verb: Verb, why: Fact) -> Step:
    """After a move of ours; agents are told of it where there is a case to tell it of."""
    then, line = moved(draft, verb, step.now, why=why)
    kept = tuple(then if one is draft else one for one in step.dossier.drafts)
    told = (LetterTakenBack(then, case, why),) if case else ()
    dossier = replace(step.dossier, drafts=kept)
    return replace(step, dossier=dossier, moves=(*step.moves, line), notices=(*step.notices, *told))


def _add(step: Step, draft: Draft, case: Case | None) -> Step:
    dossier = replace(step.dossier, drafts=(*step.dossier.drafts, draft))
    told = (LetterWritten(draft, case),) if case else ()
    return replace(step, dossier=dossier, notices=(*step.notices, *told))


def _again(draft: Draft, facts: drafts.Facts, step: Step) -> Draft:
    """A draft of its own with other facts, written now; its words, and an agent's yes to them, were of the former."""
    dated = {**facts, **drafts.dates(step.policy.wording, step.now)}
    fresh = replace(draft, id=None, state=DraftState.DRAFT, created_at=step.now, facts=dated)
    return replace(fresh, subject="", body="", edited=False)


def _readdressed(draft: Draft, step: Step) -> Draft:
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


# --- writing -------------------------------------------------------------------------------------

_WRITTEN_WHEN = frozenset({Why.OPENED, Why.REOPENED, Why.UNHIDDEN})
_ANEW_WHEN = frozenset({Why.WORSENED, Why.WOKEN})
_FOR_AGENTS = frozenset({Why.ESCALATED, Why.RERAISED, Why.UNFULFILLED})


def write(step: Step, standing: Collection[str], before: Dossier) -> Step:
    """One draft an order for each case agents are newly told of, if customers are written to about its kind.

    A draft that newer facts made untrue is written anew while the trouble stands, and an order that the parcel did not
    have `before` gets its own. Parcels of one order share a draft. Who was sent a letter hears again: when the trouble
    gets worse, on the day that letter names, when the parcel moves or is delivered, and when it was wrong.
    """
    if not step.dossier.cases:
        return step
    wanted = _wanted(step, standing, before.parcel.orders)
    for case in step.dossier.cases:
        if _stands(case) and _worth_a_letter(case, step.dossier):
            for order in _orders(step):
                if (case.kind, order.number) in wanted and not _still_to_come(case, order, step):
                    step = _write_of(step, case, order)
    return _close(step, before)


def _write_of(step: Step, case: Case, order: Order) -> Step:
    """Word of a trouble; what follows a letter waits until it is known whether that one arrived."""
    what, sent = _step(step, case, order), drafts.last_sent(step.dossier, case.kind, order)
    if what is LetterStep.UPDATE and sent is not None and sent.state is DraftState.SENDING:
        return step
    return _write(step, case, order, what)


def _tellable(case: Case) -> bool:
    """Whether it is a thing to write of: not what nobody can read or only an agent said, nor a scratch on the box."""
    scan = case.fact.scan
    if case.fact.says is Form.ALL_UNREAD:
        return False
    return scan is None or not (scan.by or (case.kind == "damaged" and scan.sure is Sure.SLIGHT))


def _worth_a_letter(case: Case, dossier: Dossier) -> bool:
    """Whether the customer does not know it already: what the shop called back, it has spoken of."""
    return case.kind not in ("returning", "returned") or not drafts.called_back(dossier)


def _still_to_come(case: Case, order: Order, step: Step) -> bool:
    """Whether the day it would name is yet to come: it is another order's promise that is over."""
    promise, known = drafts.promised_to(order, step.dossier), step.dossier.confirmed_at or step.now
    return LETTERS[case.kind].promise and promise is not None and promise > min(known, step.now)


def _withdrawn_when_closed(step: Step) -> set[tuple[str, str]]:
    """Kinds and orders, of what is open again after an agent closed it, whose customers had nothing yet."""
    closed = (event for event in step.events if event.before == State.RESOLVED)
    again = {event.kind for event in closed if event.signal in (Signal.RESUME, Signal.REOPEN)} & set(LETTERS)
    return {
        (kind, order.number)
        for kind in again
        for order in _orders(step)
        if drafts.last_sent(step.dossier, kind, order) is None
    }


def _come_due(dossier: Dossier) -> set[tuple[str, str]]:
    """Kinds and orders whose own day has come since agents were told: no letter named that day to the customer yet."""
    mine = dossier.parcel.id
    letters = [one for one in (*dossier.past, *dossier.drafts) if drafts.about(one, mine) is not None]
    return {
        (case.kind, order.number)
        for case in dossier.cases
        if case.told and case.live and case.kind in LETTERS and LETTERS[case.kind].promise
        for order in dossier.parcel.orders
        if (day := drafts.promised_to(order, dossier)) is not None and day > case.opened_at
        if not any((one.kind, one.order) == (case.kind, order.number) and drafts.names(one, day) for one in letters)
    }


_UNNAMED = Order()


def _orders(step: Step) -> Sequence[Order]:
    return step.dossier.parcel.orders or (_UNNAMED,)


def _wanted(step: Step, standing: Collection[str], before: Sequence[Order]) -> set[tuple[str, str]]:
    """Kinds and orders to write about."""
    orders = [order.number for order in _orders(step)]
    news = [each for each in step.notices if isinstance(each, CaseTold)]
    told = {each.case.kind for each in news if each.why in _WRITTEN_WHEN}
    worse = {each.case.kind for each in news if each.why in _ANEW_WHEN}
    told |= {kind for kind in worse if kind in LETTERS and LETTERS[kind].again}
    wanted = {(kind, order) for kind in told & set(LETTERS) for order in orders}
    known = {order.number for order in before or (_UNNAMED,)}
    told_before = {case.kind for case in step.dossier.cases if case.told and case.live} & set(LETTERS)
    wanted |= {(kind, order) for kind in told_before for order in orders if order not in known}
    untrue = (each.draft for each in step.notices if isinstance(each, LetterTakenBack))
    wanted |= {(draft.kind, draft.order) for draft in untrue if draft.step in _OF_TROUBLE and draft.kind in standing}
    fresh = (each.case.kind for each in news if each.why not in _FOR_AGENTS)
    wanted |= {(kind, sent.order) for kind in fresh for sent in _sent(step.dossier, kind)}
    wanted |= {(sent.kind, sent.order) for sent in _outdated(step)}
    wanted |= {(sent.kind, sent.order) for sent, due in _promises(step.dossier) if due <= step.now}
    wanted |= _come_due(step.dossier)
    wanted |= _withdrawn_when_closed(step)
    mine = step.dossier.parcel.id
    return wanted - {(one.kind, one.order) for one in step.dossier.drafts if one.unsent and drafts.about(one, mine)}


def _sent(dossier: Dossier, kind: str) -> list[Draft]:
    """What the customers of its orders were last sent about a kind."""
    last = (drafts.last_sent(dossier, kind, order) for order in dossier.parcel.orders or (_UNNAMED,))
    return [one for one in last if one is not None]


def _outdated(step: Step) -> Sequence[Draft]:
    """Letters known only now to have arrived, of trouble that agents were told anew of since they were written."""
    sent = ((one, case) for case in step.dossier.cases for one in _sent(step.dossier, case.kind))
    arrived = [(one, case) for one, case in sent if one.step in _OF_TROUBLE and one.id == step.arrived]
    return [one for one, case in arrived if not case.reraised and case.told_at and case.told_at > one.created_at]


def _promises(dossier: Dossier) -> list[tuple[Draft, datetime]]:
    """Letters whose word is still to be kept, and when: their trouble stands, and nothing was written since then."""
    mine = dossier.parcel.id
    later = [one for one in (*dossier.past, *dossier.drafts) if drafts.about(one, mine) is not None]
    sent = [(one, _due(one, case)) for case in dossier.cases if _stands(case) for one in _sent(dossier, case.kind)]
    return [
        (one, due)
        for one, due in sent
        if one.step in _OF_TROUBLE
        and not any((other.kind, other.order) == (one.kind, one.order) and _answers(other, one, due) for other in later)
    ]


def _answers(later: Draft, sent: Draft, due: datetime) -> bool:
    return later is not sent and (later.unsent or later.created_at >= due)


def _due(sent: Draft, case: Case) -> datetime:
    """When agents are reminded of the day that a letter promised; where that is not known, that day."""
    if case.word is not None and case.word.letter == sent.id:
        return case.word.remind_at
    return datetime.fromisoformat(str(sent.facts["follow_up_at"]))


def next_word(dossier: Dossier, now: datetime) -> datetime | None:
    """When the next day comes on which a customer was promised word, or an announcement comes too late."""
    promised = [due for _, due in _promises(dossier)] if dossier.past else []
    over = [drafts.peak_over_at(one) for one in dossier.drafts if one.unsent and one.step is LetterStep.PEAK]
    return min((at for at in (*promised, *over) if at > now), default=None)


def _step(step: Step, case: Case, order: Order) -> LetterStep:
    """An update where the customer was sent the same trouble already, told as surely; else the first word of it."""
    sent = drafts.last_sent(step.dossier, case.kind, order)
    if sent is None or sent.step not in _OF_TROUBLE:
        return LetterStep.FIRST
    said, found = drafts.about(sent, step.dossier.parcel.id) or {}, drafts.evidence(step.dossier, case.kind)
    sure = str(found.checkpoint.sure) if found else ""
    same = (said.get("since"), said.get("sure")) == (drafts.stamp(case.since), sure)
    return LetterStep.UPDATE if same else LetterStep.FIRST


# --- after one was sent --------------------------------------------------------------------------

_UNDER_WAY = frozenset(
    {
        Milestone.PICKED_UP,
        Milestone.IN_TRANSIT,
        Milestone.CUSTOMS,
        Milestone.OUT_FOR_DELIVERY,
        Milestone.AVAILABLE_FOR_PICKUP,
    }
)


def _close(step: Step, before: Dossier) -> Step:
    """Good news, and corrections, to those who were sent a letter; one an order."""
    if not any(one.gone for one in step.dossier.past):
        return step
    for order in _orders(step):
        sent = [one for case in step.dossier.cases if (one := drafts.last_sent(step.dossier, case.kind, order))]
        for letter in sorted(sent, key=lambda one: one.id or 0, reverse=True):
            case = next(case for case in step.dossier.cases if case.kind == letter.kind)
            what = _closing(step, case, letter, before)
            if what is not None and not _written_already(step, order, what):
                step = _write(step, case, order, what, letter)
    return step


def _closing(step: Step, case: Case, letter: Draft, before: Dossier) -> LetterStep | None:
    """What is to follow a letter now, if anything."""
    after = step.dossier
    newest = max(current(after.timeline), key=latest, default=None)
    # What an agent knows better, the customer mostly told them.
    if (
        letter.state is DraftState.SENDING
        or not LETTERS[case.kind].good_news
        or (newest is not None and newest.checkpoint.by)
    ):
        return None
    # Known only now that it arrived, after what would have followed it.
    said, late = drafts.about(letter, after.parcel.id) or {}, letter.id == step.arrived
    if after.milestone is Milestone.DELIVERED:
        news = before.milestone is not Milestone.DELIVERED or (late and said.get("milestone") != Milestone.DELIVERED)
        return LetterStep.DELIVERED if news and letter.step is not LetterStep.DELIVERED else None
    if letter.step not in _OF_TROUBLE:
        held = late or drafts.rests(said, before)
        wrong = held and not drafts.rests(said, after) and drafts.outlived(letter, after)
        return LetterStep.CORRECTED if wrong and not any(map(_stands, after.cases)) else None
    told = KINDS[case.kind].family is Family.TOLD
    if told and (late or drafts.rests(said, before)) and not drafts.rests(said, after):
        return LetterStep.CORRECTED if drafts.evidence(after, case.kind) is None else None
    cleared = any((each.kind, each.signal) == (case.kind, "clears") for each in step.events) and not step.rejudged
    if (
        not (cleared or (late and not case.live) or _moved_on(step, letter))
        or after.milestone not in _UNDER_WAY
        or any(map(_stands, after.cases))
    ):
        return None
    return LetterStep.MOVED if drafts.newer(letter, after) else None


def _moved_on(step: Step, letter: Draft) -> bool:
    """Whether good news of it was just taken back because the parcel has moved on since."""
    gone = (each for each in step.notices if isinstance(each, LetterTakenBack) and each.why.says is Form.NEWER_SCAN)
    about = (letter.kind, letter.order, LetterStep.MOVED)
    return any((each.draft.kind, each.draft.order, each.draft.step) == about for each in gone)


def _written_already(step: Step, order: Order, what: LetterStep) -> bool:
    """Whether a parcel's order has good news of it already, of this step or as it stands."""
    mine = step.dossier.parcel.id
    return any(
        (one.step, one.order) == (what, order.number) and drafts.about(one, mine) is not None
        for one in step.dossier.drafts
        if one.unsent
    )


# --- a peak --------------------------------------------------------------------------------------


class Unannounced(StrEnum):
    """Why an order is not told of a peak: its parcel is on no road, is in trouble, or it was told before."""

    OVER = "over"
    TROUBLED = "troubled"
    ANNOUNCED = "announced"


def unannounced(dossier: Dossier, order: Order, event: Announced) -> Unannounced | None:
    """Why an order of a parcel is not to hear of a peak; None where it is."""
    if dossier.milestone in FINAL or dossier.unwatched:
        return Unannounced.OVER
    about = (drafts.PEAK, order.number)
    known = (one for one in (*dossier.past, *dossier.drafts) if (one.kind, one.order) == about)
    if any(one.facts.get("peak_from") == drafts.stamp(event.first) for one in known):
        return Unannounced.ANNOUNCED
    return Unannounced.TROUBLED if any(map(_stands, dossier.cases)) else None


def _announce(step: Step, event: Announced) -> Step:
    """One announcement an order, where the parcel is under way and customers did not hear of this peak yet."""
    for order in _orders(step):
        if unannounced(step.dossier, order, event) is None:
            wording = step.policy.wording
            said = drafts.announcing(step.dossier, order, wording, step.now, event.peak, event.first, event.last)
            step = _add(step, _new(step, drafts.PEAK, order, said, LetterStep.PEAK), None)
    return step


# --- one draft -----------------------------------------------------------------------------------


def _write(step: Step, case: Case, order: Order, what: LetterStep, earlier: Draft | None = None) -> Step:
    """A draft for one order; it joins the one that another parcel of the order has already."""
    draft = _written(step, case, order, what, earlier)
    other = _with_room(step.dossier.drafts, draft, order) if order.number else None
    if other is not None:
        draft = _again(other, drafts.joined(other, step.dossier, case), step)
    # A later checkpoint of the same answer can make it untrue before it is written down.
    if drafts.contradicted(draft, step.dossier) is not None:
        return step
    if other is not None:
        step = _forget(step, other) if other.id is None else _end(step, other, case, Verb.SUPERSEDE, _JOINED)
    return _add(step, draft, case)


def _with_room(letters: Sequence[Draft], draft: Draft, order: Order) -> Draft | None:
    """The newest draft that says the same to the customer of the order, and can be about one parcel more.

    Words that an agent chose stand: beside them comes a draft of its own.
    """
    about = (draft.kind, draft.order, draft.step)
    same = (one for one in reversed(letters) if one.unsent and (one.kind, one.order, one.step) == about)
    ours = (one for one in same if not one.edited and not drafts.misaddressed(one, (order,)))
    room = (one for one in ours if len(drafts.parts(one.facts)) < drafts.MOST)
    return next((one for one in room if drafts.tells(one) == drafts.tells(draft)), None)


_JOINED = Fact(Form.OTHER_PARCELS)


def _forget(step: Step, draft: Draft) -> Step:
    """A draft of this very step that nobody has seen."""
    kept = tuple(one for one in step.dossier.drafts if one is not draft)
    notices = tuple(one for one in step.notices if not (isinstance(one, LetterWritten) and one.draft is draft))
    return replace(step, dossier=replace(step.dossier, drafts=kept), notices=notices)


def _written(step: Step, case: Case, order: Order, what: LetterStep, earlier: Draft | None) -> Draft:
    if earlier is None and what is LetterStep.UPDATE:
        earlier = drafts.last_sent(step.dossier, case.kind, order)
    said = drafts.facts(step.dossier, case, order, step.policy.wording, step.now, what, earlier)
    return _new(step, case.kind, order, said, what)


def _new(step: Step, kind: str, order: Order, said: drafts.Facts, what: LetterStep) -> Draft:
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
