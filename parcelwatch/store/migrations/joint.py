"""Changes for letters that say several troubles of one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


def m032_joint(db: Database) -> None:
    """Which drafts the words of a draft say, as a JSON list; NULL where they are its own alone."""
    db.execute("ALTER TABLE drafts ADD COLUMN joint TEXT")


ALL: Final = (m032_joint,)
