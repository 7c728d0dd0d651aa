"""Keys that may also stand in another table, or under a shorter name: brought to where the models have them.

What belongs here: the table of them, and moving them with their lines, so that a fault is told where it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from parcelwatch.config.lines import Path
from parcelwatch.config.problems import Places, Problem, dotted, problem_of
from parcelwatch.config.values import SEVERITIES, Limit

_EACH: Final = "*"

# Where it may also be written, and where it belongs. A key for every channel gives way to a channel's own.
_MOVES: Final[Mapping[Path, Path]] = {
    ("alerts", "group_wait"): ("messages", "group_wait"),
    ("alerts", "group_interval"): ("messages", "group_interval"),
    ("alerts", "repeat"): ("messages", "repeat"),
    ("alerts", "digest_at"): ("channels", _EACH, "digest_at"),
    ("channels", _EACH, "quiet"): ("channels", _EACH, "quiet_hours"),
}


@cache
def _a_limit() -> TypeAdapter[object]:
    return TypeAdapter(Limit)


def _for_each_severity(value: object) -> object:
    """Raises ValidationError, once for all of them, for what is no limit."""
    if isinstance(value, str):
        _a_limit().validate_python(value)
    return dict.fromkeys(SEVERITIES, value) if isinstance(value, str) else value


# One value where a table is wanted.
_SPREAD: Final[Mapping[Path, Callable[[object], object]]] = {("alerts", "escalate_after"): _for_each_severity}


@dataclass(frozen=True, slots=True)
class Settled:
    """A document with every key where it belongs, the lines of all of them, and what was written in both places."""

    written: dict[str, Any]
    places: Places
    problems: tuple[Problem, ...] = ()


def settled(written: dict[str, Any], places: Places) -> Settled:
    """Bring each key of a document to where it belongs."""
    found, lines, problems = written, dict(places.lines), list[Problem]()
    for before, after in _MOVES.items():
        for at, to in _pairs(written, before, after):
            if not _has(written, to):
                found = _with(found, to, _value(written, at))
                lines[to] = places.line(at)
            elif before.count(_EACH) == after.count(_EACH):
                problems.append(Problem(at, f"is the same as {dotted(to)}, which is written too: keep one of them"))
        for at in {at for at, _ in _pairs(written, before, after)} or _for_nobody(written, before, after):
            found = _without(found, at)
    for at, spread in _SPREAD.items():
        try:
            found = _with(found, at, spread(_value(written, at))) if _has(written, at) else found
        except ValidationError as wrong:
            problems += [Problem(at, problem_of(each, BaseModel).text) for each in wrong.errors(include_url=False)]
            found = _without(found, at)
    return Settled(found, Places(places.name, lines), tuple(problems))


def _pairs(written: Mapping[str, Any], before: Path, after: Path) -> Iterator[tuple[Path, Path]]:
    """Every place where it is written, with every place where it belongs."""
    channels = written.get("channels", {})
    for name in (channels if isinstance(channels, dict) else ()) if _EACH in after else ("",):
        at, to = (tuple(name if step == _EACH else step for step in each) for each in (before, after))
        if _has(written, at) and _may_hold(written, to):
            yield at, to


def _for_nobody(written: Mapping[str, Any], before: Path, after: Path) -> tuple[Path, ...]:
    """What is for every channel where there is none."""
    every = _EACH in after and _EACH not in before
    return (before,) if every and not written.get("channels") and _has(written, before) else ()


def _has(written: object, at: Path) -> bool:
    return not at or (isinstance(written, dict) and at[0] in written and _has(written[at[0]], at[1:]))


def _may_hold(written: object, at: Path) -> bool:
    """Whether every table that it would stand in is one, or is not there yet."""
    return not at or (isinstance(written, dict) and (len(at) == 1 or _may_hold(written.get(at[0], {}), at[1:])))


def _value(written: Any, at: Path) -> object:
    return _value(written[at[0]], at[1:]) if at else written


def _with(written: Mapping[str, Any], at: Path, value: object) -> dict[str, Any]:
    key, *rest = map(str, at)
    inner = written.get(key, {})
    return {**written, key: _with(inner, tuple(rest), value) if rest else value}


def _without(written: Mapping[str, Any], at: Path) -> dict[str, Any]:
    key, *rest = map(str, at)
    if rest:
        return {**written, key: _without(written[key], tuple(rest))}
    return {name: value for name, value in written.items() if name != key}
