"""When a parcel counts as going to be late, as the shop wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Final

from parcelwatch.duration import Duration

_UNDISPATCHED: Final = Duration(5, "d")
_GRACE: Final = Duration(1, "bd")


@dataclass(frozen=True, slots=True)
class Foresight:
    """`enabled`: chances are learned and spoken of; the days left to a promise count in any case.

    `probability`: the chance of being late from which on it is told. `undispatched`: how long after the day on which it
    was to be handed over, if it is not. `grace`: how much a courier's estimate may be exceeded, or exceed the promise.
    `at`: when a day's look is, on the destination's clock.
    """

    enabled: bool = True
    probability: float = 0.75
    undispatched: Duration = _UNDISPATCHED
    grace: Duration = _GRACE
    at: time = time(8)
