"""What agents do to cases, drafts and parcels: one way for every hand, on the command line and elsewhere.

What belongs here: carrying out, each in a transaction of its own unless the caller holds one. What can be done as
things stand is the core's to say; it raises BadInput for what cannot, and NotFound for what there is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from parcelwatch.core.cases import Signal
from parcelwatch.core.claims import TRANSITIONS
from parcelwatch.core.joint import scope
from parcelwatch.core.kinds import KINDS
from parcelwatch.core.policy import Policy
from parcelwatch.core.texts.text import plain
from parcelwatch.errors import BadInput
from parcelwatch.ingest import take_step
from parcelwatch.model import (
    Action,
    Amended,
    Cause,
    ClaimAction,
    DraftState,
    LetterAction,
    Marked,
    Milestone,
    Parcel,
    Remedy,
    State,
)
from parcelwatch.store import Store, cases, drafts, parcels
from parcelwatch.store.dossiers import dossier
from parcelwatch.store.rows import whole

_P = ParamSpec("_P")

_ENDS_AS: Final = {Signal.ACK: State.ACKNOWLEDGED, Signal.RESOLVE: State.RESOLVED, Signal.REOPEN: State.OPEN}

MARKS: Final[Mapping[str, tuple[Milestone, Cause | None]]] = {
    "delivered": (Milestone.DELIVERED, None),
    "returned": (Milestone.RETURNED, None),
    "cancelled": (Milestone.CANCELLED, None),
    "lost": (Milestone.EXCEPTION, Cause.LOST),
    "damaged": (Milestone.EXCEPTION, Cause.DAMAGED),
    "destroyed": (Milestone.EXCEPTION, Cause.DESTROYED),
    "refused": (Milestone.ATTEMPT_FAILED, Cause.REFUSED),
    "ready": (Milestone.AVAILABLE_FOR_PICKUP, None),
}
"""How an agent can say a parcel stands."""


def _joined(verb: Callable[Concatenate[Store, _P], bool]) -> Callable[Concatenate[Store, _P], bool]:
    """What may be done to several at once, all or nothing: in the caller's transaction if there is one."""

    @wraps(verb)
    def done(store: Store, /, *given: _P.args, **named: _P.kwargs) -> bool:
        with store.joined():
            return verb(store, *given, **named)

    return done


@_joined
def act_on_case(
    store: Store,
    case_id: int,
    verb: str,
    policy: Policy,
    now: datetime,
    *,
    by: str = "",
    until: datetime | None = None,
) -> bool:
    """Do "ack", "snooze", "resolve" or "reopen" to a case; False if it was so already."""
    signal = Signal(verb)
    if cases.one(store, case_id, now).case.state is _ENDS_AS.get(signal):
        return False
    parcel_id, _ = cases.locate(store, case_id)
    if signal is Signal.REOPEN and dossier(store, parcel_id).unwatched:
        raise BadInput(f"case {case_id} is of a parcel no longer watched: `parcelwatch parcels resume` opens it")
    _act(store, case_id, Action(verb, "", by=by, until=until), policy, now)
    return True


@_joined
def assign(store: Store, case_id: int, to: str, policy: Policy, now: datetime, *, by: str = "") -> bool:
    """Give a case to an agent, or to nobody with ""; False if it was theirs already."""
    if cases.one(store, case_id, now).case.owner == to:
        return False
    _act(store, case_id, Action(Signal.ASSIGN, "", by=by, to=to), policy, now)
    return True


@_joined
def agree(
    store: Store, case_id: int, what: Remedy, policy: Policy, now: datetime, *, by: str = "", note: str = ""
) -> bool:
    """Record what the customer was promised; False if that is agreed already and still to be done."""
    agreed = cases.one(store, case_id, now).case.remedy
    if agreed is not None and agreed.done_at is None and (agreed.what, agreed.note) == (what, note or agreed.note):
        return False
    _act(store, case_id, Action(Signal.AGREE, "", by=by, what=what, note=note), policy, now)
    return True


@_joined
def fulfil(
    store: Store, case_id: int, what: Remedy | None, policy: Policy, now: datetime, *, by: str = "", note: str = ""
) -> bool:
    """Record that what was agreed is done, or something else instead (`what`); False if it was done already.

    Raises BadInput where nothing was agreed and nothing is said.
    """
    agreed = cases.one(store, case_id, now).case.remedy
    if agreed is not None and agreed.done_at is not None and what in (None, agreed.what):
        return False
    if what is not None and (agreed is None or agreed.done_at is not None or agreed.what is not what):
        _act(store, case_id, Action(Signal.AGREE, "", by=by, what=what), policy, now)
    _act(store, case_id, Action(Signal.FULFIL, "", by=by, note=note), policy, now)
    return True


def _act(store: Store, case_id: int, action: Action, policy: Policy, now: datetime) -> None:
    parcel_id, kind = cases.locate(store, case_id)
    take_step(store, parcel_id, replace(action, kind=kind), policy, whole(now))


@_joined
def claim(
    store: Store,
    case_id: int,
    verb: str,
    policy: Policy,
    now: datetime,
    *,
    by: str = "",
    ref: str = "",
    amount: str = "",
) -> bool:
    """Do "file", "pay", "refuse" or "drop" to the claim of a case; False if all that is said was known."""
    known = cases.one(store, case_id, now).case.claim
    parcel_id, kind = cases.locate(store, case_id)
    action = ClaimAction(verb, kind, by, _named("ref", ref), _paid(amount))
    if (
        known
        and _CLAIMED[verb] is known.state
        and action.ref in ("", known.ref)
        and action.amount in ("", known.amount)
    ):
        return False
    take_step(store, parcel_id, action, policy, whole(now))
    return True


_CLAIMED: Final = {verb: after for (_, verb), after in TRANSITIONS.items()}
_LONGEST: Final = 60
_AMOUNT: Final = re.compile(r"(?:\D{0,4}\s?)?[0-9]{1,12}(?:[.,][0-9]{1,3})*(?:\s?\D{1,4})?")


def _named(what: str, text: str) -> str:
    """One short line. Raises BadInput for more."""
    line = plain(text, _LONGEST + 1)
    if len(line) > _LONGEST:
        raise BadInput(f"--{what}: at most {_LONGEST} characters")
    return line


def _paid(text: str) -> str:
    amount = _named("paid", text)
    if amount and not _AMOUNT.fullmatch(amount):
        raise BadInput(f'--paid {amount!r}: expected an amount such as 12.50 or "12.50 EUR"')
    return amount


def act_on_draft(
    store: Store,
    draft_id: int,
    verb: str,
    policy: Policy,
    now: datetime,
    *,
    subject: str,
    body: str,
    by: str = "",
    letter: Sequence[int] = (),
) -> None:
    """Do "approve", "discard", "edit" or "sent" to a draft, in the words its reader saw. Once is enough.

    `letter`: the drafts that these words say, where they say several. All of them are approved or edited, or none; what
    was sent is what an agent had approved, and what is discarded is the one alone.
    One that turns out to be untrue at this moment is withdrawn instead: its state says which.
    """
    parcel_id, draft = drafts.one(store, draft_id)
    if verb == "sent" and draft.state is DraftState.DRAFT:
        raise BadInput(f"draft {draft_id} is not approved: read it, then `parcelwatch drafts approve {draft_id}`")
    meant = scope(draft, verb, letter)
    own = len(letter) > 1 and set(meant) != set(letter)
    action = LetterAction(verb, draft_id, by, None if own else subject, None if own else body, meant)
    with store.joined():
        take_step(store, parcel_id, action, policy, whole(now))


# --- parcels -------------------------------------------------------------------------------------


def mark(
    store: Store, parcel: Parcel, how: str, policy: Policy, now: datetime, *, note: str = "", by: str = ""
) -> None:
    """Say how a parcel stands, whatever the courier says: an agent's word among the courier's scans."""
    if how not in MARKS:
        raise BadInput(f"a parcel is not marked {how[:40]!r}: say one of {', '.join(MARKS)}")
    milestone, cause = MARKS[how]
    with store.transaction():
        take_step(store, parcel.id, Marked(milestone, cause, note.strip(), by), policy, whole(now))


@_joined
def stop(store: Store, parcel: Parcel, policy: Policy, now: datetime, *, by: str = "", told_by: str = "") -> bool:
    """Watch a parcel no more, and close its cases; what is known stays. False if it was stopped before.

    `told_by`: the shop or file that said so, "" for an agent.
    """
    now = whole(now)
    live = [row.case.kind for row in cases.rows(store, now, parcel_id=parcel.id) if row.case.live]
    # What a worse one hides is closed before it, so that it does not come out for a moment.
    for kind in sorted(live, key=_gravest_first, reverse=True):
        take_step(store, parcel.id, Action(Signal.STOP, kind, by=by), policy, now)
    return parcels.stop(store, parcel.id, now, told_by)


@_joined
def resume(store: Store, parcel: Parcel, policy: Policy, now: datetime, *, by: str = "") -> bool:
    """Watch a stopped parcel again, due at once, with the cases it was stopped with. False if it was not stopped.

    What was told of them before is not told again.
    """
    now = whole(now)
    resumed = parcels.resume(store, parcel.id, now)
    for kind in sorted(cases.stopped(store, parcel.id) if resumed else (), key=_gravest_first):
        take_step(store, parcel.id, Action(Signal.RESUME, kind, by=by), policy, now)
    return resumed


def _gravest_first(kind: str) -> int:
    return KINDS[kind].place


@_joined
def move(store: Store, parcel: Parcel, courier: str, company: str, policy: Policy, now: datetime) -> bool:
    """Ask another account, or about another company, for a parcel; False if it was so already.

    What was heard under another company was another parcel's and is dropped.
    """
    target = (courier or parcel.courier, company or parcel.company)
    if target == (parcel.courier, parcel.company):
        return False
    taken = {(one.courier, one.company) for one in parcels.find(store, parcel.number)}
    between = {(parcel.courier, target[1]), (target[0], parcel.company)}
    if target in taken or between <= taken:
        raise BadInput(f"{parcel.number} is watched at {' '.join(target).strip()} already: stop one of the two")
    now = whole(now)
    if (parcel.courier, target[1]) in taken:
        # It would be the same as another on its way there: the account comes first.
        parcels.move(store, parcel.id, target[0], now)
        _rename(store, parcel, target, policy, now)
    else:
        _rename(store, parcel, target, policy, now)
        parcels.move(store, parcel.id, target[0], now)
    return True


def _rename(store: Store, parcel: Parcel, target: tuple[str, str], policy: Policy, now: datetime) -> None:
    """Another company from now on; nothing where it is the same."""
    if target[1] != parcel.company:
        said = Parcel(0, parcel.number, target[0], now, company=target[1])
        take_step(store, parcel.id, Amended(said), policy, now)
