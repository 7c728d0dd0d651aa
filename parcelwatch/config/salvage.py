"""What can be made out of a file that has a fault.

What belongs here: finding one key though the standard reader refuses the text. What is found is a guess, good for
looking where it says and no further.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from parcelwatch.config.models import Service
from parcelwatch.config.reading import read
from parcelwatch.errors import ConfigError

_HEADER: Final = re.compile(r"\s*\[+\s*([\w-]*)")
_DATABASE: Final = re.compile(r"""\s*(service\s*\.)?\s*database\s*=\s*["']?([^"'#]+)""")


def database(path: Path) -> Path:
    """Where the database is by a file whose other lines may be wrong; where it is by default if nothing says so."""
    try:
        written = _written(read(path))
    except ConfigError:  # it may be away while it is being replaced
        written = ""
    return path.absolute().parent / _at_home(Path(written or Service.model_fields["database"].default))


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name has a home here
        return path


def _written(text: str) -> str:
    try:
        service = tomllib.loads(text).get("service")
    except (tomllib.TOMLDecodeError, RecursionError):
        return _seen(text)
    found = service.get("database") if isinstance(service, dict) else None
    return found if isinstance(found, str) else ""


def _seen(text: str) -> str:
    """The same of a text that is no TOML, line by line."""
    table = ""
    for line in text.splitlines():
        if header := _HEADER.match(line):
            table = header[1]
        elif (found := _DATABASE.match(line)) and ("service" if found[1] else table) == "service":
            return found[2].strip()
    return ""
