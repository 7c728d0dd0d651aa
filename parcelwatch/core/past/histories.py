"""What became of parcels and when it was heard: what replay, backtest and learning walk through.

What belongs here: the value, and what follows from it alone. Reading it from files and from the database is the
shell's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import current, latest
from parcelwatch.model import Entry, Milestone, Order, Parcel, Timeline


@dataclass(frozen=True, slots=True)
class History:
    """One parcel's life, as far as it was heard.

    `announced_at`: when the shop knew of it, before any scan. `promised_by`, `dispatch_by`: the last instants at which
    it was to arrive, and to be handed over. `heard`: all that the courier said, each with when it was heard.
    `answers`: (heard at, fields of a Dossier) of what was answered otherwise from then on, beside the checkpoints.
    `confirmed`: when the courier first answered and when last, () for never; None where nobody wrote that down, so that
    it is taken to answer whenever it is asked.
    `complaints`: when its buyer complained. `delivered_at`: when the buyer had it, None where they never did as far as
    is known.
    """

    number: str
    courier: str = ""
    company: str = ""
    order: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    postal_code: str = ""
    tags: tuple[str, ...] = ()
    announced_at: datetime | None = None
    shipped_at: datetime | None = None
    promised_by: datetime | None = None
    dispatch_by: datetime | None = None
    heard: Timeline = field(default_factory=Timeline)
    answers: tuple[tuple[datetime, Mapping[str, Any]], ...] = ()
    confirmed: tuple[datetime, ...] | None = None
    complaints: tuple[datetime, ...] = ()
    delivered_at: datetime | None = None

    @property
    def checkpoints(self) -> tuple[Entry, ...]:
        """What the courier said, in the order in which it happened."""
        return self.heard.entries

    @property
    def began_at(self) -> datetime | None:
        """When we first knew of it; None for a history that says no time at all."""
        first = min((entry.seen_at for entry in self.heard.entries), default=None)
        known = (self.announced_at or self.shipped_at, first)
        return min((at for at in known if at is not None), default=None)

    @property
    def last_at(self) -> datetime | None:
        """The last moment that anything of it is known of."""
        heard = (max(entry.seen_at, entry.last_seen_at) for entry in self.heard.entries)
        known = (self.announced_at, self.shipped_at, self.delivered_at, *self.complaints, *heard)
        return max((at for at in known if at is not None), default=None)

    @property
    def late(self) -> bool | None:
        """Whether it came after its promise, or never; None where nothing was promised."""
        if self.promised_by is None:
            return None
        return self.delivered_at is None or self.delivered_at > self.promised_by

    def parcel(self) -> Parcel:
        """It as the shop described it when it was added."""
        order = Order(self.order, promised_by=self.promised_by, dispatch_by=self.dispatch_by, tags=self.tags)
        began = self.began_at
        assert began is not None, "somebody knew of it some time"
        return Parcel(
            id=0,
            number=self.number,
            courier=self.courier,
            added_at=began,
            company=self.company,
            service=self.service,
            origin=self.origin,
            destination=self.destination,
            postal_code=self.postal_code,
            shipped_at=self.shipped_at,
            orders=(order,),
        )


def standing(history: History) -> Milestone:
    """Where the parcel is by all that was heard of it."""
    return stage(current(history.heard)).milestone


def arrived_at(heard: Timeline) -> datetime | None:
    """When the buyer had it by what the courier still stands by; None where that does not say so."""
    entries = current(heard)
    if stage(entries).milestone is not Milestone.DELIVERED:
        return None
    delivered = (latest(entry) for entry in entries if entry.checkpoint.milestone is Milestone.DELIVERED)
    return min(delivered, default=None)
