"""Times that lie in the future and should not: what a wrong clock left behind.

What belongs here: which times may lie how far ahead. They are counted; nobody is judged by them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.health import Ahead
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import from_ms, to_ms

_SKEW: Final = timedelta(minutes=5)
_LEASE: Final = timedelta(minutes=10)
_PAUSE: Final = timedelta(hours=12)
_POLL: Final = timedelta(days=8)

# What it is called, where it stands, and how far ahead it may be.
_TIMES: Final[tuple[tuple[str, str, str, timedelta], ...]] = (
    ("parcel asked", "parcels", "asked_at", _SKEW),
    ("answer", "parcels", "confirmed_at", _SKEW),
    ("claim of a parcel", "parcels", "lease_until", _LEASE),
    ("next question", "parcels", "poll_at", _POLL),
    ("account's last answer", "accounts", "last_ok_at", _SKEW),
    ("account's pause", "accounts", "open_until", _PAUSE),
    ("claim of an alert", "alerts", "lease_until", _LEASE),
    ("try of an alert", "alerts", "tried_at", _SKEW),
    ("channel's rest", "channels", "rest_until", timedelta(hours=1)),
)


def ahead(store: Store, now: datetime) -> tuple[Ahead, ...]:
    """The kinds of them that there are. Reads every parcel once: a second for a million."""
    found = []
    for what, table, column, allowed in _TIMES:
        sql = f"SELECT count(*), max({column}) FROM {table} WHERE {column} > ?"
        count, last = store.all(sql, (to_ms(now + allowed),))[0]
        if count:
            found.append(Ahead(what, count, from_ms(last)))
    return tuple(found)
