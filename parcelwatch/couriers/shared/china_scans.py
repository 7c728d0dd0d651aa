"""Chinese scans whose code and words do not agree: drops told as signatures, and problems that heal by themselves.

What belongs here: what the aggregators' codes leave to the words beside them, ready for meanings.follow.
"""

from __future__ import annotations

import re

from parcelwatch.core.lexicon import Reading, read
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Milestone

M = Milestone

Told = tuple[Meaning | None, Reading]

# A problem scan whose reason is harmless (asked to come in the afternoon, a holiday) heals by itself.
_HARMLESS = re.compile(r"原因|约|自取|自提|节假日|改日|改派|推迟|要求")
_COLLECTED = re.compile(r"凭取|领取|已取|取走|本人|客户取")
_SIGNED = re.compile(r"签收|派送至|妥投")


def without_code(words: str) -> Told:
    """Words alone. Signed for by a locker or a shop is a signature: the scans before it tell whose."""
    reading = read(words, "zh")
    signed = reading.milestone is M.AVAILABLE_FOR_PICKUP and _SIGNED.search(words)
    return ((M.DELIVERED, None) if signed else None), reading


def problem(meaning: Meaning, words: str) -> Told:
    """A problem scan without a reason of its own: what the words excuse is none."""
    reading = read(words, "zh")
    if reading == Reading(M.IN_TRANSIT) and _HARMLESS.search(words):
        return None, reading
    return meaning, reading


def drop(meaning: Meaning, words: str) -> Told:
    """Signed for by a locker or a shop; the buyer has it only where the words or an earlier scan say so."""
    return meaning, read(words, "zh") if _COLLECTED.search(words) else Reading(M.AVAILABLE_FOR_PICKUP)
