"""What the rows of one file mean together: its headings, the lines of one order, its buyer, parcels named twice.

What belongs here: what a row alone does not say. What is passed over is told in the list of warnings that is handed in.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from parcelwatch.core.orders import of_nobody
from parcelwatch.core.rows import columns, intake, together
from parcelwatch.core.rows.cells import cell
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput
from parcelwatch.model import Order, Parcel
from parcelwatch.verbs.records import Record

MOST_DOUBLES: Final = 20
_MOST_HEADERS: Final = 500
_MOST_BUYERS: Final = 5_000


class Useless(BadInput):
    """No row of the file can be taken; the text says what to do about the file."""


class Orders:
    """The rows of one order, of which shops fill in the first and leave the others blank but for what differs.

    `follows`: whether the last row was such a one; `passed_over`: how many of them had no number.
    """

    def __init__(self) -> None:
        self.follows = False
        self.passed_over = 0
        self._first: Mapping[str, object] = {}

    def whole(self, cells: Mapping[str, object], *, headed: bool) -> Mapping[str, object] | None:
        """The row with what its order's first one says; None for one that has nothing to watch."""
        order = cells.get("order")
        same = bool(order) and order == self._first.get("order") and _said("order", order)
        if not same:
            # Of most rows it is enough to know that they say anything.
            self.follows = headed and not any(_said(name, value) for name, value in cells.items())
            said = set()
        else:
            said = {name for name, value in cells.items() if _said(name, value)}
            self.follows = headed and ("number" not in said or said <= _OF_LINES)
        if not self.follows:
            self._first = cells
            return cells
        if "number" in said:
            return {**self._first, "number": cells["number"]}
        self.passed_over += bool(self._first)
        return None


# What the lines of an order say each, and what the first says of them all where they are joined.
_OF_LINES: Final = frozenset({"number", "order", "goods", "value"})
_MOST_LINES: Final = 500

Line = tuple[Record, Mapping[str, object] | BadInput]
"""A row with its cells by column, or what is wrong with it."""


def joined(rows: Iterable[Line]) -> Iterator[Line]:
    """The rows, of which those of one order that follow one another say the goods and the value of all of them."""
    for _, group in groupby(rows, _Order()):
        lines = list(group)
        yield from lines if len(lines) == 1 else _together(lines)


class _Order:
    """What is the same for rows that follow one another and are of one order; a row without one is by itself."""

    def __init__(self) -> None:
        self._place, self._lines, self._last = 0, 0, ""

    def __call__(self, line: Line) -> int:
        _, cells = line
        order = "" if isinstance(cells, BadInput) else _text("order", cells)
        self._lines += 1
        if not order or order != self._last or self._lines > _MOST_LINES:
            self._place, self._lines = self._place + 1, 1
        self._last = order
        return self._place


def _together(lines: Sequence[Line]) -> Iterator[Line]:
    said = [cells for _, cells in lines if not isinstance(cells, BadInput)]
    goods = together.goods(_text("goods", cells) for cells in said)
    value = _value([text for cells in said if (text := _text("value", cells))])
    news = {name: text for name, text in (("goods", goods), ("value", value)) if text}
    for place, (record, cells) in enumerate(lines):
        if place and not isinstance(cells, BadInput):
            yield record, {**cells, **{name: text for name, text in news.items() if _text(name, cells)}}
        else:
            yield record, cells if isinstance(cells, BadInput) else {**cells, **news}


def _value(said: Sequence[str]) -> str:
    """The order's, "" where each line's is left to speak for itself."""
    try:
        return together.value(said) if said else ""
    except BadInput:
        return ""


def _text(name: str, cells: Mapping[str, object]) -> str:
    try:
        return cell(name, value) if (value := cells.get(name)) else ""
    except BadInput:
        return ""


def unshipped(cells: Mapping[str, object], *, headed: bool) -> bool:
    """Whether a row is of an order that has no number yet."""
    return headed and not _said("number", cells.get("number")) and _said("order", cells.get("order"))


def _said(name: str, value: object) -> bool:
    try:
        return bool(cell(name, value))
    except BadInput:
        return True


class Firsts:
    """What was said first of each of many things, such as its line: twelve bytes a place, up to two thirds taken.

    A dictionary of the same takes ten times as much, and files may be long.
    """

    def __init__(self) -> None:
        self._taken = 0
        self._make(1 << 10)

    def first(self, mark: int, line: int) -> int:
        """The line in which it was named first, from 1 to 32 bits, which is `line` for what is new."""
        place = self._place(mark)
        if self._at[place]:
            return self._at[place]
        self._marks[place], self._at[place] = mark, line
        self._taken += 1
        if 3 * self._taken > 2 * len(self._at):
            self._grow()
        return line

    def _place(self, mark: int) -> int:
        """Where it is, or belongs."""
        last, marks, lines = len(self._at) - 1, self._marks, self._at
        place = (mark ^ mark >> 32) & last
        while lines[place] and marks[place] != mark:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        marks, lines = self._marks, self._at
        self._make(2 * len(lines))
        for mark, line in zip(marks, lines, strict=True):
            if line:
                place = self._place(mark)
                self._marks[place], self._at[place] = mark, line

    def _make(self, places: int) -> None:
        self._marks, self._at = array("q", bytes(8 * places)), array("I", bytes(4 * places))


class Seen:
    """Which parcels a file has named so far. A second row of one is passed over, or the file would never settle."""

    def __init__(self, warnings: list[str]) -> None:
        self._warnings = warnings
        self._lines = Firsts()
        self._doubles = 0

    def new(self, parcel: Parcel, line: int, *, follows: bool) -> bool:
        """Whether no line before named this parcel; else it is warned of.

        `follows`: it is another line of the order above, which may name the same parcel for each of its goods.
        """
        # Another order in the same parcel is news.
        named_here = (parcel.number, parcel.courier, parcel.company, parcel.order_numbers)
        first = self._lines.first(hash(named_here), line)
        if first == line:
            return True
        if follows:
            return False
        self._doubles += 1
        if self._doubles <= MOST_DOUBLES:
            number = parcel.number
            self._warnings.append(
                f"line {line}: {number} is named in line {first} already, which holds; line {line} is passed over"
            )
        elif self._doubles == MOST_DOUBLES + 1:
            self._warnings.append(f"line {line} and later ones name parcels again, too; they are passed over")
        return False


class Buyers:
    """Whom the orders of a file are for. An order has one buyer: whom its first row names."""

    def __init__(self) -> None:
        # Rows of one order stand near one another, and a file may be long.
        self._first: dict[str, tuple[int, str, str]] = {}

    def settled(self, parcel: Parcel, line: int) -> tuple[Parcel, str]:
        """The parcel without a buyer that an earlier row of its order contradicts, and what to say then, else ""."""
        for order in parcel.orders:
            if not order.number or not (order.customer_name or order.customer_contact):
                continue
            named = (line, order.customer_name, order.customer_contact)
            first, name, contact = self._first.setdefault(order.number, named)
            if len(self._first) > _MOST_BUYERS:
                del self._first[next(iter(self._first))]
            if _another(name, contact, order):
                rest = tuple(of_nobody(each) if each is order else each for each in parcel.orders)
                said = f"order {order.number} has another buyer in line {first}, who holds: this one is left out"
                return replace(parcel, orders=rest), said
        return parcel, ""


def _another(name: str, contact: str, said: Order) -> bool:
    """Whether two rows name different people; another spelling, or a second address of one name, is the same."""
    contacts = [contact.casefold(), said.customer_contact.casefold()]
    if all(contacts) and contacts[0] == contacts[1]:
        return False
    one, other = name.casefold(), said.customer_name.casefold()
    if one and other:
        masked = "*" in one + other
        return not (masked or one in other or other in one or set(one.split()) & set(other.split()))
    return all(contacts)


Columns = Callable[[Collection[str], Mapping[str, str]], dict[str, str]]
"""Which of a file's headings mean which column, as intake.columns says."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is about: its columns, those without which it is of no use, and those that name what a row is of.

    Of `needed`, every group must have one of its columns in the file.
    """

    columns: Columns
    known: Sequence[str]
    needed: Sequence[Sequence[str]]
    naming: Sequence[str] = ("number",)


PARCELS: Final = Kind(intake.columns, columns.COLUMNS, (("number",),))


_NAMED: Final = 8


def ignored(headings: Sequence[str], known: Sequence[str]) -> str:
    """One line about all the headings that say nothing to us, with what was meant where one of the `known` is near."""
    shown = [f"{heading.strip()[:60]!r}{did_you_mean(heading, known)}" for heading in headings[: 10 * _NAMED]]
    # What may be a slip comes first.
    shown.sort(key=lambda text: not text.endswith(")"))
    names, more = ", ".join(shown[:_NAMED]), len(headings) - _NAMED
    if more > 0:
        return f"columns {names} and {more} more are ignored"
    return f"columns {names} are ignored" if len(shown) > 1 else f"column {names} is ignored" if shown else ""


class Headings:
    """What the columns of a file mean; JSON lines may have other ones in every line."""

    def __init__(self, renamed: Mapping[str, str], warnings: list[str], kind: Kind = PARCELS) -> None:
        kind.columns((), renamed)
        self.renamed = renamed
        self._kind = kind
        self._warnings = warnings
        self._known: dict[tuple[str, ...], dict[str, str]] = {}
        self._warned: set[str] = set()

    def named(self, record: Record) -> dict[str, object]:
        """The cells under our columns' names. Raises BadInput for a row that could not be read."""
        if record.fault:
            raise BadInput(record.fault)
        return {name: record.cells[heading] for heading, name in self.of(record).items()}

    def of(self, record: Record) -> dict[str, str]:
        header = tuple(record.cells)
        if header not in self._known:
            if len(self._known) > _MOST_HEADERS:
                self._known.clear()
            self._known[header] = self._columns(header, headed=record.headed)
            self._warn(header, self._known[header])
        return self._known[header]

    def _columns(self, header: tuple[str, ...], *, headed: bool) -> dict[str, str]:
        try:
            known = self._kind.columns(header, self.renamed)
        except BadInput as error:
            raise (Useless(str(error)) if headed else error) from None
        if headed and (useless := self._without_use(header, known)):
            raise Useless(useless)
        return known

    def _without_use(self, header: tuple[str, ...], known: Mapping[str, str]) -> str:
        there = ", ".join(heading.strip()[:40] for heading in header if heading)
        for heading, name in self.renamed.items():
            if heading not in header:
                return f"--map {heading}={name}: the file has no column {heading!r}; it has {there}"
        for group in self._kind.needed:
            if not set(group) & set(known.values()):
                names = " or ".join(f"`{name}`" for name in group)
                return f"the file has no column {names}; it has {there}. Say which it is: --map HEADING={group[0]}"
        return ""

    def _warn(self, header: Iterable[str], known: Mapping[str, str]) -> None:
        if len(self._warned) >= _MOST_HEADERS:
            return
        new = [each for each in header if each.strip() and each not in known and each not in self._warned]
        self._warned.update(new)
        if new and (text := ignored(new, self._kind.known)):
            self._warnings.append(text)

    def number(self, record: Record) -> str:
        """What the cell that names it holds, as far as it can be shown."""
        if record.fault:
            return ""
        try:
            headings = {name: heading for heading, name in self.of(record).items()}
        except BadInput:
            return ""
        named = (str(record.cells[headings[name]]).strip() for name in self._kind.naming if name in headings)
        return next(filter(None, named), "")[:60].encode("utf-8", "replace").decode()
