"""Answers recorded by others, read as a person reads them; found through $PARCELWATCH_SAMPLES, skipped without it.

The folder holds one folder per API. What is in each file stands in the tables below `samples/`, one row a file.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from parcelwatch import errors
from parcelwatch.config import AccountConfig
from parcelwatch.couriers import load
from parcelwatch.couriers.base import Account, Courier, Grants, Push, Pushes, Registers, Tailored
from parcelwatch.model import Answered, Milestone, Observation
from tests.couriers import samples
from tests.couriers.declaring import declaration
from tests.couriers.recorded import account, scans
from tests.couriers.samples.sample import Sample

HOME = os.environ.get("PARCELWATCH_SAMPLES", "")
COURIERS = load()

pytestmark = pytest.mark.skipif(not HOME, reason="PARCELWATCH_SAMPLES names no folder of recorded answers")


def tables() -> list[Sample]:
    """Every row of every table."""
    modules = [
        importlib.import_module(f"{samples.__name__}.{info.name}") for info in pkgutil.iter_modules(samples.__path__)
    ]
    return [row for module in modules for row in getattr(module, "ROWS", ())]


ROWS = tables()
READ = [row for row in ROWS if not row.why_not]


def name(row: Sample) -> str:
    return row.path + ("#" + ".".join(map(str, row.inside)) if row.inside else "")


def courier(row: Sample) -> Courier:
    found = COURIERS[row.api]
    return found.tailored(settings(row)) if isinstance(found, Tailored) else found


def settings(row: Sample) -> AccountConfig:
    declared = declaration(row.declared) if row.declared else None
    return AccountConfig("sample", row.api, options=row.options, declared=declared)


def asker(row: Sample) -> Account:
    return account(row.api, row.options)


def content(row: Sample) -> bytes:
    """The answer in the file: the whole of it, or a part, put where the adapter expects it."""
    body = (Path(HOME) / row.path).read_bytes()
    if not row.inside and not row.wrap:
        return body
    part: Any = json.loads(body)
    for key in row.inside:
        part = part[key]
    text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
    return (row.wrap % text if row.wrap else text).encode()


def read(row: Sample, body: bytes | None = None) -> Any:
    """What is read of it; `body`: in place of what was recorded."""
    body = content(row) if body is None else body
    asked = [row.asked] if row.asked else []
    adapter = courier(row)
    if row.call == "push":
        assert isinstance(adapter, Pushes)
        return adapter.pushed(asker(row), Push(row.headers, row.query, body))
    headers = dict(row.headers) or {"content-type": "application/json"}
    response = httpx.Response(row.status, headers=headers, content=body)
    if row.call == "register":
        assert isinstance(adapter, Registers)
        return adapter.registered(response, asked)
    if row.call == "grant":
        assert isinstance(adapter, Grants)
        return [adapter.granted(response)]
    return adapter.parse(response, asked)


@pytest.mark.parametrize("row", [row for row in READ if not row.raises], ids=name)
def test_a_recorded_answer_is_read_as_a_person_reads_it(row: Sample) -> None:
    told = read(row)
    if row.ok is not None:
        assert told[0].ok is row.ok
    if not isinstance(told[0] if told else None, Observation):
        return
    said = next((one for one in told if row.asked is None or one.number == row.asked.number), told[0])
    if row.answer is not None:
        assert type(said) is row.answer
    if row.milestone is not None:
        assert isinstance(said, Answered)
        assert (said.checkpoints[-1].milestone, said.checkpoints[-1].cause) == (row.milestone, row.cause)
    if row.scans is not None:
        assert len(scans(said)) == row.scans
    unknown = any(one.milestone is Milestone.UNKNOWN for one in scans(said))
    assert unknown is row.unknown
    for one in scans(said):
        assert one.occurred_at.tzinfo is not None
        assert one.occurred_at <= one.occurred_until


@pytest.mark.parametrize("row", [row for row in READ if row.raises], ids=name)
def test_a_recorded_refusal_of_a_call_is_an_error(row: Sample) -> None:
    with pytest.raises(errors.CourierError) as caught:
        read(row)
    assert type(caught.value).__name__ == row.raises


def test_every_recorded_answer_stands_in_a_table() -> None:
    files = {path.relative_to(HOME).as_posix() for path in Path(HOME).glob("*/*") if path.suffix in (".json", ".xml")}
    assert files - {row.path for row in ROWS} == set()
