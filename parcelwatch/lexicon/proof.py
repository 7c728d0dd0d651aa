"""Whether a language's file keeps what it promises: each wording is read as its example says.

What belongs here: what a file's own examples prove, told by line, for whoever changed it and for the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from parcelwatch.lexicon import decide, notice, read
from parcelwatch.lexicon.book import Reading, Row
from parcelwatch.lexicon.files import DENIAL, Language
from parcelwatch.model import Milestone

_TROUBLED: Final = frozenset({Milestone.RETURNING, Milestone.RETURNED, Milestone.ATTEMPT_FAILED, Milestone.EXCEPTION})


@dataclass(frozen=True, slots=True)
class Count:
    """How much of a language is written down."""

    rows: int
    examples: int
    counters: int


def count(language: Language) -> Count:
    """The rows of a file with their examples and counter-examples, those of its denials among them."""
    denial = language.denial
    return Count(
        len(language.rows),
        sum(bool(row.example) for row in language.rows) + len(denial.examples),
        sum(bool(row.counter) for row in language.rows) + len(denial.counters),
    )


def faults(language: Language) -> Iterator[str]:
    """What is not read as the file says, each with its file and line."""
    for row in language.rows:
        fault = _fault(language, row)
        if fault:
            yield f"{language.path}:{language.line(row)}: {fault}"
    for text in language.denial.examples:
        if read(text, language.code).milestone is not Milestone.ATTEMPT_FAILED:
            yield f"{language.path}: {DENIAL}: {text!r} is not denied, but {_told(language, text)}"
    for text in language.denial.counters:
        if read(text, language.code).milestone is not Milestone.DELIVERED:
            yield f"{language.path}: {DENIAL}: {text!r} is not delivered, but {_told(language, text)}"


def _fault(language: Language, row: Row) -> str:
    folded = language.folded(row.example)
    said = read(row.example, language.code)
    if row.part == "small_print":
        harmless = said.cause is None and said.milestone not in _TROUBLED
        return (
            "" if row.found(folded) and harmless else f"{row.example!r} is not harmless: {_told(language, row.example)}"
        )
    if row.part == "notices":
        return _unnoticed(language, row)
    if not row.found(language.book.scrubbed(folded)):
        return f"{row.wording!r} does not stand in {row.example!r}"
    if not _so(row, said):
        return f"{row.example!r} is not {_named(row.reading)}, but {_told(language, row.example)}"
    if row.counter and read(row.counter, language.code) == row.reading:
        return f"{row.counter!r} is {_named(row.reading)} too, by {_told(language, row.counter)}"
    return ""


def _unnoticed(language: Language, row: Row) -> str:
    if not notice(row.example, language.code):
        return f"{row.example!r} is not told as a notice by {row.wording!r}"
    if row.counter and (found := notice(row.counter, language.code)):
        return f"{row.counter!r} is told as a notice too, by {found[1].wording!r}"
    return ""


def _so(row: Row, said: Reading) -> bool:
    """Where the parcel is may be told by other words of the example; why it is in trouble is the row's to tell."""
    if row.part == "causes":
        return said.cause is row.reading.cause
    return said == row.reading


def _named(reading: Reading) -> str:
    return f"{reading.milestone or 'nothing'}{'/' + reading.cause if reading.cause else ''}"


def _told(language: Language, text: str) -> str:
    found = decide(text, language.code)
    where = [f"{found.language.path.name}:{found.language.line(row)}" for row in found.rows] if found.language else []
    return f"{_named(found.reading)} ({', '.join(where) or 'no row'})"
