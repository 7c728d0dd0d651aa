"""Typed access to what a courier sent: the wanted kind of value or CourierUnreadable, never a KeyError.

What belongs here: getters over decoded JSON. A missing field and a null are the same: nothing was said.
Numbers come as text and text as numbers, so `text` takes both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from parcelwatch.core.tracking.timeline import READ
from parcelwatch.couriers.shared.ends import newest_last
from parcelwatch.errors import CourierUnreadable

Record = dict[str, object]
P = ParamSpec("P")
T = TypeVar("T")

TEXT_LIMIT = 2000
NAME_LIMIT = 200
ROWS_LIMIT = READ


def misfit(where: str, wanted: str, value: object) -> CourierUnreadable:
    """The error for a value of the wrong kind; it names the kind found, never the value."""
    return CourierUnreadable(f"{where} is {type(value).__name__} where {wanted} was expected")


def record(value: object, where: str) -> Record:
    """An object; empty when nothing was said."""
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise misfit(where, "an object", value)


def rows(value: object, where: str) -> list[Record]:
    """A list of objects; empty when nothing was said."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise misfit(where, "a list", value)
    for row in value:
        if not isinstance(row, dict):
            raise misfit(where, "a list of objects", row)
    return value


def recent(listed: Sequence[T], when: Callable[[T], datetime | None] | None = None) -> list[T]:
    """As many scans of a list as are read: the newest, which are its first unless its times say that they are its last.

    `when`: when a scan was, for whoever can tell; else its days are looked for. Hardly any parcel has so many; one of
    which only the oldest were read would never be heard of again.
    """
    if len(listed) <= ROWS_LIMIT:
        return [*listed]
    return [*(listed[-ROWS_LIMIT:] if newest_last(listed, when) else listed[:ROWS_LIMIT])]


def text(value: object, where: str, limit: int = NAME_LIMIT) -> str:
    """Text without NULs, broken surrogates and surrounding blanks, cut to `limit`; "" when nothing was said."""
    if isinstance(value, str):
        value = whole(value)
        if "\x00" in value:
            value = value.replace("\x00", "")
        value = value.strip()
        return value if len(value) <= limit else value[:limit]
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:limit]
    raise misfit(where, "text", value)


def whole(text: str) -> str:
    """Text with "?" for halves of characters, which JSON can hold and no database takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def flag(value: object, where: str) -> bool:
    """True for true, 1, "true" and "1"; false for their opposites and for nothing."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if value in (0, 1):
        return value == 1
    if isinstance(value, str) and value.lower() in ("true", "false", "1", "0", ""):
        return value.lower() in ("true", "1")
    raise misfit(where, "true or false", value)


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one tracking number: case, blanks and leading zeros do not matter."""
    return _plain(one) == _plain(other)


def _plain(number: str) -> str:
    return "".join(number.split()).upper().lstrip("0")


# --- what is told beside the history -------------------------------------------------------------

# A promise, a place or a service in a shape nobody expected must not cost the scans beside it.
_ODD = (CourierUnreadable, LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


def optional(nothing: object) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a reader return `nothing` where what it reads is in a shape it cannot read."""

    def made(read: Callable[P, T]) -> Callable[P, T]:
        @wraps(read)
        def reader(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return read(*args, **kwargs)
            except _ODD:
                return cast("T", nothing)

        return reader

    return made


def aside(value: object, limit: int = NAME_LIMIT) -> str:
    """A text that may as well be missing: "" for anything else."""
    return text(value, "", limit) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def part(value: object) -> Record:
    """An object that may as well be missing: empty for anything else."""
    return value if isinstance(value, dict) else {}
