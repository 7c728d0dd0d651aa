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
_Finding = tuple[str, str, str]

# One question each: its name, a sentence with {} for what each row holds, and the rows that break the promise.
_PROMISES: Final[tuple[_Finding, ...]] = (
    (
        "untold",
        "case {} ({}) was told to nobody and nothing is waiting to tell it: run `parcelwatch alerts list`",
        """SELECT id, kind FROM cases WHERE state <> 'resolved' AND told IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM alerts WHERE case_id = cases.id)""",
    ),
    (
        "undelivered",
        "alert {} has waited since {}: is a channel failing, or is the daemon not running?",
        "SELECT id, tried_at FROM alerts WHERE state = 'pending' AND tried_at < :deadline",
    ),
    (
        "untried",
        "alert {} was due at {} and nobody tried to send it: is the daemon running?",
        """SELECT id, due_at FROM alerts WHERE state = 'pending' AND due_at < :overdue
           AND channel NOT IN (SELECT name FROM channels WHERE down_since IS NOT NULL)""",
    ),
    (
        "no_channel",
        "alert {} waits but has no channel: configure one and run `parcelwatch alerts retry`",
        "SELECT id FROM alerts WHERE state = 'pending' AND channel = ''",
    ),
    (
        "unasked",
        "{} parcels of {} have been due for more than an hour: is the daemon running, and does the courier answer?",
        "SELECT count(*), courier FROM parcels WHERE ask_at < :overdue GROUP BY courier",
    ),
    (
        "unlooked",
        "parcel {} should have been looked at again at {}: is the daemon running?",
        "SELECT number, assess_at FROM parcels WHERE assess_at < :overdue LIMIT 20",
    ),
)


def check(store: Store, now: datetime, *, thorough: bool = False) -> list[str]:
    """Everything that is not as promised, [] when all is well; `thorough` reads every page of the file."""
    if found := damaged(store, thorough=thorough):
        return found
    return [*unsound(store), *(one for each in broken(store, now).values() for one in each)]


def damaged(store: Store, *, thorough: bool = False) -> list[str]:
    """That it is damaged, in which case whatever else it says cannot be trusted; [] where it is not."""
    found = damage.found(store.conn, thorough=thorough)
    return [damage.report(store.path, found, store.conn)] if found else []


def unsound(store: Store) -> list[str]:
    """What is wrong with its files, whatever is in them."""
    return [*_orphans(store), *_open_files(store)]


def _orphans(store: Store) -> list[str]:
    return [
        f"table {row[0]} has a row that belongs to nothing ({row[2]}). {damage.remedy(store.path)}"
        for row in store.all("PRAGMA foreign_key_check")
    ]


def _open_files(store: Store) -> list[str]:
    files = (store.path.with_name(store.path.name + suffix) for suffix in _FILES)
    loose = [path for path in files if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    return [f"{path} can be read by others: chmod 600 it" for path in loose]


def broken(store: Store, now: datetime) -> dict[str, tuple[str, ...]]:
    """The promises that do not hold, by name."""
    limits = {"overdue": to_ms(now - OVERDUE), "deadline": to_ms(now - GIVE_UP - OVERDUE)}
    found = {}
    for name, sentence, query in _PROMISES:
        values = {limit: at for limit, at in limits.items() if f":{limit}" in query}
        if rows := store.conn.execute(query, values).fetchall():
            found[name] = tuple(sentence.format(*map(_said, row)) for row in rows)
    return found


def _said(value: Any) -> str:
    """Times are told from counts by their size: nothing is counted in the hundred thousands of millions."""
    return iso(value) or "" if isinstance(value, int) and value > 10**11 else str(value)
