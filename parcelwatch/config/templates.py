"""Texts with placeholders, as a declared courier's call is written with.

What belongs here: which placeholders there are, and putting values in their places, once: a value that looks like a
placeholder stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from parcelwatch.config.problems import listed
from parcelwatch.core.rows.near import did_you_mean

CREDENTIALS: Final = ("key", "secret", "customer", "token")
# What differs from parcel to parcel.
OF_PARCEL: Final = ("number", "company", "phone_last4", "postal_code")
NUMBERS: Final = "numbers"
PLACEHOLDERS: Final = (*OF_PARCEL, NUMBERS, *CREDENTIALS)
_PARTS: Final = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<name>[^{}]*)\}|(?P<lone>[{}])|(?P<text>[^{}]+)")


@dataclass(frozen=True, slots=True)
class Template:
    """`written`, cut up: what is at an odd place is a placeholder's name. `known`: those there are."""

    written: str
    parts: tuple[str, ...]
    known: ClassVar[tuple[str, ...]] = PLACEHOLDERS

    def __str__(self) -> str:
        return self.written

    @property
    def names(self) -> frozenset[str]:
        """The placeholders in it."""
        return frozenset(self.parts[1::2])

    def fill(self, values: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
        """The text with every placeholder replaced; `quote` is done to the text between them."""
        return "".join(values[part] if place % 2 else quote(part) for place, part in enumerate(self.parts))

    @classmethod
    def of(cls, written: str) -> Self:
        """Raises ValueError for a placeholder that is none."""
        parts = [""]
        for found in _PARTS.finditer(written):
            if found["lone"]:
                raise ValueError(f'a "{found["lone"]}" stands alone; a brace that is meant is written twice')
            if found["name"] is None:
                parts[-1] += found["text"] or found["brace"][0]
                continue
            if found["name"] not in cls.known:
                meant = did_you_mean(found["name"], cls.known) or f"; there are {listed(cls.known)}"
                raise ValueError(f"no placeholder {{{found['name'][:40]}}}{meant}")
            parts += [found["name"], ""]
        return cls(written, tuple(parts))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls.of, core_schema.str_schema(), serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string"}


class ShopTemplate(Template):
    """What a call to a declared shop is written with.

    `since`, `until`: of the time asked about; `page`, `offset`, `cursor`, `size`: how far in it; `ref`: the order;
    `it`: what a further call is about. `text`, `html`, `subject`, `to`, `marker`: of a letter that goes to a helpdesk.
    """

    __slots__ = ()
    known: ClassVar[tuple[str, ...]] = (
        *("since", "until", "page", "offset", "cursor", "size", "ref", "it"),
        *("text", "html", "subject", "to", "marker"),
        *CREDENTIALS,
    )
