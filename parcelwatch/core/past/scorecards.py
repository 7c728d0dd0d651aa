"""How couriers do: what they bring in time, how long parcels stay where, and how often something happens.

What belongs here: one parcel's journey measured, and the measures of many put together, by courier. Times are whole
milliseconds here, because there are many of them.

Nothing is counted that flatters or accuses: a promise that passed counts as broken whether the parcel came later or
never did, unless the courier did not have it in hand by then or did not answer since; a parcel that was ready to be
collected, or brought to a closed door, came. Times of stay are those of parcels whose journey ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from parcelwatch.core.past import shares
from parcelwatch.core.past.forewarned import Carrier
from parcelwatch.model import Cause, Milestone


class Stage(StrEnum):
    """Where a parcel stays on its way: to be picked up, on the road, at customs, out for delivery, to be collected."""

    HANDOVER = "handover"
    TRANSIT = "transit"
    CUSTOMS = "customs"
    DELIVERY = "delivery"
    COLLECTION = "collection"
    RETURN = "return"
    WHOLE = "whole"
    """From the first movement to the end."""


_M: Final = Milestone
# What says nothing of where a parcel is, an exception for one, leaves it where it was.
_STAGES: Final[Mapping[Milestone, Stage]] = {
    _M.INFO_RECEIVED: Stage.HANDOVER,
    _M.PICKED_UP: Stage.TRANSIT,
    _M.IN_TRANSIT: Stage.TRANSIT,
    _M.CUSTOMS: Stage.CUSTOMS,
    _M.OUT_FOR_DELIVERY: Stage.DELIVERY,
    _M.ATTEMPT_FAILED: Stage.DELIVERY,
    _M.AVAILABLE_FOR_PICKUP: Stage.COLLECTION,
    _M.RETURNING: Stage.RETURN,
}
_CAME: Final = frozenset({_M.DELIVERED, _M.AVAILABLE_FOR_PICKUP, _M.ATTEMPT_FAILED})
_ENDED: Final = frozenset({_M.DELIVERED, _M.RETURNED})
_TROUBLE: Final = frozenset({_M.EXCEPTION, _M.ATTEMPT_FAILED, _M.RETURNING, _M.RETURNED})

Scan = tuple[int, Milestone, Cause | None]
"""When, where the parcel was then, and what was amiss."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of one parcel, as far as it is measured. `scans`: oldest first.

    `promised_by`: by the shop, else by the courier. `heard_at`: when its courier last answered. `moved_at`: the first
    movement. None where it is not known.
    """

    carrier: Carrier
    added_at: int
    milestone: Milestone
    promised_by: int | None = None
    heard_at: int | None = None
    moved_at: int | None = None
    scans: Sequence[Scan] = ()


@dataclass(slots=True)
class Card:
    """The figures of one courier so far. `stays`: milliseconds by stage."""

    parcels: int = 0
    promised: int = 0
    on_time: int = 0
    troubled: int = 0
    ended: int = 0
    stays: dict[Stage, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stay:
    """How long parcels stay at a stage, in hours: the middle, and what nine in ten stay within; None of too few."""

    n: int
    median: float | None
    tail: float | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One courier in a while.

    `parcels`: under way in it. `promised`: were to come in it, of which `on_time` came. `troubled`: of all, those with
    an exception, a failed attempt or a return in it. `ended`: arrived in it, or came back.
    """

    carrier: Carrier
    parcels: int
    promised: int
    on_time: int
    troubled: int
    ended: int
    stays: Mapping[Stage, Stay]

    @property
    def on_time_share(self) -> float | None:
        return shares.share(self.on_time, self.promised)

    @property
    def troubled_per_1000(self) -> float | None:
        return shares.per(self.troubled, self.parcels, 1000)


def scorecards(journeys: Iterable[Journey], since: int, until: int) -> tuple[Scorecard, ...]:
    """From `since` up to `until`, by courier, those with most parcels first."""
    cards: dict[Carrier, Card] = {}
    for journey in journeys:
        if _under_way(journey, since):
            _count(cards.setdefault(journey.carrier, Card()), journey, since, until)
    made = [_scorecard(carrier, card) for carrier, card in cards.items()]
    return tuple(sorted(made, key=lambda one: (-one.parcels, one.carrier)))


def _under_way(journey: Journey, since: int) -> bool:
    """Whether it had not ended before."""
    if journey.milestone not in _ENDED and journey.milestone is not Milestone.CANCELLED:
        return True
    return journey.added_at >= since or (bool(journey.scans) and journey.scans[-1][0] >= since)


def _count(card: Card, journey: Journey, since: int, until: int) -> None:
    card.parcels += 1
    card.troubled += any(at >= since and _amiss(milestone, cause) for at, milestone, cause in journey.scans)
    kept = _kept(journey, since, until)
    if kept is not None:
        card.promised += 1
        card.on_time += kept
    ended_at = _ended_at(journey)
    if ended_at is not None and since <= ended_at < until:
        card.ended += 1
        _stay(card, journey, ended_at)


def _amiss(milestone: Milestone, cause: Cause | None) -> bool:
    """Whether a scan tells of trouble; what was put off by the buyer's wish is none."""
    return cause is not Cause.POSTPONED and (cause is not None or milestone in _TROUBLE)


def _kept(journey: Journey, since: int, until: int) -> bool | None:
    """Whether a promise of that while was kept; None where it was not the courier's to keep, or is not known."""
    due = journey.promised_by
    if due is None or not since <= due < until or journey.milestone is Milestone.CANCELLED:
        return None
    if journey.moved_at is None or journey.moved_at > due:
        return None
    came_at = next((at for at, milestone, _ in journey.scans if milestone in _CAME), None)
    if came_at is not None:
        return came_at <= due
    return False if journey.heard_at is not None and journey.heard_at >= due else None


def _ended_at(journey: Journey) -> int | None:
    if journey.milestone not in _ENDED:
        return None
    return next((at for at, milestone, _ in journey.scans if milestone is journey.milestone), None)


def _stay(card: Card, journey: Journey, ended_at: int) -> None:
    """Add how long it stayed at each stage. Scans that were booked after its end count no more."""
    stays: dict[Stage, int] = {}
    stage, entered = None, 0
    for at, milestone, _ in journey.scans:
        if at >= ended_at:
            break
        reached = _STAGES.get(milestone, stage)
        if reached is Stage.HANDOVER and stage is not None:
            continue  # a label that is told again moves nothing back
        if reached is not stage:
            if stage is not None:
                stays[stage] = stays.get(stage, 0) + at - entered
            stage, entered = reached, at
    if stage is not None:
        stays[stage] = stays.get(stage, 0) + ended_at - entered
    if journey.moved_at is not None and journey.moved_at < ended_at:
        stays[Stage.WHOLE] = ended_at - journey.moved_at
    for name, long in stays.items():
        card.stays.setdefault(name, []).append(long)


_HOUR: Final = 3_600_000


def _scorecard(carrier: Carrier, card: Card) -> Scorecard:
    stays = {stage: _summed(card.stays[stage]) for stage in Stage if stage in card.stays}
    return Scorecard(carrier, card.parcels, card.promised, card.on_time, card.troubled, card.ended, stays)


def _summed(stays: Sequence[int]) -> Stay:
    hours = sorted(stay / _HOUR for stay in stays)
    return Stay(len(hours), shares.median(hours), shares.tail(hours))
