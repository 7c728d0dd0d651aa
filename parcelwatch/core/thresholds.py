"""Limits of kinds: after how long a case opens and gets worse, and where that is set."""

from __future__ import annotations

from dataclasses import dataclass

from parcelwatch.duration import Duration, parse
from parcelwatch.model import Fact


@dataclass(frozen=True, slots=True)
class Limits:
    """After how long a kind opens its case (`warn`) and raises its severity (`critical`); None is never."""

    warn: Duration | None = None
    critical: Duration | None = None


@dataclass(frozen=True, slots=True)
class Threshold(Limits):
    """Limits that were chosen for a parcel, and the line that sets them.

    `quiet`: why the kind is not looked for at all with such a parcel, None where it is. `shadow`: the limits are on
    trial, so that what they would tell is recorded, and nobody is told.
    """

    line: str = ""
    quiet: Fact | None = None
    shadow: bool = False


def limits(written: str) -> Limits:
    """As in "24h 72h"; "" is never."""
    return Limits(*map(parse, written.split()))
