"""Taking parcels in: one, or a file of them row by row into the database, with what was refused or left out and why.

What belongs here: batches, transactions, counts and progress. Reading files is records.py's, what their rows mean
together sheet.py's, and each by itself core.rows.intake's.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache, partial
from itertools import groupby, islice
from typing import Any, Final

from parcelwatch import couriers
from parcelwatch.config import Config
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.intake import Described, Intake
from parcelwatch.core.rows.misplaced import misplaced
from parcelwatch.core.timekeeping.whereabouts import split
from parcelwatch.couriers.base import Picky
from parcelwatch.couriers.shared import times
from parcelwatch.errors import BadInput
from parcelwatch.ingest import watch, watch_all
from parcelwatch.model import Ask, Parcel
from parcelwatch.reference import territories
from parcelwatch.reference.almanac import ALMANAC
from parcelwatch.store import Store, forgotten, imports, parcels
from parcelwatch.store.forgotten import Forgotten
from parcelwatch.store.rows import Added
from parcelwatch.verbs.desks import Placing, Unplaced, desks, placed
from parcelwatch.verbs.orders import end, enrich, reopen, shared
from parcelwatch.verbs.promising import Promises
from parcelwatch.verbs.records import Record
from parcelwatch.verbs.sheet import Buyers, Headings, Line, Orders, Seen, Useless, joined, unshipped

BATCH: Final = 500
FILE: Final = "import"
"""Who says what a file says."""
_IN_MEMORY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, by the line it begins on. `counted`: how many are like it is said in the end."""

    line: int
    number: str
    reason: str
    counted: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Remarked:
    """A row that was taken without one of its cells, or with a doubt about it."""

    line: int
    number: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class News:
    """What is said of an order that has no number here; its parcels may be watched already."""

    said: Parcel


@dataclass(frozen=True, slots=True)
class Over:
    """An order that was cancelled or refunded. `also`: those before it in the file."""

    order: str
    also: Collection[str] = ()


Task = Parcel | News | Over
"""What a row asks for: a parcel to watch, or news of an order."""


@dataclass(slots=True)
class Result:
    """What an import came to. `warnings`: what was passed over in the file as a whole.

    `skipped`: orders without a number yet, or over; `enriched`, `stopped`: orders of which parcels were told, or
    stopped; `forgotten`: of what was forgotten, and is left out. `recognised`: which export it is. `unplaced`: why a
    courier's name belongs to no account → how many rows.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    enriched: int = 0
    stopped: int = 0
    forgotten: int = 0
    recognised: str = ""
    unplaced: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    def reject(self, line: int, number: str, error: BadInput) -> Rejected:
        """Count a row that cannot be taken, and say so."""
        self.rejected += 1
        counted = isinstance(error, Unplaced)
        if counted:
            self.unplaced[str(error)] += 1
        return Rejected(line, number, str(error), counted)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "enriched": self.enriched,
            "stopped": self.stopped,
            "forgotten": self.forgotten,
        }


class Waiting:
    """Rows on their way to a JSON document; many of them wait on disk."""

    def __init__(self) -> None:
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115 - lives on

    def add(self, row: Rejected | Remarked) -> None:
        said = {name: value for name, value in asdict(row).items() if name != "counted"}
        self._spool.write(json.dumps(said) + "\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._spool.seek(0)
        for line in self._spool:
            yield json.loads(line)


class _DryRun(Exception):
    """Undoes a batch that was only tried."""


def desk(config: Config, courier: str = "", date_order: str = "", *, typed: bool = True) -> Intake:
    """What rows are held against, as configured; `courier`: the account of rows that name none, `typed` as Intake's."""
    return Intake(
        accounts={name: account.api for name, account in config.accounts().items()},
        zone=config.timezone,
        end_of_day=partial(end_of_day, home=config.timezone),
        country=territories.country,
        courier=courier,
        lacks=_lacks(config),
        misplaced=_misplaced(config),
        date_order=date_order,
        currency=config.shop.currency,
        typed=typed,
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


def _misplaced(config: Config) -> Callable[[Parcel], str]:
    among = desks(config)
    return lambda parcel: misplaced(parcel.number, parcel.courier, parcel.company, among)


def refuse_unaskable(store: Store, reader: Intake, described: Described) -> None:
    """Raise BadInput for what its courier cannot be asked about; what is watched already needs not say it again."""
    reason = reader.unaskable(described)
    if reason and not parcels.find(store, described.parcel.number, described.parcel.courier):
        raise BadInput(reason)


def _askable(store: Store, reader: Intake, cells: Mapping[str, object], now: datetime) -> Described:
    described = reader.read(cells, now)
    refuse_unaskable(store, reader, described)
    return described


@lru_cache(maxsize=4096)
def end_of_day(day: date, country: str, home: tzinfo | None = None) -> datetime:
    """The last second of a day in the country's westernmost zone.

    Where the country is unknown, by the clock of `home`, which is the shop's; without one, anywhere on Earth.
    """
    last = datetime(day.year, day.month, day.day) + timedelta(days=1, seconds=-1)  # noqa: DTZ001 - wall-clock time
    zones = ALMANAC.zones(*split(country)) if country else (home,) if home else ()
    ends = [last.replace(tzinfo=zone).astimezone(UTC) for zone in zones]
    return max(ends) if ends else times.naive(last, country)[1]


def add(
    store: Store,
    row: Mapping[str, object],
    reader: Intake,
    policy: Policy,
    now: datetime,
) -> tuple[Described, Added]:
    """Watch one parcel, also one that was forgotten.

    Raises BadInput where an import would leave a cell out: whoever typed it is still there.
    """
    described = reader.read(row, now)
    if described.spoiled:
        raise BadInput("; ".join(each.text.removesuffix("; it is left out") for each in described.spoiled))
    refuse_unaskable(store, reader, described)
    forgotten.lift(store, described.parcel)
    described = replace(described, doubts=(*described.doubts, *shared(store, described.parcel)))
    return described, watch(store, described.parcel, policy, now)


def receive(
    store: Store, row: Mapping[str, object], reader: Intake, policy: Policy, now: datetime, promised: Promises
) -> tuple[Described, Added] | None:
    """Watch one parcel as an import would, without the cells that cannot be used; None for one that was forgotten.

    `promised`: what the call says of its order besides. Raises BadInput.
    """
    described = reader.read(row, now)
    refuse_unaskable(store, reader, described)
    parcel = promised.settled(described.parcel)
    described = replace(described, parcel=parcel, doubts=(*described.doubts, *shared(store, parcel)))
    left = forgotten.load(store).left(parcel)
    return None if left is None else (described, watch(store, left, policy, now))


def take(
    store: Store,
    rows: Iterable[Record],
    reader: Intake,
    policy: Policy,
    now: datetime,
    *,
    source: str,
    renamed: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    promised: Promises | None = None,
    dry_run: bool = False,
    refused: Callable[[Rejected], None],
    remarked: Callable[[Remarked], None] = lambda _: None,
    progress: Callable[[], None] = lambda: None,
) -> Result:
    """Watch every good row, 500 to a transaction; each bad one goes to `refused`, each cell left out to `remarked`.

    `promised`: what rows differ about, as surveying.promises finds it. Raises Useless for a whole file.
    """
    promised = promised or Promises()
    result = Result(warnings=promised.warnings())
    tasks = _described(store, rows, reader, renamed or {}, placing, promised, now, result, refused, remarked)
    return carry_out(store, tasks, result, policy, now, source=source, dry_run=dry_run, progress=progress)


def carry_out(
    store: Store,
    tasks: Iterator[Task],
    result: Result,
    policy: Policy,
    now: datetime,
    *,
    source: str,
    dry_run: bool,
    progress: Callable[[], None],
) -> Result:
    """Do what a file asks for, 500 tasks to a transaction, and remember the import."""
    store.lean()
    batch = list(islice(tasks, BATCH))
    import_id = None if dry_run else _begin(store, source, now)
    try:
        while batch:
            for outcome in _save(store, batch, import_id, policy, now, dry_run=dry_run):
                setattr(result, outcome, getattr(result, outcome) + 1)
            progress()
            batch = list(islice(tasks, BATCH))
    finally:
        if import_id is not None:
            with store.transaction():
                imports.finish(store, import_id, result.counts, now)
    result.warnings += (
        f"{times} {'row' if times == 1 else 'rows'}: {reason}" for reason, times in result.unplaced.most_common()
    )
    return result


def _begin(store: Store, source: str, now: datetime) -> int:
    with store.transaction():
        return imports.begin(store, source, now)


def _save(
    store: Store,
    batch: Sequence[Task],
    import_id: int | None,
    policy: Policy,
    now: datetime,
    *,
    dry_run: bool,
) -> list[str]:
    outcomes: list[str] = []
    with tried(store, dry_run=dry_run):
        gone = forgotten.load(store)
        kept = [left for each in batch if (left := _left(gone, each)) is not None]
        outcomes += ["forgotten"] * (len(batch) - len(kept))
        for kind, tasks in groupby(kept, type):
            if kind is Parcel:
                said = [replace(each, import_id=import_id) for each in tasks if isinstance(each, Parcel)]
                outcomes += _watch(store, said, policy, now)
            else:
                outcomes += [_tell(store, each, policy, now) for each in tasks if not isinstance(each, Parcel)]
    return outcomes


def _left(gone: Forgotten, task: Task) -> Task | None:
    """What is left of a task without what was forgotten, None for nothing."""
    match task:
        case Over(order, _):
            return None if gone.order(order) else task
        case News(said):
            left = gone.left(said)
            return left and News(left)
        case _:
            return gone.left(task)


def _watch(store: Store, said: Sequence[Parcel], policy: Policy, now: datetime) -> list[str]:
    """Watch them, also those that a file before had ended; what became of each."""
    done = watch_all(store, said, policy, now)
    numbers = {number for each in said for number in each.order_numbers}
    again = reopen(store, [each.id for each in done], numbers, policy, now, by=FILE, told_by=FILE)
    return ["updated" if each.id in again and each.outcome == "unchanged" else each.outcome for each in done]


def _tell(store: Store, task: News | Over, policy: Policy, now: datetime) -> str:
    match task:
        case News(said):
            numbers = [order.number for order in said.orders]
            again = reopen(store, (), numbers, policy, now, by=FILE, told_by=FILE)
            return "enriched" if enrich(store, said, policy, now) or again else "skipped"
        case Over(order, also):
            return "stopped" if end(store, order, also, policy, now, by=FILE) else "skipped"


@contextmanager
def tried(store: Store, *, dry_run: bool) -> Iterator[None]:
    """A transaction, of which a dry run leaves nothing behind."""
    with suppress(_DryRun), store.transaction():
        yield
        if dry_run:
            raise _DryRun


def _readable(named: Mapping[str, object] | BadInput) -> Mapping[str, object]:
    """The cells of a row by name. Raises what is wrong with one that has none."""
    if isinstance(named, BadInput):
        raise named
    return named


def _described(
    store: Store,
    rows: Iterable[Record],
    reader: Intake,
    renamed: Mapping[str, str],
    placing: Placing | None,
    promised: Promises,
    now: datetime,
    result: Result,
    refused: Callable[[Rejected], None],
    remarked: Callable[[Remarked], None],
) -> Iterator[Task]:
    """What the good rows ask for, in order, each parcel once."""
    headings, orders, buyers = Headings(renamed, result.warnings), Orders(), Buyers()
    seen = Seen(result.warnings)
    for record, named in joined(_named(rows, headings)):
        try:
            cells = orders.whole(_readable(named), headed=record.headed)
            if cells is None:
                continue
            ordered = unshipped(cells, headed=record.headed)
            described = reader.order(cells, now) if ordered else _askable(store, reader, placed(cells, placing), now)
        except Useless:
            raise
        except BadInput as error:
            refused(result.reject(record.line, headings.number(record), error))
            continue
        if ordered:
            remark(remarked, record.line, described)
            yield News(promised.settled(described.parcel))
        elif seen.new(described.parcel, record.line, follows=orders.follows):
            parcel, doubt = buyers.settled(described.parcel, record.line)
            remark(remarked, record.line, described, doubt)
            yield promised.settled(parcel)
        elif not orders.follows:
            result.unchanged += 1
    if orders.passed_over:
        what = "follow-up lines of an order, without a number of their own, passed over"
        result.warnings.append(f"{what}: {orders.passed_over}")


def _named(rows: Iterable[Record], headings: Headings) -> Iterator[Line]:
    for record in rows:
        try:
            yield record, headings.named(record)
        except Useless:
            raise
        except BadInput as error:
            yield record, error


def remark(remarked: Callable[[Remarked], None], line: int, described: Described, doubt: str = "") -> None:
    """Hand on what is said of a row's cells, and of its buyer."""
    for column, text in (*((each.column, each.text) for each in described.remarks), ("customer", doubt)):
        if text:
            remarked(Remarked(line, described.parcel.number, column, text))
