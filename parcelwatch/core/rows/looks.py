"""What a file is that was handed over for something else, by its first bytes or by its keys.

What belongs here: signs of the sorts of files that lie beside those we read. It only names; whether a file can be used
is its reader's to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

SPREADSHEET: Final = "a spreadsheet's own format"
JSON_LIST: Final = "one JSON list"
TOML: Final = "TOML, as config.toml is"
NO_TEXT: Final = "no text"
CONFIGURATION: Final = "a configuration of parcelwatch"
RULE_TEST: Final = "a test for `parcelwatch test-rules`"
STORY: Final = "a story for `parcelwatch sandbox`"

_DATABASE: Final = "an SQLite database"
_PICTURE: Final = "a picture"
_PAGE: Final = "a web page or XML"
UNLIKE_ROWS: Final = frozenset({_DATABASE, _PICTURE, _PAGE, TOML, "a PDF", "a packed file (gzip)"})
"""No table, and no way to make one of it."""

_BYTES: Final = {
    b"PK\x03\x04": SPREADSHEET,
    b"\xd0\xcf\x11\xe0": SPREADSHEET,
    b"SQLite format 3\0": _DATABASE,
    b"%PDF": "a PDF",
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"\x1f\x8b": "a packed file (gzip)",
}
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = ",;\t|"
_TOML: Final = re.compile(r"\[{1,2}[\w.\"-]+\]{1,2}\s*(#.*)?|[\w.-]+\s*=\s*([\"'\[{\d+-]|true|false).*")
_JSON: Final = re.compile(r"\{\s*(\"|\}|$)")
_JSON_LIST: Final = re.compile(r"\[\s*([\[{\]]|$)")
_MARKUP: Final = re.compile(r"<(!doctype\s+html|html|\?xml|[a-z]+[\s>])", re.IGNORECASE)
_OF_KEYS: Final = {
    RULE_TEST: {"then", "test"},
    STORY: {"parcels"},
    CONFIGURATION: {"service", "couriers", "channels"},
}


def what(start: bytes) -> str:
    """What begins with these bytes: "a table (CSV)", "a PDF"; "" where nothing tells."""
    for sign, sort in _BYTES.items():
        if start.startswith(sign):
            return sort
    if b"\0" in start and not start.startswith(_UTF16):
        return NO_TEXT
    return _of_text(start.decode("utf-8-sig", "replace"))


def document(keys: Collection[str]) -> str:
    """What a TOML document with these keys is; "" where nothing tells."""
    return next((sort for sort, signs in _OF_KEYS.items() if signs & set(keys)), "")


def _of_text(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    first = lines[0] if lines else ""
    if _MARKUP.match(first):
        return _PAGE
    # A header of TOML's such as [[routes]] begins like a list of lists, so it comes first.
    if _TOML.fullmatch(first):
        return TOML
    if _JSON_LIST.match(first):
        return JSON_LIST
    if _JSON.match(first):
        return "JSON"
    return "a table (CSV)" if _rows(lines[:2]) else ""


def _rows(lines: list[str]) -> bool:
    """Whether headings stand above a row with as many cells, as far as signs tell."""
    return len(lines) > 1 and any(lines[0].count(sign) == lines[1].count(sign) > 0 for sign in _DELIMITERS)
