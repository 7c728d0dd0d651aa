"""News that is no movement: a parcel that is late, expected or awaited has not been seen by anybody.

What belongs here: telling a notice from a scan where the courier's code does not, by what it means and by its words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

# What nobody need have had in hand, and what nobody could read.
STILL = frozenset({M.INFO_RECEIVED, M.UNKNOWN})
# Where a notice can be told of; what happens at the door, or ends the way, is movement however late it is.
_ON_THE_WAY = frozenset({M.PICKED_UP, M.IN_TRANSIT, M.CUSTOMS, M.EXCEPTION})
# Why it waits, that nobody finds it, or that it goes astray, which brings it no nearer.
_WAITS = frozenset({C.WEATHER, C.COURIER_FAULT, C.CUSTOMS, C.LOST, C.MISROUTED, C.POSTPONED})

_NOTICE = re.compile(
    r"^(?:(?!\b(?:depart|left|process|arriv)).)*"
    r"\bin[- ]transit,? to (?:the )?next (?:\w+ )?(?:facility|cent(?:er|re))\b"
    r"|\bmoving (?:with)?in (?:the )?\S* ?network\b"
    r"|\barriv(?:ing|e) (?:late|later|early|earlier|on time)\b"
    r"|\b(?:arrival|delivery)\b[^.;]{0,30}\b(?:re-?scheduled|updated)\b"
    r"|\b(?:is|are|was|been|be|running|may|shipment|package|parcel|delivery|transit|clearance) (?:is )?delay(?:ed)?\b"
    r"|^(?:\w+ ){0,2}delay(?:ed)?\b|\brunning late\b"
    r"|\b(?:estimated|expected|scheduled|new|updated) (?:delivery|arrival) (?:date|time|day)\b"
    r"|\b(?:document|paperwork|invoice|information)s?\b[^.;]{0,30}\b(?:required|needed|requested|missing|incomplete)\b"
    r"|\b(?:awaiting|await|requires?|missing|need(?:s|ed)?)\b[^.;]{0,30}\b(?:document|paperwork|invoice|information)"
    r"|\b(?:tracer|trace|search|investigation)\b[^.;]{0,20}\b(?:opened|initiated|started|requested|filed|in progress)\b"
    r"|\b(?:opened|initiated|started|requested|filed) (?:a |an |the )?(?:tracer|trace|search|investigation)\b"
    r"|(?:查件|催件|催查|查询)(?:已)?(?:受理|登记|申请|处理)|预约派送|改约|(?:^|[，。；])(?:因|受)[^，。；]{1,20}(?:影响|原因)[^。；]{0,20}(?:延误|延迟|延后|滞留)",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)  # scans of many parcels say the same things
def is_movement(meaning: Meaning, words: str) -> bool:
    """Whether somebody had the parcel in hand, by what a scan means and, on the way, by its words."""
    milestone, cause = meaning
    if milestone in STILL:
        return False
    if milestone not in _ON_THE_WAY:
        return True
    return cause not in _WAITS and not _NOTICE.search(words)
