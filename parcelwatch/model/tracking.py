"""What a courier says of a number: milestones, checkpoints, answers, and the timeline they add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from parcelwatch.model.frequent import frequent


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
    DISRUPTED = "disrupted"
    DESTROYED = "destroyed"
    MISROUTED = "misrouted"
    COURIER_FAULT = "courier_fault"
    POSTPONED = "postponed"
    UNSTATED = "unstated"


class Sure(StrEnum):
    """How much a trouble that a text tells weighs: it is so; it may be so, and is looked into; it is so, but slight."""

    STATED = "stated"
    SUSPECTED = "suspected"
    SLIGHT = "slight"


@frequent
@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing the courier says happened.

    It happened within [occurred_at, occurred_until]; both are equal when the courier gave an offset, and
    the interval spans every zone it may have meant when it did not. `milestone` and `cause` are our reading
    of `code` and `text`; the identity of a checkpoint is what the courier said, not how we read it. `moves`: whether
    it is movement; that it is late, awaited or announced is news, but nobody had it in hand. `by`: the agent whose word
    it is, "" for the courier's. `unmapped`: a finer code of it means nothing to us, though the coarser one beside it
    does; it is counted as unknown, and not kept. `sure`: how much `cause` weighs, by its text.
    """

    occurred_at: datetime
    occurred_until: datetime
    milestone: Milestone
    cause: Cause | None = None
    code: str = ""
    text: str = ""
    place: str = ""
    moves: bool = True
    by: str = ""
    unmapped: bool = False
    sure: Sure = Sure.STATED

    @property
    def identity(self) -> tuple[datetime, datetime, str, str, str]:
        return (self.occurred_at, self.occurred_until, self.code, self.text, self.place)


@frequent
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


class Stop(StrEnum):
    """Why an aggregator follows a number no longer, where it does not say so in words of its own."""

    NO_NEWS = "no_news"
    NEVER_DELIVERED = "never_delivered"
    NO_LONGER_FOLLOWED = "no_longer_followed"
    NOT_PROCESSED = "not_processed"


@frequent
@dataclass(frozen=True, slots=True)
class Answered:
    """What happened to the parcel.

    `complete`: the answer lists the parcel's whole history as the courier now sees it.
    `estimate`: when the courier expects to deliver it; the latest instant where it names a day.
    `commitment`: the end of the day that the courier committed itself to, which no forecast moves; None where it names
    none. Only this is a promise.
    `stopped`: why an aggregator no longer follows it, a Stop or its own words; "" while it does, None when this answer
    does not say.
    `stands`: where the answer says the parcel is as a whole, whatever the order of its scans; None where it does not.
    `successor`: the number that replaces this one from now on, "" when none does.
    """

    number: str
    checkpoints: tuple[Checkpoint, ...] = ()
    complete: bool = True
    estimate: datetime | None = None
    commitment: datetime | None = None
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
    """The answer says nothing of it that can be used; `reason` says why. It changes nothing but when to ask again.

    `since`: all answers said nothing since then; None for the first one. `payload`: what came instead, short.
    """

    number: str
    reason: str = ""
    company: str = ""
    since: datetime | None = None
    payload: bytes = field(default=b"", repr=False, compare=False)


Observation = Answered | NotFound | Refused | Unanswered
"""What one answer says about one number asked; `company`: the one the courier files it under, "" where not told."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a courier told unasked, maybe long ago: it adds to what is known, takes nothing back and answers nothing."""

    said: Answered


@frequent
@dataclass(frozen=True, slots=True)
class Entry:
    """A checkpoint in a timeline, with when we first and last heard it."""

    checkpoint: Checkpoint
    seen_at: datetime
    last_seen_at: datetime


@frequent
@dataclass(frozen=True, slots=True)
class Timeline:
    """All that was ever said about one parcel, oldest first.

    `answered_at` is when the courier last listed the whole history, `answered_from` the oldest checkpoint of
    that list: an entry it left out since then is withdrawn (see core.tracking.timeline).
    """

    entries: tuple[Entry, ...] = ()
    answered_at: datetime | None = None
    answered_from: datetime | None = None
