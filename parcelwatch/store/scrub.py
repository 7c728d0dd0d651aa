"""What a database file holds beside its rows: pieces of what was deleted, overwritten where they lie.

What belongs here: the file format, as far as it says which bytes of a page mean nothing. SQLite overwrites a row that
it deletes (secure_delete), but not where that row lay before its page was split. Nothing of what means anything is
touched, so that whatever ends it half-way does no harm. https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from struct import unpack_from
from typing import Final

BATCH: Final = 1_000
"""Pages of one step: others wait for some hundredths of a second."""

PAUSE: Final = 0.01
"""Seconds between two steps, for whoever waits to write."""

HEAD: Final = 100
"""Bytes of the file's own head."""

_HEADERS: Final = {2: 12, 5: 12, 10: 8, 13: 8}  # bytes before the cells' addresses, by the kind of page
# The first byte of a page that goes on with a row is zero in a smaller file, and no kind of page.
_MOST_PAGES: Final = 1 << 24
_FREE: Final = 4  # bytes of a free block that lead to the next one


def fit(head: bytes) -> bool:
    """Whether the pages of a file that begins so can be told apart."""
    plain: bool = unpack_from(">I", head, 52)[0] == 0
    return plain and pages(head) < _MOST_PAGES


def pages(head: bytes) -> int:
    """How many there are."""
    count: int = unpack_from(">I", head, 28)[0]
    return count


def page_size(head: bytes) -> int:
    """Bytes of a page."""
    size: int = unpack_from(">H", head, 16)[0]
    return 65536 if size == 1 else size


def step(file: int, first: int, count: int = BATCH) -> int:
    """Overwrite what means nothing in these pages, the first page of the file aside; how many held something.

    The log must be empty, and nobody may write meanwhile.
    """
    head = os.pread(file, HEAD, 0)
    size, kept = page_size(head), head[20]
    free = set(_free_pages(file, size, head))
    scrubbed = 0
    block = os.pread(file, count * size, (first - 1) * size)
    for at in range(0, len(block) - size + 1, size):
        number = first + at // size
        page = block[at : at + size]
        spans = [(0, size)] if number in free else list(_unused(page, size - kept)) if number > 1 else []
        if any(page[begin:end].strip(b"\0") for begin, end in spans):
            for begin, end in spans:
                os.pwrite(file, bytes(end - begin), (number - 1) * size + begin)
            scrubbed += 1
    return scrubbed


def _free_pages(file: int, size: int, head: bytes) -> Iterator[int]:
    """Pages that hold nothing; those that list them are left out."""
    trunk, left = unpack_from(">II", head, 32)
    while trunk and left > 0:
        page = os.pread(file, size, (trunk - 1) * size)
        trunk, count = unpack_from(">II", page)
        yield from unpack_from(f">{min(count, size // 4 - 2)}I", page, 8)
        left -= count + 1


def _unused(page: bytes, usable: int) -> Iterator[tuple[int, int]]:
    """Where a page of a table or an index holds nothing; nowhere in any other page, or one that contradicts itself."""
    header = _HEADERS.get(page[0])
    if header is None:
        return
    block, cells, content = unpack_from(">HHH", page, 1)
    begin, end = header + 2 * cells, content or 65536
    addresses = unpack_from(f">{cells}H", page, header) if begin <= usable else ()
    if not begin <= end <= usable or len(addresses) < cells or min(addresses, default=usable) < end:
        return
    yield begin, end
    while block:
        if not end <= block <= usable - _FREE:
            return
        following, size = unpack_from(">HH", page, block)
        if size < _FREE or block + size > usable or 0 < following < block + size:
            return
        yield block + _FREE, block + size
        block = following
