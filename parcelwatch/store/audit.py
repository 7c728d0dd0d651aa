"""The promises the database must keep, checked: what `doctor` and the self-check ask.

What belongs here: questions whose answer must be "none". Each finding is a sentence with what to do.
"""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from typing import Any, Final

from parcelwatch.store import damage
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import iso, to_ms
from parcelwatch.store.settling import GIVE_UP

OVERDUE: Final = timedelta(hours=1)
"""How late a poll, a look or a message may be before something must be wrong."""

_FILES: Final = ("", "-wal", "-shm", ".write", ".lock", ".key", ".backup")
_Finding = tuple[str, str]

# One question each: a sentence with {} for what each row holds, and the rows that break the promise.
_PROMISES: Final[tuple[_Finding, ...]] = (
    (
        "case {} ({}) was told to nobody and nothing is waiting to tell it: run `parcelwatch alerts list`",
        """SELECT id, kind FROM cases WHERE state <> 'resolved' AND told IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM alerts WHERE case_id = cases.id)""",
    ),
    (
        "alert {} has waited since {}: is a channel failing, or is the daemon not running?",
        "SELECT id, tried_at FROM alerts WHERE state = 'pending' AND tried_at < :deadline",
    ),
    (
        "alert {} was due at {} and nobody tried to send it: is the daemon running?",
        """SELECT id, due_at FROM alerts WHERE state = 'pending' AND due_at < :overdue
           AND channel NOT IN (SELECT name FROM channels WHERE down_since IS NOT NULL)""",
    ),
    (
        "alert {} waits but has no channel: configure one and run `parcelwatch alerts retry`",
        "SELECT id FROM alerts WHERE state = 'pending' AND channel = ''",
    ),
    (
        "{} parcels of {} have been due for more than an hour: is the daemon running, and does the courier answer?",
        "SELECT count(*), courier FROM parcels WHERE ask_at < :overdue GROUP BY courier",
    ),
    (
        "parcel {} should have been looked at again at {}: is the daemon running?",
        "SELECT number, assess_at FROM parcels WHERE assess_at < :overdue LIMIT 20",
    ),
)


def check(store: Store, now: datetime, *, thorough: bool = False) -> list[str]:
    """Everything that is not as promised, [] when all is well; `thorough` reads every page of the file."""
    damaged = damage.found(store.conn, thorough=thorough)
    if damaged:  # whatever else it says cannot be trusted
        return [damage.report(store.path, damaged, store.conn)]
    return [*_orphans(store), *_open_files(store), *_broken(store, now)]


def _orphans(store: Store) -> list[str]:
    return [
        f"table {row[0]} has a row that belongs to nothing ({row[2]}). {damage.remedy(store.path)}"
        for row in store.all("PRAGMA foreign_key_check")
    ]


def _open_files(store: Store) -> list[str]:
    files = (store.path.with_name(store.path.name + suffix) for suffix in _FILES)
    loose = [path for path in files if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    return [f"{path} can be read by others: chmod 600 it" for path in loose]


def _broken(store: Store, now: datetime) -> list[str]:
    limits = {"overdue": to_ms(now - OVERDUE), "deadline": to_ms(now - GIVE_UP - OVERDUE)}
    found = []
    for sentence, query in _PROMISES:
        values = {name: limit for name, limit in limits.items() if f":{name}" in query}
        found += [sentence.format(*map(_said, row)) for row in store.conn.execute(query, values).fetchall()]
    return found


def _said(value: Any) -> str:
    """Times are told from counts by their size: nothing is counted in the hundred thousands of millions."""
    return iso(value) or "" if isinstance(value, int) and value > 10**11 else str(value)
