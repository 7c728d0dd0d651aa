"""Which groups of parcels are in trouble far more often than they usually are: couriers, hubs, lanes, destinations.

What belongs here: the arithmetic. A group's share of parcels in trouble is compared with what is usual for that very
group; chance is weighed by the binomial distribution, term by term and without approximation. Of several groups that
stand out the one that explains most is named, or a narrower one that leaves nothing to explain of it; what is left is
looked at again. What follows from it is incidents.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import exp, inf, lgamma, log, log1p
from typing import Final, NamedTuple

RECENT: Final = timedelta(weeks=4)
"""How far back what is usual goes."""

WEEK: Final = 7
"""So many days of a group have to be known before it has something usual."""

UNKNOWN: Final = 1 / 3
"""Stands for what is usual of a group that is not known for a week: only what stands out from that is sure."""

_UNSURE: Final = 5
_LEAST: Final = 0.02
_MOST: Final = 0.95
_FACTOR: Final = 3.0
_SPENT: Final = 1e-17


class Grain(StrEnum):
    """What makes parcels a group. Of two groups of the same parcels the one with the earlier grain is named."""

    HUB = "hub"
    COURIER = "courier"
    LANE = "lane"
    DESTINATION = "destination"


class Spot(NamedTuple):
    """What groups a parcel. `courier`: the account. `hub`: the place of the last scan that moved it."""

    courier: str
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    hub: str = ""


_PARTS: Final[Mapping[Grain, tuple[str, ...]]] = {
    Grain.HUB: ("courier", "company", "hub"),
    Grain.COURIER: ("courier", "company"),
    Grain.LANE: ("courier", "company", "service", "origin", "destination"),
    Grain.DESTINATION: ("destination",),
}
_NEEDED: Final[Mapping[Grain, tuple[str, ...]]] = {
    Grain.HUB: ("hub",),
    Grain.COURIER: ("courier",),
    Grain.LANE: ("origin", "destination"),
    Grain.DESTINATION: ("destination",),
}


class Group(NamedTuple):
    """Parcels that have something in common; what is "" they need not share."""

    grain: Grain
    courier: str = ""
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    hub: str = ""

    def holds(self, spot: Spot) -> bool:
        """Whether a parcel is one of them."""
        return all(getattr(spot, part) == value for part, value in self.shared)

    @property
    def shared(self) -> tuple[tuple[str, str], ...]:
        """What its parcels have in common: parts of a Spot, with their values."""
        return tuple((part, getattr(self, part)) for part in _PARTS[self.grain])


def groups(spot: Spot) -> tuple[Group, ...]:
    """Every group that a parcel is in."""
    return tuple(
        Group(grain, **{part: getattr(spot, part) for part in parts})
        for grain, parts in _PARTS.items()
        if all(getattr(spot, part) for part in _NEEDED[grain])
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """Parcels on the road that no group tells apart: how many, and how many of them are in trouble."""

    spot: Spot
    parcels: int
    troubled: int


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A group on a day that is over: how many of its parcels were in trouble when most were, and of how many."""

    on: date
    parcels: int
    troubled: int


@dataclass(frozen=True, slots=True)
class Bar:
    """What a group has to pass to be an incident.

    `minimum`: parcels in trouble; five times as many where nobody knows what is usual. `alpha`: the largest chance that
    so many are, were all as usual.
    """

    minimum: int = 10
    alpha: float = 1e-6


# --- what is usual -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usual:
    """The share that is usual. `known`: by the group's own days; else UNKNOWN stands for it."""

    share: float
    known: bool


def usual(past: Sequence[Surveyed]) -> Usual:
    """What a group's recent days say: the share of its worst weekday, so that no Monday stands out for being one."""
    if len({each.on for each in past}) < WEEK:
        return Usual(UNKNOWN, known=False)
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for each in past:
        counted[each.on.weekday()][0] += each.troubled
        counted[each.on.weekday()][1] += each.parcels
    # One more of two more: a few parcels without trouble do not mean that there never is any.
    worst = max((troubled + 1) / (parcels + 2) for troubled, parcels in counted.values())
    return Usual(min(max(worst, _LEAST), _MOST), known=True)


# --- what is not ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Excess:
    """A group far above what is usual: `troubled` of its `parcels`; `chance`: that of so many, were all as usual."""

    group: Group
    troubled: int
    parcels: int
    usual: Usual
    chance: float

    @property
    def evidence(self) -> float:
        """How much better its own share explains it than the usual one: the log of their likelihoods' ratio."""
        return self.parcels * _divergence(self.troubled / self.parcels, self.usual.share)


def excess(group: Group, troubled: int, parcels: int, known: Usual, bar: Bar) -> Excess | None:
    """The group if it stands out: enough parcels, the odds of trouble three times the usual, and hardly by chance."""
    least = bar.minimum if known.known else bar.minimum * _UNSURE
    if troubled < least or not above(troubled, parcels, known.share, _FACTOR):
        return None
    chance = tail(troubled, parcels, known.share)
    return Excess(group, troubled, parcels, known, chance) if chance <= bar.alpha else None


def above(troubled: int, parcels: int, share: float, factor: float) -> bool:
    """Whether the odds of being in trouble are at least `factor` times those of a share."""
    return troubled * (1 - share) >= factor * share * (parcels - troubled)


def candidates(cells: Iterable[Cell], bar: Bar) -> Mapping[Group, int]:
    """The groups with enough parcels in trouble to be asked about, and how many; cells without any may be left out."""
    counted: dict[Group, int] = defaultdict(int)
    for cell in cells:
        for group in groups(cell.spot) if cell.troubled else ():
            counted[group] += cell.troubled
    return {group: troubled for group, troubled in counted.items() if troubled >= bar.minimum}


def outbreaks(cells: Iterable[Cell], past: Mapping[Group, Sequence[Surveyed]], bar: Bar) -> tuple[Excess, ...]:
    """The groups that explain what stands out, no parcel in two of them. `past`: the candidates' recent days."""
    known = {group: usual(days) for group, days in past.items()}
    left, found = list(cells), list[Excess]()
    while (most := _most(left, known, bar)) is not None:
        found.append(most)
        left = [cell for cell in left if not most.group.holds(cell.spot)]
    return tuple(found)


def _most(cells: Sequence[Cell], known: Mapping[Group, Usual], bar: Bar) -> Excess | None:
    """The group with the most evidence, or a narrower one that explains it."""
    troubled: dict[Group, int] = defaultdict(int)
    parcels: dict[Group, int] = defaultdict(int)
    for cell in cells:
        for group in groups(cell.spot):
            if group in known:
                troubled[group] += cell.troubled
                parcels[group] += cell.parcels
    found = [each for one in troubled if (each := excess(one, troubled[one], parcels[one], known[one], bar))]
    best = max(found, key=lambda each: each.evidence, default=None)
    return None if best is None else _narrowed(best, found, cells, bar)


def _narrowed(best: Excess, found: Sequence[Excess], cells: Sequence[Cell], bar: Bar) -> Excess:
    """A hub rather than its courier, as long as nothing stands out of the courier's other parcels."""
    while inside := [each for each in found if _size(each) < _size(best) and _explains(each, best, cells, bar)]:
        best = max(inside, key=lambda each: each.evidence)
    return best


_GRAINS: Final = tuple(Grain)


def _size(one: Excess) -> tuple[int, int]:
    return one.parcels, _GRAINS.index(one.group.grain)


def _explains(narrow: Excess, wide: Excess, cells: Iterable[Cell], bar: Bar) -> bool:
    rest = [cell for cell in cells if wide.group.holds(cell.spot) and not narrow.group.holds(cell.spot)]
    troubled, parcels = sum(cell.troubled for cell in rest), sum(cell.parcels for cell in rest)
    return excess(wide.group, troubled, parcels, wide.usual, bar) is None


# --- chance --------------------------------------------------------------------------------------


def tail(troubled: int, parcels: int, share: float) -> float:
    """The chance that so many or more of so many are in trouble, each with the chance `share`, which is within (0, 1).

    The terms of the binomial distribution are added up, from the largest on until no more can matter.
    """
    if troubled <= 0:
        return 1.0
    if troubled > parcels:
        return 0.0
    if troubled <= parcels * share:
        return 1.0 - tail(parcels - troubled + 1, parcels, 1 - share)
    odds = share / (1 - share)
    term = exp(_log_chance(troubled, parcels, share))
    total, count = 0.0, troubled
    while count <= parcels and term > total * _SPENT:
        total += term
        term *= (parcels - count) / (count + 1) * odds
        count += 1
    return min(total, 1.0)


def _log_chance(troubled: int, parcels: int, share: float) -> float:
    ways = lgamma(parcels + 1) - lgamma(troubled + 1) - lgamma(parcels - troubled + 1)
    return ways + troubled * log(share) + (parcels - troubled) * log1p(-share)


def _divergence(share: float, other: float) -> float:
    """By how much one share differs from another, in nats a parcel."""
    parts = ((share, other), (1 - share, 1 - other))
    return sum(one * log(one / two) if two else inf for one, two in parts if one)
