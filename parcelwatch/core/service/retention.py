"""How long what is over is kept, until it is deleted for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

TOLD_FOR_GOOD: Final = ("letters_broken", "shop_remark")
"""Kinds of what is said of us once, however long it lasts: the alerts stay, few as they are, and their words go."""


@dataclass(frozen=True, slots=True)
class Retention:
    """`parcels`: after anything last befell one of which nothing is open, with all that hangs on it.

    `messages`: the words of what was sent, and what was said of us. `payloads`: answers nobody could read.
    """

    parcels: timedelta = timedelta(days=400)
    messages: timedelta = timedelta(days=180)
    payloads: timedelta = timedelta(days=30)
