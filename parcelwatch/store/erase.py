"""Everything known of one number or one order: handing it out, and erasing it.

What belongs here: what a person may ask of us about their parcel. Erasing covers every table; where others' rows name
what is erased is mentions.py's. Handed out is what is kept about the parcel itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from parcelwatch.core.drafts import about, without
from parcelwatch.core.texts.privacy import EASTERN, initials
from parcelwatch.errors import NotFound
from parcelwatch.model import Draft, DraftState
from parcelwatch.store import forgotten, mentions
from parcelwatch.store.connection import Store
from parcelwatch.store.migrations.voices import NAME_BUNDLES
from parcelwatch.store.orders import derive
from parcelwatch.store.rows import DRAFT_COLUMNS, dump, iso, load, to_draft, to_ms

_NAMES: Final = "SELECT number, successor, replaced FROM parcels WHERE id = ?"
_IDS: Final = "SELECT id FROM parcels WHERE number = ?1 OR (successor = ?1 AND successor <> '') ORDER BY id"
_MOMENTS: Final = re.compile("(?<!hidden)_(at|by|since|from|until)$|^(at|since|estimate|promise)$")


def export(store: Store, *numbers: str) -> dict[str, Any]:
    """All that is kept about parcels, fit for JSON; `number` is the first one's. Raises NotFound."""
    ids = dict.fromkeys(parcel_id for number in numbers for parcel_id in _ids(store, number))
    return {"number": numbers[0], "parcels": [_exported(store, parcel_id) for parcel_id in ids]}


_OF_A_PARCEL: Final = {
    "orders": """SELECT o.* FROM orders o JOIN parcel_orders l ON l.order_id = o.id WHERE l.parcel_id = ?
      ORDER BY o.id""",
    "checkpoints": "SELECT * FROM checkpoints WHERE parcel_id = ?",
    "cases": "SELECT * FROM cases WHERE parcel_id = ? ORDER BY id",
    "case_events": "SELECT * FROM case_events WHERE case_id IN (SELECT id FROM cases WHERE parcel_id = ?) ORDER BY id",
    "shadows": "SELECT * FROM shadows WHERE parcel_id = ? ORDER BY id",
    "notes": "SELECT * FROM notes WHERE case_id IN (SELECT id FROM cases WHERE parcel_id = ?) ORDER BY id",
    "drafts": "SELECT * FROM drafts WHERE parcel_id = ? ORDER BY id",
    "draft_events": """SELECT * FROM draft_events
      WHERE draft_id IN (SELECT id FROM drafts WHERE parcel_id = ?) ORDER BY id""",
    "alerts": "SELECT * FROM alerts WHERE parcel_id = ? ORDER BY id",
    "sendings": """SELECT * FROM sendings WHERE bundle IN (SELECT id FROM alerts WHERE parcel_id = ?)
      ORDER BY bundle, part""",
    "unheard": "SELECT * FROM unheard WHERE parcel_id = ?",
    "history": "SELECT * FROM history WHERE parcel_id = ? ORDER BY at, id",
    "complaints": """SELECT * FROM complaints WHERE parcel_id = ?1 OR (parcel_id IS NULL AND order_id IN
      (SELECT order_id FROM parcel_orders WHERE parcel_id = ?1)) ORDER BY at, id""",
}
_JSON: Final = frozenset({"tags", "replaced", "fact", "facts", "data", "ids", "word", "remedy", "claim"})


def _exported(store: Store, parcel_id: int) -> dict[str, Any]:
    (parcel,) = _named(store, "SELECT * FROM parcels WHERE id = ?", parcel_id)
    return {**parcel, **{name: _named(store, query, parcel_id) for name, query in _OF_A_PARCEL.items()}}


def _named(store: Store, query: str, parcel_id: int) -> list[dict[str, Any]]:
    """Rows with the names of their columns."""
    said = store.conn.execute(query, (parcel_id,))
    names = [column[0] for column in said.description]
    return [_dated(dict(zip(names, row, strict=True))) for row in said.fetchall()]


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


def _names_of(store: Store, parcel_id: int) -> list[str]:
    """Every number a parcel ever had."""
    ((number, successor, replaced),) = store.all(_NAMES, (parcel_id,))
    return [name for name in (number, successor, *load(replaced)) if name]


_PERSON: Final = "SELECT number, customer_contact, buyer, customer_name FROM orders WHERE id = ?"


def _said_of(number: str, contact: str, buyer: str, name: str) -> tuple[str, ...]:
    """What an order and its buyer are called, here and in messages: a link quotes, a group reads initials."""
    return number, quote(number, safe=""), contact, mentions.phone(contact), buyer, name, initials(name)


_ADDRESSED: Final = "SELECT DISTINCT to_name, to_contact FROM drafts WHERE order_id = ?"


def _written_to(store: Store, order_id: int) -> Iterator[str]:
    """All whom a letter of an order was written to: its customer may have been another once."""
    for name, contact in store.all(_ADDRESSED, (order_id,)):
        yield from (name, initials(name), contact, mentions.phone(contact))


_LINKED: Final = "SELECT parcel_id FROM parcel_orders WHERE order_id = ? ORDER BY parcel_id"
_ORDERS_OF: Final = "SELECT order_id FROM parcel_orders WHERE parcel_id = ? ORDER BY order_id"
_SHORTEST: Final = 4
_SHORTEST_NUMBER: Final = 6
_SHORTEST_EASTERN: Final = 2


def _telling(name: str) -> bool:
    """Whether it means this buyer wherever it stands: a shorter name is in many words, a shorter number is a year.

    In Han, Kana or Hangul two characters are a whole name.
    """
    if len(EASTERN.findall(name)) >= _SHORTEST_EASTERN:
        return True
    return len(name) >= (_SHORTEST_NUMBER if name.isdigit() else _SHORTEST)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What a forgetting takes, and what it leaves: numbers by id, of an order "" where it has none.

    `kept_orders` have other parcels, `kept_parcels` other orders. `lapsed`: drafts that are approved no more, as their
    letter also said what is gone, each with the draft that went, 0 where that was none by itself.
    """

    parcels: dict[int, str]
    orders: dict[int, str]
    kept_orders: dict[int, str]
    kept_parcels: dict[int, str]
    lapsed: Mapping[int, int] = field(default_factory=dict)


Told = Callable[[Erasure], None]
"""Says what an erasure takes back, while its transaction is open."""


def of_parcels(store: Store, *numbers: str) -> Erasure:
    """What forgetting these numbers takes: their parcels, and the orders that have no other. Raises NotFound."""
    ids = {parcel_id for number in numbers for parcel_id in _ids(store, number)}
    orders = {order_id for parcel_id in ids for order_id in _linked(store, _ORDERS_OF, parcel_id)}
    kept = {order_id for order_id in orders if set(_linked(store, _LINKED, order_id)) - ids}
    return _erasure(store, ids, orders - kept, kept, ())


def of_order(store: Store, number: str) -> Erasure:
    """What forgetting an order takes: the order, and the parcels that hold no other. Raises NotFound."""
    order_id = store.value("SELECT id FROM orders WHERE number = ? AND number <> ''", (number,))
    if order_id is None:
        raise NotFound(f"there is no order {number[:60]!r}; `parcelwatch orders list` shows them")
    ids = set(_linked(store, _LINKED, order_id))
    kept = {parcel_id for parcel_id in ids if _linked(store, _ORDERS_OF, parcel_id) != [order_id]}
    return _erasure(store, ids - kept, (order_id,), (), kept)


def _erasure(
    store: Store, ids: Iterable[int], orders: Iterable[int], kept_orders: Iterable[int], kept_parcels: Iterable[int]
) -> Erasure:
    def named(table: str, which: Iterable[int]) -> dict[int, str]:
        sql = f"SELECT number FROM {table} WHERE id = ?"
        return {one: str(store.value(sql, (one,))) for one in sorted(which)}

    return Erasure(
        named("parcels", ids), named("orders", orders), named("orders", kept_orders), named("parcels", kept_parcels)
    )


def _linked(store: Store, sql: str, one: int) -> list[int]:
    return [other for (other,) in store.all(sql, (one,))]


def _to_nobody(_gone: Erasure) -> None:
    """Nothing is said."""


def forget(store: Store, *numbers: str, now: datetime | None = None, tell: Told = _to_nobody) -> Erasure:
    """Erase every trace of parcels, from the database's files too; what went and what stays.

    `now`: since when shops and files that tell of them again are not heard; None: they are. `tell`: is told of it.

    An order that has no other parcel goes along, with its buyer and all that was written to them; one that has stays,
    and its letters lose these parcels. Opens its own transactions, then writes the files anew. Backups made before
    still hold it. Raises NotFound.
    """
    return _forgotten(store, lambda: of_parcels(store, *numbers), now, tell)


def forget_order(store: Store, number: str, now: datetime | None = None) -> Erasure:
    """Erase every trace of an order, its buyer, and the parcels that held nothing else; `now` as in `forget`.

    Raises NotFound.
    """
    return _forgotten(store, lambda: of_order(store, number), now)


def _forgotten(store: Store, chosen: Callable[[], Erasure], now: datetime | None, tell: Told = _to_nobody) -> Erasure:
    """Looks for mentions before and after the transaction, so that others wait for what is found only."""
    store.require_room_to_rewrite()
    mentions.teach(store)
    found = mentions.found(store, _called(store, chosen()))
    with store.transaction():
        gone = chosen()
        names = _called(store, gone)
        gone = replace(gone, lapsed=_erase(store, gone, now))
        mentions.strike(store, found, names)
        tell(gone)
    # What others wrote meanwhile may name it, too.
    while (late := mentions.found(store, names)) and any(late[table] - found.get(table, set()) for table in late):
        with store.transaction():
            mentions.strike(store, late, names)
        found = late
    store.rewrite()
    return gone


def _called(store: Store, gone: Erasure) -> set[str]:
    """All that means what is erased, wherever it stands."""
    names = {name for parcel_id in gone.parcels for name in _names_of(store, parcel_id)}
    said = [name for order_id in gone.orders for name in _said_of(*store.all(_PERSON, (order_id,))[0])]
    said += [name for order_id in gone.orders for name in _written_to(store, order_id)]
    return names | {name for name in said if _telling(name)}


# What was said together with others stays said, but not in these words; that a part of it arrived is still known.
_BLANK: Final = """
WITH gone AS (SELECT id, bundle FROM alerts
  WHERE parcel_id = ?1 OR draft_id IN (SELECT id FROM drafts WHERE parcel_id = ?1 OR order_id = ?2))
UPDATE sendings SET title = '(erased)', body = '(erased)' WHERE bundle IN (SELECT bundle FROM gone)
  AND EXISTS (SELECT 1 FROM json_each(ids) WHERE value IN (SELECT id FROM gone))
"""


def _owned(gone: Erasure) -> list[tuple[int | None, int | None]]:
    return [*((parcel_id, None) for parcel_id in gone.parcels), *((None, order_id) for order_id in gone.orders)]


def _erase(store: Store, gone: Erasure, now: datetime | None) -> dict[int, int]:
    """Erase it; as Erasure.lapsed."""
    if now is not None:
        forgotten.keep(store, gone.orders.values(), _of_what_stays(store, gone), now)
    lapsed: dict[int, int] = {}
    for order_id in gone.kept_orders:
        lapsed |= _part(store, order_id, gone.parcels)
    store.write_many(_BLANK, _owned(gone))
    # Alerts, cases, drafts and all that hangs on them go along: every reference cascades.
    store.write_many("DELETE FROM parcels WHERE id = ?", [(parcel_id,) for parcel_id in gone.parcels])
    store.write_many("DELETE FROM orders WHERE id = ?", [(order_id,) for order_id in gone.orders])
    store.write(NAME_BUNDLES)
    for parcel_id in gone.kept_parcels:
        derive(store, parcel_id)
        # Who wrote it is not known: it may be whoever is to be forgotten.
        store.write("UPDATE complaints SET text = '' WHERE parcel_id = ? AND order_id IS NULL", (parcel_id,))
    return lapsed


def _of_what_stays(store: Store, gone: Erasure) -> Iterator[tuple[str, str]]:
    """The parcels that go though their order stays, or had none: (number, order)."""
    for parcel_id in gone.parcels:
        linked = _linked(store, _ORDERS_OF, parcel_id)
        orders = [gone.kept_orders[one] for one in linked if one in gone.kept_orders] if linked else [""]
        yield from ((number, order) for number in _names_of(store, parcel_id) for order in orders)


_PARTED: Final = "UPDATE drafts SET parcel_id = ?, facts = ?, subject = ?, body = ?, state = ? WHERE id = ?"
_UNSAID: Final = """
UPDATE drafts SET subject = '', body = '', edited = 0, joint = NULL, state = 'draft'
WHERE state IN ('draft', 'approved') AND order_id = ?1
  AND EXISTS (SELECT 1 FROM json_each(joint) WHERE value IN (SELECT value FROM json_each(?2)))
"""
# What became of a letter that has left is asked of the drafts there are, in new words if they go out after all.
_LEFT: Final = """
UPDATE drafts SET subject = iif(state = 'sending', '', subject), body = iif(state = 'sending', '', body),
  joint = (SELECT iif(count(*) > 1, json_group_array(value), NULL) FROM json_each(joint)
    WHERE value NOT IN (SELECT value FROM json_each(?3)))
WHERE state IN ('sending', 'sent') AND order_id = ?1
  AND EXISTS (SELECT 1 FROM json_each(joint) WHERE value IN (SELECT value FROM json_each(?2)))
"""

_LOOK: Final = "UPDATE parcels SET assess_at = min(coalesce(assess_at, ?1), ?1) WHERE id = ?2"


def _part(store: Store, order_id: int, parcels: Collection[int]) -> dict[int, int]:
    """Take parcels out of an order's letters to its customer that are about others, too; as Erasure.lapsed."""
    parted: list[int | None] = []
    gone: list[int | None] = []
    known = [to_draft(row) for row in store.all(f"SELECT {DRAFT_COLUMNS} FROM drafts WHERE order_id = ?", (order_id,))]
    for draft in known:
        left = _without(draft, parcels)
        parted += [draft.id] if left is None or left != draft else []
        gone += [draft.id] if left is None else []
        if left is not None and left != draft:
            values = (left.facts["parcel"], dump(dict(left.facts)), left.subject, left.body, left.state, left.id)
            store.write(_PARTED, values)
            # What is due of a letter is looked for at the parcel that has it.
            store.write(_LOOK, (to_ms(draft.created_at), left.facts["parcel"]))
    store.write(_UNSAID, (order_id, dump(parted)))
    store.write(_LEFT, (order_id, dump(parted), dump(gone)))
    return dict(_lapsed(known, {one for one in parted if one}, {one for one in gone if one}))


def _lapsed(known: Iterable[Draft], parted: Collection[int], gone: Collection[int]) -> Iterator[tuple[int, int]]:
    """The approved ones of which less is left, or of whose letters, each with which of these it lost."""
    for draft in known:
        said = {draft.id or 0, *draft.joint}
        if draft.state is DraftState.APPROVED and draft.id and draft.id not in gone and said.intersection(parted):
            yield draft.id, min(said.intersection(gone), default=0)


def _without(draft: Draft, parcels: Collection[int]) -> Draft | None:
    """The letter without these parcels, None when it is about no other; one not sent yet is to be read anew."""
    left = draft
    for parcel_id in parcels:
        if about(left, parcel_id):
            facts = without(left, parcel_id)
            if facts is None:
                return None
            left = replace(left, facts=facts)
    if left is draft or draft.state not in (DraftState.DRAFT, DraftState.APPROVED, DraftState.SENDING):
        return left
    return replace(left, subject="", body="", state=DraftState.DRAFT if draft.unsent else draft.state)
