"""Helpdesks: one module per platform's API, found by entry points of the group `parcelwatch.helpdesks`, or declared.

What belongs here: finding them. An adapter builds httpx.Requests and reads httpx.Responses; see base.py.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import entry_points

from parcelwatch.config import HelpdeskConfig
from parcelwatch.config.checks import Adapter
from parcelwatch.config.declarations import shipped
from parcelwatch.config.declared_desk import DeskDeclaration
from parcelwatch.errors import ConfigError
from parcelwatch.helpdesks.base import Helpdesk, Tailored
from parcelwatch.helpdesks.declared import Made

GROUP = "parcelwatch.helpdesks"


@cache
def load() -> dict[str, Helpdesk]:
    """API name → adapter, of all that are installed; ConfigError names a plug-in that cannot be loaded."""
    found: dict[str, Helpdesk] = {}
    broken: list[str] = []
    for point in entry_points(group=GROUP):
        try:
            found[point.name] = point.load()()
        except (ImportError, AttributeError) as error:
            broken.append(f"the helpdesk {point.name!r} ({point.value}) cannot be loaded: {error}")
    if broken:
        raise ConfigError(broken)
    own = ((name, text) for name, text in shipped("helpdesks").items() if name not in found)
    return found | {name: Made(DeskDeclaration.model_validate(tomllib.loads(text)), name) for name, text in own}


def apis() -> dict[str, Adapter]:
    """What a configuration is held against: of each API what a helpdesk of it needs and takes."""
    return {
        name: Adapter(each.needs, each.options, each.tailored if isinstance(each, Tailored) else None, each.required)
        for name, each in load().items()
    }


def adapter(settings: HelpdeskConfig) -> Helpdesk:
    """The adapter of one helpdesk; ConfigError when its settings cannot be used."""
    found = load()[settings.api]
    return found.tailored(settings) if isinstance(found, Tailored) else found
