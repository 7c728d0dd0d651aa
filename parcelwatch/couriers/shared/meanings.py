"""From a code and the text beside it to a milestone and a cause, scan by scan.

What belongs here: what all adapters share once they have looked up their codes. A code speaks first; the text
beside it may add a cause or say more exactly where the parcel is, and a text that says nothing known is no news.
Without a code the text alone speaks; if it is not known either, the scan is unknown, never "in transit".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, repeat

from parcelwatch.core.tracking.delays import HELD_UP
from parcelwatch.core.tracking.milestones import tried_there
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
_MILD = frozenset({C.WEATHER, C.DISRUPTED, C.MISROUTED, C.COURIER_FAULT, C.UNSTATED})
_EXCUSED = frozenset({None, C.UNSTATED, C.COURIER_FAULT})
_GONE = frozenset({C.LOST, C.DESTROYED})
# What words tell beside a code nobody mapped, though it says by itself that nobody knows where the parcel is.
_TROUBLE_TOLD = frozenset({M.ATTEMPT_FAILED, M.RETURNING, M.RETURNED})


def beside(meaning: Meaning, reading: Reading) -> Meaning:
    """What a code means once the text beside it is read."""
    milestone, cause = meaning
    if reading.cause is None and reading.milestone is None:
        return meaning
    if milestone is M.UNKNOWN:
        # A code nobody mapped is guessed at by nobody, and reported; a trouble told beside it must not be lost.
        return _trouble(reading), None if reading.cause is C.UNSTATED else reading.cause
    if reading.announced and milestone is M.AVAILABLE_FOR_PICKUP:
        # It waits until then; a collection must not be taken for the end of a return that never began.
        return meaning
    if reading.cause is C.POSTPONED:
        return _postponed(milestone, cause)
    if milestone is M.DELIVERED:
        return _delivered(cause, reading)
    if milestone in (M.RETURNED, M.CANCELLED):
        return milestone, cause or reading.cause
    if cause is C.CUSTOMS and reading.cause is C.SECURITY:
        return M.EXCEPTION, reading.cause
    if cause is not None and cause is not C.UNSTATED:
        # A code for all delays is the courier's fault until the text says what holds everybody up.
        excused = cause is C.COURIER_FAULT and reading.cause in HELD_UP
        return _direction(milestone, reading), reading.cause if excused else cause
    if reading.cause is None:
        finer = reading.milestone if reading.milestone in _FINER.get(milestone, ()) else milestone
        return finer or milestone, cause if finer is milestone else None
    return _caused(milestone, reading.cause, reading.milestone)


def _trouble(reading: Reading) -> Milestone:
    """Where words beside a code nobody mapped say that the parcel is, if that is trouble."""
    told = reading.milestone if reading.milestone in _TROUBLE_TOLD and not reading.announced else None
    return told or M.UNKNOWN


def _postponed(milestone: Milestone, cause: Cause | None) -> Meaning:
    """What was put off is no trouble; a parcel that lies ready, turns back or is over is where its code says."""
    if milestone in _TROUBLED and cause in _EXCUSED:
        return M.IN_TRANSIT, C.POSTPONED
    return milestone, C.POSTPONED if milestone in _MOVING - {M.CUSTOMS} and cause in _EXCUSED else cause


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


_TAKEN_OUT = re.compile(
    r"(?:投递|快递|派[送件]|配送|业务)员(?:(?!请|凭|码|您|客户|收件|买家)[^，。；])*?取[走出回]|[柜站点][^，。；]{0,4}取出后?(?:再投|继续派)"
)
_OUT_OF_IT = re.compile(r"取[走出回]")
_SIGNED = re.compile(r"[签簽]收")


@lru_cache(maxsize=4096)
def _taken_out(words: str) -> bool:
    """Whether the courier has taken it out of its locker or shop again."""
    return _TAKEN_OUT.search(words) is not None


# "退回中" at the end of a phrase: 退回中山 is a place, 退回中转场 a depot.
_GOING_BACK = re.compile(
    r"(?:退|返)[^，。；,;]{0,6}?(?:途中|中)(?!\w)"
    r"|(?:正在|即将|准备|安排|等待)[^，。；,;]{0,6}(?:退|返)(?!款)|将会?被?(?:退|返)(?!款)"
)
_HANDED_BACK = re.compile(r"[签簽]收|退[签簽]|妥投|已[签簽收]|送达")


def _going_back(words: str, reading: Reading) -> bool:
    """Whether a text says in so many words that the parcel is still on its way to its sender."""
    back = reading.milestone is M.RETURNING and _GOING_BACK.search(words) is not None
    return back and not _HANDED_BACK.search(words)


_BACK = re.compile(r"[退返回]|return|retour|back|zurück|devol|reso", re.IGNORECASE)


def _only_tried(words: str, reading: Reading) -> bool:
    """Whether a text tells of a delivery that failed and of no way back: some send the code of a return for that."""
    return reading.milestone is M.ATTEMPT_FAILED and not _BACK.search(words)


_ATTEMPTS = frozenset({M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED})


def _turned_around(places: Sequence[tuple[Milestone, str]], since: int, place: str, words: str) -> bool:
    """Whether a delivery after the return that began with scan `since` went to the recipient all the same."""
    tried_again = any(milestone in _ATTEMPTS for milestone, _ in places[since:])
    return tried_again and (_to_its_recipient(words) or tried_there(place, places[:since]))


def follow(scans: Iterable[tuple[Meaning | None, Reading]], said: Sequence[tuple[str, str]] = ()) -> list[Meaning]:
    """The meaning of each scan, oldest first, in the light of those before it.

    A drop at a locker or shop is not the delivery, unless the parcel was already waiting in one and was not taken out
    for delivery again: then it is the collection. In China the station's own rounds are told as tours, too, so that
    there only words that say so take it out. A delivery after any return scan is the return's end, unless another
    attempt came before it and its words or its place tell of the recipient. `said`: place and words of each scan, where
    they are known.
    """
    way = _Way()
    beside_it = chain(said, repeat(("", "")))
    return [way.after(code, reading, *each) for (code, reading), each in zip(scans, beside_it, strict=False)]


@dataclass(slots=True)
class _Way:
    """What the scans so far say of those to come.

    `waiting`: it lies in a locker or shop; `came_in`: it came into one, and no words took it out. `began`: which scan
    began the return, None where none did.
    """

    places: list[tuple[Milestone, str]] = field(default_factory=list)
    waiting: bool = False
    came_in: bool = False
    began: int | None = None

    def after(self, code: Meaning | None, reading: Reading, place: str, words: str) -> Meaning:
        """The meaning of the next scan, which then counts among those before."""
        meaning = self._read(code, reading)
        if meaning[0] is M.RETURNED and _going_back(words, reading):
            meaning = (M.RETURNING, meaning[1])
        if meaning[0] is M.RETURNED and _only_tried(words, reading):
            meaning = (M.ATTEMPT_FAILED, meaning[1])
        if meaning[0] in (M.AVAILABLE_FOR_PICKUP, M.IN_TRANSIT) and _taken_out(words):
            meaning = (M.OUT_FOR_DELIVERY, None)
        milestone = meaning[0]
        meaning = self._returned(self._collected(code, meaning, words), place, words)
        self.waiting = milestone is M.AVAILABLE_FOR_PICKUP or (self.waiting and milestone is not M.OUT_FOR_DELIVERY)
        left = milestone is M.OUT_FOR_DELIVERY and _OUT_OF_IT.search(words) is not None
        self.came_in = milestone is M.AVAILABLE_FOR_PICKUP or (self.came_in and not left)
        # A code nobody mapped tells no direction; the words beside it may, and what ends the return depends on it.
        turns = milestone is M.RETURNING or (milestone is M.UNKNOWN and reading.milestone is M.RETURNING)
        if turns and self.began is None:
            self.began = len(self.places)
        self.places.append((milestone, place))
        return meaning

    def _read(self, code: Meaning | None, reading: Reading) -> Meaning:
        if code is not None:
            return beside(code, reading)
        return (reading.milestone, reading.cause) if reading.milestone else UNKNOWN

    def _collected(self, code: Meaning | None, meaning: Meaning, words: str) -> Meaning:
        signed = code is not None and code[0] is M.DELIVERED and meaning[0] is M.AVAILABLE_FOR_PICKUP
        inside = self.waiting or (self.came_in and _SIGNED.search(words) is not None)
        return (M.DELIVERED, None) if signed and inside else meaning

    def _returned(self, meaning: Meaning, place: str, words: str) -> Meaning:
        if self.began is None or meaning[0] is not M.DELIVERED:
            return meaning
        if _turned_around(self.places, self.began, place, words):
            self.began = None
            return meaning
        return M.RETURNED, meaning[1]
