"""Reading a story file (TOML). Every fault is found in one go and told with file, line, key and what would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from parcelwatch.config import reading
from parcelwatch.config.lines import key_lines
from parcelwatch.config.problems import Places
from parcelwatch.core.rows import looks
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput, ConfigError
from parcelwatch.model import Milestone
from parcelwatch.sandbox.keys import ACCESS, PARCEL, SAYS, STORY, TROUBLE, Field, Unusable
from parcelwatch.sandbox.story import APIS, TROUBLES, Access, Says, Story, StoryError, StoryParcel, Trouble

Table = Mapping[str, object]
Where = tuple[tuple[str, int], ...]
"""The way to a table: (name, position) at each level; the single table has position 0."""


def read(path: Path) -> Story:
    """The story in a file. Raises StoryError with every fault in it."""
    try:
        return parse(reading.read(path), str(path))
    except ConfigError as error:
        raise StoryError(str(error)) from None


def default(api: str) -> Story:
    """The story a sandbox plays when it is given none."""
    name = f"{api}.toml"
    if api not in APIS:
        raise BadInput(f"there is no sandbox for {api!r}; choose one of {', '.join(APIS)}")
    return parse((files("parcelwatch.sandbox") / "stories" / name).read_text(encoding="utf-8"), name)


def parse(text: str, name: str = "story") -> Story:
    """The story in a text; `name` is what errors call it."""
    try:
        table = reading.parsed(text, Path(name))
        reading.expect(table, Path(name), looks.STORY, "an api, and parcels each below [[parcels]]")
    except ConfigError as error:
        raise StoryError(str(error)) from None
    told = _Reading(Places(name, key_lines(text)))
    story = told.story(table)
    if told.problems:
        raise StoryError("\n".join(told.problems))
    return story


class _Reading:
    """One pass over one file, collecting problems as it goes."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.problems: list[str] = []

    def story(self, table: Table) -> Story:
        if "api" not in table:
            self._problem((), "api", f'missing: say whose story it is, such as api = "dhl" (of {", ".join(APIS)})')
        story = replace(Story(()), **self._values(table, STORY, ()))
        parcels = [self._parcel(one, where, story.apis) for one, where in self._tables(table, "parcels", ())]
        troubles = [self._trouble(one, where) for one, where in self._tables(table, "trouble", ())]
        self._refuse_twins(parcels)
        return replace(story, parcels=tuple(parcels), troubles=tuple(troubles), access=self._access(table))

    def _access(self, table: Table) -> Access:
        access = table.get("access", {})
        if not isinstance(access, dict):
            self._problem((), "access", "expected a table: write [access]")
            return Access()
        return replace(Access(), **self._values(access, ACCESS, (("access", 0),)))

    def _parcel(self, table: Table, where: Where, apis: tuple[str, ...]) -> StoryParcel:
        told = tuple(self._says(one, inner) for one, inner in self._tables(table, "says", where))
        parcel = StoryParcel("", apis[0] if apis else "", says=told)
        parcel = replace(parcel, **self._values(table, PARCEL, where))
        if not parcel.number:
            self._problem(where, "number", "missing: every parcel has a tracking number")
        if len(apis) > 1 and "api" not in table:
            self._problem(where, "api", f"missing: this story has several couriers, so say which ({', '.join(apis)})")
        if apis and parcel.api not in apis:
            self._problem(where, "api", f"{parcel.api!r} is not among the story's couriers ({', '.join(apis)})")
        self._check_companies(parcel, where)
        return parcel

    def _says(self, table: Table, where: Where) -> Says:
        for key in ("at", "milestone"):
            if key not in table:
                self._problem(where, key, "missing: every line needs a time and a milestone")
        return replace(Says(timedelta(0), Milestone.UNKNOWN), **self._values(table, SAYS, where))

    def _trouble(self, table: Table, where: Where) -> Trouble:
        if "kind" not in table:
            self._problem(where, "kind", f"missing: one of {', '.join(TROUBLES)}")
        return replace(Trouble(""), **self._values(table, TROUBLE, where))

    def _check_companies(self, parcel: StoryParcel, where: Where) -> None:
        if parcel.api == "17track":
            for company in (parcel.company, *(says.company for says in parcel.says)):
                if company and not company.isdigit():
                    self._problem(where, "company", f"{company!r}: 17TRACK's carrier codes are numbers, like 3011")
        if parcel.api == "kuaidi100" and not parcel.company:
            self._problem(where, "company", "missing: kuaidi100 wants the courier's code, such as yuantong")

    def _refuse_twins(self, parcels: list[StoryParcel]) -> None:
        seen: set[tuple[str, str, str]] = set()
        for index, parcel in enumerate(parcels):
            key = (parcel.api, parcel.number, parcel.company)
            if parcel.number and key in seen:
                self._problem((("parcels", index),), "number", f"{parcel.number} stands in the story twice")
            seen.add(key)

    def _tables(self, table: Table, key: str, where: Where) -> list[tuple[Table, Where]]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            header = ".".join([*(name for name, _ in where), key])
            self._problem(where, key, f"expected tables: write [[{header}]] above each one")
            return []
        return [(one, (*where, (key, index))) for index, one in enumerate(found)]

    def _values(self, table: Table, known: Mapping[str, Field], where: Where) -> dict[str, Any]:
        """The values of one table under the names of the dataclass they go into."""
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                self._problem(where, key, f"unknown key{did_you_mean(key, known)}")
                continue
            name, reader = known[key]
            try:
                values |= {name: reader(value)} if name else {}
            except Unusable as error:
                self._problem(where, key, str(error))
        return values

    def _problem(self, where: Where, key: str, text: str) -> None:
        path = ".".join([*(name if name == "access" else f"{name}[{index + 1}]" for name, index in where), key])
        at = tuple(step for name, index in where for step in ((name,) if name == "access" else (name, index)))
        self.problems.append(f"{self.places.name}:{self.places.line((*at, key)) or 1}: {path}: {text}")
