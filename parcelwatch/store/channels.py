"""How each channel fares: its pace, its rests, and whether others were told that it is down.

What belongs here: keeping the states core.messaging.channels and core.service.pacing compute.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from parcelwatch.core.messaging.channels import ChannelState, tried_anew
from parcelwatch.core.service.pacing import PaceState, Window
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, from_ms, maybe_at, maybe_ms, to_ms
from parcelwatch.store.rows import load as undump

_COLUMNS: Final = """failures, failing_since, down_since, rest_until, hold_until, asked, told_down_at, last_error,
  next_at, windows"""
_LOAD: Final = f"SELECT {_COLUMNS} FROM channels WHERE name = ?"
_SAVE: Final = f"INSERT OR REPLACE INTO channels (name, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

Known = tuple[ChannelState, PaceState]


def load(store: Store, name: str) -> Known:
    """The state of a channel and of its pace; those of a new one if it was never saved."""
    row = store.one(_LOAD, (name,))
    if row is None:
        return ChannelState(), PaceState()
    failures, failing, down, rest, hold, asked, told, error, next_at, windows = row
    state = ChannelState(
        failures=failures,
        failing_since=maybe_at(failing),
        down_since=maybe_at(down),
        rest_until=maybe_at(rest),
        hold_until=maybe_at(hold),
        asked=bool(asked),
        told_down_at=maybe_at(told),
        last_error=error,
    )
    spends = tuple(Window(period, from_ms(start), used) for period, start, used in undump(windows))
    return state, PaceState(maybe_at(next_at), spends)


def load_all(store: Store, names: Collection[str]) -> dict[str, Known]:
    """All of these."""
    return {name: load(store, name) for name in names}


def save(store: Store, name: str, state: ChannelState, pace: PaceState) -> None:
    """Keep both."""
    values = (
        name,
        state.failures,
        maybe_ms(state.failing_since),
        maybe_ms(state.down_since),
        maybe_ms(state.rest_until),
        maybe_ms(state.hold_until),
        int(state.asked),
        maybe_ms(state.told_down_at),
        state.last_error,
        maybe_ms(pace.next_at),
        dump([(one.period_seconds, to_ms(one.start), one.used) for one in pace.windows]),
    )
    store.write(_SAVE, values)


def try_anew(store: Store, names: Collection[str]) -> None:
    """Somebody may have mended these: they are tried again at once, but for what their services asked for."""
    for name in names:
        state, pace = load(store, name)
        if state != (anew := tried_anew(state)):
            save(store, name, anew, pace)


def forget_others(store: Store, names: Collection[str]) -> None:
    """Channels that are configured no more have no state."""
    for (name,) in store.all("SELECT name FROM channels"):
        if name not in names:
            store.write("DELETE FROM channels WHERE name = ?", (name,))
