"""Where the headings of a file stand, what separates them, and whether they are those of a known export.

What belongs here: looking at the first lines of a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from parcelwatch.core.rows.exports.formats import Export, recognised
from parcelwatch.verbs.records import DELIMITERS, Source, headings, parsed

_LINES: Final = 20


def recognise(source: Source, wanted: Export | None = None) -> None:
    """Write into the source what its headings are, where they are an export's; `wanted`: it is to be read as that."""
    for number, text in _first(source):
        for delimiter in sorted(DELIMITERS, key=text.count, reverse=True):
            if delimiter not in text:
                continue
            for quoted in (True, False) if delimiter == "\t" else (True,):
                cells = parsed([text], delimiter, strict=False, quoted=quoted) or []
                export = wanted if wanted and wanted.columns(cells) else recognised(cells) if not wanted else None
                if export:
                    source.skip, source.delimiter, source.export = number - 1, delimiter, export
                    source.quoted = export.quoted or delimiter != "\t"
                    source.header = headings(cells)
                    return


def _first(source: Source) -> Iterator[tuple[int, str]]:
    lines = list(islice(source.lines(), _LINES)) if source.format == "csv" else []
    source.done = 0
    return ((number, text) for number, text, fault in lines if not fault and text.strip())
