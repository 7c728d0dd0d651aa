"""One shop's conversation: when it is asked, and each page saved before the next call.

What belongs here: which readings there are, and what is done with their pages. What an answer means is the adapter's to
say, what follows from it taking.py's, how it is asked asking.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from parcelwatch.core.policy import Policy
from parcelwatch.errors import CourierBusy, CourierError, CourierUnavailable, StoreError, whereabouts
from parcelwatch.model import ShopOrder
from parcelwatch.shopping.asking import LONGEST, Asker, Sends, due, held, mark, settle, troubled
from parcelwatch.shopping.taking import Counter, Taken, take_page
from parcelwatch.shops.base import Account, Mark, Page, Renews, Shop
from parcelwatch.store import shops
from parcelwatch.store.writer import Writer
from parcelwatch.telling.operators import tell_shop

log = structlog.get_logger()

# Orders that a shop may say changed before they are asked for; polling finds the rest.
MOST_KNOCKS: Final = 1000
# Numbers in a shop's lists that are known again; one that is forgotten is looked up again.
MOST_NAMED: Final = 20_000


def accounted(name: str) -> str:
    """What a shop's state is kept under among the courier accounts': no account can be called so."""
    return f"shops.{name}"


@dataclass(frozen=True, slots=True)
class Stall:
    """A shop with everything needed to ask it. `every`: how long between two readings. `renewals`: where its token and
    what renews it are kept.
    """

    account: Account
    shop: Shop
    every: timedelta
    counter: Counter
    renewals: Path

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def kept(self) -> str:
        """What its state is kept under among accounts."""
        return accounted(self.name)


class Shopkeeper:
    """Asks one shop. One reading runs at a time."""

    def __init__(self, stall: Stall, client: Sends, writer: Writer) -> None:
        self.stall = stall
        self.taken = Taken()
        self._writer = writer
        shop, renews = stall.shop, stall.shop if isinstance(stall.shop, Renews) else None
        self._asker = Asker[Page](stall.account, shop.since, shop.rate, client, renews, stall.renewals)
        self._knocked: dict[str, None] = {}
        self._named: dict[tuple[str, str], None] = {}
        self._tried_held = False
        self._retired = False
        self._heir: Shopkeeper | None = None
        self.remarks: dict[str, None] = {}

    @property
    def kept(self) -> str:
        """What its state is kept under among accounts."""
        return self.stall.kept

    @property
    def progress(self) -> str:
        """What is kept under among shops of how far it was read."""
        return self.stall.name

    @property
    def api(self) -> str:
        """Which platform it asks."""
        return self.stall.account.api

    def at(self, now: datetime) -> None:
        """It is so late: what runs goes on by this clock."""
        self._asker.at(now)

    def asks_alike(self, stall: object) -> bool:
        """Whether it is the same shop, asked in the same way with the same credentials."""
        assert isinstance(stall, Stall)
        return (stall.account, stall.shop, stall.renewals) == (
            self.stall.account,
            self.stall.shop,
            self.stall.renewals,
        )

    def take_over(self, stall: object) -> None:
        """From now on it is decided otherwise; how the shop is asked stays as it was at the start."""
        assert isinstance(stall, Stall)
        self.stall, self._tried_held = stall, False

    def retire(self) -> None:
        """Keep the page at hand, ask no more, and settle nothing."""
        self._retired = True

    def go_on(self) -> None:
        """Nobody follows after all."""
        self._retired = False

    def hand_on(self, heir: object, policy: Policy) -> None:
        """Whoever follows asks for what was still to be asked for, and keeps what could not be kept; None: nobody does.

        The page at hand is taken in as theirs are.
        """
        assert heir is None or isinstance(heir, Shopkeeper)
        counter = heir.stall.counter if heir else replace(self.stall.counter, policy=policy)
        self.stall = replace(self.stall, counter=counter)
        if heir:
            heir.follow(self._asker)
            heir.knock(self.knocked)
            self._knocked, self._heir = {}, heir

    def follow(self, asker: Asker[Page]) -> None:
        """Another asked the shop until now."""
        self._asker.follow(asker)

    @property
    def knocked(self) -> tuple[str, ...]:
        """Orders that are said to have changed, and are still to be asked for."""
        return tuple(self._knocked)

    @property
    def unkept(self) -> bool:
        """Whether a token could not be kept yet."""
        return self._asker.unkept

    async def drain(self) -> None:
        """Wait until a token that is being renewed is kept."""
        await self._asker.drain()

    async def run(self, now: datetime) -> None:
        """Read what changed since the last time, if it is time for that. Failing is kept and never raised."""
        if self._knocked:
            await self._answer_knocks(now)
        if not await self._writer.run(due, self.kept, self.stall.name, self.stall.every, now):
            return
        if await self.read(now) is None and not (self._tried_held or self._retired):
            by = self.stall
            # Those asked for before another configuration came were not held against it.
            self._tried_held = await self._try_held() and self.stall is by
        if self._knocked:
            await self._answer_knocks(self._asker.clock())

    def knock(self, refs: Iterable[str]) -> None:
        """The shop says that these orders changed: they are asked for at the next `run`, by whoever runs then."""
        if self._heir:
            self._heir.knock(refs)
            return
        for ref in refs:
            if len(self._knocked) < MOST_KNOCKS:
                self._knocked[ref] = None

    async def _answer_knocks(self, now: datetime) -> None:
        """Ask for the orders that are said to have changed. One that cannot be had now is found by the next reading."""
        self.at(now)
        while self._knocked and await self._may_ask(now):
            ref = next(iter(self._knocked))
            del self._knocked[ref]
            try:
                self.taken += await self.ask_again(ref)
            except CourierError as error:
                if isinstance(error, CourierBusy | CourierUnavailable):
                    self._named = {each: None for each in self._named if each[0] != ref}
                if self._retired:
                    self.knock([ref])
                else:
                    await self._writer.run(troubled, self.kept, error, self._asker.clock())
            except StoreError:
                self.knock([ref])
                raise
            except Exception as failed:  # noqa: BLE001 - one adapter's fault must not end the others' work
                log.warning("a shop's adapter failed", shop=self.stall.name, error=whereabouts(failed))

    async def _may_ask(self, now: datetime) -> bool:
        """Whether it is not to wait, nor another's to ask by now."""
        return not (await self._writer.run(held, self.kept, now) or self._retired)

    async def read(self, now: datetime, since: datetime | None = None) -> CourierError | None:
        """Read all that changed, from `since` where that is given; what went wrong, if anything did."""
        self.at(now)
        start = await self._writer.run(mark, self.stall.name, self.stall.shop.overlap, now, since)
        error: CourierError | None = None
        try:
            async for page in self._asker.pages(start):
                if self._remark(page.remarks):
                    counter, at = self.stall.counter, self._asker.clock()
                    await self._writer.run(tell_shop, counter.shop, tuple(self.remarks), counter.policy, at)
                self.taken += await self._writer.run(take_page, self.stall.counter, page, self._asker.clock())
                await self._ask_about(page.named)
                if self._retired or self._asker.clock() - now > LONGEST:
                    break
        except CourierError as failed:
            error = failed
        except StoreError:
            raise
        except Exception as failed:  # noqa: BLE001 - one adapter's fault must not end the others' work
            log.warning("a shop's adapter failed", shop=self.stall.name, error=whereabouts(failed))
            error = CourierUnavailable(f"{self.stall.name}: its answer could not be read ({whereabouts(failed)})")
        if not self._retired:
            await self._writer.run(settle, self.kept, self.stall.name, error, self._asker.clock())
        return error

    async def _ask_about(self, named: Iterable[tuple[str, str]]) -> None:
        """Have the orders asked for that are said to have a number nobody told of, once for each such number."""
        fresh = [each for each in dict.fromkeys(named) if each not in self._named]
        if fresh:
            news = await self._writer.run(shops.news, self.stall.name, fresh)
            self.knock(news)
            # No reading finds what there was no room for: it is news again the next time.
            left = {ref for ref in news if ref not in self._knocked}
            self._named |= {each: None for each in fresh if each[0] not in left}
            for each in list(self._named)[: max(0, len(self._named) - MOST_NAMED)]:
                del self._named[each]

    async def _try_held(self) -> bool:
        """Ask anew for orders with numbers nobody could ask about: the configuration may know by now who can.

        Whether all were asked for. There may be many, and whoever follows must not wait for them.
        """
        for ref in await self._writer.run(shops.refs_held, self.stall.name):
            if self._retired:
                return False
            try:
                await self.ask_again(ref)
            except CourierError as error:
                log.warning("an order cannot be asked for again", shop=self.stall.name, error=str(error))
                return False
            except StoreError:
                raise
            except Exception as failed:  # noqa: BLE001 - one adapter's fault must not end the others' work
                log.warning("a shop's adapter failed", shop=self.stall.name, error=whereabouts(failed))
        return True

    async def look(self, ref: str) -> ShopOrder | None:
        """One order as the shop tells of it; None where it has none. Raises CourierError."""
        return await self._asker.looked(lambda account, now: self.stall.shop.order(account, ref, now))

    async def lately(self, since: Mark) -> list[ShopOrder]:
        """What changed since a mark, as far as the first page goes; nothing is kept. Raises CourierError."""
        found: list[ShopOrder] = []
        async for page in self._asker.pages(since):
            self._remark(page.remarks)
            found += page.orders
            break
        return found

    def _remark(self, remarks: Iterable[str]) -> bool:
        """Log each once; whether any is new."""
        news = [remark for remark in remarks if remark not in self.remarks]
        for remark in news:
            self.remarks[remark] = None
            log.warning("a shop answers, but", shop=self.stall.name, remark=remark)
        return bool(news)

    async def ask_again(self, ref: str) -> Taken:
        """Ask for one order and take it in. Raises CourierError."""
        found = await self.look(ref)
        if found is None:
            return Taken()
        return await self._writer.run(take_page, self.stall.counter, Page((found,)), self._asker.clock())
