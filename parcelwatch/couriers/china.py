"""What China's couriers share: Beijing's clock, lists in either order, and the same scan told twice.

What belongs here: their times as intervals in UTC, and the way from their events to checkpoints, whatever the fields
are called. Codes and answers are each courier's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from parcelwatch.core.lexicon import Reading, read
from parcelwatch.couriers.fields import text
from parcelwatch.couriers.meanings import Meaning, follow
from parcelwatch.couriers.times import YEARS, Span, filled, parse
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Checkpoint

# Hardly any of them documents a content type, so a JSON body under a text type will do.
KINDS = ("json", "text/plain", "text/html")

_OFFSET = timedelta(hours=8)
_DAY = len("2026-01-31")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DIGITS = len("4102444800000")  # the year 2100
_PHONE = re.compile(r"[\d-]{5,}")


# --- times ---------------------------------------------------------------------------------------


@lru_cache(maxsize=16384)  # every answer repeats the times of the last one
def beijing(stamp: str) -> Span:
    """A Beijing wall clock ("2026-03-05 14:02:11") as the instant it is; a bare day is all of it.

    A stamp with an offset of its own keeps it. CourierUnreadable when it is no time.
    """
    moment = parse(stamp)
    at = (moment.replace(tzinfo=UTC) - _OFFSET) if moment.tzinfo is None else moment.astimezone(UTC)
    return at, at + timedelta(days=1, seconds=-1) if len(stamp) <= _DAY else at


def epoch_ms(value: object, where: str) -> Span | None:
    """Milliseconds since 1970, as a number or as text; None for nothing and for 0, which is how they say "never"."""
    digits = text(value, where)
    if digits in ("", "0"):
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _EPOCH_DIGITS):
        raise CourierUnreadable(f"{where} is no time in milliseconds: {digits[:40]!r}")
    at = _EPOCH + timedelta(milliseconds=int(digits))
    if at.year not in YEARS:
        raise CourierUnreadable(f"{where} is out of all reason: {digits!r}")
    return at, at


# --- scans ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scan:
    """One event as a courier tells it.

    `when`: None if it does not say. `meaning`: its code's, None without a code. `reading`: what its words say, where
    they are not to be read as they stand.
    """

    when: Span | None
    code: str
    meaning: Meaning | None
    words: str
    place: str = ""
    reading: Reading | None = None


def checkpoints(scans: Sequence[Scan]) -> tuple[Checkpoint, ...]:
    """The scans oldest first, each in the light of those before it, twins once.

    The list may come in either order: its first and last times tell. Within one second the list's order counts. A
    scan without a time takes its neighbours'.
    """
    newest_first = list(scans) if _falls(scans) else list(reversed(scans))
    spans = filled([scan.when for scan in newest_first])
    dated = [(when, scan) for when, scan in zip(spans, newest_first, strict=True) if when is not None]
    dated.reverse()
    dated.sort(key=lambda one: one[0])
    told = list({_likeness(when, scan): (when, scan) for when, scan in reversed(dated)}.values())
    told.reverse()
    meanings = follow(
        [(scan.meaning, read(scan.words, "zh") if scan.reading is None else scan.reading) for _, scan in told]
    )
    return tuple(
        Checkpoint(*when, milestone, cause, scan.code, scan.words, scan.place)
        for (when, scan), (milestone, cause) in zip(told, meanings, strict=True)
    )


def _falls(scans: Sequence[Scan]) -> bool:
    """Whether a list runs from the newest scan to the oldest."""
    times = [scan.when for scan in scans if scan.when is not None]
    return len(times) > 1 and times[0] > times[-1]


def _likeness(when: Span, scan: Scan) -> tuple[Span, str, str]:
    """What twins have in common: the same event, told again with another hotline in its small print."""
    return when, scan.code, _PHONE.sub("", scan.words)
