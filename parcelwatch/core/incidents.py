"""Many parcels in one trouble, told once: what an incident takes in, what still speaks singly, when it is over.

What belongs here: the life of an incident and what it makes of the cases inside it. Which groups stand out is
outbreaks.py's; who is told, dispatch.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median, median_low
from typing import Final

from parcelwatch.core.kinds import KINDS, Family
from parcelwatch.core.outbreaks import Bar, Excess, Grain, Group, Spot, Total, above
from parcelwatch.core.tracking.timeline import withdrawn
from parcelwatch.model import Case, Fact, Form, Parcel, Timeline

FOLDED: Final = frozenset(kind.name for kind in KINDS.values() if kind.family in (Family.SILENCE, Family.FORECAST)) - {
    "awaiting_collection"
}
"""Kinds that a courier's disruption brings about. That nobody fetches a parcel is no fault of the courier."""

FRESH: Final = timedelta(days=7)
"""Cases opened within this time count. What has gone on for longer is nothing that happens just now."""

STALE: Final = timedelta(days=21)
"""What began longer ago does not count either, however lately it was first heard of."""

SETTLES: Final = timedelta(weeks=3)
"""What has been so for this long is no incident any more: it is how things are there now."""

LEARNED: Final = timedelta(weeks=1)
"""So long before it settles its parcels count again in what is usual."""

MUCH_OLDER: Final = timedelta(days=7)
_VALUABLE: Final = 10
_CALM: Final = 1.5
_FEW_LEFT: Final = 0.1
_LONGEST_HUB: Final = 80


@dataclass(frozen=True, slots=True)
class Incidents:
    """`value`: a parcel worth this or more speaks for itself; 0: ten times what those of its incident are worth."""

    enabled: bool = True
    bar: Bar = field(default_factory=Bar)
    value: float = 0.0


# --- its life ------------------------------------------------------------------------------------


class IncidentState(StrEnum):
    """The life of an incident; another one of the same group is a new one."""

    OPEN = "open"
    OVER = "over"


class Turn(StrEnum):
    """What can happen to an incident."""

    OPENS = "opens"
    GROWS = "grows"
    CLOSES = "closes"
    SETTLES = "settles"


TRANSITIONS: Final[dict[tuple[IncidentState | None, Turn], IncidentState]] = {
    (None, Turn.OPENS): IncidentState.OPEN,
    (IncidentState.OPEN, Turn.GROWS): IncidentState.OPEN,
    (IncidentState.OPEN, Turn.CLOSES): IncidentState.OVER,
    (IncidentState.OPEN, Turn.SETTLES): IncidentState.OVER,
}


@dataclass(frozen=True, slots=True)
class Incident:
    """A group of parcels in trouble.

    `troubled` of its `parcels` are so now; at most `peak` were. `folded`: parcels it ever took in; `told`: how many
    agents were last told of, 0 while they were told nothing. `usual`, `known`, `chance`: what it was measured by when
    it opened, as of an Excess. What began before `old_before`, or is worth `valuable` or more, speaks for itself; None:
    nothing does for that.
    """

    group: Group
    opened_at: datetime
    troubled: int
    parcels: int
    usual: float
    known: bool
    chance: float
    state: IncidentState = IncidentState.OPEN
    peak: int = 0
    folded: int = 0
    told: int = 0
    old_before: datetime | None = None
    valuable: float | None = None
    closed_at: datetime | None = None
    id: int | None = None

    @property
    def live(self) -> bool:
        return self.state is IncidentState.OPEN


def begin(found: Excess, now: datetime) -> Incident:
    """The incident that a group's excess is."""
    return Incident(
        found.group,
        now,
        found.troubled,
        found.parcels,
        found.usual.share,
        found.usual.known,
        found.chance,
        TRANSITIONS[None, Turn.OPENS],
        peak=found.troubled,
    )


def follow(one: Incident, total: Total, folded: int, now: datetime, bar: Bar) -> tuple[Incident, Turn | None]:
    """The incident after a look at its group, and what that is: it grows when it has doubled since agents were told.

    It closes once it is over, and settles where it never is.
    """
    peak = max(one.peak, total.troubled)
    one = replace(one, troubled=total.troubled, parcels=total.parcels, folded=folded, peak=peak)
    if _over(one, bar):
        return close(one, now), Turn.CLOSES
    if now >= one.opened_at + SETTLES:
        return close(one, now), Turn.SETTLES
    grown = 0 < one.told * 2 <= folded
    return one, Turn.GROWS if grown else None


def learned(one: Incident, now: datetime) -> bool:
    """Whether it has gone on for so long that its parcels count in what is usual."""
    return now >= one.opened_at + SETTLES - LEARNED


def close(one: Incident, now: datetime) -> Incident:
    """The incident once it is over."""
    return replace(one, state=TRANSITIONS[one.state, Turn.CLOSES], closed_at=now)


def _over(one: Incident, bar: Bar) -> bool:
    """Back near what is usual, which is well below what opens one; or hardly any are left of what there were."""
    few = one.troubled <= max(bar.minimum // 2, one.peak * _FEW_LEFT)
    return few or not above(one.troubled, one.parcels, one.usual, _CALM)


def place(group: Group) -> str:
    """Where a group's parcels are or go, "" of a whole courier."""
    if group.grain is Grain.LANE:
        return f"{group.origin} → {group.destination}" + (f" ({group.service})" if group.service else "")
    return group.hub or group.destination


def fact(one: Incident, left: int = 0, *, settled: bool = False) -> Fact:
    """What there is to say of it; `left`: how many of its parcels are in trouble still, once it is over.

    `settled`: it is over because it never ends.
    """
    numbers = (
        ("incident", one.id or 0),
        ("troubled", one.troubled),
        ("parcels", one.parcels),
        ("usual", round(one.usual * 1000)),
        ("known", int(one.known)),
        ("left", left),
    )
    says = Form.INCIDENT if one.live else Form.INCIDENT_SETTLED if settled else Form.INCIDENT_OVER
    return Fact(
        says,
        since=one.opened_at,
        count=one.folded,
        kind=one.group.grain,
        reason=place(one.group),
        company=one.group.company,
        tally=numbers,
    )


# --- what it takes in ----------------------------------------------------------------------------


def hub(timeline: Timeline) -> str:
    """The place of the last scan that moved a parcel, "" where it names none."""
    moving = (one for one in reversed(timeline.entries) if one.checkpoint.moves and not withdrawn(one, timeline))
    last = next(moving, None)
    return " ".join(last.checkpoint.place.split())[:_LONGEST_HUB] if last else ""


def spot(parcel: Parcel, where: str) -> Spot:
    """What groups a parcel whose last scan was there."""
    return Spot(parcel.courier, parcel.company, parcel.service, parcel.origin, parcel.destination, where)


def around(kind: str, where: Spot, incidents: Iterable[Incident]) -> Incident | None:
    """The incident that a trouble of this kind is part of; of several the one that opened first."""
    holding = (one for one in incidents if one.live and kind in FOLDED and one.group.holds(where))
    return min(holding, key=lambda one: (one.opened_at, one.id or 0), default=None)


def speaks(case: Case, value: float, inside: Incident, now: datetime) -> bool:
    """Whether a case is told though an incident has it: it is much older than the others, much dearer, or outlasts it.

    Where trouble never ends, neither does its incident; what is FRESH no more is a trouble of its own.
    """
    older = inside.old_before is not None and case.since < inside.old_before
    return older or case.opened_at <= now - FRESH or (inside.valuable is not None and value >= inside.valuable)


def outliers(one: Incident, since: Sequence[datetime], values: Sequence[float], settings: Incidents) -> Incident:
    """The incident with what makes one of its troubles much older or dearer than the others.

    `since`: when they began; `values`: what their parcels are worth, 0 where nobody knows.
    """
    if not since:
        return one
    priced = [value for value in values if value > 0]
    valuable = settings.value or (median(priced) * _VALUABLE if priced else None)
    return replace(one, old_before=median_low(since) - MUCH_OLDER, valuable=valuable)


def reason(one: Incident) -> str:
    """Why a message was not sent, in words."""
    return f"told as incident {one.id}"
