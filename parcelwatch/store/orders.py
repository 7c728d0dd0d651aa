"""Orders and which parcels they are in: finding, saving, listing.

What belongs here: rows of orders. What rules and lists look at of a parcel's orders (first number, earliest deadlines,
sum of values, tags) is kept with the parcel too, and derived here whenever an order changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from parcelwatch.core.orders import merged
from parcelwatch.errors import NotFound
from parcelwatch.model import Order, Parcel
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import EPOCH, derived, dump, iso, load, maybe_at, maybe_ms, to_ms

ORDER: Final = (
    "number",
    "customer_name",
    "customer_contact",
    "buyer",
    "language",
    "value",
    "tier",
    "goods",
    "url",
    "promised_by",
    "dispatch_by",
    "tags",
)
_COLUMNS: Final = ", ".join(f"o.{name}" for name in ORDER)
_OF: Final = f"""
SELECT {_COLUMNS} FROM parcel_orders l JOIN orders o ON o.id = l.order_id WHERE l.parcel_id = ? ORDER BY l.order_id
"""
NUMBERS_OF: Final = """
(SELECT coalesce(json_group_array(number), '[]') FROM (
  SELECT o.number AS number FROM parcel_orders l JOIN orders o ON o.id = l.order_id
  WHERE l.parcel_id = {parcel} AND o.number <> '' ORDER BY l.order_id))
"""
"""SQL for the numbers of a parcel's orders, as a JSON list, in the order they were heard of."""

_NUMBERED: Final = f"SELECT {_COLUMNS}, o.id FROM orders o WHERE o.number = ? AND o.number <> ''"
_UNNUMBERED: Final = f"SELECT {_COLUMNS}, o.id FROM orders o WHERE o.parcel_id = ?"


def _order(row: tuple[Any, ...]) -> Order:
    return Order(
        number=row[0],
        customer_name=row[1],
        customer_contact=row[2],
        buyer=row[3],
        language=row[4],
        value=row[5],
        tier=row[6],
        goods=row[7],
        url=row[8],
        promised_by=maybe_at(row[9]),
        dispatch_by=maybe_at(row[10]),
        tags=() if row[11] == "[]" else tuple(load(row[11])),
    )


def _row(order: Order) -> list[object]:
    return [
        order.number,
        order.customer_name,
        order.customer_contact,
        order.buyer,
        order.language,
        order.value,
        order.tier,
        order.goods,
        order.url,
        maybe_ms(order.promised_by),
        maybe_ms(order.dispatch_by),
        dump(list(order.tags)) if order.tags else "[]",
    ]


# --- finding -------------------------------------------------------------------------------------


def of(store: Store, parcel_id: int) -> tuple[Order, ...]:
    """The orders in a parcel, in the order they were heard of."""
    return tuple(map(_order, store.all(_OF, (parcel_id,))))


def resolved(store: Store, said: Sequence[Order]) -> tuple[Order, ...]:
    """Each order with what is known of it from other parcels."""
    rows = [(order, store.one(_NUMBERED, (order.number,))) for order in said]
    return tuple(order if row is None else merged(_order(row), order) for order, row in rows)


def parcels_of(store: Store, number: str) -> list[int]:
    """The parcels of an order, () when there is no such order."""
    sql = """SELECT l.parcel_id FROM orders o JOIN parcel_orders l ON l.order_id = o.id
      WHERE o.number = ? AND o.number <> '' ORDER BY l.parcel_id"""
    return [parcel_id for (parcel_id,) in store.all(sql, (number,))]


# --- saving --------------------------------------------------------------------------------------

_NEW: Final = f"INSERT INTO orders ({', '.join(ORDER)}, parcel_id) VALUES ({', '.join('?' * (len(ORDER) + 1))})"
_CHANGE: Final = f"UPDATE orders SET {', '.join(f'{name} = ?' for name in ORDER)}, parcel_id = ? WHERE id = ?"
_MOVED: Final = "UPDATE drafts SET order_id = ?, order_no = ? WHERE order_id = ?"
_LINK: Final = "INSERT INTO parcel_orders (parcel_id, order_id) VALUES (?, ?) ON CONFLICT DO NOTHING"


def save(store: Store, parcel_id: int, before: Sequence[Order], after: Sequence[Order], now: datetime) -> None:
    """Write the orders of a parcel that are new or other than before; the other parcels they are in are looked at."""
    changed = [_save(store, parcel_id, order) for order in after if order not in before]
    others = {linked for order_id in changed if order_id for (linked,) in store.all(_LINKED, (order_id,))} - {parcel_id}
    derive(store, parcel_id)
    for other in sorted(others):
        derive(store, other)
        store.write(_LOOK, (to_ms(now), other))


def known(store: Store, numbers: Collection[str]) -> set[str]:
    """Which of these numbers are those of orders."""
    sql = "SELECT number FROM orders WHERE number <> '' AND number IN (SELECT value FROM json_each(?))"
    return {number for (number,) in store.all(sql, (dump([*numbers]),))}


def save_first(store: Store, parcel_id: int, said: Sequence[Order], now: datetime, *, alone: bool) -> None:
    """Write the orders of a parcel that was written with them just now.

    `alone`: no other parcel is of any of them, so that nothing else can follow from it.
    """
    if not alone and any(order.number and store.one(_NUMBERED, (order.number,)) for order in said):
        save(store, parcel_id, (), said, now)
        return
    for order in said:
        order_id = store.insert(_NEW, (*_row(order), None if order.number else parcel_id))
        store.write(_LINK, (parcel_id, order_id))


def _save(store: Store, parcel_id: int, order: Order) -> int | None:
    """The id of an order whose other parcels see it otherwise from now on, None where they do not."""
    numbered = store.one(_NUMBERED, (order.number,))
    own = store.one(_UNNUMBERED, (parcel_id,))
    found = numbered or own
    if found is None:
        owner = None if order.number else parcel_id
        order_id = store.insert(_NEW, (*_row(order), owner))
    else:
        order_id = found[-1]
        store.write(_CHANGE, (*_row(merged(_order(found), order)), None if order.number else parcel_id, order_id))
    if numbered is not None and own is not None:
        # What had no number was this order all along.
        store.write(_MOVED, (order_id, order.number, own[-1]))
        store.write("DELETE FROM orders WHERE id = ?", (own[-1],))
    store.write(_LINK, (parcel_id, order_id))
    return None if numbered is None or merged(_order(numbered), order) == _order(numbered) else order_id


_LINKED: Final = "SELECT parcel_id FROM parcel_orders WHERE order_id = ?"
_DERIVED: Final = "UPDATE parcels SET order_no = ?, promised_by = ?, dispatch_by = ?, value = ?, tags = ? WHERE id = ?"
_LOOK: Final = """
UPDATE parcels SET assess_at = ? WHERE id = ? AND asked_at IS NOT NULL AND unwatched_at IS NULL
"""


def derive(store: Store, parcel_id: int) -> None:
    """Keep with a parcel what rules and lists look at of its orders."""
    whole = Parcel(parcel_id, "", "", EPOCH, orders=of(store, parcel_id))
    store.write(_DERIVED, (*derived(whole), parcel_id))


# --- listing -------------------------------------------------------------------------------------

_PAGE: Final = 1000
_ROWS: Final = f"""
SELECT {_COLUMNS}, o.id,
  (SELECT count(*) FROM cases c JOIN parcel_orders l ON l.parcel_id = c.parcel_id
   WHERE l.order_id = o.id AND c.state <> 'resolved') AS live
FROM orders o WHERE o.number <> '' AND o.id > ?1 AND (?2 = '' OR o.number = ?2) AND (NOT ?3 OR live > 0)
ORDER BY o.id LIMIT ?4
"""
_NUMBERS: Final = """
SELECT p.number FROM parcel_orders l JOIN parcels p ON p.id = l.parcel_id WHERE l.order_id = ? ORDER BY p.id
"""


def rows(store: Store, *, open_only: bool = False) -> Iterator[dict[str, Any]]:
    """Orders as `orders list --json` has them, read a page at a time; `open_only`: with a parcel in trouble."""
    last = 0
    while page := store.all(_ROWS, (last, "", open_only, _PAGE)):
        yield from (_listed(store, row) for row in page)
        last = page[-1][len(ORDER)]


def show(store: Store, number: str) -> dict[str, Any]:
    """One order as in the list, with its `id`. Raises NotFound."""
    found = store.all(_ROWS, (0, number, False, 1)) if number else []
    if not found:
        raise NotFound(f"there is no order {number[:60]!r}; `parcelwatch orders list` shows them")
    return {"id": found[0][len(ORDER)], **_listed(store, found[0])}


def _listed(store: Store, row: tuple[Any, ...]) -> dict[str, Any]:
    order = _order(row)
    order_id, live = row[len(ORDER) :]
    return {
        "order": order.number,
        "customer": order.customer_name,
        "contact": order.customer_contact or None,
        "buyer": order.buyer,
        "language": order.language,
        "value": order.value,
        "tier": order.tier,
        "goods": order.goods,
        "url": order.url,
        "promised_by": iso(row[9]),
        "dispatch_by": iso(row[10]),
        "tags": list(order.tags),
        "parcels": [number for (number,) in store.all(_NUMBERS, (order_id,))],
        "open_cases": live,
    }
