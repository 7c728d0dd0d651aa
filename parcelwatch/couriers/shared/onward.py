"""Deliveries that are none: what another company has yet to bring, or what its addressee has yet to fetch.

What belongs here: what English words beside the code "delivered" may take back. A courier's own way may end with
either, the parcel's does not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Milestone

_CARRIED_ON = re.compile(
    r"\bfor (?:final|last[- ]mile) delivery\b|"
    r"\bdelivered to (?:the )?(?:usps|(?:u\.?s\.? )?postal service|post office(?! box))\b",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\bleft at (?:a |an |the )?(?:fedex|ups|dhl|usps) [^.]{0,40}\b(?:location|point|office|store)\b|"
    r"\b(?:for|ready for|awaiting) (?:customer |recipient )?(?:pick-?up|collection)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # couriers say the same things of many parcels
def onward(words: str) -> Meaning | None:
    """What a "delivery" is that these words take back, None where they do not."""
    if _LEFT.search(words):
        return Milestone.AVAILABLE_FOR_PICKUP, None
    return (Milestone.IN_TRANSIT, None) if _CARRIED_ON.search(words) else None
