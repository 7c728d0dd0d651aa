"""A log that no storm can fill: of what repeats itself, a few lines a minute and how many more there were.

What belongs here: which lines are alike, and which of them are written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

LINES: Final = 10
"""So many lines alike are written in a span."""

SPAN: Final = 60.0
"""Seconds."""

_MOST: Final = 1000
# What tells lines of one event apart: each account and each channel may have its say.
_SUBJECTS: Final = ("account", "channel", "finding", "job")


@dataclass(slots=True)
class _Kind:
    """Lines alike: how many came since `began`, and how many of them were not written."""

    began: float
    came: int = 0
    folded: int = 0


class Folding(logging.Filter):
    """Lets a line pass, or counts it. The first that passes after some were folded says how many: `folded`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written."""
        now, key = self._clock(), _key(record)
        if len(self._kinds) >= _MOST and key not in self._kinds:
            self._kinds.clear()
        kind = self._kinds.setdefault(key, _Kind(now))
        if now - kind.began >= SPAN:
            kind.began, kind.came = now, 0
        kind.came += 1
        if kind.came > LINES:
            kind.folded += 1
            return False
        if kind.folded:
            _say(record, kind.folded)
            kind.folded = 0
        return True


def _key(record: logging.LogRecord) -> tuple[object, ...]:
    said = record.msg
    if not isinstance(said, Mapping):
        return (record.name, record.levelno, str(said))
    return (record.name, record.levelno, said.get("event"), *(str(said.get(one, "")) for one in _SUBJECTS))


def _say(record: logging.LogRecord, folded: int) -> None:
    if isinstance(record.msg, Mapping):
        record.msg = {**record.msg, "folded": folded}
    else:
        record.msg, record.args = f"{record.getMessage()} ({folded} more like it were not written)", None
