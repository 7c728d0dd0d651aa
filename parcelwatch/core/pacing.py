"""How fast one account may call: an even pace, and a quota per fixed window.

What belongs here: turning a pace, what was granted before and the time now into the instants at which calls may
be made. Only arithmetic; the caller keeps the state. Calls are counted when they are granted, so a crash between
grant and call never overspends.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from parcelwatch.core.duration import Rate

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
MILLISECOND: Final = timedelta(milliseconds=1)

# A state further ahead than a grant can have left it was written by a clock that has since been set back.
CREDIBLE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate`: calls are spaced evenly, without bursts.

    `quota`: calls per window of its period; windows are counted from the epoch, so a day is a day in UTC.
    """

    rate: Rate | None = None
    quota: Rate | None = None


@dataclass(frozen=True, slots=True)
class PaceState:
    """What was granted so far.

    `next_at`: no call before this, a whole millisecond. `day_start`: the quota window that `used` counts.
    """

    next_at: datetime | None = None
    day_start: datetime | None = None
    used: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """Instants at which one call each may be made, oldest first, and the state to keep once they are taken.

    `next_at`: the earliest instant at which one more call could be granted; None when that is now.
    """

    slots: tuple[datetime, ...] = ()
    state: PaceState = field(default_factory=PaceState)
    next_at: datetime | None = None


def grant(
    pace: Pace,
    state: PaceState,
    now: datetime,
    *,
    horizon: timedelta = SECOND,
    wanted: int = 1,
    hold_until: datetime | None = None,
) -> Grant:
    """Up to `wanted` calls within `horizon` from now, none before `hold_until`.

    Asking for fewer gives the same slots, fewer of them: a caller may ask, see how much work there is, ask again
    for exactly that and keep the second state. `horizon` is at most ten minutes.
    """
    slots: list[datetime] = []
    state = _credible(pace, state, now)
    at = _earliest(pace, state, now, hold_until)
    while len(slots) < wanted and at < now + horizon:
        run = _run(pace, state, at, now + horizon, wanted - len(slots))
        slots += run
        state = _take(pace, state, run)
        at = _earliest(pace, state, run[-1], hold_until)
    state = _whole(state)
    at = _earliest(pace, state, now, hold_until)
    return Grant(tuple(slots), state, at if at > now else None)


def spacing(rate: Rate) -> timedelta:
    """The least time between two calls, rounded up so that a window never holds one too many."""
    return timedelta(microseconds=-(-rate.period_seconds * 1_000_000 // rate.count))


def window(quota: Rate, at: datetime) -> datetime:
    """When the quota window that holds `at` began."""
    return at - (at - EPOCH) % _period(quota)


def _period(quota: Rate) -> timedelta:
    return timedelta(seconds=quota.period_seconds)


def _earliest(pace: Pace, state: PaceState, at: datetime, hold_until: datetime | None) -> datetime:
    """The first instant from `at` on that pace, quota and hold all allow."""
    at = max(at, state.next_at or at, hold_until or at)
    if pace.quota is None or state.day_start is None or state.used < pace.quota.count:
        return at
    return max(at, state.day_start + _period(pace.quota))


def _run(pace: Pace, state: PaceState, at: datetime, end: datetime, wanted: int) -> list[datetime]:
    """Calls from `at` on, at least one, as many as pace and quota allow before `end` within one window."""
    if pace.quota is not None:
        start, used = _counted(pace.quota, state, at)
        end = min(end, start + _period(pace.quota))
        wanted = min(wanted, pace.quota.count - used)
    if pace.rate is None:
        return [at] * wanted
    gap = spacing(pace.rate)
    return [at + gap * turn for turn in range(min(wanted, -((at - end) // gap)))]


def _take(pace: Pace, state: PaceState, run: list[datetime]) -> PaceState:
    """The state once the calls of one run are made."""
    next_at = run[-1] + spacing(pace.rate) if pace.rate else state.next_at
    if pace.quota is None:
        return replace(state, next_at=next_at)
    start, used = _counted(pace.quota, state, run[0])
    return PaceState(next_at, start, used + len(run))


def _counted(quota: Rate, state: PaceState, at: datetime) -> tuple[datetime, int]:
    """The window a call at `at` counts in, and what is used of it. One already begun ahead of us stays the one."""
    start = window(quota, at)
    if state.day_start is None or start > state.day_start:
        return start, 0
    return state.day_start, state.used


def _whole(state: PaceState) -> PaceState:
    """`next_at` rounded up to what the store keeps, so that keeping it never makes the pace faster."""
    if state.next_at is None:
        return state
    return replace(state, next_at=state.next_at + (EPOCH - state.next_at) % MILLISECOND)


def _credible(pace: Pace, state: PaceState, now: datetime) -> PaceState:
    """The state without what only a clock set back, or a pace since made faster, can explain.

    A window changed with the quota's period starts over; so does one that has not begun yet.
    """
    if state.next_at is not None:
        latest = now + CREDIBLE + (spacing(pace.rate) if pace.rate else timedelta())
        state = replace(state, next_at=min(state.next_at, latest))
    if pace.quota is None or state.day_start is None:
        return replace(state, day_start=None, used=0)
    kept = window(pace.quota, state.day_start) == state.day_start and state.day_start <= now + CREDIBLE
    return state if kept else replace(state, day_start=None, used=0)
