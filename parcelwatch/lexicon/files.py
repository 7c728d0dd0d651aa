"""Reading the languages' files: one `<language>.toml` beside this module each, found by itself.

What belongs here: what stands in such a file, and what is wrong with one, told with the file, the line and the wording.
How wordings are written is the notation's, how texts are read the book's.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import ConfigError
from parcelwatch.lexicon.book import NEVER, NOTHING, PLAIN, Book, Letters, Reading, Row, plain
from parcelwatch.lexicon.notation import NotationError, pattern
from parcelwatch.model import Cause, Milestone

FOLDER: Final = Path(__file__).parent
PARTS: Final = ("small_print", "settled", "returns", "causes", "attempts", "moves", "notices")
_KNOWN: Final = {
    "name",
    "words",
    "letters",
    "script",
    "shared",
    "spaces",
    "alike",
    "lists",
    "announced",
    "suspected",
    "slight",
    "stated",
    "doubted",
    "claims",
    "denial",
    *PARTS,
}
_BLOCK: Final = {"is", "unless", "rows"}
_ROW: Final = {"wording", "example", "counter", "unless"}
_DENIAL: Final = {"delivered", "delivery", "not", "failed", "not_yet", "apart", "examples", "counters"}
DENIAL: Final = "[denial]"
_NOTHING: Final = "nothing"

# How many characters of one clause may stand between a denial and the delivery it denies.
_NEAR: Final = 25
_NEAR_UNSPACED: Final = 6

# A courier's name may be anything, "超区" too; the telephone beside it tells it from a remark.
_PERSONS: Final = (
    r"（[^（）]*?(?:\d{7,}|\d{3,4}-\d{6,}|\*{3})[^（）]*）",
    r"\([^()]*?(?:\d{7,}|\d{3,4}-\d{6,}|\*{3})[^()]*\)",
)


@dataclass(frozen=True, slots=True)
class Denial:
    """What must not be read as delivered, and what must all the same."""

    examples: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Language:
    """One file. `words`, `letters` and `script` tell a text of this language from others.

    `script` are characters of which one is enough; `shared`: other languages have them too. Where words stand without
    spaces, `words` are found anywhere.
    """

    code: str
    name: str
    path: Path
    words: frozenset[str]
    letters: frozenset[str]
    script: str
    shared: bool
    denial: Denial
    table: Mapping[str, Any] = field(repr=False)

    @cached_property
    def book(self) -> Book:
        """Its wordings, ready to read; made when the first text in it is read, for it takes a tenth of a second."""
        return _Loader(self.path, self.table).book()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those of the file, in its order."""
        parts: Sequence[Sequence[Row]] = [getattr(self.book, part) for part in PARTS]
        return tuple(sorted((row for part in parts for row in part if row.number >= 0), key=lambda row: row.number))

    def folded(self, text: str) -> str:
        """`text` as the wordings are: in lower case, its spaces, apostrophes and letters written in one way."""
        return self.book.folded(plain(text))

    def line(self, row: Row) -> int:
        """The line of the file `row` stands on."""
        lines = self.path.read_text("utf-8").splitlines()
        if row.number < 0 and row.part != DENIAL:
            return _after(lines, row.part, row.wording)
        starts = "{" if row.number >= 0 else DENIAL
        return [at for at, line in enumerate(lines, 1) if line.lstrip().startswith(starts)][max(row.number, 0)]


def _after(lines: Sequence[str], key: str, wording: str) -> int:
    """The line `wording` stands on, below the one that begins with `key`; of that one where it is written otherwise."""
    first = next((at for at, line in enumerate(lines) if re.match(rf"{key}\s*=", line)), 0)
    return next((at for at in range(first, len(lines)) if _stands(wording, lines[at])), first) + 1


def _stands(text: str, line: str) -> bool:
    """Whether a line holds `text`, as TOML writes it."""
    return json.dumps(text, ensure_ascii=False) in line or f"'{text}'" in line


def _names(key: str, line: str) -> bool:
    """Whether a line sets `key`, or begins a table of that name."""
    return re.search(rf"(?<![\w#]){re.escape(key)}\s*=|^\s*\[+{re.escape(key)}\]", line) is not None


@cache
def languages() -> Mapping[str, Language]:
    """All there are, by their code ("zh"). ConfigError when one of them cannot be used."""
    return {path.stem: load(path) for path in sorted(FOLDER.glob("*.toml"))}


def load(path: Path) -> Language:
    """The language of one file; its wordings are looked at when they are first used.

    ConfigError names the file, the line, the wording and what is wrong with it.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:  # a number may have more digits than Python reads
        raise ConfigError([f"{path}: {error}"]) from error
    denial = table.get("denial", {})
    return Language(
        path.stem,
        table.get("name", path.stem),
        path,
        frozenset(table.get("words", "").translate(PLAIN).split()),
        frozenset(table.get("letters", "")),
        table.get("script", ""),
        bool(table.get("shared", False)),
        Denial(tuple(denial.get("examples", ())), tuple(denial.get("counters", ()))),
        table,
    )


def _alike(table: Mapping[str, str]) -> Letters:
    """`{ä = "ae"}`, or `from` and `to`, letter by letter."""
    if set(table) == {"from", "to"}:
        return str.maketrans(table["from"], table["to"])
    return {ord(one): other for one, other in table.items()}


def _each(value: str | Sequence[str]) -> Sequence[str]:
    """A single wording may stand without brackets."""
    return [value] if isinstance(value, str) else value


class _Loader:
    """From a file's table to its book."""

    def __init__(self, path: Path, table: Mapping[str, Any]) -> None:
        self.path, self.table = path, table
        self.spaces = bool(table.get("spaces", True))
        self.letters: Letters = {**(PLAIN if self.spaces else {}), **_alike(table.get("alike", {}))}
        self.lists = {name: self._fold(words) for name, words in table.get("lists", {}).items()}

    def book(self) -> Book:
        self._only(self.table, _KNOWN, "")
        self._sound("[lists]", self.table.get("lists", {}), self.lists)
        parts = self._parts()
        return Book(
            small_print=parts["small_print"],
            settled=parts["settled"],
            returns=parts["returns"],
            causes=parts["causes"],
            attempts=parts["attempts"],
            moves=parts["moves"],
            notices=parts["notices"],
            denied=self._denials(),
            letters=self.letters,
            announced=self._heard("announced"),
            suspected=self._weights("suspected"),
            slight=self._weights("slight"),
            stated=self._heard("stated"),
            doubted=self._heard("doubted"),
            claims=self._heard("claims"),
        )

    def _heard(self, name: str) -> str:
        return self._any(_each(self.table.get(name, []))) or NEVER

    def _weights(self, name: str) -> list[Row]:
        return [Row(one, self._pattern(one), NOTHING, part=name) for one in _each(self.table.get(name, []))]

    def _parts(self) -> dict[str, list[Row]]:
        """The rows of each part, numbered in the order of the file."""
        parts: dict[str, list[Row]] = {part: [] for part in PARTS}
        if not self.spaces:
            parts["small_print"] += [Row("(a person)", one, NOTHING) for one in _PERSONS]
        number = 0
        for part, blocks in self.table.items():
            if part in PARTS:
                for block in blocks:
                    rows = list(self._rows(block, part, number))
                    parts[part] += rows
                    number += len(rows)
        return parts

    def _rows(self, block: Mapping[str, Any], part: str, number: int) -> Iterator[Row]:
        self._only(block, _BLOCK, f"[[{part}]]")
        reading = self._reading(block, part)
        shared = _each(block.get("unless", []))
        everywhere = self._any(shared)
        for at, row in enumerate(block.get("rows", ()), number):
            wording = row.get("wording", "")
            self._only(row, _ROW, repr(wording) if wording else f"[[{part}]]")
            if not (wording and row.get("example")):
                said = (str(one) for one in row.values())
                raise self._wrong(f"[[{part}]] {wording!r}", "a row has a wording and an example", *said)
            unless = self._any([*shared, *_each(row["unless"])]) if row.get("unless") else everywhere
            counter = row.get("counter", "")
            yield Row(wording, self._pattern(wording), reading, unless, at, part, row["example"], counter)

    def _reading(self, block: Mapping[str, Any], part: str) -> Reading:
        said = block.get("is", _NOTHING)
        if said == _NOTHING:
            return NOTHING
        milestone, _, cause = said.partition("/")
        try:
            return Reading(Milestone(milestone), Cause(cause) if cause else None)
        except ValueError as error:
            near = did_you_mean(cause or milestone, [*Milestone, *Cause])
            raise self._wrong(f"[[{part}]] is = {said!r}", f"{error}{near}", said) from error

    def _denials(self) -> list[Row]:
        """Deliveries that have not taken place yet, which is no news, and those that did not."""
        denial = self.table.get("denial", {})
        self._only(denial, _DENIAL, DENIAL)
        if not denial:
            return []
        lists = {**self.lists, **{name: self._fold(words) for name, words in denial.items() if isinstance(words, str)}}
        self._sound(DENIAL, denial, lists)
        near = f"...{_NEAR if self.spaces else _NEAR_UNSPACED}(without: {{apart}})"
        not_yet, *failed = (
            self._pattern(wording.replace("~", near), lists)
            for wording in (
                "{not_yet}~({delivered}|{delivery})",
                "{not}~{delivered}",
                "{failed}~{delivery}",
                "{delivery}~{failed}",
            )
        )
        failure = Reading(Milestone.ATTEMPT_FAILED)
        return [Row(DENIAL, not_yet, NOTHING, part=DENIAL), *(Row(DENIAL, one, failure, part=DENIAL) for one in failed)]

    def _sound(self, where: str, named: Mapping[str, Any], lists: Mapping[str, str]) -> None:
        """Each list by itself, so that what is wrong with one is told of it and not of a wording that names it."""
        for name, words in named.items():
            if isinstance(words, str):
                try:
                    pattern(f"{{{name}}}", lists, spaces=self.spaces)
                except NotationError as error:
                    raise self._wrong(f"{where} {name}", str(error), words, key=name) from error

    def _pattern(self, wording: str, lists: Mapping[str, str] | None = None) -> str:
        try:
            return pattern(self._fold(wording), lists or self.lists, spaces=self.spaces)
        except NotationError as error:
            raise self._wrong(repr(wording), str(error), wording) from error

    def _any(self, wordings: Sequence[str]) -> str:
        """One pattern for any of these; empty for none."""
        return "|".join(self._pattern(wording) for wording in wordings)

    def _fold(self, words: str) -> str:
        """`words` written as the texts are when they are read."""
        return words.lower().translate(self.letters)

    def _only(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            near, there = did_you_mean(unknown[0], known), ", ".join(sorted(known))
            what = f"{', '.join(unknown)}: not known here{near}; known are {there}"
            raise self._wrong(where, what, key=unknown[0])

    def _wrong(self, where: str, what: str, *texts: str, key: str = "") -> ConfigError:
        """A fault on the first line that holds one of `texts`, else on the first that names `key`."""
        lines = self.path.read_text("utf-8").splitlines()
        holding = [at for at, line in enumerate(lines, 1) if any(text and _stands(text, line) for text in texts)]
        naming = [at for at, line in enumerate(lines, 1) if key and _names(key, line)]
        spot = "".join(f":{line}" for line in [*holding, *naming][:1])
        return ConfigError([": ".join(filter(None, (f"{self.path}{spot}", where, what)))])
