"""What a declared courier's statuses mean, and what its expressions found in one answer.

What belongs here: the two tables that reading an answer looks into and writes down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from parcelwatch.config.declared import Declaration
from parcelwatch.config.declared_values import Meant
from parcelwatch.config.expressions import Expression

_EXAMPLE: Final = 80
_KINDS: Final = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}


def kind_of(value: object) -> str:
    """A JSON value's kind, in words."""
    return _KINDS.get(type(value), "a number")


@dataclass(frozen=True, slots=True)
class Words:
    """A declaration's statuses, as written and with capitals put aside where that leaves no doubt."""

    exact: Mapping[str, Meant]
    folded: Mapping[str, Meant]

    @classmethod
    def of(cls, declaration: Declaration) -> Words:
        found: dict[str, set[Meant]] = {}
        for status, meant in declaration.statuses.items():
            found.setdefault(status.strip().casefold(), set()).add(meant)
        folded = {status: meants.pop() for status, meants in found.items() if len(meants) == 1}
        return cls(declaration.statuses, folded)

    def meant(self, status: str) -> Meant | None:
        """What a status stands for, None for one that is not declared."""
        return self.exact.get(status) or self.folded.get(status.casefold())


@dataclass(slots=True)
class Traced:
    """How often an expression was asked, how often it found something, what kinds of value, and the first plain one."""

    expression: str
    asked: int = 0
    found: int = 0
    kinds: set[str] = field(default_factory=set)
    example: str = ""


@dataclass(slots=True)
class Trace:
    """What the expressions found in one answer, by their keys; and why it could not be read, if it could not.

    `unmapped`: each status that is not declared, with the words beside it.
    """

    declaration: Declaration
    by_key: dict[str, Traced] = field(default_factory=dict)
    unmapped: dict[str, str] = field(default_factory=dict)
    error: str = ""

    def note(self, key: str, expression: Expression, value: object) -> None:
        one = self.by_key.setdefault(key, Traced(expression.written))
        one.asked += 1
        if value is None:
            return
        one.found += 1
        one.kinds.add(f"{kind_of(value)} of {len(value)}" if isinstance(value, list) else kind_of(value))
        if not one.example and not isinstance(value, dict | list):
            one.example = json.dumps(value, ensure_ascii=False)[:_EXAMPLE]
