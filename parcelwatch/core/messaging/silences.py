"""Silences: what agents do not want to hear of for a while, though it is kept.

What belongs here: the value, and which silence holds. Keeping them is the store's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from parcelwatch.core.messaging.matching import Matcher, Subject


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of what matches before `until`. What then still stands and was never told is told once."""

    match: Matcher
    until: datetime
    by: str = ""
    comment: str = ""
    id: int | None = None


def silenced(one: Subject, silences: Iterable[Silence], now: datetime) -> Silence | None:
    """The silence that holds for a message, the one that lasts longest; None where none does."""
    holding = (each for each in silences if each.until > now and each.match.matches(one))
    return max(holding, key=lambda each: each.until, default=None)


def reason(silence: Silence) -> str:
    """Why a message was not sent, in words."""
    said = f"silenced (silence {silence.id}"
    return f"{said} by {silence.by})" if silence.by else f"{said})"
