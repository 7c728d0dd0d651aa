"""Reading what changed in windows of time, as every platform caps them, page after page within each.

What belongs here: which window and which page comes next, and how far a mark may go. Rows move to the front while one
pages, so pages are read from the last to the first wherever the platform counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from parcelwatch.couriers.base import http_date
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Grievance, ShopOrder
from parcelwatch.shops.base import Looking, Mark, Page
from parcelwatch.shops.china.trouble import fitting

# A window of more is halved, so that marks are kept on the way.
_MOST_PAGES: Final = 200
_NOTHING: Final = timedelta(0)
_SHORTEST: Final = timedelta(minutes=1)
_DIGITS: Final = 10
# A Date further off than this is not the time.
_WRONG: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spread:
    """A window: from when to when, which page of it from 0, and the word by which the platform goes on."""

    begin: datetime
    end: datetime
    page: int = 0
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it was read.

    `pages`: how many the window has, None where it is not said; `more`: whether another one follows; `cursor`: by what
    that is asked for; `told_at`: when the platform answered, by its own clock, None where it did not say.
    """

    orders: tuple[ShopOrder, ...] = ()
    grievances: tuple[Grievance, ...] = ()
    pages: int | None = None
    more: bool = False
    cursor: str = ""
    told_at: datetime | None = None


Feed = Callable[[Spread], Looking[Sheet]]
Walk = Generator[httpx.Request | Page, Any, Mark]


def told_at(response: httpx.Response) -> datetime | None:
    """When a platform answered, by its own clock."""
    return http_date(response.headers.get("date", ""))


def feed(call: Callable[[Spread], httpx.Request], read: Callable[[httpx.Response], Sheet]) -> Feed:
    """A feed of which each page is one call."""

    def ask(spread: Spread) -> Looking[Sheet]:
        response = yield call(spread)
        with fitting(response):
            return replace(read(response), told_at=told_at(response))

    return ask


def pages_of(total: object, size: int) -> int | None:
    """How many pages a number of rows fills, None where no number is said."""
    digits = str(total) if isinstance(total, int | str) and not isinstance(total, bool) else ""
    return (
        -(-int(digits) // size) if digits.isascii() and digits.isdigit() and len(digits) < len("1000000000") else None
    )


def walk(mark: Mark, until: datetime, span: timedelta, *feeds: Feed, again: timedelta = _NOTHING) -> Walk:
    """Every feed, window after window, a mark only after all of them; one that holds too much is halved.

    `again`: so much of what was read is read once more. Returns the last mark. Raises CourierUnreadable where a minute
    holds more than can be.
    """
    begin, until = (mark.at - again).replace(microsecond=0), until.replace(microsecond=0)
    width = span
    while begin < until:
        end = min(until, begin + width)
        seen = _Seen(max(begin, mark.at), end)
        if not (yield from _all(feeds, Spread(begin, end), seen)):
            width = _half(end - begin)
            continue
        mark = Mark(seen.reached(over=end >= until), mark.cursor)
        yield Page(mark=mark)
        begin, width = end, span
    return mark


def _half(width: timedelta) -> timedelta:
    if width <= _SHORTEST:
        raise CourierUnreadable(f"the platform tells of more than {_MOST_PAGES} pages in a minute")
    return timedelta(seconds=width.total_seconds() // 2)


def _all(feeds: Sequence[Feed], window: Spread, seen: _Seen) -> Generator[httpx.Request | Page, Any, bool]:
    for feed_ in feeds:
        if not (yield from _pages(feed_, window, seen)):
            return False
    return True


class _Seen:
    """How far a window was read: by the newest order, and by the platform's clock."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin, self._end = begin, end
        self._newest = begin
        self._told_at: datetime | None = None

    def take(self, sheet: Sheet) -> None:
        self._newest = max((self._newest, *(order.updated_at for order in sheet.orders)))
        if sheet.told_at is not None and abs(sheet.told_at - self._end) < _WRONG:
            self._told_at = sheet.told_at

    def reached(self, *, over: bool) -> datetime:
        """The window's end, unless that lies ahead of the platform's clock; without its clock, its newest order."""
        if not over:
            return max(self._begin, self._end)
        limit = self._told_at or self._newest
        return max(self._begin, min(limit, self._end))


def _pages(feed_: Feed, window: Spread, seen: _Seen) -> Generator[httpx.Request | Page, Any, bool]:
    """All pages of a window; whether they were all."""
    sheet = yield from feed_(window)
    pages = sheet.pages or 0
    if pages > 1:
        for page in reversed(range(pages if pages <= _MOST_PAGES else 0)):
            last = yield from feed_(replace(window, page=page))
            seen.take(last)
            yield _page(last)
        return pages <= _MOST_PAGES
    asked = {""}
    for page in range(1, _MOST_PAGES + 1):
        seen.take(sheet)
        yield _page(sheet)
        if not sheet.more or (sheet.cursor and sheet.cursor in asked):
            return True
        asked.add(sheet.cursor)
        following = yield from feed_(replace(window, page=page, cursor=sheet.cursor))
        if _page(following) == _page(sheet) != Page():  # it does not turn pages
            return True
        sheet = following
    return False


def _page(sheet: Sheet) -> Page:
    return Page(sheet.orders, sheet.grievances)
