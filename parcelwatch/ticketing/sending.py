"""Letters into tickets: the first of the ways to customers, where the buyer of a letter's order has written.

What belongs here: which ticket a letter goes into, whether it may, one attempt, and what is known of it afterwards.
Nothing is written twice: before every attempt, and after one of which nothing is known, the ticket is read, and a
letter that stands there has arrived. One that does not is left to an agent.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from parcelwatch.asking.client import Client
from parcelwatch.channels.customers import Attempt, Outcome
from parcelwatch.core.drafts import parts
from parcelwatch.core.tickets import found, in_the_way, private
from parcelwatch.errors import BadInput, CourierError
from parcelwatch.helpdesks.base import NOTHING_LEFT, Creates
from parcelwatch.model import Draft, Missive, Ticket
from parcelwatch.store import Store, drafts, orders, tickets
from parcelwatch.store.tickets import Place
from parcelwatch.ticketing.counters import Counter
from parcelwatch.ticketing.keeper import asker, settle_letter
from parcelwatch.verbs.letters import Way

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tickets:
    """The way into tickets, and where there is none the `others`. `make`: what sends requests.

    No transaction is open while it sends; that a letter is on its way is on record before it leaves.
    """

    store: Store
    counters: Sequence[Counter]
    now: datetime
    others: Way | None = None
    make: Callable[[], Client] = Client

    def send(self, said: Mapping[str, str]) -> Attempt:
        """One attempt with a letter, as channels.customers.FIELDS. Raises BadInput where nothing left."""
        draft_id = int(said["draft"])
        _, draft = drafts.one(self.store, draft_id)
        place = self.place(draft)
        if place is not None:
            return self._into(place, draft, said)
        beginner = self._beginner(draft)
        if beginner is not None:
            return asyncio.run(self._begun(beginner, draft, said))
        if self.others is None:
            raise BadInput(
                f"draft {draft_id} was not sent: no ticket is about it, and no channel to customers is configured "
                f"(`[drafts.send]`). Copy the text from `parcelwatch drafts show {draft_id}`, send it yourself, then "
                f"`parcelwatch drafts sent {draft_id}`"
            )
        return self.others.send(said)

    def place(self, draft: Draft) -> Place | None:
        """The ticket that a letter goes into: the newest about any of its parcels, of its own order."""
        writing = {each.kept: each for each in self.counters if each.desk.writes}
        return next(iter(tickets.places(self.store, self._about(draft), list(writing))), None)

    def _about(self, draft: Draft) -> list[int]:
        """The parcels of a letter, with those of all that it says."""
        said = [drafts.one(self.store, one)[1] for one in draft.joint] or [draft]
        return [int(str(part["parcel"])) for one in said for part in parts(one.facts) if part.get("parcel")]

    def _first(self, draft_id: int) -> int:
        """The draft under whose number a letter went that says several."""
        return min(drafts.one(self.store, draft_id)[1].joint, default=draft_id)

    def went(self, draft_id: int) -> bool:
        """Whether a letter was last sent into a ticket."""
        return tickets.going(self.store, self._first(draft_id)) is not None

    def look(self, draft_id: int) -> str:
        """Where a letter that may have arrived stands, "" where it does not. Found there, it is sent.

        Raises BadInput where nobody can look.
        """
        going = tickets.going(self.store, self._first(draft_id))
        counter = next((each for each in self.counters if going and each.kept == going.desk), None)
        if going is None or counter is None or not going.ref:
            raise BadInput(f"draft {draft_id} went into no ticket that can be read")
        ticket = asyncio.run(self._read(counter, going.ref))
        there = ticket is not None and settle_letter(self.store, counter, going, ticket, self.now)
        return going.number if there else ""

    async def _read(self, counter: Counter, ref: str) -> Ticket | None:
        async with _Talk(counter, self.make(), self.now) as talk:
            return await _or_nothing(talk.ticket(ref))

    def _of_another(self, ticket: Ticket, draft: Draft) -> bool:
        """Whether the parcel has several buyers, and not the letter's writes there."""
        buyers = {
            order.customer_contact.casefold() for one in self._about(draft) for order in orders.of(self.store, one)
        }
        return len(buyers) > 1 and ticket.mail.strip().casefold() != draft.to_contact.strip().casefold()

    def _beginner(self, draft: Draft) -> Counter | None:
        """The helpdesk in which a ticket is begun for a letter that has none."""
        wanted = (each for each in self.counters if each.create and "@" in draft.to_contact)
        return next(wanted, None)

    def _into(self, place: Place, draft: Draft, said: Mapping[str, str]) -> Attempt:
        counter = next(each for each in self.counters if each.kept == place.desk)
        return asyncio.run(self._written(counter, place, draft, said))

    async def _written(self, counter: Counter, place: Place, draft: Draft, said: Mapping[str, str]) -> Attempt:
        async with _Talk(counter, self.make(), self.now) as talk:
            ticket = await _or_nothing(talk.ticket(place.ref))
            if ticket is None:
                raise BadInput(f"ticket {place.number} is no longer there: send the letter by hand")
            if self._of_another(ticket, draft):
                raise BadInput(f"ticket {place.number} is another buyer's of the same parcel: send the letter by hand")
            missive = _missive(draft, said, private=private(ticket, draft.to_contact, counter.deliver))
            born_at, approved_at = tickets.approved_at(self.store, int(said["draft"]))
            if found(ticket.messages or (), missive, born_at) is not None:
                return Attempt(Outcome.ARRIVED)
            if why := in_the_way(ticket, born_at, approved_at):
                raise BadInput(_handed_back(why, said["draft"]))
            self._go(said, place, missive)
            try:
                await talk.write(ticket, missive)
            except NOTHING_LEFT as error:
                return Attempt(Outcome.REFUSED, str(error))
            except CourierError as error:
                return await _looked(talk, place, missive, born_at, error)
            return Attempt(Outcome.ARRIVED)

    async def _begun(self, counter: Counter, draft: Draft, said: Mapping[str, str]) -> Attempt:
        """A new ticket. One that was tried before may be there, and cannot be looked for: an agent does."""
        if tickets.going(self.store, int(said["draft"])) is not None:
            raise BadInput(
                f"a ticket for draft {said['draft']} may have been begun at {counter.name} before: look there, then "
                f"`parcelwatch drafts sent {said['draft']}`, or send it by hand"
            )
        missive = _missive(draft, said, private=counter.deliver != "reply")
        async with _Talk(counter, self.make(), self.now) as talk:
            self._go(said, Place(counter.kept, "", ""), missive)
            try:
                ref = await talk.create(missive)
            except NOTHING_LEFT as error:
                with self.store.transaction():
                    tickets.forget(self.store, int(said["draft"]))
                return Attempt(Outcome.REFUSED, str(error))
            except CourierError as error:
                return Attempt(Outcome.UNKNOWN, str(error))
            self._go(said, Place(counter.kept, ref, ref), missive)
            return Attempt(Outcome.ARRIVED)

    def _go(self, said: Mapping[str, str], place: Place, missive: Missive) -> None:
        with self.store.transaction():
            tickets.go(self.store, int(said["draft"]), place, missive.marker, self.now)


async def _looked(talk: _Talk, place: Place, missive: Missive, born_at: datetime, error: CourierError) -> Attempt:
    """What is known after an attempt without an answer: the ticket is read, and nothing is repeated."""
    try:
        ticket = await talk.ticket(place.ref)
    except CourierError:
        return Attempt(Outcome.UNKNOWN, str(error))
    if ticket is not None and found(ticket.messages or (), missive, born_at) is not None:
        return Attempt(Outcome.ARRIVED)
    return Attempt(Outcome.UNKNOWN, f"{error}; it does not stand in ticket {place.number} yet")


async def _or_nothing(looking: Awaitable[T]) -> T:
    try:
        return await looking
    except CourierError as error:
        raise BadInput(f"the helpdesk cannot be asked, so nothing was sent: {error}") from None


def _handed_back(why: str, draft: str) -> str:
    return (
        f"{why}: read it there, then `parcelwatch drafts edit {draft}` and approve it if it is still to go, "
        f"or `parcelwatch drafts discard {draft}`"
    )


def _missive(draft: Draft, said: Mapping[str, str], *, private: bool) -> Missive:
    told_apart = f"{said['mark']} {said['body']}".encode()
    marker = f"D{said['draft']}-{hashlib.sha256(told_apart).hexdigest()[:12]}"
    return Missive(marker, said["subject"], said["body"], draft.to_contact, draft.to_name, private)


class _Talk:
    """One helpdesk, asked and written to while it is open."""

    def __init__(self, counter: Counter, client: Client, now: datetime) -> None:
        self._counter = counter
        self._client = client
        self._asker = asker(counter, client)
        self._asker.at(now)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ticket(self, ref: str) -> Ticket | None:
        line, desk = self._asker, self._counter.desk
        return await line.answered(desk.ticket(await line.with_token(), ref, line.there()))

    async def write(self, ticket: Ticket, missive: Missive) -> str:
        line, desk = self._asker, self._counter.desk
        return await line.answered(desk.write(await line.with_token(), ticket, missive, line.there()))

    async def create(self, missive: Missive) -> str:
        line, desk = self._asker, self._counter.desk
        assert isinstance(desk, Creates)
        return await line.answered(desk.create(await line.with_token(), missive, line.there()))
