"""Spreadsheets and archives that hold one table: unpacked into text, a row on each line.

What belongs here: `.xlsx` by openpyxl, where it is installed, and `.zip`. What is refused is refused with what to do.
How large a file becomes is watched, since whoever packs one may pack a thousand times what it seems.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, Final

from parcelwatch.errors import BadInput

MOST: Final = 1 << 30
"""Bytes a file may have once it is unpacked."""

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_CHUNK: Final = 1 << 20
_TABLES: Final = frozenset({".csv", ".txt", ".tsv", ".xlsx"})
_WHOLE: Final = 10**15
"""From here on a spreadsheet's numbers have lost digits."""
_LOCKED: Final = 0x1
_SAVE: Final = "save it as “CSV UTF-8” and import that"


def unpacked(file: BinaryIO, path: str, *, nested: bool = False, most: int = MOST) -> tuple[BinaryIO, str, list[str]]:
    """(a file of text, what it is called, what is to be said of it). What is packed in no way comes back as it is.

    Raises BadInput for what cannot be unpacked, or comes to more than `most` bytes.
    """
    start = file.read(4)
    file.seek(0)
    if start == _OLE:
        raise BadInput(f"{path} is a spreadsheet's own format, an old one or one with a password: {_SAVE}")
    if start != _ZIP:
        return file, path, []
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                return _book(file, archive, path)
            if nested:
                raise BadInput(f"{path} is an archive in an archive: unpack it and import the table in it")
            inside, name = _only(archive, path, most)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        raise BadInput(f"{path} is a broken archive, or a spreadsheet's own format that is broken: {_SAVE}") from None
    return unpacked(inside, f"{path} ({name})", nested=True)


def _only(archive: zipfile.ZipFile, path: str, most: int) -> tuple[BinaryIO, str]:
    """The one table in an archive."""
    found = [
        each
        for each in archive.infolist()
        if PurePosixPath(each.filename).suffix.lower() in _TABLES and not each.filename.startswith("__MACOSX/")
    ]
    if len(found) != 1:
        names = ", ".join(each.filename[:60] for each in found[:5]) or "none"
        raise BadInput(f"{path} is an archive, and not of one table (CSV or xlsx) but of: {names}. Unpack it first")
    if found[0].flag_bits & _LOCKED:
        raise BadInput(f"{path} is locked with a password: unpack it and import the file in it")
    with archive.open(found[0]) as packed:
        return _spooled(packed, path, most), found[0].filename


def _spooled(packed: IO[bytes], path: str, most: int) -> BinaryIO:
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    size = 0
    while chunk := packed.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise BadInput(f"{path} is more than 1 GiB once it is unpacked")
        spool.write(chunk)
    spool.seek(0)
    return spool


# --- spreadsheets --------------------------------------------------------------------------------


def _book(file: BinaryIO, archive: zipfile.ZipFile, path: str) -> tuple[BinaryIO, str, list[str]]:
    if "xl/workbook.xml" not in archive.namelist():
        raise BadInput(f"{path} is an Office document, and no table: {_SAVE}")
    if sum(each.file_size for each in archive.infolist()) > MOST:
        raise BadInput(f"{path} is more than 1 GiB once it is unpacked")
    if find_spec("openpyxl") is None:
        raise BadInput(
            f"{path} is a spreadsheet's own format: install what reads it (pip install 'parcelwatch[xlsx]'), or {_SAVE}"
        )
    try:
        table, notes = _table(file)
    except BadInput:
        raise
    except Exception:  # noqa: BLE001 - a broken spreadsheet may fail anywhere in there
        raise BadInput(f"{path} is a spreadsheet that cannot be read: {_SAVE}") from None
    return table, f"{path}.csv", notes


def _table(file: BinaryIO) -> tuple[BinaryIO, list[str]]:
    """The first sheet that holds a row, as CSV in UTF-8, each row on its own line."""
    import openpyxl  # noqa: PLC0415 - an extra that is not always installed

    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    chosen = ""
    for sheet in book.worksheets:
        # What a sheet says of its size may be wrong.
        sheet.reset_dimensions()
        if _written(spool, sheet.iter_rows(values_only=True)):
            chosen = sheet.title
            break
    spool.seek(0)
    others = [each.title for each in book.worksheets if each.title != chosen]
    told = f"its sheet “{chosen[:40]}” is read, others are not: {', '.join(each[:40] for each in others[:5])}"
    return spool, [told] if chosen and others else []


def _written(spool: BinaryIO, rows: Iterable[tuple[Any, ...]]) -> bool:
    text = io.TextIOWrapper(spool, encoding="utf-8", errors="replace", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    some = False
    for row in rows:
        cells = [_cell(each) for each in row]
        while cells and not cells[-1]:
            cells.pop()
        writer.writerow(cells or [""])
        some = some or bool(cells)
        if spool.tell() > MOST:
            raise BadInput("the spreadsheet is more than 1 GiB once it is unpacked")
    text.detach()
    if not some:
        spool.seek(0)
        spool.truncate()
    return some


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int():
            return _number(value)
        case float():
            return _number(int(value)) if value.is_integer() and abs(value) < _WHOLE else f"{value:.15G}"
        case datetime():
            return f"{value:%Y-%m-%d}" if value.time() == time() else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return " ".join(str(value).splitlines())


def _number(value: int) -> str:
    """Digits as they are, but for those that a spreadsheet has set to zero."""
    text = str(value)
    lost = abs(value) >= _WHOLE and not text[15:].strip("0")
    return f"{value:.14E}" if lost and len(text) > 15 else text
