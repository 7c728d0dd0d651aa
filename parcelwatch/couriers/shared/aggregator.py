"""What the platforms that follow many carriers' parcels are like unless they say otherwise.

What belongs here: facts and answers that most of them share: a key, every number registered first, and pushes whose
whole body counts and that want no more than an empty object for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from parcelwatch.couriers.base import Account, Push


class Aggregator:
    """The part of an adapter that needs no word of its own."""

    base_url: ClassVar[str]
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key",)
    auth: ClassVar[str] = "key in a header"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)

    def registers(self, account: Account) -> bool:
        return True

    def signed(self, push: Push) -> bytes:
        return push.body

    def reply(self, account: Account, now: datetime) -> bytes:
        return b"{}"

    def _url(self, account: Account, path: str) -> str:
        return f"{(account.base_url or self.base_url).rstrip('/')}/{path}"
