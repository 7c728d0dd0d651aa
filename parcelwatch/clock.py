"""What time it is. The only reader of the wall clock; everything below takes `now` as an argument.

What belongs here: reading clocks. What to believe of them is core.timekeeping.jumps'.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from parcelwatch.core.timekeeping import jumps
from parcelwatch.core.timekeeping.jumps import Belief, Doubt, Jump


def now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def running() -> float:
    """Seconds on a clock that nobody can set; where there is one, on one that also counts while the computer sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Clock:
    """The time for a program that runs on while its computer's clock is set. `look` at it every few seconds."""

    def __init__(self, wall: Callable[[], datetime] = now, monotonic: Callable[[], float] = running) -> None:
        self.monotonic = monotonic
        self._wall = wall
        self._belief = Belief(wall(), monotonic())

    def doubtful(self, last: datetime) -> bool:
        """Whether what it shows at the start contradicts what was noted last, or may."""
        return jumps.doubtful(self._wall(), last)

    def begin(self, last: datetime, heard: Collection[datetime]) -> None:
        """Begin anew from a doubtful time. `heard`: what couriers' clocks show."""
        self._belief = jumps.begun(self._wall(), self.monotonic(), last, heard)

    def now(self) -> datetime:
        """The time believed."""
        return jumps.believed(self._belief, self.monotonic())

    def look(self, heard: Collection[timedelta] = (), *, asking: bool = True) -> Jump | None:
        """Compare the clocks; what is new of a jump. `heard` and `asking`: see core.timekeeping.jumps."""
        self._belief, jump = jumps.look(self._belief, self._wall(), self.monotonic(), heard, asking=asking)
        return jump

    @property
    def right(self) -> bool:
        """Whether the time can be that late at all."""
        return jumps.plausible(self._belief.at)

    @property
    def doubt(self) -> Doubt | None:
        """The jump that is not believed yet."""
        return self._belief.doubt
