"""From a path to a TOML document, and what is said of a file that is none.

What belongs here: what config.toml and the files it names have in common.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from parcelwatch.config.lines import repeated
from parcelwatch.config.problems import dotted
from parcelwatch.core.rows import looks
from parcelwatch.errors import ConfigError

_START = 4096
_AT = re.compile(r"\s*\(at line ([0-9]+), column ([0-9]+)\)")
# How the reader says that something stands there already; it does not say what, or where.
_TWICE = re.compile(r"overwrite|twice|Duplicate|redefine|immutable")
_ENDLESS = re.compile(r"[0-9][0-9_]{4299,}")
_DURATION = re.compile(r"[0-9]+(?:s|m|h|d|bd)")
_BARE = re.compile(r"[^\s\"'#,=\[\]{}]+")
_QUOTES = "“”„«»‘’`"
_KEY = re.compile(r"([A-Za-z0-9_-]+)\s*=\s*[^=]*$")
_TRUTHS = {"true", "false", "yes", "no", "on", "off"}
# What stands behind these may be a secret, and is not shown.
_HIDDEN = frozenset({"key", "secret", "customer", "token", "url"})


def there(path: Path) -> bool | None:
    """Whether there is anything at the path; None where this user may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return None
    return True


def read(path: Path) -> str:
    """The text of a file. Raises ConfigError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        hint = "; beside the service, run this with sudo" if isinstance(error, PermissionError) else ""
        raise ConfigError([f"{path}: cannot be read: {error.strerror}{hint}"]) from None
    if b"\0" in raw:
        raise ConfigError([f"{path}: is {looks.what(raw[:_START]) or looks.NO_TEXT}; TOML is wanted, a text in UTF-8"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8; save the file in that encoding"]) from None


class Texts:
    """Files as they are read, by their absolute paths. `kept`: what some of them said once, which goes for them."""

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        self._kept = kept or {}
        self.said: dict[str, str] = {}

    def read(self, path: Path) -> str:
        """The text of one. Raises ConfigError."""
        name = str(path.absolute())
        text = self.said[name] = self._kept[name] if name in self._kept else read(path)
        return text


def parsed(text: str, path: Path) -> dict[str, Any]:
    """The document a text is. Raises ConfigError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
    except RecursionError:
        what = "it is nested too deeply"
    except ValueError:
        # Python reads no number of more digits than these, and names no line.
        before = text[: found.start()] if (found := _ENDLESS.search(text)) else text
        what = f"a number has too many digits (at line {before.count(chr(10)) + 1}, column 1)"
    sort = looks.what(text[:_START].encode())
    if sort not in ("", looks.TOML):
        raise ConfigError([f'{path}: is {sort}; TOML is wanted, such as key = "value" below [table]'])
    found, lines = _AT.search(what), text.splitlines()
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    column = int(found[2]) - 1 if found else len(line)
    twice = _twice("\n".join([*text.split("\n")[: number - 1], line[:column]])) if _TWICE.search(what) else ""
    why = twice or _unquoted(line, column if found else 0) or _AT.sub("", what)
    raise ConfigError([f"{path}:{number}: not valid TOML: {why}"])


def expect(written: Collection[str], path: Path, sort: str, shape: str) -> None:
    """Raise ConfigError for a document whose keys are those of another sort; `shape`: what one of this sort has."""
    if (found := looks.document(written)) not in ("", sort):
        raise ConfigError([f"{path}: is {found}, not {sort}, which has {shape}"])


def _twice(text: str) -> str:
    """What is written again at the end of a text, where it was before, and what to do; "" where nothing is."""
    found = repeated(text)
    if found is None:
        return ""
    first, again = found
    name, where = dotted(again.path), f"line {first.line} and line {again.line}"
    if first.line == again.line:
        where = f"line {first.line}"
    if len(first.path) < len(again.path):
        return f"{name} and {dotted(first.path)} cannot both be written, in {where}: keep one of them"
    if again.header or first.header:
        several = f"; where there may be several of it, each is headed [[{name}]]" if again.header else ""
        return f"{name} is written twice, in {where}: join the two{several}"
    return f"{name} is written twice, in {where}: keep one of them"


def _unquoted(line: str, column: int) -> str:
    """What to write where quotes are missing, "" where that is not the fault. The reader may stop within a word."""
    keys = _KEY.search(line[:column])
    if not keys:
        return ""
    begin = next((word.start() for word in _BARE.finditer(line) if word.start() <= column <= word.end()), column)
    word = _BARE.match(line, begin)
    if line[begin : begin + 1] in _QUOTES and line[begin : begin + 1]:
        return 'a text is written in straight quotes, "…"'
    if not word or begin < keys.end(1):
        return ""
    if word[0].lower() in _TRUTHS:
        return f'yes and no are written "true" and "false", without quotes, got {word[0]}'
    what = "a duration" if _DURATION.fullmatch(word[0]) else "a text"
    return f"{what} is written in quotes" + ("" if keys[1] in _HIDDEN else f', "{word[0][:60]}"')
