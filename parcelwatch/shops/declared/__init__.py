"""The shop without code: asked and read as its declaration says, in JSON only.

What belongs here: being a shop, page after page and window after window. What a declaration holds is
config/declared_shop.py's, what is sent request.py's, how it is read answer.py's.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Final

import httpx

from parcelwatch.config import ShopConfig
from parcelwatch.config.checks import ANY
from parcelwatch.config.declared_shop import SHOPS_OWN, More, ShopDeclaration
from parcelwatch.config.expressions import Expression
from parcelwatch.couriers.base import said
from parcelwatch.errors import ConfigError, CourierError, CourierRefused, CourierUnreadable
from parcelwatch.model import ShopOrder
from parcelwatch.shops.base import Account, Looking, Mark, Page, Reading, Shop, Tells, check, unreadable, value
from parcelwatch.shops.declared.answer import Reader, listed, look, plain, text
from parcelwatch.shops.declared.described import Described
from parcelwatch.shops.declared.knocks import Knocking
from parcelwatch.shops.declared.numbers import named
from parcelwatch.shops.declared.options import chosen
from parcelwatch.shops.declared.request import build, floored, written
from parcelwatch.shops.declared.tokens import Renewing

_MOST_PAGES: Final = 10_000


class Declared:
    """Any shop with a JSON API, declared in the configuration instead of written in Python."""

    api: ClassVar[str] = "declared"
    base_url: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, str]] = {ANY: "those that the declaration has"}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "2/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=5)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = ""

    def tailored(self, settings: ShopConfig) -> Shop:
        """The shop that the declaration makes."""
        if settings.declared is None:
            raise ConfigError([f"the shop {settings.name} has no declaration"])
        return made(chosen(settings.declared, settings.options))

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Nothing can be asked without a declaration."""
        raise ConfigError([f"the shop {account.name} has no declaration"])

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """Nothing can be asked without a declaration."""
        raise ConfigError([f"the shop {account.name} has no declaration"])


@dataclass(frozen=True)
class Made(Described[ShopDeclaration]):
    """One declared shop."""

    def tailored(self, settings: ShopConfig) -> Shop:
        """With the account's options in their places."""
        return made(chosen(self.declaration, settings.options), self.api)

    @property
    def farthest(self) -> timedelta | None:
        return self.declaration.farthest.natural() if self.declaration.farthest else None

    @property
    def tells(self) -> Tells:
        """What its declaration knows where to find."""
        answer = self.declaration.answer
        promised, hand_over = answer.promised_by is not None, answer.hand_over_by is not None
        return Tells(promised, hand_over, bool(answer.cancelled), bool(answer.refunded))

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Window after window up to now, page after page."""
        yield from self._here(account).windows(account, mark, now)

    def _here(self, account: Account) -> Made:
        """As it is with the account's options, where that was not seen to before."""
        if not self.declaration.options:
            return self
        given = tuple(sorted(account.options.items()))
        if given not in self._chosen:
            self._chosen[given] = made(chosen(self.declaration, account.options), self.api)
        return self._chosen[given]

    @cached_property
    def _chosen(self) -> dict[tuple[tuple[str, str], ...], Made]:
        return {}

    def windows(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Window after window, of a declaration with nothing left to choose."""
        ask = self.declaration.ask
        begin, known = floored(mark.at), _Known()
        while True:
            end = min(now, begin + ask.window.natural()) if ask.window else now
            yield from self._window(account, begin, end, known)
            if end >= now:
                break
            yield Page(mark=Mark(end))
            begin = end
        yield from named(self.declaration, account, now)

    def _window(self, account: Account, begin: datetime, end: datetime, known: _Known) -> Reading:
        """Every page of a window. Pages that begin with what is newest are no mark before the last one is kept."""
        ask, reader = self.declaration.ask, Reader(self.declaration.answer, account.zone)
        if known.deaf:
            ask = ask.model_copy(update={"query": {**ask.query, **ask.down}, "newest_first": True})
        zone = account.zone if ask.zone == SHOPS_OWN else ask.zone
        values = {name: written(at, ask.time, zone) for name, at in (("since", begin), ("until", end))}
        turned, newest, seen, cursor = 0, begin, 0, ""
        before: list[object] = []
        while turned < _MOST_PAGES:
            where = {"page": str(ask.pages.first + turned), "offset": str(seen), "cursor": cursor}
            response = yield build(self.declaration, account, ask, values | where | {"size": str(ask.pages.size)})
            assert response is not None
            told = self._told(response, ask.empty)
            found = self._found(response, "answer.orders", self.declaration.answer.orders, told)
            times = [reader.changed(each) or begin for each in found]
            early = [bool(ask.down) and at < begin - self.overlap for at in times]
            if any(early) and not known.deaf:
                known.deaf = True
                yield from self._window(account, begin, end, known)
                return
            there = [each for each, is_early in zip(found, early, strict=True) if not is_early]
            orders = yield from self._orders(account, reader, response, there, known)
            seen += len(found)
            newest = max((newest, *times))
            cursor = text(look("ask.pages.next", ask.pages.next, told)) if ask.pages.next and told is not None else ""
            # Some servers give fewer than are asked for, some the last page for ever: a short page is no end.
            over = found == before or self._over(told, len(found), seen, cursor) or (known.deaf and any(early))
            before = found
            yield Page(orders, mark=Mark(newest) if over or not ask.newest_first else None)
            if over:
                return
            turned += 1

    def _found(self, response: httpx.Response, where: str, expression: Expression, told: object) -> list[object]:
        """What an answer holds; one that is an object with something else in it is no answer."""
        if told is None:
            return []
        if isinstance(told, dict) and told and look(where, expression, told) in (None, False):
            unreadable(response, f"the answer has no {where} = `{expression}`{self._message(response)}")
        return listed(where, expression, told)

    def _orders(
        self, account: Account, reader: Reader, response: httpx.Response, found: list[object], known: _Known
    ) -> Generator[Any, Any, tuple[ShopOrder, ...]]:
        """The orders of a page, each with what further calls tell of it."""
        orders: list[ShopOrder] = []
        for each in found:
            if not isinstance(each, dict):
                unreadable(response, "answer.orders finds what is no order")
            if reader.skipped(each):
                continue
            filled = yield from self._filled(account, each, known)
            orders.append(_named(response, reader, filled))
        return tuple(orders)

    def _filled(self, account: Account, order: dict[str, Any], known: _Known) -> Generator[Any, Any, dict[str, Any]]:
        """The order with the answers of further calls as `more`."""
        ref = Reader(self.declaration.answer, account.zone).ref(order)
        order = {**order, "more": {}}
        for call in self.declaration.more:
            it = look("more.it", call.it, order) if call.it is not None else None
            needless = call.where is not None and not look("more.where", call.where, order)
            if needless or call.as_ in known.off or (call.it is not None and not text(it)):
                continue
            if (call.as_, text(it)) in known.shared:
                told = known.shared[call.as_, text(it)]
            else:
                counts = ("it",) if isinstance(it, int) else ()
                response = yield build(self.declaration, account, call, {"ref": ref, "it": text(it)}, counts)
                told = self._more(response, call, known)
            if call.shared:
                known.shared[call.as_, text(it)] = told
            order = {**order, "more": {**order["more"], call.as_: told}}
        return order

    def _more(self, response: httpx.Response, call: More, known: _Known) -> object:
        if call.off is not None and response.status_code in call.missing:
            try:
                known.off |= {call.as_} if look("more.off", call.off, value(response)) else set()
            except CourierUnreadable:
                return None
        return self._told(response, call.missing)

    def _over(self, told: object, found: int, seen: int, cursor: str) -> bool:
        """Whether there is no further page."""
        pages = self.declaration.ask.pages
        if pages.by == "none" or not found:
            return True
        if pages.by == "cursor":
            return not cursor
        if pages.total is not None:
            total = text(look("ask.pages.total", pages.total, told))
            if total.isdecimal():
                return seen >= int(total)
        return False

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its ref."""
        return (yield from self._here(account).first(account, ref))

    def first(self, account: Account, ref: str) -> Looking[ShopOrder | None]:
        """What the first call that finds it tells, of a declaration with nothing left to choose."""
        reader = Reader(self.declaration.answer, account.zone)
        for one in self.declaration.one:
            response = yield build(self.declaration, account, one, {"ref": ref, "it": ref})
            found = self._found(response, "one.order", one.order, self._told(response, one.missing))
            if found and isinstance(found[0], dict):
                filled = yield from self._filled(account, found[0], _Known())
                return _named(response, reader, filled)
        return None

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


class MadeRenewing(Renewing, Made):
    """One declared shop that grants tokens."""


class MadeKnocking(Knocking, Made):
    """One declared shop that knocks."""


class MadeBoth(Renewing, Knocking, Made):
    """One declared shop that grants tokens and knocks."""


_KINDS: Final = {(False, False): Made, (True, False): MadeRenewing, (False, True): MadeKnocking, (True, True): MadeBoth}


def made(declaration: ShopDeclaration, api: str = "declared") -> Made:
    """The shop that a declaration makes: it renews tokens and hears webhooks if the declaration says how."""
    granted = declaration.auth is not None and declaration.auth.kind == "oauth2"
    return _KINDS[granted, declaration.knock is not None](declaration, api)


@dataclass(slots=True)
class _Known:
    """What one reading has learnt. `deaf`: the server tells of older orders than asked for. `off`: calls of `more` that
    it has nothing for; `shared`: what they told of each {it}.
    """

    deaf: bool = False
    off: set[str] = field(default_factory=set)
    shared: dict[tuple[str, str], object] = field(default_factory=dict)


def _named(response: httpx.Response, reader: Reader, order: dict[str, Any]) -> ShopOrder:
    try:
        return reader.order(order)
    except CourierError as error:
        unreadable(response, str(error))
