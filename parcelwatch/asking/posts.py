"""An account with everything needed to work it: its credentials, its adapter, its pace.

What belongs here: from a `[couriers.*]` table to a Post.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from parcelwatch import couriers
from parcelwatch.config import AccountConfig
from parcelwatch.core.service.pacing import Pace
from parcelwatch.couriers.base import Account, Courier
from parcelwatch.duration import parse_rate


@dataclass(frozen=True, slots=True)
class Post:
    """An account with everything needed to work it. `interval`: least time between two asks of one number."""

    account: Account
    courier: Courier
    pace: Pace
    interval: timedelta

    @property
    def name(self) -> str:
        return self.account.name


def post(settings: AccountConfig) -> Post:
    """The account as configured; what is not configured is the adapter's. Reads the secrets, raises ConfigError."""
    courier = couriers.adapter(settings)
    credentials = {name: secret.read() if secret else "" for name, secret in settings.credentials.items()}
    base_url = settings.base_url or courier.base_url
    account = Account(settings.name, settings.api, base_url=base_url, options=settings.options, **credentials)
    interval = courier.min_interval if settings.interval is None else settings.interval
    return Post(account, courier, pace(settings, courier), interval)


def pace(settings: AccountConfig, courier: Courier) -> Pace:
    """How fast an account may call: its contract's pace and quotas where they are configured, else the adapter's."""
    quotas = tuple(map(parse_rate, courier.quotas)) if settings.quotas is None else settings.quotas
    return Pace(settings.rate or parse_rate(courier.rate), quotas)
