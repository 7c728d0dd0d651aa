"""What one step has decided so far: the value that the parts of advance hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parcelwatch.core.policy import Policy
from parcelwatch.model import CaseEvent, Dossier, LetterEvent, Notice
from parcelwatch.model.frequent import frequent


@frequent
@dataclass(frozen=True, slots=True)
class Step:
    """`first`: the parcel's first answer with a history. `rejudged`: nothing is new of it, but the policy is another.

    `ended`: kinds whose case was resolved. `arrived`: the letters that are known only now to have arrived.
    """

    dossier: Dossier
    policy: Policy
    now: datetime
    first: bool = False
    rejudged: bool = False
    notices: tuple[Notice, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    moves: tuple[LetterEvent, ...] = ()
    ended: tuple[str, ...] = ()
    arrived: frozenset[int] = frozenset()
