"""Customer drafts as they are kept: facts, words once somebody saw them, and what was done to each.

What belongs here: rows. Which moves there are, and whether a draft still holds, is the core's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from parcelwatch.errors import NotFound
from parcelwatch.model import Draft, LetterEvent
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import (
    DRAFT_COLUMNS,
    DRAFT_WIDTH,
    draft_columns,
    dump,
    fact_json,
    iso,
    maybe_ms,
    to_draft,
    to_fact,
    to_ms,
    where,
)

ONE_ADDRESSEE: Final = """
({one}.order_no, {one}.to_name, {one}.to_contact) = ({other}.order_no, {other}.to_name, {other}.to_contact)"""
"""Whether two rows of `drafts` are to the same customer of the same order, as Draft.addressee says."""

_NEW: Final = """
INSERT INTO drafts (parcel_id, order_id, order_no, to_name, to_contact, kind, language, state, milestone, facts,
  subject, body, created_at, changed_at, step, edited)
VALUES (
  ?1, (SELECT o.id FROM orders o JOIN parcel_orders l ON l.order_id = o.id WHERE l.parcel_id = ?1 AND o.number = ?2),
  ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) RETURNING id
"""
_CHANGED: Final = """
UPDATE drafts SET state = ?, subject = ?, body = ?, changed_at = ?, edited = ?, unsure_at = ?, joint = ?, facts = ?
WHERE id = ?
"""
_TOLD: Final = "UPDATE drafts SET unsure_at = ? WHERE id = ?"
_NUMBERED: Final = """
UPDATE drafts SET order_no = ?2, order_id =
  (SELECT o.id FROM orders o JOIN parcel_orders l ON l.order_id = o.id WHERE l.parcel_id = ?1 AND o.number = ?2)
WHERE id = ?3
"""
_EVENT: Final = """
INSERT INTO draft_events (draft_id, at, verb, before, after, fact, by) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


def save(
    store: Store, parcel_id: int, before: tuple[Draft, ...], after: tuple[Draft, ...], now: datetime
) -> dict[Key, int]:
    """Write the drafts of a parcel that are new or other than before; the id of the newest unsent one by `key`."""
    if after is before:
        return {key(one): one.id for one in after if one.id is not None and one.unsent}
    known = {draft.id: draft for draft in before}
    ids: dict[Key, int] = {}
    for draft in after:
        draft_id = draft.id if draft.id is not None else _insert(store, parcel_id, draft, now)
        if draft.id is not None and known.get(draft.id) != draft:
            words = (draft.subject, draft.body, to_ms(now), int(draft.edited))
            kept = (maybe_ms(draft.unsure_at), _joint(draft.joint), dump(dict(draft.facts)))
            store.write(_CHANGED, (draft.state, *words, *kept, draft.id))
            if draft.order != known.get(draft.id, draft).order:
                store.write(_NUMBERED, (parcel_id, draft.order, draft.id))
        if draft.unsent:
            ids[key(draft)] = draft_id
    return ids


def save_told(store: Store, before: tuple[Draft, ...], after: tuple[Draft, ...]) -> None:
    """Write of which letters that have left agents were told that they may not have arrived."""
    if after is before:
        return
    known = {draft.id: draft.unsure_at for draft in before}
    told = [one for one in after if one.unsure_at != known.get(one.id)]
    store.write_many(_TOLD, [(maybe_ms(one.unsure_at), one.id) for one in told])


Key = tuple[str, str, str]


def key(draft: Draft) -> Key:
    """What one step writes no two drafts of: kind, step and order."""
    return (draft.kind, draft.step, draft.order)


def _insert(store: Store, parcel_id: int, draft: Draft, now: datetime) -> int:
    lead = draft.facts.get("parcel")
    values = (
        lead if isinstance(lead, int) and lead else parcel_id,
        draft.order,
        draft.to_name,
        draft.to_contact,
        draft.kind,
        draft.language,
        draft.state,
        draft.milestone,
        dump(dict(draft.facts)),
        draft.subject,
        draft.body,
        to_ms(draft.created_at),
        to_ms(now),
        draft.step,
        int(draft.edited),
    )
    draft_id: int = store.write(_NEW, values).fetchall()[0][0]
    return draft_id


def save_events(store: Store, moves: Sequence[LetterEvent]) -> None:
    """Lines for the histories of drafts: what was done to each, why and by whom."""
    rows = [
        (one.draft.id, to_ms(one.at), one.verb, one.before, one.after, one.why and fact_json(one.why), one.by)
        for one in moves
    ]
    store.write_many(_EVENT, rows)


def events(store: Store, draft_id: int) -> list[dict[str, Any]]:
    """`[{at, verb, before, after, fact, by}]`, oldest first."""
    sql = "SELECT at, verb, before, after, fact, by FROM draft_events WHERE draft_id = ? ORDER BY at, id"
    return [
        {"at": iso(at), "verb": verb, "before": before, "after": after, "fact": fact and to_fact(fact), "by": by}
        for at, verb, before, after, fact, by in store.all(sql, (draft_id,))
    ]


def freeze(store: Store, draft_id: int, subject: str, body: str, joint: Sequence[int] = ()) -> None:
    """Keep the words somebody was shown: from now on they are the draft's. `joint`: as Draft.joint."""
    sql = "UPDATE drafts SET subject = ?, body = ?, joint = ? WHERE id = ?"
    store.write(sql, (subject, body, _joint(joint), draft_id))


def _joint(ids: Sequence[int]) -> str | None:
    return dump(list(ids)) if ids else None


_BESIDE: Final = f"""
SELECT {DRAFT_COLUMNS} FROM drafts WHERE id <> ?1 AND state IN ('draft', 'approved', 'sending', 'sent')
  AND (order_id = (SELECT order_id FROM drafts WHERE id = ?1)
    OR id IN (SELECT value FROM json_each((SELECT joint FROM drafts WHERE id = ?1))))
ORDER BY id
"""


def beside(store: Store, draft_id: int) -> list[Draft]:
    """The letters of the same order that wait or have left, and those that this one is a part of one with."""
    return [to_draft(row) for row in store.all(_BESIDE, (draft_id,))]


def one(store: Store, draft_id: int) -> tuple[int, Draft]:
    """The parcel's id and the draft. Raises NotFound."""
    row = store.one(f"SELECT {DRAFT_COLUMNS}, parcel_id FROM drafts WHERE id = ?", (draft_id,))
    if row is None:
        raise NotFound(f"there is no draft {draft_id}; `parcelwatch drafts list` shows them")
    return row[-1], to_draft(row)


_ROWS: Final = f"""
SELECT {draft_columns("d")}, d.changed_at, c.id, p.number, p.courier
FROM drafts d JOIN parcels p ON p.id = d.parcel_id LEFT JOIN cases c ON c.parcel_id = d.parcel_id AND c.kind = d.kind
"""


def rows(
    store: Store,
    state: str = "",
    parcel_id: int | None = None,
    draft_id: int | None = None,
    case_id: int | None = None,
    order_id: int | None = None,
    kind: str = "",
    incident: int | None = None,
) -> list[dict[str, Any]]:
    """Drafts, oldest first, shaped as `drafts list --json`, with the `draft` itself for whoever finds its words."""
    clause, values = where(
        {
            "d.state = ?": state,
            "d.parcel_id = ?": parcel_id,
            "d.id = ?": draft_id,
            "c.id = ?": case_id,
            "d.order_id = ?": order_id,
            "d.kind = ?": kind,
            "c.incident_id = ?": incident,
        }
    )
    return [_listed(row) for row in store.all(f"{_ROWS} {clause} ORDER BY d.id", values)]


def _listed(row: tuple[Any, ...]) -> dict[str, Any]:
    draft = to_draft(row)
    changed_at, case_id, number, courier = row[DRAFT_WIDTH:]
    return {
        "id": draft.id,
        "case": case_id,
        "number": number,
        "order": draft.order,
        "kind": draft.kind,
        "step": draft.step,
        "language": draft.language,
        "state": draft.state,
        "to": draft.to_contact or None,
        "subject": draft.subject,
        "body": draft.body,
        "created_at": iso(to_ms(draft.created_at)),
        "changed_at": iso(changed_at),
        "courier": courier,
        "customer": draft.to_name,
        "draft": draft,
    }
