"""Couriers: one room per API, found by entry points of the group `parcelwatch.couriers`.

What belongs here: finding them. An adapter builds an httpx.Request and reads an httpx.Response; see base.py.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from parcelwatch.config import AccountConfig
from parcelwatch.config.checks import Adapter
from parcelwatch.couriers.base import Courier, Tailored
from parcelwatch.errors import ConfigError

GROUP = "parcelwatch.couriers"


@cache
def load() -> dict[str, Courier]:
    """API name → adapter, of all that are installed; ConfigError names a plug-in that cannot be loaded."""
    found: dict[str, Courier] = {}
    broken: list[str] = []
    for point in entry_points(group=GROUP):
        try:
            found[point.name] = point.load()()
        except (ImportError, AttributeError) as error:
            broken.append(f"the courier {point.name!r} ({point.value}) cannot be loaded: {error}")
    if broken:
        raise ConfigError(broken)
    return found


def apis() -> dict[str, Adapter]:
    """What a configuration is held against: of each API what an account of it needs and takes."""
    return {
        name: Adapter(each.needs, each.options, each.tailored if isinstance(each, Tailored) else None)
        for name, each in load().items()
    }


def adapter(settings: AccountConfig) -> Courier:
    """The adapter of one account; ConfigError when its settings cannot be used."""
    found = load()[settings.api]
    return found.tailored(settings) if isinstance(found, Tailored) else found
