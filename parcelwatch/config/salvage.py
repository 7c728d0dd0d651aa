"""What can be made out of a file that has a fault.

What belongs here: finding one key though the standard reader refuses the text. What is found is a guess, good for
looking where it says and no further.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from parcelwatch.config.models import Service

_HEADER: Final = re.compile(r"\s*\[+\s*([\w-]*)")
# What editors save in. The last takes any bytes, and what is looked for is seldom more than ASCII.
_ENCODINGS: Final = (
    *("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"),
    *("gb18030", "big5", "cp932", "latin-1"),
)
_DATABASE: Final = re.compile(r"""\s*(service\s*\.)?\s*database\s*=\s*["']?([^"'#]+)""")


def database(path: Path) -> Path:
    """Where the database is by a file whose other lines may be wrong; where it is by default if nothing says so.

    In whichever encoding it was saved.
    """
    try:
        raw = path.read_bytes()
    except OSError:  # it may be away while it is being replaced
        raw = b""
    written = next(filter(None, map(_written, _texts(raw))), "")
    return path.absolute().parent / _at_home(Path(written or Service.model_fields["database"].default))


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name has a home here
        return path


def _texts(raw: bytes) -> Iterator[str]:
    """What it may say, by the encoding it was saved in."""
    for encoding in _ENCODINGS:
        with suppress(UnicodeDecodeError):
            yield raw.decode(encoding)


def _written(text: str) -> str:
    try:
        service = tomllib.loads(text).get("service")
    except (ValueError, RecursionError):
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
