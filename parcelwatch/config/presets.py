"""How a shop's own files are read: [import.NAME], a file's headings and words once and for all.

What belongs here: the table, and what it refers to that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from parcelwatch.config.problems import Problem, listed
from parcelwatch.config.tables import Table
from parcelwatch.config.values import OneOf
from parcelwatch.core.rows.columns import COLUMNS
from parcelwatch.core.rows.dates import ORDERS, order_of
from parcelwatch.core.rows.exports.formats import FORMATS
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput

ENCODINGS: Final = ("utf-8", "gb18030", "cp1252", "cp932", "utf-16")
"""Those of most files, for whoever has to name one."""


def _encoding(name: str) -> str:
    try:
        "".encode(name or ENCODINGS[0])
    except (LookupError, ValueError):
        meant = did_you_mean(name, ENCODINGS) or f": write one such as {listed(ENCODINGS)}"
        raise ValueError(f'no encoding "{name}"{meant}') from None
    return name


def _date_format(text: str) -> str:
    try:
        return text and (order_of(text), text)[1]
    except BadInput:
        raise ValueError(f'"{text}" is no order of days: write {listed(tuple(ORDERS))}') from None


class Preset(Table):
    """[import.NAME]"""

    map: Mapping[str, Annotated[str, OneOf(COLUMNS, "column")]] = Field(
        default_factory=dict, description="what the file's columns mean: heading = column"
    )
    values: Mapping[str, str] = Field(
        default_factory=dict, description="what the file calls couriers: its word = your account"
    )
    courier: str = Field(default="", description="the account of rows that name no courier")
    format: Annotated[str, OneOf(("", *FORMATS), "format")] = Field(
        default="", description="where it is not to be told"
    )
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(default="", description="where it is not to be told")
    date_format: Annotated[str, AfterValidator(_date_format)] = Field(
        default="", description="how the file writes 03/04/2026: d/m/y, m/d/y or y/m/d"
    )


def errors(preset: Any, accounts: Collection[str], at: tuple[str, str]) -> Iterator[Problem]:
    """The accounts that a preset names and that are not there."""
    if not isinstance(preset, dict):
        return
    values = preset.get("values")
    named: dict[tuple[str, ...], Any] = {("courier",): preset.get("courier", "")}
    named |= {("values", word): account for word, account in values.items()} if isinstance(values, dict) else {}
    for key, account in named.items():
        if isinstance(account, str) and account and account not in accounts:
            yield Problem((*at, *key), f'no account "{account}"{did_you_mean(account, accounts)}')
