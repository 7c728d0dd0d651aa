"""Which groups of parcels are in trouble far more often than they usually are: couriers, hubs, lanes, destinations.

What belongs here: the arithmetic. A group's share of parcels in trouble is compared with what is usual for that very
group; chance is weighed by the binomial distribution, term by term and without approximation. Of several groups that
stand out the one that explains most is named, or a narrower one that leaves nothing to explain of it; what is left is
looked at again. What follows from it is incidents.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
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
    """Every group that a parcel is in. Spelled out, for it is asked of every parcel on the road."""
    courier, company, service, origin, destination, hub = spot
    found = [Group(Grain.COURIER, courier, company)]
    if hub:
        found.append(Group(Grain.HUB, courier, company, hub=hub))
    if destination:
        found.append(Group(Grain.DESTINATION, destination=destination))
        if origin:
            found.append(Group(Grain.LANE, courier, company, service, origin, destination))
    return tuple(found)


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


@dataclass(frozen=True, slots=True)
class Total:
    """Parcels of a group on the road, and how many of them are in trouble."""

    parcels: int = 0
    troubled: int = 0


def totals(cells: Iterable[Cell], asked: Container[Group] | None = None) -> Mapping[Group, Total]:
    """The parcels of each group that has any, or of those asked about."""
    counted: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        for group in groups(cell.spot):
            if asked is None or group in asked:
                both = counted[group]
                both[0] += cell.parcels
                both[1] += cell.troubled
    return {group: Total(*both) for group, both in counted.items()}


def outside(cells: Iterable[Cell], held: Collection[Group]) -> list[Cell]:
    """The parcels that are in none of these groups."""
    kept = frozenset(held)
    return [cell for cell in cells if kept.isdisjoint(groups(cell.spot))]


def candidates(cells: Iterable[Cell], bar: Bar) -> Mapping[Group, int]:
    """The groups with enough parcels in trouble to be asked about, and how many; cells without any may be left out."""
    counted = totals(cell for cell in cells if cell.troubled)
    return {group: each.troubled for group, each in counted.items() if each.troubled >= bar.minimum}


@dataclass(frozen=True, slots=True)
class _Lot:
    """Parcels that are in the same ones of the groups asked about."""

    groups: frozenset[Group]
    parcels: int
    troubled: int


def outbreaks(cells: Iterable[Cell], past: Mapping[Group, Sequence[Surveyed]], bar: Bar) -> tuple[Excess, ...]:
    """The groups that explain what stands out, no parcel in two of them. `past`: the candidates' recent days."""
    known = {group: usual(days) for group, days in past.items()}
    left, found = _lots(cells, known), list[Excess]()
    while (most := _most(left, known, bar)) is not None:
        found.append(most)
        left = [lot for lot in left if most.group not in lot.groups]
    return tuple(found)


def _lots(cells: Iterable[Cell], asked: Container[Group]) -> list[_Lot]:
    """Far fewer than there are cells, for most parcels are in no small group that is asked about."""
    counted: dict[frozenset[Group], list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        both = counted[frozenset(group for group in groups(cell.spot) if group in asked)]
        both[0] += cell.parcels
        both[1] += cell.troubled
    return [_Lot(shared, *both) for shared, both in counted.items() if shared]


def _most(lots: Sequence[_Lot], known: Mapping[Group, Usual], bar: Bar) -> Excess | None:
    """The group with the most evidence, or a narrower one that explains it."""
    counted: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    for lot in lots:
        for group in lot.groups:
            counted[group][0] += lot.troubled
            counted[group][1] += lot.parcels
    found = [each for one, both in counted.items() if (each := excess(one, both[0], both[1], known[one], bar))]
    best = max(found, key=_rank, default=None)
    return None if best is None else _narrowed(best, found, lots, bar)


def _narrowed(best: Excess, found: Sequence[Excess], lots: Sequence[_Lot], bar: Bar) -> Excess:
    """A hub rather than its courier, as long as nothing stands out of the courier's other parcels."""
    while inside := [each for each in found if _size(each) < _size(best) and _explains(each, best, lots, bar)]:
        best = max(inside, key=_rank)
    return best


def _rank(one: Excess) -> tuple[float, Group]:
    """What is named first; of equals always the same, whatever their order."""
    return one.evidence, one.group


_GRAINS: Final = tuple(Grain)


def _size(one: Excess) -> tuple[int, int]:
    return one.parcels, _GRAINS.index(one.group.grain)


def _explains(narrow: Excess, wide: Excess, lots: Iterable[_Lot], bar: Bar) -> bool:
    rest = [lot for lot in lots if wide.group in lot.groups and narrow.group not in lot.groups]
    troubled, parcels = sum(lot.troubled for lot in rest), sum(lot.parcels for lot in rest)
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
