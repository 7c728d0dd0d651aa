"""The keys a story file may hold and how each value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.story import APIS, TIMES, TROUBLES, When

Field = tuple[str, Callable[[object], object]]

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
SPAN = re.compile(r"([+-]?)((?:\d+(?:\.\d+)?[smhdw])+)")
PIECE = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


class Unusable(ValueError):
    """A value cannot be used; the text says what was expected."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unusable(f"expected text in quotes, got {value!r}")
    return value


def _code(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(one) for one in value) if isinstance(value, list) else (_text(value),)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unusable(f"expected true or false, got {value!r}")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unusable(f"expected a whole number, got {value!r}")
    return value


def _apis(value: object) -> tuple[str, ...]:
    return tuple(_one_of(APIS, api) for api in _texts(value))


def _zone(value: object) -> str:
    name = _text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Unusable(f"expected a time zone like Europe/Berlin, got {name!r}") from None
    return name


def _when(value: object) -> When:
    """A distance from the start ("-3d", "+2h30m", "start") or an instant; without an offset that is UTC."""
    if isinstance(value, date):
        whole = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return whole if whole.tzinfo else whole.replace(tzinfo=UTC)
    text = _text(value)
    if text == "start":
        return timedelta(0)
    if SPAN.fullmatch(text):
        return _span(text)
    try:
        return _when(datetime.fromisoformat(text))
    except ValueError:
        raise Unusable(
            f'expected a time from the start such as "-3d" or "+2h30m", or an ISO time, got {text!r}'
        ) from None


def _start(value: object) -> datetime:
    when = _when(value)
    if isinstance(when, timedelta):
        raise Unusable(f"expected an ISO time, got {value!r}; leave it out to start now")
    return when


def _span(value: object) -> timedelta:
    match = SPAN.fullmatch(_text(value))
    if match is None:
        raise Unusable(f'expected a span such as "30s", "15m", "48h" or "1d12h", got {value!r}')
    seconds = sum(float(amount) * UNITS[unit] for amount, unit in PIECE.findall(match[2]))
    return timedelta(seconds=-seconds if match[1] == "-" else seconds)


def _one_of(choices: Iterable[str], value: object) -> str:
    known = tuple(choices)
    text = _text(value)
    if text not in known:
        raise Unusable(f"expected one of {', '.join(known)}, got {text!r}{did_you_mean(text, known)}")
    return text


def _milestone(value: object) -> Milestone:
    return Milestone(_one_of([str(milestone) for milestone in Milestone], value))


def _cause(value: object) -> Cause:
    return Cause(_one_of([str(cause) for cause in Cause], value))


def _read_apart(value: object) -> object:
    """For tables, which have readers of their own."""
    return value


# Key in the file → (field of the dataclass, how to read it). "" for what is read elsewhere.
STORY: Mapping[str, Field] = {
    "title": ("title", _text),
    "api": ("apis", _apis),
    "start": ("start", _start),
    "access": ("", _read_apart),
    "parcels": ("", _read_apart),
    "trouble": ("", _read_apart),
}
ACCESS: Mapping[str, Field] = {
    "key": ("key", _text),
    "customer": ("customer", _text),
    "quota": ("quota", _count),
    "same_number_lock": ("same_number_lock", _flag),
    "warm_up": ("warm_up", _span),
}
PARCEL: Mapping[str, Field] = {
    "number": ("number", _text),
    "api": ("api", partial(_one_of, APIS)),
    "company": ("company", _code),
    "service": ("service", _text),
    "origin": ("origin", _text),
    "destination": ("destination", _text),
    "zone": ("zone", _zone),
    "phone_last4": ("phone_last4", _text),
    "estimate": ("estimate", _when),
    "registered": ("registered", _flag),
    "stops": ("stops", _when),
    "says": ("", _read_apart),
}
SAYS: Mapping[str, Field] = {
    "at": ("at", _when),
    "milestone": ("milestone", _milestone),
    "cause": ("cause", _cause),
    "text": ("text", _text),
    "place": ("place", _text),
    "code": ("code", _code),
    "company": ("company", _code),
    "zone": ("zone", _zone),
    "heard": ("heard", _when),
    "until": ("until", _when),
    "time": ("time", partial(_one_of, TIMES)),
}
TROUBLE: Mapping[str, Field] = {
    "kind": ("kind", partial(_one_of, TROUBLES)),
    "from": ("begins", _when),
    "to": ("ends", _when),
    "api": ("api", partial(_one_of, APIS)),
    "numbers": ("numbers", _texts),
    "status": ("status", _count),
    "retry_after": ("retry_after", _span),
    "retry_as_date": ("retry_as_date", _flag),
    "pause": ("pause", _span),
}
