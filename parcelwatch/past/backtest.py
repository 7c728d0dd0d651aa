"""Backtests: many histories played under one policy or two, on all cores, and what they came to.

What belongs here: the file or database they come from, work in parts, and what waits on disk until all of it is known.
What is told of a parcel core.past.replay says, and what it comes to core.past.figures. Histories are gone through
twice: what was known of other parcels on a day must be there before the first is played.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, Final, Protocol, TypeVar

from parcelwatch import config
from parcelwatch.core.learn import Chronicle, Forecasts
from parcelwatch.core.learn.levels import Key
from parcelwatch.core.past.dwell import Dwell
from parcelwatch.core.past.figures import Played, Survey, Tally, days, untested
from parcelwatch.core.past.histories import History, standing
from parcelwatch.core.past.replay import Told, replay
from parcelwatch.core.policy import Policy
from parcelwatch.core.tracking.habits import Habits, Taught
from parcelwatch.model import Dossier
from parcelwatch.past.histories import Fault, Reader, columns, read_records
from parcelwatch.store import Store, past
from parcelwatch.verbs.columns import Columns
from parcelwatch.verbs.records import Line, Record, Source, json_records, records

BATCH: Final = 500
_T = TypeVar("_T")
Lessons = dict[Key, Any]
"""What a chronicle counted, without the calendar by which it did."""
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

    def counts(self, history: History) -> bool:
        """Whether it is to be played, and not only learned from."""
        ...


@dataclass(frozen=True, slots=True)
class FromFile:
    """A file's rows; `table`: what its columns mean, None for JSON. `since`: older ones are only learned from."""

    reader: Reader
    table: Columns | None = None
    since: datetime | None = None

    @classmethod
    def of(cls, source: Source, reader: Reader, since: datetime | None = None) -> FromFile:
        """Raises BadInput for a table that has no numbers, NoScans for one that has no milestones."""
        return cls(reader, columns(source), since)

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of columns that say nothing to us."""
        return self.table.unread if self.table is not None else ()

    def parts(self, source: Source) -> Iterator[Part]:
        source.done = 0
        rows: Iterator[Line | Record] = source.lines() if self.table is None else records(source)
        for each in _batches(rows):
            yield Part(each, source.done)

    def histories(self, part: Part, faults: Callable[[Fault], None]) -> Iterator[History]:
        rows = part.rows if self.table is not None else json_records(part.rows)  # type: ignore[arg-type]
        return read_records(rows, self.reader, faults, self.table)  # type: ignore[arg-type]

    def counts(self, history: History) -> bool:
        return self.since is None or (history.began_at or self.since) >= self.since


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
        with Store.open(self.path, create=False) as store, store.trusted():
            yield from past.histories(store, part.rows)  # type: ignore[arg-type]

    def counts(self, history: History) -> bool:
        del history
        return True


def _batches(rows: Iterator[_T]) -> Iterator[tuple[_T, ...]]:
    while batch := tuple(islice(rows, BATCH)):
        yield batch


# --- one part ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What a part came to. `played`: those of its parcels of which something counts, as the spool keeps them.

    `taught`: what it adds to what is learned, for each policy that learns; `habits`: to what scans are given.
    """

    done: int
    survey: Survey = field(default_factory=Survey)
    played: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    taught: list[Lessons] = field(default_factory=list)
    habits: Taught = field(default_factory=dict)
    dwell: Dwell = field(default_factory=Dwell)


class _Work:
    """What every process needs to do its parts."""

    def __init__(self, source: From, files: Sequence[Path]) -> None:
        self._source = source
        self._policies = policies(files)
        self._lessons = ""
        self._forecasts: list[Forecasts | None] = [None] * len(self._policies)
        self._habits = Habits()

    def learn(self, part: Part, _: str) -> Outcome:
        taught = [Chronicle(policy.calendar) for policy in self._policies if policy.foresight.enabled]
        habits = Habits()
        for history in self._source.histories(part, lambda _: None):
            parcel = history.parcel()
            for each in taught:
                each.take(parcel, history.checkpoints)
            habits.learn(Dossier(parcel, history.heard, milestone=standing(history)))
        return Outcome(part.done, taught=[each.heard for each in taught], habits=habits.taught)

    def survey(self, part: Part, _: str) -> Outcome:
        outcome = Outcome(part.done)
        for history in self._source.histories(part, outcome.faults.append):
            if self._source.counts(history):
                outcome.survey.take(history)
        return outcome

    def measure(self, part: Part, until: str) -> Outcome:
        outcome, end = Outcome(part.done), datetime.fromisoformat(until)
        for history in self._source.histories(part, lambda _: None):
            if self._source.counts(history):
                outcome.dwell.take(history, self._policies[0], end)
        return outcome

    def play(self, part: Part, lessons: str) -> Outcome:
        self._read(lessons)
        outcome, kept = Outcome(part.done), bytearray()
        for history in self._source.histories(part, outcome.faults.append):
            if self._source.counts(history):
                outcome.survey.take(history)
                played = Played.of(history, [tuple(self._told(history, place)) for place in range(len(self._policies))])
                if played.counts:
                    kept += pickle.dumps(played, pickle.HIGHEST_PROTOCOL)
        outcome.played = bytes(kept)
        return outcome

    def _told(self, history: History, place: int) -> Iterator[Told]:
        return replay(history, self._policies[place], None, self._forecasts[place], self._habits)

    def _read(self, lessons: str) -> None:
        """Take in what was learned, once."""
        if lessons != self._lessons:
            self._lessons = lessons
            heard, habits = pickle.loads(Path(lessons).read_bytes())  # noqa: S301 - what this very program wrote
            self._habits, taught = Habits(habits), iter(heard)
            self._forecasts = [
                Forecasts(Chronicle(policy.calendar, next(taught))) if policy.foresight.enabled else None
                for policy in self._policies
            ]


_work: list[_Work] = []
"""The work of this process, where it is one of several."""


def _begin(source: From, files: Sequence[Path]) -> None:
    _work[:] = [_Work(source, files)]


def _do(what: str, part: Part, lessons: str) -> Outcome:
    return _TASKS[what](_work[0], part, lessons)


_TASKS: Final = {"learn": _Work.learn, "play": _Work.play, "survey": _Work.survey, "measure": _Work.measure}


def policies(files: Sequence[Path]) -> list[Policy]:
    """The policies of some configuration files. Raises ConfigError."""
    return [config.load(path).policy() for path in files]


# --- all of it -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played: from where, under which files' policies.

    `parts`: all of it, as often as asked. `lessons`: what is learned from, the same and more. `zone`: of weekdays.
    `until`: None for its own end. `workers`: how many processes, 0 for as many as there are cores.
    """

    source: From
    files: tuple[Path, ...]
    parts: Callable[[], Iterator[Part]]
    lessons: Callable[[], Iterator[Part]]
    zone: tzinfo
    until: datetime | None = None
    workers: int = 0


class Results:
    """All that was played, its parcels on disk."""

    def __init__(self, plan: Plan, survey: Survey, spool: IO[bytes]) -> None:
        self.survey = survey
        self.aside = untested(survey)
        self._plan = plan
        self._spool = spool
        self.until = plan.until or survey.ends

    def figures(self, names: Sequence[str]) -> dict[str, Any]:
        """What each policy comes to, by the names of the policies."""
        until = self.until or datetime.max.replace(tzinfo=UTC)
        tallies = [Tally(until, self._plan.zone, self.aside) for _ in names]
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
                played = pickle.load(self._spool)  # noqa: S301 - what this very program wrote
            except EOFError:
                return
            yield _up_to(played, self.until)

    def differences(self) -> Iterator[tuple[Played, tuple[Told, ...], tuple[Told, ...]]]:
        """The parcels of which the first policy tells otherwise than the second, with what both tell."""
        for played in self.parcels():
            real = [tuple(one for one in each if not one.shadow) for each in played.told]
            if len(real) > 1 and real[0] != real[1]:
                yield played, real[0], real[1]


def _up_to(played: Played, until: datetime | None) -> Played:
    told = tuple(tuple(one for one in each if until is None or one.at <= until) for each in played.told)
    return replace(played, told=told)


@contextmanager
def run(plan: Plan, faults: Callable[[Fault], None], progress: Callable[[str, int], None]) -> Iterator[Results]:
    """Learn from all parts, then play them; bad lines go to `faults` in order, `progress` hears what is done and how
    far.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool, tempfile.TemporaryDirectory() as folder:
        survey = Survey()
        with _crew(plan) as crew:
            lessons = _learned(plan, crew, Path(folder), progress)
            for outcome in crew("play", plan.parts(), lessons):
                survey.add(outcome.survey)
                spool.write(outcome.played)
                for fault in outcome.faults:
                    faults(fault)
                progress("playing", outcome.done)
        yield Results(plan, survey, spool)


def measure(
    plan: Plan, faults: Callable[[Fault], None], progress: Callable[[str, int], None]
) -> tuple[Survey, Dwell, datetime | None]:
    """What all parts hold, how long their parcels are silent by the first policy's calendar, and until when."""
    survey, dwell = Survey(), Dwell()
    with _crew(plan) as crew:
        for outcome in crew("survey", plan.parts(), ""):
            survey.add(outcome.survey)
            for fault in outcome.faults:
                faults(fault)
            progress("reading", outcome.done)
        until = plan.until or survey.ends
        for outcome in crew("measure", plan.parts(), until.isoformat()) if until else ():
            dwell.add(outcome.dwell)
            progress("measuring", outcome.done)
    return survey, dwell, until


def _learned(plan: Plan, crew: _Crew, folder: Path, progress: Callable[[str, int], None]) -> str:
    """The file of all that there is to learn."""
    taught = [Chronicle(policy.calendar) for policy in policies(plan.files) if policy.foresight.enabled]
    habits = Habits()
    for outcome in crew("learn", plan.lessons(), ""):
        for all_of_it, some in zip(taught, outcome.taught, strict=True):
            all_of_it.add(Chronicle(all_of_it.calendar, some))
        habits.add(outcome.habits)
        progress("learning", outcome.done)
    path = folder / "lessons"
    path.write_bytes(pickle.dumps(([each.heard for each in taught], habits.taught), pickle.HIGHEST_PROTOCOL))
    return str(path)


_Crew = Callable[[str, Iterator[Part], str], Iterator[Outcome]]
"""Does one thing with all parts, and gives what they come to in their order."""


@contextmanager
def _crew(plan: Plan) -> Iterator[_Crew]:
    """Little work is done here and now, as other processes take a second to begin."""
    workers = plan.workers or _cores()
    little = len(list(islice(plan.parts(), 2))) < 2
    if little or workers < 2:
        alone = _Work(plan.source, plan.files)
        yield lambda what, parts, lessons: (_TASKS[what](alone, part, lessons) for part in parts)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (plan.source, plan.files)) as pool:
        yield lambda what, parts, lessons: _in_turn(pool, what, parts, lessons, 2 * workers)


def _cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_turn(pool: Executor, what: str, parts: Iterator[Part], lessons: str, most: int) -> Iterator[Outcome]:
    """At most so many parts are under way or waiting to be taken, however long the file is."""
    waiting: deque[Future[Outcome]] = deque()
    for part in parts:
        waiting.append(pool.submit(_do, what, part, lessons))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
