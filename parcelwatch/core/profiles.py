"""Every kind of trouble by name, and the two built-in threshold profiles, as data.

What belongs here: names, families, numbers. Sources of the numbers: 抖店's levels for pickup and first scan,
KdNiao's for stalled, not delivered and customs, Onward, TekiPost and Route for the international columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from parcelwatch.duration import Duration, parse


class Family(StrEnum):
    """Where a finding comes from: what the courier said, did not say in time, what will come; or about us."""

    TOLD = "told"
    SILENCE = "silence"
    FORECAST = "forecast"
    OPERATOR = "operator"
    GROUP = "group"


KINDS: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "unknown_number": Family.TOLD,
        "not_picked_up": Family.SILENCE,
        "no_first_scan": Family.SILENCE,
        "stalled": Family.SILENCE,
        "customs_held": Family.TOLD,
        "not_delivered": Family.SILENCE,
        "attempt_failed": Family.TOLD,
        "address_problem": Family.TOLD,
        "awaiting_collection": Family.SILENCE,
        "refused": Family.TOLD,
        "damaged": Family.TOLD,
        "lost": Family.TOLD,
        "destroyed": Family.TOLD,
        "security_held": Family.TOLD,
        "misrouted": Family.TOLD,
        "returning": Family.TOLD,
        "returned": Family.TOLD,
        "wrong_delivery": Family.TOLD,
        "courier_delay": Family.TOLD,
        "late": Family.SILENCE,
        "will_be_late": Family.FORECAST,
        "courier_exception": Family.TOLD,
        "tracking_stopped": Family.TOLD,
        "unknown_status": Family.OPERATOR,
        "courier_silent": Family.OPERATOR,
        "incident": Family.GROUP,
    }
)

# Kinds whose rule is not written yet: their thresholds parse and are kept, with a warning.
LATER: Final = frozenset(
    {
        "address_problem",
        "security_held",
        "misrouted",
        "wrong_delivery",
        "courier_delay",
        "will_be_late",
        "incident",
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """After how long a kind opens its case (`warn`) and raises its severity (`critical`); None is never."""

    warn: Duration | None = None
    critical: Duration | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits of the kinds that have a clock (CLOCKED); both columns are one where the profile makes no difference."""

    name: str
    domestic: Mapping[str, Limits]
    cross_border: Mapping[str, Limits]


_NEVER = "-"
_ROWS = {
    #                       china         domestic      cross-border
    "unknown_number": ("24h 72h", "24h 72h", "48h 120h"),
    "not_picked_up": ("24h 48h", "2bd 4bd", "3bd 5bd"),
    "no_first_scan": ("24h 48h", "2bd 3bd", "3bd 5bd"),
    "stalled": ("48h 120h", "3bd 7d", "5bd 20d"),
    "customs_held": ("72h 168h", _NEVER, "5bd 10bd"),
    "not_delivered": ("36h 72h", "1bd 2bd", "2bd 3bd"),
    "attempt_failed": ("24h 48h", "1bd 2bd", "2bd 3bd"),
    "awaiting_collection": ("72h 168h", "3d 5d", "3d 7d"),
    "returning": ("48h 120h", "3bd 7bd", "5bd 15bd"),
    "tracking_stopped": ("24h", "24h", "24h"),
    "courier_silent": ("30m", "30m", "30m"),
}


def _limits(written: str) -> Limits:
    return Limits(*(parse(one) for one in written.split())) if written != _NEVER else Limits()


_CHINA, _DOMESTIC, _CROSS_BORDER = (
    MappingProxyType({kind: _limits(row[column]) for kind, row in _ROWS.items()}) for column in range(3)
)


CLOCKED: Final = tuple(_ROWS)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "china": Profile("china", domestic=_CHINA, cross_border=_CHINA),
        "international": Profile("international", domestic=_DOMESTIC, cross_border=_CROSS_BORDER),
    }
)
