"""Thresholds that fit what parcels do: the limits that well parcels hardly ever pass.

What belongs here: which limits are suggested, for whom, and why none are. How long parcels are silent is dwell.py's;
what a suggestion would have told is the replay's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Final

from parcelwatch.core.kinds import RULES
from parcelwatch.core.past.dwell import MEASURED, Dwell, Group, Lengths, hours
from parcelwatch.core.policy import Override, Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import BUSINESS_DAY, Duration
from parcelwatch.model import Parcel

WARN: Final = 0.97
"""The share of well parcels that are to pass no warning."""
CRITICAL: Final = 0.995
APART: Final = 0.25
"""By this much of the wider group's limit a narrower one's has to differ to be worth a line of its own."""
_BEYOND: Final = 6
MINIMUM: Final = ceil(_BEYOND / (1 - WARN) - 1e-9)
"""Fewer parcels tell nothing of so rare a thing: some must lie beyond the limit for it to be known."""
MINIMUM_CRITICAL: Final = ceil(_BEYOND / (1 - CRITICAL) - 1e-9)
SHOWN: Final = (0.5, 0.9, 0.97, 0.995)
_LONGEST: Final = 2000 * 24
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Limits for a group of parcels.

    `unit`: in which its lengths are counted. `n`: parcels measured; `waiting`: those of them still under way.
    `quantiles`: share → after how many hours of that unit so many are silent no more, None where nobody can tell.
    `was`: what holds; `passed`: the share of well parcels that pass its warning.
    """

    group: Group
    unit: str
    n: int
    waiting: int
    quantiles: Mapping[float, int | None]
    warn: Duration
    critical: Duration | None
    was: Threshold
    passed: float | None

    @property
    def matchers(self) -> dict[str, str]:
        """Of the override that it is, {} where it is for every parcel."""
        return {name: said for name in ("courier", "origin", "destination") if (said := getattr(self.group, name))}


@dataclass(frozen=True, slots=True)
class Left:
    """A kind that is left as it is, and why. `n`: parcels measured."""

    kind: str
    n: int
    why: str


def suggest(
    dwell: Dwell, policy: Policy, aside: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[Suggestion], list[Left]]:
    """What to change, wider groups first, and the kinds of which every parcel's limits are left.

    A narrower group is suggested what differs clearly from what its parcels would have by what was suggested before.
    `aside`: kinds that these histories cannot test, each with why.
    """
    made: list[Suggestion] = []
    left = {kind: Left(kind, 0, "no parcel was ever there") for kind in MEASURED if kind in RULES}
    then = policy
    for group in dwell.groups():
        if group.kind in aside:
            left[group.kind] = Left(group.kind, dwell.of(Group(group.kind), "h").n, aside[group.kind])
            continue
        found = _suggestion(dwell, group, policy, then)
        if isinstance(found, Suggestion):
            made.append(found)
            then = _with(then, found)
        if group == Group(group.kind):
            left.pop(group.kind)
            left |= {} if isinstance(found, Suggestion) else {group.kind: found}
    return made, list(left.values())


def _suggestion(dwell: Dwell, group: Group, policy: Policy, then: Policy) -> Suggestion | Left:
    was, now = holding(policy, group), holding(then, group)
    unit = BUSINESS_DAY if was.warn is not None and was.warn.business else "h"
    lengths = dwell.of(group, unit)
    if lengths.n < MINIMUM:
        return Left(group.kind, lengths.n, f"too few parcels: {lengths.n} of the {MINIMUM} that it takes")
    warned = lengths.within(WARN)
    if warned is None:
        return Left(group.kind, lengths.n, "too many are still under way to tell")
    warn = _limit(warned, was.warn)
    critical = _critical(lengths, warn, now)
    if (warn, critical) == (now.warn, now.critical) or (group != Group(group.kind) and _alike(warn, now.warn)):
        return Left(group.kind, lengths.n, "what holds fits them")
    quantiles = {share: lengths.within(share) for share in SHOWN}
    passed = lengths.share(hours(was.warn)) if was.warn is not None else None
    return Suggestion(group, unit, lengths.n, lengths.waiting.total(), quantiles, warn, critical, was, passed)


def _alike(one: Duration, other: Duration | None) -> bool:
    """Whether they differ by so little that it is chance, or nobody's concern."""
    return other is not None and abs(one.length - other.length) < other.length * APART


def holding(policy: Policy, group: Group) -> Threshold:
    """What holds for such parcels."""
    parcel = Parcel(0, "", group.courier, _NEVER, origin=group.origin, destination=group.destination)
    return policy.threshold(group.kind, parcel)


def _with(policy: Policy, one: Suggestion) -> Policy:
    """The policy after a suggestion was taken."""
    limits = {one.group.kind: Threshold(one.warn, one.critical)}
    if not one.matchers:
        return replace(policy, thresholds={**policy.thresholds, **limits})
    group = one.group
    override = Override(limits, courier=group.courier, origin=group.origin, destination=group.destination)
    return replace(policy, overrides=(*policy.overrides, override))


def _critical(lengths: Lengths, warn: Duration, now: Threshold) -> Duration | None:
    """By the lengths where they reach so far, else what holds; None where neither comes after the warning."""
    known = lengths.within(CRITICAL) if lengths.n >= MINIMUM_CRITICAL else None
    fitting = _limit(known, now.critical or warn) if known is not None else None
    after = (limit for limit in (fitting, now.critical) if limit is not None and limit.length > warn.length)
    return next(after, None)


def _limit(least: int, like: Duration | None) -> Duration:
    """A limit of at least so many hours, in the unit of `like`; hours where there is none."""
    unit = like.unit if like is not None and like.unit in ("d", BUSINESS_DAY) else "h"
    length = 1 if unit == "h" else 24
    return Duration(min(max(ceil(least / length), 1), _LONGEST // length), unit)
