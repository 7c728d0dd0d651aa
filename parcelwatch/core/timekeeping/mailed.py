"""A time as mail and HTTP write it: Tue, 24 Nov 2026 08:00:00 +0100.

What belongs here: reading it, whatever a stranger wrote in its place.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_YEARS: Final = range(2000, 2100)


def mailed(text: str) -> datetime | None:
    """The time in UTC, which is also taken where no zone is given; None for what is no time of this century."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    if moment.year not in _YEARS:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
