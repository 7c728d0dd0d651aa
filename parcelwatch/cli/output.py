"""How results are printed: one JSON document, or tables and lines for people.

What belongs here: consoles, columns, moments, and making what came from outside fit to be shown. Nothing reaches a
terminal but through here: no command can forget to clean a text. stdout is for
results, stderr for everything said about them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from parcelwatch.cli.tables import STYLES, Listing
from parcelwatch.core.texts.privacy import shown as readable
from parcelwatch.core.texts.text import escaped, plain, visible

PIPED_WIDTH: Final = 120


# --- JSON ----------------------------------------------------------------------------------------


def emit(document: object) -> None:
    """The one JSON document of a command."""
    print(_dumped(document))


def emit_list(items: Iterable[object]) -> None:
    """A list as one JSON document, written as it is read, so that its length does not matter."""
    begun = False
    for item in items:
        print(",\n" if begun else "[\n", _dumped(item), sep="", end="")
        begun = True
    print("\n]" if begun else "[]")


def emit_with(document: Mapping[str, object], lists: Mapping[str, Iterable[object]]) -> None:
    """One JSON document whose lists are written as they are read."""
    print(_dumped(document).removesuffix("}"))
    for name, items in lists.items():
        print(f", {_dumped(name)}: ", end="")
        emit_list(items)
    print("}")


def _dumped(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    return str(value)


def stamp(at: datetime | None) -> str | None:
    """ISO 8601 UTC with Z, as every JSON output has it; milliseconds only where there are any."""
    if at is None:
        return None
    at = at.astimezone(UTC).replace(tzinfo=None)
    spec = "milliseconds" if at.microsecond >= 1000 else "seconds"
    return at.isoformat(timespec=spec) + "Z"


# --- for people ----------------------------------------------------------------------------------


class _Console(Console):
    """Shows what it is given and never obeys it: the one gate between every text and the terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for each in super().render(renderable, options):
            yield each if each.control else Segment(visible(each.text), each.style)

    def on_broken_pipe(self) -> None:
        """Whoever read has had enough: for all commands, base.py says what that means."""
        raise BrokenPipeError


def console(stream: TextIO | None = None) -> Console:
    """A console that takes texts as they are. When piped it has a width of its own, unless $COLUMNS names one."""
    stream = stream or sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else PIPED_WIDTH
    return _Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def say(text: str = "", style: str = "") -> None:
    """A line of the result."""
    console().print(Text(text, style=style), soft_wrap=True)


def note(text: str, style: str = "") -> None:
    """A line about the result, on stderr."""
    console(sys.stderr).print(Text(text, style=style), soft_wrap=True)


def warn(text: str, pattern: str = "warning: {said}") -> None:
    """A warning, on stderr."""
    note(pattern.format(said=text), "yellow")


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Show on stderr, to whoever watches, that something takes its time."""
    err = console(sys.stderr)
    with err.status(doing) if err.is_terminal else nullcontext():
        yield


def show(
    titles: Sequence[str], rows: Sequence[Sequence[object]], empty: str, styles: Mapping[str, str] = STYLES
) -> None:
    """A table as the whole result, or what to say when it has no rows; tables.Listing says how titles are marked."""
    if not rows:
        say(empty)
        return
    listing, out = Listing(titles, rows, styles), console()
    if out.is_terminal:
        out.print(listing)
        return
    sys.stdout.writelines(f"{visible(line)}\n" for line in listing.plain(out.width))


def pairs(values: Mapping[str, object] | Sequence[tuple[str, object]]) -> None:
    """Names and values, one pair a line; those without a value are left out."""
    named = values.items() if isinstance(values, Mapping) else values
    shown = [(name, value) for name, value in named if value not in (None, "", [], ())]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in shown:
        grid.add_row(Text(name), _cell(value))
    console().print(grid)


def _cell(value: object) -> Text:
    text = "" if value is None else str(value)
    return Text(text, style=STYLES.get(text, ""))


# --- texts and moments ---------------------------------------------------------------------------


def safe(text: Any, limit: int = 200) -> str:
    """What a courier or a file said, harmless on a terminal and without people in it."""
    return plain(readable(str(text)), limit) if text else ""


def worded(sentence: str, limit: int = 400) -> str:
    """A sentence of wording/render.py, which masks what it quotes, harmless on a terminal."""
    return plain(sentence, limit)


def count(number: int, what: str) -> str:
    """How many of what: "1 row", "2 rows"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def moment(at: str | datetime | None, zone: tzinfo = UTC) -> str:
    """A time to the minute in `zone`, "" for none."""
    if not at:
        return ""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    return known.astimezone(zone).replace(tzinfo=None).isoformat(" ", "minutes")


def zone_note(zone: tzinfo, pattern: str = "Times are in {zone}.") -> None:
    """Say, on stderr, which zone the times of a table are in."""
    note(pattern.format(zone=zone), "dim")
