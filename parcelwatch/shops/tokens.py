"""OAuth 2 tokens, as every platform here grants them that grants any.

What belongs here: reading the answer of a token service. Asking it is each platform's own.
"""

from __future__ import annotations

from datetime import timedelta

import httpx

from parcelwatch.errors import CourierRefused
from parcelwatch.shops.base import Granted, check, unreadable, value
from parcelwatch.shops.cells import inner


def granted(response: httpx.Response, lifetime: timedelta) -> Granted:
    """The token of an OAuth 2 answer; `lifetime`: where it does not say. Raises CourierError."""
    if response.status_code == 400:
        raise CourierRefused("no token is granted (400): check key, secret and token")
    check(response)
    told = inner(value(response))
    token = told.get("access_token")
    if not isinstance(token, str) or not token:
        unreadable(response, "the answer grants no token")
    seconds = told.get("expires_in")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 1e8:
        lifetime = timedelta(seconds=seconds)
    renewal = told.get("refresh_token")
    return Granted(token, lifetime, renewal if isinstance(renewal, str) else "")
