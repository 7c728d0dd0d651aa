"""What the fields of an order say: times, money, the end of a phone, numbers of parcels.

What belongs here: from one field to one value. Only an order's identity and its time of change must be there; whatever
else cannot be read was not said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from parcelwatch.couriers.shared.china import beijing
from parcelwatch.couriers.shared.fields import Record, aside, part
from parcelwatch.couriers.shared.times import YEARS
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Shipment, ShopOrder

BEIJING: Final = timezone(timedelta(hours=8))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS, _MILLISECONDS = 10, 13
_BETWEEN: Final = re.compile(r"[,;|，；、\r\n\t]+")
_PHONE: Final = re.compile(r"[+0-9*＊]*([0-9]{4})")
_GOODS: Final = 500
_MOST: Final = 50
_RICHEST: Final = 1e9


def word(value: object) -> str:
    """A text on one line, "" for what is none."""
    return " ".join(aside(value).split())


def listed(value: object) -> list[Record]:
    """The objects of a list; one alone is a list of one, and what is none is left out."""
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]


def inner(value: object, *names: str) -> Record:
    """The object within objects, empty where one of them is missing."""
    for name in names:
        value = part(value).get(name)
    return part(value)


# --- times ---------------------------------------------------------------------------------------


def at(value: object) -> datetime | None:
    """A time: Beijing's wall clock, or an epoch whose unit its size tells. None for nothing, 0 and the impossible."""
    found = _span(value)
    return found[0] if found else None


def by(value: object) -> datetime | None:
    """The last instant a time allows: a bare day is all of it."""
    found = _span(value)
    return found[1] if found else None


def first(*values: object) -> datetime | None:
    """The deadline of the first field that holds one."""
    return next((found for value in values if (found := by(value)) is not None), None)


def _span(value: object) -> tuple[datetime, datetime] | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    stamp = word(value).replace("/", "-")
    if not stamp:
        return None
    if stamp.isascii() and stamp.isdigit():
        return _epoch(stamp)
    try:
        return beijing(stamp)
    except (CourierUnreadable, OverflowError):
        return None


def _epoch(digits: str) -> tuple[datetime, datetime] | None:
    if len(digits) not in (_SECONDS, _MILLISECONDS):
        return None
    moment = _EPOCH + timedelta(milliseconds=int(digits) * (1000 if len(digits) == _SECONDS else 1))
    return (moment, moment) if moment.year in YEARS else None


def seconds(moment: datetime) -> int:
    """A moment in seconds since 1970."""
    return int(moment.timestamp())


def wall(moment: datetime) -> str:
    """A moment by Beijing's clock, as the platforms write it."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


# --- money and people ----------------------------------------------------------------------------


def yuan(value: object) -> float:
    """An amount in 元, 0 where none is said."""
    try:
        amount = float(str(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except ValueError:
        return 0.0
    return amount if math.isfinite(amount) and 0 < amount < _RICHEST else 0.0


def fen(value: object) -> float:
    """An amount in 分, as 元."""
    return round(yuan(value) / 100, 2)


def four(*values: object) -> str:
    """The last four digits of the first phone whose end is not masked; of one in cipher there are none."""
    for value in values:
        found = _PHONE.fullmatch(word(value).replace(" ", ""))
        if found:
            return found[1]
    return ""


def goods(names: Iterable[object]) -> str:
    """The names of what was bought, each once."""
    return ", ".join(dict.fromkeys(name for each in names if (name := word(each))))[:_GOODS]


# --- parcels and orders --------------------------------------------------------------------------


def sent(number: object, company: str = "", when: datetime | None = None) -> Iterator[Shipment]:
    """The parcels of a field that may hold several numbers; 无 and 自提 are none."""
    for each in _BETWEEN.split(aside(number)):
        if any(character.isdigit() for character in each.strip("0 -")):
            yield Shipment(each.strip(), company, shipped_at=when)


def once(shipments: Iterable[Shipment]) -> tuple[Shipment, ...]:
    """Every number once, wherever it stands."""
    found: dict[str, Shipment] = {}
    for each in shipments:
        found.setdefault("".join(each.number.upper().split()), each)
        if len(found) >= _MOST:
            break
    return tuple(found.values())


def order(ref: object, updated_at: object, number: object = None, **said: Any) -> ShopOrder:
    """An order of a platform in China. Raises CourierUnreadable where it has no identity or no time of change."""
    identity, changed = word(ref), at(updated_at)
    if not identity or changed is None:
        raise CourierUnreadable(f"an order without {'a number' if not identity else 'a readable time of change'}")
    said = {"language": "zh-CN", "currency": "CNY", "destination": "CN", **said}
    return ShopOrder(identity, word(number) or identity, changed, **said)
