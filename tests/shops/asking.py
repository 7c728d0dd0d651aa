"""Asking an adapter without a network: its whole reading, or one order, answered by a function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx

from parcelwatch.couriers.base import SECRETS
from parcelwatch.model import ShopOrder
from parcelwatch.shops.base import Account, Mark, Page, Shop

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
SINCE = NOW - timedelta(hours=1)
MOST_CALLS = 20_000

Answer = Callable[[httpx.Request], httpx.Response]


def account(shop: Shop, **options: str) -> Account:
    """Credentials that are recognised wherever they turn up."""
    options = dict.fromkeys(shop.required, "11223344") | options
    base = shop.base_url or "https://shop.example.com"
    return Account("mine", shop.api, base, "key-8d21f0", "sec-77aa19:sgn-51be02", "tok-3c9e55", options=options)


def answered(request: httpx.Request, response: httpx.Response, who: Account) -> httpx.Response:
    """The answer to a request that knows what must not be repeated, as the keeper's do."""
    request.extensions = {**request.extensions, SECRETS: who.secrets}
    response.request = request
    return response


def read(
    shop: Shop, answer: Answer, cursor: str = "", since: datetime = SINCE, **options: str
) -> tuple[list[Page], list[httpx.Request]]:
    """A whole reading."""
    who = account(shop, **options)
    pages: list[Page] = []
    asked: list[httpx.Request] = []
    reading = shop.since(who, Mark(since, cursor), NOW)
    step = next(reading, None)
    while step is not None:
        response = None
        if isinstance(step, httpx.Request):
            asked.append(step)
            assert len(asked) < MOST_CALLS, "it never ends"
            response = answered(step, answer(step), who)
        elif isinstance(step, Page):
            pages.append(step)
        try:
            step = reading.send(response)
        except StopIteration:
            break
    return pages, asked


def looked(shop: Shop, ref: str, answer: Answer) -> tuple[ShopOrder | None, list[httpx.Request]]:
    """One order, and what was asked for it."""
    who = account(shop)
    asked: list[httpx.Request] = []
    looking = shop.order(who, ref, NOW)
    try:
        request = next(looking)
        while True:
            asked.append(request)
            request = looking.send(answered(request, answer(request), who))
    except StopIteration as done:
        return done.value, asked
