"""The one step: what follows for a parcel from hearing something about it, or from time passing.

Everything that polls, pushes, clocks, agents and replay lead to is decided here and nowhere else; whoever calls it
saves all of what it returns in one transaction. The step is a pure function of what is known (the Dossier), what
happened (an Event), what the shop wants (the Policy) and the time. Played twice it gives the same, so a crash costs
nothing, a story is a test, and history can be replayed under other thresholds.

It goes in this order, and each part only adds to what the one before it left:

1. *Ours.* Couriers use numbers again and aggregators forget what they were told. What is about an earlier parcel is cut
   off, and "never told of it" is weighed against when it was told (hear.ours).
2. *Hear.* What was said joins what is known. A timeline is a join: any order and any repetition of answers lead to
   the same one (hear.hear).
3. *Look.* The dossier is read once into a View, and every rule answers from it with a verdict: a finding or none,
   since when its clock runs, and when that may change. Silence is only found when the courier has answered after the
   deadline, so an outage accuses nobody (assess).
4. *Move.* Findings and agents move cases through one table; what no longer fires is closed; worse hides milder
   (tell.move). So does time: what nobody acknowledged, what nothing followed, and what was promised (followup).
5. *Tell.* A case is news when it is open, visible and worse than what agents were told of it. That they were told is
   part of the case, so nothing is told twice, across restarts too (tell.tell). What thresholds on trial would have
   told is written down beside it (shadow.follow).
6. *Letters.* Drafts that are untrue by now are taken back before new ones are written, and only for trouble that agents
   are newly told of. A letter that was sent is followed up: on the day it promised, when the parcel moved or arrived,
   and when it turned out wrong (letters, writing). Of one that may have arrived or not agents are told (unsure).
7. *Claims.* What a case may lead to at the courier has a last day; agents are reminded before it (claims).
8. *Look again.* The courier is asked when its milestone's cadence or the next deadline says so; where time alone
   decides, and on the day a customer was promised word, the parcel is looked at again (look_again).

What comes out are notices, not messages: who is told, over which channel and in which words is decided later and by
others (dispatch, render).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from parcelwatch.core import announcing, claims, followup, letters, shadow, tell, unsure, writing
from parcelwatch.core.assess import Assessment, assess
from parcelwatch.core.cadence import CORRECTED, DEADLINE, REPLACED, UNREGISTERED, next_poll, unanswered
from parcelwatch.core.hear import hear, ours, shown
from parcelwatch.core.learn.outlook import Outlook
from parcelwatch.core.policy import Policy
from parcelwatch.core.step import Step
from parcelwatch.core.view import View, view
from parcelwatch.model import (
    Advance,
    Amended,
    Answered,
    Dossier,
    Event,
    Marked,
    News,
    NotFound,
    Pushed,
    Refused,
    Unanswered,
)

# How long an aggregator that has only just been told of a number may hold up the news of the others.
_PATIENCE = timedelta(minutes=10)


def advance(dossier: Dossier, event: Event, policy: Policy, now: datetime, outlook: Outlook | None = None) -> Advance:
    """One step. Raises BadInput for an action that is not to be had as things stand, NotFound for a case unknown.

    `outlook`: what is known by now of parcels like it, None where nothing is.
    """
    before, event = ours(dossier, event, now)
    after = hear(before, event, now)
    seen = view(after, policy.calendar, policy.foresight, outlook)
    after = _standing(after, seen, policy)
    found = Assessment() if dossier.unwatched else assess(seen, policy)
    findings = found.findings
    step = Step(
        after,
        policy,
        now,
        first=dossier.first_tracked_at is None and after.first_tracked_at is not None,
        rejudged=not isinstance(event, News) and dossier.policy_id not in ("", policy.policy_id),
    )
    step = tell.move(step, findings, event)
    step = followup.follow(step, event)
    step = tell.tell(step)
    step = shadow.follow(step, found.shadowed)
    step = letters.move(step, event)
    step = unsure.tell(step)
    step = announcing.announce(step, event)
    step = writing.write(step, findings, before)
    step = claims.move(step, event, seen, findings)
    return _look_again(step, event, seen, found, dossier)


def _standing(dossier: Dossier, seen: View, policy: Policy) -> Dossier:
    """With where the parcel is, and the policy that judges it from now on."""
    standing = (shown(seen), seen.stage.cause, policy.policy_id)
    if standing == (dossier.milestone, dossier.cause, dossier.policy_id):
        return dossier
    return replace(dossier, milestone=standing[0], cause=standing[1], policy_id=standing[2])


# --- look again ----------------------------------------------------------------------------------


def _look_again(step: Step, event: Event, seen: View, found: Assessment, before: Dossier) -> Advance:
    dossier, now = step.dossier, step.now
    poll_at, why = _next_poll(event, step, seen, found, before)
    if dossier.parcel.successor != before.parcel.successor:
        poll_at, why = REPLACED.after(now)
    wakes = [*followup.due(dossier, step.policy), *unsure.due(dossier)]
    if not dossier.unwatched:
        wakes += [case.snoozed_until for case in dossier.cases if case.live and case.snoozed_until]
        wakes += [at] if (at := writing.next_word(dossier, now)) is not None else []
    return Advance(
        dossier=replace(dossier, poll_at=poll_at),
        notices=step.notices,
        events=step.events,
        moves=step.moves,
        ended=step.ended,
        poll_at=poll_at,
        assess_at=min((at for at in (*wakes, found.valid_until, claims.next_at(step)) if at is not None), default=None),
        poll_why=why,
        first=step.first,
        heard=isinstance(event, Answered | NotFound | Refused | Unanswered | Pushed) and bool(why),
        asked=_had_its_say(event, dossier, now),
        due_at=found.due_at,
    )


def _next_poll(event: Event, step: Step, seen: View, found: Assessment, before: Dossier) -> tuple[datetime | None, str]:
    match event:
        case Refused(unregistered=True):
            return UNREGISTERED.after(step.now)
        case Unanswered(since=since):
            return unanswered(step.dossier.parcel.number, since, step.now)
        case Pushed() if step.dossier.timeline != before.timeline:
            return next_poll(seen, found.due_at, step.now, pushed=True)
        case Answered() | NotFound() | Refused() | Marked():
            return next_poll(seen, found.due_at, step.now)
        case Amended():
            return _amended(step, found, before)
    # Nothing new: the next question stays where it was.
    return step.dossier.poll_at, ""


def _amended(step: Step, found: Assessment, before: Dossier) -> tuple[datetime | None, str]:
    """Another company has yet to be asked; a deadline that the shop names anew wants an answer."""
    after, now = step.dossier, step.now
    if before.parcel.company not in ("", after.parcel.company):
        return CORRECTED.after(now)
    due_at = found.due_at
    if due_at is None or _deadlines(after) == _deadlines(before) or after.poll_at is None:
        return after.poll_at, ""
    return DEADLINE.after(max(due_at, now)) if max(due_at, now) < after.poll_at else (after.poll_at, "")


def _deadlines(dossier: Dossier) -> tuple[object, ...]:
    parcel = dossier.parcel
    return parcel.dispatch_by, {order.promised_by for order in parcel.orders}


def _had_its_say(event: Event, dossier: Dossier, now: datetime) -> bool:
    match event:
        case NotFound(pending=True):
            return now - dossier.parcel.added_at >= _PATIENCE
        case Answered() | NotFound() | Pushed() | Refused(unregistered=False):
            return True
    return False
