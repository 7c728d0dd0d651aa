"""What became of a send: sent, dead, or to be tried again.

What belongs here: how a claim of the outbox ends, and how long a message waits for its next attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from zlib import crc32

from parcelwatch.store.connection import Store
from parcelwatch.store.rows import from_ms, to_ms

# Longer than its channel rests after it failed, so that another message is tried before it: it may be its own fault.
FIRST_BACKOFF: Final = timedelta(seconds=10)
LONGEST_BACKOFF: Final = timedelta(minutes=20)
GIVE_UP: Final = timedelta(hours=24)
"""Counted from the first attempt: what waited for a daemon that was down still gets its day."""

FIRST_DOUBT: Final = timedelta(hours=2)
LONGEST_DOUBT: Final = timedelta(hours=8)

DOUBTED: Final = "no answer came, twice or more: it counts as delivered"
"""The outcome of what was sent to a service that never said whether it took it."""


IN_PART: Final = "a part of it arrived: it counts as delivered"
"""The outcome of what was over before the rest of its message arrived."""


class Setback(Enum):
    """Why a message is sent again: it failed; it may have arrived; or it waits in its place, for all the channel."""

    FAILED = auto()
    DOUBTED = auto()
    WAITS = auto()


_SENT: Final = """
UPDATE alerts SET state = 'sent', sent_at = ?, outcome = ?, reason = '', due_at = NULL, lease_until = NULL WHERE id = ?
"""
_AGAIN: Final = "UPDATE alerts SET lease_until = NULL, error = ?, due_at = ?, doubts = doubts + ? WHERE id = ?"
# A pending message with a reason became moot while it was on its way.
_MOOT: Final = "SELECT id FROM alerts WHERE id = ? AND state = 'pending' AND reason <> ''"
_MOOTED: Final = "UPDATE alerts SET state = 'suppressed', due_at = NULL, lease_until = NULL, error = ? WHERE id = ?"
_HAD: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL, lease_until = NULL, error = ? WHERE id = ?
"""
_DEAD: Final = "UPDATE alerts SET state = 'dead', due_at = NULL, lease_until = NULL, error = ?, reason = ? WHERE id = ?"


_DELIVERED: Final = (
    # That a trouble is over crowds out nothing that is grave. What is told again did not pass, so the hour counts it.
    "INSERT INTO deliveries (channel, severity, at, digest) SELECT channel, CASE WHEN for_draft = 2 THEN 'low' "
    "WHEN severity = 'critical' AND why IN ('withdrawn', 'repeated') THEN 'high' ELSE severity END, ?, "
    "digest IS NOT NULL FROM alerts WHERE id = ?"
)
_KEPT: Final = timedelta(days=1)


def settle_sent(store: Store, ids: Sequence[int], now: datetime, outcome: str = "") -> None:
    """The channel took them, as one message; the worst comes first."""
    store.write_many(_SENT, [(to_ms(now), outcome, one) for one in ids])
    store.write_many(_DELIVERED, [(to_ms(now), one) for one in ids[:1]])
    store.write("DELETE FROM deliveries WHERE at < ?", (to_ms(now - _KEPT),))


# Should another channel have it, or the trouble have come again since and agents been told of that, they know.
_UNTOLD: Final = """
SELECT parcel_id, kind FROM alerts a
WHERE id = ? AND state = 'suppressed' AND NOT for_draft
  AND why NOT IN ('escalated', 'reraised', 'promised', 'unfulfilled', 'claim_due', 'claim_missed') AND NOT EXISTS (
  SELECT 1 FROM alerts other WHERE other.case_id = a.case_id AND NOT other.for_draft AND (
    other.notice > a.notice AND other.state <> 'suppressed'
    OR other.notice = a.notice AND other.state IN ('sent', 'pending')))
"""


def moot(store: Store, ids: Sequence[int]) -> list[int]:
    """Those of them whose trouble was over while they were on their way."""
    return [one for one in ids if store.one(_MOOT, (one,))]


def doubted(store: Store, ids: Sequence[int], setback: Setback = Setback.FAILED) -> list[int]:
    """Those of them that count as delivered for want of answers, with what has just befallen them."""
    now = int(setback is Setback.DOUBTED)
    return [one for one in ids if store.value("SELECT doubts FROM alerts WHERE id = ?", (one,)) + now > 1]


def settle_moot(store: Store, ids: Sequence[int], error: str) -> list[tuple[int, str]]:
    """They did not arrive and no longer hold: not tried again. The parcels and kinds of which nobody was told."""
    store.write_many(_MOOTED, [(error, one) for one in ids])
    return [(parcel_id, kind) for one in ids for parcel_id, kind in store.all(_UNTOLD, (one,)) if parcel_id is not None]


def settle_had(store: Store, ids: Sequence[int], error: str, channel: str) -> None:
    """Their channel will never take them, and need not: another has them."""
    store.write_many(_HAD, [(f"{channel} has it", error, one) for one in ids])


def settle_failed(
    store: Store,
    ids: Sequence[int],
    now: datetime,
    error: str,
    setback: Setback = Setback.FAILED,
    *,
    down: bool = False,
) -> None:
    """The channel did not take them, or nobody knows: all of one group again together, as the setback says.

    A day after the first attempt they are given up; not where the channel is `down`, which is none of their fault.
    """
    row = store.one("SELECT attempts, tried_at, doubts FROM alerts WHERE id = ?", (ids[0],)) if ids else None
    if row is None:
        return
    attempts, tried, doubts = row
    tried_at = from_ms(tried)
    again = tried_at if setback is Setback.WAITS else now + _pause(ids[0], attempts, doubts, setback)
    doubted = int(setback is Setback.DOUBTED)
    if (not down or doubts + doubted > 1) and max(now, again if doubted else now) - tried_at >= GIVE_UP:
        _give_up(store, ids, now, error, doubts + doubted)
        return
    store.write_many(_AGAIN, [(error, to_ms(again), doubted, one) for one in ids])


def overdue(store: Store, ids: Sequence[int], now: datetime) -> bool:
    """Whether they were first tried a day ago, and none of them counts as delivered."""
    row = store.one("SELECT tried_at, doubts FROM alerts WHERE id = ?", (ids[0],)) if ids else None
    return row is not None and now - from_ms(row[0]) >= GIVE_UP and row[1] <= 1


def _give_up(store: Store, ids: Sequence[int], now: datetime, error: str, doubts: int) -> None:
    if doubts > 1:
        settle_sent(store, ids, now, DOUBTED)
    else:
        settle_dead(store, ids, error, "not delivered within a day")


def _pause(alert_id: int, attempts: int, doubts: int, setback: Setback) -> timedelta:
    """How long to wait; after a second answer that never came it counts as delivered, and hours go by."""
    if setback is Setback.DOUBTED and doubts:
        return min(FIRST_DOUBT * (1 << min(doubts - 1, 12)), LONGEST_DOUBT)
    return backoff(alert_id, attempts)


_AT_ONCE: Final = """
UPDATE alerts SET due_at = tried_at WHERE state = 'pending' AND channel = ? AND attempts > 0 AND tried_at IS NOT NULL
  AND lease_until IS NULL AND doubts = 0 AND attempts <= ?
"""


def hasten(store: Store, channel: str, failures: int) -> None:
    """The channel works again after so many failures in a row, which were not its messages' fault: all are due.

    What failed oftener did so while the channel took others: that is its own fault, and it waits as before.
    """
    store.write(_AT_ONCE, (channel, failures))


def settle_dead(store: Store, ids: Sequence[int], error: str, reason: str = "the channel refuses it") -> None:
    """The channel will never take them: shown, not tried again unless an agent says so."""
    store.write_many(_DEAD, [(error, reason, one) for one in ids])


def backoff(alert_id: int, attempts: int) -> timedelta:
    """How long to wait after so many attempts; between 3/4 and all of the full step, by a hash."""
    full = min(FIRST_BACKOFF * (1 << min(max(attempts - 1, 0), 12)), LONGEST_BACKOFF)
    return full * (1 - crc32(f"{alert_id} {attempts}".encode()) % 1000 / 4000)
