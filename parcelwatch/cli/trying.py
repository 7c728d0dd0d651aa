"""What came of asking about one number: what was understood, what was not, and the answer itself.

What belongs here: showing one answer to whoever makes or checks a courier.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from parcelwatch import couriers
from parcelwatch.cli import output
from parcelwatch.cli.base import NeedsAttention
from parcelwatch.cli.desk import Desk
from parcelwatch.core.texts.privacy import mask
from parcelwatch.core.texts.text import escaped
from parcelwatch.couriers.base import Courier, said
from parcelwatch.couriers.declared import Made
from parcelwatch.couriers.shared import saved
from parcelwatch.errors import BadInput, CourierError
from parcelwatch.model import Answered, Ask, Milestone, NotFound, Observation, Refused, Unanswered


@dataclass(frozen=True, slots=True)
class Tried:
    """One number asked about: the observation or the error, and the answer if one came."""

    courier: Courier
    said: Observation | None
    response: Any
    error: CourierError | None = None


def from_file(desk: Desk, name: str, ask: Ask, path: str) -> Tried:
    """The same of an answer that was saved; asks nobody and needs no credentials."""
    courier = couriers.adapter(desk.whole_config.account(name))
    response = saved.read(_bytes(path))
    try:
        (said,) = courier.parse(response, [ask])
    except CourierError as error:
        return Tried(courier, None, response, error)
    return Tried(courier, said, response)


def _bytes(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(saved.LIMIT + 1)
        with Path(path).open("rb") as file:
            return file.read(saved.LIMIT + 1)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None


def demand_history(tried: Tried, name: str, ask: Ask) -> None:
    """Raises the CourierError that came, or NeedsAttention when the account tells no history of the number."""
    if tried.error is not None:
        raise tried.error
    said = tried.said
    if said is not None and not isinstance(said, Answered):
        raise NeedsAttention(f"{name} knows no history of {ask.number}: {ANSWERS[type(said)]} {said.reason}".rstrip())


def document(tried: Tried, name: str, ask: Ask, *, raw: bool) -> dict[str, Any]:
    """All of it as JSON shows it."""
    found: dict[str, Any] = {"account": name, "number": ask.number}
    if tried.said is not None:
        found |= _understood(tried.said)
    if tried.error is not None:
        found["error"] = str(tried.error)
    found["unknown"] = unknown(tried, ask)
    if isinstance(tried.courier, Made):
        found["expressions"] = expressions(tried, ask)
    if raw and tried.response is not None:
        found["raw"] = saved.described(tried.response)
    return found


# Every kind of answer by the name people read.
ANSWERS: Final[Mapping[type, str]] = {
    Answered: "tracked",
    NotFound: "not_found",
    Refused: "refused",
    Unanswered: "unanswered",
}


def _understood(said: Observation) -> dict[str, Any]:
    told = said if isinstance(said, Answered) else Answered(said.number, company=said.company)
    return {
        "answer": ANSWERS[type(said)],
        "reason": "" if isinstance(said, Answered) else said.reason,
        "company": told.company,
        "service": told.service,
        "origin": told.origin,
        "destination": told.destination,
        "estimate": output.stamp(told.estimate),
        "commitment": output.stamp(told.commitment),
        "stopped": told.stopped,
        "checkpoints": [
            {
                "occurred_at": output.stamp(each.occurred_at),
                "occurred_until": output.stamp(each.occurred_until),
                "milestone": each.milestone,
                "cause": each.cause,
                "code": each.code,
                "text": mask(each.text),
                "place": each.place,
            }
            for each in sorted(told.checkpoints, key=lambda each: each.occurred_at)
        ],
    }


def unknown(tried: Tried, ask: Ask) -> list[dict[str, str]]:
    """The codes, and the words without one, that map to nothing, each once."""
    checkpoints = tried.said.checkpoints if isinstance(tried.said, Answered) else ()
    strange = [each for each in checkpoints if each.milestone is Milestone.UNKNOWN]
    if not isinstance(tried.courier, Made) or tried.response is None:
        told = {each.code or each.text: (each.code, each.text) for each in strange}
    else:
        # A code that is declared already needs no second line: it is its words that are not known.
        codes = tried.courier.trace(tried.response, [ask]).unmapped
        words = {each.text: ("", each.text) for each in strange if each.code not in codes and each.text}
        told = {code: (code, text) for code, text in codes.items()} | words
    return [{"code": code, "text": mask(text)} for code, text in told.values()]


def expressions(tried: Tried, ask: Ask) -> list[dict[str, Any]]:
    """What each expression of a declaration found in the answer, those that found nothing first."""
    if tried.response is None or not isinstance(tried.courier, Made):
        return []
    found = tried.courier.trace(tried.response, [ask])
    rows = [
        {
            "key": key,
            "expression": one.expression,
            "asked": one.asked,
            "found": one.found,
            "kinds": sorted(one.kinds),
            "example": mask(said(tried.response, one.example)),
        }
        for key, one in found.by_key.items()
    ]
    return sorted(rows, key=lambda row: bool(row["found"]))


# --- for people ----------------------------------------------------------------------------------


def print_answer(tried: Tried) -> None:
    """The answer as it came, fit to be saved and read again with --from."""
    if tried.response is None:
        output.note("no answer came that could be shown", "dim")
    else:
        print(saved.written(tried.response))
        print()


def print_expressions(tried: Tried, ask: Ask) -> None:
    rows = [(row["key"], row["expression"], _found(row)) for row in expressions(tried, ask)]
    if rows:
        output.say()
        output.show(["!Expression", "Written", "Found"], rows, "")


def _found(row: Mapping[str, Any]) -> str:
    if not row["found"]:
        return "nothing" if row["asked"] == 1 else f"nothing in {row['asked']}"
    what = output.safe(row["example"], 60) or ", ".join(row["kinds"])
    return what if row["asked"] == 1 else f"{what} (in {row['found']} of {row['asked']})"


def print_unknown(tried: Tried, ask: Ask, table: str = "") -> None:
    """What maps to nothing, for a declaration as the lines that are missing in it; `table`: what it stands below."""
    strange = unknown(tried, ask)
    if not strange:
        return
    output.say()
    codes = [each for each in strange if each["code"]]
    if not isinstance(tried.courier, Made):
        output.show(["Unknown code", "Text"], [(each["code"], output.safe(each["text"])) for each in strange], "")
        return
    if codes:
        output.say(f"These map to nothing; say what they mean in [{table}statuses]:")
        for each in codes:
            line = f'{json.dumps(each["code"], ensure_ascii=False)} = "…"  # {output.safe(each["text"])}'
            print(escaped(line.rstrip("# ")))
    words = [each for each in strange if not each["code"]]
    if words:
        output.say("These words are not known; say what they mean, a part of them being enough:")
        for each in words:
            print(f'[[{table}texts]]\nmatch = "…"  # {output.safe(each["text"])}\nis = "…"')
