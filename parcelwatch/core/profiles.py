"""The two built-in threshold profiles: which column of the kinds' limits holds for which parcel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from parcelwatch.core.kinds import KINDS
from parcelwatch.core.thresholds import Limits


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits of the kinds that have a clock; both columns are one where the profile makes no difference."""

    name: str
    domestic: Mapping[str, Limits]
    cross_border: Mapping[str, Limits]


_CHINA, _DOMESTIC, _CROSS_BORDER = (
    MappingProxyType({kind.name: kind.limits[column] for kind in KINDS.values() if kind.limits}) for column in range(3)
)

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "china": Profile("china", domestic=_CHINA, cross_border=_CHINA),
        "international": Profile("international", domestic=_DOMESTIC, cross_border=_CROSS_BORDER),
    }
)
