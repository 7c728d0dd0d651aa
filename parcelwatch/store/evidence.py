"""What couriers said that we could not read: answers, kept for whoever mends the adapter, and unknown codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from parcelwatch.store.connection import Store
from parcelwatch.store.rows import iso, maybe_at, to_ms, where

NEWEST: Final = 20
"""Unreadable answers kept of each account."""

LARGEST: Final = 64 * 1024
"""Bytes kept of each."""

_PRUNE: Final = """
DELETE FROM payloads WHERE account = ?1
  AND id NOT IN (SELECT id FROM payloads WHERE account = ?1 ORDER BY id DESC LIMIT ?2)
"""
_COUNT: Final = """
INSERT INTO unknown_codes (courier, code, text, count, first_at, last_at) VALUES (?, ?, ?, 1, ?4, ?4)
ON CONFLICT DO UPDATE SET count = count + 1, last_at = max(last_at, excluded.last_at) RETURNING count
"""


def keep_payload(store: Store, account: str, body: bytes, error: str, now: datetime) -> None:
    """Keep an answer that does not fit the adapter, cut to a sane size; only the newest are kept."""
    sql = "INSERT INTO payloads (account, at, error, body) VALUES (?, ?, ?, ?)"
    store.write(sql, (account, to_ms(now), error, body[:LARGEST]))
    store.write(_PRUNE, (account, NEWEST))


def payloads(store: Store, account: str = "") -> list[dict[str, Any]]:
    """`[{account, at, error, body}]`, newest first; the body as bytes."""
    sql = "SELECT account, at, error, body FROM payloads WHERE ?1 = '' OR account = ?1 ORDER BY id DESC"
    rows = store.all(sql, (account,))
    return [{"account": account, "at": iso(at), "error": error, "body": body} for account, at, error, body in rows]


def count_unknown(store: Store, courier: str, code: str, text: str, now: datetime) -> bool:
    """Count a code, or a wording where there is no code, that means nothing to us; True the first time."""
    (count,) = store.write(_COUNT, (courier, code, text, to_ms(now))).fetchall()[0]
    return bool(count == 1)


_UNKNOWN: Final = "SELECT courier, code, text, count, first_at, last_at FROM unknown_codes"


def unknown(store: Store, courier: str = "", untold: bool = False) -> list[dict[str, Any]]:
    """`[{courier, code, text, count, first_at, last_at}]`, the most frequent first; `untold`: nobody was told yet."""
    clause, values = where({"courier = ?": courier})
    if untold:
        clause += f" {'AND' if clause else 'WHERE'} told_at IS NULL"
    rows = store.all(f"{_UNKNOWN} {clause} ORDER BY count DESC, courier, code, text", values)
    return [
        {"courier": name, "code": code, "text": text, "count": count, "first_at": iso(first), "last_at": iso(last)}
        for name, code, text, count, first, last in rows
    ]


def told_unknown(store: Store, courier: str, now: datetime) -> None:
    """The operator was told of all unknown codes of `courier` so far."""
    sql = "UPDATE unknown_codes SET told_at = ? WHERE courier = ? AND told_at IS NULL"
    store.write(sql, (to_ms(now), courier))


def last_told(store: Store, courier: str) -> datetime | None:
    """When the operator was last told of unknown codes of `courier`."""
    return maybe_at(store.value("SELECT max(told_at) FROM unknown_codes WHERE courier = ?", (courier,)))
