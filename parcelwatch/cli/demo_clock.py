"""The demonstration's clock: the world stands still until the agent has written, then goes on as fast as it must.

What belongs here: the sandbox's time. So a letter is there to be followed up before its parcel moves, however slow the
machine is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from parcelwatch import clock


class Held:
    """The time at the couriers: `start` until it is let go, and never ahead of ours."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._since: datetime | None = None
        self._pace = 1.0

    @property
    def held(self) -> bool:
        return self._since is None

    def __call__(self) -> datetime:
        if self._since is None:
            return self._start
        now = clock.now()
        return min(now, self._start + (now - self._since) * self._pace)

    def let_go(self, span: timedelta, left: timedelta) -> None:
        """Go on, so that `span` has passed within what is left of the time."""
        self._since = clock.now()
        self._pace = max(1.0, span / max(left, timedelta(seconds=0.5)))
