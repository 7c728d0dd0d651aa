"""Rows for people, laid out for however wide their terminal is.

What belongs here: columns, lines and breaks. A word or a number is never broken: what does not fit side by side goes
below, and a sentence may end in "…".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len as cells_of
from rich.cells import chop_cells
from rich.console import Console, ConsoleOptions
from rich.text import Text

from parcelwatch.core.texts.patterns import lazily

GAP: Final = 2
# A sentence with less room than this beside its columns goes below them.
ROOM: Final = 40
_INDENT: Final = "    "
_BETWEEN: Final = " " * GAP
# Signs of the scripts without blanks; what closes never begins a line, what opens never ends one.
_WIDE: Final = r"\u2e80-\u303f\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_CLOSE: Final = r"，。、；：！？）】》」』”’…%"
_OPEN: Final = r"（【《「『“‘"
_PIECE: Final = lazily(rf"[{_OPEN}]*(?:[{_WIDE}]|[^{_WIDE}{_OPEN}]+)?[{_CLOSE}]*")
STYLES: Final = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "operator": "magenta",
    "ok": "green",
    "sent": "green",
    "dead": "bold red",
    "failed": "bold red",
    "silent": "bold red",
    "refused": "bold red",
    "cannot be read": "yellow",
    "warning": "yellow",
    "error": "bold red",
}


@dataclass(frozen=True, slots=True)
class _Column:
    """`whole`: on one line; `right`: counted; `cut`: a sentence that may be cut; `spare`: the first to be left out.

    `kept`: neither cut nor left out, and below where it does not fit; a sentence there without its title. What is both
    `spare` and `kept` stands before the sentence there.
    """

    title: str
    place: int
    whole: bool = False
    right: bool = False
    cut: bool = False
    spare: bool = False
    kept: bool = False


def _column(title: str, place: int) -> _Column:
    name = title.lstrip("!>~?+")
    marks = title[: len(title) - len(name)]
    return _Column(name, place, "!" in marks, ">" in marks, "~" in marks, "?" in marks, "+" in marks)


Size = Callable[[str], int]
"""How many cells of a terminal a text takes."""


@dataclass(frozen=True, slots=True)
class _Laid:
    """A column as it is laid out. `roomy`: it is as wide as it wants to be, so that all its texts fit."""

    column: _Column
    width: int
    size: Size
    roomy: bool

    def fitted(self, text: str) -> list[str]:
        if self.column.cut:
            return [text if self.roomy else cut(text, self.width)]
        return [" ".join(text.split())] if self.roomy else wrapped(text, self.width)


class Listing:
    """A table of plain texts, a renderable of Rich. A cell that is one of our own words has its colour.

    Titles may begin with marks: "!" over what is never broken over lines, such as a number somebody will copy; ">"
    over what is counted; "~" over one sentence a row, cut to what fits; "?" over what is left out
    where all does not fit, the last one first; "+" over what stands below, in full, where all does not fit; "~+" over
    a sentence that does; "?+" over what then stands before the sentence, with its title, and never goes.
    """

    def __init__(
        self, titles: Sequence[str], rows: Iterable[Sequence[object]], styles: Mapping[str, str] = STYLES
    ) -> None:
        self._styles = styles
        self._columns = [_column(title, place) for place, title in enumerate(titles)]
        self._rows = [["" if value is None else str(value) for value in row] for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        lines = self._lines(options.max_width)
        yield from (Text.assemble(*line, no_wrap=True, overflow="ignore", end="\n") for line in lines)

    def plain(self, width: int) -> Iterator[str]:
        """The lines without colours: for what is no terminal, and may be long."""
        return ("".join(text for text, _ in line) for line in self._lines(width))

    def _lines(self, width: int) -> Iterator[list[tuple[str, str]]]:
        for columns in self._choices():
            for beside in _besides(columns):
                widths = self._widths(beside, width)
                if widths is not None:
                    return self._grid(beside, widths, self._below(columns, beside), width)
        return self._blocks(width)

    def _below(self, columns: Sequence[_Column], beside: Sequence[_Column]) -> list[_Column]:
        """What stands below: of what was left out all that never goes, or else the first, if a sentence is there."""
        below = [each for each in columns if each not in beside]
        out = [each for each in self._columns if each not in columns]
        stays = [each for each in out if each.kept]
        first = out[:1] if any(each.cut and not each.kept for each in below) else []
        return [*(stays or first), *below]

    def _choices(self) -> Iterator[list[_Column]]:
        """All columns, then fewer and fewer of those that may be left out, the last one first."""
        spare = [each for each in self._columns if each.spare]
        for kept in range(len(spare), -1, -1):
            yield [each for each in self._columns if each not in spare[kept:]]

    # --- side by side ----------------------------------------------------------------------------

    def _widths(self, columns: Sequence[_Column], width: int) -> list[int] | None:
        """How wide each column is to be, None when they cannot stand side by side."""
        spans = [self._spans[each.place] for each in columns]
        least, widths = [narrow for narrow, _ in spans], [wide for _, wide in spans]
        room = width - GAP * (len(columns) - 1)
        if sum(least) > room:
            return None
        while sum(widths) > room:
            loose = [place for place in range(len(columns)) if widths[place] > least[place]]
            widest = max(loose, key=lambda place: (columns[place].cut, widths[place]))
            widths[widest] -= 1
        return widths

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """How narrow each column may be, and how wide it wants to be: looked up once, however many ways are tried."""
        wide = [max(map(self._sizes[each.place], self._cells(each))) for each in self._columns]
        return [(self._least(each, natural), natural) for each, natural in zip(self._columns, wide, strict=True)]

    @cached_property
    def _sizes(self) -> list[Size]:
        return [_size(self._cells(each)) for each in self._columns]

    def _least(self, column: _Column, natural: int) -> int:
        if column.cut:
            return natural if column.kept else min(natural, ROOM)
        if column.whole or column.right:
            return natural
        words = {word for cell in self._cells(column) for word in cell.split()}
        return max((_narrowest(word) for word in words), default=1)

    def _cells(self, column: _Column) -> list[str]:
        return [column.title, *(row[column.place] for row in self._rows)]

    def _grid(
        self, columns: Sequence[_Column], widths: Sequence[int], below: Sequence[_Column], width: int
    ) -> Iterator[list[tuple[str, str]]]:
        laid = [
            _Laid(each, wide, self._sizes[each.place], wide >= self._spans[each.place][1])
            for each, wide in zip(columns, widths, strict=True)
        ]
        titles = [wrapped(each.title, wide) for each, wide in zip(columns, widths, strict=True)]
        yield from _beside(laid, titles, ["bold"] * len(columns))
        yield [("─" * (sum(widths) + GAP * (len(widths) - 1)), "dim")]
        for row in self._rows:
            cells = [each.fitted(row[each.column.place]) for each in laid]
            yield from _beside(laid, cells, [self._styles.get(row[each.place], "") for each in columns])
            yield from self._kept(row, below, width)
            yield from self._told(row, below, width)

    @staticmethod
    def _told(row: Sequence[str], below: Sequence[_Column], width: int) -> Iterator[list[tuple[str, str]]]:
        """What names itself, then the sentence: behind it where that leaves it some room, else on a line of its own."""
        told = [each for each in below if row[each.place] and (each.spare or not each.kept)]
        named = _BETWEEN.join(f"{each.title} {row[each.place]}" for each in told if each.spare)
        said = _BETWEEN.join(row[each.place] for each in told if not each.spare)
        room = width - len(_INDENT)
        if cell_len(named) + GAP + min(cell_len(said), ROOM) <= room:
            named, said = "", _BETWEEN.join(filter(None, (named, said)))
        yield from ([(_INDENT + line, "dim")] for line in (wrapped(named, room) if named else ()))
        if said:
            yield [(_INDENT + cut(said, room), "dim")]

    @staticmethod
    def _kept(row: Sequence[str], below: Sequence[_Column], width: int) -> Iterator[list[tuple[str, str]]]:
        for each in below:
            if each.kept and not each.spare and row[each.place]:
                said = row[each.place] if each.cut else f"{each.title} {row[each.place]}"
                yield from ([(_INDENT + line, "dim")] for line in wrapped(said, width - len(_INDENT)))

    # --- one below the other ---------------------------------------------------------------------

    def _blocks(self, width: int) -> Iterator[list[tuple[str, str]]]:
        for row in self._rows:
            line = ""
            for column in self._columns:
                if not row[column.place]:
                    continue
                said = self._said(column, row[column.place], width)
                if line and cell_len(line) + GAP + cell_len(said) > width:
                    yield [(line, "")]
                    line = ""
                *whole, rest = wrapped(said, width - GAP)
                yield from ([(("  " if column.place else "") + each, "")] for each in whole)
                line = f"{line}{'  ' if line or column.place else ''}{rest}"
            yield [(line, "")]

    def _said(self, column: _Column, value: str, width: int) -> str:
        if column.cut:
            return value if column.kept else cut(value, (width - GAP) * 2 - GAP)
        return f"{column.title} {value}" if column.place else value


def _besides(columns: Sequence[_Column]) -> Iterator[Sequence[_Column]]:
    """Which of them may stand side by side: all, all but the sentence, and without what may stand below."""
    less = [each for each in columns if not each.cut]
    yield from (columns, less)
    yield from ([each for each in some if each.spare or not each.kept] for some in (columns, less))


def _beside(
    columns: Sequence[_Laid], cells: Sequence[Sequence[str]], styles: Sequence[str]
) -> Iterator[list[tuple[str, str]]]:
    """The lines of one row, whose cells have one or more each."""
    for parts in zip_longest(*cells, fillvalue=""):
        line: list[tuple[str, str]] = []
        for each, part, style in zip(columns, parts, styles, strict=True):
            blank = " " * (each.width - each.size(part))
            if each.column.right:
                line += ((blank, ""), (part, style), (_BETWEEN, ""))
            else:
                line += ((part, style), (blank + _BETWEEN, ""))
        while line and not line[-1][0].strip():
            line.pop()
        yield line


def _size(texts: Iterable[str]) -> Size:
    """`len` for texts that are all ASCII, as those of most columns are: a look at each of them takes far longer."""
    whole = "".join(texts)
    return len if whole.isascii() and whole.isprintable() else cell_len


def cell_len(text: str) -> int:
    """How many cells of a terminal a text takes; nearly all are ASCII, and need no look at each sign."""
    return len(text) if text.isascii() and text.isprintable() else cells_of(text)


def _narrowest(word: str) -> int:
    """How narrow it may become: a script without blanks is hard to read in columns narrower than this."""
    if word.isascii():
        return cell_len(word)
    return max(min(cell_len(word), 16), *(cell_len(piece) for _, piece in _pieces(word)))


def cut(text: str, width: int) -> str:
    """The beginning of a sentence, "…" for the rest; whole words, as far as there are any."""
    if cell_len(text) <= width:
        return text
    return next(_lines_of(text, width - 1)).rstrip(" ,;:，；：、") + "…"


def wrapped(text: str, width: int) -> list[str]:
    """Lines of whole words; one longer than a line is broken where there is no other way."""
    return [" ".join(text.split())] if cell_len(text) <= width else list(_lines_of(text, width))


def _lines_of(text: str, width: int) -> Iterator[str]:
    line, taken = "", 0
    for blank, piece in _pieces(text):
        size = cell_len(piece)
        if line and taken + len(blank) + size <= width:
            line, taken = line + blank + piece, taken + len(blank) + size
            continue
        if line:
            yield line
        *whole, line = chop_cells(piece, max(width, 2)) if size > width else [piece]
        yield from whole
        taken = cell_len(line)
    yield line


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What is not broken, and what stands before it: a word or a number, and each sign of a script without blanks."""
    for word in text.split():
        blank = " "
        for piece in (word,) if word.isascii() else filter(None, _PIECE.findall(word)):
            yield blank, piece
            blank = ""
