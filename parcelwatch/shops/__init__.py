"""Shops: one room per platform's API, found by entry points of the group `parcelwatch.shops`, or declared in TOML.

What belongs here: finding them. An adapter builds httpx.Requests and reads httpx.Responses; see base.py.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import entry_points

from parcelwatch.config import ShopConfig
from parcelwatch.config.checks import Adapter
from parcelwatch.config.declarations import shipped
from parcelwatch.config.declared_shop import ShopDeclaration
from parcelwatch.errors import ConfigError
from parcelwatch.shops.base import Shop, Tailored
from parcelwatch.shops.declared import Made

GROUP = "parcelwatch.shops"


@cache
def load() -> dict[str, Shop]:
    """API name → adapter, of all that are installed; ConfigError names a plug-in that cannot be loaded."""
    found: dict[str, Shop] = {}
    broken: list[str] = []
    for point in entry_points(group=GROUP):
        try:
            found[point.name] = point.load()()
        except (ImportError, AttributeError) as error:
            broken.append(f"the shop {point.name!r} ({point.value}) cannot be loaded: {error}")
    if broken:
        raise ConfigError(broken)
    return found | {name: Made(_declaration(text)) for name, text in shipped("shops").items() if name not in found}


def _declaration(text: str) -> ShopDeclaration:
    return ShopDeclaration.model_validate(tomllib.loads(text))


def apis() -> dict[str, Adapter]:
    """What a configuration is held against: of each API what a shop of it needs and takes."""
    return {
        name: Adapter(each.needs, each.options, each.tailored if isinstance(each, Tailored) else None, each.required)
        for name, each in load().items()
    }


def adapter(settings: ShopConfig) -> Shop:
    """The adapter of one shop; ConfigError when its settings cannot be used."""
    found = load()[settings.api]
    return found.tailored(settings) if isinstance(found, Tailored) else found
