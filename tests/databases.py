"""New databases, copied: what the first of a process took to make, all others have for a copy."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from parcelwatch.store import Store


def blank(path: Path) -> Path:
    """`path`, where now lies a database as `Store.open` makes it, if none lay there."""
    if not path.exists():
        path.touch(0o600)
        path.write_bytes(_new())
    return path


@cache
def _new() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        Store.open(path).close()
        return path.read_bytes()
