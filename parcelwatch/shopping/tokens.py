"""A shop's granted token in a file of its own, for its owner's eyes: what it is, until when, and what renews it.

What belongs here: reading and writing that file whole or not at all. Some platforms replace what renews a token at
every use, and whoever loses it loses the shop; some grant no other token before the last one is about to end.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


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


def save(path: Path, kept: Kept) -> None:
    """Keep it in place of what was kept before."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    said = {"token": kept.token, "until": kept.until.timestamp(), "renewal": kept.renewal}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(said))
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
