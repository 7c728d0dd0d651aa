"""Tokens of a declared shop: OAuth 2 client credentials, and refresh tokens that are replaced at use.

What belongs here: asking for a token as the declaration says.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

import httpx

from parcelwatch.config.declared_shop import ShopAuth, ShopDeclaration
from parcelwatch.shops.base import Account, Granted
from parcelwatch.shops.tokens import granted


class Renewing:
    """A declared shop that is asked with a token for a while."""

    declaration: ShopDeclaration

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """The call for a token."""
        auth = self._auth
        said = {"grant_type": auth.grant, **auth.more}
        said |= {"scope": auth.scope} if auth.scope else {}
        said |= {"refresh_token": renewal} if auth.grant == "refresh_token" else {}
        headers = {"Accept": "application/json"}
        if auth.send == "basic":
            headers["Authorization"] = "Basic " + b64encode(f"{account.key}:{account.secret}".encode()).decode()
        else:
            said |= {"client_id": account.key} | ({"client_secret": account.secret} if account.secret else {})
        base = account.base_url or (self.declaration.base_url or "")
        url = f"{base}{auth.url}" if (auth.url or "").startswith("/") else auth.url or ""
        if auth.send == "json":
            return httpx.Request("POST", url, headers=headers, json=said)
        return httpx.Request("POST", url, headers=headers, data=said)

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, or a CourierError."""
        return granted(response, self._auth.lifetime.natural())

    @property
    def _auth(self) -> ShopAuth:
        assert self.declaration.auth is not None
        return self.declaration.auth
