"""Rows of an import made into parcels: what each cell may hold, and why one is refused.

What belongs here: one row in, one Parcel or one reason out; pure. Reading files is the caller's. The same columns are
the options of `parcels add`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final, TypeVar

from parcelwatch.errors import BadInput
from parcelwatch.model import Parcel

COLUMNS: Final = (
    "number",
    "courier",
    "company",
    "order",
    "service",
    "origin",
    "destination",
    "shipped_at",
    "promised_by",
    "dispatch_by",
    "customer_name",
    "customer_contact",
    "phone_last4",
    "postal_code",
    "language",
    "value",
    "tag",
)
"""Every column there is, named as the options of `parcels add`."""

_ALIASES: Final = {"tags": "tag", "tracking_number": "number"}
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
# Countries as Chinese shop systems export them; English names are the caller's to know.
_CHINESE: Final = {
    "中国": "CN",
    "中国大陆": "CN",
    "香港": "HK",
    "中国香港": "HK",
    "澳门": "MO",
    "台湾": "TW",
    "美国": "US",
    "英国": "GB",
    "德国": "DE",
    "法国": "FR",
    "意大利": "IT",
    "西班牙": "ES",
    "俄罗斯": "RU",
    "巴西": "BR",
    "墨西哥": "MX",
    "加拿大": "CA",
    "澳大利亚": "AU",
    "日本": "JP",
    "韩国": "KR",
}


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Intake:
    """What a row is held against.

    `accounts`: the names of the courier accounts. `courier`: the account of rows that name none. `zone`: of times
    without one. `end_of_day`: the last instant of a day in a country, "" for an unknown one. `country`: the code of an
    English name or code, "" when unknown.
    """

    accounts: Collection[str]
    zone: tzinfo
    end_of_day: Callable[[date, str], datetime]
    country: Callable[[str], str]
    courier: str = ""

    def parcel(self, row: Mapping[str, object], now: datetime) -> Parcel:
        """The parcel (id 0) that a row describes. Raises BadInput with every reason why it cannot be watched."""
        said = _Row(row)
        destination = said.read("destination", self._country, "")

        def deadline(text: str) -> datetime | None:
            return self._deadline(text, destination)

        parcel = Parcel(
            id=0,
            number=said.read("number", number_of, ""),
            courier=said.read("courier", self._account, ""),
            added_at=now,
            company=said.read("company", str, ""),
            order=said.read("order", str, ""),
            service=said.read("service", str, ""),
            origin=said.read("origin", self._country, ""),
            destination=destination,
            shipped_at=said.read("shipped_at", self._moment, None),
            promised_by=said.read("promised_by", deadline, None),
            dispatch_by=said.read("dispatch_by", deadline, None),
            customer_name=said.read("customer_name", str, ""),
            customer_contact=said.read("customer_contact", str, ""),
            phone_last4=said.read("phone_last4", last4, ""),
            postal_code=said.read("postal_code", str, ""),
            language=said.read("language", language_of, ""),
            value=said.read("value", worth, 0.0),
            tags=said.read("tag", tags_of, ()),
        )
        if said.reasons:
            raise BadInput("; ".join(said.reasons))
        return parcel

    def _account(self, text: str) -> str:
        name = text or self.courier
        if not name:
            raise BadInput("it names no courier: add a column `courier`, or give --courier ACCOUNT")
        if name not in self.accounts:
            known = ", ".join(sorted(self.accounts)) or "none"
            raise BadInput(f"no courier account {name[:40]!r}{meant(name, self.accounts)}; configured: {known}")
        return name

    def _country(self, text: str) -> str:
        if not text:
            return ""
        code = _CHINESE.get(text) or self.country(text)
        if not code:
            raise BadInput(f"{text[:40]!r} is no country: write its two letters, such as BR")
        return code

    def _moment(self, text: str) -> datetime | None:
        if not text:
            return None
        at, _ = _time(text)
        return self._utc(at)

    def _deadline(self, text: str, country: str) -> datetime | None:
        """A day means its end at the destination: everywhere there, or everywhere on Earth where that is unknown."""
        if not text:
            return None
        at, whole_day = _time(text)
        return self.end_of_day(at.date(), country) if whole_day else self._utc(at)

    def _utc(self, at: datetime) -> datetime:
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)


class _Row:
    """One row being read: its cells, and every reason found so far to refuse it."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.reasons: list[str] = []
        self._row = row

    def read(self, name: str, reader: Callable[[str], _T], otherwise: _T) -> _T:
        """What `reader` makes of a cell; `otherwise`, and a reason, when it cannot be used."""
        value = self._row.get(name)
        try:
            return reader(cell(name, value) if value else "")
        except BadInput as error:
            reason = str(error)
            if reason not in self.reasons:
                self.reasons.append(reason)
            return otherwise


# --- cells ---------------------------------------------------------------------------------------


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


def _time(text: str) -> tuple[datetime, bool]:
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


# --- columns -------------------------------------------------------------------------------------


def columns(header: Iterable[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Which of a file's columns hold what: heading → one of COLUMNS. Headings that say nothing to us are left out.

    `renamed`: heading → column, as the user maps them. Raises BadInput for a mapping to a column there is not, and when
    two headings mean one column.
    """
    for heading, name in renamed.items():
        if name not in COLUMNS:
            raise BadInput(f"--map {heading}={name}: there is no column {name!r}{meant(name, COLUMNS)}")
    found: dict[str, str] = {}
    for heading in header:
        name = renamed.get(heading.strip()) or _column(heading)
        if name and name in found.values():
            raise BadInput(f"two columns of the file mean {name}: use --map to say which one is")
        if name:
            found[heading] = name
    return found


def _column(heading: str) -> str:
    plain = heading.strip().strip("\ufeff'\"").strip().lower().replace(" ", "_").replace("-", "_")
    plain = _ALIASES.get(plain, plain)
    return plain if plain in COLUMNS else ""


def meant(text: str, known: Iterable[str]) -> str:
    """A hint to add to a sentence, "" when no known name is near."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(text.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[near[0]]!r}?)" if near else ""
