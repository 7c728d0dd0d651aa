"""The shape of config.toml: every table, every key and its default.

What belongs here: the whole, and the tables of who asks and is asked. What is trouble is judging.py's, who hears of it
speaking.py's; what needs two tables is in checks.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from parcelwatch.config.judging import (
    Calendar,
    ClaimWindow,
    Forecast,
    Incidents,
    Peak,
    Remote,
    Stoppage,
    Thresholds,
)
from parcelwatch.config.presets import Preset
from parcelwatch.config.secrets import Secret
from parcelwatch.config.speaking import (
    Alerts,
    Channel,
    Drafts,
    Messages,
    Report,
    Route,
)
from parcelwatch.config.tables import Deferred, Table
from parcelwatch.config.values import (
    BaseUrl,
    Currency,
    Listen,
    LocalPath,
    Name,
    NaturalSpan,
    OneOf,
    Options,
    OrderUrl,
    Pace,
    Paces,
    PublicUrl,
    TimeZone,
)
from parcelwatch.duration import Duration, Rate

CREDENTIALS: Final = ("key", "customer", "secret", "token")


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


class Shop(Table):
    """[shop]"""

    order_url: OrderUrl = Field(default="", description="where agents find an order; {order} is its number")
    currency: Currency = Field(default="", description="of the values of orders")


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
