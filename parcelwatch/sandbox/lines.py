"""Where in a TOML text a key stands. tomllib does not tell, and a fault without its line is half a help."""

from __future__ import annotations

import re

Where = tuple[tuple[str, int], ...]
"""The way to a table: (name, position) at each level; a single table has position 0."""

HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.\- ]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=(\s*\[\s*(?:#.*)?$)?")


class Lines:
    """The line of each key and of each table: under a header, or in braces on a line of its own."""

    def __init__(self, text: str) -> None:
        self._at: dict[tuple[Where, str], int] = {}
        self._counts: dict[tuple[Where, str], int] = {}
        where: Where = ()
        inline = ""
        for number, line in enumerate(text.splitlines(), 1):
            if inline and line.lstrip().startswith("{"):
                self._at[self._enter([*(name for name, _ in where), inline], array=True), ""] = number
            elif header := HEADER.match(line):
                where = self._enter(header[1].split("."), array=line.lstrip().startswith("[["))
                self._at[where, ""] = number
            elif key := KEY.match(line):
                self._at.setdefault((where, key[1]), number)
                inline = key[1] if key[2] else ""

    def of(self, where: Where, key: str) -> int:
        """The line of `key` in the table at `where`; else the line of the table, or of what holds it."""
        while (where, key) not in self._at and where:
            if (where, "") in self._at:
                return self._at[where, ""]
            where, key = where[:-1], where[-1][0]
        return self._at.get((where, key), 1)

    def _enter(self, names: list[str], *, array: bool) -> Where:
        where: Where = ()
        for name in names[:-1]:
            where = (*where, (name, max(self._counts.get((where, name), 1) - 1, 0)))
        count = self._counts.get((where, names[-1]), 0)
        self._counts[where, names[-1]] = count + 1
        return (*where, (names[-1], count if array else 0))
