"""Driving an adapter as the keeper does, over real HTTP or by a function that answers: what it told, what it asked.

What belongs here: one reading or one look from its first request to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from parcelwatch.couriers.base import SECRETS
from parcelwatch.model import ShopOrder
from parcelwatch.shops.base import Account, Mark, Page, Shop, Wait

NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
SINCE = NOW - timedelta(hours=1)

Answer = Callable[[httpx.Request], httpx.Response]


def over_http(request: httpx.Request) -> httpx.Response:
    """The answer of whoever listens there."""
    # Nothing here is encrypted, and reading the certificates takes longer than the call.
    with httpx.Client(verify=False, trust_env=False) as client:
        return client.send(request)


@dataclass
class Drive:
    """One account at one shop. `asked`, `waits`: its requests and what it was told to wait, in seconds."""

    shop: Shop
    account: Account
    answer: Answer = over_http
    asked: list[httpx.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def pages(self, since: datetime = SINCE, cursor: str = "", now: datetime = NOW) -> list[Page]:
        """A whole reading."""
        found: list[Page] = []
        reading = self.shop.since(self.account, Mark(since, cursor), now)
        answer: httpx.Response | None = None
        while True:
            try:
                step = reading.send(answer)
            except StopIteration:
                return found
            answer = None
            if isinstance(step, Page):
                found.append(step)
            elif isinstance(step, Wait):
                self.waits.append(step.span.total_seconds())
            else:
                answer = self.send(step)

    def orders(self, since: datetime = SINCE) -> list[ShopOrder]:
        """What a reading told, page after page."""
        return [order for page in self.pages(since) for order in page.orders]

    def look(self, ref: str) -> ShopOrder | None:
        """One order."""
        looking = self.shop.order(self.account, ref, NOW)
        try:
            request = next(looking)
            while True:
                request = looking.send(self.send(request))
        except StopIteration as done:
            found: ShopOrder | None = done.value
            return found

    def send(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request that knows what must not be repeated."""
        self.asked.append(request)
        request.extensions = {**request.extensions, SECRETS: self.account.secrets}
        response = self.answer(request)
        response.request = request
        return response
