"""How fast one account may call: an even pace, and any number of quotas per fixed window, all at once.

What belongs here: turning a pace, what was granted before and the time now into the instants at which calls may
be made. Only arithmetic; the caller keeps the state. Calls are counted when they are granted, so a crash between
grant and call never overspends.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from parcelwatch.duration import Rate

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
MILLISECOND: Final = timedelta(milliseconds=1)

# A state further ahead than a grant can have left it was written by a clock that has since been set back.
CREDIBLE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate`: calls are spaced evenly, without bursts.

    `quotas`: calls per window of their periods; windows are counted from the epoch, so a day is a day in UTC.
    """

    rate: Rate | None = None
    quotas: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """One quota's window: which period it is of, when it began, and the calls made in it."""

    period_seconds: int
    start: datetime
    used: int


@dataclass(frozen=True, slots=True)
class PaceState:
    """What was granted so far. `next_at`: no call before this, a whole millisecond. `windows`: one per quota."""

    next_at: datetime | None = None
    windows: tuple[Window, ...] = ()


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


def spent(quota: Rate, state: PaceState, now: datetime) -> int:
    """Calls made so far in the window of this quota that holds `now`."""
    return _counted(quota, state, now).used


def _period(quota: Rate) -> timedelta:
    return timedelta(seconds=quota.period_seconds)


def _earliest(pace: Pace, state: PaceState, at: datetime, hold_until: datetime | None) -> datetime:
    """The first instant from `at` on that pace, quotas and hold all allow."""
    at = max(at, state.next_at or at, hold_until or at)
    # A window that calls were already granted in ahead of its time is the one that counts from now on.
    at = max((at, *(one.start for one in state.windows)))
    # One look is enough: waiting for one window to end can only end others as well.
    windows = ((quota, _counted(quota, state, at)) for quota in pace.quotas)
    return max((at, *(one.start + _period(quota) for quota, one in windows if one.used >= quota.count)))


def _run(pace: Pace, state: PaceState, at: datetime, end: datetime, wanted: int) -> list[datetime]:
    """Calls from `at` on, at least one, as many as pace and quotas allow before `end` within their windows."""
    for quota in pace.quotas:
        one = _counted(quota, state, at)
        end = min(end, one.start + _period(quota))
        wanted = min(wanted, quota.count - one.used)
    if pace.rate is None:
        return [at] * wanted
    gap = spacing(pace.rate)
    return [at + gap * turn for turn in range(min(wanted, -((at - end) // gap)))]


def _take(pace: Pace, state: PaceState, run: list[datetime]) -> PaceState:
    """The state once the calls of one run are made."""
    next_at = run[-1] + spacing(pace.rate) if pace.rate else state.next_at
    counted = (_counted(quota, state, run[0]) for quota in pace.quotas)
    return PaceState(next_at, tuple(replace(one, used=one.used + len(run)) for one in counted))


def _counted(quota: Rate, state: PaceState, at: datetime) -> Window:
    """The window a call at `at` counts in, and what is used of it. One already begun ahead of us stays the one."""
    start = window(quota, at)
    kept = next((one for one in state.windows if one.period_seconds == quota.period_seconds), None)
    return kept if kept and kept.start >= start else Window(quota.period_seconds, start, 0)


def _whole(state: PaceState) -> PaceState:
    """`next_at` rounded up to what the store keeps, so that keeping it never makes the pace faster."""
    if state.next_at is None:
        return state
    return replace(state, next_at=state.next_at + (EPOCH - state.next_at) % MILLISECOND)


def _credible(pace: Pace, state: PaceState, now: datetime) -> PaceState:
    """The state without what only a clock set back, or a pace since made faster, can explain.

    A window changed with the quota's period starts over; so does one that has not begun yet. A time that no grant can
    have left is forgotten: held to anything, it would hold for as long as nothing is granted.
    """
    if state.next_at is not None and state.next_at > now + CREDIBLE + (
        spacing(pace.rate) if pace.rate else timedelta()
    ):
        state = replace(state, next_at=None)
    return replace(state, windows=tuple(one for one in state.windows if _kept(pace, one, now)))


def _kept(pace: Pace, one: Window, now: datetime) -> bool:
    quota = next((quota for quota in pace.quotas if quota.period_seconds == one.period_seconds), None)
    return quota is not None and window(quota, one.start) == one.start <= now + CREDIBLE
