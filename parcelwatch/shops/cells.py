"""What the fields of an order say, for adapters in code: words, times with a zone, money, the end of a phone.

What belongs here: from one field of JSON to one value. Only an order's identity and its time of change must be there;
whatever else cannot be read was not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeVar

from parcelwatch.core.rows.cells import language_of, last4, tags_of, worth
from parcelwatch.couriers.shared.fields import Record, aside, part
from parcelwatch.couriers.shared.times import country_code, parse
from parcelwatch.errors import BadInput, CourierUnreadable

T = TypeVar("T")

_GOODS: Final = 400
_MOST: Final = 1000


def word(value: object, limit: int = 200) -> str:
    """A text on one line, "" for what is none."""
    return " ".join(aside(value).split())[:limit]


def inner(value: object, *names: str) -> Record:
    """The object within objects, empty where one of them is missing."""
    for name in names:
        value = part(value).get(name)
    return part(value)


def listed(value: object) -> Iterator[Record]:
    """The objects of a list; what is none is left out."""
    return (each for each in (value if isinstance(value, list) else [])[:_MOST] if isinstance(each, dict))


def moment(value: object) -> datetime | None:
    """An ISO time with its offset, in UTC; one without is UTC's. None for what is none."""
    try:
        at = parse(word(value))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (CourierUnreadable, OverflowError):
        return None


def latest(values: Iterable[object]) -> datetime | None:
    """The last of some times, None where none can be read."""
    return max((at for each in values if (at := moment(each)) is not None), default=None)


def amount(value: object) -> float:
    """What something is worth, 0 where that is not said."""
    return _used(worth, word(value), 0.0)


def four(value: object) -> str:
    """The last four digits of a phone, "" where it has none."""
    return _used(last4, word(value), "")


def language(value: object) -> str:
    """A language's tag, "" where none is said."""
    return _used(language_of, word(value).replace("_", "-"), "")


def country(value: object) -> str:
    """A country's ISO code, "" where none is said."""
    return country_code(word(value))


def labels(values: object) -> tuple[str, ...]:
    """The first twenty tags of a list."""
    words = [each.replace(",", " ") for one in (values if isinstance(values, list) else []) if (each := word(one, 80))]
    return _used(tags_of, ",".join(words[:20]), ())


def goods(names: Iterable[object]) -> str:
    """The names of what was bought, each once."""
    return ", ".join(dict.fromkeys(name for each in names if (name := word(each))))[:_GOODS]


def _used(read: Callable[[str], T], said: str, otherwise: T) -> T:
    try:
        return read(said)
    except BadInput:
        return otherwise
