"""What one cell of an import says: numbers, times, amounts, as spreadsheets and people write them.

What belongs here: from a cell to a value, or BadInput with a reason its writer can act on.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from parcelwatch.errors import BadInput

_LONGEST: Final = {"customer_name": 200, "customer_contact": 320, "order": 200, "tag": 400}
_LONGEST_CELL: Final = 100
_MOST_TAGS: Final = 20
_NUMBER: Final = re.compile(r"[A-Z0-9-]{5,40}")
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?E[+-]?[0-9]{1,3}", re.IGNORECASE)
_PLAIN_EXPONENT: Final = re.compile(r"[0-9]+E[0-9]+", re.IGNORECASE)
_SPACED: Final = re.compile(r"[A-Z0-9 -]{5,60}")
_EXCEL: Final = re.compile(r'=\s*"([^"]*)"')
_TIME: Final = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
    r"(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?\s*(Z|z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_YEARS: Final = range(2000, 2100)
_TAGS: Final = re.compile(r"[,;|，；]")
_BROKEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_RICHEST: Final = 1e12
_MONEY: Final = " ¥￥$€£"


def cell(name: str, value: object) -> str:
    """A cell as text: without what spreadsheets put around it, on one line. Raises BadInput for what is no text."""
    if value is None:
        return ""
    if isinstance(value, list | tuple) and name == "tag" and all(isinstance(one, str) for one in value):
        value = ",".join(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadInput(f"{name} is {_shape(value)} where a text was expected")
    text = " ".join(_unwrapped(str(value)).split())
    if len(text) > _LONGEST.get(name, _LONGEST_CELL):
        raise BadInput(f"{name} is longer than {_LONGEST.get(name, _LONGEST_CELL)} characters")
    if not _sound(text):
        raise BadInput(f"{name} holds a broken or invisible character")
    return text


def _unwrapped(text: str) -> str:
    """Without ="…", and without the leading ' or tab that keeps a spreadsheet from changing a number."""
    text = text.strip().lstrip("\ufeff")
    wrapped = _EXCEL.fullmatch(text)
    return (wrapped[1] if wrapped else text.removeprefix("'")).strip()


def _sound(text: str) -> bool:
    return not _BROKEN.search(text)


def _shape(value: object) -> str:
    return {bool: "true or false", dict: "a table", list: "a list"}.get(type(value), type(value).__name__)


def number_of(text: str) -> str:
    """A tracking number, in capitals."""
    number = text.upper()
    if not number:
        raise BadInput("it has no number")
    if _SCIENTIFIC.fullmatch(number) and not _PLAIN_EXPONENT.fullmatch(number):
        raise BadInput(
            f"{number} is a number that a spreadsheet rounded, its last digits are lost: format the column as text and "
            "export it again"
        )
    if _NUMBER.fullmatch(number):
        return number
    if " " in number and _SPACED.fullmatch(number):
        raise BadInput(f"{number[:60]!r} has spaces in it: write the number in one piece")
    raise BadInput(f"{number[:60]!r} is no tracking number: 5 to 40 letters A-Z, digits and hyphens are")


def last4(text: str) -> str:
    """The last four digits of a phone; of a whole number no more is kept."""
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if text and len(digits) < 4:
        raise BadInput(f"phone_last4 {text[:20]!r} has fewer than 4 digits (spreadsheets drop leading zeros)")
    return digits[-4:]


def language_of(text: str) -> str:
    """A language tag such as zh-CN."""
    if text and not _LANGUAGE.fullmatch(text):
        raise BadInput(f"{text[:40]!r} is no language: write its code, such as zh-CN or en")
    return text


def worth(text: str) -> float:
    """What the goods are worth, 0 when it is not said."""
    plain = text.strip(_MONEY).replace(",", "").replace(" ", "")
    if not plain:
        return 0.0
    try:
        value = float(plain) if plain.isascii() and not plain.isalpha() else -1.0
    except ValueError:
        value = -1.0
    if not 0 <= value < _RICHEST:
        raise BadInput(f"value {text[:40]!r} is no amount: write it as 129.90")
    return value


def tags_of(text: str) -> tuple[str, ...]:
    """Tags, as written between commas or semicolons."""
    tags = tuple(dict.fromkeys(tag for part in _TAGS.split(text) if (tag := part.strip())))
    if len(tags) > _MOST_TAGS:
        raise BadInput(f"it has more than {_MOST_TAGS} tags")
    return tags


def time_of(text: str) -> tuple[datetime, bool]:
    """A time as written, naive without an offset; True for a bare day."""
    written = _TIME.fullmatch(text)
    if not written:
        raise BadInput(f"{text[:40]!r} is no time: write 2026-03-31, 2026-03-31T18:00 or 2026-03-31T18:00+08:00")
    year, month, day, hour, minute, second, offset = written.groups()
    iso = f"{year}-{month:>02}-{day:>02}T{hour or '00':>02}:{minute or '00'}:{second or '00'}"
    try:
        at = datetime.fromisoformat(iso + (offset or "").upper())
    except ValueError:
        raise BadInput(f"{text[:40]!r} is no time: there is no such day or hour") from None
    if at.year not in _YEARS:
        raise BadInput(f"{text[:40]!r} is no time: expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    return at, hour is None
