"""Rows on their way in: what is said of them and of what they came to, and where they go.

What belongs here: what `parcels import` and `complaints import` have in common on the command line.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import NeedsAttention
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.desk import Desk
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.verbs.importing import Rejected, Remarked, Result
    from parcelwatch.verbs.records import Source

REFUSED: Final = "{count} refused; --verbose, or --json, names each"
PASSED_OVER: Final = "{count} passed over; --verbose, or --json, names each"
MOST_ROWS: Final = 20
"""Rows that are named of those that were refused; and half as many of one column, of which the same is remarked."""

Verbose = Annotated[bool, typer.Option("--verbose", help="Name every row that was refused or passed over.")]


class Said:
    """Rows that were refused or taken with a remark, said on stderr at once: the first ones, or `every` one."""

    def __init__(self, t: Tongue, *, every: bool = False) -> None:
        self._t = t
        self._every = every
        self._rows: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()

    def refused(self, row: Rejected) -> None:
        if not row.counted:
            self.row(REFUSED, row)

    def remarked(self, row: Remarked) -> None:
        self._remarks[row.column] += 1
        if self._every or self._remarks[row.column] <= MOST_ROWS // 2:
            say_row(row, self._t)

    def row(self, what: str, row: Rejected) -> None:
        """One of many of which the same is to be said: `what` is said of those that are not named."""
        self._rows[what] += 1
        if self._every or self._rows[what] <= MOST_ROWS:
            say_row(row, self._t)

    def end(self, result: Result, *, dry_run: bool) -> None:
        from parcelwatch.cli import output

        t = self._t
        for column, times in self._remarks.items() if not self._every else ():
            if times > MOST_ROWS // 2:
                same = "{column}: the same in {count}; --verbose, or --json, names each"
                more = t.count(times - MOST_ROWS // 2, "more row")
                output.warn(t(same, column=column, count=more), t("warning: {said}"))
        for what, times in self._rows.items() if not self._every else ():
            if times > MOST_ROWS:
                output.note(t(what, count=t.count(times - MOST_ROWS, "more row")), "yellow")
        said = WOULD if dry_run else DID
        output.say(t(", ").join(t(said[what], count=count) for what, count in self.counts(result)))

    def counts(self, result: Result) -> list[tuple[str, int]]:
        """What it came to, each with how many."""
        always = [(what, result.counts[what]) for what in ("added", "updated", "unchanged", "rejected")]
        return [*always, *((what, count) for what in _SELDOM if (count := result.counts[what]))]


_SELDOM: Final = ("enriched", "stopped", "skipped", "forgotten")
DID: Final = {
    "added": "{count} added",
    "updated": "{count} updated",
    "unchanged": "{count} unchanged",
    "rejected": "{count} rejected",
    "enriched": "{count} enriched",
    "stopped": "{count} stopped",
    "skipped": "{count} skipped (no number yet, or over)",
    "forgotten": "{count} left out (forgotten before)",
    "unwatched": "{count} about what is not watched",
}
WOULD: Final = DID | {
    "added": "{count} would be added",
    "updated": "{count} would be updated",
    "enriched": "{count} would be enriched",
    "stopped": "{count} would be stopped",
}
"""What an import came to, and what it would come to."""


class Kept:
    """The same rows, kept for one JSON document."""

    def __init__(self) -> None:
        from parcelwatch.verbs.importing import Waiting

        self._refused, self._remarked = Waiting(), Waiting()

    def refused(self, row: Rejected) -> None:
        self._refused.add(row)

    def remarked(self, row: Remarked) -> None:
        self._remarked.add(row)

    def end(self, result: Result, *, dry_run: bool) -> None:  # noqa: ARG002 - as Said has it
        from parcelwatch.cli import output

        lists = self.lists(result)
        counts = {name: count for name, count in result.counts.items() if name not in lists}
        output.emit({**counts, **self.more(result), **lists})

    def more(self, result: Result) -> dict[str, object]:
        """What else is said of the file."""
        return {"recognised": result.recognised}

    def lists(self, result: Result) -> dict[str, object]:
        """The rows that are named one by one, by what became of them; and what is said of the file as a whole."""
        whole = [{"line": None, "number": "", "column": "", "reason": reason} for reason in result.warnings]
        return {"rejected": list(self._refused), "warnings": [*whole, *self._remarked]}


def say_row(row: Rejected | Remarked, t: Tongue) -> None:
    """What is said of one row, on stderr."""
    from parcelwatch.cli import output

    pattern = "line {line}: {number}: {why}" if row.number else "line {line}: {why}"
    why = output.safe(t.sentence(row.reason), 400)
    output.note(t(pattern, line=row.line, number=output.safe(row.number, 60), why=why), "yellow")


def tell(result: Result, said: Said | Kept, t: Tongue, *, dry_run: bool) -> None:
    """What an import came to. Raises NeedsAttention where a row was refused."""
    for warning in result.warnings:
        t.warn(warning)
    said.end(result, dry_run=dry_run)
    if result.rejected:
        refused = "{count} refused: correct what is wrong and import again"
        raise NeedsAttention(t(refused, count=t.count(result.rejected, "row")))


def mapped(renamed: list[str]) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for each in renamed:
        heading, sign, name = each.rpartition("=")
        if not sign or not heading.strip() or not name.strip():
            raise BadInput(f"--map {each!r}: write HEADING=COLUMN, such as 快递单号=number")
        pairs[heading.strip()] = name.strip()
    return pairs


@contextmanager
def watched(source: Source, t: Tongue) -> Iterator[Callable[[], None]]:
    """A bar on stderr for whoever watches a file being read; it moves whenever it is told to."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from parcelwatch.cli import output

    err = output.console(sys.stderr)
    columns = (TextColumn(t("importing")), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=max(source.size, 1))
        yield lambda: bar.update(task, completed=source.done)


def database(desk: Desk, *, dry_run: bool) -> Any:
    """The database to import into; a dry run leaves no new one behind."""
    if not dry_run or desk.config.begun:
        return desk.store(create=True)
    return _passing_database()


def _passing_database() -> Any:
    import tempfile
    from contextlib import contextmanager
    from pathlib import Path

    from parcelwatch.store import Store

    @contextmanager
    def opened() -> Any:
        with tempfile.TemporaryDirectory(prefix="parcelwatch-") as folder, Store.open(Path(folder) / "dry.db") as store:
            yield store

    return opened()
