"""The shape of config.toml: every table, every key and its default.

What belongs here: what one table can be judged by on its own. What needs two of them is in checks.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, create_model, model_validator

from parcelwatch.config.presets import Preset
from parcelwatch.config.secrets import Secret
from parcelwatch.config.tables import Deferred, Table
from parcelwatch.config.values import (
    ADay,
    BaseUrl,
    Clock,
    Clocks,
    Country,
    Currency,
    Day,
    DraftKind,
    DraftLanguages,
    Kind,
    LaneName,
    Language,
    Limit,
    Listen,
    LocalPath,
    LossName,
    Mode,
    Name,
    NaturalLimit,
    NaturalSpan,
    OneOf,
    Options,
    OrderUrl,
    Pace,
    Paces,
    Person,
    PlaceCode,
    Postal,
    ProfileName,
    PublicUrl,
    Remedy,
    SeverityName,
    SeverityOrNone,
    StartName,
    TimeOfDay,
    TimeZone,
    WorkingHours,
)
from parcelwatch.core.calendar import Dates
from parcelwatch.core.kinds import KINDS
from parcelwatch.core.outbreaks import Bar
from parcelwatch.duration import Duration, Rate

CREDENTIALS: Final = ("key", "customer", "secret", "token")
MATCHERS: Final = ("courier", "company", "service", "origin", "destination", "tag")


class Service(Table):
    """[service]"""

    database: LocalPath = Field(default="/var/lib/parcelwatch/parcelwatch.db", min_length=1, description="the database")
    listen: Listen = Field(default="127.0.0.1:8350", description="health, metrics, webhooks")
    public_url: PublicUrl = Field(default="", description="where people reach `listen`; messages get links to act by")
    heartbeat_url: Secret | None = Field(default=None, description="asked for every few minutes while all is well")
    proxy: Secret | None = Field(default=None, description="couriers are asked and messages sent by way of it")
    timezone: TimeZone = Field(default="UTC", description="reports, quiet hours, naive times")


if TYPE_CHECKING:
    from parcelwatch.config.declared import Declaration
    from parcelwatch.config.declared_desk import DeskDeclaration
    from parcelwatch.config.declared_shop import ShopDeclaration

    DeclaredCourier = Declaration | None
    DeclaredShop = ShopDeclaration | None
    DeclaredDesk = DeskDeclaration | None
else:

    class DeclaredCourier(Deferred):
        home, name = "parcelwatch.config.declared", "Declaration"

    class DeclaredShop(Deferred):
        home, name = "parcelwatch.config.declared_shop", "ShopDeclaration"

    class DeclaredDesk(Deferred):
        home, name = "parcelwatch.config.declared_desk", "DeskDeclaration"


class Courier(Table):
    """[couriers.NAME]"""

    api: str = Field(min_length=1, description="which adapter asks, see `parcelwatch couriers list`")
    key: Secret | None = Field(default=None, description="the API key")
    customer: Secret | None = Field(default=None, description="the customer number, where the API wants one")
    secret: Secret | None = Field(default=None, description="the second credential, where the API wants one")
    token: Secret | None = Field(default=None, description="a lasting access token, where the platform issues one")
    base_url: BaseUrl | None = Field(default=None, description="replaces the API's address")
    rate: Pace | None = Field(
        default=None, description="calls in a time, where your contract differs from the adapter's"
    )
    quota: Paces | None = Field(default=None, description="calls in a day or another period; one, or several in a list")
    interval: NaturalSpan | None = Field(default=None, description="least time between two asks of one number")
    options: Options = Field(default_factory=dict, description="what only this adapter knows")
    companies: tuple[str, ...] = Field(
        default=(), description="what shops call the couriers it is for, where the name alone does not tell"
    )
    declared: DeclaredCourier = Field(default=None, description="the courier itself, as a table or by name")

    @property
    def secrets(self) -> dict[str, Secret | None]:
        """Every credential, named or not."""
        return {name: getattr(self, name) for name in CREDENTIALS}


SHOP_CREDENTIALS: Final = ("key", "secret", "token")


class Platform(Table):
    """[shops.NAME]"""

    api: str = Field(min_length=1, description="which adapter asks, see `parcelwatch shops list`")
    key: Secret | None = Field(default=None, description="the API key, or the app's")
    secret: Secret | None = Field(default=None, description="the second credential, where the API wants one")
    token: Secret | None = Field(default=None, description="an access or refresh token, where the platform issues one")
    base_url: BaseUrl | None = Field(default=None, description="the shop's address; replaces the API's")
    every: NaturalSpan = Field(
        default=Duration(5, "m"), json_schema_extra={"default": "5m"}, description="how often it is asked"
    )
    timezone: TimeZone | None = Field(
        default=None, description="of the shop's times that name no zone, where it is not that of [service]"
    )
    options: Options = Field(default_factory=dict, description="what only this adapter knows")
    declared: DeclaredShop = Field(default=None, description="the shop itself, as a table or by name")

    @property
    def secrets(self) -> dict[str, Secret | None]:
        """Every credential, named or not."""
        return {name: getattr(self, name) for name in SHOP_CREDENTIALS}


class Helpdesk(Table):
    """[helpdesks.NAME]"""

    api: str = Field(min_length=1, description="which adapter asks, see `parcelwatch helpdesks list --all`")
    key: Secret | None = Field(default=None, description="the API key, or the user's name")
    secret: Secret | None = Field(default=None, description="the second credential, where the API wants one")
    token: Secret | None = Field(default=None, description="an access token, where the platform issues one")
    base_url: BaseUrl | None = Field(default=None, description="the helpdesk's address; replaces the API's")
    every: NaturalSpan = Field(
        default=Duration(5, "m"), json_schema_extra={"default": "5m"}, description="how often it is asked"
    )
    rate: Pace | None = Field(default=None, description="calls in a time, where your plan differs from the adapter's")
    deliver: Annotated[str, OneOf(("note", "reply"), "way to deliver")] = Field(
        default="note", description="how an approved letter goes into a ticket: an internal note, or a reply"
    )
    create: bool = Field(
        default=False, strict=True, description="whether a ticket is begun for a letter whose order has none"
    )
    ignore_tags: tuple[str, ...] = Field(default=(), description="tickets with one of these are no complaints")
    field: str = Field(default="", description="the ticket's own field that holds an order or a parcel's number")
    options: Options = Field(default_factory=dict, description="what only this adapter knows")
    declared: DeclaredDesk = Field(default=None, description="the helpdesk itself, as a table or by file")

    @property
    def secrets(self) -> dict[str, Secret | None]:
        """Every credential, named or not."""
        return {name: getattr(self, name) for name in SHOP_CREDENTIALS}


ROLES: Final = ("orders", "complaints", "all")


class Token(Table):
    """[tokens.NAME]"""

    secret: Secret = Field(description='what a program proves itself with, best named by where it is: "env:SHOP_TOKEN"')
    role: Annotated[str, OneOf(ROLES, "role")] = Field(
        default="all", description="what it may post: orders (and parcels), complaints, or all"
    )
    rate: Pace = Field(
        default=Rate(10, 1), json_schema_extra={"default": "10/s"}, description="how many calls it may make in a time"
    )


class Limits(Table):
    """{ warn = "48h", critical = "120h" }"""

    warn: Limit = Field(description="after how long the case opens")
    critical: Limit | None = Field(default=None, description="after how long it gets worse; never when left out")
    mode: Mode | None = Field(default=None, description="shadow: what it would tell is recorded, and nobody is told")

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.critical and self.critical.length < self.warn.length:
            raise ValueError(f"critical ({self.critical}) must not come before warn ({self.warn})")
        return self


# An account has no weekend, so its silence is counted in natural time.
class Silence(Limits):
    """{ warn = "30m" }"""

    warn: NaturalLimit = Field(description="after how long the operator hears of it")
    critical: NaturalLimit | None = Field(default=None, description="nothing yet")

    @model_validator(mode="after")
    def _is_told(self) -> Silence:
        if self.mode:
            raise ValueError("is about an account and not about parcels: it cannot be in shadow")
        return self


class Ahead(Limits):
    """{ warn = "2d", critical = "1d" }"""

    warn: Limit = Field(description="how long before the promise it is told")
    critical: Limit | None = Field(default=None, description="how long before the promise it gets worse")

    @model_validator(mode="after")
    def _in_order(self) -> Ahead:
        if self.critical and self.critical.length > self.warn.length:
            raise ValueError(f"critical ({self.critical}) must not be further ahead than warn ({self.warn})")
        return self


# Kinds whose limits are not after how long silence opens a case.
_OTHERWISE: Final[Mapping[str, type[Limits]]] = {"courier_silent": Silence, "will_be_late": Ahead}


class KindLimits(Table):
    """A key for each kind of trouble; its keys are made from the list of kinds."""

    @property
    def limits(self) -> Mapping[str, Limits]:
        """The thresholds that were written, by kind."""
        return {kind: limits for kind in KINDS if (limits := getattr(self, kind, None))}


if TYPE_CHECKING:
    KindTable = KindLimits
else:
    KindTable = create_model(
        "KindTable",
        __base__=KindLimits,
        **{kind: (_OTHERWISE.get(kind, Limits) | None, None) for kind in KINDS},
    )


class Override(KindTable):
    """[[thresholds.override]]"""

    courier: str = Field(default="", description="the name of an account")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    service: str = Field(default="", description="the courier's product")
    origin: Country = Field(default="", description="country code")
    destination: Country = Field(default="", description="country code")
    tag: str = Field(default="", description="one of the parcel's tags")
    untracked: bool | None = Field(
        default=None, strict=True, description="nobody scans these on their way: no silence of theirs is trouble"
    )
    mode: Mode | None = Field(default=None, description="shadow: what it would tell is recorded, and nobody is told")

    @property
    def matchers(self) -> Mapping[str, str]:
        return {name: value for name in MATCHERS if (value := getattr(self, name))}

    @property
    def says(self) -> tuple[str, ...]:
        """The keys beside the matchers that were written."""
        return (*self.limits, *(["untracked"] if self.untracked is not None else []))

    def tries(self, kind: str) -> bool:
        """Whether what it says of a kind is on trial."""
        return bool(self.mode or (kind in self.limits and self.limits[kind].mode))

    @model_validator(mode="after")
    def _says_for_whom(self) -> Override:
        if self.mode and "courier_silent" in self.limits:
            raise ValueError("courier_silent is about an account and not about parcels: it cannot be in shadow")
        if self.mode and self.untracked is not None:
            raise ValueError("untracked tells nothing, so that there is nothing to record: it cannot be in shadow")
        if not self.matchers and not self.mode:
            raise ValueError(f"says for no parcel: give at least one of {', '.join(MATCHERS)}")
        return self


class Thresholds(KindTable):
    """[thresholds]"""

    profile: ProfileName = Field(default="international", description="built-in numbers")
    override: tuple[Override, ...] = ()


class Forecast(Table):
    """[forecast]"""

    enabled: bool = Field(default=True, strict=True, description="learn how long parcels take, and tell chances by it")
    probability: Annotated[float, Field(ge=0.05, le=0.99, strict=True)] = Field(
        default=0.75, description="the chance of being late from which on it is told"
    )
    undispatched: Limit = Field(
        default=Duration(5, "d"),
        json_schema_extra={"default": "5d"},
        description="how long after it was to be handed over, if it is not",
    )
    grace: Limit = Field(
        default=Duration(1, "bd"),
        json_schema_extra={"default": "1bd"},
        description="how much later than its estimate, or the estimate than the promise, counts",
    )
    at: TimeOfDay = Field(default="08:00", description="when a day's look is, on the destination's clock")


Factor = Annotated[float, Field(ge=1, le=100, strict=True)]


class Peak(Table):
    """[[peaks]]"""

    name: str = Field(min_length=1, description="what it is called")
    from_: Day = Field(alias="from", description="its first day")
    to: Day = Field(description="its last day")
    factor: Factor = Field(default=1.0, description="how many times as long things may take")
    country: PlaceCode = Field(default="", description="only for parcels there")

    @model_validator(mode="after")
    def _in_order(self) -> Peak:
        Dates(self.from_, self.to)
        return self


class Stoppage(Table):
    """[[stoppages]]"""

    why: str = Field(min_length=1, description="what it is called")
    from_: Day = Field(alias="from", description="its first day")
    to: Day = Field(description="its last day")
    courier: str = Field(default="", description="the name of an account")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    country: PlaceCode = Field(default="", description="only for parcels there")

    @model_validator(mode="after")
    def _in_order(self) -> Stoppage:
        Dates(self.from_, self.to)
        return self


class Remote(Table):
    """[[remote]]"""

    destination: PlaceCode = Field(min_length=1, description="country code, or region's")
    postal: tuple[Postal, ...] = Field(default=(), description="how postal codes there begin; all when left out")
    factor: Factor = Field(description="how many times as long things may take")
    name: str = Field(default="", description="what it is called")


class Calendar(Table):
    """[calendar]"""

    country: PlaceCode = Field(default="", description="where the shop is, or its region")
    closed: tuple[Day, ...] = Field(default=(), description="days that are no business days there")
    open: tuple[Day, ...] = Field(default=(), description="days that are, whatever the calendar says")
    hours: WorkingHours = Field(default="", description="when somebody is there on a business day")


class Shop(Table):
    """[shop]"""

    order_url: OrderUrl = Field(default="", description="where agents find an order; {order} is its number")
    currency: Currency = Field(default="", description="of the values of orders")


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


_BAR: Final = Bar()


class Incidents(Table):
    """[incidents]"""

    enabled: bool = Field(default=True, strict=True, description="many parcels in one trouble are told once")
    minimum: int = Field(
        default=_BAR.minimum, ge=2, le=1_000_000, strict=True, description="fewer parcels in trouble are no incident"
    )
    alpha: float = Field(
        default=_BAR.alpha, gt=0, le=0.05, strict=True, description="the largest chance that it is none after all"
    )
    value: Annotated[float, Field(ge=0, strict=True)] = Field(
        default=0.0, description="worth this or more speaks for itself; ten times what is usual when 0"
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


class ClaimWindow(Table):
    """[[claims]]"""

    kind: LossName = Field(description="what is claimed: damaged, contents, lost or late")
    days: int = Field(ge=0, le=3660, strict=True, description="the last day on which it is in time; 0 is none at all")
    from_: StartName = Field(
        default="shipped",
        alias="from",
        description="what they are counted from: shipped, delivered, promised, last_scan",
    )
    courier: str = Field(default="", description="the name of an account, or a courier: ups, 申通")
    company: str = Field(default="", description="the courier behind an aggregator, in its code")
    service: str = Field(default="", description="the courier's product")
    lane: LaneName = Field(default="", description="domestic or abroad; both when left out")
    origin: Country = Field(default="", description="country code")
    destination: Country = Field(default="", description="country code")
    source: str = Field(default="", description="who says so")
    checked_on: ADay | None = Field(default=None, description="when that was read")


class Report(Table):
    """[report]"""

    channel: str = Field(default="", description="the channel that gets the day's report; none when left out")
    at: TimeOfDay = Field(default="18:00", description="from when on, in [service] timezone")


class Retention(Table):
    """[retention]"""

    parcels: NaturalSpan = Field(
        default=Duration(400, "d"), description="what is over: how long a parcel is kept after anything last befell it"
    )
    messages: NaturalSpan = Field(default=Duration(180, "d"), description="the words of messages that were sent")
    payloads: NaturalSpan = Field(default=Duration(30, "d"), description="answers that nobody could read")


class File(Table):
    """config.toml"""

    service: Service = Service.model_construct()
    couriers: Mapping[Name, Courier] = Field(default_factory=dict)
    thresholds: Thresholds = Thresholds.model_construct()
    calendar: Calendar = Calendar.model_construct()
    peaks: tuple[Peak, ...] = ()
    stoppages: tuple[Stoppage, ...] = ()
    remote: tuple[Remote, ...] = ()
    shop: Shop = Shop.model_construct()
    shops: Mapping[Name, Platform] = Field(default_factory=dict)
    presets: Mapping[Name, Preset] = Field(default_factory=dict, alias="import")
    helpdesks: Mapping[Name, Helpdesk] = Field(default_factory=dict)
    tokens: Mapping[Name, Token] = Field(default_factory=dict)
    alerts: Alerts = Alerts.model_construct()
    messages: Messages = Messages.model_construct()
    incidents: Incidents = Incidents.model_construct()
    channels: Mapping[Name, Channel] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    drafts: Drafts = Drafts.model_construct()
    report: Report = Report.model_construct()
    retention: Retention = Retention.model_construct()
    forecast: Forecast = Forecast.model_construct()
    claims: tuple[ClaimWindow, ...] = ()
