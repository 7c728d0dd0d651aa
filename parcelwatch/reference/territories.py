"""Countries as shops, platforms and people write them, and the two letters of each.

What belongs here: names to codes. The names are Babel's, in the languages the program reads; beside them only what is
written and stands in no list of names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from babel.core import Locale, get_global

LANGUAGES: Final = ("en", "zh", "zh_Hant", "de", "fr", "es", "pt")

# Codes in use that no standard has.
_CODES: Final = {"UK": "GB", "EL": "GR", "XKX": "XK", "UAE": "AE"}
# Entries of Babel's that no parcel is sent to as such.
_NO_COUNTRY: Final = frozenset({"AA", "CP", "DG", "EU", "QO", "UN", "XA", "XB", "ZZ"})
_NAMES: Final = {
    "AE": "UAE|Emirates",
    "BA": "Bosnia|Bosnien",
    "BO": "Bolivia, Plurinational State of",
    "BN": "Brunei Darussalam",
    "CD": "Congo, the Democratic Republic of the|Democratic Republic of the Congo|DR Congo|DRC|"
    "Congo (DRC)|Congo (Kinshasa)",
    "CG": "Congo|Republic of the Congo|Congo (Brazzaville)",
    "CI": "Ivory Coast",
    "CN": "Mainland China|China Mainland|People's Republic of China|China, People's Republic|PRC|中国大陆|中国 (大陆)|"
    "中國大陸",
    "CV": "Cape Verde",
    "CZ": "Czech Republic|Tschechische Republik|République tchèque|República Checa|República Tcheca",
    "DE": "BRD|Germany, Federal Republic of",
    "FK": "Falkland Islands (Malvinas)",
    "FM": "Micronesia, Federated States of",
    "GB": "Great Britain|England|Scotland|Wales|Northern Ireland|Britain|Großbritannien|Grande-Bretagne|Angleterre|"
    "Gran Bretaña|Inglaterra|Grã-Bretanha|英格兰|大不列颠",
    "GR": "Hellas",
    "HK": "Hong Kong|Hongkong|Hong Kong (SAR)|Hong Kong SAR|Hong Kong, China|香港|香港特别行政区|中国香港|中國香港",
    "IE": "Republic of Ireland|Éire",
    "IR": "Iran, Islamic Republic of",
    "KP": "Korea, Democratic People's Republic of|Korea (North)|朝鲜",
    "KR": "Korea|Korea, Republic of|Republic of Korea|Korea (South)|Südkorea|大韩民国|南韩",
    "LA": "Lao People's Democratic Republic",
    "MD": "Moldova, Republic of|Republic of Moldova",
    "MK": "Macedonia|Macedonia, the former Yugoslav Republic of|Republic of North Macedonia",
    "MM": "Burma|Myanmar",
    "MO": "Macao|Macau|Macau SAR|Macao, China|澳门|澳门特别行政区|中国澳门|澳門",
    "NL": "Holland|The Netherlands|Netherlands, the|荷兰王国",
    "PS": "Palestine, State of|Palestine",
    "RU": "Russian Federation|Russian Federation, the|俄国|俄罗斯联邦",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey|Turkiye",
    "TW": "Taiwan, Province of China|Taiwan, China|台湾省|中国台湾|台灣|臺灣",
    "TZ": "Tanzania, United Republic of",
    "US": "United States of America|The United States|America|U.S.A.|U.S.|EE.UU.|EEUU|EUA|E.U.A.|美利坚合众国",
    "VA": "Holy See|Vatican|Holy See (Vatican City State)",
    "VE": "Venezuela, Bolivarian Republic of",
    "VG": "Virgin Islands, British",
    "VI": "Virgin Islands, U.S.",
    "VN": "Viet Nam",
}
_REGION: Final = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_BRACKETS: Final = re.compile(r"(.*)\(([^()]*)\)")
# A country that is written twice, in one way and another.
_TWICE: Final = (
    _BRACKETS,
    re.compile(r"([A-Z]{2,3})[-/–:|, ]+(.+)"),
    re.compile(r"(.+?)[-/–:|, ]+([A-Z]{2,3})"),
)
_WORDS: Final = re.compile(r"\w+")
_FILLING: Final = frozenset("and und et y e the".split())  # noqa: SIM905


@lru_cache(maxsize=4096)
def country(text: str) -> str:
    """The two letters of a country or territory: of its code, its name, or both; of a region's code too. "" if unknown.

    Names are known in LANGUAGES, codes in two and three letters and in figures: "NLD", "276", "BR-SP", "Deutschland",
    "United States (US)", "新加坡".
    """
    written = unicodedata.normalize("NFKC", text).strip()
    return _one(written) or _region(written) or _twice(written)


def _one(text: str) -> str:
    return _codes().get(text.upper()) or _names().get(_plain(text), "")


def _region(text: str) -> str:
    """BR-SP is in BR."""
    region = _REGION.fullmatch(text.upper())
    return _codes().get(region[1], "") if region else ""


def _twice(text: str) -> str:
    """Of "United States (US)" and "US - United States": both halves must mean the same."""
    for form in _TWICE:
        if written := form.fullmatch(text):
            one, other = (_one(part.strip()) for part in written.groups())
            if one and one == other:
                return one
    return ""


def _plain(name: str) -> str:
    """A name without accents, signs, capitals and small words: "Bosnia & Herzegovina", "BOSNIA AND HERZEGOVINA"."""
    bare = name.casefold()
    if not bare.isascii():
        bare = "".join(each for each in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(each))
    return "".join(word for word in _WORDS.findall(bare) if word not in _FILLING)


@cache
def _codes() -> dict[str, str]:
    """Every code of a country: in two letters, in three, in figures, and those of former days that mean one today."""
    aliases = {code: to[0] for code, to in get_global("territory_aliases").items() if len(to) == 1}
    countries = {code: code for code in _countries()}
    return {code: to for code, to in aliases.items() if to in countries} | countries | _CODES


@cache
def _countries() -> frozenset[str]:
    three = {to[0] for code, to in get_global("territory_aliases").items() if len(code) == 3 and code.isalpha()}
    known = {code for code in three if code in Locale("en").territories and len(code) == 2 and code.isalpha()}
    return frozenset(known - _NO_COUNTRY)


@cache
def _names() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code, name in _told():
        found.setdefault(_plain(name), set()).add(code)
    own = {_plain(name): code for code, names in _NAMES.items() for name in names.split("|")}
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1} | own


def _told() -> Iterator[tuple[str, str]]:
    """Every name with its code; "Myanmar (Burma)" is called Myanmar, too."""
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in _countries():
                yield code, name
                if short := _BRACKETS.fullmatch(unicodedata.normalize("NFKC", name)):
                    yield code, short[1]


def is_currency(code: str) -> bool:
    """Whether a currency has this code of three letters."""
    return code in Locale.parse("en").currencies
