"""Which parcels are alike: all, those to a country, to a region of it, and those of one lane."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

from parcelwatch.core.timekeeping.whereabouts import split
from parcelwatch.model import Parcel


class Scope(StrEnum):
    """How wide a level is."""

    ALL = "all"
    COUNTRY = "country"
    REGION = "region"
    LANE = "lane"


Key = tuple[Scope, str]
"""A level: its scope, and which of its kind; as it is shown to people."""

_NOWHERE: Final = "?"
_TO: Final = " > "


def levels(parcel: Parcel) -> tuple[Key, ...]:
    """The levels a parcel belongs to, the widest first."""
    return (*_to(parcel.destination.upper()), (Scope.LANE, _lane(parcel)))


def where_to(parcel: Parcel) -> tuple[str, str]:
    """Country and region of its destination, by whose days its age is counted."""
    return split(parcel.destination.upper())


def wider_than(key: Key) -> tuple[Key, ...]:
    """The levels above one, the widest first."""
    scope, name = key
    around = _to(name.rpartition(_TO)[2].removesuffix(_NOWHERE) if scope is Scope.LANE else name)
    return around if scope is Scope.LANE else around[:-1]


@lru_cache(maxsize=4096)
def _to(destination: str) -> tuple[Key, ...]:
    country, region = split(destination)
    found: list[Key] = [(Scope.ALL, "")]
    if country:
        found.append((Scope.COUNTRY, country))
    if region:
        found.append((Scope.REGION, f"{country}-{region}"))
    return tuple(found)


def _lane(parcel: Parcel) -> str:
    """As in "yuantong express BR-SP > BR-RJ"."""
    who = " ".join(filter(None, (parcel.company or parcel.courier, parcel.service)))
    return f"{who} {parcel.origin.upper() or _NOWHERE}{_TO}{parcel.destination.upper() or _NOWHERE}"
