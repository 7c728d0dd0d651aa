"""What the rows of one file, or of one call, promise of an order, made one promise before anything is taken.

What belongs here: deadlines of orders of which several rows speak. An order is promised once, so that the earliest of
what its rows say holds for all its parcels: a buyer told early forgives. The caller reads the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from parcelwatch.core.rows.cells import cell, orders_of
from parcelwatch.errors import BadInput
from parcelwatch.model import Order, Parcel
from parcelwatch.verbs.sheet import Firsts

DEADLINES: Final = ("promised_by", "dispatch_by")
MOST_WARNED: Final = 20
_BITS: Final = (1 << 32) - 1


class Differing:
    """Which orders a file says different deadlines of, in twelve bytes an order: most say one."""

    def __init__(self) -> None:
        self.orders: set[str] = set()
        self._said = Firsts()

    def see(self, cells: Mapping[str, object]) -> None:
        """One row, by column."""
        deadlines = [(name, text) for name in DEADLINES if (text := _text(name, cells))]
        order = _text("order", cells) if deadlines else ""
        if not order:
            return
        # The end of a day is another one in another country.
        where = _text("destination", cells)
        for number in orders_of(order):
            for name, text in deadlines:
                said = hash((text, where)) & _BITS or 1
                if self._said.first(hash((number, name)), said) != said:
                    self.orders.add(number)

    def among(self, cells: Mapping[str, object]) -> bool:
        """Whether a row is of one of those orders."""
        order = _text("order", cells) if self.orders else ""
        return bool(order) and not self.orders.isdisjoint(orders_of(order))


def _text(name: str, cells: Mapping[str, object]) -> str:
    try:
        return cell(name, value) if (value := cells.get(name)) else ""
    except BadInput:
        return ""


@dataclass(frozen=True, slots=True)
class _Said:
    at: datetime
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """That rows differ about one deadline of an order. `line`: the later of the two that are named."""

    line: int
    column: str
    text: str


class Promises:
    """The deadlines of orders that rows differ about. `what`: what a row is called, of which the number is told."""

    def __init__(self, what: str = "line") -> None:
        self._what = what
        self._ends: dict[tuple[str, str], tuple[_Said, _Said]] = {}

    def say(self, parcel: Parcel, cells: Mapping[str, object], line: int) -> None:
        """Hear what a row says: the parcel it was read as, and its cells as they were written."""
        for order in parcel.orders:
            for name in DEADLINES if order.number else ():
                at: datetime | None = getattr(order, name)
                if at is not None:
                    self._hear((order.number, name), _Said(at, _text(name, cells)[:40], line))

    def _hear(self, what: tuple[str, str], said: _Said) -> None:
        first, last = self._ends.get(what, (said, said))
        self._ends[what] = (said if said.at < first.at else first, said if said.at > last.at else last)

    def settled(self, parcel: Parcel) -> Parcel:
        """The parcel with the one deadline of each of its orders, where it says one."""
        if not self._ends:
            return parcel
        orders = tuple(self._settled(order) for order in parcel.orders)
        return parcel if orders == parcel.orders else replace(parcel, orders=orders)

    def _settled(self, order: Order) -> Order:
        held: dict[str, Any] = {
            name: ends[0].at
            for name in DEADLINES
            if getattr(order, name) is not None and (ends := self._ends.get((order.number, name)))
        }
        return replace(order, **held) if held else order

    def doubts(self) -> Iterator[Doubt]:
        """What is said of every order whose rows differ, once."""
        for (order, column), (first, last) in self._ends.items():
            if first.at == last.at or first.text == last.text:
                continue
            one, other = f"{self._what} {first.line}", f"{self._what} {last.line}"
            said = f"{first.text} in {one} and {last.text} in {other}"
            text = f"order {order}: {column} is {said}; the earlier one holds for all its parcels"
            yield Doubt(max(first.line, last.line), column, text)

    def warnings(self) -> list[str]:
        """The same as warnings of a file: the first ones, and how many more there are."""
        said = [doubt.text for doubt in self.doubts()]
        more = len(said) - MOST_WARNED
        also = [f"{more} more orders whose rows differ about a deadline: the earliest one holds"] if more > 0 else []
        return said[:MOST_WARNED] + also
