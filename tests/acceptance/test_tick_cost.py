"""What a tick costs does not depend on how many parcels there are."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from parcelwatch.model import Cause, Milestone
from parcelwatch.running.engine import Engine
from parcelwatch.store import Store
from tests.acceptance.world import Shop, ago, known, numbers

DAMAGED = (ago(40), ago(20, Milestone.EXCEPTION, Cause.DAMAGED))
SMALL = ("accounts", "channels", "findings", "imports", "incidents", "service", "silences", "t")
"""Tables with a row for each part of the configuration, or for each time something rare happened; `t`: a subquery."""


class Trace:
    """Every statement of one connection, in the words it was made in."""

    def __init__(self) -> None:
        self.statements: dict[str, str] = {}

    def begin(self, store: Store) -> None:
        store.conn.set_trace_callback(self._note)

    def end(self, store: Store) -> None:
        store.conn.set_trace_callback(None)

    def plans(self, store: Store) -> dict[str, list[str]]:
        asked = self.statements.values()
        return {sql: [row[3] for row in store.all(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked}

    def _note(self, sql: str) -> None:
        reads = sql.lstrip().split(maxsplit=1)[0].upper() in ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
        if reads and not re.fullmatch(r"SELECT 1 FROM \w+ LIMIT 1", sql):  # which asks whether there is anything at all
            self.statements.setdefault(re.sub(r"'[^']*'|\d+", "?", sql), sql)


def reads_all(step: str, partial: set[str]) -> bool:
    """Whether a step of a plan goes through a whole table that grows. A partial index holds what is open of one."""
    found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
    return bool(found and found[2] not in partial and found[1] not in SMALL and "VIRTUAL" not in step)


def partial_indexes(store: Store) -> set[str]:
    return {
        name for (name,) in store.all("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
    }


def test_no_statement_of_a_tick_reads_all_of_a_table_that_grows(tmp_path: Path) -> None:
    story = [
        *(known(number, ago(3)) for number in numbers(5, "65")),
        *(known(number, *DAMAGED) for number in numbers(5)),
    ]
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        trace = Trace()

        async def scene(parts: Engine) -> None:
            await parts.writer.run(trace.begin)
            await place.live(parts, timedelta(hours=2), timedelta(hours=2))
            await parts.writer.run(trace.end)

        place.play(scene)
        with place.store() as store:
            partial, plans = partial_indexes(store), trace.plans(store)
    assert {"parcels", "checkpoints", "cases", "alerts"} <= {name for sql in plans for name in re.findall(r"\w+", sql)}
    assert [sql for sql, steps in plans.items() if any(reads_all(step, partial) for step in steps)] == []
