"""Events of one instant, kept in the order the courier lists them.

What belongs here: what must be done so that a timeline, which puts what lies further along a parcel's way last, does
not turn "held" and "released" around when a courier stamps both with the same second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from parcelwatch.core.tracking.milestones import PROGRESS
from parcelwatch.model import Checkpoint

# The smallest step the store keeps.
STEP = timedelta(milliseconds=1)


def apart(checkpoints: Iterable[Checkpoint]) -> tuple[Checkpoint, ...]:
    """The checkpoints, oldest first, each a step later than its forerunner where sorting would put it before that."""
    kept: list[Checkpoint] = []
    for one in checkpoints:
        kept.append(_after(kept[-1], one) if kept else one)
    return tuple(kept)


def _after(before: Checkpoint, one: Checkpoint) -> Checkpoint:
    at, earlier = one.occurred_at, before.occurred_at
    if earlier < at or (earlier == at and _in_order(before, one)):
        return one
    step = earlier - at + STEP
    return replace(one, occurred_at=one.occurred_at + step, occurred_until=one.occurred_until + step)


def _in_order(before: Checkpoint, one: Checkpoint) -> bool:
    if (before.milestone, before.cause) == (one.milestone, one.cause):
        return True
    return PROGRESS[before.milestone] < PROGRESS[one.milestone]
