"""Files of rows, read one by one: CSV and JSON lines in whatever encoding a spreadsheet wrote them.

What belongs here: from bytes to rows with their line numbers. What a row means is core.rows.intake's, what else a file
may be core.rows.looks'. However long or broken a file is, memory stays small, and one bad line spoils no other.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from parcelwatch.core.rows import looks
from parcelwatch.core.rows.exports.formats import Export
from parcelwatch.errors import BadInput
from parcelwatch.verbs import encodings
from parcelwatch.verbs.books import unpacked
from parcelwatch.verbs.encodings import LONGEST_LINE
from parcelwatch.verbs.lists import unlisted

FORMATS: Final = ("csv", "jsonl")
MOST_LINES: Final = 20
"""Lines that one quoted row may span; a quote left open must not swallow the file."""

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = "\ufeff"
DELIMITERS: Final = ",;\t|"
# What Excel writes and reads before the headings, to say what separates them.
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)
_SUFFIXES: Final = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
_CHUNK: Final = 1 << 20

Line = tuple[int, str, str]
"""A line's number, its text without its end, and why it cannot be read, "" where it can."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it begins on, and its cells by heading; or why it cannot be read.

    `headed`: the headings are those of the whole file.
    """

    line: int
    cells: Mapping[str, object] = field(default_factory=dict)
    fault: str = ""
    headed: bool = False


@dataclass(slots=True)
class Source:
    """An open file of rows. `size` in bytes; `done`: how many of them were read.

    `skip`: lines before the headings; `delimiter`: between cells, "" to be found out; `quoted`: whether quotes are more
    than signs; `export`: what its `header` shows it to be. `notes`: what is to be said of the file.
    """

    file: BinaryIO
    size: int
    encoding: str
    format: str
    done: int = 0
    skip: int = 0
    delimiter: str = ""
    quoted: bool = True
    export: Export | None = None
    header: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """Every line; a faulty one has no text."""
        self.file.seek(0)
        number = 0
        while raw := self.file.readline(LONGEST_LINE):
            number += 1
            self.done += len(raw)
            if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                self._skip_rest()
                yield number, "", "the line is longer than 1 MiB"
                continue
            yield (number, *self._text(raw, number))

    def _text(self, raw: bytes, number: int) -> tuple[str, str]:
        try:
            text = raw.decode(self.encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            return "", f"it is no text in {self.encoding.upper()}"
        return (text.removeprefix(_BOM) if number == 1 else text), ""

    def _skip_rest(self) -> None:
        while (raw := self.file.readline(LONGEST_LINE)) and not raw.endswith(b"\n"):
            self.done += len(raw)
        self.done += len(raw)


def open_source(path: str, stdin: BinaryIO | None = None, wanted: str = "", encoding: str = "") -> Source:
    """The file at `path`, "-" for stdin. Raises BadInput for what cannot be opened or is no file of rows.

    The file is read once from end to end to tell its encoding, unless that is said. A spreadsheet's rows are those of
    its first sheet, an archive's those of the one file it holds.
    """
    file = _spooled(stdin) if stdin is not None and path == "-" else _opened(path)
    file, inside, notes = unpacked(file, path)
    start = file.read(4096)
    if encoding and not encodings.by_lines(encoding):
        file, encoding = encodings.recoded(file, encoding, path), "utf-8"
    elif start.startswith(_UTF16):
        file, encoding = encodings.recoded(file, "utf-16", path), "utf-8"
    else:
        _refuse_others(start, path)
    file.seek(0)
    known = encoding or encodings.told(file)
    if not known:
        raise _no_text(path)
    if looks.what(start) == looks.JSON_LIST:
        file, known, wanted = unlisted(file, known, path), "utf-8", "jsonl"
    size = file.seek(0, 2)
    kind = wanted or _SUFFIXES.get(Path(inside).suffix.lower(), "") or _guess(start)
    source = Source(file, size, known, kind, notes=notes)
    if kind == "jsonl":
        _refuse_document(source, path)
    return source


def records(source: Source) -> Iterator[Record]:
    """Every row of the file; of one that has none but its headings these, over empty cells.

    Raises BadInput when it has no row of headings.
    """
    return json_records(source.lines()) if source.format == "jsonl" else _csv_records(source)


# --- files ---------------------------------------------------------------------------------------


def _opened(path: str) -> BinaryIO:
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - handed to the caller
        if not file.seekable():
            return _spooled(file)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    return file


def _spooled(stream: BinaryIO) -> BinaryIO:
    """A stream that can be read again: what is not a file is kept in one that has no name."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    while chunk := stream.read(_CHUNK):
        spool.write(chunk)
    spool.seek(0)
    return spool


def _refuse_others(start: bytes, path: str) -> None:
    sort = looks.what(start)
    if sort == looks.SPREADSHEET:
        raise BadInput(f"{path} is {sort}: save it as “CSV UTF-8” and import that")
    if sort in looks.UNLIKE_ROWS:
        raise BadInput(f"{path} is {sort}; a table is wanted, as CSV or JSON lines")
    if sort == looks.NO_TEXT:
        raise _no_text(path)


def _no_text(path: str) -> BadInput:
    return BadInput(
        f"{path} is no text in UTF-8 or GB18030: save it as “CSV UTF-8” and import that, or say --encoding NAME"
    )


def _guess(start: bytes) -> str:
    return "jsonl" if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else "csv"


# --- JSON lines ----------------------------------------------------------------------------------


def _refuse_document(source: Source, path: str) -> None:
    """Raise BadInput, once for all lines, where the first only opens a document that is written over many."""
    first = next((text.strip() for _, text, _ in source.lines() if text.strip()), "")
    source.done = 0
    if first == "{":
        raise BadInput(f"{path} is one JSON object over many lines: write one object a line, or a list of objects")


def json_records(lines: Iterable[Line]) -> Iterator[Record]:
    """The rows of lines of JSON, blank ones left out."""
    for number, text, fault in lines:
        if fault:
            yield Record(number, fault=fault)
        elif text.strip():
            yield _json_record(number, text)


def _json_record(number: int, text: str) -> Record:
    try:
        # Numbers stay as they are written: a rounded tracking number must be seen as one.
        value = _whole(json.loads(text, parse_float=str, parse_int=str, parse_constant=str), text)
    except (ValueError, RecursionError):
        return Record(number, fault="it is not one JSON object")
    if not isinstance(value, dict):
        return Record(number, fault="it is JSON, but not an object")
    return Record(number, value)


def _whole(value: object, text: str) -> object:
    """What a line says, with "?" for halves of characters, which its escapes can name and nothing can print or keep."""
    if "\\ud" not in text.lower():
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


# --- CSV -----------------------------------------------------------------------------------------


def _csv_records(source: Source) -> Iterator[Record]:
    header: list[str] = []
    headed_at, read = 0, 0
    for number, cells, fault in _rows(source):
        if fault:
            yield Record(number, fault=fault)
        elif not header:
            header, headed_at = headings(cells), number
        elif any(one.strip() for one in cells):
            read += 1
            yield _csv_record(number, cells, header)
    if not header:
        raise BadInput("the file is empty: its first line must name the columns, such as number,courier,order")
    if not read:
        # A file without headings may have its only row taken for them.
        yield Record(headed_at, dict.fromkeys(header, ""), headed=True)


def headings(cells: list[str]) -> list[str]:
    """The first row's cells. One that stands there twice is told apart by blanks after it, so that both are seen."""
    found: list[str] = []
    for heading in map(str.strip, cells):
        found.append(heading + " " * found.count(heading) if heading else "")
    return found


def _csv_record(number: int, cells: list[str], header: list[str]) -> Record:
    if any(one.strip() for one in cells[len(header) :]):
        fault = f"it has {len(cells)} cells under {len(header)} headings: is a quote or a comma amiss?"
        return Record(number, fault=fault)
    return Record(number, dict(zip(header, cells, strict=False)), headed=True)


def _rows(source: Source) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, fault) of every row, headings first."""
    lines = islice(source.lines(), source.skip, None)
    waiting: deque[Line] = deque()
    delimiter = source.delimiter
    while first := (waiting.popleft() if waiting else next(lines, None)):
        number, text, fault = first
        if fault:
            yield number, [], fault
            continue
        if not delimiter and (said := _SEPARATOR.fullmatch(text)):
            delimiter = said[1]
            continue
        delimiter = delimiter or _delimiter(text)
        if not source.quoted or '"' not in text or text.count('"') % 2 == 0:
            cells = parsed([text], delimiter, strict=False, quoted=source.quoted)
            yield number, cells or [], "" if cells is not None else "a cell is longer than 128 KiB"
            continue
        waiting.extend(islice(lines, MOST_LINES - len(waiting)))
        cells, used = _joined(text, waiting, delimiter)
        for _ in range(used):
            waiting.popleft()
        yield number, cells or [], "" if cells is not None else "a quote is opened and never closed"


def _joined(text: str, waiting: Iterable[Line], delimiter: str) -> tuple[list[str] | None, int]:
    """The row that begins on a line whose quotes do not pair, and how many more lines it takes; None without an end."""
    taken = [text]
    for _, more, fault in waiting:
        if fault:
            break
        taken.append(more)
        if more.count('"') % 2:
            cells = parsed(taken, delimiter)
            if cells is not None:
                return cells, len(taken) - 1
            break
    # A quote in the middle of a cell is only an inch mark.
    return parsed([text], delimiter), 0


def parsed(lines: list[str], delimiter: str, *, strict: bool = True, quoted: bool = True) -> list[str] | None:
    """The cells of exactly one row on these lines, None when they are not one."""
    if not quoted or (len(lines) == 1 and _plain(lines[0])):
        return "\n".join(lines).split(delimiter)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=strict)
    try:
        cells = next(reader, [])
        return cells if next(reader, None) is None else None
    except csv.Error:
        return None


def _plain(line: str) -> bool:
    """Whether it is enough to cut a line at its delimiters."""
    return '"' not in line and "\r" not in line and 0 < len(line) < csv.field_size_limit()


def _delimiter(heading: str) -> str:
    """What separates the headings: the sign that occurs most."""
    return max(DELIMITERS, key=heading.count)
