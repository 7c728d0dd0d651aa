"""Changes for channels that are told no more than people can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


def m031_calm(db: Database) -> None:
    """Which of the messages that a channel took lately were digests: what comes after one waits for the next."""
    db.execute("ALTER TABLE deliveries ADD COLUMN digest INTEGER NOT NULL DEFAULT 0")


ALL: Final = (m031_calm,)
