"""Which parcels to ask about now: claims, and keeping the due times that core.cadence decides.

What belongs here: who is due and who is leased. `poll_at` says when to ask next, `not_before` what the courier's own
interval allows, and `ask_at` is the later of the two. A claim sets a lease and leaves all of them alone, so a crash
makes its parcels due again as soon as the lease is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from parcelwatch.core.cadence import APART, Urgency
from parcelwatch.model import Ask
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import Claimed, maybe_at, maybe_ms, to_ms

_NONE: Final = timedelta(0)

# The one index of polling is (courier, urgency, lease_until, ask_at): everything below names its first two columns.
_OF: Final = f"courier = ? AND urgency IN ({', '.join(str(int(one)) for one in Urgency)}) AND ask_at IS NOT NULL"

_RUN_OUT: Final = f"UPDATE parcels SET lease_until = NULL WHERE {_OF} AND lease_until <= ?"
_PICK: Final = """
SELECT id, CASE successor WHEN '' THEN number ELSE successor END, company, service, phone_last4, postal_code,
  origin, destination, shipped_at, registered, failures, split, doubted_at
FROM parcels WHERE courier = ? AND urgency = ? AND lease_until IS NULL AND ask_at <= ?{also} ORDER BY ask_at LIMIT ?
"""
_ANY: Final = (_PICK.format(also=""),)
# Asking on and on about those that were declined would not show whether the others are answered.
_UNDOUBTED_FIRST: Final = (_PICK.format(also=" AND doubted_at IS NULL"), *_ANY)
_CLAIM: Final = "UPDATE parcels SET lease_until = ?, claimed_at = ?, not_before = ? WHERE id = ?"


# What core.cadence.urgency says of a parcel whose threshold has since passed unasked.
# Values, not parameters: the partial index is found by them.
_NEAR: Final = (
    f"UPDATE parcels SET urgency = {Urgency.NEAR:d} "
    f"WHERE courier = ? AND urgency = {Urgency.ORDINARY:d} AND deadline_at <= ?"
)


def claim(
    store: Store,
    account: str,
    now: datetime,
    lease_until: datetime,
    limit: int,
    interval: timedelta = _NONE,
    *,
    undoubted: bool = False,
) -> list[Claimed]:
    """At most `limit` parcels of `account` that are due, the most urgent first, for the claimer alone until then.

    `interval`: the courier must not be asked about them again before it has passed. `undoubted`: those that were in a
    declined call only if there are no others.
    """
    at = to_ms(now)
    store.write(_RUN_OUT, (account, at))
    store.write(_NEAR, (account, at))
    picks = (_pick(store, sql, account, at, limit) for sql in (_UNDOUBTED_FIRST if undoubted else _ANY))
    rows = next(filter(None, picks), [])
    lease = (to_ms(lease_until), at, to_ms(now + interval) if interval else None)
    store.write_many(_CLAIM, [(*lease, row[0]) for row in rows])
    return [_claimed(row) for row in rows]


def _pick(store: Store, sql: str, account: str, at: int, limit: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for urgency in Urgency:
        if len(rows) < limit:
            rows += store.all(sql, (account, urgency, at, limit - len(rows)))
    return rows


def _claimed(row: tuple[Any, ...]) -> Claimed:
    parcel_id, number, company, service, phone, postal, origin, destination, shipped_at, *state = row
    registered, failures, split, doubted_at = state
    ask = Ask(number, company, service, phone, postal, origin, destination, maybe_at(shipped_at))
    return Claimed(parcel_id, ask, bool(registered), failures, split, maybe_at(doubted_at))


def release(store: Store, ids: Sequence[int]) -> None:
    """Claimed, but not asked after all: as if they had never been claimed."""
    sql = "UPDATE parcels SET lease_until = NULL, not_before = NULL WHERE id = ?"
    store.write_many(sql, [(parcel_id,) for parcel_id in ids])


def let_go(store: Store, ids: Sequence[int]) -> None:
    """Asked in vain, and by nobody's fault: they are as due as before, but no sooner than the courier's interval."""
    store.write_many("UPDATE parcels SET lease_until = NULL WHERE id = ?", [(parcel_id,) for parcel_id in ids])


def split(store: Store, ids: Iterable[int], size: int, doubted_at: datetime | None) -> None:
    """A call about these was declined: they are asked again, as due as before, in calls of at most `size`.

    `doubted_at`: now, if it may have been the account's fault.
    """
    sql = """UPDATE parcels SET lease_until = NULL, split = ?, doubted_at = coalesce(doubted_at, ?) WHERE id = ?"""
    store.write_many(sql, [(size, maybe_ms(doubted_at), parcel_id) for parcel_id in ids])


def rejoin(store: Store, ids: Iterable[int]) -> None:
    """These were answered about: nothing stands against asking them with others."""
    sql = "UPDATE parcels SET split = 0, doubted_at = NULL WHERE id = ?"
    store.write_many(sql, [(parcel_id,) for parcel_id in ids])


def void_leases(store: Store, accounts: Iterable[str]) -> int:
    """Whoever held these accounts' claims is gone: what was claimed is due again. How many parcels."""
    sql = f"UPDATE parcels SET lease_until = NULL WHERE {_OF} AND lease_until IS NOT NULL"
    return sum(store.write(sql, (account,)).rowcount for account in accounts)


# --- when to ask next ----------------------------------------------------------------------------


def poll_again(store: Store, ids: Iterable[int], at: datetime, why: str = "") -> None:
    """End the claim of these parcels without an answer and without blame; they are due at `at`."""
    sql = """UPDATE parcels SET poll_at = ?, poll_why = coalesce(nullif(?, ''), poll_why), lease_until = NULL
      WHERE id = ? AND unwatched_at IS NULL"""
    store.write_many(sql, [(to_ms(at), why, parcel_id) for parcel_id in ids])


def postpone(store: Store, parcel_id: int, at: datetime | None, why: str) -> None:
    """Asking about it failed, once more in a row; it is due at `at`, None for never."""
    sql = """UPDATE parcels SET poll_at = ?, poll_why = ?, lease_until = NULL, failures = failures + 1
      WHERE id = ? AND unwatched_at IS NULL"""
    store.write(sql, (maybe_ms(at), why, parcel_id))


def hasten(store: Store, account: str, at: datetime, why: str) -> int:
    """The account answers again: all that was put off is due at `at`, unless it is due sooner. How many parcels."""
    sql = """UPDATE parcels SET failures = 0, poll_why = iif(poll_at > ?1, ?2, poll_why), poll_at = min(poll_at, ?1)
      WHERE courier = ?3 AND failures > 0 AND poll_at IS NOT NULL"""
    return store.write(sql, (to_ms(at), why, account)).rowcount


_FIRST: Final = f"SELECT id FROM parcels WHERE {_OF} AND lease_until IS NULL ORDER BY ask_at LIMIT 1"


def hasten_one(store: Store, account: str, at: datetime, why: str) -> None:
    """The parcel of this account that is due next is due at `at`, unless it is sooner."""
    sql = f"UPDATE parcels SET poll_why = ?, poll_at = ? WHERE id = ({_FIRST}) AND poll_at > ?"
    store.write(sql, (why, to_ms(at), account, to_ms(at)))


_SOONER: Final = """
UPDATE parcels SET poll_why = ?1, poll_at = max(?2, coalesce(claimed_at, 0) + ?3)
WHERE id = ?4 AND poll_at > max(?2, coalesce(claimed_at, 0) + ?3)
"""


def sooner(store: Store, ids: Iterable[int], at: datetime, why: str) -> None:
    """There may be news of these: due at `at`, though not at once after they were asked about, unless due sooner."""
    apart = APART // timedelta(milliseconds=1)
    store.write_many(_SOONER, [(why, to_ms(at), apart, parcel_id) for parcel_id in ids])


_REGISTERED: Final = "UPDATE parcels SET registered = ? WHERE id = ?"


def set_registered(store: Store, ids: Sequence[int], at: datetime | None) -> None:
    """The aggregator was told of these numbers at `at`, or, for None, has to be told."""
    told = 0 if at is None else max(1, to_ms(at))
    store.write_many(_REGISTERED, [(told, parcel_id) for parcel_id in ids])


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

_NEXT: Final = (
    "SELECT min(ask_at) FROM parcels WHERE courier = ? AND urgency = ? AND lease_until IS NULL AND ask_at IS NOT NULL",
    """SELECT min(lease_until) FROM parcels
    WHERE courier = ? AND urgency = ? AND lease_until IS NOT NULL AND ask_at IS NOT NULL""",
)


def next_poll(store: Store, account: str) -> datetime | None:
    """When the next parcel of `account` is due or its lease over, in the past if one is; None when none is left."""
    times = [store.value(sql, (account, urgency)) for sql in _NEXT for urgency in Urgency]
    return maybe_at(min((at for at in times if at is not None), default=None))


def next_assess(store: Store) -> datetime | None:
    """When the next assessment is due."""
    return maybe_at(store.value("SELECT min(assess_at) FROM parcels WHERE assess_at IS NOT NULL"))


def watched(store: Store, account: str) -> int:
    """How many parcels of `account` are ever to be asked about."""
    return int(store.value(f"SELECT count(*) FROM parcels WHERE {_OF}", (account,)))


def due(store: Store, account: str, now: datetime) -> int:
    """How many parcels of `account` are due and not claimed."""
    sql = f"SELECT count(*) FROM parcels WHERE {_OF} AND lease_until IS NULL AND ask_at <= ?"
    return int(store.value(sql, (account, to_ms(now))))
