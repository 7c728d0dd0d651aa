"""The values config.toml is written with: durations, rates, names, days, URLs, and what is said of a wrong one.

What belongs here: types of single values.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from parcelwatch.config.problems import listed, shown
from parcelwatch.core import drafts
from parcelwatch.core.kinds import KINDS, LETTERS
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.core.texts.secrecy import MASK, opens
from parcelwatch.core.texts.text import link
from parcelwatch.core.windows import Lane, Loss, Start
from parcelwatch.duration import Duration, Rate, parse, parse_rate
from parcelwatch.model import Severity
from parcelwatch.reference import territories
from parcelwatch.words import languages

SEVERITIES: Final = tuple(severity.value for severity in Severity if severity is not Severity.OPERATOR)
_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_REGION = re.compile(r"(-[A-Z0-9]{1,3})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY_OF_YEAR = re.compile(r"([0-9]{4}-)?([0-9]{2}-[0-9]{2})")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LEAP_YEAR = "2024-"
_ZONES_MEANT = {"beijing": "Asia/Shanghai", "北京": "Asia/Shanghai", "shenzhen": "Asia/Shanghai"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some names, spelled as given."""

    names: tuple[str, ...]
    what: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "enum": list(self.names)}

    def _check(self, name: str) -> str:
        if name not in self.names:
            meant = did_you_mean(name, self.names) or f"; expected one of {listed(self.names)}"
            raise ValueError(f'no {self.what} "{name}"{meant}')
        return name


@dataclass(frozen=True, slots=True)
class Read:
    """A value of ours that is written as a text of this pattern. Pydantic has no need to know what it is made of."""

    read: Callable[[object], object]
    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        as_text = core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema())
        return core_schema.no_info_plain_validator_function(self.read, serialization=as_text)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": self.pattern}


def _read_duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    if not isinstance(value, str):
        unit = (
            f': write it with its unit, such as "{value}h"'
            if isinstance(value, int) and not isinstance(value, bool)
            else ""
        )
        # pydantic collects ValueErrors only.
        raise ValueError(f'expected a duration in quotes, such as "48h" or "2bd", got {shown(value)}{unit}')  # noqa: TRY004
    return parse(value)


def _read_natural(value: object) -> Duration:
    duration = _read_duration(value)
    duration.natural()
    return duration


def _read_limit(value: object) -> Duration:
    return _above_zero(_read_duration(value))


def _read_natural_limit(value: object) -> Duration:
    return _above_zero(_read_natural(value))


def _above_zero(duration: Duration) -> Duration:
    if not duration.amount:
        raise ValueError(f'expected more than nothing, got "{duration}": soon is "1m", and "3650d" is as good as never')
    return duration


def _read_rate(value: object) -> Rate:
    if isinstance(value, Rate):
        return value
    if not isinstance(value, str):
        raise ValueError(f'expected a rate in quotes, such as "3/s" or "250/d", got {shown(value)}')  # noqa: TRY004
    return parse_rate(value)


def _read_rates(value: object) -> tuple[Rate, ...]:
    return tuple(_read_rate(each) for each in (value if isinstance(value, list | tuple) else (value,)))


def local_path(written: str) -> str:
    """A path as it may be written, "~" included. ValueError for one that no file can have here."""
    if not written.isprintable():
        raise ValueError("a path holds no control character")
    try:
        Path(written).expanduser()
    except RuntimeError:
        raise ValueError(f'there is no home for "{written.partition("/")[0]}" here: write the whole path') from None
    return written


def time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        meant = did_you_mean(_ZONES_MEANT.get(name.rpartition("/")[2].lower(), name), available_timezones())
        raise ValueError(f'no time zone "{name}"{meant}; expected a name such as "Asia/Shanghai"') from None
    return name


def base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("expected a URL such as https://api.example.com/track")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("expected a plain URL: no user, password, query or fragment")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("keys must not travel unencrypted: plain http only goes to 127.0.0.1, use https")
    return url.rstrip("/")


def _public_url(url: str) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or not url.isascii() or not url.isprintable():
        raise ValueError("expected the address people reach this port at, such as https://pw.example.com")
    if parts.username or parts.password or parts.query or parts.fragment or " " in url:
        raise ValueError("expected a plain URL: no user, password, query or fragment")
    return url.rstrip("/")


def _person(name: str) -> str:
    if name != " ".join(name.split()) or not name.isprintable() or len(name) > 60:
        raise ValueError("expected a name on one line, at most 60 characters long")
    return name


def is_loopback(url: str) -> bool:
    """The URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _order_url(url: str) -> str:
    if url and (not link(url.replace("{order}", "1")) or url.count("{order}") != 1):
        raise ValueError('expected an address with {order} in it once, such as "https://shop.example/orders/{order}"')
    return url


def _currency(code: str) -> str:
    if code and not territories.is_currency(code):
        raise ValueError(f'no currency "{code[:40]}"; expected three letters, such as "CNY" or "EUR"')
    return code


def _listen(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if address and not (colon and host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise ValueError(f'expected "host:port", such as "127.0.0.1:8350", or "" for off, got {shown(address)}')
    return address


def _day_of_year(text: str) -> str:
    try:
        written = _DAY_OF_YEAR.fullmatch(text)
        date.fromisoformat(f"{written[1] or _LEAP_YEAR}{written[2]}" if written else "")
    except ValueError:
        raise ValueError(f'expected a day such as "11-20", or "2026-02-17", got {shown(text)}') from None
    return text


def _country(code: str) -> str:
    if not code:
        return ""
    found = territories.country(code)
    if found and found == code.upper():
        return found
    meant = f': write "{found}"' if found else '; expected two letters, such as "BR"'
    raise ValueError(f'no country has the code "{code[:60]}"{meant}')


def _place(code: str) -> str:
    country, dash, region = code.partition("-")
    if not _REGION.fullmatch(f"{dash}{region}".upper()):
        return _country(code)
    return f"{_country(country)}{dash}{region.upper()}"


def _time_of_day(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(f'expected a time of day such as "18:00", got {shown(text)}')
    return text


def _hours(text: str) -> str:
    if not text:
        return ""
    opens, _, closes = text.partition("-")
    if not (_TIME.fullmatch(opens) and _TIME.fullmatch(closes)):
        raise ValueError(f'expected hours such as "09:00-18:00", or "" for the whole day, got {shown(text)}')
    if opens >= closes:
        raise ValueError(f'"{text}" ends before it begins; hours over midnight are not known here')
    return text


def _postal(code: str) -> str:
    plain = "".join(code.split()).upper()
    if not plain:
        raise ValueError('expected how a postal code begins, such as "83"')
    return plain


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise ValueError(f'expected a time of day such as "09:00", got {shown(text)}')
    return text


def _clocks(text: str) -> str:
    begin, dash, end = text.partition("-")
    if not (dash and _CLOCK.fullmatch(begin) and _CLOCK.fullmatch(end)):
        raise ValueError(f'expected two times of day such as "22:00-08:00", got {shown(text)}')
    if begin == end:
        raise ValueError(f"from {begin} to {end} is no time, or all of it: give two different times")
    return text


def clock(text: str) -> time:
    """A time of day as it was written."""
    return time.fromisoformat(text)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f'the name "{name[:80]}" may only have a-z, 0-9, "_" and "-", and at most 64 of them')
    return name


def _masked(options: Mapping[str, str]) -> dict[str, str]:
    """As it is shown: what opens something is no less a secret for standing among options."""
    return {name: MASK if opens(name) else value for name, value in options.items()}


def _read_date(value: object) -> object:
    """A day of one year, as TOML has it by itself or in quotes."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f'expected a day such as "2026-11-28", got {shown(value)}') from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(f'expected a day such as "2026-11-28", got {shown(value)}')


def _not_empty(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("expected at least one")
    return names


Limit = Annotated[Duration, Read(_read_limit, "^0*[1-9][0-9]*(s|m|h|d|bd)$")]
NaturalLimit = Annotated[Duration, Read(_read_natural_limit, "^0*[1-9][0-9]*[smhd]$")]
NaturalSpan = Annotated[Duration, Read(_read_natural, "^[0-9]+[smhd]$")]
_RATE: Final = "^[0-9]+/[0-9]*[smhd]$"
Pace = Annotated[Rate, Read(_read_rate, _RATE)]
Paces = Annotated[
    tuple[Rate, ...],
    PlainValidator(_read_rates),
    PlainSerializer(lambda rates: [str(rate) for rate in rates], return_type=list[str]),
    WithJsonSchema({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string", "pattern": _RATE}}]}),
]
Name = Annotated[str, AfterValidator(_name)]
Country = Annotated[str, AfterValidator(_country)]
PlaceCode = Annotated[str, AfterValidator(_place)]
Postal = Annotated[str, AfterValidator(_postal)]
Kind = Annotated[str, OneOf(tuple(KINDS), "kind")]
DraftKind = Annotated[str, OneOf(LETTERS, "kind with a draft")]
Remedy = Annotated[str, OneOf(drafts.REMEDIES, "remedy")]
DraftLanguage = Annotated[str, OneOf(languages("letters"), "language with templates")]
DraftLanguages = Annotated[tuple[DraftLanguage, ...], AfterValidator(_not_empty)]
Day = Annotated[str, AfterValidator(_day_of_year)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
WorkingHours = Annotated[str, AfterValidator(_hours)]
Language = Annotated[str, OneOf(languages("agents"), "language of messages")]
Mode = Annotated[str, OneOf(("shadow",), "mode")]
ProfileName = Annotated[str, OneOf(tuple(PROFILES), "profile")]
SeverityName = Annotated[str, OneOf(SEVERITIES, "severity")]
NOTHING: Final = "none"
SeverityOrNone = Annotated[str, OneOf((*SEVERITIES, NOTHING), "severity")]
Clock = Annotated[str, AfterValidator(_clock)]
Clocks = Annotated[str, AfterValidator(_clocks)]
BaseUrl = Annotated[str, AfterValidator(base_url)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Person = Annotated[str, AfterValidator(_person)]
LossName = Annotated[str, OneOf(tuple(map(str, Loss)), "loss")]
StartName = Annotated[str, OneOf(tuple(map(str, Start)), "beginning")]
LaneName = Annotated[str, OneOf(("", *map(str, Lane)), "lane")]
ADay = Annotated[date, BeforeValidator(_read_date)]
OrderUrl = Annotated[str, AfterValidator(_order_url)]
Currency = Annotated[str, AfterValidator(_currency)]
Listen = Annotated[str, AfterValidator(_listen)]
Options = Annotated[Mapping[str, str], PlainSerializer(_masked, return_type=dict[str, str])]
TimeZone = Annotated[str, AfterValidator(time_zone)]
LocalPath = Annotated[str, AfterValidator(local_path)]
