"""Taking in complaints from a file, row by row, with what was refused or passed over and why.

What belongs here: batches, transactions, counts. Reading files is records.py's, what a row means core.rows.complaints'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from parcelwatch.config import Config
from parcelwatch.core.rows.complaints import COLUMNS, Complaint, Reader, columns
from parcelwatch.errors import BadInput
from parcelwatch.store import Store, complaints
from parcelwatch.verbs.importing import BATCH, Rejected, Remarked, Result, tried
from parcelwatch.verbs.records import Record
from parcelwatch.verbs.sheet import Headings, Kind, Useless

SHEET: Final = Kind(columns, COLUMNS, (("at",), ("order", "number")), naming=("number", "order"))
_UNWATCHED: Final = "no parcel that is watched has it, it is passed over"


@dataclass(slots=True)
class Taken(Result):
    """What an import of complaints came to. `skipped`: about what is not watched."""

    skipped: int = 0
    dated: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return {**super(Taken, self).counts, "skipped": self.skipped}


@dataclass(frozen=True, slots=True)
class Heard:
    """Who hears of rows: of those refused, those taken with a remark, those passed over; and how far it is."""

    refused: Callable[[Rejected], None]
    remarked: Callable[[Remarked], None] = lambda _: None
    skipped: Callable[[Rejected], None] = lambda _: None
    progress: Callable[[], None] = lambda: None


def desk(config: Config, date_order: str = "", *, texts: bool = False, typed: bool = True) -> Reader:
    """What rows are held against, as configured."""
    return Reader(config.timezone, date_order, texts, typed)


def take(
    store: Store,
    rows: Iterable[Record],
    reader: Reader,
    now: datetime,
    heard: Heard,
    *,
    renamed: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Taken:
    """Keep every good row, 500 to a transaction. Raises Useless for a whole file."""
    result = Taken()
    headings = Headings(renamed or {}, result.warnings, SHEET)
    read = _read(rows, headings, reader, now, result, heard)
    while batch := list(islice(read, BATCH)):
        with tried(store, dry_run=dry_run):
            for row, complaint in batch:
                _keep(store, row, complaint, result, heard)
        heard.progress()
    if result.dated:
        result.warnings.append(
            f"complaints with a day and no hour: {result.dated}; each counts as made when its day began"
        )
    return result


def _read(
    rows: Iterable[Record], headings: Headings, reader: Reader, now: datetime, result: Taken, heard: Heard
) -> Iterator[tuple[Rejected, Complaint]]:
    """The good rows, each with what to call it."""
    for record in rows:
        named = headings.number(record)
        try:
            complaint = reader.read(headings.named(record), now)
        except Useless:
            raise
        except BadInput as error:
            result.rejected += 1
            heard.refused(Rejected(record.line, named, str(error)))
            continue
        for each in complaint.spoiled:
            heard.remarked(Remarked(record.line, named, each.column, each.text))
        yield Rejected(record.line, named, _UNWATCHED), complaint


def _keep(store: Store, row: Rejected, complaint: Complaint, result: Taken, heard: Heard) -> None:
    about = complaints.subject(store, complaint)
    if about is None:
        result.skipped += 1
        heard.skipped(row)
        return
    outcome = complaints.keep(store, complaint, about)
    setattr(result, outcome, getattr(result, outcome) + 1)
    result.dated += complaint.dated
