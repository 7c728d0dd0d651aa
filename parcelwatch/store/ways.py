"""Messages that take another way than the one they were meant for, and what was told of the channels that failed them.

What belongs here: which of the waiting ones are grave, and moving them; when and where to is telling/detours.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from parcelwatch.model import Severity
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, to_ms
from parcelwatch.store.settling import DOUBTED, IN_PART

_GRAVE: Final = str(tuple(one.value for one in Severity if one.rank >= Severity.HIGH.rank))
# What was once tried as one stays one, so that its repetition can be told.
_TO_DIVERT: Final = f"""
SELECT id, bundle FROM alerts a WHERE state = 'pending' AND reason = '' AND channel = ?1 AND due_at IS NOT NULL
  AND lease_until IS NULL AND kind <> ?2 AND NOT EXISTS (SELECT 1 FROM alerts other
    WHERE other.notice = a.notice AND other.channel = ?3 AND other.state IN ('pending', 'sent'))
  AND (?4 OR severity IN {_GRAVE} OR EXISTS (SELECT 1 FROM alerts worse WHERE worse.bundle = a.bundle
    AND worse.state = 'pending' AND worse.reason = '' AND worse.channel = ?1 AND worse.severity IN {_GRAVE}))
"""
# A pending message with a reason is moot: it goes nowhere.
_DIVERT: Final = """
UPDATE alerts SET channel = ?, meant_for = iif(meant_for = '', channel, meant_for),
  due_at = min(coalesce(due_at, ?2), ?2), lease_until = NULL, tried_at = NULL, attempts = 0, doubts = 0
WHERE id = ? AND state = 'pending' AND reason = ''
"""
_SAME: Final = """
  parcel_id, case_id, draft_id, for_draft, account, kind, why, channel, severity, fact, created_at, tried_at, attempts,
  doubts, import_id, route, notice"""
_IN_PART: Final = """
EXISTS (SELECT 1 FROM sendings s WHERE s.bundle = alerts.bundle AND s.arrived_at IS NOT NULL)
"""
_HAVE_ARRIVED: Final = f"""
INSERT INTO alerts (state, sent_at, outcome, {_SAME}) SELECT 'sent', tried_at, iif({_IN_PART}, ?, ?), {_SAME}
FROM alerts WHERE id = ? AND state = 'pending' AND reason = '' AND (doubts > 1 OR {_IN_PART})
"""


def to_divert(store: Store, channel: str, but: str, to: str, *, mild: bool = False) -> list[int]:
    """What waits for a channel and is grave, high or worse, with what it was once bundled with; none of kind `but`.

    What the channel `to` is told anyhow stays. `mild`: what is not grave goes, too.
    """
    return [one for one, _ in store.all(_TO_DIVERT, (channel, but, to, mild))]


def give(store: Store, channel: str) -> None:
    """What waits for no channel waits for this one."""
    store.write("UPDATE alerts SET channel = ? WHERE state = 'pending' AND channel = ''", (channel,))


_HAD: Final = """
SELECT a.id FROM alerts a JOIN alerts other ON other.notice = a.notice
WHERE a.id = ? AND other.channel = ? AND other.state IN ('pending', 'sent') LIMIT 1
"""


def had(store: Store, ids: Sequence[int], channel: str) -> list[int]:
    """Those of them that the channel is told anyhow, or was."""
    return [one for one in ids if store.one(_HAD, (one, channel))]


def note_arrived(store: Store, ids: Sequence[int]) -> None:
    """Their channel will never get the whole of them; where it may have had some, it is told what follows, too."""
    store.write_many(_HAVE_ARRIVED, [(IN_PART, DOUBTED, one) for one in ids])


def divert(store: Store, ids: Sequence[int], channel: str, now: datetime) -> None:
    """They go over another channel, due as they were, at the latest now; their words are found anew.

    Where some of a bundle stay, each half goes by the id of one of its own from now on.
    """
    note_arrived(store, ids)
    for bundle, moved in _bundles(store, ids):
        store.write("DELETE FROM sendings WHERE bundle = ?", (bundle,))
        rest = [one for (one,) in store.all(_REST, (bundle, dump(moved)))]
        leaving, name = (rest, min(rest, default=bundle)) if bundle in moved else (moved, min(moved))
        if rest:
            store.write_many(_NAME, [(name, name, one) for one in leaving])
    store.write_many(_DIVERT, [(channel, to_ms(now), one) for one in ids])


_BUNDLE: Final = "SELECT bundle FROM alerts WHERE id = ? AND bundle IS NOT NULL"
# What was sent keeps the name it was sent under.
_REST: Final = """
SELECT id FROM alerts WHERE bundle = ? AND id NOT IN (SELECT value FROM json_each(?)) AND state <> 'sent'
"""
_NAME: Final = "UPDATE alerts SET bundle = ?, digest = iif(digest IS NULL, NULL, ?) WHERE id = ?"


def _bundles(store: Store, ids: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """What was tried of them, by bundle."""
    found = sorted((store.value(_BUNDLE, (one,)) or 0, one) for one in ids)
    for bundle, rows in groupby(found, key=lambda row: row[0]):
        if bundle:
            yield bundle, [one for _, one in rows]


def diverted(store: Store, ids: Sequence[int]) -> list[int]:
    """Those of them that took another way before."""
    return [one for one in ids if store.value("SELECT meant_for <> '' FROM alerts WHERE id = ?", (one,))]


def told_of(store: Store, kind: str, account: str, since: datetime) -> list[str]:
    """The channels on which that was told of the account, or is being told."""
    sql = """SELECT DISTINCT channel FROM alerts WHERE kind = ? AND account = ? AND created_at >= ?
      AND (state = 'sent' OR (state = 'pending' AND (lease_until IS NOT NULL OR doubts > 0))) ORDER BY channel"""
    return [channel for (channel,) in store.all(sql, (kind, account, to_ms(since)))]


def unsay(store: Store, kind: str, account: str, reason: str) -> None:
    """What was to be told of the account no longer holds: take back what is not on its way."""
    sql = """UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
      WHERE kind = ? AND account = ? AND state = 'pending' AND lease_until IS NULL"""
    store.write(sql, (reason, kind, account))
