"""What happens to a parcel: all that `advance` hears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parcelwatch.model.cases import Remedy
from parcelwatch.model.parcels import Parcel
from parcelwatch.model.tracking import Cause, Milestone, Observation, Pushed


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent does to a case: "ack", "snooze", "resolve", "assign" (`to`: whom, "" for nobody), "agree" (`what`)
    and "fulfil", which is having done what was agreed; "stop" and "resume" do it with its parcel.
    """

    verb: str
    kind: str
    by: str = ""
    until: datetime | None = None
    to: str = ""
    what: Remedy | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClaimAction:
    """What an agent says of a case's claim against the courier: "file", "pay", "refuse", or "drop" where there is none.

    `ref`: its number at the courier. `amount`: what was paid. What is empty stays as it was.
    """

    verb: str
    kind: str
    by: str = ""
    ref: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class LetterAction:
    """What is done to a draft: "approve", "discard", "edit", "send", "sent", "unsent".

    `subject`, `body`: the words it then has. `joint`: all the drafts that those words say, where they are one letter's
    that says several: what is done to one is done to each.
    """

    verb: str
    draft_id: int
    by: str = ""
    subject: str | None = None
    body: str | None = None
    joint: tuple[int, ...] = ()

    @property
    def drafts(self) -> tuple[int, ...]:
        """All that it is done to, the one that was named first."""
        return (self.draft_id, *(one for one in self.joint if one != self.draft_id))


@dataclass(frozen=True, slots=True)
class Amended:
    """The shop says more of the parcel, or says it otherwise; what it leaves empty stays as it was."""

    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Marked:
    """An agent knows how it stands, whatever the courier says. `note`: how they know."""

    milestone: Milestone
    cause: Cause | None = None
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """A letter about a case of `kind` was sent, which says that the customer hears again by `until`."""

    kind: str
    until: datetime
    letter: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Complained:
    """The customer has written to a helpdesk about it, in the ticket that agents know by that number."""

    ticket: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LetterSettled:
    """What became of a letter that was being sent is known by now; another of its parcels has heard it already."""

    letter: int
    arrived: bool


@dataclass(frozen=True, slots=True)
class Announced:
    """Customers of parcels on the road are to hear of a peak, from its first instant to its last."""

    peak: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Alerts about cases of these kinds were taken back, or failed and were moot by then: nobody was told."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing but time."""


News = Observation | Pushed | Amended | Marked
"""What tells something new of the parcel itself."""

Event = (
    News
    | Action
    | ClaimAction
    | LetterAction
    | Promised
    | Complained
    | LetterSettled
    | Announced
    | Undelivered
    | Passed
)
"""What can happen to a parcel."""
