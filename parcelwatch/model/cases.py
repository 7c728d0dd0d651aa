"""Trouble that is followed to its end: cases, what agents agreed and promised, claims, and thresholds on trial."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from parcelwatch.duration import Duration
from parcelwatch.model.facts import Fact, Severity


class State(StrEnum):
    """The life of a case."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


FLAPPING = 2
"""So many times in a row a case comes back before that is what is told of it."""


class Remedy(StrEnum):
    """What a shop can do for a customer in trouble: letters offer it, agents promise it. `other` is promised alone."""

    RESEND = "resend"
    REFUND = "refund"
    REDELIVER = "redeliver"
    HOLD = "hold"
    DOCUMENTS = "documents"
    VOUCHER = "voucher"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Agreed:
    """A remedy somebody promised a customer. `by`: who did. `reminded`: agents were reminded that it is not done."""

    what: Remedy
    at: datetime
    by: str = ""
    note: str = ""
    done_at: datetime | None = None
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """What a letter that was sent promised its customer: to hear again by `by`.

    `remind_at`: when agents are reminded. `letter`: the number of the draft. `reminded`: they were.
    """

    by: datetime
    remind_at: datetime
    letter: int
    reminded: bool = False


class ClaimState(StrEnum):
    """The life of a claim against the courier; `open` while nobody said anything of it."""

    OPEN = "open"
    FILED = "filed"
    PAID = "paid"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim against the courier that a case may lead to.

    `last_on`: the last day on which it is in time, None where that is not known. `ends_at`: when that day is over, in
    the shop or where it was counted, whichever comes first. `line`: the window, and where it is set. `told`: how many
    days before `last_on` agents were reminded last, 0 once it counts as missed, None before. `stands`: whether there is
    still something to claim for. `ref`: its number at the courier. `amount`: what was paid, as it was written.
    """

    last_on: date | None = None
    ends_at: datetime | None = None
    line: str = ""
    told: int | None = None
    stands: bool = True
    state: ClaimState = ClaimState.OPEN
    ref: str = ""
    amount: str = ""

    @property
    def running(self) -> bool:
        """Whether it is still to be made, by a day that is known."""
        return self.stands and self.state is ClaimState.OPEN and self.last_on is not None

    def in_time(self, now: datetime) -> bool:
        """Whether it is still to be made, and can be."""
        return self.running and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Case:
    """One problem of one parcel; parcel and kind are its identity, reopening keeps it.

    `since`: when the trouble itself began (the last movement, the damaging scan), not when we noticed.
    `fact` is what a human can check; `limit` is the threshold that spoke, None where none did, `line` where it is set.
    `told` is the worst severity agents were told of for this `since`, None while they were told nothing.
    `by_agent`: an agent resolved it, so the same evidence does not open it again. `flaps`: how often in a row it came
    back soon after it had ended by itself.
    `owner`: the agent who has it. `told_at`: when agents were last told, or had it again; `handled_at`: when one last
    did something about it. `escalated`, `reraised`: that nobody acknowledged it, or that nothing followed, was told
    since it opened.
    `cleared`: the last that agents were told is that it is over.
    `taken`: how an agent had it when a raised threshold ended it, so that it comes back to them as it was, None else.
    `word`: when its customer was promised to hear again; `remedy`: what they were promised.
    `claim`: how a claim against the courier stands; None where no window is known and nobody said anything.
    """

    kind: str
    state: State
    severity: Severity
    opened_at: datetime
    fact: Fact
    limit: Duration | None = None
    line: str = ""
    policy_id: str = ""
    hidden_by: str = ""
    told: Severity | None = None
    reopened: int = 0
    resolved_at: datetime | None = None
    by_agent: bool = False
    snoozed_until: datetime | None = None
    flaps: int = 0
    owner: str = ""
    told_at: datetime | None = None
    handled_at: datetime | None = None
    escalated: bool = False
    reraised: bool = False
    cleared: bool = False
    taken: State | None = None
    word: Word | None = None
    remedy: Agreed | None = None
    claim: Claim | None = None
    id: int | None = None

    @property
    def flapping(self) -> bool:
        """It comes and goes: agents were told so, and hear no more of each coming and going."""
        return self.flaps >= FLAPPING

    @property
    def live(self) -> bool:
        return self.state is not State.RESOLVED

    @property
    def since(self) -> datetime:
        assert self.fact.since is not None, "trouble began some time"
        return self.fact.since


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a threshold on trial would have told agents of a parcel; nobody was told.

    `told_at`: when they would have heard. `since`: when the trouble began. `over_at`: when it was found no more, None
    while it is. `old`: it began so long before the parcel was first heard of that nobody would have been told.
    """

    kind: str
    severity: Severity
    told_at: datetime
    since: datetime
    limit: Duration | None = None
    line: str = ""
    over_at: datetime | None = None
    old: bool = False
    id: int | None = None
