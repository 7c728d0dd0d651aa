"""Who the configuration says is asked, told and let in: couriers' accounts, shops, helpdesks, channels, programs.

What belongs here: one accepted entry of each table as the rest of the program takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from parcelwatch.config.secrets import Secret
from parcelwatch.duration import Rate

if TYPE_CHECKING:
    from parcelwatch.config.declared import Declaration
    from parcelwatch.config.declared_desk import DeskDeclaration
    from parcelwatch.config.declared_shop import ShopDeclaration


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """An account at a courier's API. None means that the adapter's own default holds."""

    name: str
    api: str
    key: Secret | None = None
    customer: Secret | None = None
    secret: Secret | None = None
    token: Secret | None = None
    base_url: str | None = None
    rate: Rate | None = None
    quotas: tuple[Rate, ...] | None = None
    interval: timedelta | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    companies: tuple[str, ...] = ()
    declared: Declaration | None = None

    @property
    def credentials(self) -> dict[str, Secret | None]:
        """Every credential, configured or not."""
        return {"key": self.key, "customer": self.customer, "secret": self.secret, "token": self.token}


@dataclass(frozen=True, slots=True)
class ShopConfig:
    """A shop that is asked. None means that the adapter's own default holds. `timezone`: of times that name none."""

    name: str
    api: str
    every: timedelta
    timezone: ZoneInfo
    key: Secret | None = None
    secret: Secret | None = None
    token: Secret | None = None
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    declared: ShopDeclaration | None = None

    @property
    def credentials(self) -> dict[str, Secret | None]:
        """Every credential, configured or not."""
        return {"key": self.key, "secret": self.secret, "token": self.token}


@dataclass(frozen=True, slots=True)
class HelpdeskConfig:
    """A helpdesk that is asked, and written to as `deliver` says. None means that the adapter's own default holds."""

    name: str
    api: str
    every: timedelta
    deliver: str = "note"
    create: bool = False
    ignore_tags: tuple[str, ...] = ()
    rate: Rate | None = None
    key: Secret | None = None
    secret: Secret | None = None
    token: Secret | None = None
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    declared: DeskDeclaration | None = None
    field: str = ""

    @property
    def credentials(self) -> dict[str, Secret | None]:
        """Every credential, configured or not."""
        return {"key": self.key, "secret": self.secret, "token": self.token}


@dataclass(frozen=True, slots=True)
class TokenConfig:
    """A program that may post to us. `role`: one of models.ROLES."""

    name: str
    secret: Secret
    role: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A destination for messages; `url` is any Apprise URL, `at` where it was written: "config.toml:12".

    `language`, `timezone`: of what it is told. `fallback`: the channel that takes what is grave while this one is down,
    "" for the first other that works.
    `person`: whose own chat it is, "" for nobody's.
    """

    name: str
    url: Secret
    language: str
    timezone: ZoneInfo
    private: bool
    at: str = ""
    fallback: str = ""
    person: str = ""
