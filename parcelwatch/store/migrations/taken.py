"""Changes for cases that a raised threshold ends while an agent has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


def m033_taken(db: Database) -> None:
    """How an agent had a case when a threshold ended it; NULL where nobody had."""
    db.execute("ALTER TABLE cases ADD COLUMN taken TEXT")


ALL: Final = (m033_taken,)
