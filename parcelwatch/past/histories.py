"""Histories from files: one parcel a line as JSON, or one a row with a column for each milestone.

What belongs here: from rows to core.past.histories' values, with what could not be read and why. Codes and texts mean
what they mean when a courier is asked; a milestone that is named stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from parcelwatch import couriers
from parcelwatch.core.past.histories import History, arrived_at
from parcelwatch.core.rows.cells import cell, number_of, tags_of
from parcelwatch.core.rows.dates import time_of
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import current, join
from parcelwatch.couriers.base import Coded
from parcelwatch.couriers.shared.history import Scan, checkpoints
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, beside
from parcelwatch.couriers.shared.notices import is_movement
from parcelwatch.errors import BadInput
from parcelwatch.lexicon import read
from parcelwatch.model import FINAL, Cause, Checkpoint, Entry, Milestone, Timeline
from parcelwatch.reference import territories
from parcelwatch.verbs.columns import Columns
from parcelwatch.verbs.importing import end_of_day
from parcelwatch.verbs.records import Record, Source, records

MOST_CHECKPOINTS: Final = 1000
_MOST_COMPLAINTS: Final = 100
_LONGEST: Final = 2000
_YEARS: Final = range(2000, 2100)
_DAY: Final = len("2026-03-31")
_NOTHING: Final = (None, "")
_REGION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What of a line was not read, and why. `refused`: the whole line."""

    line: int
    number: str
    reason: str
    refused: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows. `zone`: of times without one. `apis`: account → the API whose codes are its own."""

    zone: tzinfo = UTC
    apis: Mapping[str, str] = field(default_factory=dict)

    def read(self, row: Mapping[str, object], remark: Callable[[str], None] = lambda _: None) -> History:
        """One row as a history; `remark` hears of each cell that is left out. Raises BadInput with why it is none."""
        number = number_of(cell("number", row.get("number")))
        cells = _Cells(row, remark)
        courier = cells.text("courier")
        destination = cells.may("destination", _country, "")
        heard = self._heard(row.get("checkpoints"), courier)
        delivered_at = cells.may("outcome", self._outcome, None)
        if delivered_at is not None and stage(current(heard)).milestone not in FINAL:
            # Somebody knows that it arrived, and no scan says so: whoever watched it would have heard it then.
            heard = _with_delivery(heard, delivered_at)
        history = History(
            number=number,
            courier=courier,
            company=cells.text("company"),
            order=cells.text("order"),
            service=cells.text("service"),
            origin=cells.may("origin", _country, ""),
            destination=destination,
            postal_code=cells.text("postal_code"),
            tags=cells.may("tag", lambda said: tags_of(cell("tag", said)), ()),
            announced_at=cells.may("announced_at", self.moment, None),
            shipped_at=cells.may("shipped_at", self.moment, None),
            promised_by=cells.may("promised_by", lambda said: self._deadline(said, destination), None),
            dispatch_by=cells.may("dispatch_by", lambda said: self._deadline(said, destination), None),
            heard=heard,
            complaints=cells.may("complaints", self._complaints, ()),
            delivered_at=delivered_at or arrived_at(heard),
        )
        if history.began_at is None:
            raise BadInput("it says no time at all: neither when it was announced nor any checkpoint")
        return history

    def moment(self, said: object) -> datetime:
        """A time in UTC. Raises BadInput."""
        if not isinstance(said, str):
            raise BadInput(f"{_shown(said)} is no time: write 2026-03-31T18:00+08:00")
        at = _moment(said)
        if at.tzinfo is UTC:
            return at
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def _deadline(self, said: object, country: str) -> datetime:
        """A day means its end at the destination."""
        if isinstance(said, str) and len(said) <= _DAY:
            at, whole_day = time_of(said.strip())
            if whole_day:
                return end_of_day(at.date(), country, self.zone)
        return self.moment(said)

    def _outcome(self, said: object) -> datetime | None:
        if not isinstance(said, Mapping):
            raise BadInput('is no object such as {"delivered_at": …}')
        at = said.get("delivered_at")
        return None if at in _NOTHING else self.moment(at)

    def _complaints(self, said: object) -> tuple[datetime, ...]:
        each = said if isinstance(said, list) else [said]
        times = (one.get("at") if isinstance(one, Mapping) else one for one in each[:_MOST_COMPLAINTS])
        return tuple(sorted(self.moment(one) for one in times))

    # --- checkpoints ---

    def _heard(self, said: object, courier: str) -> Timeline:
        """Raises BadInput for a list that is none, or one of whose items cannot be understood."""
        if said in _NOTHING:
            return Timeline()
        if not isinstance(said, list) or len(said) > MOST_CHECKPOINTS:
            raise BadInput(f"checkpoints is no list of at most {MOST_CHECKPOINTS}")
        told = [self._told(one, place, courier) for place, one in enumerate(said, 1)]
        told.sort(key=lambda one: one.at)
        kept = [one.checkpoint() for one in told] if all(one.named for one in told) else _understood(told)
        entries = tuple(Entry(one, each.seen_at, each.seen_at) for one, each in zip(kept, told, strict=True))
        rising = all(one.occurred_at < other.occurred_at for one, other in pairwise(kept))
        return Timeline(entries) if rising else join(Timeline(entries), Timeline())

    def _told(self, said: object, place: int, courier: str) -> _Told:
        try:
            return self._one(said, courier)
        except BadInput as error:
            raise BadInput(f"checkpoint {place}: {error}") from None

    def _one(self, said: object, courier: str) -> _Told:
        if not isinstance(said, Mapping):
            raise BadInput("it is no object")
        at = self.moment(said.get("occurred_at"))
        seen, named = said.get("seen_at"), said.get("milestone")
        code = _short(said.get("code"))
        return _Told(
            at,
            at if seen in _NOTHING else self.moment(seen),
            None if named in _NOTHING else (_milestone(named), _cause(said.get("cause"))),
            self._codes(courier).get(code, UNKNOWN) if code and named in _NOTHING else None,
            code,
            _short(said.get("text")),
            _short(said.get("place")),
        )

    def _codes(self, courier: str) -> Mapping[str, Meaning]:
        return _codes_of(self.apis.get(courier, courier))


@dataclass(frozen=True, slots=True)
class _Told:
    """A checkpoint as a file says it. `named`: what the file says that it is; `coded`: what its code means."""

    at: datetime
    seen_at: datetime
    named: Meaning | None
    coded: Meaning | None
    code: str
    text: str
    place: str

    def checkpoint(self) -> Checkpoint:
        """Of one that is named. Its text may add a cause, no more."""
        assert self.named is not None
        meaning = self.named
        if self.text and meaning[1] is None:
            told = beside(meaning, read(self.text))
            meaning = told if told[0] is meaning[0] else meaning
        moves = is_movement(meaning, self.text)
        return Checkpoint(self.at, self.at, *meaning, self.code, self.text, self.place, moves=moves)


def _understood(told: Sequence[_Told]) -> list[Checkpoint]:
    """Each in the light of those before it, as a courier's list is."""
    scans = [
        Scan((one.at, one.at), one.code, one.named or one.coded, one.text, one.place, reading=read(one.text))
        for one in told
    ]
    return [
        replace(each.checkpoint(), occurred_at=one.occurred_at, occurred_until=one.occurred_until)
        if each.named
        else one
        for one, each in zip(checkpoints(scans), told, strict=True)
    ]


def _with_delivery(heard: Timeline, at: datetime) -> Timeline:
    return join(heard, Timeline((Entry(Checkpoint(at, at, Milestone.DELIVERED), at, at),)))


@lru_cache(maxsize=64)
def _codes_of(api: str) -> Mapping[str, Meaning]:
    """What an API's codes mean; none of one that is not known, or whose codes mean nothing by themselves."""
    adapter = couriers.load().get(api)
    return adapter.codes if isinstance(adapter, Coded) else {}


class _Cells:
    """What a row says beside its checkpoints; what cannot be used is left out and remarked."""

    def __init__(self, row: Mapping[str, object], remark: Callable[[str], None]) -> None:
        self._row = row
        self._remark = remark

    def text(self, name: str) -> str:
        said = self._row.get(name)
        return str(self.may(name, lambda said: _cell(name, said), "")) if said not in _NOTHING else ""

    def may(self, name: str, reader: Callable[[Any], Any], otherwise: Any) -> Any:
        said = self._row.get(name)
        if said in _NOTHING:
            return otherwise
        try:
            return reader(said)
        except BadInput as error:
            self._remark(f"{name} {str(error).removeprefix(name).strip()}; it is left out")
            return otherwise


def _cell(name: str, said: object) -> str:
    return _words(name, said) if isinstance(said, str) else cell(name, said)


@lru_cache(maxsize=4096)  # most parcels have the words of others
def _words(name: str, said: str) -> str:
    return cell(name, said)


def _country(said: object) -> str:
    """A country's code, with its region's behind it where that is written, as in BR-SP."""
    return _place(cell("country", said))


@lru_cache(maxsize=4096)
def _place(text: str) -> str:
    code = territories.country(text) if text else ""
    if text and not code:
        raise BadInput(f"{text[:40]!r} is no country")
    return text.upper() if _REGION.fullmatch(text.upper()) and text.upper().startswith(code) else code


_MILESTONES: Final[Mapping[object, Milestone]] = {each.value: each for each in Milestone}


def _milestone(said: object) -> Milestone:
    found = _MILESTONES.get(said) if isinstance(said, str) else None
    found = found or _MILESTONES.get(str(said).strip().lower())
    if found is None:
        raise BadInput(f"there is no milestone {_shown(said)}; there are {', '.join(Milestone)}")
    return found


def _cause(said: object) -> Cause | None:
    if said in _NOTHING:
        return None
    try:
        return Cause(str(said).strip().lower())
    except ValueError:
        raise BadInput(f"there is no cause {_shown(said)}; there are {', '.join(Cause)}") from None


def _short(said: object) -> str:
    if said is None:
        return ""
    if not isinstance(said, str):
        raise BadInput(f"{_shown(said)} is no text")
    return said[:_LONGEST]


def _shown(said: object) -> str:
    return repr(said if isinstance(said, str) else type(said).__name__)[:60]


def _moment(said: str) -> datetime:
    """As written; the forms that people use are tried where it is not an ISO time."""
    try:
        at = datetime.fromisoformat(said) if len(said) > _DAY else None
    except ValueError:
        at = None
    at = at or time_of(said.strip())[0]
    if at.year not in _YEARS:
        raise BadInput(f"{said[:40]!r} is no time: expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    return at


# --- files ---------------------------------------------------------------------------------------


def columns(source: Source) -> Columns | None:
    """What the columns of a table mean; None for JSON. Raises BadInput where no time would be read."""
    if source.format == "jsonl":
        return None
    first = next(iter(records(source)), Record(0))
    return Columns.of(first.cells)


def read_records(
    rows: Iterable[Record], reader: Reader, faults: Callable[[Fault], None], table: Columns | None = None
) -> Iterator[History]:
    """The histories of rows that were read from a file; `table`: what its columns mean, None for JSON."""
    for row in rows:
        cells = table.row(row.cells) if table is not None else row.cells
        number = str(cells.get("number", ""))[:60]
        if row.fault:
            faults(Fault(row.line, number, row.fault))
            continue
        try:
            yield reader.read(cells, lambda what: faults(Fault(row.line, number, what, refused=False)))  # noqa: B023
        except BadInput as error:
            faults(Fault(row.line, number, str(error)))
