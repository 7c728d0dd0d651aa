"""What becomes of a message once a channel was asked to take it.

What belongs here: taking down that it arrived, goes again later or another way, or never will, and how the channel
fares after that. One transaction each, on the store's thread.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.messaging import channels as rules
from parcelwatch.core.messaging.channels import ChannelState
from parcelwatch.core.messaging.messages import Group
from parcelwatch.core.policy import Policy
from parcelwatch.errors import ChannelBusy, ChannelRefused, DeliveryFailed, DeliveryRefused, DeliveryUnknown
from parcelwatch.ingest import undelivered
from parcelwatch.notices import over_meanwhile
from parcelwatch.store import Store, alerts, channels, outbox, settling
from parcelwatch.store import ways as taken
from parcelwatch.store.settling import Setback
from parcelwatch.telling import detours
from parcelwatch.telling.detours import Ways

LEASE: Final = timedelta(minutes=2)


def settle(
    store: Store, group: Group, error: Exception | None, policy: Policy, now: datetime, ways: Ways | None = None
) -> None:
    """What became of a group, or of the part it had got to: sent, again later, another way, or dead and shown."""
    with store.transaction():
        state, pace = channels.load(store, group.channel)
        before, state = state, _fares(state, error, now, group.channel)
        channels.save(store, group.channel, state, pace)
        if error is None and before.failures > 1:
            settling.hasten(store, group.channel, before.failures)
        if error is None:
            _arrived(store, group, now)
        elif isinstance(error, DeliveryRefused) and not isinstance(error, ChannelRefused):
            _refused(store, group, error, policy, ways or Ways(), now)
        else:
            left = _without_moot(store, group, error, policy, now)
            left = _another_way(store, left, group, str(error), ways or Ways(), now)
            down = state.down_since is not None
            settling.settle_failed(store, left, now, str(error), _setback(error), down=down)


def _another_way(store: Store, ids: list[int], group: Group, error: str, ways: Ways, now: datetime) -> list[int]:
    """What its channel did not take for a day goes over another that works, however mild it is; what does not."""
    if group.kind == detours.DOWN or not settling.overdue(store, ids, now):
        return ids
    channel, moved, had = detours.untaken(store, ids, group.channel, ways)
    if not channel:
        return ids
    taken.note_arrived(store, had)
    settling.settle_had(store, had, error, channel)
    taken.divert(store, moved, channel, now)
    return [one for one in ids if one not in {*moved, *had}]


def _arrived(store: Store, group: Group, now: datetime) -> None:
    part = group.arrived + 1
    outbox.part_arrived(store, group, part, now)
    if part < len(group.said):
        outbox.renew(store, group.ids, now + LEASE)
    else:
        late = alerts.told_late(store, group.ids)
        settling.settle_sent(store, group.ids, now)
        over_meanwhile(store, late, now)


def _without_moot(store: Store, group: Group, error: Exception, policy: Policy, now: datetime) -> list[int]:
    """What still holds of a group that failed. What was over meanwhile is told to nobody, or to whoever may have it."""
    moot = settling.moot(store, group.ids)
    had = moot if group.arrived else settling.doubted(store, moot, _setback(error))
    late = alerts.told_late(store, had)
    settling.settle_sent(store, had, now, settling.IN_PART if group.arrived else settling.DOUBTED)
    over_meanwhile(store, late, now)
    untold = settling.settle_moot(store, [one for one in moot if one not in had], str(error))
    undelivered(store, untold, policy, now)
    return [one for one in group.ids if one not in moot]


def _refused(
    store: Store,
    group: Group,
    error: Exception,
    policy: Policy,
    ways: Ways,
    now: datetime,
    reason: str = "the channel refuses it",
) -> None:
    """The channel will never take this message; where it is grave, another may, now or once it works again."""
    left = _without_moot(store, group, error, policy, now)
    channel, moved, had = detours.refused(store, left, group.channel, group.severity, ways)
    dead = [one for one in left if one not in {*moved, *had}]
    taken.note_arrived(store, [*had, *dead])
    settling.settle_had(store, had, str(error), channel)
    if channel:
        taken.divert(store, moved, channel, now)
    else:
        settling.settle_failed(store, moved, now, str(error))
    settling.settle_dead(store, dead, str(error), reason)


def _fares(state: ChannelState, error: Exception | None, now: datetime, name: str) -> ChannelState:
    """How the channel fares after that. One that dislikes a text is well."""
    said = str(error).removeprefix(f"{name}: ")
    match error:
        case None:
            return rules.took(state)
        case ChannelRefused():
            return rules.closed(state, now, said)
        case ChannelBusy(retry_after=timedelta() as wait):
            return rules.busy(state, now, said, wait)
        case DeliveryFailed():
            return rules.failed(state, now, said, error.retry_after)
    return state


def _setback(error: Exception) -> Setback:
    """What the channel says of all messages alike costs none its place."""
    if isinstance(error, DeliveryUnknown):
        return Setback.DOUBTED
    everybody = isinstance(error, ChannelRefused) or (isinstance(error, DeliveryFailed) and error.retry_after)
    return Setback.WAITS if everybody else Setback.FAILED


def nowhere(store: Store, group: Group, policy: Policy, ways: Ways, now: datetime) -> None:
    """What becomes of a group whose channel the configuration has no more."""
    reason = f"there is no channel {group.channel!r} in the configuration any more"
    with store.transaction():
        _refused(store, group, DeliveryRefused(reason), policy, ways, now, reason)
