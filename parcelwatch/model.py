"""The nouns of the whole program: frozen values, no behaviour beyond what they mean.

What belongs here: values that cross a border between two parts. Names are the field's words, one word
per thing. Times named `*_at` are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Milestone(StrEnum):
    """Where a parcel is in its life."""

    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


FINAL = frozenset({Milestone.DELIVERED, Milestone.RETURNED, Milestone.CANCELLED})


class Cause(StrEnum):
    """Why a checkpoint is an exception, a failed attempt or a return."""

    DAMAGED = "damaged"
    LOST = "lost"
    REFUSED = "refused"
    ADDRESS = "address"
    NOBODY_HOME = "nobody_home"
    CUSTOMS = "customs"
    SECURITY = "security"
    WEATHER = "weather"
    DESTROYED = "destroyed"
    MISROUTED = "misrouted"
    COURIER_FAULT = "courier_fault"
    UNSTATED = "unstated"


class Severity(StrEnum):
    """How much a case matters. Compare with `rank`: low < medium < high < critical."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    OPERATOR = "operator"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


# --- what a courier says -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing the courier says happened.

    It happened within [occurred_at, occurred_until]; both are equal when the courier gave an offset, and
    the interval spans every zone it may have meant when it did not. `milestone` and `cause` are our reading
    of `code` and `text`; the identity of a checkpoint is what the courier said, not how we read it.
    """

    occurred_at: datetime
    occurred_until: datetime
    milestone: Milestone
    cause: Cause | None = None
    code: str = ""
    text: str = ""
    place: str = ""

    @property
    def identity(self) -> tuple[datetime, datetime, str, str, str]:
        return (self.occurred_at, self.occurred_until, self.code, self.text, self.place)


@dataclass(frozen=True, slots=True)
class Ask:
    """One number to ask a courier about, with what some couriers want beside it."""

    number: str
    company: str = ""
    service: str = ""
    phone_last4: str = ""
    postal_code: str = ""
    origin: str = ""
    destination: str = ""
    shipped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What happened to the parcel.

    `complete`: the answer lists the parcel's whole history as the courier now sees it.
    `estimate`: the courier's own promise of delivery; its latest instant when it names a day.
    `stopped`: why an aggregator no longer follows it, "" while it does, None when this answer does not say.
    `stands`: where the answer says the parcel is as a whole, whatever the order of its scans; None where it does not.
    `successor`: the number that replaces this one from now on, "" when none does.
    """

    number: str
    checkpoints: tuple[Checkpoint, ...] = ()
    complete: bool = True
    estimate: datetime | None = None
    stopped: str | None = ""
    stands: Milestone | None = None
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    successor: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The courier has no record of it. `pending`: an aggregator that was told of it only lately has not looked yet."""

    number: str
    pending: bool = False
    reason: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The courier will not say. `reason`: what it wants, in words an operator can act on.

    `unregistered`: the aggregator was never told of the number.
    """

    number: str
    reason: str = ""
    unregistered: bool = False
    company: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The answer says nothing of it that can be used; `reason` says why. It changes nothing but when to ask again."""

    number: str
    reason: str = ""
    company: str = ""


Observation = Answered | NotFound | Refused | Unanswered
"""What one answer says about one number asked; `company`: the one the courier files it under, "" where not told."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a courier told unasked, maybe long ago: it adds to what is known, takes nothing back and answers nothing."""

    said: Answered


# --- what we know --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A checkpoint in a timeline, with when we first and last heard it."""

    checkpoint: Checkpoint
    seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that was ever said about one parcel, oldest first.

    `answered_at` is when the courier last listed the whole history, `answered_from` the oldest checkpoint of
    that list: an entry it left out since then is withdrawn (see core.timeline).
    """

    entries: tuple[Entry, ...] = ()
    answered_at: datetime | None = None
    answered_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as the shop describes it. `id` is the store's; `courier` is the name of an account.

    `successor`: the number the courier gave it in place of `number`, "" while it has the one it was sent with;
    `replaced`: the successors before that one.
    """

    id: int
    number: str
    courier: str
    added_at: datetime
    company: str = ""
    order: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    shipped_at: datetime | None = None
    promised_by: datetime | None = None
    dispatch_by: datetime | None = None
    customer_name: str = ""
    customer_contact: str = ""
    phone_last4: str = ""
    postal_code: str = ""
    language: str = ""
    value: float = 0.0
    tags: tuple[str, ...] = ()
    import_id: int | None = None
    successor: str = ""
    replaced: tuple[str, ...] = ()


class State(StrEnum):
    """The life of a case."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Case:
    """One problem of one parcel; parcel and kind are its identity, reopening keeps it.

    `since`: when the trouble itself began (the last movement, the damaging scan), not when we noticed.
    `told` is the worst severity agents were told of for this `since`, None while they were told nothing.
    `by_agent`: an agent resolved it, so the same evidence does not open it again.
    `sentence` is what a human can check; `threshold` and `policy_line` say which setting spoke.
    """

    kind: str
    state: State
    severity: Severity
    opened_at: datetime
    since: datetime
    sentence: str
    threshold: str = ""
    policy_line: str = ""
    policy_id: str = ""
    priority: int = 0
    hidden_by: str = ""
    told: Severity | None = None
    reopened: int = 0
    resolved_at: datetime | None = None
    by_agent: bool = False
    snoozed_until: datetime | None = None
    id: int | None = None

    @property
    def live(self) -> bool:
        return self.state is not State.RESOLVED


class DraftState(StrEnum):
    """The life of a draft."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for the customer. `facts` are all it may say; `milestone` is where the parcel was when it was written."""

    kind: str
    language: str
    state: DraftState
    created_at: datetime
    milestone: Milestone
    facts: Mapping[str, object] = field(default_factory=dict)
    subject: str = ""
    body: str = ""
    id: int | None = None

    @property
    def unsent(self) -> bool:
        return self.state in (DraftState.DRAFT, DraftState.APPROVED)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything `advance` needs to know about one parcel, and all of it that it may change.

    `confirmed_at`: when the courier last answered about it, tracked or not found.
    `missing_since`: the first "no record" answer of an unbroken run of them.
    `first_tracked_at`: the first answer with a history. `baseline_at`: the same when the parcel's life was
    already over then; nothing heard up to it is ever told.
    `estimate`: the courier's newest promise; `promise`: its first one made after the parcel moved.
    `cases`: every case it ever had. `drafts`: those not yet sent. `poll_at`: when the courier is asked next.
    """

    parcel: Parcel
    timeline: Timeline = field(default_factory=Timeline)
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
    cases: tuple[Case, ...] = ()
    drafts: tuple[Draft, ...] = ()
    poll_at: datetime | None = None


# --- what happens to it --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent does to a case: "ack", "snooze", "resolve"."""

    verb: str
    kind: str
    by: str = ""
    until: datetime | None = None


Event = Observation | Pushed | Action
"""What can happen to a parcel beside time passing."""


class Why(StrEnum):
    """Why a message is sent."""

    OPENED = "opened"
    WORSENED = "worsened"
    REOPENED = "reopened"
    UNHIDDEN = "unhidden"
    WOKEN = "woken"
    DRAFTED = "drafted"
    WITHDRAWN = "withdrawn"
    SILENT = "silent"
    RECOVERED = "recovered"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell agents about one parcel, before it has words.

    `kind` is the case's; `draft` is true when it brings (or takes back) a customer draft of that kind.
    `suppressed` is the reason it is recorded but not sent, "" when it is to be sent.
    `first`: born of the parcel's first answer, so it waits for the rest of its import.
    """

    kind: str
    why: Why
    severity: Severity
    channel: str
    sentence: str
    since: datetime
    priority: int = 0
    draft: bool = False
    suppressed: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's history: what moved it and why."""

    kind: str
    at: datetime
    signal: str
    before: str
    after: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Advance:
    """What follows from one step: the new dossier and what is to be told, and when to look again.

    `poll_at`: when to ask the courier next, None when never. `assess_at`: when the answer may change without
    news, None when it cannot. `withdrawn`: kinds whose unsent messages no longer hold. `first`: this was the
    parcel's first answer with a history. `asked`: the courier has had its say, so the import need not wait for it.
    `due_at`: when a threshold passes that only another answer can decide, None when there is none.
    """

    dossier: Dossier
    messages: tuple[Message, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    withdrawn: tuple[str, ...] = ()
    poll_at: datetime | None = None
    assess_at: datetime | None = None
    poll_why: str = ""
    first: bool = False
    asked: bool = False
    due_at: datetime | None = None
