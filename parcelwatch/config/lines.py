"""Where each key of a TOML file stands, which the standard reader does not tell.

What belongs here: a scan of text the standard reader has already accepted, or did up to some place, so it need not
judge, only find.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]

_TOKENS = re.compile(
    r'''(?P<string>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<space>[ \t\r]+)|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,.\#\"']+)",
    re.DOTALL,
)
_UNSEEN = {"comment", "space"}


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


_END = _Token("end", "", 0)


class Written(NamedTuple):
    """A key and its value, or the header of a table, where it is written. `many`: the header is one of a list's."""

    path: Path
    line: int
    header: bool = False
    many: bool = False


def key_lines(text: str) -> Mapping[Path, int]:
    """The line of every key and table, counted from 1, by its path; a list's items are numbered from 0."""
    return _Scan(text).run()


def repeated(text: str) -> tuple[Written, Written] | None:
    """What was written first and what repeats it last, of a text whose end the reader refused; None if nothing does."""
    scan = _Scan(text)
    scan.run()
    *before, last = scan.written or [Written((), 0)]
    same = [one for one in before if one.path == last.path]
    around = [one for one in before if not one.header and last.path[: len(one.path)] == one.path]
    within = [one for one in before if one.path[: len(last.path)] == last.path]
    first = next(iter((*same, *reversed(around), *within)), None)
    return (first, last) if first and last.path else None


class _Scan:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._now = next(self._tokens, _END)
        self._lines: dict[Path, int] = {}
        self._lengths: dict[Path, int] = {}
        self.written: list[Written] = []

    def run(self) -> Mapping[Path, int]:
        table: Path = ()
        while self._now.kind != "end":
            if self._now.kind == "newline":
                self._next()
            elif self._now.text == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _next(self) -> _Token:
        token, self._now = self._now, next(self._tokens, _END)
        return token

    def _header(self) -> Path:
        line = self._next().line
        many = self._now.text == "["
        if many:
            self._next()
        path = self._inside(self._keys("]"), line)
        self.written.append(Written(path, line, header=True, many=many))
        while self._now.text == "]":
            self._next()
        if many:
            self._lengths[path] = self._lengths.get(path, 0) + 1
            path = (*path, self._lengths[path] - 1)
        self._lines[path] = line
        return path

    def _inside(self, keys: list[str], line: int) -> Path:
        """The path of a header: each list of tables on the way means its newest table."""
        path: Path = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            self._lines.setdefault(path, line)
            if position < len(keys) - 1 and path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path

    def _keys(self, until: str) -> list[str]:
        keys: list[str] = []
        while self._now.text != until and self._now.kind != "end":
            token = self._next()
            if token.text != ".":
                keys.append(_unquoted(token))
        return keys

    def _pair(self, table: Path) -> None:
        line = self._now.line
        path = table
        for key in self._keys("="):
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._next()
        self.written.append(Written(path, line))
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._now.text == "{":
            self._items("}", lambda _: self._pair(path))
        elif self._now.text == "[":
            self._items("]", lambda position: self._item((*path, position)))
        else:
            while self._now.kind in ("string", "bare") or self._now.text == ".":
                self._next()

    def _item(self, path: Path) -> None:
        self._lines[path] = self._now.line
        self._value(path)

    def _items(self, closing: str, read: Callable[[int], None]) -> None:
        self._next()
        position = 0
        while self._now.text != closing and self._now.kind != "end":
            if self._now.kind == "newline" or self._now.text == ",":
                self._next()
            else:
                read(position)
                position += 1
        self._next()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKENS.finditer(text):
        kind = match.lastgroup or ""
        if kind not in _UNSEEN:
            yield _Token(kind, match[0], line)
        line += match[0].count("\n")


def _unquoted(token: _Token) -> str:
    if token.kind != "string":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])
