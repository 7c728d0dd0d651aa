"""Customer drafts: keeping their words, listing, editing, and the moves an agent makes.

What belongs here: stored drafts. Whether a draft still holds is the core's to say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from parcelwatch.errors import BadInput, NotFound
from parcelwatch.model import Draft, DraftState
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import DRAFT_COLUMNS, dump, iso, to_draft, to_ms, where

_SAVE: Final = """
INSERT INTO drafts (parcel_id, kind, language, state, milestone, facts, subject, body, created_at, changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""


def save(store: Store, parcel_id: int, draft: Draft, subject: str, body: str, now: datetime) -> int:
    """Keep a new draft with its words; its id. `draft.facts` must be fit for JSON."""
    values = (
        parcel_id,
        draft.kind,
        draft.language,
        draft.state,
        draft.milestone,
        dump(dict(draft.facts)),
        subject,
        body,
        to_ms(draft.created_at),
        to_ms(now),
    )
    draft_id: int = store.write(_SAVE, values).fetchall()[0][0]
    return draft_id


def one(store: Store, draft_id: int) -> tuple[int, Draft]:
    """The parcel's id and the draft. Raises NotFound."""
    row = store.one(f"SELECT {DRAFT_COLUMNS}, parcel_id FROM drafts WHERE id = ?", (draft_id,))
    if row is None:
        raise NotFound(f"there is no draft {draft_id}; `parcelwatch drafts list` shows them")
    return row[-1], to_draft(row)


_ROWS: Final = """
SELECT d.id, c.id, p.number, p.order_no, d.kind, d.language, d.state, p.customer_contact, d.subject, d.body,
  d.created_at, d.changed_at, p.courier, p.customer_name
FROM drafts d JOIN parcels p ON p.id = d.parcel_id LEFT JOIN cases c ON c.parcel_id = d.parcel_id AND c.kind = d.kind
"""


def rows(
    store: Store, state: str = "", parcel_id: int | None = None, draft_id: int | None = None
) -> list[dict[str, Any]]:
    """Drafts, oldest first. Shaped as `drafts list --json`."""
    clause, values = where({"d.state = ?": state, "d.parcel_id = ?": parcel_id, "d.id = ?": draft_id})
    return [_listed(row) for row in store.all(f"{_ROWS} {clause} ORDER BY d.id", values)]


def _listed(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "id": row[0],
        "case": row[1],
        "number": row[2],
        "order": row[3],
        "kind": row[4],
        "language": row[5],
        "state": row[6],
        "to": row[7] or None,
        "subject": row[8],
        "body": row[9],
        "created_at": iso(row[10]),
        "changed_at": iso(row[11]),
        "courier": row[12],
        "customer": row[13],
    }


# --- agents' moves -------------------------------------------------------------------------------

_MOVES: Final[dict[DraftState, tuple[DraftState, ...]]] = {
    DraftState.APPROVED: (DraftState.DRAFT,),
    DraftState.DISCARDED: (DraftState.DRAFT, DraftState.APPROVED),
    DraftState.SENT: (DraftState.APPROVED,),
    DraftState.WITHDRAWN: (DraftState.DRAFT, DraftState.APPROVED),
    DraftState.SUPERSEDED: (DraftState.DRAFT, DraftState.APPROVED),
}


def set_state(store: Store, draft_id: int, state: DraftState, now: datetime) -> Draft:
    """Move a draft; the draft after. Doing it twice is once. Raises NotFound, and BadInput for a move there is not."""
    _, draft = one(store, draft_id)
    if draft.state is state:
        return draft
    if draft.state not in _MOVES.get(state, ()):
        raise BadInput(f"draft {draft_id} is {draft.state} and cannot become {state}")
    store.write("UPDATE drafts SET state = ?, changed_at = ? WHERE id = ?", (state, to_ms(now), draft_id))
    return replace(draft, state=state)


def edit(store: Store, draft_id: int, now: datetime, *, subject: str | None = None, body: str | None = None) -> Draft:
    """Other words for an unsent draft; one already approved must be approved again. Raises NotFound, BadInput."""
    _, draft = one(store, draft_id)
    if not draft.unsent:
        raise BadInput(f"draft {draft_id} is {draft.state}; only a draft not yet sent can be edited")
    draft = replace(
        draft,
        state=DraftState.DRAFT,
        subject=draft.subject if subject is None else subject,
        body=draft.body if body is None else body,
    )
    sql = "UPDATE drafts SET state = ?, subject = ?, body = ?, changed_at = ? WHERE id = ?"
    store.write(sql, (draft.state, draft.subject, draft.body, to_ms(now), draft_id))
    return draft
