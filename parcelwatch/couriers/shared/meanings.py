"""From a code and the text beside it to a milestone and a cause, scan by scan.

What belongs here: what all adapters share once they have looked up their codes. A code speaks first; the text
beside it may add a cause or say more exactly where the parcel is, and a text that says nothing known is no news.
Without a code the text alone speaks; if it is not known either, the scan is unknown, never "in transit".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from parcelwatch.core.milestones import tried_there
from parcelwatch.lexicon import Reading
from parcelwatch.model import Cause, Milestone, Sure

M = Milestone
C = Cause
Meaning = tuple[Milestone, Cause | None]

UNKNOWN: Meaning = (M.UNKNOWN, None)


def standing(meaning: Meaning | None) -> Milestone | None:
    """Where the status of a whole parcel says that it is; None where it says nothing, or only that it is awaited."""
    return None if meaning is None or meaning[0] in (M.UNKNOWN, M.INFO_RECEIVED) else meaning[0]


_MOVING = frozenset({M.PICKED_UP, M.IN_TRANSIT, M.CUSTOMS, M.OUT_FOR_DELIVERY})
_TROUBLED = frozenset({M.EXCEPTION, M.ATTEMPT_FAILED})

# What a text may make of a scan whose code only says "under way": codes are coarse, texts are not.
_FINER: dict[Milestone, frozenset[Milestone]] = {
    M.IN_TRANSIT: frozenset(
        {M.PICKED_UP, M.CUSTOMS, M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP, M.RETURNING, M.RETURNED}
    ),
    M.PICKED_UP: frozenset({M.INFO_RECEIVED, M.RETURNING}),
    M.OUT_FOR_DELIVERY: frozenset({M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP, M.RETURNING}),
    M.CUSTOMS: frozenset({M.RETURNING}),
    M.AVAILABLE_FOR_PICKUP: frozenset({M.RETURNING}),
    M.ATTEMPT_FAILED: frozenset({M.RETURNING, M.AVAILABLE_FOR_PICKUP}),
    M.EXCEPTION: frozenset({M.ATTEMPT_FAILED, M.RETURNING, M.RETURNED, M.CANCELLED}),
    M.RETURNING: frozenset({M.RETURNED}),
}

# Causes that slow a parcel down without stopping it: the scan stays what its code says.
_MILD = frozenset({C.WEATHER, C.MISROUTED, C.COURIER_FAULT, C.UNSTATED})
_GONE = frozenset({C.LOST, C.DESTROYED})


def beside(meaning: Meaning, reading: Reading) -> Meaning:
    """What a code means once the text beside it is read."""
    milestone, cause = meaning
    if reading.cause is None and reading.milestone is None:
        return meaning
    if milestone is M.UNKNOWN:
        # A code nobody mapped stays unknown, so that it is reported; a cause told beside it must not be lost.
        return milestone, None if reading.cause is C.UNSTATED else reading.cause
    if reading.announced and milestone is M.AVAILABLE_FOR_PICKUP:
        # It waits until then; a collection must not be taken for the end of a return that never began.
        return meaning
    if milestone is M.DELIVERED:
        return _delivered(cause, reading)
    if milestone in (M.RETURNED, M.CANCELLED):
        return milestone, cause or reading.cause
    if cause is C.CUSTOMS and reading.cause is C.SECURITY:
        return M.EXCEPTION, reading.cause
    if cause is not None and cause is not C.UNSTATED:
        return _direction(milestone, reading), cause
    if reading.cause is None:
        finer = reading.milestone if reading.milestone in _FINER.get(milestone, ()) else milestone
        return finer or milestone, cause if finer is milestone else None
    return _caused(milestone, reading.cause, reading.milestone)


def weight(meaning: Meaning, reading: Reading) -> Sure:
    """How much the cause of a scan weighs: what its text says of it, where the text tells that cause."""
    return reading.sure if reading.cause is meaning[1] else Sure.STATED


def _caused(milestone: Milestone, cause: Cause, wanted: Milestone | None) -> Meaning:
    if cause is C.UNSTATED:
        return milestone, cause if milestone in _TROUBLED else None
    if cause in _MILD and milestone in _MOVING and wanted is M.EXCEPTION:
        return milestone, cause
    if milestone is M.RETURNING and wanted is not M.RETURNED and cause not in _GONE:
        return milestone, cause
    if milestone is M.ATTEMPT_FAILED and wanted is M.EXCEPTION and cause not in _GONE | {C.DAMAGED}:
        return milestone, cause
    return wanted or milestone, cause


def _direction(milestone: Milestone, reading: Reading) -> Milestone:
    """A known cause stands; the text may still say that the parcel turned back."""
    turned = milestone in _TROUBLED or milestone is M.CUSTOMS
    return M.RETURNING if turned and reading.milestone is M.RETURNING else milestone


def _delivered(cause: Cause | None, reading: Reading) -> Meaning:
    """Delivered back to the sender, disposed of, or damaged: texts say so where codes say "delivered"."""
    if reading.milestone in (M.RETURNING, M.RETURNED):
        return M.RETURNED, cause or reading.cause
    if reading.cause in _GONE:
        return M.EXCEPTION, reading.cause
    if reading.milestone is M.AVAILABLE_FOR_PICKUP:
        return M.AVAILABLE_FOR_PICKUP, None
    return M.DELIVERED, cause or (reading.cause if reading.cause is C.DAMAGED else None)


_RECIPIENT = re.compile(r"\b(?:recipient|consignee|addressee|customer)\b|本人|收件人|收方|买家", re.IGNORECASE)
_SENDER = re.compile(
    r"\b(?:sender|shipper|seller|merchant|return(?:ed|s)?)\b|寄件|发件|寄方|商家|卖家|发货|退", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def _to_its_recipient(words: str) -> bool:
    """Whether a delivery says that the recipient has it."""
    return _RECIPIENT.search(words) is not None and not _SENDER.search(words)


_ATTEMPTS = frozenset({M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED})


def _turned_around(places: Sequence[tuple[Milestone, str]], since: int, place: str, words: str) -> bool:
    """Whether a delivery after the return that began with scan `since` went to the recipient all the same."""
    tried_again = any(milestone in _ATTEMPTS for milestone, _ in places[since:])
    return tried_again and (_to_its_recipient(words) or tried_there(place, places[:since]))


def follow(scans: Iterable[tuple[Meaning | None, Reading]], said: Sequence[tuple[str, str]] = ()) -> list[Meaning]:
    """The meaning of each scan, oldest first, in the light of those before it.

    A drop at a locker or shop is not the delivery, unless the parcel was already waiting in one and was not taken out
    for delivery again: then it is the collection. A delivery after any return scan is the return's end, unless another
    attempt came before it and its words or its place tell of the recipient. `said`: place and words of each scan, where
    they are known.
    """
    meanings: list[Meaning] = []
    places: list[tuple[Milestone, str]] = []
    waiting = returning = False
    began = 0
    for at, (code, reading) in enumerate(scans):
        if code is None:
            meaning: Meaning = (reading.milestone, reading.cause) if reading.milestone else UNKNOWN
        else:
            meaning = beside(code, reading)
        milestone = meaning[0]
        if code is not None and code[0] is M.DELIVERED and milestone is M.AVAILABLE_FOR_PICKUP and waiting:
            meaning = (M.DELIVERED, None)
        place, words = said[at] if at < len(said) else ("", "")
        if meaning[0] is M.DELIVERED and returning:
            if _turned_around(places, began, place, words):
                returning = False
            else:
                meaning = (M.RETURNED, meaning[1])
        places.append((milestone, place))
        waiting = milestone is M.AVAILABLE_FOR_PICKUP or (waiting and milestone is not M.OUT_FOR_DELIVERY)
        # A code nobody mapped tells no direction; the words beside it may, and what ends the return depends on it.
        if not returning and (milestone is M.RETURNING or {M.UNKNOWN, M.RETURNING} == {milestone, reading.milestone}):
            returning, began = True, at
        meanings.append(meaning)
    return meanings
