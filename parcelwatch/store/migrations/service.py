"""Changes for a service that runs for years."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database


def m023_retention(db: Database) -> None:
    """What is over is found without looking at all that is not."""
    db.execute("CREATE INDEX sendings_by_arrival ON sendings (arrived_at) WHERE title <> '' OR body <> ''")
    db.execute("CREATE INDEX alerts_about_us ON alerts (created_at) WHERE parcel_id IS NULL AND case_id IS NULL")


ALL: Final = (m023_retention,)
