"""JMESPath expressions, compiled when the configuration is read.

What belongs here: what is said of a wrong one, and asking a decoded answer. The only user of jmespath.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import jmespath
from jmespath.exceptions import ArityError, IncompleteExpressionError, JMESPathError, JMESPathTypeError, ParseError
from jmespath.functions import Functions
from jmespath.lexer import Lexer
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from parcelwatch.config.problems import listed
from parcelwatch.core.rows.near import did_you_mean

LONGEST: Final = 1000
_FUNCTIONS: Final[dict[str, Any]] = Functions.FUNCTION_TABLE
_COMPARES: Final = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})


class Unfit(ValueError):
    """An expression's function was given what it does not take; names kinds, never values."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A question to a JSON value."""

    written: str
    _compiled: Any = field(repr=False, compare=False)
    # The names of a plain path, a.b.c, which most expressions are and which needs no interpreter.
    _names: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        return self.written

    def find(self, value: object) -> object:
        """What it finds in a JSON value, None when it finds nothing. Raises Unfit."""
        if self._names:
            for name in self._names:
                value = value.get(name) if isinstance(value, dict) else None
            return value
        try:
            found: object = self._compiled.search(value)
        except JMESPathTypeError as error:
            wanted = " or ".join(error.expected_types)
            raise Unfit(f"{error.function_name}() takes {wanted}, and was given {error.actual_type}") from None
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise Unfit(f"it cannot be worked out ({type(error).__name__})") from None
        return found

    @classmethod
    def of(cls, written: str) -> Expression:
        """Raises ValueError with what is wrong, and where."""
        if not written.strip():
            raise ValueError("expected a JMESPath expression, got an empty text")
        if len(written) > LONGEST:
            raise ValueError(f"the expression is longer than {LONGEST} characters")
        try:
            compiled = jmespath.compile(written)
        except IncompleteExpressionError:
            raise ValueError(f"`{written}` is no JMESPath expression: it is cut short") from None
        except ArityError as error:
            raise ValueError(f"`{written}` is no JMESPath expression: {error}") from None
        except ParseError as error:
            raise ValueError(_misparsed(written, error)) from None
        except (JMESPathError, RecursionError, ValueError) as error:
            raise ValueError(f"`{written}` is no JMESPath expression: {str(error).splitlines()[0]}") from None
        try:
            _check_functions(written, compiled.parsed)
        except RecursionError:
            raise ValueError(f"`{written[:80]}…` is nested too deeply") from None
        _check_texts(written)
        return cls(written, compiled, tuple(_plain_path(compiled.parsed)))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls.of, core_schema.str_schema(), serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "description": "a JMESPath expression"}


def _plain_path(parsed: dict[str, Any]) -> list[str]:
    """The names of a path through objects only, none of any other expression."""
    if parsed["type"] == "field":
        return [parsed["value"]]
    if parsed["type"] != "subexpression":
        return []
    steps = [_plain_path(child) for child in parsed["children"]]
    return [name for step in steps for name in step] if all(steps) else []


def _misparsed(written: str, error: ParseError) -> str:
    place: int = getattr(error, "lex_position", None) or getattr(error, "lexer_position", None) or 0
    hint = ""
    if str(getattr(error, "token_type", "")).lower() == "number":
        hint = f"; a number is written in backticks: `{error.token_value}`"
    here = f"from character {place + 1}, `{written[place:][:20]}`, on"
    return f"`{written}` is no JMESPath expression: it cannot be read {here}{hint}"


def _check_functions(written: str, parsed: dict[str, Any]) -> None:
    """Jmespath itself looks at functions only when it meets them in an answer."""
    for node in _nodes(parsed):
        if node["type"] != "function_expression":
            continue
        name, given = node["value"], len(node["children"])
        if name not in _FUNCTIONS:
            meant = did_you_mean(name, _FUNCTIONS) or f"; there are {listed(sorted(_FUNCTIONS))}"
            raise ValueError(f"`{written}`: JMESPath has no function {name}(){meant}")
        signature = _FUNCTIONS[name]["signature"]
        variadic = bool(signature) and signature[-1].get("variadic")
        if given < len(signature) or (given > len(signature) and not variadic):
            raise ValueError(f"`{written}`: {name}() takes {len(signature)} arguments, not {given}")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _nodes(child)


def _check_texts(written: str) -> None:
    """The commonest slip: in double quotes stands a field's name, which then is never equal to anything."""
    tokens = list(Lexer().tokenize(written))
    for before, token in pairwise(tokens):
        if before["type"] in _COMPARES and token["type"] == "quoted_identifier":
            text = token["value"]
            raise ValueError(f"`{written}`: \"{text}\" in double quotes is a field's name; a text is written '{text}'")
