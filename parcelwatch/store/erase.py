"""Everything known of one number: handing it out, and erasing it.

What belongs here: what a person may ask of us about their parcel. Erasing covers every table, and a new table with
anything personal in it must be added here; handed out is what is kept about the parcel itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus

from parcelwatch.errors import NotFound
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import iso, load

_NAMES: Final = "SELECT number, successor, replaced FROM parcels WHERE id = ?"
_IDS: Final = "SELECT id FROM parcels WHERE number = ?1 OR (successor = ?1 AND successor <> '') ORDER BY id"
_MOMENTS: Final = re.compile("_(at|by|since|from|until)$|^(estimate|promise)$")


def export(store: Store, number: str) -> dict[str, Any]:
    """All that is kept about `number`, fit for JSON. Raises NotFound."""
    return {"number": number, "parcels": [_exported(store, parcel_id) for parcel_id in _ids(store, number)]}


_OF_A_PARCEL: Final = {
    "checkpoints": "SELECT * FROM checkpoints WHERE parcel_id = ?",
    "cases": "SELECT * FROM cases WHERE parcel_id = ? ORDER BY id",
    "case_events": "SELECT * FROM case_events WHERE case_id IN (SELECT id FROM cases WHERE parcel_id = ?) ORDER BY id",
    "notes": "SELECT * FROM notes WHERE case_id IN (SELECT id FROM cases WHERE parcel_id = ?) ORDER BY id",
    "drafts": "SELECT * FROM drafts WHERE parcel_id = ? ORDER BY id",
    "draft_events": """SELECT * FROM draft_events
      WHERE draft_id IN (SELECT id FROM drafts WHERE parcel_id = ?) ORDER BY id""",
    "alerts": "SELECT * FROM alerts WHERE parcel_id = ? ORDER BY id",
    "sendings": "SELECT * FROM sendings WHERE bundle IN (SELECT id FROM alerts WHERE parcel_id = ?) ORDER BY bundle",
    "history": "SELECT * FROM history WHERE parcel_id = ? ORDER BY at, id",
}
_JSON: Final = frozenset({"tags", "replaced", "fact", "facts", "data", "ids"})


def _exported(store: Store, parcel_id: int) -> dict[str, Any]:
    (parcel,) = store.db.query("SELECT * FROM parcels WHERE id = ?", (parcel_id,))
    tables = {
        name: [_dated(row) for row in store.db.query(query, (parcel_id,))] for name, query in _OF_A_PARCEL.items()
    }
    return {**_dated(parcel), **tables}


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _shown(name, value) for name, value in row.items()}


def _shown(name: str, value: Any) -> Any:
    if name in _JSON and value:
        return load(value)
    return iso(value) if _MOMENTS.search(name) else value


def _ids(store: Store, number: str) -> list[int]:
    ids = [parcel_id for (parcel_id,) in store.all(_IDS, (number,))]
    if not ids:
        raise NotFound(f"no parcel has the number {number}")
    return ids


# --- erasing -------------------------------------------------------------------------------------

# Rows that belong to no parcel, or to another one, and name this one all the same. What people wrote goes as a whole,
# for who knows what else it says; another parcel's alert may still have to be sent and only loses the number.
_MENTIONS: Final = (
    "DELETE FROM payloads WHERE names(body, ?1) OR names(error, ?1)",
    "DELETE FROM inbox WHERE names(body, ?1) OR names(headers, ?1) OR names(error, ?1)",
    "DELETE FROM unknown_codes WHERE names(text, ?1) OR names(code, ?1)",
    "UPDATE accounts SET last_error = '(erased)' WHERE names(last_error, ?1)",
    "UPDATE notes SET text = '(erased)' WHERE names(text, ?1)",
    "UPDATE imports SET source = '(erased)' WHERE names(source, ?1)",
    "UPDATE alerts SET error = '', outcome = '' WHERE names(error || ' ' || outcome, ?1)",
    """UPDATE alerts SET fact = iif(parcel_id IS NULL, '{"says":"noted","reason":"(erased)"}', struck(fact, ?1))
       WHERE names(fact, ?1)""",
    """UPDATE sendings SET title = struck(title, ?1), body = struck(body, ?1)
       WHERE names(title || ' ' || body, ?1)""",
)


def _names(text: str | bytes, number: str) -> bool:
    """Whether `text` names this very number and not a longer one that holds it."""
    said = text.decode("latin-1") if isinstance(text, bytes) else text
    # A form's quoting would hide where the number begins.
    return any(_word(number).search(form) for form in (said, unquote_plus(said)))


def _struck(text: str, number: str) -> str:
    return _word(number).sub("(erased)", text)


@lru_cache(maxsize=1)
def _word(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(number)}(?![A-Za-z0-9])", re.IGNORECASE)


def _all_numbers(store: Store, parcel_id: int) -> list[str]:
    """Every number a parcel ever had."""
    ((number, successor, replaced),) = store.all(_NAMES, (parcel_id,))
    return [name for name in (number, successor, *load(replaced)) if name]


def forget(store: Store, number: str) -> int:
    """Erase every trace of `number`, from the database's files too; how many parcels it was. Raises NotFound.

    Opens its own transaction, then has the database rewritten. Backups made before still hold it.
    """
    ids = _ids(store, number)
    store.conn.create_function("names", 2, _names, deterministic=True)
    store.conn.create_function("struck", 2, _struck, deterministic=True)
    with store.transaction():
        names = sorted({name for parcel_id in ids for name in _all_numbers(store, parcel_id)})
        # Alerts, cases and all that hangs on them go with the parcel: every reference cascades.
        store.write_many("DELETE FROM parcels WHERE id = ?", [(parcel_id,) for parcel_id in ids])
        for statement in _MENTIONS:
            store.write_many(statement, [(name,) for name in names])
    store.rewrite()
    return len(ids)
