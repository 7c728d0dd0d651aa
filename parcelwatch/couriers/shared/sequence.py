"""Vague times that keep the order of their list.

What belongs here: what a list that runs oldest first says about its intervals. A wall clock of an unknown country may
mean half a day earlier than the exact scan before it, and would be sorted in front of it: "delivered" would then come
before "out for delivery".
"""

from __future__ import annotations

from collections.abc import Sequence

from parcelwatch.couriers.shared.times import Span


def following(spans: Sequence[Span]) -> list[Span]:
    """The intervals, each beginning no sooner than the one before it where it leaves that open.

    Only what comes earlier in the list counts, so that news at its end changes nothing about what was told before.
    """
    found: list[Span] = []
    for earliest, latest in spans:
        floor = found[-1][0] if found else earliest
        found.append((floor if earliest < floor <= latest else earliest, latest))
    return found
