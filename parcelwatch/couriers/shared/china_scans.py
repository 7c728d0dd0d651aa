"""Chinese scans whose code and words do not agree: drops told as signatures, and problems that heal by themselves.

What belongs here: what the aggregators' codes leave to the words beside them, ready for meanings.follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

Told = tuple[Meaning | None, Reading]

# A problem scan whose reason is harmless (asked to come in the afternoon, a holiday) heals by itself.
_HARMLESS = re.compile(r"原因|约|自取|自提|节假日|改日|改派|推迟|要求")
_COLLECTED = re.compile(r"凭取|领取|已取|取走|本人|客户取")
# "Please collect it with code 12-3" asks the buyer to come, so nobody has come yet.
_INVITED = re.compile(
    r"请(?:(?!已)[^。；;！!]){0,40}?(?:领取|取走|提取|取件(?!码)|取货(?!码)|自取)|请[^，。；;]{0,8}凭[^，。；;]*"
    r"|(?<![已户人主])凭[^，。；;]{0,16}码[^，。；;]{0,12}(?:领取|取件|取货|取走|自取)"
)
_SIGNED = re.compile(r"签收|派送至|妥投")


# States that are news even without a cause, when no scan tells them; the first ones stand against a signature too.
_TURNED = frozenset({M.RETURNING, M.RETURNED, M.CANCELLED})
_OVER = _TURNED | {M.DELIVERED}


def told_by_the_whole(state: str, newest: str, codes: Sequence[str], meanings: Mapping[str, Meaning]) -> bool:
    """Whether a parcel's own state is a trouble that none of its scans' codes tells."""
    milestone, cause = meanings.get(state, UNKNOWN)
    known = [meanings.get(code, UNKNOWN) for code in codes]
    if cause not in (None, C.UNSTATED):
        return (milestone, cause) not in known
    if any(code.startswith(state) for code in codes):  # a finer state of the same kind
        return False
    if milestone in _TURNED:
        return all(one[0] is not milestone for one in known) and meanings.get(newest, UNKNOWN)[0] not in _TURNED
    troubled = cause is C.UNSTATED or milestone is M.ATTEMPT_FAILED
    return troubled and meanings.get(newest, UNKNOWN)[0] not in _OVER


def without_code(words: str) -> Told:
    """Words alone. Signed for by a locker or a shop is a signature: the scans before it tell whose."""
    reading = read(words, "zh")
    signed = reading.milestone is M.AVAILABLE_FOR_PICKUP and _SIGNED.search(words)
    return ((M.DELIVERED, None) if signed else None), reading


def problem(meaning: Meaning, words: str) -> Told:
    """A problem scan without a reason of its own: what the words excuse is none."""
    reading = read(words, "zh")
    if reading.cause is C.POSTPONED or (reading == Reading(M.IN_TRANSIT) and _HARMLESS.search(words)):
        return None, reading
    return meaning, reading


def drop(meaning: Meaning, words: str) -> Told:
    """Signed for by a locker or a shop; the buyer has it only where the words or an earlier scan say so."""
    collected = _COLLECTED.search(_INVITED.sub("", words))
    return meaning, read(words, "zh") if collected else Reading(M.AVAILABLE_FOR_PICKUP)
