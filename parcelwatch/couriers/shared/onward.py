"""Deliveries that are none, and one that is one: what the words beside "delivered" say of who has it.

What belongs here: what another company has yet to bring, what its addressee has yet to fetch, of which only some pieces
came, and the lockers that are the addressee's own letter box. A courier's own way may end with any of them, the
parcel's only with the last.
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
# Some pieces of a shipment came, the others are still under way.
_IN_PART = re.compile(
    r"\bpartial(?:ly)? deliver|\bdelivered (?:in part|partially)\b|部分(?:签收|簽收|妥投|派送|送达|送達|配達)"
    r"|\bteil(?:liefer|zustell)ung|\bteilweise (?:zugestellt|geliefert)|\blivraison partielle|\bpartiellement livr"
    r"|\bentrega(?:do|da)? parcial|\bparcialmente entregue|\bconsegna parziale|\bparzialmente consegnat"
    r"|\bgedeeltelijk (?:bezorgd|geleverd)|\bcz[ęe][śs]ciowo (?:dor[ęe]czon|dostarczon)|частично (?:вручен|доставлен)"
    r"|一部(?:お届け|配達)|부분\s?(?:배송|배달)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # couriers say the same things of many parcels
def onward(words: str) -> Meaning | None:
    """What a "delivery" is that these words take back, None where they do not."""
    if _LEFT.search(words):
        return Milestone.AVAILABLE_FOR_PICKUP, None
    unfinished = _CARRIED_ON.search(words) or _IN_PART.search(words)
    return (Milestone.IN_TRANSIT, None) if unfinished else None


# The post of the United States says so of the lockers that stand beside its customers' own boxes, and of nothing else.
_OWN_BOX = re.compile(
    r"^(?:delivered, (?:to |in )?(?:the )?|your item was delivered to (?:a|the) )parcel locker\b", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def in_own_box(words: str) -> bool:
    """Whether a locker is the addressee's own box, so that the parcel need not be fetched."""
    return _OWN_BOX.search(words) is not None
