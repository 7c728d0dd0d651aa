"""Which day a courier's words name.

What belongs here: dates, weekdays and "tomorrow" in what couriers write, and what only looks like a date. What hangs on
the day is agreed.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from parcelwatch.core.texts.patterns import lazily

FURTHEST: Final = timedelta(days=60)
"""A day further off is no agreed day: nobody holds a parcel for so long."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)

# English, German, French, Spanish and Portuguese. What means something else as well ("out", "set", "ago") is not here.
_MONTHS: Final = (
    "jan january januar janvier janeiro enero",
    "feb february februar février fév fevereiro fev febrero",
    "mar march märz mär mrz mars março marzo",
    "apr april avril avr abril abr",
    "may mai maio mayo",
    "jun june juni juin junho junio",
    "jul july juli juillet juil julho julio",
    "aug august août aout agosto",
    "sep sept september septembre setembro septiembre",
    "oct october okt oktober octobre outubro octubre",
    "nov november novembre novembro noviembre",
    "dec december dez dezember décembre déc dezembro diciembre dic",
)
_WEEKDAYS: Final = (
    "monday montag lundi lunes segunda-feira 一",
    "tuesday dienstag mardi martes terça-feira 二",
    "wednesday mittwoch mercredi miércoles quarta-feira 三",
    "thursday donnerstag jeudi jueves quinta-feira 四",
    "friday freitag vendredi viernes sexta-feira 五",
    "saturday samstag sonnabend samedi sábado 六",
    "sunday sonntag dimanche domingo 日 天",
)
# "Sat on dock" and "Sun Street" name no day; after one of these words they do.
_SHORT: Final = ("mon", "tue tues", "wed", "thu thur thurs", "fri", "sat", "sun")
_BEFORE_SHORT: Final = r"(?:on|until|till|by|before|next|for|to|this|than)"
_AHEAD: Final[Mapping[str, int]] = {"tomorrow": 1, "then": 2, "later": 3}


def _places(rows: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, row in enumerate(rows) for name in row.split()}


def _any(names: Mapping[str, int], *, cjk: bool = False) -> str:
    return "|".join(sorted((name for name in names if cjk is (name > "\u3000")), key=len, reverse=True))


_MONTH: Final = _places(_MONTHS)
_WEEKDAY: Final = {**_places(_WEEKDAYS), **_places(_SHORT)}
_LONG: Final = _any(_places(_WEEKDAYS))

_DIGITS: Final = "一二三四五六七八九"

# What makes two numbers an hour, a weight, a price, one parcel of several, or a span of days.
_UNIT: Final = (
    r"(?! ?(?:kg|g|lbs?|oz|cm|mm|m|km|eur|usd|gbp|uhr|h|hrs?|hours?|am|pm|days?|tage?|jours?|d[ií]as?|of|von|sur)\b)"
    r"(?! ?[€$£%小时天公千斤元点个号楼])"
)
_NO_DATE: Final = (
    r"(?<![A-Za-z\d/.:-])(?<!\bat )(?<!\bum )(?<!between )(?<!zwischen )(?<!entre )"
    r"(?<!parcel )(?<!package )(?<!piece )(?<!attempt )(?<!paket )(?<!colis )(?<!order )"
)
_ENDS: Final = r"(?!\.?\d|[/-])"
_DATED: Final = lazily(
    r"(?<!\d)(?P<y0>20\d\d)(?P<sep>[-/.年])(?P<m0>\d{1,2})[-/.月](?P<d0>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<y8>20\d\d)(?P<m8>0[1-9]|1[0-2])(?P<d8>[0-3]\d)(?!\d)"
    rf"|(?<!\d)(?P<m1>\d{{1,2}}|[{_DIGITS}十]{{1,2}})月(?P<d1>\d{{1,2}}|[{_DIGITS}十廿]{{1,3}})[日号]"
    r"|(?<![\d第月])(?P<on>\d{1,2})[号日](?=(?:再|重新|上午|下午|晚上?|左右|之?后|统一|安排|给[您我]){0,2}[送派配投取])"
    rf"|{_NO_DATE}(?P<one>\d{{1,2}})(?P<sign>[/.-])(?P<two>\d{{1,2}})(?P=sign)(?P<y2>(?:20)?\d\d){_ENDS}"
    rf"|{_NO_DATE}(?P<one3>\d{{1,2}})(?:/(?P<two3>\d{{1,2}})|\.(?P<two4>\d{{1,2}})\.){_ENDS}{_UNIT}"
    rf"|{_NO_DATE}(?P<one5>\d\d)[.-](?P<two5>\d\d){_ENDS}{_UNIT}"
    rf"|\b(?P<m6>{_any(_MONTH)})\.? (?P<d6>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y6>20\d\d)\b)?(?![.:]\d){_UNIT}"
    rf"|\b(?P<d7>\d{{1,2}})(?:st|nd|rd|th|er|\.)?(?: of| de)?[ -]?(?P<m7>{_any(_MONTH)})\b(?! be\b| not\b| have\b)"
    r"\.?(?:(?: de)?,?[ -](?P<y7>20\d\d)\b)?",
    re.IGNORECASE,
)
_RELATIVE: Final = lazily(
    rf"\b(?P<long>{_LONG})\b(?! ?[-–])|\b{_BEFORE_SHORT} (?P<short>{_any(_places(_SHORT))})\b(?! ?[-–]| [a-z])"
    rf"|(?<![-–至到])(?P<next>下个?)?(?:周|星期|礼拜)(?P<zhou>末|{_any(_WEEKDAY, cjk=True)})(?![-–至到])"
    r"|(?P<later>大后天)|(?P<then>(?<!\d天)后天|\b(?:day after tomorrow|übermorgen|après-demain|pasado mañana)\b)"
    r"|(?P<tomorrow>明[日天](?!气)|次日|\b(?:tomorrow|demain|amanhã)\b"
    r"|(?<!am )(?<!guten )\bmorgen\b|(?<!la )\bmañana\b)",
    re.IGNORECASE,
)

_WEEKEND: Final = "末"
_TO: Final = re.compile(r"\s*(?:[-–~—至到]|to|until|till|through|bis|zum|à|au|a|al|até|hasta)\s*", re.IGNORECASE)
_DAYS_OF_A_MONTH: Final = lazily(
    rf"(?P<month>\b(?:{_any(_MONTH)})\.? |\d{{1,2}}月)\d{{1,2}}(?:st|nd|rd|th)?[日号]?{_TO.pattern}"
    rf"(?P<last>\d{{1,2}}(?:st|nd|rd|th)?\b(?! ?(?:{_any(_MONTH)})\b|[.:/月])|\d{{1,2}}[日号])",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # every rule with a clock asks of the same words
def named_day(words: str, told: date) -> date | None:
    """The first day after the day `told` that `words`, said on it, name; that day itself where they name no other.

    None where they name none soon after it. A date counts before a weekday beside it, of a span its end. Of a date that
    may be two ("03/04") the one nearer to `told` counts; a weekday is the next such.
    """
    words = _DAYS_OF_A_MONTH.sub(r"\g<month>\g<last>", words)
    days = [day for day in _days(words, told) if told <= day <= told + FURTHEST]
    return next((day for day in days if day > told), days[0] if days else None)


def _days(words: str, told: date) -> Iterator[date]:
    for found in _ends(_DATED, words):
        if on := found["on"]:
            ahead = (told + _DAY * days for days in range(FURTHEST.days))
            yield from islice((day for day in ahead if day.day == int(on)), 1)
            continue
        may_be = [day for month, on in _readings(found) for day in _in_years(_year(found), month, on, told)]
        if may_be:
            yield min(may_be, key=lambda day: abs(day - told))
    yield from (_relative(found, told) for found in _ends(_RELATIVE, words))


def _ends(dates: re.Pattern[str], words: str) -> Iterator[re.Match[str]]:
    """All there are but those that only begin a span."""
    found = [*dates.finditer(words)]
    for one, other in pairwise(found):
        if not _TO.fullmatch(words, one.end(), other.start()):
            yield one
    yield from found[-1:]


def _group(found: re.Match[str], *names: str) -> str:
    """Whichever of these groups took part."""
    return next((said for name in names if (said := found[name])), "")


def _year(found: re.Match[str]) -> int | None:
    said = _group(found, "y0", "y8", "y2", "y6", "y7")
    return int(said) % 100 + 2000 if said else None


def _readings(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Month and day, either way round where both are numbers."""
    if one := _group(found, "one", "one3", "one5"):
        two = _group(found, "two", "two3", "two4", "two5")
        yield from ((int(one), int(two)), (int(two), int(one)))
    elif named := _group(found, "m6", "m7"):
        yield _MONTH[named.lower()] + 1, int(_group(found, "d6", "d7"))
    else:
        yield _number(_group(found, "m0", "m8", "m1")), _number(_group(found, "d0", "d8", "d1"))


def _number(said: str) -> int:
    """The number written in digits or, up to 99, in Chinese."""
    if said.isdecimal():
        return int(said)
    tens, ten, ones = said.replace("廿", "二十").rpartition("十")
    return (_digit(tens) or 1) * 10 + _digit(ones) if ten else _digit(ones)


def _digit(said: str) -> int:
    return _DIGITS.find(said) + 1 if said else 0


def _in_years(year: int | None, month: int, day: int, told: date) -> Iterator[date]:
    for each in (year,) if year else (told.year - 1, told.year, told.year + 1):
        try:
            yield date(each, month, day)
        except ValueError:
            continue


def _relative(found: re.Match[str], told: date) -> date:
    ahead = next((days for name, days in _AHEAD.items() if found[name]), None)
    if ahead is not None:
        return told + _DAY * ahead
    said = _group(found, "long", "short", "zhou").lower()
    if said == _WEEKEND:
        said = "日" if told.weekday() == _WEEKDAY["六"] else "六"
    place = _WEEKDAY[said]
    if found["next"]:
        return told - _DAY * told.weekday() + _WEEK + _DAY * place
    return told + _DAY * ((place - told.weekday() - 1) % 7 + 1)
