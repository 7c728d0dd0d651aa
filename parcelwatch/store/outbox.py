"""Messages on their way to people: the table `alerts`, from enqueue to a claim.

What belongs here: what is due, and claims. There is one row for each message and channel. A
claim binds its rows into a bundle and postpones them: after a crash the same bundle comes again under the same id. News
of an import's first answers has no due time until the import is released. Which rows go together, and which have to
wait, is decided by core.messaging.grouping; what became of a send is settling.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from parcelwatch.core.messaging.grouping import FIRST_HOLD, Bundle, Plan, Sent, Waiting, plan, release_at
from parcelwatch.core.messaging.messages import Group, Text
from parcelwatch.core.messaging.timing import HOUR, Timing
from parcelwatch.core.policy import Receiver
from parcelwatch.core.priority import Weighed, rank
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Severity, Why
from parcelwatch.store.alerts import CLEARS, FROM, OUT, outgoing, whole
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import (
    SEVERITIES,
    NewAlert,
    dump,
    fact_json,
    from_ms,
    load,
    maybe_at,
    to_ms,
)
from parcelwatch.store.tickets import COMPLAINED

_LARGEST_DIGEST: Final = 100_000


# --- in ------------------------------------------------------------------------------------------

_ENQUEUE: Final = """
INSERT INTO alerts (parcel_id, case_id, draft_id, for_draft, account, kind, why, channel, severity, fact, state, reason,
  created_at, due_at, import_id, silence_id, incident_id, route, notice)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
# Nobody was told of the older one, so the newer says it all; it is no worsening to who never heard of it.
_OLDER: Final = """
UPDATE alerts SET state = 'suppressed', reason = 'a newer message says it', due_at = NULL
WHERE case_id = ? AND channel = ? AND id < ? AND NOT for_draft AND state = 'pending' AND bundle IS NULL AND why IN
  ('opened', 'worsened', 'reopened', 'unhidden', 'woken', 'flapping', 'repeated')
RETURNING why
"""
TOLD_OF: Final = frozenset(
    {Why.OPENED, Why.WORSENED, Why.REOPENED, Why.UNHIDDEN, Why.WOKEN, Why.FLAPPING, Why.REPEATED}
)


def enqueue(store: Store, alert: NewAlert, now: datetime) -> int:
    """Put a message in; its id. It is due at once, or with its import's, or recorded as suppressed.

    All-clears wait in a queue of their own (`for_draft` is 2), so that many of them make one digest.
    """
    at = to_ms(now)
    values = (
        alert.parcel_id,
        alert.case_id,
        alert.draft_id,
        CLEARS if alert.why is Why.CLEARED else int(alert.draft),
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
        alert.silence,
        alert.incident,
        alert.route,
        alert.notice,
    )
    alert_id: int = store.write(_ENQUEUE, values).fetchall()[0][0]
    store.enqueued += 1
    if alert.notice is None:
        store.write("UPDATE alerts SET notice = id WHERE id = ?", (alert_id,))
    if alert.case_id is not None and alert.why in TOLD_OF and not (alert.draft or alert.suppressed):
        for (why,) in store.write(_OLDER, (alert.case_id, alert.channel, alert_id)).fetchall():
            if why != Why.REPEATED:  # who is told again has heard of it before
                store.write("UPDATE alerts SET why = ? WHERE id = ?", (why, alert_id))
    return alert_id


def enqueue_all(store: Store, alert: NewAlert, receivers: Sequence[Receiver], now: datetime) -> None:
    """The same message to every channel that gets it; recorded once where none does."""
    notice: int | None = None
    for one in receivers or (Receiver(""),):
        sent = enqueue(store, replace(alert, channel=one.channel, route=one.line, notice=notice), now)
        notice = notice or sent


# --- imports -------------------------------------------------------------------------------------

_NEXT_HELD: Final = """
SELECT import_id, created_at FROM alerts WHERE state = 'pending' AND due_at IS NULL AND import_id > ?
ORDER BY import_id, created_at LIMIT 1
"""
_NEAR: Final = FIRST_HOLD // timedelta(milliseconds=1)
_UNASKED: Final = "SELECT 1 FROM parcels WHERE import_id = ? AND asked_at IS NULL AND poll_at IS NOT NULL LIMIT 1"
# A file for each courier, one after the other: such a burst is one import in several. The ids beside it are the nearest
# in time, so that no more are looked at; one that broke off was over when it began.
_OTHERS: Final = f"""
SELECT 1 FROM imports i JOIN imports o ON o.id BETWEEN i.id - 50 AND i.id + 50 AND o.id <> i.id
JOIN parcels p ON p.import_id = o.id AND p.asked_at IS NULL AND p.poll_at IS NOT NULL
WHERE i.id = ? AND o.started_at <= i.finished_at + {_NEAR}
  AND coalesce(o.finished_at, o.started_at) + {_NEAR} >= i.started_at
LIMIT 1
"""
_RELEASE: Final = "UPDATE alerts SET due_at = ? WHERE state = 'pending' AND due_at IS NULL AND import_id = ?"


def _held(store: Store) -> Iterator[tuple[int, datetime]]:
    """Imports with news that waits, and when its release falls due."""
    import_id = 0
    while row := store.one(_NEXT_HELD, (import_id,)):
        import_id, created_at = row
        released, finished = store.all("SELECT released_at, finished_at FROM imports WHERE id = ?", (import_id,))[0]
        all_asked = finished is not None and store.one(_UNASKED, (import_id,)) is None
        others = all_asked and store.one(_OTHERS, (import_id,)) is None
        at = release_at(from_ms(created_at), maybe_at(released), all_asked=all_asked, others_asked=others)
        yield import_id, at


def release(store: Store, now: datetime, *, every: bool = False) -> int:
    """Make the held news of imports due whose wait is over, or of `every` import; how many imports."""
    ready = [import_id for import_id, at in _held(store) if every or at <= now]
    for import_id in ready:
        store.write(_RELEASE, (to_ms(now), import_id))
        store.write("UPDATE imports SET released_at = ? WHERE id = ?", (to_ms(now), import_id))
    return len(ready)


# --- out -----------------------------------------------------------------------------------------

_AT_ONCE: Final = Timing(interval=timedelta(0))
_NOW: Final = "now"


class _Due(NamedTuple):
    """The first message of a channel and severity: when it is due, in milliseconds."""

    channel: str
    at: int
    severity: str


# Asked with ">", SQLite would start at the channel just seen and read all of it.
_NEXT_CHANNEL: Final = """
SELECT channel FROM alerts WHERE state = 'pending' AND channel >= ? || char(0) ORDER BY channel LIMIT 1
"""
_FIRST_DUE: Final = """
SELECT due_at FROM alerts WHERE state = 'pending' AND channel = ? AND severity = ? AND due_at IS NOT NULL
ORDER BY due_at LIMIT 1
"""
_ABOUT: Final = """
coalesce('o' || (SELECT min(order_id) FROM parcel_orders l WHERE l.parcel_id = a.parcel_id), 'p' || a.parcel_id, '')
"""
_WAITING: Final = f"""
SELECT a.id, a.severity, a.bundle, a.digest, {_ABOUT}, a.for_draft, a.created_at, a.slot,
  json_extract(a.fact, '$.since'), p.promised_by, p.value, a.why IN ('withdrawn', 'repeated'),
  {COMPLAINED.format(parcel="a.parcel_id")}
FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id
WHERE a.state = 'pending' AND a.channel = ? AND a.severity IN ({", ".join("?" * len(Severity))}) AND a.due_at <= ?
  AND (a.due_at <= ? OR a.bundle IS NULL AND a.slot = '')
LIMIT ?
"""
_HOLD: Final = "UPDATE alerts SET due_at = ?, slot = ? WHERE id = ?"
_CLAIM: Final = """
UPDATE alerts SET due_at = ?, lease_until = ?, bundle = ?, digest = ?, attempts = attempts + 1, error = '',
  tried_at = coalesce(tried_at, ?) WHERE id = ?
"""
_OUTGOING: Final = f"SELECT {OUT} {FROM} WHERE a.id = ?"
_ORDER: Final = "SELECT ids FROM sendings WHERE bundle = ? LIMIT 1"
_WORDS: Final = "SELECT title, body, arrived_at FROM sendings WHERE bundle = ? AND ids = ? ORDER BY part"
_FORGET: Final = "DELETE FROM sendings WHERE bundle = ?"
_FREEZE: Final = "INSERT INTO sendings (bundle, part, ids, title, body) VALUES (?, ?, ?, ?, ?)"
_ARRIVED: Final = "UPDATE sendings SET arrived_at = ? WHERE bundle = ? AND part = ?"
_RENEW: Final = "UPDATE alerts SET due_at = ?, lease_until = ? WHERE id = ?"


def claim(
    store: Store, now: datetime, lease_until: datetime, *, paused: Collection[str] = (), timing: Timing = _AT_ONCE
) -> Group | None:
    """The next messages to send as one, not due again before `lease_until`; None when nothing may leave.

    Channels in `paused` are passed over. Of several channels the one with the gravest comes first, then the one due
    longest. What `timing` holds is given the time of its holding's end.
    """
    release(store, now)
    due = [one for one in _first_due(store) if one.at <= to_ms(now) and one.channel not in paused]
    ordered = sorted(due, key=lambda one: (-SEVERITIES[one.severity].rank, one.at, one.channel))
    for channel in dict.fromkeys(one.channel for one in ordered):
        decided = _planned(store, channel, timing, now)
        for held in decided.held:
            slot = held.digest_on
            store.write_many(_HOLD, [(to_ms(held.until), slot or _slot(store, one), one) for one in held.messages])
        if decided.bundles:
            return _claim(store, channel, decided.bundles[0], now, lease_until)
    return None


def _planned(store: Store, channel: str, timing: Timing, now: datetime) -> Plan:
    """What may leave of what is due; what still waits for company goes with it, but no digest before its time."""
    soon = now + (timing.wait if timing.patient else timedelta(0))
    rows = store.all(_WAITING, (channel, *Severity, to_ms(soon), to_ms(now), _LARGEST_DIGEST))
    waiting = [_waiting(row, now) for row in rows]
    return plan(waiting, now, hours=timing.hours(channel), timing=timing, sent=_lately(store, channel, timing, now))


def _waiting(row: tuple[Any, ...], now: datetime) -> Waiting:
    alert_id, severity, bundle, digest, about, for_draft, created_at, slot, since, promised_by, value, known, wrote = (
        row
    )
    grade = SEVERITIES[severity]
    began = now if since is None else from_ms(since)
    weighed = Weighed(grade, began, maybe_at(promised_by), value or 0.0, bool(wrote))
    return Waiting(
        alert_id,
        grade.rank,
        rank(weighed, now),
        bundle,
        digest=digest is not None,
        about=about,
        draft=for_draft == 1,
        cleared=for_draft == CLEARS,
        created_at=from_ms(created_at),
        gathered=slot not in ("", _NOW),
        hurried=slot == _NOW,
        known=bool(known),
    )


def _slot(store: Store, alert_id: int) -> str:
    """What waited for a daily digest still does, however long the channel must not be told."""
    found: str = store.value("SELECT slot FROM alerts WHERE id = ?", (alert_id,))
    return found


_LATELY: Final = "SELECT severity, at, digest FROM deliveries WHERE channel = ? AND at > ? ORDER BY at"


def _lately(store: Store, channel: str, timing: Timing, now: datetime) -> list[Sent]:
    since = to_ms(now - max(HOUR, timing.interval))
    found = store.all(_LATELY, (channel, since))
    return [Sent(SEVERITIES[grade].rank, from_ms(at), bool(digest)) for grade, at, digest in found]


def _claim(store: Store, channel: str, bundle: Bundle, now: datetime, lease_until: datetime) -> Group:
    lease = to_ms(lease_until)
    digest = bundle.id if bundle.digest else None
    store.write_many(_CLAIM, [(lease, lease, bundle.id, digest, to_ms(now), one) for one in bundle.messages])
    ids = _as_before(store, bundle)
    rows = tuple(whole(store, outgoing(row)) for one in ids for row in store.all(_OUTGOING, (one,)))
    found = Group(channel, rows[0].kind, all(row.draft for row in rows), rows, digest, bundle.id)
    parts = store.all(_WORDS, (found.id, dump(found.ids)))
    said = tuple(Text(title, body) for title, body, _ in parts)
    return replace(found, said=said, arrived=sum(arrived_at is not None for *_, arrived_at in parts))


def _as_before(store: Store, bundle: Bundle) -> Sequence[int]:
    """Its messages in the order of an earlier attempt with the same ones; what presses most may have changed since."""
    before: list[int] = load((store.one(_ORDER, (bundle.id,)) or ("[]",))[0])
    return before if sorted(before) == sorted(bundle.messages) else bundle.messages


def freeze(store: Store, group: Group, texts: Sequence[Text]) -> None:
    """Keep the words of an attempt: while its rows are the same, a repetition is the same text."""
    store.write(_FORGET, (group.id,))
    ids = dump(group.ids)
    rows = [(group.id, part, ids, text.title, text.body) for part, text in enumerate(texts, 1)]
    store.write_many(_FREEZE, rows)


def part_arrived(store: Store, group: Group, part: int, now: datetime) -> None:
    """The channel took this part, of 1 and up: it is not sent again."""
    store.write(_ARRIVED, (to_ms(now), group.id, part))


def renew(store: Store, ids: Sequence[int], lease_until: datetime) -> None:
    """More of them is to be sent: not due again before then."""
    lease = to_ms(lease_until)
    store.write_many(_RENEW, [(lease, lease, one) for one in ids])


def _first_due(store: Store) -> Iterator[_Due]:
    """Every channel and severity of which something waits, with its first message. A seek each, however many wait."""
    channel = ""
    while row := store.one(_NEXT_CHANNEL, (channel,)):
        channel = row[0]
        for severity in Severity:
            first = store.one(_FIRST_DUE, (channel, severity))
            if first is not None:
                yield _Due(channel, first[0], severity)


def next_due(store: Store, *, paused: Collection[str] = ()) -> datetime | None:
    """When the next message is due, held ones included; None when none waits."""
    times = [from_ms(one.at) for one in _first_due(store) if one.channel not in paused]
    times += [at for _, at in _held(store)]
    return min(times, default=None)


# --- again ---------------------------------------------------------------------------------------


def void_leases(store: Store, now: datetime) -> int:
    """Whoever was sending is gone: what it had claimed is due at once, in the same bundles. How many."""
    sql = "UPDATE alerts SET due_at = ?, lease_until = NULL WHERE lease_until IS NOT NULL AND state = 'pending'"
    return store.write(sql, (to_ms(now),)).rowcount


_RETRY: Final = """
UPDATE alerts SET state = 'pending', reason = '', error = '', due_at = ?, lease_until = NULL, tried_at = NULL,
  attempts = 0, doubts = 0, meant_for = '', channel = ?, slot = 'now', silence_id = NULL,
  incident_id = iif(kind = 'incident', incident_id, NULL) WHERE id = ?
"""


def retry(store: Store, alert_id: int, now: datetime, channel: str = "", otherwise: str = "") -> list[int]:
    """Send a dead or suppressed message after all, whatever the hour, over `channel` if given; the ids.

    What it was once sent with goes with it. `otherwise`: the channel of one that has none. One that still waits is due
    at once. Raises NotFound, and BadInput for one that was sent or has no channel.
    """
    row = store.one("SELECT state, channel, bundle FROM alerts WHERE id = ?", (alert_id,))
    if row is None:
        raise NotFound(f"there is no alert {alert_id}; `parcelwatch alerts list` shows them")
    state, old, bundle = row
    if state == "sent":
        raise BadInput(f"alert {alert_id} was sent already")
    to = channel or old or otherwise
    if not to:
        raise BadInput(f"alert {alert_id} has no channel; configure one under [channels]")
    same = "SELECT id FROM alerts WHERE bundle = ? AND state = ? AND lease_until IS NULL"
    ids = [one for (one,) in store.all(same, (bundle, state))] if bundle is not None else []
    ids = ids or [alert_id]
    store.write_many(_RETRY, [(to_ms(now), to, one) for one in ids])
    # Another channel takes another length; who asks for it on this one wants the whole of it.
    again = _FORGET if to != old else "UPDATE sendings SET arrived_at = NULL WHERE bundle = ?"
    store.write(again, (alert_id if bundle is None else bundle,))
    return ids
