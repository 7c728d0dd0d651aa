"""Where declarations of couriers and shops are: in config.toml itself, in a file beside it, or among the shipped.

What belongs here: fetching them before the whole is judged, so that faults are told with the lines of their own file.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from parcelwatch.config.lines import key_lines
from parcelwatch.config.problems import Places, Problem, listed
from parcelwatch.config.reading import Texts, parsed
from parcelwatch.config.values import local_path
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import ConfigError

API: Final = "declared"
KEY: Final = "declared"
_FILE: Final = "file:"
_NEAR: Final = 0.8  # the names of couriers are short and alike
_FOLDERS: Final = {"couriers": "declarations", "shops": "declarations/shops", "helpdesks": "declarations/helpdesks"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A configuration with its declarations in it. What could not be fetched stays a name; `problems` says why.

    `sources`: (table, account) → where its declaration is, as it was written; `places`: the lines of that file.
    """

    written: dict[str, Any]
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    places: Mapping[tuple[str, str], Places] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def of(self, table: str) -> dict[str, str]:
        """Account → where its declaration is, of one table."""
        return {name: source for (its, name), source in self.sources.items() if its == table}

    def sentences(self, problems: Iterable[Problem], places: Places) -> list[str]:
        """Each problem with its place: config.toml's own first, then file by file."""
        mine: list[Problem] = []
        theirs: dict[tuple[str, str], list[Problem]] = {}
        for each in (*self.problems, *problems):
            account = (str(each.at[0]), str(each.at[1])) if len(each.at) > 3 and each.at[2] == KEY else ("", "")
            if account in self.places:
                theirs.setdefault(account, []).append(Problem(each.at[3:], each.text))
            else:
                mine.append(each)
        found = places.sentences(mine)
        for account, those in theirs.items():
            found += self.places[account].sentences(those)
        return list(dict.fromkeys(found))


@cache
def shipped(table: str = "couriers") -> Mapping[str, str]:
    """The declarations that come with the program: name → text. `table`: couriers or shops."""
    folder = importlib.resources.files("parcelwatch").joinpath(_FOLDERS[table])
    there = folder.iterdir() if folder.is_dir() else iter(())
    files = sorted((each for each in there if each.name.endswith(".toml")), key=lambda each: each.name)
    return {each.name.removesuffix(".toml"): each.read_text(encoding="utf-8") for each in files}


def resolve(written: dict[str, Any], folder: Path, texts: Texts) -> Resolved:
    """Fetch what accounts name instead of writing it down. `folder`: where relative paths begin."""
    sources: dict[tuple[str, str], str] = {}
    places: dict[tuple[str, str], Places] = {}
    problems: list[Problem] = []
    for table, name, source in _named(written):
        sources[table, name] = source
        try:
            found, places[table, name] = _fetch(table, source, folder, texts)
        except ConfigError as error:
            problems += [Problem((table, name, KEY), why) for why in error.problems]
            continue
        written = {**written, table: {**written[table], name: {**written[table][name], KEY: found}}}
    return Resolved(written, sources, places, tuple(problems))


def _named(written: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Every table and account that names its declaration, and the name."""
    tables = ((table, written[table]) for table in _FOLDERS if isinstance(written.get(table), dict))
    accounts = ((table, name, each) for table, accounts in tables for name, each in accounts.items())
    found = ((table, name, each.get(KEY)) for table, name, each in accounts if isinstance(each, dict))
    return [(table, name, source) for table, name, source in found if isinstance(source, str)]


def _fetch(table: str, source: str, folder: Path, texts: Texts) -> tuple[dict[str, Any], Places]:
    if source.startswith(_FILE):
        try:
            path = folder / Path(local_path(source.removeprefix(_FILE))).expanduser()
        except ValueError as error:
            raise ConfigError([str(error)]) from None
        text = texts.read(path)
    else:
        known = shipped(table)
        if source not in known:
            meant = did_you_mean(source, known, _NEAR)
            own = source[:60].removesuffix(".toml")
            there = f"there are {listed(known)}"
            raise ConfigError(
                [f'no shipped declaration "{source[:60]}"{meant}; {there}; one of your own is "{_FILE}{own}.toml"']
            )
        path, text = Path(f"{source}.toml"), known[source]
    return parsed(text, path), Places(str(path), key_lines(text))
