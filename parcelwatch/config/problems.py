"""What is wrong with a configuration, in sentences a person can act on.

What belongs here: turning the faults found into "config.toml:12: thresholds.stalled.warn: expected …".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from parcelwatch.config.lines import Path
from parcelwatch.config.tables import Deferred
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.core.texts.text import cut

LONGEST: Final = 1500  # characters of a sentence, quotations included
_NAME: Final = 80  # of each name in a key


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault, or something to warn of, at one key."""

    at: Path
    text: str

    def __post_init__(self) -> None:
        """Whatever it quotes, it stays readable."""
        object.__setattr__(self, "text", cut(self.text, LONGEST))


@dataclass(frozen=True, slots=True)
class Places:
    """Names the lines of one file: `name` as the user knows it."""

    name: str
    lines: Mapping[Path, int]

    def line(self, at: Path) -> int:
        """The line of a key, or of the nearest table around it; 0 when nothing of it is in the file."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 0)

    def spot(self, at: Path) -> str:
        """config.toml:12"""
        line = self.line(at)
        return f"{self.name}:{line}" if line else self.name

    def sentences(self, problems: Iterable[Problem]) -> list[str]:
        """Each problem with its place, in the order of the file, each once."""
        ordered = sorted(problems, key=lambda problem: self.line(problem.at))
        told = (": ".join(filter(None, (self.spot(each.at), dotted(each.at), each.text))) for each in ordered)
        return list(dict.fromkeys(told))


def dotted(at: Path) -> str:
    """The key as TOML writes it, long names cut; which item of a list is meant, the line tells."""
    return ".".join(cut(key, _NAME) for key in at if isinstance(key, str))


def listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def shown(value: object) -> str:
    """A value as TOML writes it, short."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case int() | float():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case dict():
            return "a table"
        case list():
            return "a list"
    return type(value).__name__


# --- what pydantic found -------------------------------------------------------------------------


def problem_of(error: ErrorDetails, root: type[BaseModel]) -> Problem:
    """One of pydantic's errors in our words. Never shows the value of a key that may hold a secret."""
    at = tuple(step for step in error["loc"] if step != "[key]")
    kind = error["type"]
    if kind == "extra_forbidden":
        return Problem(at, _unknown(at, root))
    if kind == "value_error":
        return Problem(at, error["msg"].removeprefix("Value error, "))
    if kind == "missing":
        return Problem(at, f"is required: {_description(at, root)}")
    if kind == "model_type":
        return Problem(at, _no_table(at, error["input"], root))
    if kind in _MANY and isinstance(error["input"], dict) and _model(at, root):
        return Problem(at, f"may stand there several times, so it is written with two brackets: [[{dotted(at)}]]")
    if kind == "dict_type" and _tables(error["input"]):
        entry = f"{dotted(at)}.NAME" if _model((*at, "NAME"), root) else dotted(at)
        return Problem(at, f"is written with single brackets: [{entry}]")
    if kind in _WITHIN:
        least_or_most = _WITHIN[kind].format(**error.get("ctx", {}))
        return Problem(at, f"expected {least_or_most}, got {shown(error['input'])}")
    return Problem(at, f"expected {_EXPECTED.get(kind, error['msg'])}, got {shown(error['input'])}{_quoted(error)}")


_MANY = ("tuple_type", "list_type")
_LIST = 'a list, such as ["one", "two"]'
_EXPECTED = {
    "string_type": "a text in quotes",
    "dict_type": "a table",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "float_type": "a number",
    "greater_than": "a number above 0",
    "int_type": "a whole number",
    "bool_type": "true or false, without quotes",
    "bool_parsing": "true or false, without quotes",
    "too_short": "at least one",
    "string_too_short": "a text that is not empty",
}
_WITHIN = {
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} at most",
    "string_too_long": "{max_length} characters at most",
    "too_long": "{max_length} at most",
}


def _quoted(error: ErrorDetails) -> str:
    value = error["input"]
    plain = error["type"] == "string_type" and isinstance(value, int | float) and not isinstance(value, bool)
    return f': write "{value}"' if plain else ""


def _no_table(at: Path, value: object, root: type[BaseModel]) -> str:
    table = _model(at, root)
    shape = table.__doc__ or "" if table else ""
    if _tables(value):
        return f"is written with single brackets: {shape if shape.startswith('[') else f'[{dotted(at)}]'}"
    # A text in place of an account or a channel is likely to be its secret.
    got = "a text" if isinstance(value, str) and at[0] in ("couriers", "channels") else shown(value)
    return f"expected a table, {shape}, got {got}"


def _tables(value: object) -> bool:
    """Written as [[name]]."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _unknown(at: Path, root: type[BaseModel]) -> str:
    key = str(at[-1])
    table = _model(at[:-1], root)
    known = _keys(table) if table else {}
    meant = did_you_mean(key, known)
    homes = [name for name, annotation in _keys(root).items() if key in _keys(_innermost(annotation))]
    if not meant and homes:
        meant = f" (it belongs in [{homes[0]}])"
    return f"unknown key{meant}" if meant else f"unknown key; known are {listed(known)}"


def _description(at: Path, root: type[BaseModel]) -> str:
    table = _model(at[:-1], root)
    for name, field in table.model_fields.items() if table else ():
        if at[-1] in (name, field.alias):
            return field.description or name
    return str(at[-1])


def _model(at: Path, root: type[BaseModel]) -> type[BaseModel] | None:
    """The model of the table at a path: names lead through fields, or pick any entry of a mapping or list."""
    model: Any = root
    for step in at:
        model = _keys(model)[str(step)] if str(step) in _keys(model) else _entry(model)
    inner = _innermost(model)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _keys(model: Any) -> dict[str, Any]:
    inner = _plain(model)
    if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in inner.model_fields.items()}


def _plain(annotation: Any) -> Any:
    """The annotation without Annotated and None; the table that a deferred one stands for."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(each for each in get_args(annotation) if each is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, Deferred):
        return annotation.table()
    return annotation


def _entry(annotation: Any) -> Any:
    arguments = [each for each in get_args(_plain(annotation)) if each is not Ellipsis]
    return arguments[-1] if arguments else None


def _innermost(annotation: Any) -> Any:
    annotation = _plain(annotation)
    while get_args(annotation):
        annotation = _plain(_entry(annotation))
    return annotation
