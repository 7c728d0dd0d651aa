"""A first look at a whole file: what an export has to tell, and in which order a file writes its days.

What belongs here: what must be known before the first row is taken. Nothing is kept of a row but its order's hash,
and of the orders whose rows differ about a deadline, what they say of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from parcelwatch.core.rows import intake
from parcelwatch.core.rows.dates import ORDERS, fits
from parcelwatch.core.rows.exports.formats import STATUS, VOID
from parcelwatch.core.rows.exports.gathering import Cells, Reading, below, order_of, standing_of
from parcelwatch.errors import BadInput
from parcelwatch.model import Standing
from parcelwatch.verbs.desks import Placing, placed
from parcelwatch.verbs.promising import DEADLINES, Differing, Promises
from parcelwatch.verbs.records import Record, Source, records
from parcelwatch.verbs.sheet import Headings, Seen, unshipped

DATED: Final = ("shipped_at", "promised_by", "dispatch_by")
SEEN: Final = frozenset({"order", "number", STATUS, VOID, *DATED})
"""The columns of an export that are looked at before the others."""
_FIRST: Final = 500


@dataclass(slots=True)
class Days:
    """How the days of a file may be written. `doubtful`: the first that may be two, by the sign in it."""

    doubtful: dict[str, str] = field(default_factory=dict)
    _fit: dict[str, frozenset[str]] = field(default_factory=dict)

    def see(self, text: str) -> None:
        sign, orders = fits(text)
        if not sign:
            return
        self._fit[sign] = self._fit.get(sign, orders) & orders
        if len(orders) > 1:
            self.doubtful.setdefault(sign, text)

    @property
    def some(self) -> bool:
        """Whether any was of the kind that may be doubtful."""
        return bool(self._fit)

    @property
    def decided(self) -> Mapping[str, str]:
        """Sign → the one order that all days fit."""
        return {sign: next(iter(orders)) for sign, orders in self._fit.items() if len(orders) == 1}

    @property
    def undecided(self) -> str:
        """A day of which no other says how it is meant, "" where there is none."""
        return next((text for sign, text in self.doubtful.items() if sign not in self.decided), "")


def days(source: Source, renamed: Mapping[str, str]) -> Mapping[str, str]:
    """How a file in our own columns writes its days, sign → order, as far as its days show it.

    A file that begins without a day that may be doubtful is not read to its end for it.
    """
    found, rows = Days(), records(source)
    try:
        _see(found, islice(rows, _FIRST), renamed)
        if found.some:
            _see(found, rows, renamed)
    except BadInput:
        # Whoever reads the file for good says what is wrong with it.
        return {}
    finally:
        source.done = 0
    return found.decided


def _see(found: Days, rows: Iterable[Record], renamed: Mapping[str, str]) -> None:
    known: dict[tuple[str, ...], Collection[str]] = {}
    for record in rows:
        header = tuple(record.cells)
        if header not in known:
            known.clear()
            known[header] = [one for one, name in intake.columns(header, renamed).items() if name in DATED]
        for heading in known[header]:
            text = record.cells[heading]
            if isinstance(text, str):
                found.see(text.strip())


def promises(
    source: Source, reader: intake.Intake, renamed: Mapping[str, str], placing: Placing | None, now: datetime
) -> Promises:
    """What a file in our own columns promises of the orders whose rows differ about it; the file is read for it.

    One without a column of deadlines is not.
    """
    differing, promised, seen = Differing(), Promises(), Seen([])
    try:
        for _, cells in _promising(source, renamed):
            differing.see(cells)
        for record, cells in _promising(source, renamed) if differing.orders else ():
            if differing.among(cells):
                _hear(promised, seen, reader, record, placing, cells, now)
    except BadInput:
        # Whoever reads the file for good says what is wrong with it.
        return Promises()
    finally:
        source.done = 0
    return promised


def _promising(source: Source, renamed: Mapping[str, str]) -> Iterator[tuple[Record, Mapping[str, object]]]:
    """The rows that may say deadlines, by column."""
    headings = Headings(renamed, [])
    for record in records(source):
        if record.fault:
            continue
        columns = headings.of(record)
        if record.headed and not any(name in columns.values() for name in DEADLINES):
            return
        yield record, {name: record.cells[heading] for heading, name in columns.items()}


def _hear(
    promised: Promises,
    seen: Seen,
    reader: intake.Intake,
    record: Record,
    placing: Placing | None,
    cells: Mapping[str, object],
    now: datetime,
) -> None:
    """What one row says, unless it is refused, or passed over as it names a parcel again."""
    with suppress(BadInput):
        ordered = unshipped(cells, headed=record.headed)
        parcel = (reader.order(cells, now) if ordered else reader.read(placed(cells, placing), now)).parcel
        if ordered or seen.new(parcel, record.line, follows=True):
            promised.say(parcel, cells, record.line)


@dataclass(slots=True)
class Survey:
    """What an export has to tell. `strange`: lines of no order that are no totals either.

    `open`: by their hash, the orders of which one line says that they are not over. `differing`: those whose lines
    differ about a deadline.
    """

    rows: int = 0
    strange: int = 0
    orders: set[int] = field(default_factory=set)
    numbered: set[int] = field(default_factory=set)
    open: set[int] = field(default_factory=set)
    days: Days = field(default_factory=Days)
    differing: Differing = field(default_factory=Differing)

    def see(self, cells: Cells) -> None:
        order = order_of(cells)
        if not order:
            self.strange += bool(cells) and not below(cells)
            return
        self.rows += 1
        key = hash(order)
        self.orders.add(key)
        if "number" in cells:
            self.numbered.add(key)
        if STATUS in cells and standing_of(cells) is Standing.OPEN:
            self.open.add(key)
        for column in DATED:
            if column in cells:
                self.days.see(cells[column])
        if standing_of(cells) is Standing.OPEN:
            self.differing.see(cells)

    def summary(self, reading: Reading) -> str:
        """What the file is, in a sentence."""
        what, rows, orders = reading.export.article, _many(self.rows, "row"), _many(len(self.orders), "order")
        if reading.numbered:
            return f"{what}: {rows}, {orders}, {len(self.numbered)} with numbers"
        return (
            f"{what}: {rows}, {orders}; it has no tracking numbers: what it says of orders goes to their parcels that "
            "are watched"
        )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def refuse_doubtful(survey: Survey, reading: Reading) -> None:
    """Raise BadInput where a file's days may be read in two ways, and nothing in it says which is meant."""
    if text := survey.days.undecided:
        orders = " or ".join(name for name, order in ORDERS.items() if order in fits(text)[1])
        raise BadInput(
            f"{reading.export.article} whose days may be read in two ways, such as {text[:40]!r}: say --date-format "
            f"{orders}"
        )
