"""Whether agents knew of a parcel's trouble before its buyer complained, and what buyers ask most.

What belongs here: counting complaints against what agents were told. Only the first complaint about a parcel can be
forewarned: who complains again after nothing came of it had no warning from us.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from parcelwatch.core.past import shares

AHEAD: Final = (3, 5)
"""So many days before a complaint still leave time to act."""

DAY: Final = timedelta(days=1)

Carrier = tuple[str, str]
"""A courier account, and the company behind it, "" where there is none."""

SEVERAL: Final[Carrier] = ("", "")
"""Stands for the couriers of an order whose parcels are not all one's."""


@dataclass(frozen=True, slots=True)
class Told:
    """That agents were told of trouble of a kind."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint, with the parcels it is about, by id, and who carries them. `id`: its own, 0 for none."""

    at: datetime
    parcels: tuple[int, ...]
    kind: str = ""
    carrier: Carrier = SEVERAL
    id: int = 0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A complaint with what agents knew. `again`: there was one about a parcel of it before."""

    complaint: Complained
    again: bool = False
    warning: Told | None = None

    @property
    def lead(self) -> timedelta | None:
        """By how much agents were told before, None where they were not."""
        return self.complaint.at - self.warning.at if self.warning else None


@dataclass(frozen=True, slots=True)
class Forewarned:
    """What became of the first complaints about parcels, and how many more there were.

    `leads`: by how much agents were told before, ascending, one for each that was forewarned. `by_kind`: what they were
    told of first.
    """

    total: int = 0
    again: int = 0
    leads: tuple[timedelta, ...] = ()
    by_kind: Mapping[str, int] = field(default_factory=dict)

    @property
    def warned(self) -> int:
        return len(self.leads)

    def ahead(self, days: int) -> int:
        """How many were forewarned by at least so many days."""
        return sum(lead >= days * DAY for lead in self.leads)

    @property
    def median_days(self) -> float | None:
        """The middle lead of those forewarned, None of too few."""
        return shares.median([lead / DAY for lead in self.leads])


@dataclass(frozen=True, slots=True)
class Asked:
    """What buyers complain of: by label ("" where none was given), by weekday (0 is Monday), by courier."""

    kinds: Mapping[str, int]
    weekdays: tuple[int, ...]
    carriers: Mapping[Carrier, int]

    @property
    def total(self) -> int:
        return sum(self.weekdays)


def weighed(complaints: Iterable[Complained], told: Mapping[int, Sequence[Told]]) -> Iterator[Weighed]:
    """Complaints in the order they came, against what agents were told of each parcel."""
    complained: set[int] = set()
    for one in sorted(complaints, key=lambda one: one.at):
        again = not complained.isdisjoint(one.parcels)
        complained.update(one.parcels)
        yield Weighed(one, again, _warning(one, told))


def forewarned(all_weighed: Iterable[Weighed], since: datetime) -> Forewarned:
    """Those from `since` on. `all_weighed`: every one there was."""
    now = [one for one in all_weighed if one.complaint.at >= since]
    firsts = [one for one in now if not one.again]
    leads = tuple(sorted(one.lead for one in firsts if one.lead is not None))
    kinds = Counter(one.warning.kind for one in firsts if one.warning)
    return Forewarned(len(firsts), len(now) - len(firsts), leads, kinds)


def _warning(complaint: Complained, told: Mapping[int, Sequence[Told]]) -> Told | None:
    """The first time agents were told of one of its parcels, if that was before."""
    before = (one for parcel in complaint.parcels for one in told.get(parcel, ()) if one.at < complaint.at)
    return min(before, key=lambda one: one.at, default=None)


def asked(complaints: Iterable[Complained], zone: tzinfo) -> Asked:
    """What they are about. One label in capitals and in small letters is the same."""
    complaints = list(complaints)
    spelt: dict[str, str] = {}
    for one in complaints:
        spelt.setdefault(one.kind.casefold(), one.kind)
    kinds = Counter(spelt[one.kind.casefold()] for one in complaints)
    weekdays = Counter(one.at.astimezone(zone).weekday() for one in complaints)
    carriers = Counter(one.carrier for one in complaints)
    return Asked(dict(kinds.most_common()), tuple(weekdays[day] for day in range(7)), dict(carriers.most_common()))
