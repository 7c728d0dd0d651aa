"""Shops with everything needed to ask them: credentials, adapter, and who asks about the parcels they tell of.

What belongs here: from `[shops.*]` and `[couriers.*]` tables to Stalls.
"""

from __future__ import annotations

from parcelwatch import shops
from parcelwatch.config import Config, ShopConfig
from parcelwatch.core.policy import Policy
from parcelwatch.errors import ConfigError
from parcelwatch.shopping.keeper import Stall
from parcelwatch.shopping.taking import Counter
from parcelwatch.shops.base import Account
from parcelwatch.verbs.desks import assigner


def stalls(config: Config, policy: Policy, *, only: str = "") -> list[Stall]:
    """Every configured shop, or one. Reads the secrets; raises ConfigError for all that are missing."""
    problems: list[str] = []
    found: list[Stall] = []
    asks = assigner(config)
    for name, settings in config.shops().items():
        if only not in ("", name):
            continue
        try:
            found.append(stall(config, settings, Counter(name, asks, policy, config.shop.currency)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def stall(config: Config, settings: ShopConfig, counter: Counter) -> Stall:
    """One shop as configured. Reads its secrets; raises ConfigError."""
    shop = shops.adapter(settings)
    credentials = {name: secret.read() if secret else "" for name, secret in settings.credentials.items()}
    account = Account(
        settings.name,
        settings.api,
        base_url=(settings.base_url or shop.base_url).rstrip("/"),
        zone=str(settings.timezone),
        options=settings.options,
        **credentials,
    )
    database = config.database
    return Stall(account, shop, settings.every, counter, database.with_name(f"{database.name}.{settings.name}.token"))
