"""Where a parcel is, as far as can be told: by whose weekends and holidays its clocks go.

What belongs here: one answer with its reason. Best is what the newest scan says of its place. Before it is under way a
parcel is where it comes from; after that, where nothing is said, it is taken to be where it is to be delivered, for
there its promise is kept and its buyer waits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol

from parcelwatch.model import Checkpoint, Milestone, Parcel

_BEFORE: Final = frozenset({Milestone.INFO_RECEIVED, Milestone.PICKED_UP})
_PARTS: Final = re.compile(r"\s*,\s*|\s+[-–/|]\s+")
_REGION: Final = re.compile(r"([A-Z]{2,3})(?:\s+[0-9-]{4,10})?")


class Gazetteer(Protocol):
    """What is known of the names of places."""

    def __hash__(self) -> int: ...

    @property
    def divided(self) -> tuple[str, ...]:
        """The countries that have such regions."""
        ...

    def country(self, name: str) -> str:
        """The two letters of a country's name or code, "" when unknown."""
        ...

    def regions(self, country: str) -> frozenset[str]:
        """The codes people write after a town there ("CA" of the US); none where they do not."""
        ...


class Known(StrEnum):
    """By what we know where a parcel is."""

    SCAN = "scan"
    ORIGIN = "origin"
    DESTINATION = "destination"
    SHOP = "shop"
    NOWHERE = "nowhere"


# What is believed first. A parcel from the shop's country is at the shop, whose region is known.
_UNDER_WAY: Final = (Known.DESTINATION, Known.ORIGIN, Known.SHOP)
_AT_ORIGIN: Final = (Known.ORIGIN, Known.SHOP, Known.DESTINATION)
_AT_THE_SHOP: Final = (Known.SHOP, Known.DESTINATION)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Country and region, both "" when nothing is known. `under_way`: it has left where it comes from."""

    country: str = ""
    region: str = ""
    known: Known = Known.NOWHERE
    under_way: bool = True


def whereabouts(
    parcel: Parcel, milestone: Milestone, newest: Checkpoint | None, shop: str, gazetteer: Gazetteer
) -> Whereabouts:
    """Where a parcel is by its newest scan, its milestone and what the shop says of it.

    `shop`: where the shop is ("DE", "DE-BY"), the last resort.
    """
    under_way = newest is not None and milestone not in _BEFORE
    place = newest.place if newest is not None else ""
    return _found(place, under_way, parcel.origin, parcel.destination, shop, gazetteer)


@lru_cache(maxsize=8192)  # asked at every step, and most parcels are where others are
def _found(place: str, under_way: bool, origin: str, destination: str, shop: str, gazetteer: Gazetteer) -> Whereabouts:
    country, region = read(place, split(origin)[0], split(destination)[0], gazetteer) if place else ("", "")
    if country:
        return Whereabouts(country, region, Known.SCAN, under_way)
    likely = {Known.DESTINATION: destination, Known.ORIGIN: origin, Known.SHOP: shop}
    order = _UNDER_WAY if under_way else _AT_THE_SHOP if origin.upper() == split(shop)[0] else _AT_ORIGIN
    for known in order:
        if likely[known]:
            return Whereabouts(*split(likely[known]), known, under_way)
    return Whereabouts(under_way=under_way)


def read(place: str, origin: str, destination: str, gazetteer: Gazetteer) -> tuple[str, str]:
    """The country and region a scan's place ends with, each "" where that cannot be told for certain.

    "Los Angeles, CA, US" says all; "Wilmington, DE" is Delaware for a parcel within the United States, Germany for one
    within Germany, and nothing for one between the two, or of which neither end is known.
    """
    parts = [part for part in _PARTS.split(place.strip()) if part]
    if not parts:
        return "", ""
    last = parts[-1]
    country = gazetteer.country(last)
    region = _region(parts[-2], country, gazetteer) if country and len(parts) > 1 else ""
    if region:
        return country, region
    meant = [(country, "")] if country else []
    passed = {origin, destination} if origin and destination else gazetteer.divided
    meant += [(each, found) for each in passed if (found := _region(last, each, gazetteer))]
    if origin and origin == destination:
        meant = [one for one in meant if one[0] == origin]
    return meant[0] if len(meant) == 1 else ("", "")


def split(written: str) -> tuple[str, str]:
    """Country and region of "BR-SP" or "BR"."""
    country, _, region = written.upper().partition("-")
    return country, region


def _region(text: str, country: str, gazetteer: Gazetteer) -> str:
    written = _REGION.fullmatch(text.upper())
    return written[1] if written and written[1] in gazetteer.regions(country) else ""
