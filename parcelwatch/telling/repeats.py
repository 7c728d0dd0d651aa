"""Cases that agents were told of and nobody took are told again, ever more rarely, and then left to the lists.

What belongs here: from the outbox's own record to new messages. How long each waits is core.messaging.timing's.
"""

from __future__ import annotations

from datetime import datetime

from parcelwatch.core.messaging.timing import repeat_at
from parcelwatch.core.policy import Policy
from parcelwatch.notices import tell_again
from parcelwatch.store import Store, alerts


def repeat(store: Store, policy: Policy, now: datetime) -> int:
    """Enqueue what is to be told again; the caller holds the transaction. How many cases."""
    if policy.timing.repeat is None:
        return 0
    told = 0
    for parcel_id, kind, at, times in alerts.untaken(store):
        due_at = repeat_at(at, times, policy.timing.repeat)
        if due_at is not None and due_at <= now:
            told += tell_again(store, parcel_id, kind, policy, now)
    return told
