"""Calls that named an Idempotency-Key, with the answer each got, so that the same call again gets it too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, load, to_ms


def answer(store: Store, token: str, key: str, since: datetime) -> tuple[str, Any] | None:
    """The fingerprint and the answer of the call made under a key since then, None where there was none."""
    row = store.one("SELECT fingerprint, answer, at FROM posted WHERE token = ? AND key = ?", (token, key))
    return None if row is None or row[2] < to_ms(since) else (row[0], load(row[1]))


def keep(store: Store, token: str, key: str, fingerprint: str, answer: object, now: datetime) -> None:
    """Keep the answer to a call; an older one under the same key is over."""
    sql = """INSERT INTO posted (token, key, fingerprint, answer, at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (token, key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer,
        at = excluded.at"""
    store.write(sql, (token, key, fingerprint, dump(answer), to_ms(now)))


def purge(store: Store, before: datetime) -> int:
    """Drop answers to calls made before then; how many."""
    return store.write("DELETE FROM posted WHERE at < ?", (to_ms(before),)).rowcount
