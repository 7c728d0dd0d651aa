"""Backtests: many histories played under one policy or two, on all cores, and what they came to.

What belongs here: the file or database they come from, work in parts, and what waits on disk until all of it is known.
What is told of a parcel core.replay says, and what it comes to core.figures.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, Final, Protocol, TypeVar

from parcelwatch import config
from parcelwatch.core.figures import Played, Survey, Tally, days, untested
from parcelwatch.core.histories import History
from parcelwatch.core.policy import Policy
from parcelwatch.core.replay import Told, replay
from parcelwatch.histories import Fault, Reader, columns, read_records
from parcelwatch.store import Store, past
from parcelwatch.verbs.columns import Columns
from parcelwatch.verbs.records import Line, Record, Source, json_records, records

BATCH: Final = 500
_T = TypeVar("_T")
_IN_MEMORY: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the work: rows of a file, or parcels of a database. `done`: how far it is when this part is."""

    rows: tuple[Line | Record, ...] | tuple[int, ...]
    done: int


class From(Protocol):
    """Where histories come from. It is handed to other processes, so it holds nothing that is open."""

    def histories(self, part: Part, faults: Callable[[Fault], None]) -> Iterator[History]:
        """Those of one part of it."""
        ...


@dataclass(frozen=True, slots=True)
class FromFile:
    """A file's rows; `table`: what its columns mean, None for JSON."""

    reader: Reader
    table: Columns | None = None
    since: datetime | None = None

    @classmethod
    def of(cls, source: Source, reader: Reader, since: datetime | None = None) -> FromFile:
        """Raises BadInput for a table that has no numbers or no milestones."""
        return cls(reader, columns(source), since)

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of columns that say nothing to us."""
        return self.table.unread if self.table is not None else ()

    def parts(self, source: Source) -> Iterator[Part]:
        rows: Iterator[Line | Record] = source.lines() if self.table is None else records(source)
        for each in _batches(rows):
            yield Part(each, source.done)

    def histories(self, part: Part, faults: Callable[[Fault], None]) -> Iterator[History]:
        rows = part.rows if self.table is not None else json_records(part.rows)  # type: ignore[arg-type]
        for history in read_records(rows, self.reader, faults, self.table):  # type: ignore[arg-type]
            if self.since is None or (history.began_at or self.since) >= self.since:
                yield history


@dataclass(frozen=True, slots=True)
class FromDatabase:
    """The parcels of a database."""

    path: Path

    def parts(self, ids: Sequence[int]) -> Iterator[Part]:
        done = 0
        for each in _batches(iter(ids)):
            done += len(each)
            yield Part(each, done)

    def histories(self, part: Part, faults: Callable[[Fault], None]) -> Iterator[History]:
        del faults
        with Store.open(self.path, create=False) as store:
            yield from past.histories(store, part.rows)  # type: ignore[arg-type]


def _batches(rows: Iterator[_T]) -> Iterator[tuple[_T, ...]]:
    while batch := tuple(islice(rows, BATCH)):
        yield batch


# --- one part ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What a part came to. `played`: those of its parcels of which something counts, as the spool keeps them."""

    survey: Survey = field(default_factory=Survey)
    played: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    done: int = 0


class _Work:
    """What every process needs to play parts."""

    def __init__(self, source: From, policies: Sequence[Policy]) -> None:
        self._source = source
        self._policies = policies

    def play(self, part: Part) -> Outcome:
        outcome = Outcome(done=part.done)
        kept = bytearray()
        for history in self._source.histories(part, outcome.faults.append):
            outcome.survey.take(history)
            played = Played.of(history, [tuple(replay(history, policy)) for policy in self._policies])
            if played.counts:
                kept += pickle.dumps(played, pickle.HIGHEST_PROTOCOL)
        outcome.played = bytes(kept)
        return outcome


_work: list[_Work] = []
"""The work of this process, where it is one of several."""


def _begin(source: From, files: Sequence[Path]) -> None:
    _work[:] = [_Work(source, policies(files))]


def _play(part: Part) -> Outcome:
    return _work[0].play(part)


def policies(files: Sequence[Path]) -> list[Policy]:
    """The policies of some configuration files. Raises ConfigError."""
    return [config.load(path).policy() for path in files]


# --- all of it -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played: from where, under which files' policies. `zone`: of weekdays. `until`: None for its own end."""

    source: From
    files: tuple[Path, ...]
    zone: tzinfo
    until: datetime | None = None
    workers: int = 0


class Results:
    """All that was played, its parcels on disk; to be closed."""

    def __init__(self, plan: Plan, survey: Survey, spool: IO[bytes]) -> None:
        self.survey = survey
        self.aside = untested(survey)
        self._plan = plan
        self._spool = spool
        self.until = plan.until or survey.ends

    def figures(self, names: Sequence[str]) -> dict[str, Any]:
        """What each policy comes to, by the names of the policies."""
        if self.until is None:
            return {name: {} for name in names}
        tallies = [Tally(self.until, self._plan.zone, self.aside) for _ in names]
        for played in self.parcels():
            for tally, told in zip(tallies, played.told, strict=True):
                tally.take(played, told)
        length = days(self.survey, self.until)
        return {name: tally.figures(self.survey.parcels, length) for name, tally in zip(names, tallies, strict=True)}

    def parcels(self) -> Iterator[Played]:
        """Those of which something was told or complained, in the order of the histories, up to the end of these."""
        self._spool.seek(0)
        while True:
            try:
                played = pickle.load(self._spool)  # noqa: S301 - what this very process wrote
            except EOFError:
                return
            yield _up_to(played, self.until)

    def differences(self) -> Iterator[tuple[Played, tuple[Told, ...], tuple[Told, ...]]]:
        """The parcels of which the first policy tells otherwise than the second, with what both tell."""
        for played in self.parcels():
            if len(played.told) > 1 and played.told[0] != played.told[1]:
                yield played, played.told[0], played.told[1]


def _up_to(played: Played, until: datetime | None) -> Played:
    told = tuple(tuple(one for one in each if until is None or one.at <= until) for each in played.told)
    return Played(played.number, played.promised_by, played.delivered_at, played.complained_at, told)


@contextmanager
def run(
    plan: Plan, parts: Iterator[Part], faults: Callable[[Fault], None], progress: Callable[[int], None]
) -> Iterator[Results]:
    """Play all parts; bad lines go to `faults` in their order, `progress` hears how far it is."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        survey = Survey()
        for outcome in _outcomes(plan, parts):
            survey.add(outcome.survey)
            spool.write(outcome.played)
            for fault in outcome.faults:
                faults(fault)
            progress(outcome.done)
        yield Results(plan, survey, spool)


def _outcomes(plan: Plan, parts: Iterator[Part]) -> Iterator[Outcome]:
    """In order. Little work is done here, as other processes take a second to begin."""
    first = list(islice(parts, 2))
    workers = plan.workers or _cores()
    if len(first) < 2 or workers < 2:
        work = _Work(plan.source, policies(plan.files))
        yield from map(work.play, chain(first, parts))
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (plan.source, plan.files))
    with pool:
        yield from _in_turn(pool, chain(first, parts), 2 * workers)


def _cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_turn(pool: Executor, parts: Iterator[Part], most: int) -> Iterator[Outcome]:
    """At most so many parts are under way or waiting to be taken, however long the file is."""
    waiting: deque[Future[Outcome]] = deque()
    for part in parts:
        waiting.append(pool.submit(_play, part))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
