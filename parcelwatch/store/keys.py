"""The key that tokens are made with: a file beside the database, so that neither the database nor a backup holds it.

What belongs here: making it once and reading it. Whoever deletes it ends every link that was ever sent.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreError
from parcelwatch.store import files

SUFFIX: Final = ".key"
_SIZE: Final = 32


def link_key(database: Path) -> bytes:
    """The key, made if there is none; for whoever holds the daemon's lock. Raises StoreError."""
    path = database.with_name(database.name + SUFFIX)
    try:
        if not path.exists():
            files.replace(path, secrets.token_bytes(_SIZE), database)  # made by root, it is the database owner's
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}. Links in messages need it.") from error
    if len(key) != _SIZE:
        raise StoreError(f"{path} is no key of ours: delete it, then a new one is made and links sent so far end")
    return key
