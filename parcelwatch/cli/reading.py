"""How a courier's text is read: what `couriers read` shows, and what to do where it is read wrongly.

What belongs here: one text, its reading, and the rows of the language's file that decided. It only ever shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from parcelwatch.cli import output
from parcelwatch.couriers.shared.notices import is_movement
from parcelwatch.errors import BadInput
from parcelwatch.lexicon import Decision, decide, languages, notice
from parcelwatch.lexicon.book import Row
from parcelwatch.lexicon.files import Language
from parcelwatch.lexicon.proof import count, faults
from parcelwatch.model import Sure

_SURE: Final = {
    Sure.STATED: "",
    Sure.SUSPECTED: ", only suspected",
    Sure.SLIGHT: ", and slight",
}


def decided(text: str, language: str) -> Decision:
    """How `text` is read. BadInput when there is no such language, or no text."""
    if not text.strip():
        raise BadInput('which text? `parcelwatch couriers read "Your parcel was delivered"`')
    if language and language.lower()[:2] not in languages():
        raise BadInput(f"no language {language!r}: there are {', '.join(languages())}")
    return decide(text, language)


def document(text: str, found: Decision) -> dict[str, Any]:
    """All of it as JSON shows it; `moves`: whether somebody had the parcel in hand, None where it says nothing."""
    reading = found.reading
    return {
        "text": text,
        "language": found.language.code if found.language else None,
        "milestone": reading.milestone,
        "cause": reading.cause,
        "sure": reading.sure if reading.cause else None,
        "announced": reading.announced,
        "moves": _moves(text, found),
        "rows": [_row(language, row) for language, row in _rows(text, found)],
    }


def _moves(text: str, found: Decision) -> bool | None:
    milestone = found.reading.milestone
    return None if milestone is None else is_movement((milestone, found.reading.cause), text)


def _rows(text: str, found: Decision) -> list[tuple[Language, Row]]:
    """What decided, that it is no movement too, where its words say so."""
    told = [(found.language, row) for row in found.rows] if found.language else []
    noticed = notice(text) if told else None
    return [*told, *([noticed] if noticed else [])]


def _row(language: Language, row: Row) -> dict[str, Any]:
    return {
        "file": str(language.path),
        "line": language.line(row),
        "part": row.part,
        "wording": row.wording,
        "example": row.example,
        "counter": row.counter,
    }


def show(text: str, found: Decision) -> None:
    """The reading, then the rows that decided, then what to do."""
    if found.language is None or not found.rows:
        _nothing()
        return
    reading = found.reading
    said = f"{reading.milestone or 'no news'}{'/' + reading.cause if reading.cause else ''}"
    if reading.announced:
        said += ", but not begun"
    said += _SURE[reading.sure] + (", no movement" if _moves(text, found) is False else "")
    output.say(f"{found.language.name} ({found.language.code}): {said}")
    for language, row in _rows(text, found):
        output.say(f"  {language.path}:{language.line(row)}")
        output.say(f"    {row.wording}")
    output.say()
    output.say(
        "Read wrongly? Change that row, or give it a `counter`: a text that must not be read so. Then see whether"
    )
    output.say(f"all examples still hold: parcelwatch couriers wordings {found.language.code}")


def _nothing() -> None:
    known = ", ".join(f"{language.name} ({code})" for code, language in languages().items())
    folder = next(iter(languages().values())).path.parent
    output.say(
        "Nothing in it is known: it is no news about the parcel, and counted as unknown where no code says more."
    )
    output.say(f"To teach it, add a row to the file of its language in {folder}:")
    output.say('  { wording = "the words that tell", example = "the whole text" },')
    output.say(f"under the `is` that it means. Languages: {known}. Wrong language? --language")


# --- all of a language ---------------------------------------------------------------------------


def wordings(code: str) -> list[dict[str, Any]]:
    """`[{language, name, file, rows, examples, counters, faults}]` of one language, or of all."""
    if code and code not in languages():
        raise BadInput(f"no language {code!r}: there are {', '.join(languages())}")
    return [
        {
            "language": language.code,
            "name": language.name,
            "file": str(language.path),
            **asdict(count(language)),
            "faults": list(faults(language)),
        }
        for language in languages().values()
        if code in ("", language.code)
    ]


def show_wordings(found: Sequence[Mapping[str, Any]]) -> None:
    """The table, then every example that is not read as its row says."""
    columns = ("language", "name", "rows", "examples", "counters")
    rows = [(*(each[name] for name in columns), len(each["faults"]) or "–") for each in found]
    output.show(["!Code", "Language", ">Wordings", ">Examples", ">Counters", ">Read otherwise"], rows, "")
    for each in found:
        for fault in each["faults"]:
            output.say(fault, "red")
