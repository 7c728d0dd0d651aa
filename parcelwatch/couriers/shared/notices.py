"""News that is no movement: a parcel that is late, expected or awaited has not been seen by anybody.

What belongs here: telling a notice from a scan where the courier's code does not, by what it means and by its words.
The words are the languages' own, under `[[notices]]` in their files.
"""

from __future__ import annotations

from functools import lru_cache

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.lexicon import notice
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

# What nobody need have had in hand, and what nobody could read.
STILL = frozenset({M.INFO_RECEIVED, M.UNKNOWN})
# Where a notice can be told of; what happens at the door, or ends the way, is movement however late it is.
_ON_THE_WAY = frozenset({M.PICKED_UP, M.IN_TRANSIT, M.CUSTOMS, M.EXCEPTION})
# Why it waits, that nobody finds it, or that it goes astray, which brings it no nearer.
_WAITS = frozenset({C.WEATHER, C.DISRUPTED, C.COURIER_FAULT, C.CUSTOMS, C.LOST, C.MISROUTED, C.POSTPONED})


@lru_cache(maxsize=8192)  # scans of many parcels say the same things
def is_movement(meaning: Meaning, words: str) -> bool:
    """Whether somebody had the parcel in hand, by what a scan means and, on the way, by its words."""
    milestone, cause = meaning
    if milestone in STILL:
        return False
    if milestone not in _ON_THE_WAY:
        return True
    return cause not in _WAITS and not notice(words)
