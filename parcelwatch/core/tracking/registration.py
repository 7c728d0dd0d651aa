"""What "I was never told of that number" means when the aggregator was told of it.

What belongs here: telling an aggregator that is slow to look from one that forgot, and both from one that will never
know the number as it was given. Registering costs quota, so nobody is told again and again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from parcelwatch.model import NotFound, Refused

# Its own lists may lag behind what it accepted.
SLOW = timedelta(hours=1)
# Aggregators drop numbers after months; one that is gone sooner was never followed.
FORGOTTEN = timedelta(days=7)


def believed(said: Refused, registered_at: datetime | None, now: datetime) -> Refused | NotFound:
    """`said`, or what it means for a number registered lately: not there yet, then refused."""
    if not said.unregistered or registered_at is None or not timedelta(0) <= now - registered_at < FORGOTTEN:
        return said
    if now - registered_at < SLOW:
        return NotFound(said.number, pending=True, company=said.company)
    reason = f"{said.reason}; it took the number and does not know it: check the number and its company".lstrip("; ")
    return replace(said, unregistered=False, reason=reason)
