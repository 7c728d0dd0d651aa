"""Links in messages that act: what one is good for, for how long, and the token that stands in it.

What belongs here: deciding. A token is made from the key and the link's salt each time it is needed and kept nowhere;
when it comes back it is known by its digest. Who may act with a link, and what it does, is verbs/links.py's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parcelwatch.model import DraftState, Severity, State

LIFE: Final = timedelta(hours=72)
"""How long a link acts after its message was last tried."""

REMEMBERED: Final = timedelta(days=7)
"""How long after that it is still told from one that never was."""

SNOOZE: Final = timedelta(days=1)
UNDO: Final = timedelta(minutes=10)
"""How long what was pressed can be taken back by pressing."""

MASK: Final = "***"
"""Stands for the token in words that are kept."""

LENGTH: Final = 24
"""Characters of a token."""

_BYTES: Final = 15
_TOKEN: Final = re.compile(rf"[a-z2-7]{{{LENGTH}}}")


class Verb(StrEnum):
    """What a link can do, each once."""

    ACK = "ack"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    APPROVE = "approve"


LEADS_TO: Final = {Verb.ACK: State.ACKNOWLEDGED, Verb.SNOOZE: State.SNOOZED, Verb.RESOLVE: State.RESOLVED}
"""How a case stands after a verb."""


class Ended(StrEnum):
    """Why nothing can be done with a link, or with one case of it, any more."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Linking:
    """What links are made with: the address they lead to, and the key of their tokens."""

    url: str
    key: bytes = field(repr=False)

    def address(self, token: str = MASK) -> str:
        """Where a link leads; without a token as it is kept."""
        return f"{self.url}/a/{token}"


@dataclass(frozen=True, slots=True)
class Use:
    """What was done through a link."""

    verb: Verb
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One case of a link as it stands now.

    `reopened`: how often by now; `was_reopened`: by the time of the message. `draft_id`: the letter that the message
    showed in full, `draft` how it stands, `unchanged` whether its words are still those shown.
    """

    id: int
    case_id: int
    kind: str
    severity: Severity
    state: State
    reopened: int
    was_reopened: int
    draft_id: int | None = None
    draft: DraftState | None = None
    unchanged: bool = False
    uses: tuple[Use, ...] = ()

    @property
    def ended(self) -> Ended | None:
        """Why nothing can be done to it through this link, None when something can."""
        if self.reopened != self.was_reopened:
            return Ended.REOPENED
        return Ended.CLOSED if self.state is State.RESOLVED else None

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """What the link can do to it."""
        return tuple(verb for verb in Verb if verb is not Verb.APPROVE or self.draft_id is not None)

    def undoable(self, by: str, now: datetime) -> Use | None:
        """What this person did last through this link, while it can be taken back and still stands so."""
        last = max(self.uses, key=lambda use: use.at, default=None)
        if last is None or last.by != by or now - last.at > UNDO:
            return None
        stands = self.draft is DraftState.APPROVED if last.verb is Verb.APPROVE else self.state is LEADS_TO[last.verb]
        return last if stands else None

    def used(self, verb: Verb) -> Use | None:
        """When that was done through this link, None if it was not."""
        return next((use for use in self.uses if use.verb is verb), None)


@dataclass(frozen=True, slots=True)
class Link:
    """One message's link with the cases it is about, worst first."""

    id: int
    channel: str
    expires_at: datetime
    items: tuple[Item, ...]

    def ended(self, now: datetime) -> Ended | None:
        """Why it is good for nothing any more, None while it is. One whose parcels were erased never was."""
        if not self.items:
            return Ended.UNKNOWN
        return Ended.EXPIRED if self.expires_at <= now else None


def token(key: bytes, salt: bytes) -> str:
    """Twenty-four letters and digits that no chat takes for markup; 120 bits."""
    made = hmac.digest(key, salt, "sha256")[:_BYTES]
    return base64.b32encode(made).decode().lower()


def well_formed(text: str) -> bool:
    """Whether it can be a token at all."""
    return bool(_TOKEN.fullmatch(text))


def digest(text: str) -> str:
    """What is kept to know a token, or the words of a letter, again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of_letter(subject: str, body: str) -> str:
    """The same for a letter's words."""
    return digest(f"{subject}\n{body}")


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing of where they differ."""
    return hmac.compare_digest(*(each.encode("utf-8", "surrogatepass") for each in (one, other)))
