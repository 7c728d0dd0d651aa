"""Until when couriers take claims, as data: one entry a courier and loss, with who says so and when that was read.

What belongs here: the file of entries and reading it. What a shop's own contract says is in its configuration, and goes
first; how days are counted is core.windows'. A courier that is not in the file has no deadline: none is made up.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from parcelwatch.core.windows import Basis, Loss, Start, Window

FILE: Final = Path(__file__).with_name("windows.toml")


@cache
def windows() -> tuple[Window, ...]:
    """Every entry, one window for each loss it names."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["windows"]
    return tuple(_window(entry, loss) for entry in entries for loss in entry["loss"])


def named(line: str) -> Window | None:
    """The window that a line of ours tells of; None for a shop's own, and for one that is in the file no more."""
    return next((window for window in windows() if window.line == line), None)


def _window(entry: dict[str, Any], loss: str) -> Window:
    rest = {name: value for name, value in entry.items() if name not in ("loss", "from", "basis")}
    start = Start(entry["from"])
    return Window(loss=Loss(loss), start=start, basis=Basis(entry["basis"]), line=_line(entry, loss, start), **rest)


def _line(entry: dict[str, Any], loss: str, start: Start) -> str:
    whom = entry.get("courier") or "any courier"
    return f"comes along: {whom}, {loss}: {entry['days']}d from {start}"
