"""Messages on their way to people: the table `alerts`, from enqueue to sent, dead or suppressed.

What belongs here: what is due, claims, and what became of a send. A claim binds its rows into a bundle and
postpones them: after a crash the same bundle comes again under the same id. News of an import's first answers has
no due time until the import is released. Which rows go together is decided by core.grouping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from parcelwatch.core.grouping import Bundle, Waiting, group, release_at
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import SEVERITIES, Group, NewAlert, Outgoing, from_ms, iso, maybe_at, to_ms, where

FIRST_BACKOFF: Final = timedelta(seconds=5)
LONGEST_BACKOFF: Final = timedelta(minutes=15)
GIVE_UP: Final = timedelta(hours=24)
"""Counted from the first attempt: what waited for a daemon that was down still gets its day."""

_LARGEST_DIGEST: Final = 100_000

# --- in ------------------------------------------------------------------------------------------

_ENQUEUE: Final = """
INSERT INTO alerts (parcel_id, case_id, draft_id, for_draft, kind, why, channel, severity, rank, priority, title, body,
  line, state, reason, created_at, due_at, import_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""


def enqueue(store: Store, alert: NewAlert, now: datetime) -> int:
    """Put a message in; its id. It is due at once, or with its import's, or recorded as suppressed."""
    at = to_ms(now)
    values = (
        alert.parcel_id,
        alert.case_id,
        alert.draft_id,
        int(alert.draft),
        alert.kind,
        alert.why,
        alert.channel,
        alert.severity,
        alert.severity.rank,
        alert.priority,
        alert.title,
        alert.body,
        alert.line or alert.title,
        "suppressed" if alert.suppressed else "pending",
        alert.suppressed,
        at,
        at if alert.import_id is None else None,
        alert.import_id,
    )
    alert_id: int = store.write(_ENQUEUE, values).fetchall()[0][0]
    return alert_id


_TAKE_BACK: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE parcel_id = ? AND kind = ? AND state = 'pending' AND lease_until IS NULL AND (digest IS NULL OR error <> '')
RETURNING id, for_draft
"""
_MOOT: Final = "UPDATE alerts SET reason = ? WHERE parcel_id = ? AND kind = ? AND state = 'pending'"
_UNTELL: Final = """
UPDATE cases SET told = NULL
WHERE id IN (SELECT case_id FROM alerts WHERE id = ? AND state = 'suppressed' AND NOT for_draft)
"""


def suppress(store: Store, parcel_id: int, kind: str, reason: str) -> dict[int, bool]:
    """What a parcel's trouble of that kind had to say no longer holds: take back what was not sent.

    Returns the ids taken back, True for one about a draft. What is being sent right now, or may have arrived in a
    digest before a crash, is only taken back once its sending is known to have failed. A case whose alert was taken
    back counts as told to nobody: should the very same trouble come again, it is told.
    """
    rows = store.write(_TAKE_BACK, (reason, parcel_id, kind)).fetchall()
    store.write(_MOOT, (reason, parcel_id, kind))
    store.write_many(_UNTELL, [(alert_id,) for alert_id, _ in rows])
    return {alert_id: bool(for_draft) for alert_id, for_draft in rows}


_TAKE_BACK_DRAFT: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE draft_id = ? AND state = 'pending' AND lease_until IS NULL AND (digest IS NULL OR error <> '')
"""
_PUSHED: Final = "SELECT 1 FROM alerts WHERE draft_id = ? AND why = 'drafted' AND state IN ('sent', 'pending') LIMIT 1"


def take_back_draft(store: Store, draft_id: int, reason: str) -> bool:
    """A draft no longer holds: take back its push. True when somebody may have it already and must be told."""
    store.write(_TAKE_BACK_DRAFT, (reason, draft_id))
    return store.one(_PUSHED, (draft_id,)) is not None


# --- imports -------------------------------------------------------------------------------------

_NEXT_HELD: Final = """
SELECT import_id, created_at FROM alerts WHERE state = 'pending' AND due_at IS NULL AND import_id > ?
ORDER BY import_id, created_at LIMIT 1
"""
_UNASKED: Final = "SELECT 1 FROM parcels WHERE import_id = ? AND asked_at IS NULL AND poll_at IS NOT NULL LIMIT 1"
_RELEASE: Final = "UPDATE alerts SET due_at = ? WHERE state = 'pending' AND due_at IS NULL AND import_id = ?"


def _held(store: Store) -> Iterator[tuple[int, datetime]]:
    """Imports with news that waits, and when its release falls due."""
    import_id = 0
    while row := store.one(_NEXT_HELD, (import_id,)):
        import_id, created_at = row
        released = store.value("SELECT released_at FROM imports WHERE id = ?", (import_id,))
        all_asked = store.one(_UNASKED, (import_id,)) is None
        yield import_id, release_at(from_ms(created_at), maybe_at(released), all_asked=all_asked)


def release(store: Store, now: datetime, *, every: bool = False) -> int:
    """Make the held news of imports due whose wait is over, or of `every` import; how many imports."""
    ready = [import_id for import_id, at in _held(store) if every or at <= now]
    for import_id in ready:
        store.write(_RELEASE, (to_ms(now), import_id))
        store.write("UPDATE imports SET released_at = ? WHERE id = ?", (to_ms(now), import_id))
    return len(ready)


# --- out -----------------------------------------------------------------------------------------

_Lane = tuple[str, str, int]

# Asked with ">", SQLite would start at the lane just seen and read all of it.
_NEXT_LANE: Final = """
SELECT channel, kind, for_draft FROM alerts WHERE state = 'pending' AND (channel, kind, for_draft) >= (?, ?, ? + 1)
ORDER BY channel, kind, for_draft LIMIT 1
"""
_FIRST_DUE: Final = """
SELECT due_at FROM alerts
WHERE state = 'pending' AND channel = ? AND kind = ? AND for_draft = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
"""
_WAITING: Final = """
SELECT id, rank, priority, bundle FROM alerts
WHERE state = 'pending' AND channel = ? AND kind = ? AND for_draft = ? AND due_at <= ? ORDER BY due_at LIMIT ?
"""
_CLAIM: Final = """
UPDATE alerts SET due_at = ?, lease_until = ?, bundle = ?, digest = ?, attempts = attempts + 1, error = '',
  tried_at = coalesce(tried_at, ?) WHERE id = ?
"""
# A digest is made of lines; leaving its bodies where they are keeps a digest of thousands small.
_OUTGOING: Final = """
SELECT id, kind, channel, for_draft, severity, priority, title, iif(?, body, ''), line, attempts, created_at,
  parcel_id, case_id, draft_id
FROM alerts WHERE id = ?
"""


def claim(store: Store, now: datetime, lease_until: datetime, *, paused: Collection[str] = ()) -> Group | None:
    """The next messages to send as one, not due again before `lease_until`; None when nothing is due.

    Channels in `paused` are passed over. Of several lanes the one whose message has been due longest comes first.
    """
    release(store, now)
    lanes = [(at, lane) for lane, at in _due_times(store) if at <= to_ms(now) and lane[0] not in paused]
    if not lanes:
        return None
    _, lane = min(lanes)
    rows = store.all(_WAITING, (*lane, to_ms(now), _LARGEST_DIGEST))
    bundle = group([Waiting(*row) for row in rows])[0]
    return _claim(store, lane, bundle, now, lease_until)


def _claim(store: Store, lane: _Lane, bundle: Bundle, now: datetime, lease_until: datetime) -> Group:
    lease = to_ms(lease_until)
    # One of a digest that is left alone still goes under the digest's id.
    digest = bundle.id if bundle.digest or bundle.messages != (bundle.id,) else None
    store.write_many(_CLAIM, [(lease, lease, bundle.id, digest, to_ms(now), one) for one in bundle.messages])
    alone = len(bundle.messages) == 1
    rows = tuple(_outgoing(row) for one in bundle.messages for row in store.all(_OUTGOING, (alone, one)))
    channel, kind, for_draft = lane
    return Group(channel, kind, bool(for_draft), rows, digest)


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    alert_id, kind, channel, for_draft, severity, priority, title, body, line, attempts, created_at, *links = row
    return Outgoing(
        alert_id,
        kind,
        channel,
        bool(for_draft),
        SEVERITIES[severity],
        priority,
        title,
        body,
        line,
        attempts,
        from_ms(created_at),
        *links,
    )


def _due_times(store: Store) -> Iterator[tuple[_Lane, int]]:
    """Every lane in which something waits, with when its first message is due. A seek each, however many wait."""
    lane: _Lane = ("", "", -1)
    while row := store.one(_NEXT_LANE, lane):
        lane = (row[0], row[1], row[2])
        at = store.value(_FIRST_DUE, lane)
        if at is not None:
            yield lane, at


def next_due(store: Store, *, paused: Collection[str] = ()) -> datetime | None:
    """When the next message is due, held ones included; None when none waits."""
    times = [from_ms(at) for lane, at in _due_times(store) if lane[0] not in paused]
    times += [at for _, at in _held(store)]
    return min(times, default=None)


# --- what became of it ---------------------------------------------------------------------------

_SENT: Final = """
UPDATE alerts SET state = 'sent', sent_at = ?, outcome = ?, reason = '', due_at = NULL, lease_until = NULL WHERE id = ?
"""
# A pending message with a reason became moot while it was on its way.
_AGAIN: Final = """
UPDATE alerts SET lease_until = NULL, error = ?, state = iif(reason = '', 'pending', 'suppressed'),
  due_at = iif(reason = '', ?, NULL)
WHERE id = ? AND state = 'pending'
"""
_DEAD: Final = "UPDATE alerts SET state = 'dead', due_at = NULL, lease_until = NULL, error = ?, reason = ? WHERE id = ?"


def settle_sent(store: Store, ids: Sequence[int], now: datetime, outcome: str = "") -> None:
    """The channel took them."""
    store.write_many(_SENT, [(to_ms(now), outcome, one) for one in ids])


def settle_failed(store: Store, ids: Sequence[int], now: datetime, error: str) -> bool:
    """The channel did not take them: again after 5 s, doubling to 15 min, all of one group together.

    True if they are given up, a day after the first attempt.
    """
    row = store.one("SELECT attempts, tried_at FROM alerts WHERE id = ?", (ids[0],)) if ids else None
    if row is None:
        return False
    attempts, tried_at = row
    if now - from_ms(tried_at) >= GIVE_UP:
        settle_dead(store, ids, error, "not delivered within a day")
        return True
    again = to_ms(now + backoff(ids[0], attempts))
    store.write_many(_AGAIN, [(error, again, one) for one in ids])
    store.write_many(_UNTELL, [(one,) for one in ids])
    return False


def settle_dead(store: Store, ids: Sequence[int], error: str, reason: str = "the channel refuses it") -> None:
    """The channel will never take them: shown, not tried again unless an agent says so."""
    store.write_many(_DEAD, [(error, reason, one) for one in ids])


def backoff(alert_id: int, attempts: int) -> timedelta:
    """How long to wait after so many attempts; between 3/4 and all of the full step, by a hash."""
    full = min(FIRST_BACKOFF * (1 << min(max(attempts - 1, 0), 12)), LONGEST_BACKOFF)
    return full * (1 - crc32(f"{alert_id} {attempts}".encode()) % 1000 / 4000)


def void_leases(store: Store, now: datetime) -> int:
    """Whoever was sending is gone: what it had claimed is due at once, in the same bundles. How many."""
    sql = "UPDATE alerts SET due_at = ?, lease_until = NULL WHERE lease_until IS NOT NULL AND state = 'pending'"
    return store.write(sql, (to_ms(now),)).rowcount


_RETRY: Final = """
UPDATE alerts SET state = 'pending', reason = '', error = '', due_at = ?, lease_until = NULL, tried_at = NULL,
  attempts = 0, channel = ? WHERE id = ?
"""


def retry(store: Store, alert_id: int, now: datetime, channel: str = "") -> list[int]:
    """Send a dead or suppressed message after all, with the rest of its digest, over `channel` if given; the ids.

    One that still waits is due at once. Raises NotFound, and BadInput for one that was sent or has no channel.
    """
    row = store.one("SELECT state, channel, digest FROM alerts WHERE id = ?", (alert_id,))
    if row is None:
        raise NotFound(f"there is no alert {alert_id}; `parcelwatch alerts list` shows them")
    state, old, digest = row
    if state == "sent":
        raise BadInput(f"alert {alert_id} was sent already")
    if not (channel or old):
        raise BadInput(f"alert {alert_id} has no channel; configure one under [channels]")
    same = "SELECT id FROM alerts WHERE bundle = ? AND state = ? AND lease_until IS NULL"
    ids = [one for (one,) in store.all(same, (digest, state))] if digest is not None else [alert_id]
    store.write_many(_RETRY, [(to_ms(now), channel or old, one) for one in ids])
    return ids


# --- lists ---------------------------------------------------------------------------------------

_ROWS: Final = """
SELECT a.id, a.case_id, a.draft_id, a.kind, a.channel, a.state, a.attempts, a.title, a.body, a.created_at, a.sent_at,
  a.reason, a.error, a.severity, a.due_at, a.digest, p.number, a.why, a.line, a.priority
FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id
"""


def rows(store: Store, state: str = "", parcel_id: int | None = None, after: int = 0) -> list[dict[str, Any]]:
    """Messages, oldest first, with ids above `after`. Shaped as `alerts list --json`."""
    clause, values = where({"a.state = ?": state, "a.parcel_id = ?": parcel_id, "a.id > ?": after})
    return [_listed(row) for row in store.all(f"{_ROWS} {clause} ORDER BY a.id", values)]


def _listed(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "id": row[0],
        "cases": [] if row[1] is None else [row[1]],
        "draft": row[2],
        "kind": row[3],
        "channel": row[4],
        "state": row[5],
        "attempts": row[6],
        "title": row[7],
        "body": row[8],
        "created_at": iso(row[9]),
        "sent_at": iso(row[10]),
        "reason": row[11],
        "error": row[12],
        "severity": row[13],
        "due_at": iso(row[14]),
        "digest": row[15],
        "number": row[16],
        "why": row[17],
        "line": row[18],
        "priority": row[19],
    }


def count_waiting(store: Store) -> int:
    """How many messages are not delivered yet; as quick as they are few, however many there ever were."""
    found: int = store.value("SELECT count(*) FROM alerts WHERE state = 'pending'")
    return found


def counts(store: Store) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(store.all("SELECT state, count(*) FROM alerts GROUP BY state"))
