"""A shop's granted token in a file of its own, for its owner's eyes: what it is, until when, and what renews it.

What belongs here: reading and writing that file whole or not at all, and by one process at a time. Some platforms
replace what renews a token at every use, and whoever loses it, or uses it twice, loses the shop; some grant no other
token before the last one is about to end.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from parcelwatch.store import files

PATIENCE: Final = 60.0
"""Seconds that another who renews the same token is waited for: longer than any call takes."""

_WAIT_STEP: Final = 0.02


@dataclass(frozen=True, slots=True)
class Kept:
    """A token that holds until `until`; `renewal`: what renews it, "" for what is configured."""

    token: str = field(repr=False)
    until: datetime
    renewal: str = field(default="", repr=False)

    def holds(self, now: datetime) -> bool:
        """Whether it can be asked with."""
        return bool(self.token) and now < self.until


def load(path: Path) -> Kept | None:
    """What is kept, None where nothing is or nobody can read it."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Kept(str(said["token"]), datetime.fromtimestamp(float(said["until"]), UTC), str(said["renewal"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


@asynccontextmanager
async def renewing(path: Path) -> AsyncIterator[None]:
    """While it lasts nobody else renews what is kept there, in this process or another. Raises OSError."""
    deadline = time.monotonic() + PATIENCE
    lock = files.private(path.with_name(f"{path.name}.lock"), 0, path.parent)
    try:
        while not files.taken(lock):
            if time.monotonic() > deadline:
                raise TimeoutError(None, "another process has been renewing it for too long")
            await asyncio.sleep(_WAIT_STEP)
        yield
    finally:
        os.close(lock)


def save(path: Path, kept: Kept) -> None:
    """Keep it in place of what was kept before."""
    said = {"token": kept.token, "until": kept.until.timestamp(), "renewal": kept.renewal}
    files.replace(path, json.dumps(said).encode(), path.parent)
