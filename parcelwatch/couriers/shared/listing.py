"""A list of scans in either order, as a list of dated ones that runs oldest first.

What belongs here: what aggregators' lists have in common. Their order is usual, not promised; some scans have no time,
and some times are vague. Of one instant, the list's own order stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from parcelwatch.couriers.shared.sequence import following
from parcelwatch.couriers.shared.times import Span, filled

Scan = TypeVar("Scan")


def dated(spans: Sequence[Span | None], scans: Sequence[Scan]) -> list[tuple[Span, Scan]]:
    """The scans that have a time, or whose neighbours have one, oldest first."""
    pairs = list(zip(spans, scans, strict=True))
    if _newest_first([span for span in spans if span is not None]):
        pairs.reverse()
    whole = filled([span for span, _ in reversed(pairs)])
    whole.reverse()
    kept = [(span, scan) for span, (_, scan) in zip(whole, pairs, strict=True) if span is not None]
    bounded = following([span for span, _ in kept])
    found = [(span, scan) for span, (_, scan) in zip(bounded, kept, strict=True)]
    found.sort(key=lambda one: one[0])
    return found


def _newest_first(spans: Sequence[Span]) -> bool:
    """Whether the list begins with what is later than its end; of times equally vague their beginnings tell."""
    if len(spans) < 2:
        return False
    (first, until), (last, end) = spans[0], spans[-1]
    return first > end or (until - first == end - last and first > last)
