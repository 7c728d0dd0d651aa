"""One JSON list as JSON lines: what scripts write where a file of rows is asked for.

What belongs here: cutting a list into its items as they are written, each kept on the line it begins on.
"""

from __future__ import annotations

import codecs
import json
import re
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from parcelwatch.errors import BadInput

LONGEST: Final = 1 << 20
"""Characters that one item may have."""

_CHUNK: Final = 1 << 20
_BETWEEN: Final = re.compile(r"[\s,]*")


def unlisted(file: BinaryIO, encoding: str, path: str) -> BinaryIO:
    """The list's items, one a line, in UTF-8. Raises BadInput for what is no list, with the line."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    at = 1
    for line, item in _items(_Text(file, encoding), path):
        # Blank lines are passed over, so an item stands where it stood.
        spool.write(b"\n" * (line - at) + item.replace("\r", " ").replace("\n", " ").encode() + b"\n")
        at = max(line, at) + 1
    spool.seek(0)
    return spool


class _Text:
    """What was read of a file and not yet taken, with the line it begins on."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        file.seek(0)
        self.rest, self.place, self.line = "", 0, 1
        self._file, self._decoder = file, codecs.getincrementaldecoder(encoding)("replace")

    def more(self) -> bool:
        """Read on; False at the end."""
        raw = self._file.read(_CHUNK)
        self.rest = self.rest[self.place :] + self._decoder.decode(raw, final=not raw)
        self.place = 0
        return bool(raw)

    def take(self, end: int) -> str:
        taken = self.rest[self.place : end]
        self.line += taken.count("\n")
        self.place = end
        return taken

    def blank(self, signs: re.Pattern[str] = _BETWEEN) -> str:
        """Pass over what lies between items; the sign that comes then, "" at the end."""
        while True:
            found = signs.match(self.rest, self.place)
            self.take(found.end() if found else self.place)
            if self.place < len(self.rest) or not self.more():
                return self.rest[self.place : self.place + 1]


def _items(text: _Text, path: str) -> Iterator[tuple[int, str]]:
    """Each item as written, and its line."""
    text.blank(re.compile(r"[\s\ufeff]*"))
    text.take(text.place + 1)
    decoder = json.JSONDecoder()
    while (sign := text.blank()) != "]":
        line, end = text.line, 0
        while sign and not end:
            try:
                end = decoder.raw_decode(text.rest, text.place)[1]
            except (ValueError, RecursionError):
                sign = "" if len(text.rest) - text.place > LONGEST or not text.more() else sign
        if not end:
            raise BadInput(f"{path} is a JSON list that cannot be read from line {line} on")
        yield line, text.take(end)
