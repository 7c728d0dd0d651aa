"""Everything known of one number or one order: handing it out, and erasing it.

What belongs here: what a person may ask of us about their parcel. Erasing covers every table, and a new table with
anything personal in it must be added here; handed out is what is kept about the parcel itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus

from parcelwatch.errors import NotFound
from parcelwatch.store.connection import Store
from parcelwatch.store.orders import derive
from parcelwatch.store.rows import fact_json, iso, load, to_fact

_NAMES: Final = "SELECT number, successor, replaced FROM parcels WHERE id = ?"
_IDS: Final = "SELECT id FROM parcels WHERE number = ?1 OR (successor = ?1 AND successor <> '') ORDER BY id"
_MOMENTS: Final = re.compile("(?<!hidden)_(at|by|since|from|until)$|^(at|since|estimate|promise)$")


def export(store: Store, number: str) -> dict[str, Any]:
    """All that is kept about `number`, fit for JSON. Raises NotFound."""
    return {"number": number, "parcels": [_exported(store, parcel_id) for parcel_id in _ids(store, number)]}


_OF_A_PARCEL: Final = {
    "orders": """SELECT o.* FROM orders o JOIN parcel_orders l ON l.order_id = o.id WHERE l.parcel_id = ?
      ORDER BY o.id""",
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
    return iso(value) if isinstance(value, int) and _MOMENTS.search(name) else value


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
    """UPDATE alerts SET fact = iif(parcel_id IS NULL, '{"says":"noted","reason":"(erased)"}', struck_fact(fact, ?1))
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


def _struck_fact(kept: str, number: str) -> str:
    """A fact without the number in what others wrote; the words that are ours stay, whatever a buyer is called."""
    fact = to_fact(kept)
    scan = fact.scan
    if scan is not None:
        code, text, place = (_struck(said, number) for said in (scan.code, scan.text, scan.place))
        scan = replace(scan, code=code, text=text, place=place)
    unread = tuple(replace(one, code=_struck(one.code, number), text=_struck(one.text, number)) for one in fact.unread)
    return fact_json(replace(fact, scan=scan, unread=unread, reason=_struck(fact.reason, number)))


@lru_cache(maxsize=1)
def _word(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(number)}(?![A-Za-z0-9])", re.IGNORECASE)


def _names_of(store: Store, parcel_id: int) -> list[str]:
    """Every number a parcel ever had."""
    ((number, successor, replaced),) = store.all(_NAMES, (parcel_id,))
    return [name for name in (number, successor, *load(replaced)) if name]


_ORDERS_OF: Final = "SELECT order_id FROM parcel_orders WHERE parcel_id = ?"
_PERSON: Final = "SELECT number, customer_contact, buyer, customer_name FROM orders WHERE id = ?"
_ALONE: Final = """
SELECT l.parcel_id FROM parcel_orders l WHERE l.order_id = ?1
  AND NOT EXISTS (SELECT 1 FROM parcel_orders other WHERE other.parcel_id = l.parcel_id AND other.order_id <> ?1)
"""
_SHORTEST: Final = 4
_SHORTEST_NUMBER: Final = 6


def _telling(name: str) -> bool:
    """Whether it means this buyer wherever it stands: a shorter name is in many words, a shorter number is a year."""
    return len(name) >= (_SHORTEST_NUMBER if name.isdigit() else _SHORTEST)


def forget(store: Store, number: str) -> int:
    """Erase every trace of a parcel's `number` and of its buyers, from the database's files too; how many parcels.

    Its orders go, with all that was written to their customers; other parcels of them are watched on without. Opens its
    own transaction, then has the database rewritten. Backups made before still hold it. Raises NotFound.
    """
    ids = _ids(store, number)
    orders = {order_id for parcel_id in ids for (order_id,) in store.all(_ORDERS_OF, (parcel_id,))}
    _erase(store, ids, sorted(orders))
    return len(ids)


def forget_order(store: Store, number: str) -> int:
    """Erase every trace of an order, its buyer, and the parcels that held nothing else; how many. Raises NotFound."""
    order_id = store.value("SELECT id FROM orders WHERE number = ? AND number <> ''", (number,))
    if order_id is None:
        raise NotFound(f"there is no order {number[:60]!r}; `parcelwatch orders list` shows them")
    ids = [parcel_id for (parcel_id,) in store.all(_ALONE, (order_id,))]
    _erase(store, ids, [order_id])
    return len(ids)


def _erase(store: Store, ids: Sequence[int], orders: Sequence[int]) -> None:
    store.conn.create_function("names", 2, _names, deterministic=True)
    store.conn.create_function("struck", 2, _struck, deterministic=True)
    store.conn.create_function("struck_fact", 2, _struck_fact, deterministic=True)
    with store.transaction():
        names = {name for parcel_id in ids for name in _names_of(store, parcel_id)}
        said = (name for order_id in orders for name in store.all(_PERSON, (order_id,))[0])
        names |= {name for name in said if _telling(name)}
        linked = {one for order_id in orders for (one,) in store.all(_LINKED, (order_id,))} - set(ids)
        # Alerts, cases, drafts and all that hangs on them go along: every reference cascades.
        store.write_many("DELETE FROM parcels WHERE id = ?", [(parcel_id,) for parcel_id in ids])
        store.write_many("DELETE FROM orders WHERE id = ?", [(order_id,) for order_id in orders])
        for parcel_id in linked:
            derive(store, parcel_id)
        for statement in _MENTIONS:
            store.write_many(statement, [(name,) for name in sorted(names)])
    store.rewrite()


_LINKED: Final = "SELECT parcel_id FROM parcel_orders WHERE order_id = ?"
