"""What every part of a test is read with: moments, names that must be known, and where a fault lies.

What belongs here: reading single values, and saying which key is wrong and what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from parcelwatch.config.lines import Path as At
from parcelwatch.config.problems import dotted, shown
from parcelwatch.core.past.figures import DAYS
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.duration import Duration, parse

_SPAN: Final = re.compile(r"([+-])((?:\d{1,6}[dhm])+)")
_WEEKDAY: Final = re.compile(rf"({'|'.join(DAYS)})[a-z]* +([01]?\d|2[0-3]):([0-5]\d)", re.IGNORECASE)
_WEEK: Final = timedelta(weeks=1)
_MEANT: Final = 'a moment such as "+26h", "+2d3h", "mon 09:00" or "2026-03-04 08:00"'


class Unreadable(ValueError):
    """What is wrong, at the path of its key."""

    def __init__(self, text: str, at: At = ()) -> None:
        super().__init__(text)
        self.at = at

    @property
    def told(self) -> str:
        """With the step, and with the key where the words do not name it."""
        steps = [place for place, above in enumerate(self.at[:-1], 1) if above == "then"]
        step = next((f"step {int(self.at[place]) + 1}: " for place in steps), "")
        key = dotted(self.at[steps[0] :] if steps else self.at).removeprefix("test.")
        known = re.search(rf"\b{re.escape(key.rpartition('.')[2])}\b", str(self))
        return f"{step}{'' if known or not key else f'{key}: '}{self}"


@contextmanager
def within(*at: str | int) -> Iterator[None]:
    """Whatever cannot be read in here is a fault of this key."""
    try:
        yield
    except Unreadable as fault:
        raise Unreadable(str(fault), (*at, *fault.at)) from fault
    except (ValueError, OverflowError) as fault:
        raise Unreadable(str(fault), at) from fault
    except (AttributeError, KeyError, TypeError) as fault:
        raise Unreadable("is not written as it is to be: the format stands in the README", at) from fault


def when(written: object, start: datetime, near: datetime, *, before: bool = False) -> datetime:
    """A moment of UTC: counted from `start`, or the weekday next after `near` (or last before it)."""
    said = str(written)
    if span := _SPAN.fullmatch(said):
        length = sum((parse(part).natural() for part in re.findall(r"\d+[dhm]", span[2])), timedelta(0))
        return start + length if span[1] == "+" else start - length
    if day := _WEEKDAY.fullmatch(said):
        midnight = near.replace(hour=0, minute=0, second=0)
        monday = midnight - timedelta(days=near.weekday())
        at = monday + timedelta(days=DAYS.index(day[1].lower()), hours=int(day[2]), minutes=int(day[3]))
        if before:
            return at if at <= near else at - _WEEK
        return at if at >= near else at + _WEEK
    return iso(said)


def iso(written: object) -> datetime:
    """A day and time of UTC, or with an offset of its own. Raises ValueError."""
    try:
        at = datetime.fromisoformat(str(written))
    except ValueError:
        raise ValueError(f'expected {_MEANT}, got "{written}"') from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


_Value = TypeVar("_Value", bound=StrEnum)


def one_of(kind: type[_Value], written: object) -> _Value:
    """A value of an enumeration by its name. Raises ValueError."""
    try:
        return kind(str(written))
    except ValueError:
        raise ValueError(f"no {kind.__name__.lower()} {_quoted(written, list(kind))}") from None


def named(what: str, written: object, known: Collection[str]) -> str:
    """A name that must be known. Raises ValueError."""
    if str(written) not in known:
        raise ValueError(f"no {what} {_quoted(written, known)}")
    return str(written)


def only(written: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise Unreadable for a key that is not known."""
    for key in table(written):
        if key not in known:
            near = did_you_mean(key, known)
            raise Unreadable(f"unknown key {key}{near or '; known: ' + ', '.join(sorted(known))}", (key,))


def needed(written: Mapping[str, Any], key: str) -> Any:
    """The value of a key that must be there. Raises Unreadable."""
    if key not in written:
        raise Unreadable(f"needs `{key}`")
    return written[key]


def _quoted(written: object, known: Collection[str]) -> str:
    near = did_you_mean(str(written), known)
    return f'"{written}"{near or "; there are " + ", ".join(known)}'


def words(written: Mapping[str, Any], key: str, usual: str = "") -> str:
    """The text at a key. Raises Unreadable."""
    with within(key):
        return text(written.get(key, usual))


def text(written: object) -> str:
    """Raises Unreadable for what is no text."""
    if not isinstance(written, str):
        raise Unreadable(f"expected a text in quotes, got {shown(written)}")
    return written


def truth(written: object) -> bool:
    """True or false. Raises Unreadable."""
    if not isinstance(written, bool):
        raise Unreadable(f"expected true or false, without quotes, got {shown(written)}")
    return written


def number(written: object) -> float:
    """Raises Unreadable for what is no number."""
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise Unreadable(f"expected a number, without quotes, got {shown(written)}")
    return written


def duration(written: object) -> Duration:
    """Raises ValueError for what is no duration."""
    return parse(text(written))


def values(written: object, readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The values of a table by its keys, each as its reader reads it. Raises Unreadable."""
    read: dict[str, Any] = {}
    for key, value in table(written).items():
        only({key: value}, readers)
        with within(key):
            read[key] = readers[key](value)
    return read


def listed(written: object) -> tuple[str, ...]:
    """A list of texts. Raises Unreadable."""
    if not isinstance(written, list | tuple) or not all(isinstance(one, str) for one in written):
        raise Unreadable(f'expected a list of texts, such as ["stalled"], got {shown(written)}')
    return tuple(written)


def table(written: object) -> Mapping[str, Any]:
    """A table. Raises Unreadable."""
    if not isinstance(written, Mapping):
        raise Unreadable(f"expected a table, got {shown(written)}")
    return written


def tables(written: object, name: str) -> list[Mapping[str, Any]]:
    """Several tables of this name. Raises Unreadable."""
    if not isinstance(written, list):
        raise Unreadable(f"{name} is written with two brackets, [[{name}]], got {shown(written)}")
    return [table(one) for one in written]
