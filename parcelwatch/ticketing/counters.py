"""Helpdesks with everything needed to ask them: credentials, adapter, and how their tickets are taken in.

What belongs here: from `[helpdesks.*]` tables to Counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from parcelwatch import helpdesks
from parcelwatch.config import Config, HelpdeskConfig
from parcelwatch.core.policy import Policy
from parcelwatch.errors import ConfigError
from parcelwatch.helpdesks.base import Creates, Helpdesk
from parcelwatch.shops.base import Account


@dataclass(frozen=True, slots=True)
class Counter:
    """A helpdesk with everything needed to ask it and to write to it.

    `every`: how long between two readings. `deliver`: "note" or "reply". `create`: whether a ticket may be begun.
    `ignored`: tags of tickets that are no complaints. `field`: that holds an order or a number. `rate`: how
    calls are spaced.
    """

    account: Account
    desk: Helpdesk
    every: timedelta
    policy: Policy
    renewals: Path
    deliver: str = "note"
    create: bool = False
    ignored: tuple[str, ...] = ()
    field: str = ""
    rate: str = ""

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def kept(self) -> str:
        """What its state is kept under among courier accounts and shops: none can be called so."""
        return f"helpdesks.{self.name}"


def counters(config: Config, policy: Policy, *, only: str = "") -> list[Counter]:
    """Every configured helpdesk, or one. Reads the secrets; raises ConfigError for all that are missing."""
    problems: list[str] = []
    found: list[Counter] = []
    for name, settings in config.helpdesks().items():
        if only not in ("", name):
            continue
        try:
            found.append(counter(config, settings, policy))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def counter(config: Config, settings: HelpdeskConfig, policy: Policy) -> Counter:
    """One helpdesk as configured. Reads its secrets; raises ConfigError."""
    desk = helpdesks.adapter(settings)
    if settings.create and not isinstance(desk, Creates):
        raise ConfigError([f"[helpdesks.{settings.name}] create: no ticket can be begun by the adapter {settings.api}"])
    credentials = {name: secret.read() if secret else "" for name, secret in settings.credentials.items()}
    base_url = (settings.base_url or desk.base_url).rstrip("/")
    account = Account(settings.name, settings.api, base_url=base_url, options=settings.options, **credentials)
    database = config.database
    return Counter(
        account,
        desk,
        settings.every,
        policy,
        database.with_name(f"{database.name}.helpdesk.{settings.name}.token"),
        settings.deliver,
        settings.create,
        settings.ignore_tags,
        settings.field,
        str(settings.rate or desk.rate),
    )
