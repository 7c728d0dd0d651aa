"""One number, several parcels: which of them was meant.

What belongs here: choosing among answers about the same number. Couriers give numbers again after some months, and
some book one parcel twice; the first answer in a list is then as often the wrong one as the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from parcelwatch.model import Observation

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
# How far from the shop's shipping date a parcel's first word may lie; numbers come back after months, not weeks.
NEAR = timedelta(days=45)


def likeliest(found: Sequence[Observation], shipped_at: datetime | None) -> Observation:
    """The one that began near the shop's shipping date, if any did; among those the one with the newest event."""
    near = [one for one in found if shipped_at and one.checkpoints and abs(_began(one) - shipped_at) <= NEAR]
    return max(near or found, key=_ended)


def _began(one: Observation) -> datetime:
    return one.checkpoints[0].occurred_at


def _ended(one: Observation) -> datetime:
    return one.checkpoints[-1].occurred_at if one.checkpoints else _BEFORE_ALL
