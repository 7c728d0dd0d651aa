"""The courier without code: asked and read as its declaration says, in JSON only.

What belongs here: being a courier. What a declaration holds is config/declared.py's, what is sent request.py's, how it
is read answer.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.config.declared import Declaration
from parcelwatch.config.needs import needs as needed
from parcelwatch.couriers.base import Account, Courier, Tells, Token
from parcelwatch.couriers.declared.answer import read
from parcelwatch.couriers.declared.request import address, build, lacks
from parcelwatch.couriers.declared.words import Trace, Words
from parcelwatch.couriers.shared import oauth
from parcelwatch.errors import ConfigError
from parcelwatch.model import Ask, Cause, Milestone, Observation

_AUTHS = {
    "header": "key in a header",
    "basic": "HTTP Basic",
    "bearer": "bearer token",
    "oauth2": "OAuth2 client credentials",
}


class Declared:
    """Any courier with a JSON API, declared in the configuration instead of written in Python."""

    api: ClassVar[str] = "declared"
    base_url: ClassVar[str] = ""
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    auth: ClassVar[str] = "as declared"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")

    def tailored(self, settings: AccountConfig) -> Courier:
        if settings.declared is None:
            raise ConfigError([f"the account {settings.name} has no declaration"])
        return _Granting(settings.declared) if settings.declared.granted else Made(settings.declared)

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        raise ConfigError([f"the account {account.name} has no declaration"])

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        raise ConfigError(["an account of a declared courier has no declaration"])


@dataclass(frozen=True)
class Made:
    """One declared courier."""

    declaration: Declaration
    api: ClassVar[str] = "declared"
    options: ClassVar[Mapping[str, str]] = {}

    @property
    def base_url(self) -> str:
        return self.declaration.base_url or ""

    @property
    def batch(self) -> int:
        return self.declaration.batch

    @property
    def rate(self) -> str:
        return str(self.declaration.rate)

    @property
    def quotas(self) -> tuple[str, ...]:
        return tuple(map(str, self.declaration.quota))

    @property
    def min_interval(self) -> timedelta:
        return self.declaration.interval.natural() if self.declaration.interval else timedelta(0)

    @property
    def auth(self) -> str:
        return _AUTHS[self.declaration.auth.kind] if self.declaration.auth else "as declared"

    @cached_property
    def needs(self) -> tuple[str, ...]:
        return tuple(needed(self.declaration.model_dump(mode="json", by_alias=True, exclude_unset=True)))

    @cached_property
    def tells(self) -> Tells:
        meant = list(self.declaration.statuses.values())
        texts = "text" if self.declaration.answer.text else ""

        def how(*, coded: bool) -> str:
            return ", ".join(filter(None, ("code" if coded else "", texts)))

        return Tells(
            damaged=how(coded=any(each.cause is Cause.DAMAGED for each in meant)),
            returned=how(coded=any(each.milestone in (Milestone.RETURNING, Milestone.RETURNED) for each in meant)),
            lost=how(coded=any(each.cause is Cause.LOST for each in meant)),
        )

    @cached_property
    def words(self) -> Words:
        return Words.of(self.declaration)

    def lacks(self, ask: Ask) -> str:
        return lacks(self.declaration, ask)

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        return build(self.declaration, account, asked)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        return read(self.declaration, self.words, response, asked)

    def trace(self, response: httpx.Response, asked: Sequence[Ask]) -> Trace:
        """What each expression of the declaration finds in an answer, readable or not."""
        found = Trace(self.declaration)
        read(self.declaration, self.words, response, asked, found)
        return found


class _Granting(Made):
    """A declared courier that is asked with a token it grants."""

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        auth = self.declaration.auth
        assert auth is not None
        ask = {"form": oauth.by_form, "json": oauth.by_json, "basic": oauth.by_header}[auth.send]
        more = {**({"scope": auth.scope} if auth.scope else {}), **auth.more}
        return ask(address(self.declaration, account, auth.url or ""), account.key, account.secret, more)

    def granted(self, response: httpx.Response) -> Token:
        auth = self.declaration.auth
        assert auth is not None
        return oauth.token(response, auth.lifetime.natural())
