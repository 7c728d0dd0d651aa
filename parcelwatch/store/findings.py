"""What the self-check found and told operators of, until it is over.

What belongs here: what was told, by the name of the matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from parcelwatch.store.connection import Store
from parcelwatch.store.rows import to_ms


def known(store: Store) -> dict[str, str]:
    """What stands, with the words it was told in."""
    return dict(store.all("SELECT key, text FROM findings ORDER BY since, key"))


def began(store: Store, news: Mapping[str, str], now: datetime) -> None:
    """These are told; the caller holds the transaction."""
    rows = [(key, to_ms(now), text) for key, text in news.items()]
    store.write_many("INSERT INTO findings (key, since, text) VALUES (?, ?, ?)", rows)


def ended(store: Store, keys: Collection[str]) -> None:
    """These are over; the caller holds the transaction."""
    store.write_many("DELETE FROM findings WHERE key = ?", [(key,) for key in keys])
