"""Which parcels to ask about now, and when those that could not be asked come round again.

What belongs here: due times and claims. A claim postpones: a crash after it makes the parcels due again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from parcelwatch.model import Ask
from parcelwatch.store.connection import Store
from parcelwatch.store.dossiers import NEAR, ORDINARY, URGENCIES
from parcelwatch.store.rows import Claimed, maybe_at, to_ms

FIRST_BACKOFF: Final = timedelta(seconds=30)
LONGEST_BACKOFF: Final = timedelta(minutes=15)

_NONE: Final = timedelta(0)

_PICK: Final = """
SELECT id, CASE successor WHEN '' THEN number ELSE successor END, company, service, phone_last4, postal_code,
  origin, destination, shipped_at, registered, failures
FROM parcels WHERE courier = ? AND urgency = ? AND poll_at <= ? ORDER BY poll_at LIMIT ?
"""
_CLAIM: Final = "UPDATE parcels SET poll_at = ?, lease_until = ?, claimed_at = ? WHERE id = ?"


# Parcels whose threshold has passed unasked: only an answer can say what became of them, so they go before the others.
# Values, not parameters: the partial index is found by them.
_NEAR: Final = f"UPDATE parcels SET urgency = {NEAR} WHERE courier = ? AND urgency = {ORDINARY} AND deadline_at <= ?"


def claim(store: Store, account: str, now: datetime, lease_until: datetime, limit: int) -> list[Claimed]:
    """At most `limit` parcels of `account` that are due, the most urgent first, not due again before `lease_until`."""
    at, lease = to_ms(now), to_ms(lease_until)
    rows: list[tuple[Any, ...]] = []
    store.write(_NEAR, (account, at))
    for urgency in URGENCIES:
        if len(rows) < limit:
            rows += store.all(_PICK, (account, urgency, at, limit - len(rows)))
    store.write_many(_CLAIM, [(lease, lease, at, row[0]) for row in rows])
    return [_claimed(row) for row in rows]


def _claimed(row: tuple[Any, ...]) -> Claimed:
    parcel_id, number, company, service, phone, postal, origin, destination, shipped_at, *state = row
    registered, failures = state
    ask = Ask(number, company, service, phone, postal, origin, destination, maybe_at(shipped_at))
    return Claimed(parcel_id, ask, bool(registered), failures)


_FAILED: Final = "SELECT number, failures, claimed_at FROM parcels WHERE id = ?"
_POSTPONE: Final = (
    "UPDATE parcels SET poll_at = ?, lease_until = NULL, failures = failures + 1 WHERE id = ? AND unwatched_at IS NULL"
)


def postpone(store: Store, ids: Sequence[int], now: datetime, least: timedelta = _NONE) -> None:
    """Asking these failed: again after 30 s, doubling to 15 min, never sooner than `least` after the last claim."""
    at = to_ms(now)
    rows: list[tuple[object, ...]] = []
    for parcel_id in ids:
        for number, failures, claimed_at in store.all(_FAILED, (parcel_id,)):
            again = at + to_ms_span(backoff(number, failures))
            rows.append((max(again, (claimed_at or at) + to_ms_span(least)), parcel_id))
    store.write_many(_POSTPONE, rows)


def backoff(number: str, failures: int) -> timedelta:
    """How long to wait after the failure that follows `failures` others.

    Between 3/4 and all of the full step, by a hash: parcels that failed together do not come back together.
    """
    full = min(FIRST_BACKOFF * (1 << min(failures, 10)), LONGEST_BACKOFF)
    return full * (1 - crc32(f"{number} {failures}".encode()) % 1000 / 4000)


def to_ms_span(span: timedelta) -> int:
    """A length of time in whole milliseconds."""
    return span // timedelta(milliseconds=1)


_HASTEN: Final = """
UPDATE parcels SET failures = 0, poll_at = min(poll_at, max(?1, coalesce(claimed_at, 0) + ?2))
WHERE courier = ?3 AND failures > 0 AND lease_until IS NULL AND poll_at IS NOT NULL
"""


def hasten(store: Store, account: str, now: datetime, least: timedelta = _NONE) -> int:
    """The account answers again: all that was put off is due at once, though `least` after its last claim."""
    return store.write(_HASTEN, (to_ms(now), to_ms_span(least), account)).rowcount


_VOID: Final = """
UPDATE parcels SET lease_until = NULL, poll_at = max(?1, coalesce(claimed_at, 0) + ?2)
WHERE lease_until IS NOT NULL AND courier = ?3
"""


def void_leases(store: Store, now: datetime, least: Mapping[str, timedelta] | None = None) -> int:
    """Whoever held a claim is gone: its parcels are due at once, though `least[account]` after the claim. How many."""
    voided = 0
    for (account,) in store.all("SELECT DISTINCT courier FROM parcels WHERE lease_until IS NOT NULL"):
        span = (least or {}).get(account, _NONE)
        voided += store.write(_VOID, (to_ms(now), to_ms_span(span), account)).rowcount
    return voided


_REGISTERED: Final = "UPDATE parcels SET registered = ? WHERE id = ?"


def set_registered(store: Store, ids: Sequence[int], at: datetime | None) -> None:
    """The aggregator was told of these numbers at `at`, or, for None, has to be told."""
    told = 0 if at is None else max(1, to_ms(at))
    store.write_many(_REGISTERED, [(told, parcel_id) for parcel_id in ids])


def poll_again(store: Store, ids: Sequence[int], at: datetime) -> None:
    """End the claim of these parcels without an answer and without blame; they are due at `at`."""
    sql = "UPDATE parcels SET poll_at = ?, lease_until = NULL WHERE id = ? AND unwatched_at IS NULL"
    store.write_many(sql, [(to_ms(at), parcel_id) for parcel_id in ids])


_SOONER: Final = """
UPDATE parcels SET poll_at = min(poll_at, max(?1, coalesce(claimed_at, 0) + ?2))
WHERE id = ?3 AND poll_at IS NOT NULL AND lease_until IS NULL
"""


def sooner(store: Store, ids: Sequence[int], now: datetime, least: timedelta = _NONE) -> None:
    """There may be news of these: due at once, though `least` after their last claim; claimed ones are being asked."""
    store.write_many(_SOONER, [(to_ms(now), to_ms_span(least), parcel_id) for parcel_id in ids])


_NOT_BEFORE: Final = """
UPDATE parcels SET poll_at = max(poll_at, claimed_at + ?1)
WHERE id = ?2 AND poll_at IS NOT NULL AND claimed_at IS NOT NULL AND lease_until IS NULL
"""


def keep_apart(store: Store, ids: Sequence[int], least: timedelta) -> None:
    """None of these is asked again sooner than `least` after it was claimed last."""
    if least:
        store.write_many(_NOT_BEFORE, [(to_ms_span(least), parcel_id) for parcel_id in ids])


# --- looking again -------------------------------------------------------------------------------


def due_to_assess(store: Store, now: datetime, limit: int) -> list[int]:
    """Parcels whose assessment may have changed without news, the longest due first."""
    sql = "SELECT id FROM parcels WHERE assess_at <= ? ORDER BY assess_at LIMIT ?"
    return [parcel_id for (parcel_id,) in store.all(sql, (to_ms(now), limit))]


# Asked with "<>", SQLite would read every parcel. One that is over is not judged anew unless its case still stands.
_OTHERWISE: Final = """
SELECT id FROM parcels WHERE poll_at IS NOT NULL AND policy_id <> '' AND policy_id < ?1
UNION ALL SELECT id FROM parcels WHERE poll_at IS NOT NULL AND policy_id <> '' AND policy_id > ?1
UNION ALL SELECT p.id FROM cases c JOIN parcels p ON p.id = c.parcel_id
  WHERE c.state <> 'resolved' AND p.poll_at IS NULL AND p.unwatched_at IS NULL AND p.policy_id NOT IN ('', ?1)
LIMIT ?2
"""


def judged_otherwise(store: Store, policy_id: str, limit: int) -> list[int]:
    """Parcels last judged by another policy than this one."""
    return list(dict.fromkeys(parcel_id for (parcel_id,) in store.all(_OTHERWISE, (policy_id, limit))))


def set_judged(store: Store, parcel_id: int, policy_id: str) -> None:
    """Count a parcel as judged by this policy, though its step failed: it must not be tried without end."""
    store.write("UPDATE parcels SET policy_id = ? WHERE id = ?", (policy_id, parcel_id))


def look_again(store: Store, ids: Sequence[int], at: datetime) -> None:
    """Assess these at `at`: their own step failed, or something they depend on changed."""
    sql = "UPDATE parcels SET assess_at = ? WHERE id = ? AND unwatched_at IS NULL"
    store.write_many(sql, [(to_ms(at), parcel_id) for parcel_id in ids])


# --- what is to come -----------------------------------------------------------------------------

_NEXT: Final = "SELECT min(poll_at) FROM parcels WHERE courier = ? AND urgency = ? AND poll_at IS NOT NULL"
_DUE: Final = "SELECT count(*) FROM parcels WHERE courier = ? AND urgency = ? AND poll_at <= ?"


def next_poll(store: Store, account: str) -> datetime | None:
    """When the next parcel of `account` is due, in the past if one is; None when nothing is left to ask."""
    times = [store.value(_NEXT, (account, urgency)) for urgency in URGENCIES]
    return maybe_at(min((at for at in times if at is not None), default=None))


def next_assess(store: Store) -> datetime | None:
    """When the next assessment is due."""
    return maybe_at(store.value("SELECT min(assess_at) FROM parcels WHERE assess_at IS NOT NULL"))


def due(store: Store, account: str, now: datetime) -> int:
    """How many parcels of `account` are due and not claimed."""
    return sum(store.value(_DUE, (account, urgency, to_ms(now))) for urgency in URGENCIES)
