"""Messages on their way to people: the table `alerts`, from enqueue to sent, dead or suppressed.

What belongs here: what is due, claims, and what became of a send. A claim binds its rows into a bundle and
postpones them: after a crash the same bundle comes again under the same id. News of an import's first answers has
no due time until the import is released. Which rows go together is decided by core.grouping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zlib import crc32

from parcelwatch.core.dispatch import NO_CHANNEL
from parcelwatch.core.grouping import Bundle, Waiting, group, release_at
from parcelwatch.core.messages import Group, Outgoing
from parcelwatch.core.priority import Weighed, rank
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.store.connection import Store
from parcelwatch.store.orders import NUMBERS_OF
from parcelwatch.store.rows import (
    DRAFT_COLUMNS,
    SEVERITIES,
    WHYS,
    NewAlert,
    dump,
    fact_json,
    from_ms,
    load,
    maybe_at,
    to_claim,
    to_draft,
    to_fact,
    to_ms,
    where,
)

FIRST_BACKOFF: Final = timedelta(seconds=5)
LONGEST_BACKOFF: Final = timedelta(minutes=15)
GIVE_UP: Final = timedelta(hours=24)
"""Counted from the first attempt: what waited for a daemon that was down still gets its day."""

_LARGEST_DIGEST: Final = 100_000

# --- in ------------------------------------------------------------------------------------------

_ENQUEUE: Final = """
INSERT INTO alerts (parcel_id, case_id, draft_id, for_draft, account, kind, why, channel, severity, fact, state, reason,
  created_at, due_at, import_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""


def enqueue(store: Store, alert: NewAlert, now: datetime) -> int:
    """Put a message in; its id. It is due at once, or with its import's, or recorded as suppressed."""
    at = to_ms(now)
    values = (
        alert.parcel_id,
        alert.case_id,
        alert.draft_id,
        int(alert.draft),
        alert.account,
        alert.kind,
        alert.why,
        alert.channel,
        alert.severity,
        fact_json(alert.fact),
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
  AND why NOT IN ('claim_due', 'claim_missed')
RETURNING id, for_draft
"""
_MOOT: Final = """
UPDATE alerts SET reason = ? WHERE parcel_id = ? AND kind = ? AND state = 'pending'
  AND why NOT IN ('claim_due', 'claim_missed')
"""


def suppress(store: Store, parcel_id: int, kind: str, reason: str) -> bool:
    """What a parcel's trouble of that kind had to say no longer holds: take back what was not sent, but for its claim.

    What is being sent right now, or may have arrived in a digest before a crash, is only taken back once its sending
    is known to have failed. True if an alert about the case was taken back: then nobody was told of it.
    """
    rows = store.write(_TAKE_BACK, (reason, parcel_id, kind)).fetchall()
    store.write(_MOOT, (reason, parcel_id, kind))
    return any(not for_draft for _, for_draft in rows)


_TAKE_BACK_CLAIMS: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE parcel_id = ? AND why IN ('claim_due', 'claim_missed') AND state = 'pending' AND lease_until IS NULL
  AND (digest IS NULL OR error <> '')
"""
_MOOT_CLAIMS: Final = """
UPDATE alerts SET reason = ? WHERE parcel_id = ? AND why IN ('claim_due', 'claim_missed') AND state = 'pending'
"""


def take_back_claims(store: Store, parcel_id: int, reason: str) -> None:
    """Nothing is to be claimed for a parcel, or it is seen to: what was not sent of the last day is moot."""
    store.write(_TAKE_BACK_CLAIMS, (reason, parcel_id))
    store.write(_MOOT_CLAIMS, (reason, parcel_id))


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
        released, finished = store.all("SELECT released_at, finished_at FROM imports WHERE id = ?", (import_id,))[0]
        all_asked = finished is not None and store.one(_UNASKED, (import_id,)) is None
        yield import_id, release_at(from_ms(created_at), maybe_at(released), all_asked=all_asked)


def release(store: Store, now: datetime, *, every: bool = False) -> int:
    """Make the held news of imports due whose wait is over, or of `every` import; how many imports."""
    ready = [import_id for import_id, at in _held(store) if every or at <= now]
    for import_id in ready:
        store.write(_RELEASE, (to_ms(now), import_id))
        store.write("UPDATE imports SET released_at = ? WHERE id = ?", (to_ms(now), import_id))
    return len(ready)


# --- out -----------------------------------------------------------------------------------------

_Queue = tuple[str, str, int]


class _Due(NamedTuple):
    """The first message of a queue: when it is due, in milliseconds, and how grave it is."""

    queue: _Queue
    at: int
    severity: str


# Asked with ">", SQLite would start at the queue just seen and read all of it.
_NEXT_QUEUE: Final = """
SELECT channel, kind, for_draft FROM alerts WHERE state = 'pending' AND (channel, kind, for_draft) >= (?, ?, ? + 1)
ORDER BY channel, kind, for_draft LIMIT 1
"""
_FIRST_DUE: Final = """
SELECT due_at, severity FROM alerts
WHERE state = 'pending' AND channel = ? AND kind = ? AND for_draft = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
"""
_WAITING: Final = """
SELECT a.id, a.severity, a.bundle, json_extract(a.fact, '$.since'), p.promised_by, p.value
FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id
WHERE a.state = 'pending' AND a.channel = ? AND a.kind = ? AND a.for_draft = ? AND a.due_at <= ?
ORDER BY a.due_at LIMIT ?
"""
_CLAIM: Final = """
UPDATE alerts SET due_at = ?, lease_until = ?, bundle = ?, digest = ?, attempts = attempts + 1, error = '',
  tried_at = coalesce(tried_at, ?) WHERE id = ?
"""
# What a message may speak of beside its fact is read when it is sent, so that it is as known then.
_LETTER: Final = [f"d.{name}" for name in DRAFT_COLUMNS.split(", ")]
_OUT: Final = f"""
  a.id, a.kind, a.channel, a.for_draft, a.severity, a.why, a.fact, a.account, a.attempts, a.created_at, p.number,
  p.courier, p.company, {NUMBERS_OF.format(parcel="p.id")}, p.milestone, p.promised_by, p.value, a.parcel_id,
  a.case_id, {", ".join(_LETTER)}, c.claim"""
_FROM: Final = """FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id LEFT JOIN drafts d ON d.id = a.draft_id
  LEFT JOIN cases c ON c.id = a.case_id"""
_OUTGOING: Final = f"SELECT {_OUT} {_FROM} WHERE a.id = ?"
_WORDS: Final = "SELECT title, body FROM sendings WHERE bundle = ? AND ids = ?"
_FREEZE: Final = """
INSERT INTO sendings (bundle, ids, title, body) VALUES (?, ?, ?, ?)
ON CONFLICT (bundle) DO UPDATE SET ids = excluded.ids, title = excluded.title, body = excluded.body
"""


def claim(store: Store, now: datetime, lease_until: datetime, *, paused: Collection[str] = ()) -> Group | None:
    """The next messages to send as one, not due again before `lease_until`; None when nothing is due.

    Channels in `paused` are passed over. Of several queues the gravest comes first, then the one due longest, both by
    its first message.
    """
    release(store, now)
    due = [one for one in _first_due(store) if one.at <= to_ms(now) and one.queue[0] not in paused]
    if not due:
        return None
    queue = min(due, key=lambda one: (-SEVERITIES[one.severity].rank, one.at, one.queue)).queue
    rows = store.all(_WAITING, (*queue, to_ms(now), _LARGEST_DIGEST))
    bundle = group([_waiting(row, now) for row in rows])[0]
    return _claim(store, queue, bundle, now, lease_until)


def _waiting(row: tuple[Any, ...], now: datetime) -> Waiting:
    alert_id, severity, bundle, since, promised_by, value = row
    grade = SEVERITIES[severity]
    weighed = Weighed(grade, now if since is None else from_ms(since), maybe_at(promised_by), value or 0.0)
    return Waiting(alert_id, grade.rank, rank(weighed, now), bundle)


def _claim(store: Store, queue: _Queue, bundle: Bundle, now: datetime, lease_until: datetime) -> Group:
    lease = to_ms(lease_until)
    # One of a digest that is left alone still goes under the digest's id.
    digest = bundle.id if bundle.digest or bundle.messages != (bundle.id,) else None
    store.write_many(_CLAIM, [(lease, lease, bundle.id, digest, to_ms(now), one) for one in bundle.messages])
    rows = tuple(_outgoing(row) for one in bundle.messages for row in store.all(_OUTGOING, (one,)))
    channel, kind, for_draft = queue
    found = Group(channel, kind, bool(for_draft), rows, digest)
    title, body = store.one(_WORDS, (found.id, dump(found.ids))) or (None, None)
    return replace(found, title=title, body=body)


def freeze(store: Store, group: Group, title: str, body: str) -> None:
    """Keep the words of an attempt: while its rows are the same, a repetition is the same text."""
    store.write(_FREEZE, (group.id, dump(group.ids), title, body))


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    """A message from the values of _OUT; more may follow them."""
    letter = row[19 : 19 + len(_LETTER)]
    return Outgoing(
        id=row[0],
        kind=row[1],
        channel=row[2],
        draft=bool(row[3]),
        severity=SEVERITIES[row[4]],
        why=WHYS[row[5]],
        fact=to_fact(row[6]),
        account=row[7],
        attempts=row[8],
        created_at=from_ms(row[9]),
        number=row[10] or "",
        courier=row[11] or "",
        company=row[12] or "",
        orders=tuple(load(row[13])),
        milestone=row[14] or "",
        promised_by=maybe_at(row[15]),
        value=row[16] or 0.0,
        parcel_id=row[17],
        case_id=row[18],
        letter=None if letter[0] is None else to_draft(letter),
        claim=to_claim(row[19 + len(_LETTER)]),
    )


def _first_due(store: Store) -> Iterator[_Due]:
    """Every queue in which something waits, with its first message. Two seeks each, however many wait."""
    queue: _Queue = ("", "", -1)
    while row := store.one(_NEXT_QUEUE, queue):
        queue = (row[0], row[1], row[2])
        first = store.one(_FIRST_DUE, queue)
        if first is not None:
            yield _Due(queue, *first)


def next_due(store: Store, *, paused: Collection[str] = ()) -> datetime | None:
    """When the next message is due, held ones included; None when none waits."""
    times = [from_ms(one.at) for one in _first_due(store) if one.queue[0] not in paused]
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


# Should the trouble have come again since, and agents been told of that, they know.
_UNTOLD: Final = """
SELECT parcel_id, kind FROM alerts a
WHERE id = ? AND state = 'suppressed' AND NOT for_draft AND why NOT IN ('claim_due', 'claim_missed') AND NOT EXISTS (
  SELECT 1 FROM alerts later WHERE later.case_id = a.case_id AND later.id > a.id AND NOT later.for_draft
    AND later.state <> 'suppressed')
"""


def settle_failed(store: Store, ids: Sequence[int], now: datetime, error: str) -> list[tuple[int, str]]:
    """The channel did not take them: again after 5 s, doubling to 15 min, all of one group together.

    A day after the first attempt they are given up. The parcels and kinds of those that were moot by now, of which
    nobody has been told.
    """
    row = store.one("SELECT attempts, tried_at FROM alerts WHERE id = ?", (ids[0],)) if ids else None
    if row is None:
        return []
    attempts, tried_at = row
    if now - from_ms(tried_at) >= GIVE_UP:
        settle_dead(store, ids, error, "not delivered within a day")
        return []
    again = to_ms(now + backoff(ids[0], attempts))
    store.write_many(_AGAIN, [(error, again, one) for one in ids])
    return [(parcel_id, kind) for one in ids for parcel_id, kind in store.all(_UNTOLD, (one,)) if parcel_id is not None]


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


def retry(store: Store, alert_id: int, now: datetime, channel: str = "", otherwise: str = "") -> list[int]:
    """Send a dead or suppressed message after all, with the rest of its digest, over `channel` if given; the ids.

    `otherwise`: the channel of one that has none. One that still waits is due at once. Raises NotFound, and BadInput
    for one that was sent or has no channel.
    """
    row = store.one("SELECT state, channel, digest FROM alerts WHERE id = ?", (alert_id,))
    if row is None:
        raise NotFound(f"there is no alert {alert_id}; `parcelwatch alerts list` shows them")
    state, old, digest = row
    if state == "sent":
        raise BadInput(f"alert {alert_id} was sent already")
    to = channel or old or otherwise
    if not to:
        raise BadInput(f"alert {alert_id} has no channel; configure one under [channels]")
    same = "SELECT id FROM alerts WHERE bundle = ? AND state = ? AND lease_until IS NULL"
    ids = [one for (one,) in store.all(same, (digest, state))] if digest is not None else [alert_id]
    store.write_many(_RETRY, [(to_ms(now), to, one) for one in ids])
    if to != old:
        # Another channel takes another length.
        store.write("DELETE FROM sendings WHERE bundle = ?", (alert_id if digest is None else digest,))
    return ids


# --- lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A message with what became of it. `title`, `body`: the words it was sent with if it was sent alone, else None."""

    out: Outgoing
    state: str
    reason: str
    error: str
    due_at: datetime | None
    sent_at: datetime | None
    digest: int | None
    title: str | None
    body: str | None


_ROWS: Final = f"""
SELECT {_OUT}, a.state, a.reason, a.error, a.due_at, a.sent_at, a.digest, s.title, s.body
{_FROM} LEFT JOIN sendings s ON s.bundle = a.id AND s.ids = '[' || a.id || ']'
"""


def rows(
    store: Store, state: str = "", parcel_id: int | None = None, after: int = 0, case_id: int | None = None
) -> list[AlertRow]:
    """Messages, oldest first, with ids above `after`."""
    conditions = {"a.state = ?": state, "a.parcel_id = ?": parcel_id, "a.id > ?": after, "a.case_id = ?": case_id}
    clause, values = where(conditions)
    return [_listed(row) for row in store.all(f"{_ROWS} {clause} ORDER BY a.id", values)]


def _listed(row: tuple[Any, ...]) -> AlertRow:
    state, reason, error, due_at, sent_at, digest, title, body = row[20 + len(_LETTER) :]
    return AlertRow(_outgoing(row), state, reason, error, maybe_at(due_at), maybe_at(sent_at), digest, title, body)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a channel fares: messages it took, messages it keeps failing to take, and the last error of these."""

    sent: int
    failing: int
    error: str


_STANDINGS: Final = """
SELECT channel, sum(state = 'sent'), sum(state = 'pending' AND error <> ''),
  coalesce((SELECT error FROM alerts last WHERE last.channel = alerts.channel AND state = 'pending' AND error <> ''
            ORDER BY id DESC LIMIT 1), '')
FROM alerts GROUP BY channel
"""
_GIVEN_UP: Final = "SELECT id FROM alerts WHERE state = 'dead' ORDER BY id"
_UNHEARD: Final = "SELECT count(*) FROM alerts WHERE state = 'suppressed' AND channel = '' AND reason = ?"


def standings(store: Store) -> dict[str, Standing]:
    """Every channel that ever had a message."""
    return {channel: Standing(*counted) for channel, *counted in store.all(_STANDINGS)}


def given_up(store: Store) -> list[int]:
    """The ids of the messages that are dead."""
    return [one for (one,) in store.all(_GIVEN_UP)]


def unheard(store: Store) -> int:
    """How many messages were told to nobody for want of a channel."""
    found: int = store.value(_UNHEARD, (NO_CHANNEL,))
    return found


def count_waiting(store: Store) -> int:
    """How many messages are not delivered yet; as quick as they are few, however many there ever were."""
    found: int = store.value("SELECT count(*) FROM alerts WHERE state = 'pending'")
    return found


def counts(store: Store) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(store.all("SELECT state, count(*) FROM alerts GROUP BY state"))
