"""Whose a tracking number may be: what `couriers detect` shows, and which accounts could ask.

What belongs here: the numbers as they come in, and what core.rows.detect says of them beside the configuration. It only
ever shows: no number is given to an account here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from parcelwatch import config, couriers
from parcelwatch.asking.caller import lacking
from parcelwatch.cli import output
from parcelwatch.cli.desk import Desk
from parcelwatch.core.rows.companies import COURIERS
from parcelwatch.core.rows.detect import AGGREGATORS, LONGEST_TEXT, Courier, Detected, Strength, detect
from parcelwatch.core.texts.text import clean
from parcelwatch.couriers.base import Courier as Adapter
from parcelwatch.couriers.base import card
from parcelwatch.errors import BadInput, ConfigError
from parcelwatch.model import Ask

STDIN: Final = "-"
_LONGEST_LINE: Final = 1 << 16
_STYLES: Final[Mapping[str, str]] = {Strength.CERTAIN: "green", Strength.FITS: "cyan", Strength.POSSIBLE: ""}


# --- numbers -------------------------------------------------------------------------------------


def texts(numbers: Sequence[str], file: str) -> Iterator[str]:
    """What to look at: numbers as they were typed, then the lines of a file; "-" among either is stdin."""
    sources = [*numbers, *([STDIN] if file == STDIN else [])]
    if sources.count(STDIN) > 1:
        raise BadInput("stdin can be read once: write - once")
    opened = _opened(file) if file and file != STDIN else None
    return _texts(sources, opened)


def _texts(sources: Sequence[str], opened: BinaryIO | None) -> Iterator[str]:
    for source in sources:
        if source == STDIN:
            yield from _lines(sys.stdin.buffer)
        else:
            yield source
    if opened is not None:
        with opened:
            yield from _lines(opened)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no file's name"
        raise BadInput(f"{path[:200]} cannot be read: {reason}") from error


def _lines(file: BinaryIO) -> Iterator[str]:
    """One number a line; empty lines are none. Of an endless line only the beginning is kept."""
    for raw in iter(lambda: file.readline(_LONGEST_LINE), b""):
        rest = raw
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_LINE)
        line = raw.decode("utf-8", "replace").strip("\ufeff \t\r\n")
        if line:
            yield line


# --- accounts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accounts:
    """The configured accounts with their apis, and the adapters there are. `known`: there is a configuration.

    `declared`: account → the name of the courier it declares, and its adapter.
    """

    adapters: Mapping[str, Adapter]
    apis: Mapping[str, str] = field(default_factory=dict)
    known: bool = False
    declared: Mapping[str, tuple[str, Adapter]] = field(default_factory=dict)

    def asking(self, courier: Courier, number: str) -> list[dict[str, str]]:
        """The accounts that could ask `courier` about `number`, each with the company code it would need."""
        rows = (self._asking(name, api, courier, number) for name, api in self.apis.items())
        return [row for row in rows if row is not None]

    def direct(self, courier: Courier) -> str | None:
        """The adapter that asks a courier about its own numbers, if there is one."""
        return next((api for api, adapter in self.adapters.items() if _asks(adapter, courier)), None)

    def _asking(self, name: str, api: str, courier: Courier, number: str) -> dict[str, str] | None:
        called, adapter = self.declared.get(name, ("", self.adapters.get(api)))
        asks = called and (courier.name == called or f"({called})" in courier.name)
        if adapter is None or not (asks or self.direct(courier) == api or api in AGGREGATORS):
            return None
        company = courier.codes.get(api, "") if api in AGGREGATORS else ""
        lacks = lacking(adapter, Ask(number, company=company))
        if lacks and api in AGGREGATORS and not company:
            return None  # it wants a code that is not known here
        return {"account": name, "company": company, "lacks": lacks}


def _asks(adapter: Adapter, courier: Courier) -> bool:
    return any(COURIERS[key].name == courier.name for key in card(adapter).asks)


def accounts(desk: Desk) -> Accounts:
    """What is configured; nothing when there is no configuration. Raises ConfigError for one that cannot be read."""
    adapters = couriers.load()
    try:
        config.find(desk.named)
    except ConfigError:
        return Accounts(adapters)
    known = desk.config.accounts()
    declared = {name: (each.declared.name, couriers.adapter(each)) for name, each in known.items() if each.declared}
    return Accounts(adapters, {name: each.api for name, each in known.items()}, known=True, declared=declared)


# --- what is said --------------------------------------------------------------------------------


@dataclass(slots=True)
class Rows:
    """What is known of each number, as JSON shows it, one after the other. `unknown`: how many are nobody's."""

    numbers: Iterable[str]
    there: Accounts
    seen: int = 0
    unknown: int = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for text in self.numbers:
            row = _row(detect(text), self.there)
            self.seen += 1
            self.unknown += not row["candidates"]
            yield row


def _row(said: Detected, there: Accounts) -> dict[str, Any]:
    return {
        "given": said.given,
        "number": said.number,
        "fault": said.fault,
        "candidates": [
            {
                "courier": each.courier.name,
                "strength": str(each.strength),
                "evidence": each.evidence,
                "api": there.direct(each.courier),
                "company": dict(each.courier.codes),
                "accounts": there.asking(each.courier, said.number) if there.known else None,
            }
            for each in said.candidates
        ],
        "slips": [{"courier": each.courier.name, "evidence": each.evidence} for each in said.slips],
    }


def show(row: Mapping[str, Any]) -> None:
    """One number for people."""
    output.say(row["number"] or clean(row["given"], LONGEST_TEXT) or "(nothing)", "bold")
    if row["fault"]:
        output.say(f"  {clean(row['fault'], LONGEST_TEXT)}", "red")
        return
    for slip in row["slips"]:
        output.say(f"  {slip['evidence']}", "yellow")
    if not (row["candidates"] or row["slips"]):
        output.say("  No courier known here has numbers of this form.", "red")
        return
    for each in row["candidates"]:
        output.say(f"  {each['courier']}: {each['strength']}", _STYLES[each["strength"]])
        output.say(f"      {each['evidence']}.")
        codes = ", ".join(f"{where} {code}" for where, code in each["company"].items())
        if each["accounts"]:
            output.say(f"      Ask {', or '.join(map(_account, each['accounts']))}.")
            continue
        if each["accounts"] is not None:
            output.say("      No configured account can ask.", "dim")
        if codes:
            output.say(f"      Company codes: {codes}.", "dim")


def _account(asking: Mapping[str, str]) -> str:
    code = f" --company {asking['company']}" if asking["company"] else ""
    lacking = f" ({asking['lacks']})" if asking["lacks"] else ""
    return f"{asking['account']}{code}{lacking}"
