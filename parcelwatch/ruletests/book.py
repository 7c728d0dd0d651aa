"""A file of tests, read: each with its title, its parcel, its rules and its steps.

What belongs here: from a path to stories, and from a fault to its line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from parcelwatch.config import reading
from parcelwatch.config.lines import key_lines
from parcelwatch.config.problems import Places
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows import looks
from parcelwatch.errors import BadInput, ConfigError
from parcelwatch.model import Parcel
from parcelwatch.ruletests import surroundings
from parcelwatch.ruletests.moments import Unreadable, iso, named, needed, only, tables, text, within
from parcelwatch.ruletests.steps import Step, steps

START: Final = "2026-03-02 08:00"
_KEYS: Final = ("title", "start", "parcel", "then", *surroundings.OF_POLICY)
_UNNAMED: Final = "acme"


class Fault(BadInput):
    """A test that cannot be read: names the file, the line, the step and what was meant."""


@dataclass(frozen=True, slots=True)
class Story:
    """One test as read. `name`: of its file; `line`: where it begins there. `own`: its rules are its own."""

    name: str
    title: str
    policy: Policy
    parcel: Parcel
    steps: tuple[Step, ...]
    line: int = 1
    own: bool = True
    lines: tuple[int, ...] = ()


def read(path: Path, configured: Policy | None = None, accounts: Collection[str] = ()) -> tuple[Story, ...]:
    """The tests in `path`. Raises Fault.

    `configured`: the rules of tests that have none of their own. `accounts`: the couriers there are, the first of which
    has a parcel whose test does not say whose it is; () where any name will do.
    """
    try:
        content = reading.read(path)
        written = reading.parsed(content, path)
        reading.expect(written, path, looks.RULE_TEST, "a title, and its steps each below [[then]]")
    except ConfigError as error:
        raise Fault(str(error)) from None
    places = Places(path.name, key_lines(content))
    try:
        return tuple(_stories(written, places, configured or surroundings.policy({}), accounts))
    except Unreadable as fault:
        raise Fault(f"{places.spot(fault.at)}: {fault.told}") from fault


def _stories(written: Mapping[str, Any], places: Places, configured: Policy, accounts: Collection[str]) -> list[Story]:
    if "test" not in written:
        only(written, (*_KEYS, "test"))
        return [_story(written, places, (), configured, accounts)]
    only(written, ("test",))
    with within("test"):
        several = tables(written["test"], "test")
    found: list[Story] = []
    for place, each in enumerate(several):
        with within("test", place):
            found.append(_story(each, places, ("test", place), configured, accounts))
    return found


def _story(
    written: Mapping[str, Any],
    places: Places,
    at: tuple[str | int, ...],
    configured: Policy,
    accounts: Collection[str],
) -> Story:
    only(written, _KEYS)
    with within("start"):
        start = iso(written.get("start", START))
    with within("parcel"):
        parcel = surroundings.parcel(written.get("parcel", {}), start, next(iter(accounts), _UNNAMED))
        if accounts:
            named("courier account", parcel.courier, accounts)
    own = bool(written.keys() & set(surroundings.OF_POLICY))
    with within("title"):
        title = text(needed(written, "title"))
    then = needed(written, "then")
    with within("then"):
        each = tables(then, "test.then" if at else "then")
    told = steps(each, start)
    return Story(
        places.name,
        title,
        surroundings.policy(written) if own else configured,
        parcel,
        told,
        line=places.line((*at, "title")),
        own=own,
        lines=tuple(places.line((*at, "then", place)) for place in range(len(told))),
    )
