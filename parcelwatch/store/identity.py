"""What tells one database from every other, to whoever hears from several of them.

What belongs here: marks made of the random key that lies in each. They stay what they are through backups, and do not
tell the key.
"""

from __future__ import annotations

import hmac
from typing import Final

from parcelwatch.store.connection import Store

_LENGTH: Final = 16


def mark(store: Store, use: str) -> str:
    """Hex digits of this database's own, others for each use."""
    key = bytes.fromhex(store.value("SELECT key FROM forgotten_key"))
    return hmac.digest(key, f"identity\0{use}".encode(), "sha256").hex()[:_LENGTH]
