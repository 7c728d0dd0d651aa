"""Letters to customers, from the draft to the letter sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from parcelwatch.model.facts import Severity
from parcelwatch.model.tracking import Milestone


class DraftState(StrEnum):
    """The life of a draft. SENDING: given to the channel to customers, and not known whether it arrived."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class LetterStep(StrEnum):
    """Which word a letter is: the first notice of a trouble, or what follows one that was sent; or of no trouble."""

    FIRST = "first"
    UPDATE = "update"
    MOVED = "moved"
    DELIVERED = "delivered"
    CORRECTED = "corrected"
    PEAK = "peak"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for the customer of one order, about one parcel of it or several.

    `facts` are all it may say; `milestone` is where the parcel was when it was written. `order` is the order's number,
    "" for one without; `to_name` and `to_contact` are whom it is addressed to, whoever the customer is later.
    `edited`: an agent chose its words. `joint`: the ids of the drafts that its words say, itself among them, where they
    are those of one letter that says several. `sent_at`: None while it was not. `unsure_at`: when agents are to hear
    that nobody knows whether it arrived; None where that is known, or they have heard. `severity`: of its case as it
    was looked up, None where it has none.
    """

    kind: str
    language: str
    state: DraftState
    created_at: datetime
    milestone: Milestone
    order: str = ""
    to_name: str = ""
    to_contact: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    subject: str = ""
    body: str = ""
    step: LetterStep = LetterStep.FIRST
    edited: bool = False
    sent_at: datetime | None = None
    unsure_at: datetime | None = None
    joint: tuple[int, ...] = ()
    severity: Severity | None = field(default=None, compare=False)
    id: int | None = None

    @property
    def addressee(self) -> tuple[str, str, str]:
        """What letters to the same customer of the same order have in common."""
        return self.order, self.to_name, self.to_contact

    @property
    def unsent(self) -> bool:
        return self.state in (DraftState.DRAFT, DraftState.APPROVED)

    @property
    def gone(self) -> bool:
        """Whether the customer has it, or may have it."""
        return self.state in (DraftState.SENT, DraftState.SENDING)
