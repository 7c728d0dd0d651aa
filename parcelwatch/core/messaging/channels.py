"""How a channel fares: when it may be sent to again, when it counts as down, and where its grave messages go then.

What belongs here: the decisions; the caller keeps the state and tells people. A rest is our own, after a failure that
may pass; a hold is for all messages alike: the service asked for it, or nothing gets through until somebody mends it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.model import Why

FIRST_REST: Final = timedelta(seconds=5)
LONGEST_REST: Final = timedelta(minutes=15)
FIRST_HOLD: Final = timedelta(minutes=5)
LONGEST_HOLD: Final = timedelta(hours=1)

DOWN_AFTER: Final = timedelta(minutes=15)
"""A channel that failed for so long, and at least this often, is down; so is one that asks to be let alone longer."""
LEAST_FAILURES: Final = 4

LASTING: Final = timedelta(days=1)
"""Down for so long, it is not waited for any more, whatever waits."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How one channel fares. `failures`: in a row, since `failing_since`.

    `rest_until`, `hold_until`: see above; `asked`: the service asked for that hold. `down_since`: it takes nothing, and
    since when. `told_down_at`: when others were told so, None while there is nothing to take back.
    """

    failures: int = 0
    failing_since: datetime | None = None
    down_since: datetime | None = None
    rest_until: datetime | None = None
    hold_until: datetime | None = None
    asked: bool = False
    told_down_at: datetime | None = None
    last_error: str = ""


def took(state: ChannelState) -> ChannelState:
    """It took a message: all is well."""
    return ChannelState(told_down_at=state.told_down_at)


def failed(state: ChannelState, now: datetime, error: str, wait: timedelta | None = None) -> ChannelState:
    """It did not take a message, and may take it later; `wait`: what it asked for."""
    state = _failing(state, now, error)
    rest = min(FIRST_REST * (1 << min(state.failures - 1, 12)), LONGEST_REST)
    state = replace(state, rest_until=now + rest)
    return _judged(replace(state, hold_until=now + wait, asked=True) if wait else state, now)


def busy(state: ChannelState, now: datetime, error: str, wait: timedelta) -> ChannelState:
    """Messages came too fast for it: not before it said."""
    return _judged(replace(_failing(state, now, error), hold_until=now + wait, asked=True), now)


def closed(state: ChannelState, now: datetime, error: str) -> ChannelState:
    """Nothing gets through until somebody mends it; it is tried now and then whether somebody did."""
    state = _failing(state, now, error)
    hold = min(FIRST_HOLD * (1 << min(state.failures - 1, 12)), LONGEST_HOLD)
    return replace(state, down_since=state.down_since or state.failing_since, hold_until=now + hold, asked=False)


def tried_anew(state: ChannelState) -> ChannelState:
    """Somebody may have mended it: no rest, and no hold but what the service asked for."""
    state = replace(state, rest_until=None)
    return state if state.asked else replace(state, hold_until=None)


def ready_at(state: ChannelState, *, insist: bool = False) -> datetime | None:
    """When it may be sent to again; None at once. `insist`: whatever its rest."""
    times = (state.hold_until, None if insist else state.rest_until)
    return max((at for at in times if at), default=None)


def shut(state: ChannelState, now: datetime) -> bool:
    """It is down and not about to be tried: what is grave goes another way."""
    at = ready_at(state)
    return state.down_since is not None and at is not None and at > now


def lasting(state: ChannelState, now: datetime) -> bool:
    """It has been down for so long that what is mild need not wait for it either."""
    return state.down_since is not None and now - state.down_since >= LASTING


def news(state: ChannelState) -> Why | None:
    """What others are to be told: SILENT once it is down, RECOVERED once it works again."""
    if state.down_since is not None:
        return Why.SILENT if state.told_down_at is None else None
    return Why.RECOVERED if state.told_down_at is not None else None


def way_round(name: str, wanted: Mapping[str, str], channels: Collection[str], down: Collection[str]) -> str:
    """The channel that takes what this one cannot: the one configured, else the first other that works, else ""."""
    others = [other for other in (wanted.get(name, ""), *channels) if other in channels and other != name]
    return next((other for other in others if other not in down), "")


def _failing(state: ChannelState, now: datetime, error: str) -> ChannelState:
    since = state.failing_since or now
    return replace(state, failures=state.failures + 1, failing_since=since, last_error=error)


def _judged(state: ChannelState, now: datetime) -> ChannelState:
    """Down or not, after a failure at `now`."""
    since = state.failing_since or now
    long = state.failures >= LEAST_FAILURES and now - since >= DOWN_AFTER
    away = state.hold_until is not None and state.hold_until - now > DOWN_AFTER
    return replace(state, down_since=state.down_since or (since if long or away else None))
