"""Taking parcels in: one, or a file of them row by row into the database, with what was refused or left out and why.

What belongs here: batches, transactions, counts and progress. Reading files is records.py's, what their rows mean
together sheet.py's, and each by itself core.intake's.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final

from parcelwatch import couriers, territories
from parcelwatch.almanac import ALMANAC
from parcelwatch.config import Config
from parcelwatch.core.intake import Described, Intake
from parcelwatch.core.policy import Policy
from parcelwatch.core.whereabouts import split
from parcelwatch.couriers.base import Picky
from parcelwatch.couriers.shared import times
from parcelwatch.errors import BadInput
from parcelwatch.ingest import watch
from parcelwatch.model import Ask, Parcel
from parcelwatch.store import Store, imports, parcels
from parcelwatch.store.rows import Added
from parcelwatch.verbs.records import Record
from parcelwatch.verbs.sheet import Buyers, Headings, Orders, Seen, Useless

BATCH: Final = 500
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


class _DryRun(Exception):
    """Undoes a batch that was only tried."""


def desk(config: Config, courier: str = "", date_order: str = "") -> Intake:
    """What rows are held against, as configured; `courier`: the account of rows that name none."""
    return Intake(
        accounts={name: account.api for name, account in config.accounts().items()},
        zone=config.timezone,
        end_of_day=partial(end_of_day, home=config.timezone),
        country=territories.country,
        courier=courier,
        lacks=_lacks(config),
        date_order=date_order,
        currency=config.shop.currency,
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
    """Watch one parcel. Raises BadInput where an import would leave a cell out: whoever typed it is still there."""
    described = reader.read(row, now)
    if described.spoiled:
        raise BadInput("; ".join(each.text.removesuffix("; it is left out") for each in described.spoiled))
    _refuse_unaskable(store, reader, described)
    return described, watch(store, described.parcel, policy, now)


def receive(
    store: Store, row: Mapping[str, object], reader: Intake, policy: Policy, now: datetime
) -> tuple[Described, Added]:
    """Watch one parcel as an import would, without the cells that cannot be used. Raises BadInput."""
    described = reader.read(row, now)
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
    with tried(store, dry_run=dry_run):
        outcomes += [watch(store, replace(parcel, import_id=import_id), policy, now).outcome for parcel in batch]
    return outcomes


@contextmanager
def tried(store: Store, *, dry_run: bool) -> Iterator[None]:
    """A transaction, of which a dry run leaves nothing behind."""
    with suppress(_DryRun), store.transaction():
        yield
        if dry_run:
            raise _DryRun


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
    headings, orders, buyers = Headings(renamed, result.warnings), Orders(), Buyers()
    seen = Seen(result.warnings)
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
            refused(Rejected(record.line, headings.number(record), str(error)))
            continue
        if seen.new(described.parcel, record.line, follows=orders.follows):
            parcel, doubt = buyers.settled(described.parcel, record.line)
            for column, text in (*((each.column, each.text) for each in described.remarks), ("customer", doubt)):
                if text:
                    remarked(Remarked(record.line, parcel.number, column, text))
            yield parcel
        elif not orders.follows:
            result.unchanged += 1
    if orders.passed_over:
        what = "follow-up lines of an order, without a number of their own, passed over"
        result.warnings.append(f"{what}: {orders.passed_over}")
