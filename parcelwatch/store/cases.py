"""Cases as agents see them: lists, one with its story, notes and verdicts. What moves a case is the core's.

What belongs here: reading cases, and what agents write beside them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from parcelwatch.errors import BadInput, NotFound
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import iso, to_ms, where

VERDICTS: Final = ("true", "false", "known")

_ROWS: Final = """
SELECT c.id, p.number, p.courier, p.company, p.order_no, c.kind, c.severity, c.state, c.opened_at, c.resolved_at,
  c.reopened, c.since, c.sentence, c.threshold, c.policy_line, c.hidden_by, c.priority, c.snoozed_until, c.verdict
FROM cases c JOIN parcels p ON p.id = c.parcel_id
"""
_ORDER: Final = " ORDER BY c.state = 'resolved', c.priority DESC, c.id"


def rows(
    store: Store,
    *,
    state: str = "",
    kind: str = "",
    courier: str = "",
    parcel_id: int | None = None,
    case_id: int | None = None,
) -> list[dict[str, Any]]:
    """Cases, live ones first, the most pressing first. Shaped as `cases list --json`."""
    clause, values = where(
        {
            "c.state = ?": state,
            "c.kind = ?": kind,
            "p.courier = ?": courier,
            "c.parcel_id = ?": parcel_id,
            "c.id = ?": case_id,
        }
    )
    return [_listed(row) for row in store.all(_ROWS + clause + _ORDER, values)]


def _listed(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "id": row[0],
        "number": row[1],
        "courier": row[2],
        "company": row[3],
        "order": row[4],
        "kind": row[5],
        "severity": row[6],
        "state": row[7],
        "opened_at": iso(row[8]),
        "resolved_at": iso(row[9]),
        "reopened": row[10],
        "since": iso(row[11]),
        "sentence": row[12],
        "threshold": row[13],
        "policy_line": row[14],
        "hidden_by": row[15] or None,
        "incident": None,
        "priority": row[16],
        "snoozed_until": iso(row[17]),
        "verdict": row[18],
    }


_EVENTS: Final = "SELECT at, signal, before, after, why, by FROM case_events WHERE case_id = ? ORDER BY at, id"
_NOTES: Final = "SELECT at, by, text FROM notes WHERE case_id = ? ORDER BY at, id"


def show(store: Store, case_id: int) -> dict[str, Any]:
    """One case as in the list, with `events` and `notes`, oldest first. Raises NotFound."""
    found = rows(store, case_id=case_id)
    if not found:
        raise _unknown(case_id)
    events = [
        {"at": iso(at), "signal": signal, "before": before, "after": after, "why": why, "by": by}
        for at, signal, before, after, why, by in store.all(_EVENTS, (case_id,))
    ]
    notes = [{"at": iso(at), "by": by, "text": text} for at, by, text in store.all(_NOTES, (case_id,))]
    return {**found[0], "events": events, "notes": notes}


def locate(store: Store, case_id: int) -> tuple[int, str]:
    """The parcel and the kind of a case. Raises NotFound."""
    row = store.one("SELECT parcel_id, kind FROM cases WHERE id = ?", (case_id,))
    if row is None:
        raise _unknown(case_id)
    return row[0], row[1]


def note(store: Store, case_id: int, text: str, now: datetime, by: str = "") -> None:
    """An agent's remark. Raises NotFound."""
    locate(store, case_id)
    store.write("INSERT INTO notes (case_id, at, by, text) VALUES (?, ?, ?, ?)", (case_id, to_ms(now), by, text))


def set_verdict(store: Store, case_id: int, verdict: str, now: datetime) -> None:
    """Whether the case was right, wrong, or known to the agent before. Raises NotFound, BadInput."""
    if verdict not in VERDICTS:
        raise BadInput(f"{verdict!r} is no verdict: say {', '.join(VERDICTS)}")
    locate(store, case_id)
    store.write("UPDATE cases SET verdict = ?, verdict_at = ? WHERE id = ?", (verdict, to_ms(now), case_id))


def _unknown(case_id: int) -> NotFound:
    return NotFound(f"there is no case {case_id}; `parcelwatch cases list` shows them")
