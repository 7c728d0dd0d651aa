"""What follows when a channel is down: others are told, once, and what is grave takes another way.

What belongs here: from the channels' states to the outbox. When a channel is down is core.messaging.channels'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from parcelwatch.core.messaging.channels import ChannelState, lasting, news, shut, way_round
from parcelwatch.model import Fact, Form, Severity, Why
from parcelwatch.store import Store, alerts, channels, outbox
from parcelwatch.store import ways as taken
from parcelwatch.store.channels import Known
from parcelwatch.store.rows import NewAlert

DOWN: Final = "channel_down"
_BACK: Final = "the channel works again"


@dataclass(frozen=True, slots=True)
class Ways:
    """Every channel, in the configuration's order, and the fall-backs it names."""

    channels: tuple[str, ...] = ()
    fallbacks: Mapping[str, str] = field(default_factory=dict)

    def round(self, name: str, down: Collection[str]) -> str:
        """The channel that takes what this one cannot; "" for none."""
        return way_round(name, self.fallbacks, self.channels, down)


def keep(store: Store, known: Mapping[str, Known], ways: Ways, now: datetime) -> None:
    """Tell of channels that went down or came back, and send what waits for a closed one another way."""
    down = {name for name, (state, _) in known.items() if state.down_since}
    told = [name for name, (state, _) in known.items() if _tellable(name, state, ways, down)]
    moved = list(_moved(store, known, ways, down, now))
    if not told and not moved:
        return
    with store.transaction():
        for name in told:
            state, pace = known[name]
            channels.save(store, name, _tell(store, name, state, ways, down, now), pace)
        for ids, channel in moved:
            taken.divert(store, ids, channel, now)


class Detour(NamedTuple):
    """Where what a channel refuses goes: `moved` over `channel`, "" while none works; `had` that channel has anyhow."""

    channel: str = ""
    moved: tuple[int, ...] = ()
    had: tuple[int, ...] = ()


def refused(store: Store, ids: Sequence[int], name: str, severity: Severity, ways: Ways) -> Detour:
    """Which other way a message goes that its channel refuses.

    Only a grave one does, but where its channel is no more: then nobody refused it.
    """
    if severity.rank < Severity.HIGH.rank and name in ways.channels:
        return Detour()
    return untaken(store, ids, name, ways)


def untaken(store: Store, ids: Sequence[int], name: str, ways: Ways) -> Detour:
    """Which other way a message goes that its channel does not take; what went another way before goes no third."""
    if not ways.round(name, ()):
        return Detour()
    known = channels.load_all(store, ways.channels)
    channel = ways.round(name, {name for name, (state, _) in known.items() if state.down_since})
    had = taken.had(store, ids, channel)
    stays = {*had, *taken.diverted(store, ids)}
    return Detour(channel, tuple(one for one in ids if one not in stays), tuple(had))


def _moved(
    store: Store, known: Mapping[str, Known], ways: Ways, down: Collection[str], now: datetime
) -> Iterator[tuple[list[int], str]]:
    for name, (state, _) in known.items():
        channel = ways.round(name, down) if shut(state, now) else ""
        if channel and (ids := taken.to_divert(store, name, DOWN, channel, mild=lasting(state, now))):
            yield ids, channel


# --- telling -------------------------------------------------------------------------------------


def _tellable(name: str, state: ChannelState, ways: Ways, down: Collection[str]) -> bool:
    """Whether there is news of it, and somebody who can hear it."""
    why = news(state)
    return why is Why.RECOVERED or (why is not None and bool(_others(name, ways, down)))


def _others(name: str, ways: Ways, down: Collection[str]) -> list[str]:
    return [other for other in ways.channels if other != name and other not in down]


def _tell(
    store: Store, name: str, state: ChannelState, ways: Ways, down: Collection[str], now: datetime
) -> ChannelState:
    """Enqueue what others are to hear of it; its state afterwards."""
    if state.told_down_at is not None:
        told = taken.told_of(store, DOWN, name, state.told_down_at)
        taken.unsay(store, DOWN, name, _BACK)
        back = Fact(Form.CHANNEL_BACK, since=state.told_down_at)
        _enqueue(store, name, [one for one in told if one in ways.channels], Why.RECOVERED, back, now)
        return replace(state, told_down_at=None)
    fact = Fact(
        Form.CHANNEL_DOWN,
        since=state.down_since,
        count=alerts.count_waiting(store, name),
        kind=ways.round(name, down),
        reason=state.last_error,
    )
    _enqueue(store, name, _others(name, ways, down), Why.SILENT, fact, now)
    return replace(state, told_down_at=now)


def _enqueue(store: Store, name: str, to: Collection[str], why: Why, fact: Fact, now: datetime) -> None:
    for channel in to:
        alert = NewAlert(kind=DOWN, channel=channel, severity=Severity.OPERATOR, why=why, fact=fact, account=name)
        outbox.enqueue(store, alert, now)
