"""From a courier's list of scans to checkpoints: the one way for every adapter.

What belongs here: which end of a list is the newest, times that are missing or vague, what each scan means in the light
of those before it, and whether it is movement. What a code means, and what the parcel's own status adds to the newest
scan, are the adapter's; it may step in between `ordered` and `checkpoints`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, follow, weight
from parcelwatch.couriers.shared.notices import is_movement
from parcelwatch.couriers.shared.onward import in_own_box, onward
from parcelwatch.couriers.shared.sequence import following
from parcelwatch.couriers.shared.ties import apart
from parcelwatch.couriers.shared.times import Span, filled
from parcelwatch.errors import CourierUnreadable
from parcelwatch.lexicon import NOTHING, Reading
from parcelwatch.model import Checkpoint, Milestone, Sure
from parcelwatch.model.frequent import frequent

_DELIVERED = Reading(Milestone.DELIVERED)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@frequent
@dataclass(frozen=True, slots=True)
class Scan:
    """One event as a courier tells it.

    `when`: None if it does not say, or nobody can read it. `meaning`: its code's, None where its words are to speak.
    `reading`: what its words say. `moves`: whether it is movement where its code tells, None where that follows from
    what it means. `unmapped`: a finer code of it is not known, so that only the coarser one beside it was read.
    `suspected`: its code tells of a cause that is only looked into.
    """

    when: Span | None
    code: str
    meaning: Meaning | None
    words: str
    place: str = ""
    reading: Reading = NOTHING
    moves: bool | None = None
    unmapped: bool = False
    suspected: bool = False


def history(scans: Sequence[Scan], *, newest_first: bool = True) -> tuple[Checkpoint, ...]:
    """The checkpoints of a list in either order, oldest first; `newest_first`: its usual order."""
    return checkpoints(ordered(scans, newest_first=newest_first))


def ordered(scans: Sequence[Scan], *, newest_first: bool = True, same_clock: bool = True) -> list[Scan]:
    """The scans oldest first, each with a time: one that has none was between its neighbours.

    The list may come in either order, which its times tell as far as they can; within one instant, and where vague
    times leave it open, the list's own order stands. `same_clock`: equally vague times are so for one reason, such as
    an unknown zone, so that of two the one told as earlier is earlier. CourierUnreadable where no scan at all has a
    time: what was not understood must never look like nothing that happened.
    """
    spans = [scan.when for scan in scans]
    if scans and all(when is None for when in spans):
        raise CourierUnreadable(f"it tells {len(scans)} scans, and of none when it was")
    downward = list(scans) if falls(spans, usual=newest_first, same_clock=same_clock) else list(reversed(scans))
    dated = [
        _at(scan, when)
        for when, scan in zip(filled([scan.when for scan in downward]), downward, strict=True)
        if when is not None
    ]
    dated.reverse()
    times = following([scan.when for scan in dated if scan.when is not None])
    return in_time(_at(scan, when) for when, scan in zip(times, dated, strict=True))


def joined(lists: Iterable[Sequence[Scan]]) -> list[Scan]:
    """The scans of several lists, each ordered by itself; one in which nothing has a time costs only itself.

    CourierUnreadable where that is so of all of them.
    """
    told = [scans for scans in lists if scans]
    dated = [scans for scans in told if any(scan.when is not None for scan in scans)]
    return [scan for scans in dated or told for scan in ordered(scans)]


def _at(scan: Scan, when: Span) -> Scan:
    return scan if scan.when == when else replace(scan, when=when)


def in_time(scans: Iterable[Scan]) -> list[Scan]:
    """Dated scans by the beginnings of their times; of one instant, as they came."""
    return sorted(scans, key=lambda scan: scan.when[0] if scan.when else _BEFORE_ALL)


def falls(spans: Sequence[Span | None], *, usual: bool = True, same_clock: bool = True) -> bool:
    """Whether a list runs from the newest to the oldest: more of its steps fall than rise; the usual order if neither.

    One odd time among many does not turn a list around.
    """
    steps = list(pairwise(span for span in spans if span is not None))
    rising = sum(_before(one, other, same_clock=same_clock) for one, other in steps)
    falling = sum(_before(other, one, same_clock=same_clock) for one, other in steps)
    return usual if rising == falling else falling > rising


def _before(one: Span, other: Span, *, same_clock: bool) -> bool:
    return one[1] < other[0] or (same_clock and one[0] < other[0] and one[1] - one[0] == other[1] - other[0])


def concluded(
    scan: Scan, code: str, meaning: Meaning | None, reading: Reading | None = None, *, words: str = ""
) -> Scan:
    """The newest scan with what the parcel's own status says beyond it, in that one's words where it has any.

    Whether it is movement stays its own matter.
    """
    own = scan.meaning or ((scan.reading.milestone, scan.reading.cause) if scan.reading.milestone else UNKNOWN)
    moves = is_movement(own, scan.words) if scan.moves is None and own != UNKNOWN else scan.moves
    return replace(
        scan, code=code, meaning=meaning, words=words or scan.words, reading=reading or scan.reading, moves=moves
    )


def _handed_over(scan: Scan) -> Scan:
    """A delivery as its words qualify it: to be fetched, carried on by another company, or in the buyer's own box."""
    delivered = (scan.meaning or (scan.reading.milestone, None))[0] is Milestone.DELIVERED
    if scan.reading.milestone is Milestone.AVAILABLE_FOR_PICKUP:
        return replace(scan, reading=_DELIVERED) if in_own_box(scan.words) else scan
    taken_back = onward(scan.words) if delivered else None
    if taken_back is None:
        return scan
    if taken_back[0] is Milestone.AVAILABLE_FOR_PICKUP:
        return replace(scan, reading=Reading(taken_back[0]))
    return replace(scan, meaning=taken_back)


def checkpoints(scans: Iterable[Scan]) -> tuple[Checkpoint, ...]:
    """Dated scans, oldest first, as checkpoints: each in the light of those before it, none turned around by a tie."""
    told = [(scan.when, _handed_over(scan)) for scan in scans if scan.when is not None]
    meanings = follow(
        [(scan.meaning, scan.reading) for _, scan in told], [(scan.place, scan.words) for _, scan in told]
    )
    return apart(
        Checkpoint(
            *when,
            *meaning,
            scan.code,
            scan.words,
            scan.place,
            moves=is_movement(meaning, scan.words) if scan.moves is None else scan.moves,
            unmapped=scan.unmapped or (scan.meaning == UNKNOWN and meaning[0] is not Milestone.UNKNOWN),
            sure=Sure.SUSPECTED if scan.suspected and meaning[1] else weight(meaning, scan.reading),
        )
        for (when, scan), meaning in zip(told, meanings, strict=True)
    )
