"""The shop without code: asked and read as its declaration says, in JSON only.

What belongs here: being a shop, page after page and window after window. What a declaration holds is
config/declared_shop.py's, what is sent request.py's, how it is read answer.py's.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Final

import httpx

from parcelwatch.config import ShopConfig
from parcelwatch.config.declared import needs as needed
from parcelwatch.config.declared_shop import ShopDeclaration
from parcelwatch.couriers.base import said
from parcelwatch.errors import ConfigError, CourierError, CourierRefused
from parcelwatch.model import ShopOrder
from parcelwatch.shops.base import Account, Looking, Mark, Page, Reading, Shop, check, unreadable, value
from parcelwatch.shops.declared.answer import Reader, listed, look, plain, text
from parcelwatch.shops.declared.request import build, floored, written

_MOST_PAGES: Final = 10_000


class Declared:
    """Any shop with a JSON API, declared in the configuration instead of written in Python."""

    api: ClassVar[str] = "declared"
    base_url: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "2/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=5)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = ""

    def tailored(self, settings: ShopConfig) -> Shop:
        """The shop that the declaration makes."""
        if settings.declared is None:
            raise ConfigError([f"the shop {settings.name} has no declaration"])
        return Made(settings.declared)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Nothing can be asked without a declaration."""
        raise ConfigError([f"the shop {account.name} has no declaration"])

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """Nothing can be asked without a declaration."""
        raise ConfigError([f"the shop {account.name} has no declaration"])


@dataclass(frozen=True)
class Made:
    """One declared shop."""

    declaration: ShopDeclaration
    api: ClassVar[str] = "declared"
    options: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()

    @property
    def base_url(self) -> str:
        return self.declaration.base_url or ""

    @cached_property
    def needs(self) -> tuple[str, ...]:
        return tuple(needed(self.declaration.model_dump(mode="json", by_alias=True, exclude_unset=True)))

    @property
    def rate(self) -> str:
        return str(self.declaration.rate)

    @property
    def overlap(self) -> timedelta:
        return self.declaration.overlap.natural()

    @property
    def farthest(self) -> timedelta | None:
        return self.declaration.farthest.natural() if self.declaration.farthest else None

    @property
    def doubt(self) -> str:
        return self.declaration.doubt

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Window after window up to now, page after page."""
        ask = self.declaration.ask
        begin = floored(mark.at)
        while True:
            end = min(now, begin + ask.window.natural()) if ask.window else now
            yield from self._window(account, begin, end)
            if end >= now:
                return
            yield Page(mark=Mark(end))
            begin = end

    def _window(self, account: Account, begin: datetime, end: datetime) -> Reading:
        """Every page of a window. Pages that begin with what is newest are no mark before the last one is kept."""
        ask, reader = self.declaration.ask, Reader(self.declaration.answer, account.zone)
        values = {name: written(at, ask.time, ask.zone) for name, at in (("since", begin), ("until", end))}
        turned, newest, seen, cursor = 0, begin, 0, ""
        while turned < _MOST_PAGES:
            where = {"page": str(ask.pages.first + turned), "offset": str(seen), "cursor": cursor}
            response = yield build(self.declaration, account, ask, values | where | {"size": str(ask.pages.size)})
            assert response is not None
            told = self._told(response, ask.empty)
            found = listed("answer.orders", self.declaration.answer.orders, told) if told is not None else []
            orders = yield from self._orders(account, reader, response, found)
            seen += len(found)
            newest = max((newest, *(order.updated_at for order in orders)))
            cursor = text(look("ask.pages.next", ask.pages.next, told)) if ask.pages.next and told is not None else ""
            over = self._over(told, len(found), seen, cursor)
            yield Page(orders, mark=Mark(newest) if over or not ask.newest_first else None)
            if over:
                return
            turned += 1

    def _orders(
        self, account: Account, reader: Reader, response: httpx.Response, found: list[object]
    ) -> Generator[Any, Any, tuple[ShopOrder, ...]]:
        """The orders of a page, each with what further calls tell of it."""
        orders: list[ShopOrder] = []
        for each in found:
            if not isinstance(each, dict):
                unreadable(response, "answer.orders finds what is no order")
            if reader.skipped(each):
                continue
            filled = yield from self._filled(account, each)
            orders.append(_named(response, reader, filled))
        return tuple(orders)

    def _filled(self, account: Account, order: dict[str, Any]) -> Generator[Any, Any, dict[str, Any]]:
        """The order with the answers of further calls as `more`."""
        for call in self.declaration.more:
            if call.where is not None and not look("more.where", call.where, order):
                continue
            it = look("more.it", call.it, order) if call.it is not None else None
            ref = Reader(self.declaration.answer, account.zone).ref(order)
            if call.it is not None and not text(it):
                continue
            response = yield build(self.declaration, account, call, {"ref": ref, "it": text(it)})
            told = self._told(response, call.missing)
            order = {**order, "more": {**order.get("more", {}), call.as_: told}}
        return order

    def _over(self, told: object, found: int, seen: int, cursor: str) -> bool:
        """Whether there is no further page."""
        pages = self.declaration.ask.pages
        if pages.by == "none" or not found:
            return True
        if pages.by == "cursor":
            return not cursor
        if pages.total is not None:
            total = text(look("ask.pages.total", pages.total, told))
            if total.isdigit():
                return seen >= int(total)
        return found < pages.size

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its ref."""
        one, reader = self.declaration.one, Reader(self.declaration.answer, account.zone)
        response = yield build(self.declaration, account, one, {"ref": ref, "it": ref})
        told = self._told(response, one.missing)
        found = listed("one.order", one.order, told) if told is not None else []
        if not found or not isinstance(found[0], dict):
            return None
        filled = yield from self._filled(account, found[0])
        return _named(response, reader, filled)

    def _told(self, response: httpx.Response, nothing: tuple[int, ...]) -> object:
        """What an answer says, None where its status means that there is nothing."""
        if response.status_code in nothing:
            return None
        try:
            check(response)
        except CourierRefused as error:
            raise CourierRefused(f"{error}{self._message(response)}") from None
        return plain(value(response))

    def _message(self, response: httpx.Response) -> str:
        """The shop's own words about what is wrong."""
        if self.declaration.message is None:
            return ""
        try:
            words = text(look("message", self.declaration.message, value(response)))
        except CourierError:
            return ""
        return f": {said(response, words)}" if words else ""


def _named(response: httpx.Response, reader: Reader, order: dict[str, Any]) -> ShopOrder:
    try:
        return reader.order(order)
    except CourierError as error:
        unreadable(response, str(error))
