"""Couriers' times as honest intervals in UTC.

What belongs here: text or wall-clock time in, [earliest, latest] out. A time with an offset is exact; a
wall-clock time is every instant it may mean in the zones of its country, or anywhere on Earth when the
country is unknown. Countries and their zones are tzdata's own tables. Nothing here reads a clock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from parcelwatch.errors import CourierUnreadable

Span = tuple[datetime, datetime]

EARLIEST_OFFSET = timedelta(hours=-12)
LATEST_OFFSET = timedelta(hours=14)
YEARS = range(1990, 2100)
_DAY = len("2026-01-31")
# The end of a day as some clocks write it: the next day's midnight.
_TWENTY_FOUR = re.compile(r"([T ])24(:?00(?::?00(?:[.,]0+)?)?)(?=Z|[+-]|$)")

_OTHER_CODES = {"UK": "GB", "EL": "GR"}
_OTHER_NAMES = {
    "UNITED KINGDOM": "GB",
    "GREAT BRITAIN": "GB",
    "UNITED STATES OF AMERICA": "US",
    "USA": "US",
    "CHINA MAINLAND": "CN",
    "CHINA, PEOPLES REPUBLIC": "CN",
    "CHINA, PEOPLE'S REPUBLIC": "CN",
    "P.R. CHINA": "CN",
    "PRC": "CN",
    "HONG KONG SAR": "HK",
    "HONG KONG SAR, CHINA": "HK",
    "MACAO": "MO",
    "MACAU SAR": "MO",
    "MACAU SAR, CHINA": "MO",
    "TAIWAN, CHINA": "TW",
    "KOREA": "KR",
    "KOREA, REPUBLIC OF": "KR",
    "KOREA, REPUBLIC OF (SOUTH K.)": "KR",
    "KOREA, THE REPUBLIC OF": "KR",
    "REPUBLIC OF KOREA": "KR",
    "SOUTH KOREA": "KR",
    "CZECH REPUBLIC, THE": "CZ",
    "CZECHIA": "CZ",
    "NETHERLANDS, THE": "NL",
    "RUSSIAN FEDERATION, THE": "RU",
    "TURKIYE": "TR",
    "TÜRKIYE": "TR",
    "VIET NAM": "VN",
    "COTE D'IVOIRE": "CI",
    "IRELAND, REPUBLIC OF": "IE",
    "IVORY COAST": "CI",
    "PHILIPPINES, THE": "PH",
}

# States and provinces that are written like a country behind a town.
_STATES_TOLD = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
    "RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AB BC MB NB NL NS NT NU ON PE QC SK YT SA GEORGIA"
)
_STATES = frozenset(_STATES_TOLD.split())
_PARTS = re.compile(r",| - |\(|/")


@lru_cache(maxsize=4096)  # every answer repeats the times of the last one
def span(text: str, country: str = "") -> Span:
    """An ISO time (or a day, which is all of it) as an interval; CourierUnreadable when it is no time."""
    moment = parse(text)
    if moment.tzinfo is not None:
        at = moment.astimezone(UTC)
        return at, at
    if len(text) > _DAY:
        return naive(moment, country)
    earliest, latest = naive(moment, country)
    return earliest, latest + timedelta(days=1, seconds=-1)


def parse(text: str) -> datetime:
    """ISO text as a datetime, naive if it names no offset, cut to milliseconds (what the store keeps)."""
    day_over = _TWENTY_FOUR.search(text)
    try:
        moment = datetime.fromisoformat(_TWENTY_FOUR.sub(r"\g<1>00\2", text) if day_over else text)
    except ValueError as error:
        raise CourierUnreadable(f"a time cannot be read: {text[:40]!r}") from error
    if moment.year not in YEARS:
        raise CourierUnreadable(f"a time is out of all reason: {text[:40]!r}")
    if day_over:
        moment += timedelta(days=1)
    if moment.microsecond:
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment


def promise(text: str, country: str = "") -> datetime:
    """The latest instant a promise allows: midnight and bare days mean the end of that day."""
    moment = parse(text)
    if not (moment.hour or moment.minute or moment.second or _TWENTY_FOUR.search(text)):
        moment += timedelta(days=1, seconds=-1)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return naive(moment, country)[1]


def due(text: str, country: str = "") -> datetime | None:
    """A promise, None where none can be read: a parcel's history must not be lost for the day it is expected."""
    try:
        return promise(text, country) if text else None
    except CourierUnreadable:
        return None


def committed(text: str, country: str = "") -> datetime | None:
    """The end of the day that a commitment names, whatever its hour; None where none can be read."""
    try:
        moment = parse(text) if text else None
    except CourierUnreadable:
        return None
    if moment is None:
        return None
    day = moment - timedelta(days=1) if _TWENTY_FOUR.search(text) else moment
    return promise(day.replace(hour=0, minute=0, second=0, microsecond=0).isoformat(), country)


def naive(local: datetime, country: str = "") -> Span:
    """Every instant a wall-clock time may mean in a country (ISO code), or anywhere when that is unknown."""
    least, greatest = _day_offsets(country, local.date()) or _offsets(_known(country), local)
    moment = local.replace(tzinfo=UTC, fold=0)
    earliest = moment - greatest
    return earliest, earliest if least == greatest else moment - least


def zoned(local: datetime, zone: str) -> Span:
    """A wall-clock time in one named zone: exact, or both readings in the hour a clock change repeats."""
    there = ZoneInfo(zone)
    one, other = (local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(one, other), max(one, other)


def filled(spans: Sequence[Span | None]) -> list[Span | None]:
    """Give what has no time (newest first) the interval between its neighbours, or its only neighbour's."""
    found: list[Span | None] = []
    for place, own in enumerate(spans):
        if own is not None:
            found.append(own)
            continue
        older = next((near for near in spans[place + 1 :] if near), None)
        newer = next((near for near in reversed(spans[:place]) if near), None)
        low, high = older or newer, newer or older
        found.append((low[0], max(low[0], high[1])) if low and high else None)
    return found


@lru_cache(maxsize=512)
def country_code(name: str) -> str:
    """The ISO code of a country's English name or code, "" when unknown."""
    wanted = name.strip().upper()
    wanted = _OTHER_CODES.get(wanted, wanted)
    if wanted in _zones():
        return wanted
    return _OTHER_NAMES.get(wanted) or _names().get(wanted, "")


@lru_cache(maxsize=4096)
def country_in(place: str) -> str:
    """The country a place ends with ("MEMPHIS, TN, US", "SHENZHEN - CHINA MAINLAND"), "" where none is certain."""
    parts = [part for one in _PARTS.split(place.upper()) if (part := one.strip(" )."))]
    for name in (", ".join(parts[-2:]), *parts[-1:]):
        if name not in _STATES and (code := country_code(name)):
            return code
    return ""


def _known(country: str) -> str:
    return country if not country or country in _zones() else country_code(country)


@lru_cache(maxsize=4096)
def _day_offsets(country: str, day: date) -> tuple[timedelta, timedelta] | None:
    """The least and greatest offset of a country on a day, None when a clock changes there that day."""
    country = _known(country)
    if not country:
        return EARLIEST_OFFSET, LATEST_OFFSET
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall-clock time is the point
    return None if _changes(country, start) else _offsets(country, start)


def _changes(country: str, start: datetime) -> bool:
    end = start + timedelta(days=1)
    return any(
        start.replace(tzinfo=zone).utcoffset() != end.replace(tzinfo=zone, fold=1).utcoffset()
        for zone in _zones()[country]
    )


def _offsets(country: str, local: datetime) -> tuple[timedelta, timedelta]:
    found = [
        offset
        for zone in _zones()[country]
        for fold in (0, 1)
        if (offset := local.replace(tzinfo=zone, fold=fold).utcoffset()) is not None
    ]
    return min(found), max(found)


@lru_cache(maxsize=1)
def _zones() -> dict[str, tuple[ZoneInfo, ...]]:
    """Country code → its zones, from tzdata's zone.tab."""
    found: dict[str, tuple[ZoneInfo, ...]] = {}
    for code, _, zone, *_ in _table("zone.tab"):
        found[code] = (*found.get(code, ()), ZoneInfo(zone))
    return found


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """English country name in capitals → code, from tzdata's iso3166.tab."""
    return {name.upper(): code for code, name in _table("iso3166.tab")}


def _table(name: str) -> list[list[str]]:
    lines = files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
