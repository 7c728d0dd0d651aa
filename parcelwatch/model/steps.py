"""What follows from one event: the dossier, notices, history lines, and when to look again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from parcelwatch.model.cases import Case, Shadow
from parcelwatch.model.facts import Fact, Severity
from parcelwatch.model.frequent import frequent
from parcelwatch.model.letters import Draft
from parcelwatch.model.parcels import Habit, Parcel
from parcelwatch.model.tracking import Cause, Milestone, Timeline

_UNTOLD: Final = Timeline()


@frequent
@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything `advance` needs to know about one parcel, and all of it that it may change.

    `confirmed_at`: when the courier last answered about it, tracked or not found.
    `missing_since`: the first "no record" answer of an unbroken run of them.
    `first_tracked_at`: the first answer with a history. `baseline_at`: the same when the parcel's life was
    already over then; nothing heard up to it is ever told.
    `estimate`: when the courier now expects it; `promise`: its first commitment heard after the parcel moved.
    `stands`: where its newest answer says the parcel is as a whole, None where it does not say.
    `registered_at`: when an aggregator was last told of the number, None while it has to be.
    `policy_id`: the policy it was last judged by, "" while it never was.
    `cases`: every case it ever had. `shadows`: all that thresholds on trial would have told of it, oldest first.
    `drafts`: those not yet sent. `past`: the others, its orders' too. `poll_at`: when the courier is asked next.
    `unwatched`: an agent stopped it, so nothing of it is trouble any more. `habits`: which scans parcels like it have,
    by those that arrived: of its lane first, then of its courier.
    """

    parcel: Parcel
    timeline: Timeline = _UNTOLD
    milestone: Milestone = Milestone.UNKNOWN
    cause: Cause | None = None
    confirmed_at: datetime | None = None
    missing_since: datetime | None = None
    first_tracked_at: datetime | None = None
    baseline_at: datetime | None = None
    refused: str = ""
    stopped: str = ""
    estimate: datetime | None = None
    promise: datetime | None = None
    stands: Milestone | None = None
    registered_at: datetime | None = None
    policy_id: str = ""
    cases: tuple[Case, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    drafts: tuple[Draft, ...] = ()
    past: tuple[Draft, ...] = ()
    poll_at: datetime | None = None
    unwatched: bool = False
    habits: tuple[Habit, ...] = field(default=(), compare=False)


class Why(StrEnum):
    """Why a message is sent."""

    OPENED = "opened"
    WORSENED = "worsened"
    REOPENED = "reopened"
    UNHIDDEN = "unhidden"
    WOKEN = "woken"
    FLAPPING = "flapping"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    RERAISED = "reraised"
    PROMISED = "promised"
    UNFULFILLED = "unfulfilled"
    COMPLAINED = "complained"
    CLEARED = "cleared"
    DRAFTED = "drafted"
    WITHDRAWN = "withdrawn"
    UNSURE = "unsure"
    CLAIM_DUE = "claim_due"
    CLAIM_MISSED = "claim_missed"
    SILENT = "silent"
    RECOVERED = "recovered"
    UNMAPPED = "unmapped"
    BROKEN = "broken"
    JUMPED = "jumped"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class CaseTold:
    """Agents are to hear of a case. `fact`: what of it, None for the trouble itself."""

    case: Case
    why: Why
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class CaseCleared:
    """Trouble that agents may have been told of is over. `why`: what happened. `moot`: they hear of the parcel anyway.

    Whether they really were told, and where, the outbox knows.
    """

    case: Case
    why: Fact
    moot: bool = False


@dataclass(frozen=True, slots=True)
class LetterWritten:
    """A draft was written for the customer, for an agent to check."""

    draft: Draft
    case: Case


@dataclass(frozen=True, slots=True)
class LetterTakenBack:
    """A draft that no longer holds: whoever has it must not send it. `why` says why."""

    draft: Draft
    case: Case
    why: Fact


@dataclass(frozen=True, slots=True)
class LetterUnsure:
    """A letter that left, and nobody knows whether it arrived. `case`: None for one about no trouble."""

    draft: Draft
    case: Case | None
    why: Fact


@dataclass(frozen=True, slots=True)
class LetterLapsed:
    """An agent's yes to a draft was to a letter that is no more: the draft is to be read and approved again."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """Agents are to hear that the last day of a claim is near, or over: `fact` says which."""

    case: Case
    severity: Severity
    why: Why
    fact: Fact


CaseNotice = CaseTold | CaseCleared | LetterWritten | LetterTakenBack | ClaimTold
"""What happened to a case that people may have to hear of. To whom it goes, and whether, is core.dispatch's."""

Notice = CaseNotice | LetterUnsure | LetterLapsed


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's history: what moved it and why."""

    kind: str
    at: datetime
    signal: str
    before: str
    after: str
    why: Fact
    by: str = ""


@dataclass(frozen=True, slots=True)
class LetterEvent:
    """One line of a draft's history. `draft`: as it is after the move."""

    draft: Draft
    at: datetime
    verb: str
    before: str
    after: str
    why: Fact | None = None
    by: str = ""


@frequent
@dataclass(frozen=True, slots=True)
class Advance:
    """What follows from one step: the new dossier and what happened, and when to look again.

    `poll_at`: when to ask the courier next, None when never. `assess_at`: when the answer may change without
    news, None when it cannot. `ended`: kinds whose case was resolved, so that what is unsent about them is moot.
    `first`: this was the parcel's first answer with a history. `heard`: the courier said something, or refused to.
    `asked`: it has had its say, so the import need not wait for it. `due_at`: when a threshold passes that only another
    answer can decide, None when there is none.
    """

    dossier: Dossier
    notices: tuple[Notice, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    moves: tuple[LetterEvent, ...] = ()
    ended: tuple[str, ...] = ()
    poll_at: datetime | None = None
    assess_at: datetime | None = None
    poll_why: str = ""
    first: bool = False
    heard: bool = False
    asked: bool = False
    due_at: datetime | None = None
