"""From a path to a TOML document, and what is said of a file that is none.

What belongs here: what config.toml and the files it names have in common.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from parcelwatch.errors import ConfigError

_AT = re.compile(r"\s*\(at line ([0-9]+), column ([0-9]+)\)")
_DURATION = re.compile(r"[0-9]+(?:s|m|h|d|bd)")
_BARE = re.compile(r"[^\s\"'#,=\[\]{}]+")
_QUOTES = "“”„«»‘’`"
_KEY = re.compile(r"([A-Za-z0-9_-]+)\s*=\s*[^=]*$")
_TRUTHS = {"true", "false", "yes", "no", "on", "off"}
# What stands behind these may be a secret, and is not shown.
_HIDDEN = frozenset({"key", "secret", "customer", "token", "url"})


def read(path: Path) -> str:
    """The text of a file. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8; save the file in that encoding"]) from None
    except OSError as error:
        hint = "; beside the service, run this with sudo" if isinstance(error, PermissionError) else ""
        raise ConfigError([f"{path}: cannot be read: {error.strerror}{hint}"]) from None


def parsed(text: str, path: Path) -> dict[str, Any]:
    """The document a text is. Raises ConfigError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
    found, lines = _AT.search(what), text.splitlines()
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    why = _unquoted(line, int(found[2]) - 1 if found else 0) or _AT.sub("", what)
    raise ConfigError([f"{path}:{number}: not valid TOML: {why}"])


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
