"""The shape of a courier declared in TOML: how it is asked, what is where in its answer, what its words mean.

What belongs here: what can be judged without asking anybody. Who asks and reads with it is couriers/declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from parcelwatch.config.declared_values import (
    Address,
    Body,
    Expressions,
    Form,
    HeaderName,
    HeaderText,
    Language,
    Meaning,
    Path,
    Pattern,
    Status,
    TextMeaning,
    Texts,
    Wanted,
)
from parcelwatch.config.expressions import Expression
from parcelwatch.config.needs import DEFAULT_VALUES
from parcelwatch.config.tables import Table
from parcelwatch.config.templates import NUMBERS, OF_PARCEL, Template
from parcelwatch.config.values import BaseUrl, NaturalSpan, OneOf, Pace, Paces, TimeZone
from parcelwatch.duration import Duration, Rate

MOST: Final = 100


# --- how it is asked -----------------------------------------------------------------------------


class Auth(Table):
    """{ kind = "header", name = "X-Api-Key" }"""

    kind: Annotated[str, OneOf(tuple(DEFAULT_VALUES), "kind of auth")] = Field(description="how it proves itself")
    name: HeaderName | None = Field(default=None, description="header: its name")
    value: HeaderText | None = Field(default=None, description="what is sent, where it is not the usual credential")
    url: Address | None = Field(default=None, description="oauth2: where tokens are granted")
    send: Annotated[str, OneOf(("form", "json", "basic"), "way to ask for a token")] = Field(
        default="form", description="oauth2: how key and secret are sent"
    )
    scope: str = Field(default="", description="oauth2: what the token is to allow")
    more: Mapping[str, str] = Field(default_factory=dict, description="oauth2: what the token is asked for with beside")
    lifetime: NaturalSpan = Field(
        default=Duration(1, "h"),
        json_schema_extra={"default": "1h"},
        description="oauth2: how long a token holds, where the courier does not say",
    )

    @property
    def sent(self) -> Template:
        return self.value or Template.of(DEFAULT_VALUES[self.kind])

    @model_validator(mode="after")
    def _of_one_kind(self) -> Auth:
        needed = {"header": "name", "oauth2": "url"}.get(self.kind)
        if needed and not getattr(self, needed):
            raise ValueError(f'auth of the kind "{self.kind}" needs `{needed}`')
        own = {"header": {"name", "value"}, "basic": {"value"}, "bearer": {"value"}}.get(self.kind)
        strange = (
            sorted(self.model_fields_set - own - {"kind"}) if own else sorted(self.model_fields_set & {"name", "value"})
        )
        if strange:
            raise ValueError(f'auth of the kind "{self.kind}" has no `{strange[0]}`')
        return self


class Request(Table):
    """[couriers.NAME.declared.ask]"""

    method: Annotated[str, OneOf(("GET", "POST"), "method")] = Field(default="GET", description="of the call")
    path: Path = Field(
        default_factory=lambda: Template.of(""), description="what follows base_url", json_schema_extra={"default": ""}
    )
    join: str = Field(
        default=",", min_length=1, max_length=4, description="what stands between the numbers of {numbers}"
    )
    query: Mapping[str, Texts] = Field(default_factory=dict, description="what follows the ?")
    headers: Mapping[HeaderName, HeaderText] = Field(default_factory=dict, description="beside those of auth")
    form: Mapping[str, Texts] | None = Field(default=None, description="the body, as a form")
    json_: Body | None = Field(default=None, alias="json", description="the body, as JSON")

    @model_validator(mode="after")
    def _one_body(self) -> Request:
        if self.form is not None and self.json_ is not None:
            raise ValueError("a call has one body: `form` or `json`")
        if self.method == "GET" and (self.form is not None or self.json_ is not None):
            raise ValueError('a GET has no body: write method = "POST"')
        return self

    def places(self) -> Iterator[tuple[str, Template, bool]]:
        """Every template with its key, and whether it is written once for every number."""
        yield "path", self.path, False
        for name, header in self.headers.items():
            yield f"headers.{name}", header, False
        for table, texts in (("query", self.query), ("form", self.form or {})):
            for name, each in texts.items():
                yield f"{table}.{name}", each if isinstance(each, Template) else each[0], not isinstance(each, Template)
        for template, repeated in body_templates(self.json_):
            yield "json", template, repeated


def body_templates(value: object, *, repeated: bool = False) -> Iterator[tuple[Template, bool]]:
    """The templates of a JSON body; a list of one item that names {number} is written once for every number."""
    match value:
        case Template():
            yield value, repeated
        case Mapping():
            for inner in value.values():
                yield from body_templates(inner, repeated=repeated)
        case list():
            for inner in value:
                yield from body_templates(inner, repeated=repeated or repeats(value))


def repeats(items: list[Any]) -> bool:
    """Whether a list of a JSON body is written once for every number."""
    return len(items) == 1 and any("number" in template.names for template, _ in body_templates(items[0]))


# --- what is where in the answer -----------------------------------------------------------------


class Time(Table):
    """{ from = "date", format = "%d/%m/%Y %H:%M", zone = "Europe/Paris" }"""

    from_: Expressions = Field(alias="from", description="where it is; several are read as one text")
    format: Form = Field(default="iso", description="iso, epoch, epoch_ms, rfc2822 or %d/%m/%Y")
    zone: TimeZone | None = Field(default=None, description="the zone of times that name none")
    offset: Expression | None = Field(default=None, description="where the offset is, +02:00")
    country: Expression | None = Field(default=None, description="where the country is, whose zones are meant")


def _as_time(value: object) -> object:
    """`time = "date"` says the same as `time = { from = "date" }`."""
    return {"from": value} if isinstance(value, str | list) else value


AnyTime = Annotated[Time, BeforeValidator(_as_time, json_schema_input_type=str | list[str] | Time)]


class Reply(Table):
    """[couriers.NAME.declared.answer]"""

    parcels: Expression = Field(
        default_factory=lambda: Expression.of("@"),
        description="the parcels in the answer",
        json_schema_extra={"default": "@"},
    )
    number: Expression | None = Field(default=None, description="in a parcel: its number, or several")
    checkpoints: Expression = Field(description="in a parcel: its history, in any order")
    status: Expression | None = Field(default=None, description="in a parcel: how it stands now")
    status_at: AnyTime | None = Field(
        default=None, description="in a parcel: since when it stands so, where it has no checkpoints"
    )
    estimate: AnyTime | None = Field(default=None, description="in a parcel: when it is expected")
    commitment: AnyTime | None = Field(
        default=None, description="in a parcel: the day the courier committed to, which no forecast moves"
    )
    service: Expression | None = Field(default=None, description="in a parcel: the product")
    origin: Expression | None = Field(default=None, description="in a parcel: the country it comes from")
    destination: Expression | None = Field(default=None, description="in a parcel: the country it goes to")
    time: AnyTime = Field(description="in a checkpoint: when")
    code: Expression | None = Field(default=None, description="in a checkpoint: its status")
    text: Expression | None = Field(default=None, description="in a checkpoint: its words")
    place: Expression | None = Field(default=None, description="in a checkpoint: where")
    left_out: Annotated[str, OneOf(("unanswered", "not_found"), "meaning of a number left out")] = Field(
        default="unanswered", description="what it means when the answer leaves a number out"
    )

    @model_validator(mode="after")
    def _says_something(self) -> Reply:
        if self.code is None and self.text is None:
            raise ValueError("a checkpoint needs `code` or `text`, or both")
        return self


class When(Table):
    """{ status = [404], where = "error == 'unknown'" }"""

    status: tuple[Status, ...] = Field(default=(), description="of HTTP")
    where: Expression | None = Field(default=None, description="true of the parcel, or of an answer without parcels")

    @model_validator(mode="after")
    def _says_when(self) -> When:
        if not self.status and self.where is None:
            raise ValueError("give `status` or `where`; with both, both must hold")
        return self


class Errors(Table):
    """[couriers.NAME.declared.errors]"""

    message: Expression | None = Field(default=None, description="the courier's words about what is wrong")
    not_found: When | None = Field(default=None, description="it does not know the number")
    refused: When | None = Field(default=None, description="it does not take the number")
    busy: When | None = Field(default=None, description="too many calls; 429 always is")
    unavailable: When | None = Field(default=None, description="trouble of its own that passes; 5xx always is")
    denied: When | None = Field(default=None, description="trouble with the account; 401 and 403 always are")


class Wording(Table):
    """{ match = "back to sender", is = "returning" }"""

    match: Pattern = Field(description="a regular expression; capitals do not matter")
    is_: TextMeaning = Field(alias="is", description="what it means")


class Declaration(Table):
    """[couriers.NAME.declared]"""

    name: str = Field(default="", max_length=60, description="what people call it")
    base_url: BaseUrl | None = Field(default=None, description="its address")
    batch: Annotated[int, Field(strict=True, ge=1, le=MOST)] = Field(default=1, description="numbers in one call")
    rate: Pace = Field(default=Rate(1, 1), description="calls in a time", json_schema_extra={"default": "1/s"})
    quota: Paces = Field(default=(), description="calls in a day or another period; one, or several in a list")
    interval: NaturalSpan | None = Field(default=None, description="least time between two asks of one number")
    language: Language | None = Field(default=None, description="of its texts, where they do not show it")
    wants: tuple[Wanted, ...] = Field(default=(), description="what a parcel must have to be asked about")
    auth: Auth | None = Field(default=None, description="how it proves itself")
    ask: Request = Field(description="the call")
    answer: Reply = Field(description="what is where in the answer")
    errors: Errors = Field(default=Errors.model_construct(), description="answers that are no history")
    statuses: Mapping[str, Meaning] = Field(default_factory=dict, description="what each status means")
    texts: tuple[Wording, ...] = Field(default=(), description="what its words mean, before our own reading of them")

    @property
    def granted(self) -> bool:
        """Whether it is asked with a token that it grants."""
        return self.auth is not None and self.auth.kind == "oauth2"

    @model_validator(mode="after")
    def _asks_for_numbers(self) -> Declaration:
        named: set[str] = set()
        for key, template, repeated in self.ask.places():
            named |= template.names
            several = sorted(template.names & set(OF_PARCEL)) if self.batch > 1 and not repeated else []
            if several:
                raise ValueError(
                    f"ask.{key}: {{{several[0]}}} is another for each number of a batch: write {{numbers}}, "
                    "or a list of one item that names {number}"
                )
        if not named & {"number", NUMBERS}:
            raise ValueError(
                "ask names no number: write {number} in its path, query, form or json; {numbers} for a batch"
            )
        if self.batch > 1 and self.answer.number is None:
            raise ValueError("answer.number is required for a batch: results are told apart by it")
        return self
