"""Lists of numbers, of shops where one may be added to an order without a change of the order.

What belongs here: reading them page by page. They are never taken: an order with a number that is news is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from parcelwatch.config.declared_shop import SHOPS_OWN, Numbers, ShopDeclaration
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.shops.base import Account, Page, Reading, check, value
from parcelwatch.shops.declared.answer import apart, listed, look, plain, text
from parcelwatch.shops.declared.request import build, floored, written

_MOST_PAGES: Final = 100


def named(declaration: ShopDeclaration, account: Account, now: datetime) -> Reading:
    """What every list names. One that cannot be had is said, and takes nothing else with it."""
    for call in declaration.numbers:
        try:
            yield from _pages(declaration, account, call, now)
        except (CourierRefused, CourierUnreadable) as error:
            yield Page(remarks=(f"numbers that are added later to an order are missed: {error}",))


def _pages(declaration: ShopDeclaration, account: Account, call: Numbers, now: datetime) -> Reading:
    zone = account.zone if call.zone == SHOPS_OWN else call.zone
    times = (("since", floored(now - call.back.natural())), ("until", now))
    values = {name: written(at, call.time, zone) for name, at in times} | {"size": str(call.pages.size)}
    before: list[object] = []
    seen, cursor = 0, ""
    for turned in range(_MOST_PAGES):
        where = {"page": str(call.pages.first + turned), "offset": str(seen), "cursor": cursor}
        response = yield build(declaration, account, call, values | where)
        assert response is not None
        if response.status_code in call.empty:
            return
        check(response)
        told = plain(value(response))
        rows = listed("numbers.rows", call.rows, told)
        seen += len(rows)
        yield Page(named=tuple(pair for row in rows for pair in _named(call, row)))
        cursor = text(look("numbers.pages.next", call.pages.next, told)) if call.pages.next else ""
        if _over(call, rows, before, seen, cursor, told):
            return
        before = rows


def _named(call: Numbers, row: object) -> Iterator[tuple[str, str]]:
    ref = text(look("numbers.ref", call.ref, row))
    for each in listed("numbers.tracking", call.tracking, row) if ref else ():
        for number in apart(text(each)):
            yield ref, number


def _over(call: Numbers, rows: list[object], before: list[object], seen: int, cursor: str, told: object) -> bool:
    """Whether there is no further page; some servers give the last one for ever."""
    pages = call.pages
    if pages.by == "none" or not rows or rows == before:
        return True
    if pages.by == "cursor":
        return not cursor
    total = text(look("numbers.pages.total", pages.total, told)) if pages.total is not None else ""
    return total.isdecimal() and seen >= int(total)
