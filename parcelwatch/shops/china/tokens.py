"""Reading what a platform granted.

What belongs here: from an object with a token to Granted. How a token is asked for is each platform's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from parcelwatch.couriers.shared.fields import Record, aside
from parcelwatch.errors import CourierUnreadable
from parcelwatch.shops.base import Granted

_LONGEST: Final = timedelta(days=400)
_SHORT: Final = timedelta(hours=1)
_LIMIT: Final = 4096


def granted(body: Record, name: str = "access_token", renewal: str = "refresh_token") -> Granted:
    """The token of an object, with what renews it; `expires_in` in seconds, an hour where it is not said."""
    found, renews = aside(body.get(name), _LIMIT), aside(body.get(renewal), _LIMIT)
    if not found or len(found) >= _LIMIT or len(renews) >= _LIMIT:
        raise CourierUnreadable(f"the answer holds no usable {name}")
    return Granted(found, _lifetime(body.get("expires_in")), renews)


def _lifetime(said: object) -> timedelta:
    digits = aside(said)
    if not (digits.isascii() and digits.isdigit() and len(digits) < len("1000000000") and int(digits)):
        return _SHORT
    return min(timedelta(seconds=int(digits)), _LONGEST)
