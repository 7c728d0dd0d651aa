"""The shape of a shop declared in TOML: how it is asked for what changed, and what is where in its answer.

What belongs here: what can be judged without asking anybody. Who asks and reads with it is shops/declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from parcelwatch.config.declared import AnyTime, Auth
from parcelwatch.config.declared_values import AS_WRITTEN, Expressions, Form, HeaderName, Pattern, Status
from parcelwatch.config.expressions import Expression
from parcelwatch.config.tables import Table
from parcelwatch.config.templates import ShopTemplate
from parcelwatch.config.values import BaseUrl, NaturalSpan, OneOf, Pace, time_zone
from parcelwatch.duration import Duration, Rate


def _path(path: ShopTemplate) -> ShopTemplate:
    if path.written and not path.written.startswith("/"):
        raise ValueError('a path begins with "/": what comes before it is base_url')
    return path


def _body(value: object) -> object:
    """A JSON value whose texts are templates."""
    match value:
        case str():
            return ShopTemplate.of(value)
        case dict():
            return {name: _body(inner) for name, inner in value.items()}
        case list():
            return [_body(inner) for inner in value]
    return value


def _zone(name: str) -> str:
    return name if name == SHOPS_OWN else time_zone(name)


def _several(value: object) -> object:
    return [value] if isinstance(value, dict) else value


SHOPS_OWN: Final = "shop"
"""Instead of a zone: that of the account, [shops.NAME] timezone."""

Zone = Annotated[str, AfterValidator(_zone)]
Path = Annotated[ShopTemplate, AfterValidator(_path)]
Body = Annotated[Any, BeforeValidator(_body), AS_WRITTEN]
_IN_PAGES: Final = ("page", "offset", "cursor", "none")


class Call(Table):
    """{ path = "/orders", query = { since = "{since}" } }"""

    method: Annotated[str, OneOf(("GET", "POST"), "method")] = Field(default="GET", description="of the call")
    path: Path = Field(description="what follows base_url")
    query: Mapping[str, ShopTemplate] = Field(default_factory=dict, description="what follows the ?")
    headers: Mapping[HeaderName, ShopTemplate] = Field(default_factory=dict, description="beside those of auth")
    form: Mapping[str, ShopTemplate] | None = Field(default=None, description="the body, as a form")
    json_: Body | None = Field(default=None, alias="json", description="the body, as JSON")

    @model_validator(mode="after")
    def _one_body(self) -> Call:
        if self.form is not None and self.json_ is not None:
            raise ValueError("a call has one body: `form` or `json`")
        if self.method == "GET" and (self.form is not None or self.json_ is not None):
            raise ValueError('a GET has no body: write method = "POST"')
        return self

    def templates(self) -> Iterator[ShopTemplate]:
        """Every template in it."""
        yield from (self.path, *self.query.values(), *self.headers.values(), *(self.form or {}).values())
        yield from _texts(self.json_)


def _texts(value: object) -> Iterator[ShopTemplate]:
    match value:
        case ShopTemplate():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


class Pages(Table):
    """{ by = "page", size = 100 }"""

    by: Annotated[str, OneOf(_IN_PAGES, "way to page")] = Field(
        default="page", description="what tells one page from the next: page, offset, cursor or none"
    )
    first: Annotated[int, Field(ge=0, le=1, strict=True)] = Field(default=1, description="the number of the first page")
    size: Annotated[int, Field(ge=1, le=1000, strict=True)] = Field(default=100, description="orders in a full page")
    next: Expression | None = Field(default=None, description="in an answer: the cursor of the next page, if any")
    total: Expression | None = Field(default=None, description="in an answer: how many orders there are in all")

    @model_validator(mode="after")
    def _knows_the_next(self) -> Pages:
        if (self.by == "cursor") != (self.next is not None):
            raise ValueError('`next` says where the cursor is: write both by = "cursor" and next, or neither')
        return self


class ShopAuth(Auth):
    """{ kind = "oauth2", url = "/oauth/token", grant = "refresh_token" }"""

    grant: Annotated[str, OneOf(("client_credentials", "refresh_token"), "grant")] = Field(
        default="client_credentials",
        description="oauth2: what the token is granted for; refresh_token: for the last one, at first `token`",
    )


class Option(Table):
    """{ about = "the shop's number", default = "1" }"""

    about: str = Field(min_length=1, max_length=200, description="what it is for")
    default: str | None = Field(default=None, description="what holds when it is left out; required without")


class Knocking(Table):
    """[shops.NAME.declared.knock]"""

    style: Annotated[str, OneOf(("hmac", "standard"), "style of signature")] = Field(
        default="hmac", description="hmac: base64 of HMAC-SHA256 over the body; standard: Standard Webhooks"
    )
    header: HeaderName = Field(default="webhook-signature", description="hmac: where the signature is")
    secret: ShopTemplate = Field(
        default_factory=lambda: ShopTemplate.of("{secret}"),
        description="what it is made with",
        json_schema_extra={"default": "{secret}"},
    )
    refs: Expression = Field(description="in the body: the order to ask for, or several")
    greeting: Pattern | None = Field(default=None, description="a body that only tries the address, signed or not")


class Listing(Call):
    """A call for a list of what there is since a time, page by page."""

    time: Form = Field(
        default="iso", description="how {since} and {until} are written: iso, epoch, epoch_ms, rfc2822, %d/%m/%Y"
    )
    zone: Zone = Field(default="UTC", description='whose clock they are by; "shop": that of [shops.NAME] timezone')
    pages: Pages = Pages.model_construct()
    empty: tuple[Status, ...] = Field(default=(204,), description="HTTP statuses that mean there are none")

    @model_validator(mode="after")
    def _asks_since(self) -> Listing:
        if "since" not in self.named():
            raise ValueError("names no time: write {since} in its path, query, form or json")
        needed = {"page": "page", "offset": "offset", "cursor": "cursor"}.get(self.pages.by)
        if needed and needed not in self.named():
            raise ValueError(f'pages.by = "{needed}" and no {{{needed}}} in the call')
        return self

    def named(self) -> set[str]:
        """Every placeholder in it."""
        return {name for template in self.templates() for name in template.names}


class Since(Listing):
    """[shops.NAME.declared.ask]"""

    newest_first: bool = Field(default=False, strict=True, description="its pages begin with what changed last")
    down: Mapping[str, ShopTemplate] = Field(
        default_factory=dict,
        description="of the query, for a server that tells of older ones than asked for: its newest come first then",
    )
    window: NaturalSpan | None = Field(default=None, description="the longest span one call may ask for")

    @model_validator(mode="after")
    def _ends_a_window(self) -> Since:
        if self.window and "until" not in self.named():
            raise ValueError("has a window and names no end: write {until}")
        return self


class One(Call):
    """[shops.NAME.declared.one]"""

    order: Expression = Field(
        default_factory=lambda: Expression.of("@"),
        description="the order in the answer, or a list whose first it is",
        json_schema_extra={"default": "@"},
    )
    missing: tuple[Status, ...] = Field(default=(404,), description="HTTP statuses that mean there is none")

    @model_validator(mode="after")
    def _names_it(self) -> One:
        if not any("ref" in template.names for template in self.templates()):
            raise ValueError("names no order: write {ref} in its path, query, form or json")
        return self


Ones = Annotated[
    tuple[One, ...], BeforeValidator(_several, json_schema_input_type=One | list[One]), Field(min_length=1)
]
OptionName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]


class More(Call):
    """[[shops.NAME.declared.more]]"""

    as_: Annotated[str, Field(pattern=r"^[a-z_]+$")] = Field(alias="as", description="the order then has it as more.AS")
    it: Expression | None = Field(default=None, description="in the order: what {it} is; the call is left out without")
    where: Expression | None = Field(default=None, description="in the order: whether the call is needed")
    missing: tuple[Status, ...] = Field(default=(404,), description="HTTP statuses that mean there is nothing")
    off: Expression | None = Field(default=None, description="in an answer: true where no order has it; ask no more")
    shared: bool = Field(default=False, strict=True, description="what is told of {it} holds for every order with it")


class Numbers(Listing):
    """[[shops.NAME.declared.numbers]]"""

    back: NaturalSpan = Field(description="from now: how far back {since} is, whatever changed since")
    rows: Expression = Field(
        default_factory=lambda: Expression.of("@"),
        description="in an answer: what has a number",
        json_schema_extra={"default": "@"},
    )
    ref: Expression = Field(description="in a row: the identity of its order")
    tracking: Expression = Field(description="in a row: its number, or several")


class Found(Table):
    """[shops.NAME.declared.answer]"""

    orders: Expression = Field(
        default_factory=lambda: Expression.of("@"),
        description="in an answer: the orders",
        json_schema_extra={"default": "@"},
    )
    ref: Expression = Field(description="in an order: its identity for {ref}")
    number: Expression = Field(description="in an order: what the buyer knows it by")
    updated_at: AnyTime = Field(description="in an order: when it last changed")
    skip: Expression | None = Field(default=None, description="in an order: true where it is none to be followed")
    standing: Expression | None = Field(default=None, description="in an order: how it stands")
    cancelled: tuple[str, ...] = Field(default=(), description="what `standing` says of one that was cancelled")
    refunded: tuple[str, ...] = Field(default=(), description="what `standing` says of one that was refunded")
    shipments: Expressions = Field(description="in an order: what was sent, from one place or several")
    tracking: Expression = Field(
        default_factory=lambda: Expression.of("@"),
        description="in a shipment: its number, or several",
        json_schema_extra={"default": "@"},
    )
    company: Expression | None = Field(default=None, description="in a shipment: what the courier is called")
    service: Expression | None = Field(default=None, description="in a shipment: the courier's product")
    shipped_at: AnyTime | None = Field(default=None, description="in a shipment: when it left")
    unsent: Expression | None = Field(default=None, description="in a shipment: true where it was voided")
    customer_name: Expressions | None = Field(default=None, description="in an order")
    customer_contact: Expressions | None = Field(default=None, description="in an order: the first that is there")
    buyer: Expression | None = Field(default=None, description="in an order: the name on the platform")
    language: Expression | None = Field(default=None, description="in an order")
    value: Expression | None = Field(default=None, description="in an order")
    divisor: Expression | None = Field(default=None, description="in an order: what `value` is to be divided by")
    currency: Expression | None = Field(default=None, description="in an order")
    tier: Expression | None = Field(default=None, description="in an order: the customer's")
    goods: Expression | None = Field(default=None, description="in an order")
    url: Expression | None = Field(default=None, description="in an order: where agents find it")
    destination: Expression | None = Field(default=None, description="in an order: the country it goes to")
    postal_code: Expression | None = Field(default=None, description="in an order")
    phone: Expression | None = Field(default=None, description="in an order: of which the last four digits are kept")
    promised_by: AnyTime | None = Field(default=None, description="in an order: until when it was promised")
    hand_over_by: AnyTime | None = Field(default=None, description="in an order: until when it must be handed over")
    tags: Expression | None = Field(default=None, description="in an order")


class ShopDeclaration(Table):
    """[shops.NAME.declared]"""

    name: str = Field(default="", max_length=60, description="what people call it")
    base_url: BaseUrl | None = Field(default=None, description="its address")
    rate: Pace = Field(default=Rate(2, 1), description="calls in a time", json_schema_extra={"default": "2/s"})
    overlap: NaturalSpan = Field(
        default=Duration(5, "m"), json_schema_extra={"default": "5m"}, description="read again, as its index may lag"
    )
    farthest: NaturalSpan | None = Field(default=None, description="it tells of nothing that changed longer ago")
    doubt: str = Field(default="", description="why it is not established")
    options: Mapping[OptionName, Option] = Field(
        default_factory=dict, description="what differs from shop to shop: $NAME stands for it in any text"
    )
    auth: ShopAuth | None = Field(default=None, description="how it proves itself")
    ask: Since = Field(description="the call for what changed")
    one: Ones = Field(description="the call for one order; of several the first that finds it counts")
    knock: Knocking | None = Field(default=None, description="how it says that an order changed")
    more: tuple[More, ...] = Field(default=(), description="further calls about each order")
    numbers: tuple[Numbers, ...] = Field(
        default=(), description="calls that list numbers, where one may be added without a change of its order"
    )
    answer: Found = Field(description="what is where in an answer")
    message: Expression | None = Field(default=None, description="in an answer: the shop's words about what is wrong")
