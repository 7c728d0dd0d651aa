"""From a path to a TOML document, and what is said of a file that is none.

What belongs here: what config.toml and the files it names have in common.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from parcelwatch.errors import ConfigError

_UNQUOTED = re.compile(r"=\s*\{?[^\"'#]*?\b([0-9]+(?:s|m|h|d|bd))\b")
_AT_LINE = re.compile(r"\s*\(at line ([0-9]+), column [0-9]+\)")


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
    found, lines = _AT_LINE.search(what), text.splitlines()
    number = int(found[1]) if found else len(lines)
    unquoted = _UNQUOTED.search(lines[number - 1]) if 0 < number <= len(lines) else None
    why = f'a duration is written in quotes, "{unquoted[1]}"' if unquoted else _AT_LINE.sub("", what)
    raise ConfigError([f"{path}:{number}: not valid TOML: {why}"])
