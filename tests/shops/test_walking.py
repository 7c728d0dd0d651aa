"""Windows and pages: from the last to the first, halved where one holds too much, a mark only after all of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from parcelwatch.errors import CourierUnreadable
from parcelwatch.shops.base import Looking, Mark, Page
from parcelwatch.shops.china.walking import Sheet, Spread, walk
from tests.shops.asking import NOW

HOUR = timedelta(hours=1)
ASK = httpx.Request("GET", "https://shop.example.com/")


def walked(since: datetime, pages_per_minute: int) -> tuple[list[Spread], list[Page]]:
    """What was asked, of a platform of so many pages a minute, and what came."""
    asked: list[Spread] = []
    found: list[Page] = []

    def feed(spread: Spread) -> Looking[Sheet]:
        yield ASK
        asked.append(spread)
        minutes = (spread.end - spread.begin) // timedelta(minutes=1)
        return Sheet(pages=minutes * pages_per_minute)

    walking = walk(Mark(since), NOW, HOUR, feed)
    step = next(walking, None)
    while step is not None:
        found += [step] if isinstance(step, Page) else []
        try:
            step = walking.send(None if isinstance(step, Page) else httpx.Response(200))
        except StopIteration:
            break
    return asked, found


def test_a_window_of_too_many_pages_is_halved_until_it_can_be_read_and_nothing_is_left_out() -> None:
    asked, found = walked(NOW - 2 * HOUR, pages_per_minute=4)
    whole = {(each.begin, each.end) for each in asked if each.page}
    assert {end - begin for begin, end in whole} == {HOUR / 2}
    assert min(begin for begin, _ in whole) == NOW - 2 * HOUR
    marks = [page.mark.at for page in found if page.mark is not None]
    assert len(marks) == 4
    for begin, end in whole:
        pages = [each.page for each in asked if (each.begin, each.end) == (begin, end)]
        assert pages == [0, *reversed(range(120))]


def test_a_minute_of_more_than_can_be_ends_with_an_error() -> None:
    with pytest.raises(CourierUnreadable, match="in a minute"):
        walked(NOW - HOUR, pages_per_minute=10**6)
