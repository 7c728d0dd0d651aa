"""What one cell of an import says: numbers, amounts, tags, as spreadsheets and people write them.

What belongs here: from a cell to a value, or BadInput with a reason its writer can act on. Times are dates.py's.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from parcelwatch.core.texts.patterns import lazily
from parcelwatch.core.texts.text import link
from parcelwatch.errors import BadInput

_LONGEST: Final = {
    "customer_name": 200,
    "customer_contact": 320,
    "order": 200,
    "tag": 400,
    "goods": 500,
    "order_url": 1000,
    "kind": 40,
    "text": 4000,
}
_LONGEST_CELL: Final = 100
_SHORT: Final = 64
_MOST_TAGS: Final = 20
_NUMBER: Final = lazily(r"[A-Z0-9-]{5,40}")
_SCIENTIFIC: Final = lazily(r"[+-]?[0-9]+(?:[.,][0-9]*)?E[+-]?[0-9]{1,3}", re.IGNORECASE)
_PLAIN_EXPONENT: Final = lazily(r"[0-9]+E[0-9]+", re.IGNORECASE)
_WHOLE: Final = 8
"""Characters; groups of a number are shorter, but for one in its middle, such as a postal number's."""
_EXCEL: Final = lazily(r'=\s*"([^"]*)"')
# What keeps a spreadsheet from reading a text as a number, as those write it who cannot type the apostrophe.
_GUARDS: Final = "'`´‘’"
# Zero-width and directional characters, which come along when a number is copied from a web page.
_UNSEEN: Final = lazily("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_JOINERS: Final = lazily("[\u200c\u200d]")
_LABEL: Final = lazily(r"(?:NO|NR|№|(?:快递|物流|运)?单号)[.:：] ?")
_DASHES: Final = lazily("[\u2010-\u2015\u2212]")
_NOTHING: Final = frozenset({"-", "--", "–", "—", "/", "#N/A", "\\N", "无"})
_NO_VALUE: Final = frozenset({"null", "none", "n/a", "nan"})
_LANGUAGE: Final = lazily(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_TAGS: Final = lazily(r"[,;|，；]")
_ORDERS: Final = lazily("[,;，；、]")
# What a list of texts may stand for in JSON lines.
_SEVERAL: Final = frozenset({"tag", "order"})
_BROKEN: Final = lazily("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_RICHEST: Final = 1e12
# An amount, its currency before or behind it as a sign or in letters.
_AMOUNT: Final = lazily(r"(?:[A-Za-z]{0,3}[$€£¥￥₽₩₹元]?) ?([0-9][0-9., ']*) ?(?:[$€£¥￥₽₩₹元]?[A-Za-z]{0,3})")
_SIGNS: Final = {
    "$": {"USD", "CAD", "AUD", "NZD", "HKD", "TWD", "SGD", "MXN"},
    "€": {"EUR"},
    "£": {"GBP"},
    "¥": {"CNY", "JPY"},
    "￥": {"CNY", "JPY"},
    "元": {"CNY", "TWD", "HKD"},
    "₽": {"RUB"},
    "₩": {"KRW"},
    "₹": {"INR"},
}
_THOUSANDS: Final = lazily(r"[0-9]{1,3}(?:[,][0-9]{3})+|[0-9]{1,3}(?:[.][0-9]{3}){2,}")


def cell(name: str, value: object) -> str:
    """A cell as text: without what spreadsheets put around it, on one line. Raises BadInput for what is no text."""
    if value is None:
        return ""
    if type(value) is str and len(value) <= _SHORT:
        return _short(name, value)
    return _long(name, value)


@lru_cache(maxsize=1024)
def _short(name: str, value: str) -> str:
    """The same cell is looked at by whoever joins the lines of an order, and by whoever reads it."""
    return _long(name, value)


def _long(name: str, value: object) -> str:
    if isinstance(value, list | tuple) and name in _SEVERAL and all(isinstance(one, str) for one in value):
        value = ",".join(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadInput(f"{name} is {_shape(value)} where a text was expected")
    text = " ".join(_unwrapped(name, str(value)).split())
    if text in _NOTHING or (text.lower() in _NO_VALUE and name != "customer_name"):
        return ""
    if len(text) > _LONGEST.get(name, _LONGEST_CELL):
        raise BadInput(f"{name} is longer than {_LONGEST.get(name, _LONGEST_CELL)} characters")
    if not _sound(text):
        raise BadInput(f"{name} holds a broken or invisible character")
    return text


def _unwrapped(name: str, text: str) -> str:
    """Without ="…", and without the leading sign or tab that keeps a spreadsheet from changing a number."""
    text = (text if text.isascii() else _UNSEEN.sub("", text)).strip()
    wrapped = _EXCEL.fullmatch(text)
    if name == "customer_name":  # ’t Hart is one
        return text
    return (wrapped[1] if wrapped else text).strip().lstrip(_GUARDS).strip()


def _sound(text: str) -> bool:
    return not _BROKEN.search(text)


def _shape(value: object) -> str:
    return {bool: "true or false", dict: "a table", list: "a list"}.get(type(value), type(value).__name__)


def number_of(text: str) -> str:
    """A tracking number in capitals and in one piece: as labels print it, in groups, it is one too."""
    written = (text if text.isascii() else _plain(text)).upper()
    if not written:
        raise BadInput("it has no number")
    if _SCIENTIFIC.fullmatch(written) and not _PLAIN_EXPONENT.fullmatch(written):
        raise BadInput(
            f"{written} is a number that a spreadsheet rounded, its last digits are lost: format the column as text "
            "and export it again"
        )
    label = _LABEL.match(written)
    groups = written[label.end() if label else 0 :].split()
    number = "".join(groups)
    if not _NUMBER.fullmatch(number):
        raise BadInput(f"{written[:60]!r} is no tracking number: 5 to 40 letters A-Z, digits and hyphens are")
    if sum(len(group) >= _WHOLE for group in groups) > 1:
        raise BadInput(f"{written[:60]!r} is more than one number, or has spaces amiss: write one, in one piece")
    return number


def _plain(text: str) -> str:
    """In plain letters and digits where it has wide ones, without what cannot be seen, with one kind of hyphen."""
    return _DASHES.sub("-", _JOINERS.sub("", unicodedata.normalize("NFKC", text)))


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
    """What the goods are worth, 0 when it is not said. The decimal sign may be a point or a comma."""
    if not text:
        return 0.0
    written = _AMOUNT.fullmatch(text)
    value = _amount(written[1].replace(" ", "").replace("'", "")) if written else None
    if value is None or value >= _RICHEST:
        raise BadInput(f"value {text[:40]!r} is no amount: write it as 129.90")
    return value


def foreign_currency(text: str, currency: str) -> str:
    """What to say of an amount in another currency than the shop's; "" where none is written, or the shop's is."""
    written = "".join(each for each in text.upper() if each.isalpha() or each in _SIGNS)
    meant = _SIGNS.get(written[-1:], {written})
    if not written or not currency or currency in (written, *meant) or written.startswith(currency[:2]):
        return ""
    return f"{text[:40]!r} is taken as {currency}, which is the shop's currency ([shop] currency)"


def _amount(plain: str) -> float | None:
    if _THOUSANDS.fullmatch(plain):
        return float(plain.replace(",", "").replace(".", ""))
    # Of two signs the later one is the decimal one.
    decimal = max(".,", key=plain.rfind)
    whole = plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    try:
        return float(whole)
    except ValueError:
        return None


def url_of(text: str) -> str:
    """A web address that an agent can open."""
    if text and not link(text):
        raise BadInput(f"{text[:60]!r} is no web address: write https://…, without blanks, user name or password")
    return text


def tags_of(text: str) -> tuple[str, ...]:
    """Tags, as written between commas or semicolons."""
    tags = tuple(dict.fromkeys(tag for part in _TAGS.split(text) if (tag := part.strip())))
    if len(tags) > _MOST_TAGS:
        raise BadInput(f"it has more than {_MOST_TAGS} tags")
    return tags


def orders_of(text: str) -> tuple[str, ...]:
    """Numbers of orders, as written between commas or semicolons; 12,345 is one with a sign for thousands."""
    if _THOUSANDS.fullmatch(text):
        return (text,)
    return tuple(dict.fromkeys(order for part in _ORDERS.split(text) if (order := part.strip())))
