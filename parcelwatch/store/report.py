"""Counting what happened in a while and what waits, for supervisors; and which days' reports were told.

What belongs here: reading. When a report is due, and what it says, is core.report's and wording/render.py's.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Final

from parcelwatch.core.report import Figures, age
from parcelwatch.store import shadows
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import from_ms, maybe_at, to_ms

_MOVES: Final = "SELECT signal, before, after FROM case_events WHERE at >= ? AND at < ?"
# What left as one letter is one to whoever got it.
_LETTERS: Final = """
SELECT DISTINCT e.after, e.at, coalesce((SELECT min(value) FROM json_each(d.joint)), d.id)
FROM draft_events e JOIN drafts d ON d.id = e.draft_id
WHERE e.at >= ? AND e.at < ? AND e.before <> e.after AND e.after IN ('approved', 'sent')
"""
_DRAFTED: Final = "SELECT count(*) FROM drafts WHERE created_at >= ? AND created_at < ?"
_VERDICTS: Final = "SELECT verdict, count(*) FROM cases WHERE verdict_at >= ? AND verdict_at < ? GROUP BY verdict"
_WAITING: Final = "SELECT state, opened_at, owner FROM cases WHERE state <> 'resolved' AND hidden_by = ''"
_HIDDEN: Final = "SELECT count(*) FROM cases WHERE state <> 'resolved' AND hidden_by <> ''"
_OWED: Final = """
SELECT count(*) FROM cases WHERE remedy IS NOT NULL AND json_extract(remedy, '$.done_at') IS NULL
"""
_INCIDENTS: Final = """
SELECT count(*) FILTER (WHERE opened_at >= ?1 AND opened_at < ?2),
  count(*) FILTER (WHERE closed_at >= ?1 AND closed_at < ?2), count(*) FILTER (WHERE state = 'open'),
  coalesce(sum(troubled) FILTER (WHERE opened_at < ?2 AND coalesce(closed_at, ?2) >= ?1), 0) FROM incidents
"""
_OF_INCIDENTS: Final = ("opened", "closed", "open", "parcels")
_NAMES: Final = {
    "fires": "opened",
    "ack": "acknowledged",
    "escalate": "escalated",
    "reraise": "reraised",
    "agree": "agreed",
    "fulfil": "done",
}
_VERDICT_NAMES: Final = {"true": "right", "false": "wrong", "known": "known"}
_COUNTED: Final = (*_NAMES.values(), "resolved", "drafted", "approved", "sent", *_VERDICT_NAMES.values())


def figures(store: Store, since: datetime, until: datetime) -> Figures:
    """What happened from `since` up to `until`, and what waits now, counted."""
    waiting = store.all(_WAITING)
    counts = _counts(store, (to_ms(since), to_ms(until)))
    return Figures(
        since,
        until,
        counts={name: counts[name] for name in _COUNTED},
        states=dict(Counter(state for state, _, _ in waiting)),
        ages=dict(Counter(age(from_ms(opened_at), until) for _, opened_at, _ in waiting)),
        owners=dict(sorted(Counter(owner for _, _, owner in waiting).items())),
        hidden=store.value(_HIDDEN),
        owed=store.value(_OWED),
        incidents=dict(zip(_OF_INCIDENTS, store.all(_INCIDENTS, (to_ms(since), to_ms(until)))[0], strict=True)),
        shadows=tuple(shadows.counted(store, since, until)),
    )


def _counts(store: Store, span: tuple[int, int]) -> Counter[str]:
    moves = store.all(_MOVES, span)
    counts = Counter(_NAMES[signal] for signal, _, _ in moves if signal in _NAMES)
    counts["resolved"] = sum(after == "resolved" != before for _, before, after in moves)
    counts.update(after for after, _, _ in store.all(_LETTERS, span))
    counts["drafted"] = store.value(_DRAFTED, span)
    counts.update({_VERDICT_NAMES[verdict]: count for verdict, count in store.all(_VERDICTS, span)})
    return counts


def last_told(store: Store) -> tuple[str, datetime | None]:
    """The newest local day whose report was told, and when; "" and None when none ever was."""
    row = store.one("SELECT day, at FROM reports ORDER BY day DESC LIMIT 1")
    return (row[0], maybe_at(row[1])) if row else ("", None)


def told(store: Store, day: date, now: datetime) -> None:
    """This day's report is on its way."""
    store.write("INSERT INTO reports (day, at) VALUES (?, ?)", (day.isoformat(), to_ms(now)))
