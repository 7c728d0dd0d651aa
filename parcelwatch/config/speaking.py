"""The tables of config.toml that say what agents and customers hear, when, and by which way.

What belongs here: what one table can be judged by on its own. What needs two of them is in checks.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from parcelwatch.config.secrets import Secret
from parcelwatch.config.tables import Table
from parcelwatch.config.values import (
    Clock,
    Clocks,
    DraftKind,
    DraftLanguages,
    Kind,
    Language,
    Limit,
    LocalPath,
    NaturalLimit,
    NaturalSpan,
    Person,
    PlaceCode,
    Remedy,
    SeverityName,
    SeverityOrNone,
    TimeOfDay,
    TimeZone,
)
from parcelwatch.duration import Duration


class Alerts(Table):
    """[alerts]"""

    old_news: NaturalSpan = Field(
        default=Duration(14, "d"),
        json_schema_extra={"default": "14d"},
        description="what began longer ago at a first answer is not told",
    )
    language: Language = Field(default="en", description="of agents' messages")
    escalate_after: Mapping[SeverityName, Limit] = Field(
        default_factory=dict, description="how long a case of a severity may stand before somebody takes it"
    )
    escalate_to: str = Field(default="", description="the channel that then hears of it; the next one when left out")
    reraise_after: Limit = Field(
        default=Duration(3, "bd"),
        json_schema_extra={"default": "3bd"},
        description="how long a case that was taken may stand without news",
    )
    remedy_after: Limit = Field(
        default=Duration(2, "bd"),
        json_schema_extra={"default": "2bd"},
        description="how long a remedy that was agreed may take",
    )


class Messages(Table):
    """[messages]"""

    group_wait: NaturalSpan = Field(
        default=Duration(0, "s"),
        json_schema_extra={"default": "0s"},
        description="how long news waits for other news to go with; critical news never",
    )
    group_interval: NaturalSpan = Field(
        default=Duration(5, "m"),
        json_schema_extra={"default": "5m"},
        description="when several messages left within it, what comes next waits until it is over",
    )
    repeat: NaturalLimit | None = Field(
        default=None, description="after how long an open case nobody took is told again; never when left out"
    )


class Channel(Table):
    """[channels.NAME]"""

    url: Secret = Field(description='any Apprise URL, best named by where it is: "env:OPS_CHANNEL"')
    fallback: str = Field(
        default="",
        description="the channel that takes what is grave while this one is down; else the first other that works",
    )
    language: Language | None = Field(default=None, description="of its messages, where it is not that of [alerts]")
    timezone: TimeZone | None = Field(default=None, description="of its times and hours, where not that of [service]")
    private: bool = Field(default=False, description="who reads it may see customers' names and contacts")
    quiet_hours: Clocks | None = Field(default=None, description="when nothing is sent, by its clock")
    quiet_except: SeverityOrNone = Field(default="critical", description="this or worse waits for nothing")
    digest_at: Clock | None = Field(default=None, description="when what is milder goes as one message a day")
    digest_below: SeverityName = Field(default="high", description="what is milder than this goes with that message")
    max_per_hour: int | None = Field(default=None, ge=1, le=10_000, strict=True, description="messages in an hour")
    person: Person | None = Field(default=None, description="whose own chat it is: its links act in that name")


class Route(Table):
    """[[routes]]"""

    kinds: tuple[Kind, ...] = Field(default=(), description="all kinds when left out")
    severity: SeverityName | None = Field(default=None, description="this or worse")
    courier: str = Field(default="", description="the name of an account")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    destination: PlaceCode = Field(default="", description="country code, or region's")
    tag: str = Field(default="", description="one of the parcel's tags")
    value: Annotated[float, Field(ge=0, strict=True)] = Field(default=0.0, description="worth this or more")
    tier: str = Field(default="", description="the customer's tier")
    incident: bool = Field(default=False, description="only incidents, and what speaks for itself inside one")
    channel: str = Field(default="", description="the name of a channel")
    channels: tuple[str, ...] = Field(default=(), description="the names of several")
    drafts: bool = Field(default=False, description="it takes customers' drafts as well")
    continue_: bool = Field(default=False, alias="continue", description="the routes after it are asked, too")

    @property
    def takers(self) -> tuple[str, ...]:
        return self.channels or (self.channel,)

    @model_validator(mode="after")
    def _says_where(self) -> Route:
        if bool(self.channel) == bool(self.channels):
            both = "both channel and channels" if self.channel else "no channel"
            raise ValueError(f'names {both}: give one of channel = "ops" and channels = ["ops", "leads"]')
        return self


class Offer(Table):
    """[[drafts.offers]]"""

    kinds: tuple[DraftKind, ...] = Field(default=(), description="all kinds when left out")
    tier: str = Field(default="", description="the customer's, as imported; any when left out")
    value: Annotated[float, Field(ge=0)] = Field(default=0.0, description="of the order, or more")
    remedies: tuple[Remedy, ...] = Field(description="what is offered; nothing when empty")


class DraftSend(Table):
    """[drafts.send]"""

    url: Secret | None = Field(default=None, description="an Apprise URL with {contact}, for mail addresses")
    sms: Secret | None = Field(default=None, description="the same for phone numbers")
    webhook: Secret | None = Field(default=None, description="an address that takes all that the others do not")
    body: Mapping[str, Any] = Field(default_factory=dict, description="what is posted to it, as JSON")

    @property
    def secrets(self) -> dict[str, Secret]:
        """Those that are set, by key."""
        ways = {"url": self.url, "sms": self.sms, "webhook": self.webhook}
        return {name: secret for name, secret in ways.items() if secret}


class Drafts(Table):
    """[drafts]"""

    shop: str = Field(default="", description="how the shop signs")
    languages: DraftLanguages = Field(default=("zh-CN", "en"), description="the first is the default")
    channel: str = Field(
        default="", description="where new drafts are pushed for review; the first channel when left out"
    )
    templates: LocalPath = Field(default="", description="a folder with letters of your own, named as the shipped ones")
    follow_up: NaturalLimit = Field(
        default=Duration(2, "d"),
        json_schema_extra={"default": "2d"},
        description="when the buyer is promised to hear again",
    )
    remedies: Mapping[DraftKind, tuple[Remedy, ...]] = Field(default_factory=dict, description="what is offered")
    offers: tuple[Offer, ...] = ()
    send: DraftSend = DraftSend.model_construct()


class Report(Table):
    """[report]"""

    channel: str = Field(default="", description="the channel that gets the day's report; none when left out")
    at: TimeOfDay = Field(default="18:00", description="from when on, in [service] timezone")
