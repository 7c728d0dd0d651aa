"""From whatever was pasted, scanned or exported to one tracking number, or to why it is none.

What belongs here: characters. Spaces, hyphens, dots, invisible characters, what scanners put before a number and
spreadsheets around it are dropped; digits and letters of other widths and scripts are read as the plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from parcelwatch.core.rows.cells import number_of
from parcelwatch.core.texts.text import cut
from parcelwatch.errors import BadInput

LONGEST_TEXT: Final = 400
"""Characters; longer texts are no number, however they may be written."""

_WRAPPED: Final = re.compile(r"=\s*\"([^\"]*)\"")
_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # what a scanner may send first: the kind of barcode
_EXPONENT: Final = re.compile(r"[0-9.,]+E[+-][0-9]+|[0-9]+[.,][0-9]+E[0-9]+", re.IGNORECASE)
# 京东 and 德邦 write which parcel of how many behind the waybill: JDVA00000000000-1-2-
_PIECE: Final = re.compile(r"((?:JD|DPK)[0-9A-Z]{9,20})-[0-9]{1,3}-[0-9]{0,3}-?")
_BETWEEN: Final = frozenset("-.()")
_AROUND: Final = " \t*\"'`,;:|<>"
_WIDE: Final = range(0xFF01, 0xFF5F)
_WIDTH: Final = 0xFEE0


@dataclass(frozen=True, slots=True)
class Written:
    """`number`: as couriers know it, "" when there is none, and then `fault` says why; `given`: as it was written."""

    number: str
    given: str
    fault: str = ""


def read(text: str) -> Written:
    """The number in `text`."""
    if len(text) > LONGEST_TEXT:
        return Written("", cut(_plain(text[:60]), 41), f"it is {len(text)} characters long: no tracking number is")
    given = _plain(text)
    wrapped = _WRAPPED.fullmatch(given.strip())
    bare = (wrapped[1] if wrapped else given).strip(_AROUND)
    symbology = _SYMBOLOGY.match(bare)
    bare = bare[symbology.end() :] if symbology else bare
    try:
        return Written(number_of(_compact(bare)), given)
    except BadInput as error:
        return Written("", given, str(error))


def _plain(text: str) -> str:
    """On one line, in plain letters and digits where it has others of them, without what cannot be seen."""
    return (text if text.isascii() and text.isprintable() else "".join(map(_character, text))).strip()


def _character(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character.isspace():
        return " "
    if ord(character) in _WIDE:
        return chr(ord(character) - _WIDTH)
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    if kind == "Pd":
        return "-"
    return "" if kind in {"Cc", "Cf", "Cs"} else character


def _compact(text: str) -> str:
    text = "".join(text.split())
    if not text.isascii():
        raise BadInput(f"{text[:60]!r} is no tracking number: it has letters other than A-Z")
    text = text.upper()
    if _EXPONENT.fullmatch(text):
        return text
    piece = _PIECE.fullmatch(text)
    return piece[1] if piece else "".join(each for each in text if each not in _BETWEEN)
