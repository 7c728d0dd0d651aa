"""Couriers' pushes, kept as they came before anybody reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from parcelwatch.store.connection import Store
from parcelwatch.store.rows import Received, dump, from_ms, load, to_ms

_KEEP: Final = """
INSERT INTO inbox (account, received_at, headers, body, digest) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account, digest) DO NOTHING
"""
_NEXT: Final = "SELECT id, account, received_at, headers, body FROM inbox WHERE done_at IS NULL ORDER BY id LIMIT ?"


def keep(
    store: Store,
    account: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    digest_of: bytes | None = None,
) -> bool:
    """Keep a push; False if the very same one was kept before: the same body, or the same `digest_of`."""
    digest = hashlib.sha256(body if digest_of is None else digest_of).hexdigest()
    values = (account, to_ms(now), dump(dict(headers)), body, digest)
    return store.write(_KEEP, values).rowcount > 0


def unread(store: Store, limit: int) -> list[Received]:
    """Pushes nobody has read yet, in the order they came."""
    rows = store.all(_NEXT, (limit,))
    return [Received(key, account, from_ms(at), load(headers), body) for key, account, at, headers, body in rows]


def done(store: Store, push_id: int, now: datetime, error: str = "") -> None:
    """It was read, or cannot be: `error` says why."""
    store.write("UPDATE inbox SET done_at = ?, error = ? WHERE id = ?", (to_ms(now), error, push_id))


def purge(store: Store, before: datetime) -> int:
    """Drop pushes read before then; how many."""
    return store.write("DELETE FROM inbox WHERE done_at < ?", (to_ms(before),)).rowcount
