"""Taking parcels in: one, or a file of them row by row into the database, with what was refused or left out and why.

What belongs here: batches, transactions, counts and progress. Reading files is records.py's, reading rows
core.intake's.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from parcelwatch import couriers, territories
from parcelwatch.config import Config
from parcelwatch.core import intake
from parcelwatch.core.cells import cell
from parcelwatch.core.intake import Described, Intake
from parcelwatch.core.policy import Policy
from parcelwatch.couriers.base import Picky
from parcelwatch.couriers.shared import times
from parcelwatch.errors import BadInput
from parcelwatch.ingest import watch
from parcelwatch.model import Ask, Parcel
from parcelwatch.store import Store, imports, parcels
from parcelwatch.store.rows import Added
from parcelwatch.verbs.records import Record

BATCH: Final = 500
MOST_DOUBLES: Final = 20
_IN_MEMORY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, by the line it begins on."""

    line: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remarked:
    """A row that was taken without one of its cells, or with a doubt about it."""

    line: int
    number: str
    column: str
    reason: str


@dataclass(slots=True)
class Result:
    """What an import came to. `warnings`: what was passed over in the file as a whole."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    warnings: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
        }


class Waiting:
    """Rows on their way to a JSON document; many of them wait on disk."""

    def __init__(self) -> None:
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115 - lives on

    def add(self, row: Rejected | Remarked) -> None:
        self._spool.write(json.dumps(asdict(row)) + "\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._spool.seek(0)
        for line in self._spool:
            yield json.loads(line)


class Useless(BadInput):
    """No row of the file can be taken; the text says what to do about the file."""


class _DryRun(Exception):
    """Undoes a batch that was only tried."""


def desk(config: Config, courier: str = "", date_order: str = "") -> Intake:
    """What rows are held against, as configured; `courier`: the account of rows that name none."""
    return Intake(
        accounts={name: account.api for name, account in config.accounts().items()},
        zone=config.timezone,
        end_of_day=end_of_day,
        country=territories.country,
        courier=courier,
        lacks=_lacks(config),
        date_order=date_order,
    )


def _lacks(config: Config) -> Callable[[Parcel], str]:
    """What the adapter of a parcel's account says is missing before it can be asked."""
    adapters = couriers.load()
    picky = {
        name: adapter
        for name, account in config.accounts().items()
        if account.api in adapters and isinstance(adapter := couriers.adapter(account), Picky)
    }

    def lacks(parcel: Parcel) -> str:
        adapter = picky.get(parcel.courier)
        ask = Ask(parcel.number, parcel.company, parcel.service, parcel.phone_last4, parcel.postal_code)
        return adapter.lacks(ask) if adapter else ""

    return lacks


def _refuse_unaskable(store: Store, reader: Intake, described: Described) -> None:
    """Raise BadInput for what its courier cannot be asked about; what is watched already needs not say it again."""
    reason = reader.unaskable(described)
    if reason and not parcels.find(store, described.parcel.number, described.parcel.courier):
        raise BadInput(reason)


@lru_cache(maxsize=4096)
def end_of_day(day: date, country: str) -> datetime:
    """The last second of a day in the country's westernmost zone; anywhere on Earth when the country is unknown."""
    last = datetime(day.year, day.month, day.day) + timedelta(days=1, seconds=-1)  # noqa: DTZ001 - wall-clock time
    return times.naive(last, country)[1]


def add(
    store: Store,
    row: Mapping[str, object],
    reader: Intake,
    policy: Policy,
    now: datetime,
) -> tuple[Described, Added]:
    """Watch one parcel. Raises BadInput where an import would leave a cell out: whoever typed it is still there."""
    described = reader.read(row, now)
    if described.spoiled:
        raise BadInput("; ".join(each.text.removesuffix("; it is left out") for each in described.spoiled))
    _refuse_unaskable(store, reader, described)
    return described, watch(store, described.parcel, policy, now)


def take(
    store: Store,
    rows: Iterable[Record],
    reader: Intake,
    policy: Policy,
    now: datetime,
    *,
    source: str,
    renamed: Mapping[str, str] | None = None,
    dry_run: bool = False,
    refused: Callable[[Rejected], None],
    remarked: Callable[[Remarked], None] = lambda _: None,
    progress: Callable[[], None] = lambda: None,
) -> Result:
    """Watch every good row, 500 to a transaction; each bad one goes to `refused`, each cell left out to `remarked`.

    Raises Useless for a whole file.
    """
    result = Result()
    described = _described(store, rows, reader, renamed or {}, now, result, refused, remarked)
    batch = list(islice(described, BATCH))
    import_id = None if dry_run else _begin(store, source, now)
    try:
        while batch:
            for outcome in _save(store, batch, import_id, policy, now, dry_run=dry_run):
                setattr(result, outcome, getattr(result, outcome) + 1)
            progress()
            batch = list(islice(described, BATCH))
    finally:
        if import_id is not None:
            with store.transaction():
                imports.finish(store, import_id, result.counts, now)
    return result


def _begin(store: Store, source: str, now: datetime) -> int:
    with store.transaction():
        return imports.begin(store, source, now)


def _save(
    store: Store,
    batch: Iterable[Parcel],
    import_id: int | None,
    policy: Policy,
    now: datetime,
    *,
    dry_run: bool,
) -> list[str]:
    outcomes: list[str] = []
    with _tried(), store.transaction():
        outcomes += [watch(store, replace(parcel, import_id=import_id), policy, now).outcome for parcel in batch]
        if dry_run:
            raise _DryRun
    return outcomes


@contextmanager
def _tried() -> Iterator[None]:
    try:
        yield
    except _DryRun:
        return


def _described(
    store: Store,
    rows: Iterable[Record],
    reader: Intake,
    renamed: Mapping[str, str],
    now: datetime,
    result: Result,
    refused: Callable[[Rejected], None],
    remarked: Callable[[Remarked], None],
) -> Iterator[Parcel]:
    """The parcels of the good rows, in order, each once."""
    headings, orders, seen = _Headings(renamed, result), _Orders(), _Seen(result)
    for record in rows:
        try:
            cells = orders.whole(headings.named(record), headed=record.headed)
            if cells is None:
                continue
            described = reader.read(cells, now)
            _refuse_unaskable(store, reader, described)
        except Useless:
            raise
        except BadInput as error:
            result.rejected += 1
            refused(Rejected(record.line, _shown_number(record, headings), str(error)))
            continue
        if seen.new(described.parcel, record.line, follows=orders.follows):
            for remark in described.remarks:
                remarked(Remarked(record.line, described.parcel.number, remark.column, remark.text))
            yield described.parcel
    if orders.passed_over:
        what = "follow-up lines of an order, without a number of their own, passed over"
        result.warnings.append(f"{what}: {orders.passed_over}")


class _Orders:
    """The rows of one order, of which shops fill in the first and leave the others blank but for what differs.

    `follows`: whether the last row was such a one; `passed_over`: how many of them had no number.
    """

    def __init__(self) -> None:
        self.follows = False
        self.passed_over = 0
        self._first: Mapping[str, object] = {}

    def whole(self, cells: Mapping[str, object], *, headed: bool) -> Mapping[str, object] | None:
        """The row with what its order's first one says; None for one that has nothing to watch."""
        said = {name for name, value in cells.items() if _said(name, value)}
        order = cells.get("order") if "order" in said else None
        same = bool(order) and order == self._first.get("order")
        self.follows = headed and (not said or (same and ("number" not in said or said <= {"number", "order"})))
        if not self.follows:
            self._first = cells
            return cells
        if "number" in said:
            return {**self._first, "number": cells["number"]}
        self.passed_over += 1
        return None


def _said(name: str, value: object) -> bool:
    try:
        return bool(cell(name, value))
    except BadInput:
        return True


class _Seen:
    """Which parcels a file has named so far. A second row of one is passed over, or the file would never settle."""

    def __init__(self, result: Result) -> None:
        self._result = result
        # A hash and a line number a row: files may be long.
        self._lines: dict[int, int] = {}
        self._doubles = 0

    def new(self, parcel: Parcel, line: int, *, follows: bool) -> bool:
        """Whether no line before named this parcel; else it is warned of, and counted as unchanged.

        `follows`: it is another line of the order above, which may name the same parcel for each of its goods.
        """
        # Another order in the same parcel is news.
        first = self._lines.setdefault(hash((parcel.number, parcel.courier, parcel.company, parcel.order)), line)
        if first == line:
            return True
        if follows:
            return False
        self._result.unchanged += 1
        self._doubles += 1
        if self._doubles <= MOST_DOUBLES:
            named = f"line {line}: {parcel.number} is named in line {first} already"
            self._result.warnings.append(f"{named}, which holds; line {line} is passed over")
        elif self._doubles == MOST_DOUBLES + 1:
            self._result.warnings.append(f"line {line} and later ones name parcels again, too; they are passed over")
        return False


class _Headings:
    """What the columns of a file mean; JSON lines may have other ones in every line."""

    def __init__(self, renamed: Mapping[str, str], result: Result) -> None:
        intake.columns((), renamed)
        self.renamed = renamed
        self._result = result
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
            if len(self._known) > BATCH:
                self._known.clear()
            self._known[header] = self._columns(header, headed=record.headed)
            self._warn(header, self._known[header])
        return self._known[header]

    def _columns(self, header: tuple[str, ...], *, headed: bool) -> dict[str, str]:
        try:
            known = intake.columns(header, self.renamed)
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
        if "number" not in known.values():
            return f"the file has no column `number`; it has {there}. Say which it is: --map HEADING=number"
        return ""

    def _warn(self, header: Iterable[str], known: Mapping[str, str]) -> None:
        for heading in header:
            if heading in known or heading in self._warned or not heading or len(self._warned) >= BATCH:
                continue
            self._warned.add(heading)
            hint = intake.meant(heading, intake.COLUMNS)
            self._result.warnings.append(f"column {heading[:60]!r} is not known and ignored{hint}")


def _shown_number(record: Record, headings: _Headings) -> str:
    """What the number's cell holds, as far as it can be shown."""
    if record.fault:
        return ""
    try:
        found = next((heading for heading, name in headings.of(record).items() if name == "number"), "")
    except BadInput:
        return ""
    value = record.cells.get(found, "") if found else ""
    return str(value).strip()[:60].encode("utf-8", "replace").decode()
