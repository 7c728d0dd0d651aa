"""Cases as agents see them: lists, one with its story, notes and verdicts. What moves a case is the core's.

What belongs here: reading cases, and what agents write beside them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from parcelwatch.core.priority import Weighed, rank
from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Case, CaseEvent, Remedy, Severity
from parcelwatch.store.connection import Store
from parcelwatch.store.orders import NUMBERS_OF
from parcelwatch.store.rows import CASE, CASE_COLUMNS, from_ms, iso, maybe_at, texts, to_case, to_fact, to_ms, where
from parcelwatch.store.tickets import COMPLAINED, TICKETS_OF

VERDICTS: Final = ("true", "false", "known")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with what lists show of its parcel."""

    case: Case
    parcel_id: int
    number: str
    courier: str
    company: str
    orders: tuple[str, ...]
    promised_by: datetime | None
    value: float
    verdict: str | None
    tags: tuple[str, ...]
    incident: int | None
    complained: bool
    tickets: tuple[str, ...]

    def priority(self, now: datetime) -> int:
        """How urgent it is now among others."""
        weighed = Weighed(self.case.severity, self.case.since, self.promised_by, self.value, self.complained)
        return rank(weighed, now)


_ROWS: Final = f"""
SELECT {", ".join(f"c.{name}" for name in CASE)}, p.id, p.number, p.courier, p.company,
  {NUMBERS_OF.format(parcel="p.id")}, p.promised_by, p.value, c.verdict, p.tags, c.incident_id,
  {COMPLAINED.format(parcel="p.id")}, {TICKETS_OF.format(parcel="p.id")}
FROM cases c JOIN parcels p ON p.id = c.parcel_id
"""


_OF_ORDER: Final = """
EXISTS (SELECT 1 FROM parcel_orders l JOIN orders o ON o.id = l.order_id WHERE l.parcel_id = p.id AND o.number = ?)
"""


_HOW_FAR: Final = {"open": 1, "done": 0}
REMEDIES: Final = (*_HOW_FAR, *Remedy)
"""What cases can be listed by: remedies that are agreed and not done, that are done, or of one kind."""


def rows(
    store: Store,
    now: datetime,
    *,
    state: str = "",
    kind: str = "",
    courier: str = "",
    order: str = "",
    severity: str = "",
    tag: str = "",
    owner: str | None = None,
    remedy: str = "",
    incident: int | None = None,
    parcel_id: int | None = None,
    case_id: int | None = None,
) -> list[CaseRow]:
    """Cases, live ones first, the most pressing first.

    `severity`: this or worse. `owner`: "" for those nobody has. `remedy`: one of REMEDIES: which was agreed, or how far
    it is.
    """
    worse = [each for each in Severity if severity and each.rank >= Severity(severity).rank]
    clause, values = where(
        {
            "c.state = ?": state,
            "c.kind = ?": kind,
            "p.courier = ?": courier,
            _OF_ORDER: order,
            "c.severity IN (SELECT value FROM json_each(?))": json.dumps(worse) if worse else "",
            "EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ?)": tag,
            "c.owner = json_extract(?, '$')": None if owner is None else json.dumps(owner),
            "json_extract(c.remedy, '$.what') = ?": "" if remedy in _HOW_FAR else remedy,
            "(c.remedy IS NOT NULL AND (json_extract(c.remedy, '$.done_at') IS NULL) = ?)": _HOW_FAR.get(remedy),
            "c.incident_id = ?": incident,
            "c.parcel_id = ?": parcel_id,
            "c.id = ?": case_id,
        }
    )
    found = [_listed(row) for row in store.all(_ROWS + clause, values)]
    return sorted(found, key=lambda row: (not row.case.live, -row.priority(now), row.case.id))


def _listed(row: tuple[Any, ...]) -> CaseRow:
    parcel_id, number, courier, company, orders, promised_by, value, verdict, tags, incident, *wrote = row[len(CASE) :]
    return CaseRow(
        case=to_case(row),
        parcel_id=parcel_id,
        number=number,
        courier=courier,
        company=company,
        orders=texts(orders),
        promised_by=maybe_at(promised_by),
        value=value,
        verdict=verdict,
        tags=texts(tags),
        incident=incident,
        complained=bool(wrote[0]),
        tickets=texts(wrote[1]),
    )


def one(store: Store, case_id: int, now: datetime) -> CaseRow:
    """One case as in the list. Raises NotFound."""
    found = rows(store, now, case_id=case_id)
    if not found:
        raise _unknown(case_id)
    return found[0]


_EVENTS: Final = """
SELECT e.at, e.signal, e.before, e.after, e.fact, e.by, c.kind FROM case_events e JOIN cases c ON c.id = e.case_id
WHERE e.case_id = ? ORDER BY e.at, e.id
"""
_NOTES: Final = "SELECT at, by, text FROM notes WHERE case_id = ? ORDER BY at, id"


def events(store: Store, case_id: int) -> list[CaseEvent]:
    """The history of a case, oldest first."""
    return [
        CaseEvent(kind, from_ms(at), signal, before, after, to_fact(fact), by)
        for at, signal, before, after, fact, by, kind in store.all(_EVENTS, (case_id,))
    ]


def newest_event(store: Store) -> int:
    """The id of the newest line of any case's history, 0 where there is none."""
    found: int = store.value("SELECT coalesce(max(id), 0) FROM case_events")
    return found


def notes(store: Store, case_id: int) -> list[dict[str, Any]]:
    """`[{at, by, text}]`: what agents wrote beside a case, oldest first."""
    return [{"at": iso(at), "by": by, "text": text} for at, by, text in store.all(_NOTES, (case_id,))]


_STOPPED: Final = """
SELECT kind FROM cases c WHERE parcel_id = ? AND state = 'resolved' AND 'stop' =
  (SELECT signal FROM case_events WHERE case_id = c.id AND after = 'resolved' AND before <> 'resolved'
   ORDER BY id DESC LIMIT 1)
"""


def locate(store: Store, case_id: int) -> tuple[int, str]:
    """The parcel and the kind of a case. Raises NotFound."""
    row = store.one("SELECT parcel_id, kind FROM cases WHERE id = ?", (case_id,))
    if row is None:
        raise _unknown(case_id)
    return row[0], row[1]


def stopped(store: Store, parcel_id: int) -> list[str]:
    """The kinds of the cases that were closed because their parcel was watched no more."""
    return [kind for (kind,) in store.all(_STOPPED, (parcel_id,))]


def of_kind(store: Store, parcel_id: int, kind: str) -> Case:
    """The case of that kind of a parcel that has one."""
    sql = f"SELECT {CASE_COLUMNS} FROM cases WHERE parcel_id = ? AND kind = ?"
    return to_case(store.all(sql, (parcel_id, kind))[0])


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
