"""What thresholds on trial would have told: kept beside a parcel, counted for reports.

What belongs here: one row for each time that agents would have heard.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from parcelwatch.duration import parse
from parcelwatch.model import Shadow
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import SEVERITIES, from_ms, maybe_at, maybe_ms, to_ms

_COLUMNS: Final = "id, kind, severity, told_at, since, threshold, policy_line, over_at, old"
_OF: Final = f"SELECT {_COLUMNS} FROM shadows WHERE parcel_id = ? ORDER BY id"
_NEW: Final = """
INSERT INTO shadows (kind, severity, told_at, since, threshold, policy_line, over_at, old, parcel_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_OVER: Final = "UPDATE shadows SET over_at = ? WHERE id = ?"
_COUNTED: Final = """
SELECT kind, policy_line, count(*), count(DISTINCT parcel_id) FROM shadows
WHERE told_at >= ? AND told_at < ? AND old = 0 GROUP BY kind, policy_line ORDER BY count(*) DESC, kind, policy_line
"""


def of(store: Store, parcel_id: int) -> tuple[Shadow, ...]:
    """Those of one parcel, oldest first."""
    return tuple(map(_shadow, store.all(_OF, (parcel_id,))))


def save(store: Store, parcel_id: int, before: tuple[Shadow, ...], after: tuple[Shadow, ...]) -> None:
    """Write what one step changed of them: some are new, some are over, or found again."""
    known = {each.id: each for each in before}
    for each in after:
        if each.id is None:
            store.write(_NEW, (*_row(each), parcel_id))
        elif each != known[each.id]:
            store.write(_OVER, (maybe_ms(each.over_at), each.id))


def counted(store: Store, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """`[{kind, policy_line, alerts, parcels}]`: what each would have told from `since` up to `until`, most first."""
    found = store.all(_COUNTED, (to_ms(since), to_ms(until)))
    names = ("kind", "policy_line", "alerts", "parcels")
    return [dict(zip(names, row, strict=True)) for row in found]


def _shadow(row: tuple[Any, ...]) -> Shadow:
    number, kind, severity, told_at, since, limit, line, over_at, old = row
    return Shadow(
        kind,
        SEVERITIES[severity],
        from_ms(told_at),
        from_ms(since),
        parse(limit) if limit else None,
        line,
        maybe_at(over_at),
        bool(old),
        number,
    )


def _row(shadow: Shadow) -> tuple[object, ...]:
    return (
        shadow.kind,
        shadow.severity,
        to_ms(shadow.told_at),
        to_ms(shadow.since),
        str(shadow.limit or ""),
        shadow.line,
        maybe_ms(shadow.over_at),
        int(shadow.old),
    )
