"""What a shop or a helpdesk says of itself because its declaration does.

What belongs here: the answers that need nothing but the declaration. How it is asked is the shop's and the desk's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Generic

from parcelwatch.config.declared import needs as needed
from parcelwatch.shops.declared.options import D


@dataclass(frozen=True)
class Described(Generic[D]):
    """What is told of it before it is asked. `api`: its own name, where it comes with the program."""

    declaration: D
    api: str = "declared"

    @property
    def options(self) -> Mapping[str, str]:
        return {name: option.about for name, option in self.declaration.options.items()}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, option in self.declaration.options.items() if option.default is None)

    @property
    def base_url(self) -> str:
        return self.declaration.base_url or ""

    @cached_property
    def needs(self) -> tuple[str, ...]:
        return (
            *(() if self.declaration.base_url else ("base_url",)),
            *needed(self.declaration.model_dump(mode="json", by_alias=True, exclude_unset=True)),
        )

    @property
    def rate(self) -> str:
        return str(self.declaration.rate)

    @property
    def overlap(self) -> timedelta:
        return self.declaration.overlap.natural()

    @property
    def doubt(self) -> str:
        return self.declaration.doubt
