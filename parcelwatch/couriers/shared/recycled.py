"""One number, several parcels: which of them was meant.

What belongs here: choosing among answers about the same number. Couriers give numbers again after some months, and
some book one parcel twice; the first answer in a list is then as often the wrong one as the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from parcelwatch.model import Answered, Checkpoint, Observation

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
# How far from the shop's shipping date a parcel's first word may lie; numbers come back after months, not weeks.
NEAR = timedelta(days=45)


def likeliest(found: Sequence[Observation], shipped_at: datetime | None) -> Observation:
    """The one that began near the shop's shipping date, if any did; among those the one with the newest event."""
    near = [one for one in found if shipped_at and (at := began(one)) and abs(at - shipped_at) <= NEAR]
    return max(near or found, key=_ended)


def began(one: Observation) -> datetime | None:
    """When the courier first heard of what it tells, None where it tells nothing."""
    return next((first.occurred_at for first in _told(one)[:1]), None)


def _ended(one: Observation) -> datetime:
    return next((last.occurred_at for last in _told(one)[-1:]), _BEFORE_ALL)


def _told(one: Observation) -> tuple[Checkpoint, ...]:
    return one.checkpoints if isinstance(one, Answered) else ()
