"""Couriers use their numbers again: which part of an answer is this parcel's, and which is of an earlier one.

What belongs here: cutting off a former life. A life ends when a parcel was handed over, taken back or cancelled, or
when nobody spoke of it for months; what ended clearly before this parcel can have been sent is not about it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from parcelwatch.model import FINAL, Answered, Checkpoint, Dossier, NotFound, Parcel

# A shop may enter the day of dispatch late, even after the delivery; numbers come back after months, not weeks.
SLACK = timedelta(days=14)
# Without a day of dispatch: older than couriers keep their records of finished parcels.
OLDEST = timedelta(days=120)
SILENCE = timedelta(days=60)


def present(said: Answered, parcel: Parcel) -> Answered | NotFound:
    """What of `said` is about this parcel; not found when all of it is about an earlier one with its number.

    Without a day of dispatch an old life is only cut off from a new one that follows it.
    """
    if not said.checkpoints:
        return said
    border = began(parcel)
    if said.checkpoints[0].occurred_until >= border or not _ended(said.checkpoints, border):
        return said
    ours = tuple(one for one in said.checkpoints if one.occurred_until >= border)
    if not ours and parcel.shipped_at is None:
        # Added late, or a number used again: nobody knows, and news of a finished parcel harm nobody.
        return said
    if not ours:
        reason = "the courier's record is of an earlier parcel with this number"
        return NotFound(said.number, company=said.company, reason=reason)
    estimate = said.estimate if said.estimate is None or said.estimate >= border else None
    commitment = said.commitment if said.commitment is None or said.commitment >= border else None
    return replace(said, checkpoints=ours, estimate=estimate, commitment=commitment)


def reborn(dossier: Dossier, said: Answered) -> tuple[Dossier, Answered | NotFound]:
    """Both without a former life: what of it was believed before this one began is no part of the parcel's story."""
    ours = present(said, dossier.parcel)
    if ours is said or isinstance(ours, NotFound):
        return dossier, ours
    border = began(dossier.parcel)
    entries = tuple(entry for entry in dossier.timeline.entries if entry.checkpoint.occurred_until >= border)
    if len(entries) == len(dossier.timeline.entries):
        return dossier, ours
    return replace(dossier, timeline=replace(dossier.timeline, entries=entries)), ours


def began(parcel: Parcel) -> datetime:
    """The earliest moment this parcel can have begun its way."""
    return parcel.shipped_at - SLACK if parcel.shipped_at else parcel.added_at - OLDEST


def _ended(checkpoints: tuple[Checkpoint, ...], border: datetime) -> bool:
    """Whether a life ended before the border. Checkpoints come oldest first."""
    before = [one for one in checkpoints if one.occurred_until < border]
    if any(one.milestone in FINAL for one in before):
        return True
    after = next((one.occurred_at for one in checkpoints if one.occurred_until >= border), border)
    times = [*(one.occurred_until for one in before), after]
    return any(later - earlier > SILENCE for earlier, later in pairwise(times))
