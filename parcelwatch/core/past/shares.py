"""Shares and quantiles that say nothing where there is too little to say it of.

What belongs here: arithmetic over counts and lists of numbers, and how few are too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FEW: Final = 5
"""Of fewer than this no share and no median is given, only the counts."""

FEW_IN_A_TAIL: Final = 10
"""Of fewer than this the last tenth is one value or none."""


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, 0 to 1; None where the whole is too small for a share to mean anything."""
    return part / whole if whole >= FEW else None


def per(part: int, whole: int, unit: int) -> float | None:
    """How many in so many; None as for `share`."""
    said = share(part, whole)
    return None if said is None else said * unit


def median(ordered: Sequence[float]) -> float | None:
    """The middle of values in ascending order, None of too few."""
    return quantile(ordered, 0.5) if len(ordered) >= FEW else None


def tail(ordered: Sequence[float]) -> float | None:
    """What nine in ten stay within, of values in ascending order; None of too few."""
    return quantile(ordered, 0.9) if len(ordered) >= FEW_IN_A_TAIL else None


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which that part of them lies, between its neighbours where it falls between two."""
    place = (len(ordered) - 1) * part
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
