"""What was forgotten, known again when it comes: only by what a key makes of its number.

What belongs here: marks of orders, and of parcels within an order. The key lies in the database, so that nobody who has
only a list of order numbers can tell which were forgotten, and nothing here says a number.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from parcelwatch.model import Order, Parcel
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import to_ms


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The marks there are."""

    key: bytes
    marks: frozenset[str] = frozenset()

    def order(self, number: str) -> bool:
        """Whether an order was forgotten."""
        return bool(self.marks) and bool(number) and _mark(self.key, number) in self.marks

    def parcel(self, number: str, order: str) -> bool:
        """Whether a parcel of an order that stays was forgotten; of another order its number is another parcel's."""
        return bool(self.marks) and _mark(self.key, order, number) in self.marks

    def left(self, said: Parcel) -> Parcel | None:
        """What is left of a parcel that somebody tells of: without orders that were forgotten, None for nothing."""
        if not self.marks:
            return said
        kept = tuple(each for each in said.orders if not self._gone(said, each))
        if not kept and (said.orders or self.parcel(said.number, "")):
            return None
        return said if len(kept) == len(said.orders) else replace(said, orders=kept)

    def _gone(self, said: Parcel, order: Order) -> bool:
        return self.order(order.number) or (bool(said.number) and self.parcel(said.number, order.number))


def load(store: Store) -> Forgotten:
    """All that was forgotten."""
    key = bytes.fromhex(store.value("SELECT key FROM forgotten_key"))
    return Forgotten(key, frozenset(mark for (mark,) in store.all("SELECT mark FROM forgotten")))


def keep(store: Store, orders: Iterable[str], parcels: Iterable[tuple[str, str]], now: datetime) -> None:
    """Remember that these orders were forgotten, and these parcels (number, order), inside the caller's transaction."""
    key = load(store).key
    marks = [_mark(key, order) for order in orders if order]
    marks += [_mark(key, order, number) for number, order in parcels]
    sql = "INSERT INTO forgotten (mark, at) VALUES (?, ?) ON CONFLICT (mark) DO UPDATE SET at = excluded.at"
    store.write_many(sql, [(mark, to_ms(now)) for mark in sorted(marks)])


def lift(store: Store, said: Parcel) -> None:
    """Whoever adds a parcel by hand wants it again, with its orders."""
    key = load(store).key
    names = [each.number for each in said.orders]
    marks = [*(_mark(key, name) for name in names if name), *(_mark(key, name, said.number) for name in (*names, ""))]
    store.write_many("DELETE FROM forgotten WHERE mark = ?", [(mark,) for mark in marks])


def _mark(key: bytes, order: str, parcel: str = "") -> str:
    """However it is spelt: #1001 and 1001 are one."""
    said = "\0".join("".join(each.split()).lstrip("#").casefold() for each in (order, parcel))
    return hmac.digest(key, said.encode(), "sha256").hex()
