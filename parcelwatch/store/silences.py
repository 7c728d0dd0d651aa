"""Silences as they are kept: which hold, which are over, and the messages they kept back.

What belongs here: the table `silences`, and the rows of the outbox that wait for the end of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from parcelwatch.core.dispatch import NO_CHANNEL
from parcelwatch.core.messaging.matching import Matcher, Subject
from parcelwatch.core.messaging.silences import Silence, reason
from parcelwatch.errors import NotFound
from parcelwatch.model import Severity
from parcelwatch.store.connection import Store
from parcelwatch.store.polling import look_again
from parcelwatch.store.rows import SEVERITIES, dump, from_ms, load, maybe_at, to_ms

_COLUMNS: Final = "id, matcher, until_at, by, comment"


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """A silence with what lists show. `kept`: messages it keeps back. `released_at`: when these were let go."""

    silence: Silence
    created_at: datetime
    released_at: datetime | None
    kept: int


def add(store: Store, silence: Silence, now: datetime) -> Silence:
    """Keep a silence; the same with its id."""
    sql = "INSERT INTO silences (matcher, created_at, until_at, by, comment) VALUES (?, ?, ?, ?, ?) RETURNING id"
    values = (_matcher_json(silence.match), to_ms(now), to_ms(silence.until), silence.by, silence.comment)
    silence_id: int = store.write(sql, values).fetchall()[0][0]
    return Silence(silence.match, silence.until, silence.by, silence.comment, silence_id)


def end(store: Store, silence_id: int, now: datetime) -> bool:
    """Let it end now; False if it is over already. Raises NotFound."""
    row = store.one("SELECT until_at FROM silences WHERE id = ?", (silence_id,))
    if row is None:
        raise NotFound(f"there is no silence {silence_id}; `parcelwatch silences list` shows them")
    if row[0] <= to_ms(now):
        return False
    store.write("UPDATE silences SET until_at = ? WHERE id = ?", (to_ms(now), silence_id))
    return True


def holding(store: Store, now: datetime) -> list[Silence]:
    """Those that hold."""
    sql = f"SELECT {_COLUMNS} FROM silences WHERE released_at IS NULL AND until_at > ?"
    return [_silence(row) for row in store.all(sql, (to_ms(now),))]


_LISTED: Final = f"""
SELECT {_COLUMNS}, created_at, released_at, (SELECT count(*) FROM alerts a WHERE a.silence_id = s.id) FROM silences s
WHERE until_at > ? ORDER BY until_at, id
"""


def rows(store: Store, since: datetime) -> list[SilenceRow]:
    """Those that hold, or held after `since`; the first to end first."""
    return [
        SilenceRow(_silence(row), from_ms(row[5]), maybe_at(row[6]), row[7])
        for row in store.all(_LISTED, (to_ms(since),))
    ]


# --- what they keep back -------------------------------------------------------------------------

_OF_PARCEL: Final = """
SELECT a.id, a.kind, a.severity, p.courier, p.company, p.destination, p.tags, p.value,
  (SELECT json_group_array(o.tier) FROM parcel_orders l JOIN orders o ON o.id = l.order_id
   WHERE l.parcel_id = p.id AND o.tier <> '')
FROM alerts a JOIN parcels p ON p.id = a.parcel_id
"""
# Of a case what still stands: open, seen, and of its severity; of a letter what may still be sent.
STANDING: Final = f"""{_OF_PARCEL}
JOIN cases c ON c.id = a.case_id LEFT JOIN drafts d ON d.id = a.draft_id
WHERE a.{{by}} = ? AND a.state = 'suppressed' AND CASE WHEN a.for_draft THEN d.state IN ('draft', 'approved')
  ELSE c.state = 'open' AND c.hidden_by = '' AND NOT EXISTS (SELECT 1 FROM alerts later
    WHERE later.case_id = a.case_id AND later.channel = a.channel AND later.id > a.id AND NOT later.for_draft
      AND later.why IN ('opened', 'worsened', 'reopened', 'unhidden', 'woken', 'flapping', 'repeated')
      AND (later.state <> 'suppressed' OR coalesce(later.silence_id, later.incident_id) IS NOT NULL)) END
ORDER BY a.id
"""
_PENDING: Final = f"""{_OF_PARCEL}
WHERE a.state = 'pending' AND a.lease_until IS NULL AND a.bundle IS NULL AND a.why IN (
  'opened', 'worsened', 'reopened', 'unhidden', 'woken', 'flapping', 'repeated', 'escalated', 'drafted')
"""
_KEEP_BACK: Final = """
UPDATE alerts SET state = 'suppressed', due_at = NULL, silence_id = ?, reason = ? WHERE id = ?
"""
_TELL: Final = """
UPDATE alerts SET state = 'pending', reason = '', due_at = ?, silence_id = NULL, incident_id = NULL, created_at = ?
WHERE id = ?
"""
# Unless a channel has, or had, news of it: as long as nobody heard of a case, nobody can be late to acknowledge it.
UNHEARD: Final = """
UPDATE cases SET told_at = NULL WHERE {of} = ? AND told_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM alerts a
  WHERE a.case_id = cases.id AND NOT a.for_draft AND a.state IN ('sent', 'pending') AND a.created_at >= cases.opened_at
  AND a.why IN ('opened', 'worsened', 'reopened', 'unhidden', 'woken', 'flapping', 'reraised', 'repeated'))
"""
_CASE_OF: Final = "SELECT case_id FROM alerts WHERE id = ? AND NOT for_draft AND case_id IS NOT NULL"
_TOLD: Final = """
UPDATE cases SET told_at = ? WHERE id = (SELECT case_id FROM alerts WHERE id = ? AND NOT for_draft) RETURNING parcel_id
"""
_OWED: Final = """
UPDATE cases SET told = NULL WHERE state = 'open' AND hidden_by <> '' AND told_at IS NULL AND id IN (
  SELECT case_id FROM alerts WHERE {by} = ? AND state = 'suppressed' AND NOT for_draft)
"""
_TELL_NOBODY: Final = """
UPDATE alerts SET reason = ?, silence_id = NULL, incident_id = NULL WHERE id = ? AND channel = ''
"""


def waiting(store: Store) -> Iterator[tuple[int, Subject]]:
    """Messages that nobody tried to send yet, with what each is about."""
    return ((row[0], subject(row)) for row in store.all(_PENDING))


def over(store: Store, now: datetime) -> list[Silence]:
    """Those that are over and still keep messages back."""
    sql = f"SELECT {_COLUMNS} FROM silences WHERE released_at IS NULL AND until_at <= ?"
    return [_silence(row) for row in store.all(sql, (to_ms(now),))]


def standing(store: Store, silence: Silence) -> list[tuple[int, Subject]]:
    """The messages it kept back that are still true and that nobody was told of, with what each is about."""
    return [(row[0], subject(row)) for row in store.all(STANDING.format(by="silence_id"), (silence.id,))]


def keep_back(store: Store, alert_id: int, silence: Silence) -> None:
    """A message waits for the end of a silence."""
    store.write(_KEEP_BACK, (silence.id, reason(silence), alert_id))
    for (case_id,) in store.all(_CASE_OF, (alert_id,)):
        unheard(store, case_id)


def unheard(store: Store, case_id: int) -> None:
    """News of a case was kept back: agents who had none of it count as told when the silence ends."""
    store.write(UNHEARD.format(of="id"), (case_id,))


def tell(store: Store, alert_id: int, now: datetime) -> bool:
    """A message is kept back no longer: it is due as if it were born now; False for one that has no channel."""
    if store.write(_TELL_NOBODY, (NO_CHANNEL, alert_id)).rowcount:
        return False
    store.write(_TELL, (to_ms(now), to_ms(now), alert_id))
    told = store.write(_TOLD, (to_ms(now), alert_id)).fetchall()
    look_again(store, [parcel_id for (parcel_id,) in told], now)
    return True


def owe(store: Store, by: str, holder: int) -> None:
    """What a worse kind hides as it is let go, and nobody heard of, is news once it is hidden no more.

    `by`: the column of alerts that names what kept it back, `holder`.
    """
    store.write(_OWED.format(by=by), (holder,))


def close(store: Store, silence: Silence, now: datetime) -> None:
    """A silence is over, and what it kept back was seen to."""
    assert silence.id is not None
    owe(store, "silence_id", silence.id)
    store.write("UPDATE silences SET released_at = ? WHERE id = ?", (to_ms(now), silence.id))


# --- values --------------------------------------------------------------------------------------

_NAMES: Final = ("kinds", "severity", "below", "courier", "company", "destination", "tag", "value", "tier")


def _matcher_json(match: Matcher) -> str:
    return dump({name: value for name in _NAMES if (value := getattr(match, name))})


def _matcher(text: str) -> Matcher:
    said = load(text)
    grades = {name: SEVERITIES[said[name]] for name in ("severity", "below") if name in said}
    return Matcher(**{**said, **grades, "kinds": tuple(said.get("kinds", ()))})


def _silence(row: tuple[Any, ...]) -> Silence:
    return Silence(_matcher(row[1]), from_ms(row[2]), row[3], row[4], row[0])


def subject(row: tuple[Any, ...]) -> Subject:
    """What the message of a row of STANDING is about."""
    _, kind, severity, courier, company, destination, tags, value, tiers = row
    grade: Severity = SEVERITIES[severity]
    return Subject(kind, grade, courier, company, destination, tuple(load(tags)), value, tuple(load(tiers)))
