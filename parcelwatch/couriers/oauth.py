"""Client credentials: the token calls of RFC 6749 §4.4, in the forms couriers ask for them, and reading the token.

What belongs here: building and reading one token exchange. Who keeps the token, and for how long, is the lane's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta

import httpx

from parcelwatch.couriers.base import Token, check, document, fitting, unreadable
from parcelwatch.couriers.fields import text
from parcelwatch.errors import CourierRefused

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
    with fitting(response):
        if response.status_code in (400, 401, 403):
            raise CourierRefused(f"the courier grants no token ({response.status_code}): check key and secret")
        check(response)
        body = document(response)
        value = text(body.get("access_token"), "access_token", TOKEN_LIMIT)
        if not value or len(value) >= TOKEN_LIMIT:
            unreadable(response, "the answer holds no usable access_token")
        seconds = text(body.get("expires_in"), "expires_in")
        asked = timedelta(seconds=float(seconds)) if seconds else lifetime
        return Token(value, max(timedelta(0), min(asked, LONGEST)))
