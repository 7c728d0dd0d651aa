"""Moments inside our own sentences, put into the clock of whoever reads them.

What belongs here: the one way a sentence of the core writes a moment, and its translation. Sentences are stored in
UTC; a shop's agents read them in the shop's time, like every other time beside them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")


def write(at: datetime) -> str:
    """A moment as sentences hold it: "2026-11-19 08:12 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def local(sentence: str, zone: tzinfo) -> str:
    """`sentence` with its moments in `zone`, named by its offset: "2026-11-19 16:12 GMT+08:00"."""
    return _WRITTEN.sub(lambda found: _local(found[1], zone), sentence)


def _local(written: str, zone: tzinfo) -> str:
    try:
        at = datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        # A courier's own words may look like a moment and be none.
        return f"{written} UTC"
    offset = f"{at:%z}"
    return f"{at:%Y-%m-%d %H:%M} " + ("UTC" if offset == "+0000" else f"GMT{offset[:3]}:{offset[3:5]}")
