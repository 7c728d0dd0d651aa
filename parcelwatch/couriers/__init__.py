"""Couriers: one module per API, found by entry points of the group `parcelwatch.couriers`.

What belongs here: finding them. An adapter builds an httpx.Request and reads an httpx.Response; see base.py.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from parcelwatch.couriers.base import Courier
from parcelwatch.errors import ConfigError

GROUP = "parcelwatch.couriers"


def load() -> dict[str, type[Courier]]:
    """API name → adapter class, of all that are installed; ConfigError names a plug-in that cannot be loaded."""
    found: dict[str, type[Courier]] = {}
    broken: list[str] = []
    for point in entry_points(group=GROUP):
        try:
            found[point.name] = point.load()
        except (ImportError, AttributeError) as error:
            broken.append(f"the courier {point.name!r} ({point.value}) cannot be loaded: {error}")
    if broken:
        raise ConfigError(broken)
    return found
