"""Taking in tickets: what each complains of, kept once, and told to whoever has the case.

What belongs here: from a Ticket to complaints, in one transaction. What a ticket is about is core.tickets' to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parcelwatch.core.rows.complaints import Complaint
from parcelwatch.core.tickets import About, Unheard, about, first_words
from parcelwatch.ingest import take_step
from parcelwatch.model import Complained, Message, Ticket
from parcelwatch.shops.base import Mark
from parcelwatch.store import Store, complaints, shops, tickets
from parcelwatch.store.rows import whole
from parcelwatch.ticketing.counters import Counter


@dataclass(frozen=True, slots=True)
class Taken:
    """What some tickets came to. `told`: those that changed; `complaints`: new ones about what is watched."""

    told: int = 0
    complaints: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.told + other.told, self.complaints + other.complaints)


def unchanged(store: Store, counter: Counter, ticket: Ticket) -> bool:
    """Whether a ticket was read as it stands. What nobody was found for then may be known by now, so it is not kept."""
    known = tickets.updated_at(store, counter.kept, ticket.ref)
    return known is not None and ticket.updated_at <= known


def judged(store: Store, counter: Counter, ticket: Ticket) -> tuple[Message | Unheard, About | None]:
    """The words with which a ticket complains, and about what; nothing is kept."""
    words = first_words(ticket, counter.ignored)
    if isinstance(words, Unheard):
        return words, None
    return words, about(ticket, tickets.book(store, words.at), counter.field)


def take(store: Store, counter: Counter, ticket: Ticket, now: datetime) -> Taken:
    """Keep what a ticket says, all or nothing."""
    with store.joined():
        words, found = judged(store, counter, ticket)
        if isinstance(words, Unheard) or found is None:
            return Taken(1)
        tickets.keep(store, counter.kept, ticket, words.at)
        fresh = [one for one in found.parcels if _first_heard(store, counter, ticket, one, words.at)]
        for one in found.parcels:
            tickets.link(store, counter.kept, ticket.ref, one, found.by)
        heard = [_complain(store, found, one, words.at) for one in fresh]
        for one in fresh:
            take_step(store, one, Complained(ticket.number, whole(words.at)), counter.policy, whole(now))
        return Taken(1, heard.count("added"))


def _first_heard(store: Store, counter: Counter, ticket: Ticket, parcel_id: int, at: datetime) -> bool:
    return shops.first_heard(store, counter.kept, f"{ticket.ref}/{parcel_id}", at)


def _complain(store: Store, found: About, parcel_id: int, at: datetime) -> str:
    """Of an order that was named, all of its parcels are complained of together."""
    subject = complaints.Subject(None if found.order_id else parcel_id, found.order_id)
    return complaints.keep(store, Complaint(whole(at)), subject)


def mark(store: Store, counter: Counter, at: Mark, count: int) -> None:
    """Keep how far a helpdesk was read; `count`: tickets since it was last kept."""
    with store.joined():
        shops.mark(store, counter.kept, at.at, at.cursor, count)
