"""Messages on their way to people: the table `alerts`, from enqueue to sent, dead or suppressed.

What belongs here: what is due, claims, and what became of a send. There is one row for each message and channel. A
claim binds its rows into a bundle and postpones them: after a crash the same bundle comes again under the same id. News
of an import's first answers has no due time until the import is released. Which rows go together, and which have to
wait, is decided by core.grouping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, NamedTuple
from zlib import crc32

from parcelwatch.core.content import About
from parcelwatch.core.dispatch import NO_CHANNEL
from parcelwatch.core.grouping import Bundle, Plan, Sent, Waiting, plan, release_at
from parcelwatch.core.messages import Group, Outgoing, Text
from parcelwatch.core.policy import Receiver
from parcelwatch.core.priority import Weighed, rank
from parcelwatch.core.timing import HOUR, Timing
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Severity, Why
from parcelwatch.store import orders
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

FIRST_DOUBT: Final = timedelta(hours=2)
LONGEST_DOUBT: Final = timedelta(hours=8)

DOUBTED: Final = "no answer came, twice or more: it counts as delivered"
"""The outcome of what was sent to a service that never said whether it took it."""

_LARGEST_DIGEST: Final = 100_000


class Setback(Enum):
    """Why a message is sent again: it failed; it may have arrived; or it waits in its place, for all the channel."""

    FAILED = auto()
    DOUBTED = auto()
    WAITS = auto()


# --- in ------------------------------------------------------------------------------------------

_ENQUEUE: Final = """
INSERT INTO alerts (parcel_id, case_id, draft_id, for_draft, account, kind, why, channel, severity, fact, state, reason,
  created_at, due_at, import_id, silence_id, route, notice)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
# Nobody was told of the older one, so the newer says it all; it is no worsening to who never heard of it.
_OLDER: Final = """
UPDATE alerts SET state = 'suppressed', reason = 'a newer message says it', due_at = NULL
WHERE case_id = ? AND channel = ? AND id < ? AND NOT for_draft AND state = 'pending' AND bundle IS NULL AND why IN
  ('opened', 'worsened', 'reopened', 'unhidden', 'woken', 'flapping', 'repeated')
RETURNING why
"""
_TOLD_OF: Final = frozenset(
    {Why.OPENED, Why.WORSENED, Why.REOPENED, Why.UNHIDDEN, Why.WOKEN, Why.FLAPPING, Why.REPEATED}
)


_CLEARS: Final = 2


def enqueue(store: Store, alert: NewAlert, now: datetime) -> int:
    """Put a message in; its id. It is due at once, or with its import's, or recorded as suppressed.

    All-clears wait in a queue of their own (`for_draft` is 2), so that many of them make one digest.
    """
    at = to_ms(now)
    values = (
        alert.parcel_id,
        alert.case_id,
        alert.draft_id,
        _CLEARS if alert.why is Why.CLEARED else int(alert.draft),
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
        alert.route,
        alert.notice,
    )
    alert_id: int = store.write(_ENQUEUE, values).fetchall()[0][0]
    if alert.notice is None:
        store.write("UPDATE alerts SET notice = id WHERE id = ?", (alert_id,))
    if alert.case_id is not None and alert.why in _TOLD_OF and not (alert.draft or alert.suppressed):
        for (why,) in store.write(_OLDER, (alert.case_id, alert.channel, alert_id)).fetchall():
            store.write("UPDATE alerts SET why = ? WHERE id = ?", (why, alert_id))
    return alert_id


def enqueue_all(store: Store, alert: NewAlert, receivers: Sequence[Receiver], now: datetime) -> None:
    """The same message to every channel that gets it; recorded once where none does."""
    notice: int | None = None
    for one in receivers or (Receiver(""),):
        sent = enqueue(store, replace(alert, channel=one.channel, route=one.line, notice=notice), now)
        notice = notice or sent


_TAKE_BACK: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE parcel_id = ? AND kind = ? AND for_draft < 2 AND state = 'pending'
  AND why NOT IN ('unfulfilled', 'claim_due', 'claim_missed') AND lease_until IS NULL
  AND (digest IS NULL OR error <> '')
RETURNING notice, for_draft, why
"""
_MOOT: Final = """
UPDATE alerts SET reason = ?
WHERE parcel_id = ? AND kind = ? AND for_draft < 2 AND state = 'pending'
  AND why NOT IN ('unfulfilled', 'claim_due', 'claim_missed')
"""
# Two answers that never came: it counts as delivered, so whoever got it is told what followed.
_DOUBTED: Final = """
UPDATE alerts SET state = 'sent', sent_at = tried_at, due_at = NULL
WHERE {which} AND state = 'pending' AND lease_until IS NULL AND doubts > 1
"""
_UNSILENCE: Final = """
UPDATE alerts SET reason = ?, silence_id = NULL
WHERE parcel_id = ? AND kind = ? AND state = 'suppressed' AND silence_id IS NOT NULL RETURNING notice, for_draft, why
"""
_GOT: Final = "SELECT 1 FROM alerts WHERE notice = ? AND state IN ('sent', 'pending') LIMIT 1"
# Whoever is spoken to of a case again has heard of it before.
_NEWS: Final = _TOLD_OF


def suppress(store: Store, parcel_id: int, kind: str, reason: str) -> bool:
    """What a parcel's trouble of that kind had to say no longer holds: take back what was not sent, but for its claim.

    What a customer was promised is owed all the same.

    What is being sent right now, or may have arrived in a digest before a crash, is only taken back once its sending
    is known to have failed. True if an alert about the case was taken back or silenced that no other channel got: then
    nobody was told of it.
    """
    store.write(_DOUBTED.format(which="parcel_id = ? AND kind = ?"), (parcel_id, kind))
    about = (reason, parcel_id, kind)
    rows = [row for sql in (_TAKE_BACK, _UNSILENCE) for row in store.write(sql, about).fetchall()]
    store.write(_MOOT, about)
    notices = {notice for notice, for_draft, why in rows if not for_draft and WHYS[why] in _NEWS}
    return any(store.one(_GOT, (notice,)) is None for notice in notices)


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
    store.write(_DOUBTED.format(which="draft_id = ?"), (draft_id,))
    store.write(_TAKE_BACK_DRAFT, (reason, draft_id))
    return store.one(_PUSHED, (draft_id,)) is not None


# --- all-clears ----------------------------------------------------------------------------------

_CONTRADICTED: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE case_id = ? AND for_draft = 2 AND state = 'pending' AND lease_until IS NULL AND (digest IS NULL OR error <> '')
"""
# Of the newest message about a case that each channel took, whether it is an all-clear.
_LAST_WORDS: Final = """
SELECT channel, for_draft, max(id) FROM alerts
WHERE case_id = ? AND state = 'sent' AND for_draft <> 1
  AND why NOT IN ('promised', 'unfulfilled', 'claim_due', 'claim_missed')
GROUP BY channel ORDER BY channel
"""
_LATE: Final = """
SELECT DISTINCT parcel_id, kind FROM alerts
WHERE id IN (SELECT value FROM json_each(?)) AND for_draft = 0 AND case_id IS NOT NULL AND reason <> ''
"""
_REMINDED: Final = "SELECT 1 FROM alerts WHERE draft_id = ? AND why = 'promised' LIMIT 1"


def told_on(store: Store, case_id: int) -> list[str]:
    """The channels that took the news of a case and no all-clear after it."""
    return [channel for channel, lane, _ in store.all(_LAST_WORDS, (case_id,)) if lane != _CLEARS]


def not_over(store: Store, case_id: int, reason: str) -> None:
    """A case stands again: take back the all-clears that nobody has yet."""
    store.write(_CONTRADICTED, (reason, case_id))


def told_late(store: Store, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Of messages that are about to be settled as sent, the parcels and kinds that were over when they left."""
    return store.all(_LATE, (dump(list(ids)),))


def reminded_of(store: Store, draft_id: int) -> bool:
    """Whether agents were reminded of the word that a letter gave."""
    return store.one(_REMINDED, (draft_id,)) is not None


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
  json_extract(a.fact, '$.since'), p.promised_by, p.value
FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id
WHERE a.state = 'pending' AND a.channel = ? AND a.severity IN ({", ".join("?" * len(Severity))}) AND a.due_at <= ?
LIMIT ?
"""
_HOLD: Final = "UPDATE alerts SET due_at = ?, slot = ? WHERE id = ?"
_CLAIM: Final = """
UPDATE alerts SET due_at = ?, lease_until = ?, bundle = ?, digest = ?, attempts = attempts + 1, error = '',
  tried_at = coalesce(tried_at, ?) WHERE id = ?
"""
# What a message may speak of beside its fact is read when it is sent, so that it is as known then.
_LETTER: Final = [f"d.{name}" for name in DRAFT_COLUMNS.split(", ")]
_OUT: Final = f"""
  a.id, a.kind, a.channel, a.for_draft, a.severity, a.why, a.fact, a.account, a.attempts, a.created_at, p.number,
  p.courier, p.company, {NUMBERS_OF.format(parcel="p.id")}, p.milestone, p.promised_by, p.value, a.parcel_id,
  a.case_id, {", ".join(_LETTER)}, a.route, c.claim"""
_FROM: Final = """FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id LEFT JOIN drafts d ON d.id = a.draft_id
  LEFT JOIN cases c ON c.id = a.case_id"""
_OUTGOING: Final = f"SELECT {_OUT} {_FROM} WHERE a.id = ?"
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
    rows = store.all(_WAITING, (channel, *Severity, to_ms(now), _LARGEST_DIGEST))
    waiting = [_waiting(row, now) for row in rows]
    return plan(waiting, now, hours=timing.hours(channel), timing=timing, sent=_lately(store, channel, timing, now))


def _waiting(row: tuple[Any, ...], now: datetime) -> Waiting:
    alert_id, severity, bundle, digest, about, for_draft, created_at, slot, since, promised_by, value = row
    grade = SEVERITIES[severity]
    weighed = Weighed(grade, now if since is None else from_ms(since), maybe_at(promised_by), value or 0.0)
    return Waiting(
        alert_id,
        grade.rank,
        rank(weighed, now),
        bundle,
        digest=digest is not None,
        about=about,
        draft=for_draft == 1,
        cleared=for_draft == _CLEARS,
        created_at=from_ms(created_at),
        gathered=slot not in ("", _NOW),
        hurried=slot == _NOW,
    )


def _slot(store: Store, alert_id: int) -> str:
    """What waited for a daily digest still does, however long the channel must not be told."""
    found: str = store.value("SELECT slot FROM alerts WHERE id = ?", (alert_id,))
    return found


_LATELY: Final = "SELECT severity, at FROM deliveries WHERE channel = ? AND at > ? ORDER BY at"


def _lately(store: Store, channel: str, timing: Timing, now: datetime) -> list[Sent]:
    since = to_ms(now - max(HOUR, timing.interval))
    return [Sent(SEVERITIES[grade].rank, from_ms(at)) for grade, at in store.all(_LATELY, (channel, since))]


def _claim(store: Store, channel: str, bundle: Bundle, now: datetime, lease_until: datetime) -> Group:
    lease = to_ms(lease_until)
    digest = bundle.id if bundle.digest else None
    store.write_many(_CLAIM, [(lease, lease, bundle.id, digest, to_ms(now), one) for one in bundle.messages])
    ids = _as_before(store, bundle)
    rows = tuple(_whole(store, _outgoing(row)) for one in ids for row in store.all(_OUTGOING, (one,)))
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


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    """A message from the values of _OUT; more may follow them."""
    letter = row[19 : 19 + len(_LETTER)]
    return Outgoing(
        id=row[0],
        kind=row[1],
        channel=row[2],
        draft=row[3] == 1,
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
        route=row[19 + len(_LETTER)],
        claim=to_claim(row[20 + len(_LETTER)]),
    )


_LANE: Final = "SELECT origin, destination FROM parcels WHERE id = ?"
_LETTERS: Final = """
SELECT id FROM drafts WHERE parcel_id = ?1 AND ?2 IN ('', kind) AND state IN ('draft', 'approved')
UNION SELECT d.id FROM parcel_orders l JOIN drafts d ON d.order_id = l.order_id
  WHERE l.parcel_id = ?1 AND ?2 IN ('', d.kind) AND d.state IN ('draft', 'approved')
    AND EXISTS (SELECT 1 FROM json_each(d.facts, '$.also') p WHERE json_extract(p.value, '$.parcel') = ?1)
ORDER BY 1
"""


def _whole(store: Store, out: Outgoing) -> Outgoing:
    """A message about a parcel with what is known of that beside its trouble."""
    lane = store.all(_LANE, (out.parcel_id,)) if out.parcel_id is not None else []
    if not lane:
        return out
    kind = "" if out.why is Why.WITHDRAWN else out.kind  # what is true now may be of another
    letters = tuple(one for (one,) in store.all(_LETTERS, (out.parcel_id, kind)))
    return replace(out, about=About(orders.of(store, out.parcel_id or 0), lane[0][0], lane[0][1], letters))


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


# --- told again ----------------------------------------------------------------------------------

# Open, seen, and told: since its last news, how often it was repeated and when it was sent last.
_UNTAKEN: Final = """
SELECT c.parcel_id, c.kind, max(a.sent_at), sum(a.why = 'repeated' AND a.notice = a.id) FROM cases c
JOIN alerts a ON a.case_id = c.id AND NOT a.for_draft
WHERE c.state <> 'resolved' AND c.state = 'open' AND c.hidden_by = '' AND a.id >=
  (SELECT max(id) FROM alerts news WHERE news.case_id = c.id AND NOT news.for_draft AND news.why <> 'repeated'
     AND news.notice = news.id)
GROUP BY c.id HAVING sum(a.state = 'pending') = 0 AND max(a.sent_at) IS NOT NULL
"""


def untaken(store: Store) -> list[tuple[int, str, datetime, int]]:
    """Cases that agents were told of and nobody took: parcel, kind, when they were last told, how often repeated."""
    return [(parcel, kind, from_ms(at), times) for parcel, kind, at, times in store.all(_UNTAKEN)]


_HUSH: Final = """
UPDATE alerts SET state = 'suppressed', reason = 'somebody took the case', due_at = NULL
WHERE parcel_id = ? AND kind = ? AND why = 'repeated' AND state = 'pending' AND lease_until IS NULL
"""


def hush(store: Store, parcel_id: int, kind: str) -> None:
    """Somebody took the case: it is not repeated."""
    store.write(_HUSH, (parcel_id, kind))


# --- what became of it ---------------------------------------------------------------------------

_SENT: Final = """
UPDATE alerts SET state = 'sent', sent_at = ?, outcome = ?, reason = '', due_at = NULL, lease_until = NULL WHERE id = ?
"""
# A pending message with a reason became moot while it was on its way.
_AGAIN: Final = """
UPDATE alerts SET lease_until = NULL, error = ?, state = iif(reason = '', 'pending', 'suppressed'),
  due_at = iif(reason = '', ?, NULL), doubts = doubts + ?
WHERE id = ? AND state = 'pending'
"""
_DOUBTED_ON_ITS_WAY: Final = f"{_SENT} AND state = 'pending' AND reason <> ''"
_DEAD: Final = "UPDATE alerts SET state = 'dead', due_at = NULL, lease_until = NULL, error = ?, reason = ? WHERE id = ?"


_DELIVERED: Final = (
    "INSERT INTO deliveries (channel, severity, at) SELECT channel, severity, ? FROM alerts WHERE id = ?"
)
_KEPT: Final = timedelta(days=1)


def settle_sent(store: Store, ids: Sequence[int], now: datetime, outcome: str = "") -> None:
    """The channel took them, as one message; the worst comes first."""
    store.write_many(_SENT, [(to_ms(now), outcome, one) for one in ids])
    store.write_many(_DELIVERED, [(to_ms(now), one) for one in ids[:1]])
    store.write("DELETE FROM deliveries WHERE at < ?", (to_ms(now - _KEPT),))


# Should another channel have it, or the trouble have come again since and agents been told of that, they know.
_UNTOLD: Final = """
SELECT parcel_id, kind FROM alerts a
WHERE id = ? AND state = 'suppressed' AND NOT for_draft
  AND why NOT IN ('escalated', 'reraised', 'promised', 'unfulfilled', 'claim_due', 'claim_missed') AND NOT EXISTS (
  SELECT 1 FROM alerts other WHERE other.case_id = a.case_id AND NOT other.for_draft AND (
    other.notice > a.notice AND other.state <> 'suppressed'
    OR other.notice = a.notice AND other.state IN ('sent', 'pending')))
"""


def settle_failed(
    store: Store, ids: Sequence[int], now: datetime, error: str, setback: Setback = Setback.FAILED
) -> list[tuple[int, str]]:
    """The channel did not take them, or nobody knows: all of one group again together, as the setback says.

    A day after the first attempt they are given up. The parcels and kinds of those that were moot by now, of which
    nobody has been told.
    """
    row = store.one("SELECT attempts, tried_at, doubts FROM alerts WHERE id = ?", (ids[0],)) if ids else None
    if row is None:
        return []
    attempts, tried, doubts = row
    tried_at = from_ms(tried)
    again = tried_at if setback is Setback.WAITS else now + _pause(ids[0], attempts, doubts, setback)
    doubted = int(setback is Setback.DOUBTED)
    if max(now, again if doubted else now) - tried_at >= GIVE_UP:
        _give_up(store, ids, now, error, doubts + doubted)
        return []
    if doubted and doubts:
        store.write_many(_DOUBTED_ON_ITS_WAY, [(to_ms(now), DOUBTED, one) for one in ids])
    store.write_many(_AGAIN, [(error, to_ms(again), doubted, one) for one in ids])
    return [(parcel_id, kind) for one in ids for parcel_id, kind in store.all(_UNTOLD, (one,)) if parcel_id is not None]


def _give_up(store: Store, ids: Sequence[int], now: datetime, error: str, doubts: int) -> None:
    if doubts > 1:
        settle_sent(store, ids, now, DOUBTED)
    else:
        settle_dead(store, ids, error, "not delivered within a day")


def _pause(alert_id: int, attempts: int, doubts: int, setback: Setback) -> timedelta:
    """How long to wait; after a second answer that never came it counts as delivered, and hours go by."""
    if setback is Setback.DOUBTED and doubts:
        return min(FIRST_DOUBT * (1 << min(doubts - 1, 12)), LONGEST_DOUBT)
    return backoff(alert_id, attempts)


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
  attempts = 0, doubts = 0, meant_for = '', channel = ?, slot = 'now', silence_id = NULL WHERE id = ?
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


# --- lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A message with what became of it. `title`, `body`: the words it was sent with if it was sent alone, else None.

    `meant_for`: the channel it was meant for, where it took another way. `doubts`: how often no answer came, so that
    nobody knows whether it arrived. `outcome`: what else is known of its arrival.
    """

    out: Outgoing
    state: str
    reason: str
    error: str
    outcome: str
    meant_for: str
    doubts: int
    due_at: datetime | None
    sent_at: datetime | None
    digest: int | None
    title: str | None
    body: str | None


_ITS_WORDS: Final = "FROM sendings s WHERE s.bundle = a.id AND s.ids = '[' || a.id || ']' ORDER BY s.part"
_ROWS: Final = f"""
SELECT {_OUT}, a.state, a.reason, a.error, a.outcome, a.meant_for, a.doubts, a.due_at, a.sent_at, a.digest,
  (SELECT title {_ITS_WORDS} LIMIT 1), (SELECT group_concat(body, char(10, 10)) FROM (SELECT body {_ITS_WORDS}))
{_FROM}
"""


def rows(
    store: Store, state: str = "", parcel_id: int | None = None, after: int = 0, case_id: int | None = None
) -> list[AlertRow]:
    """Messages, oldest first, with ids above `after`."""
    conditions = {"a.state = ?": state, "a.parcel_id = ?": parcel_id, "a.id > ?": after, "a.case_id = ?": case_id}
    clause, values = where(conditions)
    listed = [_listed(row) for row in store.all(f"{_ROWS} {clause} ORDER BY a.id", values)]
    return [replace(row, out=_whole(store, row.out)) for row in listed]


def _listed(row: tuple[Any, ...]) -> AlertRow:
    state, reason, error, outcome, meant_for, doubts, due_at, sent_at, digest, title, body = row[21 + len(_LETTER) :]
    return AlertRow(
        out=_outgoing(row),
        state=state,
        reason=reason,
        error=error,
        outcome=outcome,
        meant_for=meant_for,
        doubts=doubts,
        due_at=maybe_at(due_at),
        sent_at=maybe_at(sent_at),
        digest=digest,
        title=title,
        body=body,
    )


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


def count_waiting(store: Store, channel: str = "") -> int:
    """How many messages are not delivered yet; as quick as they are few, however many there ever were."""
    clause, values = where({"state = ?": "pending", "channel = ?": channel})
    found: int = store.value(f"SELECT count(*) FROM alerts {clause}", values)
    return found


def count_unsent(store: Store, now: datetime) -> int:
    """How many messages are due and were not tried: their channels' paces say wait, or their channels rest."""
    sql = "SELECT count(*) FROM alerts WHERE state = 'pending' AND due_at <= ? AND error = ''"
    found: int = store.value(sql, (to_ms(now),))
    return found


def counts(store: Store) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(store.all("SELECT state, count(*) FROM alerts GROUP BY state"))
