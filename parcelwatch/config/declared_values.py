"""The values a declared courier is written with: what statuses and texts mean, forms of times, templates, addresses.

What belongs here: types of single values, and what is said of a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from parcelwatch.config.expressions import Expression
from parcelwatch.config.problems import listed, shown
from parcelwatch.config.templates import OF_PARCEL, Template
from parcelwatch.config.values import OneOf
from parcelwatch.config.values import base_url as address
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.model import Cause, Milestone

MOST_PIECES: Final = 4
FORMS: Final = ("iso", "epoch", "epoch_ms", "rfc2822")
BY_TEXT: Final = "text"
"""In a table of statuses: this one says nothing, the text beside it does."""
NOTHING: Final = "nothing"
"""In a table of statuses: this one is no news, unless the text beside it is."""

_LANGUAGES: Final = ("de", "en", "es", "fr", "pt", "zh")
_MILESTONES: Final = tuple(each.value for each in Milestone if each is not Milestone.UNKNOWN)
_CAUSES: Final = tuple(each.value for each in Cause)
_SAMPLE: Final = datetime(2026, 11, 23, 14, 25, 36)  # noqa: DTZ001 - a wall clock to try formats on
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a status or a text stands for. Without a milestone it stands for nothing: the text beside it decides.

    `silent`: where that text is not known either, the scan is no news and is left out.
    """

    milestone: Milestone | None
    cause: Cause | None = None
    silent: bool = False

    def __str__(self) -> str:
        if self.milestone is None:
            return NOTHING if self.silent else BY_TEXT
        return f"{self.milestone}/{self.cause}" if self.cause else str(self.milestone)


def _meant(value: object) -> Meant:
    if isinstance(value, Meant):
        return value
    if not isinstance(value, str):
        # pydantic collects ValueErrors only.
        raise ValueError(f'expected a milestone, such as "delivered" or "exception/damaged", got {shown(value)}')  # noqa: TRY004
    if value in (BY_TEXT, NOTHING):
        return Meant(None, silent=value == NOTHING)
    milestone, slash, cause = value.partition("/")
    _one_of(milestone, _MILESTONES, "milestone")
    if slash:
        _one_of(cause, _CAUSES, "cause")
    return Meant(Milestone(milestone), Cause(cause) if slash else None)


def _one_of(name: str, names: tuple[str, ...], what: str) -> None:
    if name not in names:
        raise ValueError(f'no {what} "{name[:40]}"{did_you_mean(name, names)}; there are {listed(names)}')


def _said(meant: Meant) -> Meant:
    if meant.milestone is None:
        raise ValueError(f'a text cannot mean "{meant}"; say which milestone it stands for')
    return meant


def _pattern(value: object) -> re.Pattern[str]:
    if isinstance(value, re.Pattern):
        return value
    if not isinstance(value, str) or not value:
        raise ValueError(f'expected a regular expression in quotes, such as "back to sender", got {shown(value)}')
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{shown(value)} is no regular expression: {error}") from None


def _format(text: str) -> str:
    if text in FORMS:
        return text
    if "%" not in text:
        meant = did_you_mean(text, FORMS)
        raise ValueError(
            f'expected "iso", "epoch", "epoch_ms", "rfc2822" or a form such as "%d/%m/%Y %H:%M", '
            f"got {shown(text)}{meant}"
        )
    try:
        read = datetime.strptime(_SAMPLE.strftime(text), text)  # noqa: DTZ007 - only its day is looked at
    except (ValueError, re.error) as error:
        raise ValueError(f"{shown(text)} is no form of a time: {error}") from None
    if read.date() != _SAMPLE.date():
        raise ValueError(f"{shown(text)} does not name day, month and year")
    return text


def _place(url: str) -> str:
    """An address of its own, or a path below base_url."""
    if url.startswith("/"):
        return url
    if not urlsplit(url).scheme:
        raise ValueError(
            f'expected an address such as "https://auth.example.com/token", or a path, "/token", got {shown(url)}'
        )
    return address(url)


def _path(path: Template) -> Template:
    if path.written and not path.written.startswith("/"):
        raise ValueError(f'expected a path that begins with "/", got {shown(path.written)}')
    if set("?#") & set("".join(path.parts[::2])):
        raise ValueError("a path holds no ? and no #: what follows a ? belongs in `query`")
    return path


def _one_line(value: Template) -> Template:
    if not "".join(value.parts[::2]).isprintable():
        raise ValueError("a header holds one line of printable characters")
    return value


def _header(name: str) -> str:
    if not _HEADER.fullmatch(name):
        raise ValueError(f"{shown(name)} cannot be the name of a header")
    return name


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | Expression) else value


def _some(found: tuple[Expression, ...]) -> tuple[Expression, ...]:
    if not 1 <= len(found) <= MOST_PIECES:
        raise ValueError(f"expected 1 to {MOST_PIECES} expressions, got {len(found)}")
    return found


def _texts(value: object) -> Template | tuple[Template, ...]:
    if isinstance(value, Template):
        return value
    if isinstance(value, str):
        return Template.of(value)
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str | Template):
        return (Template.of(str(value[0])),)
    hint = f': write "{value}"' if isinstance(value, int | float) and not isinstance(value, bool) else ""
    raise ValueError(f'expected a text in quotes, or ["{{number}}"] for one each number, got {shown(value)}{hint}')


def _body(value: object) -> object:
    """A JSON body: every text in it becomes a template."""
    match value:
        case str():
            return Template.of(value)
        case dict():
            return {name: _body(inner) for name, inner in value.items()}
        case list():
            return [_body(inner) for inner in value]
        case bool() | int() | float() | Template():
            return value
    raise ValueError(f"{shown(value)} has no place in JSON: write it as a text")


def _written(value: object) -> object:
    match value:
        case Template():
            return value.written
        case dict():
            return {name: _written(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_written(inner) for inner in value]
    return value


_AS_TEXT = PlainSerializer(str, return_type=str)
AS_WRITTEN = PlainSerializer(_written)
_MEANT = {"type": "string", "pattern": f"^({'|'.join((*_MILESTONES, BY_TEXT, NOTHING))})(/({'|'.join(_CAUSES)}))?$"}

Meaning = Annotated[Meant, PlainValidator(_meant), _AS_TEXT, WithJsonSchema(_MEANT)]
TextMeaning = Annotated[Meaning, AfterValidator(_said)]
Pattern = Annotated[
    re.Pattern[str],
    PlainValidator(_pattern),
    PlainSerializer(lambda pattern: pattern.pattern, return_type=str),
    WithJsonSchema({"type": "string", "format": "regex"}),
]
Texts = Annotated[
    Template | tuple[Template, ...],
    PlainValidator(_texts),
    AS_WRITTEN,
    WithJsonSchema({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 1}]}),
]
Body = Annotated[
    Mapping[str, Any] | list[Any],
    PlainValidator(_body),
    AS_WRITTEN,
    WithJsonSchema({"type": ["object", "array"]}),
]
Expressions = Annotated[
    tuple[Expression, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str]), AfterValidator(_some)
]
Path = Annotated[Template, AfterValidator(_path)]
HeaderText = Annotated[Template, AfterValidator(_one_line)]
HeaderName = Annotated[str, AfterValidator(_header)]
Language = Annotated[str, OneOf(_LANGUAGES, "language that is read")]
Form = Annotated[str, AfterValidator(_format)]
Address = Annotated[str, AfterValidator(_place)]
Wanted = Annotated[str, OneOf(OF_PARCEL[1:], "thing a parcel has")]
Status = Annotated[int, Field(strict=True, ge=200, le=599)]
