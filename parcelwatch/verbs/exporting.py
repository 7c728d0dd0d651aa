"""Taking in an order export that is known by its headings: its orders with their parcels, and what became of them.

What belongs here: from the rows of a recognised file to what is to be done about each order. What a heading means is
core.rows.exports' to say, who asks about a parcel desks.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.cells import number_of, orders_of
from parcelwatch.core.rows.exports.gathering import Cells, Reading, Told, gathered, standing_of
from parcelwatch.core.rows.exports.sent import Sent
from parcelwatch.core.rows.intake import Described, Intake, Remark, columns
from parcelwatch.errors import BadInput
from parcelwatch.model import Standing
from parcelwatch.store import Store
from parcelwatch.verbs.desks import Placing
from parcelwatch.verbs.importing import (
    News,
    Over,
    Rejected,
    Remarked,
    Result,
    Task,
    carry_out,
    refuse_unaskable,
    remark,
)
from parcelwatch.verbs.promising import Promises
from parcelwatch.verbs.records import Source, records
from parcelwatch.verbs.sheet import Buyers, Seen, Useless, ignored
from parcelwatch.verbs.surveying import SEEN, Survey, refuse_doubtful


@dataclass(frozen=True, slots=True)
class Heard:
    """Who hears of rows that were refused, of those taken with a remark, and how far it is."""

    refused: Callable[[Rejected], None]
    remarked: Callable[[Remarked], None]
    progress: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A recognised file, looked through once."""

    source: Source
    reading: Reading
    survey: Survey

    @property
    def summary(self) -> str:
        return self.survey.summary(self.reading)


def surveyed(source: Source, renamed: Mapping[str, str]) -> Sheet:
    """A file that is known by its headings. Raises Useless where it lacks what it is to be read by."""
    assert source.export is not None
    columns((), renamed)
    reading = Reading(source.export, source.header, renamed)
    _refuse_useless(reading, renamed)
    survey, slim = Survey(), Reading(source.export, source.header, renamed, SEEN)
    for record in records(source):
        if not record.fault:
            survey.see(slim.cells(record.cells))
    source.done = 0
    if survey.strange and not survey.rows:
        raise Useless(
            f"{reading.export.article}, but none of its lines has an order's number (a spreadsheet may hold them as "
            "formulas): export it again, or --map HEADING=order says which column has them"
        )
    return Sheet(source, reading, survey)


def _refuse_useless(reading: Reading, renamed: Mapping[str, str]) -> None:
    there = {one.strip(): one for headings in reading.columns.values() for each in headings for one in each}
    for heading, name in renamed.items():
        if heading not in there:
            raise Useless(f"--map {heading}={name}: the file has no column {heading!r}")
    if "order" not in reading.columns:
        raise Useless(f"the file has no column of {reading.export.article}'s orders: --map HEADING=order says which is")


def take(
    store: Store,
    sheet: Sheet,
    reader: Intake,
    placing: Placing,
    policy: Policy,
    now: datetime,
    heard: Heard,
    *,
    name: str,
    dry_run: bool = False,
) -> Result:
    """Watch every parcel of the file that can be, and tell those that are watched what it says of their orders."""
    reader = _by_its_days(reader, sheet)
    promised = _promised(sheet, reader, now)
    result = Result(recognised=sheet.reading.export.name, warnings=promised.warnings())
    if unread := ignored(sheet.reading.unread, ()):
        result.warnings.append(unread)
    tasks = _Tasks(store, sheet, reader, placing, promised, now, heard, result).all()
    return carry_out(store, tasks, result, policy, now, source=name, dry_run=dry_run, progress=heard.progress)


def _by_its_days(reader: Intake, sheet: Sheet) -> Intake:
    """The reader for a file's days. Raises BadInput where they may be read in two ways."""
    if reader.date_order:
        return reader
    if sheet.reading.export.days:
        return replace(reader, date_order=sheet.reading.export.days)
    refuse_doubtful(sheet.survey, sheet.reading)
    return replace(reader, days=sheet.survey.days.decided)


def _promised(sheet: Sheet, reader: Intake, now: datetime) -> Promises:
    """What the lines of the orders that differ say of deadlines. Where an order goes often stands in its first line."""
    promised, differing = Promises(), sheet.survey.differing
    where: dict[str, str] = {}
    for record in records(sheet.source) if differing.orders else ():
        cells = {} if record.fault else sheet.reading.cells(record.cells)
        if not differing.among(cells) or standing_of(cells) is not Standing.OPEN:
            continue
        going = where.setdefault(cells["order"], cells.get("destination", ""))
        line = {"destination": going, **cells} if going else cells
        for told in gathered([(record.line, line)], sheet.reading, ()):
            with suppress(BadInput):
                promised.say(reader.order(told.said, now).parcel, cells, record.line)
    sheet.source.done = 0
    return promised


class _Tasks:
    """What the orders of a file ask for."""

    def __init__(
        self,
        store: Store,
        sheet: Sheet,
        reader: Intake,
        placing: Placing,
        promised: Promises,
        now: datetime,
        heard: Heard,
        result: Result,
    ) -> None:
        self._store, self._sheet, self._reader, self._placing = store, sheet, reader, placing
        self._promised, self._now, self._heard, self._result = promised, now, heard, result
        self._seen, self._buyers = Seen(result.warnings), Buyers()
        self._over: set[str] = set()

    def all(self) -> Iterator[Task]:
        for told in gathered(self._lines(), self._sheet.reading, self._sheet.survey.open):
            if told.standing is not Standing.OPEN:
                over = orders_of(told.order)
                self._over.update(over)
                yield from (Over(order, self._over) for order in over)
            elif told.sent:
                yield from self._sent(told)
            else:
                yield from self._news(told)

    def _lines(self) -> Iterator[tuple[int, Cells]]:
        for record in records(self._sheet.source):
            if record.fault:
                self._refuse(record.line, "", BadInput(record.fault))
            else:
                yield record.line, self._sheet.reading.cells(record.cells)

    def _news(self, told: Told) -> Iterator[Task]:
        try:
            described = self._reader.order(told.said, self._now)
        except BadInput as error:
            self._refuse(told.line, told.order, error)
            return
        # What nobody watches is nobody's news, and a file may be full of it.
        yield News(self._promised.settled(described.parcel))

    def _sent(self, told: Told) -> Iterator[Task]:
        for place, each in enumerate(told.sent):
            try:
                described = self._described(told, each)
            except BadInput as error:
                self._refuse(each.line, each.number, error)
                continue
            if self._seen.new(described.parcel, each.line, follows=place > 0):
                parcel, doubt = self._buyers.settled(described.parcel, each.line)
                remark(self._heard.remarked, each.line, described, doubt)
                yield self._promised.settled(parcel)
            else:
                self._result.unchanged += 1

    def _described(self, told: Told, each: Sent) -> Described:
        row: dict[str, object] = {**told.said, "number": each.number}
        if each.shipped_at:
            row["shipped_at"] = each.shipped_at
        who = self._placing.place(each.called, number_of(each.number))
        row["courier"] = who.courier
        if who.company:
            row["company"] = who.company
        described = self._reader.read(row, self._now)
        refuse_unaskable(self._store, self._reader, described)
        return replace(described, doubts=(*described.doubts, Remark("company", who.doubt))) if who.doubt else described

    def _refuse(self, line: int, number: str, error: BadInput) -> None:
        self._heard.refused(self._result.reject(line, number[:60], error))
