"""What a courier says holds everybody up, a storm or a strike: since when, and how long it stops the clocks of silence.

What belongs here: one span of time. That a scan speaks of such a delay, the couriers' codes and wordings say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.tracking.timeline import earliest, latest
from parcelwatch.model import FINAL, Cause, Entry, Milestone

HOLDS: Final = timedelta(hours=48)
"""A delay that is only ever repeated excuses no longer silence than this."""

HELD_UP: Final = frozenset({Cause.WEATHER, Cause.DISRUPTED})
"""What holds up everybody's parcels: weather, and strikes, peaks, outages, cancelled flights and the like."""

_NOT_UNDER_WAY: Final = FINAL | {
    Milestone.RETURNING,
    Milestone.AVAILABLE_FOR_PICKUP,
    Milestone.ATTEMPT_FAILED,
    Milestone.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Hold:
    """From the first word of a delay until the clocks go on, in the courier's own words."""

    from_: datetime
    to: datetime
    words: str = ""


def delayed(entry: Entry) -> bool:
    """Whether it tells that the courier is held up on the way."""
    return entry.checkpoint.cause in HELD_UP and entry.checkpoint.milestone not in _NOT_UNDER_WAY


def hold(newest_first: Iterable[Entry]) -> Hold | None:
    """The delay that stands: told, and nothing has moved the parcel since. Saying it again makes it no longer."""
    first: Entry | None = None
    for entry in newest_first:
        if delayed(entry):
            first = entry
        elif entry.checkpoint.moves:
            break
    return None if first is None else Hold(earliest(first), latest(first) + HOLDS, first.checkpoint.text)
