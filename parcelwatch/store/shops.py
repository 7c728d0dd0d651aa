"""Shops: how far each was read, which parcels each order has, and the numbers that nobody can ask about.

What belongs here: rows of shops, of their orders and of what is held. What follows from an order is
core.rows.shopping's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from parcelwatch.core.rows.cells import number_of
from parcelwatch.core.rows.shopping import Held, Known
from parcelwatch.errors import BadInput
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, from_ms, iso, maybe_at, to_ms


class Progress(NamedTuple):
    """How far a shop was read, and when it was last asked and last read to its end."""

    at: datetime
    cursor: str
    asked_at: datetime | None
    read_at: datetime | None


def progress(store: Store, shop: str) -> Progress | None:
    """None where it was never asked."""
    row = store.one("SELECT at, cursor, asked_at, read_at FROM shops WHERE name = ?", (shop,))
    return None if row is None else Progress(from_ms(row[0]), row[1], maybe_at(row[2]), maybe_at(row[3]))


_MARK: Final = """
INSERT INTO shops (name, at, cursor, orders) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (name) DO UPDATE SET at = ?2, cursor = ?3, orders = orders + ?4
"""


def mark(store: Store, shop: str, at: datetime, cursor: str, orders: int = 0) -> None:
    """Keep how far it was read; `orders` are added to the count."""
    store.write(_MARK, (shop, to_ms(at), cursor, orders))


def asked(store: Store, shop: str, now: datetime, *, to_end: bool) -> None:
    """It was asked, and read to its end or not."""
    sql = "UPDATE shops SET asked_at = ?1, read_at = CASE WHEN ?2 THEN ?1 ELSE read_at END WHERE name = ?3"
    store.write(sql, (to_ms(now), to_end, shop))


def hasten(store: Store, shop: str) -> None:
    """Have it read at once, from where it was left."""
    store.write("UPDATE shops SET asked_at = NULL WHERE name = ?", (shop,))


# --- orders --------------------------------------------------------------------------------------


def told(store: Store, shop: str, ref: str) -> str:
    """The fingerprint of what a shop last told of an order, "" where it never did."""
    return store.value("SELECT told FROM shop_orders WHERE shop = ? AND ref = ?", (shop, ref)) or ""


_KEEP: Final = """
INSERT INTO shop_orders (shop, ref, number, standing, updated_at, told) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (shop, ref) DO UPDATE SET number = excluded.number, standing = excluded.standing,
  updated_at = excluded.updated_at, told = excluded.told
"""


def keep(store: Store, shop: str, ref: str, number: str, standing: str, updated_at: datetime, told: str) -> None:
    """Keep that a shop told of an order; `told`: the fingerprint of all it said."""
    store.write(_KEEP, (shop, ref, number, standing, to_ms(updated_at), told))


_KNOWN: Final = """
SELECT s.parcel_id, p.number, s.stopped <> '' FROM shop_parcels s JOIN parcels p ON p.id = s.parcel_id
WHERE s.shop = ? AND s.ref = ? ORDER BY s.parcel_id
"""


def known(store: Store, shop: str, ref: str) -> tuple[Known, ...]:
    """The parcels that a shop told of with an order before."""
    return tuple(Known(parcel, number, bool(stopped)) for parcel, number, stopped in store.all(_KNOWN, (shop, ref)))


_IS_KNOWN: Final = """
SELECT EXISTS (SELECT 1 FROM shop_orders WHERE shop = ?1 AND ref = ?2 AND standing <> 'open')
  OR EXISTS (SELECT 1 FROM shop_held WHERE shop = ?1 AND ref = ?2 AND number = ?3)
  OR EXISTS (
    SELECT 1 FROM shop_parcels s JOIN parcels p ON p.id = s.parcel_id
    WHERE s.shop = ?1 AND s.ref = ?2 AND p.number = ?4
  )
"""


def news(store: Store, shop: str, named: Sequence[tuple[str, str]]) -> list[str]:
    """Of orders with numbers, the refs of those that are not over and were never told of with that number."""
    unknown = (ref for ref, number in named if not store.value(_IS_KNOWN, (shop, ref, number[:80], _spelt(number))))
    return list(dict.fromkeys(unknown))


def _spelt(number: str) -> str:
    """As a parcel has it, "" for what is no number."""
    try:
        return number_of(number)
    except BadInput:
        return ""


def link(store: Store, shop: str, ref: str, parcel_id: int, stopped: str = "") -> None:
    """Keep that a parcel is an order's, and why it was stopped ("" while the shop names it)."""
    sql = """INSERT INTO shop_parcels (shop, ref, parcel_id, stopped) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (shop, ref, parcel_id) DO UPDATE SET stopped = ?4"""
    store.write(sql, (shop, ref, parcel_id, stopped))


def apart(store: Store, shop: str, ids: Collection[int]) -> list[int]:
    """Those of these parcels that a shop never told of: they came in another way."""
    sql = """SELECT value FROM json_each(?) WHERE value NOT IN (SELECT parcel_id FROM shop_parcels WHERE shop = ?)"""
    return [one for (one,) in store.all(sql, (dump([*ids]), shop))] if ids else []


def wanted(store: Store, parcel_id: int, shop: str, ref: str) -> bool:
    """Whether another order still names a parcel."""
    sql = "SELECT 1 FROM shop_parcels WHERE parcel_id = ? AND stopped = '' AND NOT (shop = ? AND ref = ?) LIMIT 1"
    return store.value(sql, (parcel_id, shop, ref)) is not None


# --- what is held --------------------------------------------------------------------------------


def hold(store: Store, shop: str, ref: str, held: Sequence[Held], now: datetime) -> None:
    """Keep which numbers of an order nobody can ask about; those of it that were held before are not any more."""
    numbers = {each.number for each in held}
    before = store.all("SELECT number, why FROM shop_held WHERE shop = ? AND ref = ?", (shop, ref))
    for number, why in before:
        if number not in numbers or not any(each.number == number and each.why == why for each in held):
            store.write("DELETE FROM shop_held WHERE shop = ? AND ref = ? AND number = ?", (shop, ref, number))
    sql = "INSERT INTO shop_held (shop, ref, number, company, why, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    for each in held:
        store.write(sql, (shop, ref, each.number, each.company, each.why, to_ms(now)))


def held(store: Store, shop: str = "") -> list[dict[str, Any]]:
    """The numbers that are held, of one shop or of all, the newest first."""
    sql = """SELECT h.shop, coalesce(o.number, h.ref), h.number, h.company, h.why, h.at FROM shop_held h
      LEFT JOIN shop_orders o ON o.shop = h.shop AND o.ref = h.ref WHERE ?1 = '' OR h.shop = ?1 ORDER BY h.at DESC"""
    names = ("shop", "order", "number", "company", "why", "at")
    return [dict(zip(names, (*row[:-1], iso(row[-1])), strict=True)) for row in store.all(sql, (shop,))]


def refs_held(store: Store, shop: str, most: int = 200) -> list[str]:
    """Orders with numbers that are held, the newest first."""
    sql = "SELECT ref FROM shop_held WHERE shop = ? GROUP BY ref ORDER BY max(at) DESC LIMIT ?"
    return [ref for (ref,) in store.all(sql, (shop, most))]


_ROWS: Final = """
SELECT s.name, s.at, s.asked_at, s.read_at, s.orders,
  (SELECT count(DISTINCT parcel_id) FROM shop_parcels p WHERE p.shop = s.name AND stopped = ''),
  (SELECT count(*) FROM shop_held h WHERE h.shop = s.name)
FROM shops s ORDER BY s.name
"""


def rows(store: Store) -> list[dict[str, Any]]:
    """What is known of every shop that was ever asked, for `shops list` and `doctor`."""
    names = ("shop", "read_up_to", "asked_at", "read_at", "orders", "parcels", "held")
    return [
        dict(zip(names, (name, iso(at), iso(asked), iso(read), *counts), strict=True))
        for name, at, asked, read, *counts in store.all(_ROWS)
    ]


# --- complaints ----------------------------------------------------------------------------------


def first_heard(store: Store, source: str, ref: str, at: datetime) -> bool:
    """Whether a complaint of a source is new; from now on it is not."""
    sql = "INSERT INTO grievances (source, ref, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return store.write(sql, (source, ref, to_ms(at))).rowcount > 0
