"""Which parcels are alike: all, those to a country, to a region of it, and those of one lane."""

from __future__ import annotations

from enum import StrEnum

from parcelwatch.core.whereabouts import split
from parcelwatch.model import Parcel


class Scope(StrEnum):
    """How wide a level is."""

    ALL = "all"
    COUNTRY = "country"
    REGION = "region"
    LANE = "lane"


Key = tuple[Scope, str]
"""A level: its scope, and which of its kind; as it is shown to people."""

_NOWHERE = "?"


def levels(parcel: Parcel) -> tuple[Key, ...]:
    """The levels a parcel belongs to, the widest first."""
    country, region = split(parcel.destination.upper())
    found: list[Key] = [(Scope.ALL, "")]
    if country:
        found.append((Scope.COUNTRY, country))
    if region:
        found.append((Scope.REGION, f"{country}-{region}"))
    return (*found, (Scope.LANE, _lane(parcel)))


def _lane(parcel: Parcel) -> str:
    """As in "yuantong express BR-SP > BR-RJ"."""
    who = " ".join(filter(None, (parcel.company or parcel.courier, parcel.service)))
    return f"{who} {parcel.origin.upper() or _NOWHERE} > {parcel.destination.upper() or _NOWHERE}"
