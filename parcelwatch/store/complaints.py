"""Complaints of buyers: when, of which parcel or order, and what about.

What belongs here: finding what one is about, keeping it once, naming it. What a report says of them is review.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from parcelwatch.core.rows.cells import number_of
from parcelwatch.core.rows.complaints import Complaint
from parcelwatch.errors import BadInput
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import to_ms

_NAMED: Final = """
SELECT c.id, p.number, o.number FROM complaints c LEFT JOIN parcels p ON p.id = c.parcel_id
LEFT JOIN orders o ON o.id = c.order_id
"""


def named(store: Store) -> dict[int, tuple[str, str]]:
    """The number and the order each complaint names, by its id; "" for what it does not."""
    return {complaint: (number or "", order or "") for complaint, number, order in store.all(_NAMED)}


class Subject(NamedTuple):
    """What a complaint is about, by ids: a parcel, or all parcels of an order."""

    parcel_id: int | None
    order_id: int | None


# Of parcels that share a number the newest that was there when the buyer complained is meant.
_NUMBERED: Final = """
SELECT id FROM parcels WHERE number = ?1 OR (successor = ?1 AND successor <> '')
ORDER BY added_at <= ?2 DESC, added_at DESC, id DESC LIMIT 1
"""
_ORDERED: Final = "SELECT id FROM orders WHERE number = ? AND number <> ''"
_HELD: Final = "SELECT order_id FROM parcel_orders WHERE parcel_id = ?"


def subject(store: Store, complaint: Complaint) -> Subject | None:
    """What is watched of what a complaint names, None where nothing is. A number says more than an order.

    Desks write a parcel's number where the order belongs: what is no order there is looked for as one.
    """
    parcel_id = store.value(_NUMBERED, (complaint.number, to_ms(complaint.at))) if complaint.number else None
    found = (store.value(_ORDERED, (spelt,)) for number in complaint.orders for spelt in _spelt(number))
    order_id = next((one for one in found if one is not None), None)
    if parcel_id is not None:
        held = {one for (one,) in store.all(_HELD, (parcel_id,))}
        return Subject(parcel_id, order_id if order_id in held else None)
    if order_id is not None:
        return Subject(None, order_id)
    numbers = (store.value(_NUMBERED, (number, to_ms(complaint.at))) for number in _numbers(complaint.orders))
    return next((Subject(one, None) for one in numbers if one is not None), None)


def _numbers(orders: tuple[str, ...]) -> Iterator[str]:
    for order in orders:
        with suppress(BadInput):
            yield number_of(order)


def _spelt(number: str) -> tuple[str, ...]:
    """An order's number as it is written, and as it may stand in the shop: with or without its #."""
    bare = number.lstrip("#")
    return (number, bare if bare != number else f"#{bare}")


# The same complaint may name its parcel in one file and its order in another.
_SAME: Final = """
SELECT id, parcel_id, order_id, kind, text FROM complaints
WHERE at = ?1 AND (
  parcel_id = ?2 OR order_id = ?3
  OR order_id IN (SELECT order_id FROM parcel_orders WHERE parcel_id = ?2)
  OR parcel_id IN (SELECT parcel_id FROM parcel_orders WHERE order_id = ?3 AND ?2 IS NULL))
ORDER BY parcel_id = ?2 DESC, id
"""
_NEW: Final = "INSERT INTO complaints (at, parcel_id, order_id, kind, text) VALUES (?, ?, ?, ?, ?)"
_CHANGE: Final = "UPDATE complaints SET parcel_id = ?, order_id = ?, kind = ?, text = ? WHERE id = ?"


def keep(store: Store, complaint: Complaint, about: Subject) -> str:
    """Keep one, in the caller's transaction: "added", "updated", or "unchanged". What is left empty stays as it was."""
    at = to_ms(complaint.at)
    known = next((row for row in store.all(_SAME, (at, *about)) if _compatible(row, about)), None)
    if known is None:
        store.write(_NEW, (at, *about, complaint.kind, complaint.text))
        return "added"
    said = (
        about.parcel_id if known[1] is None else known[1],
        about.order_id if known[2] is None else known[2],
        complaint.kind or known[3],
        complaint.text or known[4],
    )
    if said == known[1:]:
        return "unchanged"
    store.write(_CHANGE, (*said, known[0]))
    return "updated"


def _compatible(row: tuple[Any, ...], about: Subject) -> bool:
    """Whether a complaint of the same moment may be this one: two parcels of one order are two complaints."""
    return row[1] is None or about.parcel_id is None or row[1] == about.parcel_id
