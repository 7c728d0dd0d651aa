"""Client credentials: the token calls of RFC 6749 §4.4, in the forms couriers ask for them, and reading the token.

What belongs here: building and reading one token exchange. Who keeps the token, and for how long, is the worker's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import NoReturn

import httpx

from parcelwatch.couriers.base import Token, check, document, fitting
from parcelwatch.couriers.shared.fields import text
from parcelwatch.errors import CourierRefused, CourierUnreadable

LONGEST = timedelta(days=30)
TOKEN_LIMIT = 16_384


def basic(name: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode("ascii")


def by_form(url: str, client: str, secret: str, more: Mapping[str, str] | None = None) -> httpx.Request:
    """Ask with the credentials in the form."""
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, **(more or {})}
    return httpx.Request("POST", url, data=form, headers={"Accept": "application/json"})


def by_json(url: str, client: str, secret: str, more: Mapping[str, str] | None = None) -> httpx.Request:
    """Ask with the credentials in a JSON object."""
    body = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, **(more or {})}
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    return httpx.Request("POST", url, content=json.dumps(body), headers=headers)


def by_header(url: str, client: str, secret: str, more: Mapping[str, str] | None = None) -> httpx.Request:
    """Ask with the credentials in a Basic header."""
    form = {"grant_type": "client_credentials", **(more or {})}
    headers = {"Accept": "application/json", "Authorization": basic(client, secret)}
    return httpx.Request("POST", url, data=form, headers=headers)


def token(response: httpx.Response, lifetime: timedelta) -> Token:
    """What was granted; `lifetime` where the courier does not say. A refusal is the account's: CourierRefused."""
    if response.status_code in (400, 401, 403):
        raise CourierRefused(f"the courier grants no token ({response.status_code}): check key and secret")
    check(response)
    try:
        with fitting(response):
            body = document(response)
            value = text(body.get("access_token"), "access_token", TOKEN_LIMIT)
            return (
                Token(value, _lifetime(body.get("expires_in"), lifetime)) if 0 < len(value) < TOKEN_LIMIT else _none()
            )
    except CourierUnreadable as error:
        # Without the answer: whatever is odd about it, a token may stand in it.
        raise CourierUnreadable(str(error)) from None


def _none() -> NoReturn:
    raise CourierUnreadable("the answer holds no usable access_token")


def _lifetime(said: object, otherwise: timedelta) -> timedelta:
    """What the courier says, within reason; some say it as text, some as a fraction."""
    try:
        asked = timedelta(seconds=float(str(said))) if said is not None else otherwise
    except (ValueError, OverflowError):
        asked = otherwise
    return max(timedelta(0), min(asked, LONGEST))
