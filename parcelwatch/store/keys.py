"""The key that tokens are made with: a file beside the database, so that neither the database nor a backup holds it.

What belongs here: making it once and reading it. Whoever deletes it ends every link that was ever sent.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreError

SUFFIX: Final = ".key"
_SIZE: Final = 32


def link_key(database: Path) -> bytes:
    """The key, made if there is none; for whoever holds the daemon's lock. Raises StoreError."""
    path = database.with_name(database.name + SUFFIX)
    try:
        if not path.exists():
            _make(path, database)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}. Links in messages need it.") from error
    if len(key) != _SIZE:
        raise StoreError(f"{path} is no key of ours: delete it, then a new one is made and links sent so far end")
    return key


def _make(path: Path, like: Path) -> None:
    """Whole or not at all. Made by root, it belongs to whoever owns the database."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:
            owner = like.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        os.write(descriptor, secrets.token_bytes(_SIZE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
