"""Changes to letters that were sent: what is known of their arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


_UNSURE: Final = (
    "ALTER TABLE drafts ADD COLUMN unsure_at INTEGER",
    "UPDATE drafts SET unsure_at = changed_at + 600000 WHERE state = 'sending'",
    """
UPDATE parcels SET assess_at = min(coalesce(assess_at, d.unsure_at), d.unsure_at)
FROM (SELECT parcel_id, min(unsure_at) AS unsure_at FROM drafts WHERE unsure_at IS NOT NULL GROUP BY parcel_id) d
WHERE d.parcel_id = parcels.id
""",
)


def m029_letters(db: Database) -> None:
    """When agents are to hear that nobody knows whether a letter arrived; of those that wait for that already, too."""
    for statement in _UNSURE:
        db.execute(statement)


ALL: Final = (m029_letters,)
