"""Times that lie ahead and cannot be, left by a clock that was ahead: found, named, and brought back.

What belongs here: from the tables to core.service.moments, and back. Which times those are is decided there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from parcelwatch.core.service.moments import SLACK, TIMES, Times, impossible
from parcelwatch.core.timekeeping.jumps import plausible
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import from_ms, maybe_at, to_ms

# What is written as things happen; its last rows tell whether the clock has been set back since.
_NEWEST: Final = ("alerts", "case_events", "draft_events", "history", "imports", "inbox", "parcels")
_FEW: Final = 200
_STANDING: Final = ("accounts", "channels")
_EVENTS: Final = "case_events"

BATCH: Final = 2_000
"""Rows that are brought back in one transaction: others wait for less than a second."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Rows of one table with impossible times, and the furthest of these."""

    table: str
    rows: int
    until: datetime


def furthest(store: Store, now: datetime) -> datetime | None:
    """The furthest impossible time among what was written last; None when there is none. Costs next to nothing."""
    times = [at for table in (*_STANDING, *_NEWEST) for at in _last(store, table, to_ms(now + SLACK))]
    return from_ms(max(times)) if times else None


def latest(store: Store) -> datetime | None:
    """The latest time among what was written last; None where nothing was. Costs next to nothing."""
    times = [at for table in (*_STANDING, *_NEWEST) for at in _last(store, table, 0)]
    return from_ms(max(times)) if times else None


def _last(store: Store, table: str, limit: int) -> Iterator[int]:
    newest = "" if table in _STANDING else f" ORDER BY rowid DESC LIMIT {_FEW}"
    names = ", ".join(TIMES[table].happened)
    for row in store.all(f"SELECT {names} FROM {table}{newest}"):
        yield from (at for at in row if at is not None and at > limit)


def remaining(store: Store, now: datetime) -> list[Ahead]:
    """Every table with impossible times. Reads them all."""
    if not plausible(now):
        return []
    found = []
    for table, times in TIMES.items():
        rows = [at for _, row, wrong in _wrong(store, table, times, now) for name in wrong if (at := row.get(name))]
        if rows:
            found.append(Ahead(table, len(rows), max(rows)))
    return found


def findings(store: Store, now: datetime) -> Iterator[str]:
    """What `doctor` says of them, a sentence for each table."""
    for one in remaining(store, now):
        until = one.until.isoformat(timespec="minutes")
        yield (
            f"{one.rows} rows of the table {one.table} have times ahead that cannot be, the last {until}: the clock "
            "was set back since. A running daemon brings them back within minutes; so does `parcelwatch once`"
        )


def mend(store: Store, now: datetime, most: int = BATCH) -> int:
    """Bring back at most `most` rows; the caller holds the transaction.

    How many rows; 0 when none is left. A clock that cannot be right mends nothing.
    """
    if not plausible(now):
        return 0
    mended = _mend_events(store, now)
    for table, times in _IN_ORDER:
        if mended < most:
            mended += _mend_table(store, table, times, now, most - mended)
    return mended


def plan_anew(store: Store, now: datetime) -> None:
    """The clock was set back: what waits by it is looked at now, and days to come are undone.

    The caller holds the transaction.
    """
    for sql in _ANEW:
        store.write(sql, (to_ms(now),))
    for sql in _UNDONE:
        store.write(sql, ((now + timedelta(days=1)).date().isoformat(),))


_ANEW: Final = (
    # How long these are held is decided when they are due.
    """UPDATE alerts SET due_at = ?1
       WHERE state = 'pending' AND due_at > ?1 AND bundle IS NULL AND lease_until IS NULL""",
    "UPDATE accounts SET open_until = min(open_until, ?1) WHERE open_until IS NOT NULL",
    "UPDATE channels SET rest_until = min(rest_until, ?1), hold_until = iif(asked, hold_until, min(hold_until, ?1))",
)
# Days that have not come: they would keep today's report back, and count as what is usual.
_UNDONE: Final = ("DELETE FROM reports WHERE day > ?", "DELETE FROM surveys WHERE day > ?")


# Where one looks for them first comes last: what a crash leaves undone is found again.
_IN_ORDER: Final = sorted(TIMES.items(), key=lambda each: each[0] in _STANDING)


def _mend_table(store: Store, table: str, times: Times, now: datetime, most: int) -> int:
    wrong = list(_wrong(store, table, times, now, most))
    keys = " AND ".join(f"{name} = ?" for name in _key(store, table))
    for key, _, found in wrong:
        sets = ", ".join(f"{name} = ?" for name in found)
        store.write(f"UPDATE {table} SET {sets} WHERE {keys}", (*map(to_ms, found.values()), *key))
    return len(wrong)


_SNOOZED: Final = """
SELECT case_id, max(at), snoozed_until FROM case_events JOIN cases ON cases.id = case_id
WHERE at > ? AND after = 'snoozed' AND snoozed_until > at GROUP BY case_id
"""


def _mend_events(store: Store, now: datetime) -> int:
    """A case snoozed for a day is snoozed for a day, whatever the clock said then; its event tells when that was."""
    for case_id, at, until in store.all(_SNOOZED, (to_ms(now + SLACK),)):
        store.write("UPDATE cases SET snoozed_until = ? WHERE id = ?", (to_ms(now) + until - at, case_id))
    return _mend_table(store, _EVENTS, TIMES[_EVENTS], now, -1)


def _wrong(
    store: Store, table: str, times: Times, now: datetime, most: int = -1
) -> Iterator[tuple[tuple[Any, ...], Mapping[str, datetime | None], Mapping[str, datetime]]]:
    """Rows with impossible times: key, times, and what these are to be."""
    limits = [(name, SLACK) for name in times.past] + list(times.due.items())
    if not limits:
        return
    where = " OR ".join(f"{name} > ?" for name, _ in limits)
    key = _key(store, table)
    names = tuple(dict.fromkeys((*times.past, *times.due, *times.lasting, *filter(None, [times.over]), *times.again)))
    for row in store.all(
        f"SELECT {', '.join((*key, *names))} FROM {table} WHERE {where} LIMIT ?",
        [*(to_ms(now + reach) for _, reach in limits), most],
    ):
        held = dict(zip(names, map(maybe_at, row[len(key) :]), strict=True))
        if found := impossible(times, held, now):
            yield row[: len(key)], held, found


def _key(store: Store, table: str) -> tuple[str, ...]:
    return tuple(
        row[0] for row in store.all("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,))
    )
