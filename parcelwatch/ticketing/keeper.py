"""One helpdesk's conversation: when it is asked, which messages are asked for, and each ticket saved by itself.

What belongs here: driving the adapter. What follows from a ticket is taking.py's, how platforms are asked
shopping/asking.py's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import httpx
import structlog

from parcelwatch.core.policy import Policy
from parcelwatch.core.tickets import found
from parcelwatch.errors import BadInput, CourierError, CourierUnavailable, StoreError, whereabouts
from parcelwatch.helpdesks.base import Page
from parcelwatch.ingest import take_step
from parcelwatch.model import LetterAction, Missive, Ticket
from parcelwatch.shopping.asking import LONGEST, Asker, Sends, due, mark, settle
from parcelwatch.shops.base import Mark, Renews
from parcelwatch.store import Store, drafts, tickets
from parcelwatch.store.rows import whole
from parcelwatch.store.tickets import Going
from parcelwatch.store.writer import Writer
from parcelwatch.ticketing import mailbox, taking
from parcelwatch.ticketing.counters import Counter
from parcelwatch.ticketing.taking import Taken

log = structlog.get_logger()


class Ways:
    """HTTP by the client, and IMAP by the mailbox's reader."""

    def __init__(self, client: Sends) -> None:
        self._client = client

    async def send(self, request: httpx.Request, who: str, /) -> httpx.Response:
        """The answer, or a CourierError."""
        if request.url.scheme in mailbox.SCHEMES:
            return await mailbox.fetch(request, who)
        return await self._client.send(request, who)


class Deskkeeper:
    """Asks one helpdesk. One reading runs at a time."""

    def __init__(self, counter: Counter, client: Sends, writer: Writer) -> None:
        self.counter = counter
        self.taken = Taken()
        self._writer = writer
        self._asker = asker(counter, client)
        self._retired = False

    @property
    def kept(self) -> str:
        """What its state is kept under among accounts."""
        return self.counter.kept

    @property
    def progress(self) -> str:
        """What is kept under among shops of how far it was read."""
        return self.counter.kept

    @property
    def api(self) -> str:
        """Which platform it asks."""
        return self.counter.account.api

    def at(self, now: datetime) -> None:
        """It is so late: what runs goes on by this clock."""
        self._asker.at(now)

    def asks_alike(self, counter: object) -> bool:
        """Whether it is the same helpdesk, asked in the same way with the same credentials."""
        assert isinstance(counter, Counter)
        mine = self.counter
        return (counter.account, counter.desk, counter.renewals, counter.rate) == (
            mine.account,
            mine.desk,
            mine.renewals,
            mine.rate,
        )

    def retire(self) -> None:
        """Keep the tickets at hand, ask no more, and settle nothing."""
        self._retired = True

    def go_on(self) -> None:
        """Nobody follows after all."""
        self._retired = False

    def hand_on(self, heir: object, policy: Policy) -> None:
        """Whoever follows keeps what could not be kept; None: nobody does. Tickets at hand are judged by `policy`."""
        assert heir is None or isinstance(heir, Deskkeeper)
        self.counter = replace(self.counter, policy=policy)
        if heir:
            heir.follow(self._asker)

    def follow(self, asker: Asker[Page]) -> None:
        """Another asked the helpdesk until now."""
        self._asker.follow(asker)

    @property
    def unkept(self) -> bool:
        """Whether a token could not be kept yet."""
        return self._asker.unkept

    def take_over(self, counter: object) -> None:
        """From now on it is decided otherwise; how the helpdesk is asked stays as it was at the start."""
        assert isinstance(counter, Counter)
        self.counter = counter

    async def drain(self) -> None:
        """Wait until a token that is being renewed is kept."""
        await self._asker.drain()

    async def run(self, now: datetime) -> None:
        """Read what changed since the last time, if it is time for that. Failing is kept and never raised."""
        kept = self.counter.kept
        if await self._writer.run(due, kept, kept, self.counter.every, now):
            await self.read(now)

    async def read(self, now: datetime, since: datetime | None = None) -> CourierError | None:
        """Read all that changed, from `since` where that is given; what went wrong, if anything did."""
        self.at(now)
        kept, error = self.counter.kept, None
        start = await self._writer.run(mark, kept, self.counter.desk.overlap, now, since)
        try:
            async for page in self._asker.pages(start):
                await self._take(page)
                if self._retired or self._asker.clock() - now > LONGEST:
                    break
            await self._settle_letters()
        except CourierError as failed:
            error = failed
        except StoreError:
            raise
        except Exception as failed:  # noqa: BLE001 - one adapter's fault must not end the others' work
            log.warning("a helpdesk's adapter failed", helpdesk=self.counter.name, error=whereabouts(failed))
            error = CourierUnavailable(f"{self.counter.name}: its answer could not be read ({whereabouts(failed)})")
        if not self._retired:
            await self._writer.run(settle, kept, kept, error, self._asker.clock())
        return error

    async def lately(self, since: Mark) -> list[Ticket]:
        """What changed since a mark, as far as the first page goes, with messages. Raises CourierError."""
        async for page in self._asker.pages(since):
            return [await self.whole(one) for one in page.tickets]
        return []

    async def look(self, ref: str) -> Ticket | None:
        """One ticket as it stands now. Raises CourierError."""
        return await self._asker.looked(lambda account, now: self.counter.desk.ticket(account, ref, now))

    async def whole(self, ticket: Ticket) -> Ticket:
        """A ticket with its messages. Raises CourierError."""
        if ticket.messages is not None:
            return ticket
        said = await self._asker.looked(lambda account, now: self.counter.desk.messages(account, ticket, now))
        return replace(ticket, messages=said)

    async def _take(self, page: Page) -> None:
        """Ticket by ticket, and then how far that goes: what breaks off is read again, and heard once."""
        for one in page.tickets:
            if not await self._writer.run(taking.unchanged, self.counter, one):
                ticket = await self.whole(one)
                self.taken += await self._writer.run(taking.take, self.counter, ticket, self._asker.clock())
        if page.mark is not None:
            await self._writer.run(taking.mark, self.counter, page.mark, len(page.tickets))

    async def _settle_letters(self) -> None:
        """Letters that may have arrived: where one is found in its ticket it did. Where not, an agent looks."""
        for going in await self._writer.run(tickets.unsettled, self.counter.kept):
            if self._retired:
                return
            ticket = await self.look(going.ref) if going.ref else None
            if ticket is not None:
                await self._writer.run(settle_letter, self.counter, going, ticket, self._asker.clock())


def asker(counter: Counter, client: Sends) -> Asker[Page]:
    """Who asks a helpdesk."""
    desk, renews = counter.desk, counter.desk if isinstance(counter.desk, Renews) else None
    return Asker[Page](counter.account, desk.since, counter.rate or desk.rate, Ways(client), renews, counter.renewals)


def settle_letter(store: Store, counter: Counter, going: Going, ticket: Ticket, now: datetime) -> bool:
    """Whether a letter that was being sent stands in its ticket; then it is sent."""
    parcel_id, draft = drafts.one(store, going.draft_id)
    letter = Missive(going.marker, draft.subject, draft.body)
    born_at, _ = tickets.approved_at(store, going.draft_id)
    if found(ticket.messages or (), letter, born_at) is None:
        return False
    with store.joined():
        try:
            arrived = LetterAction("sent", going.draft_id, joint=draft.joint)
            take_step(store, parcel_id, arrived, counter.policy, whole(now))
        except BadInput:
            return False  # an agent was quicker
    return True
