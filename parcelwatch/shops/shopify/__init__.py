"""Shopify, Admin GraphQL: orders with their fulfillments, as much of them as the app may read.

What belongs here: asking page after page, within what the bucket of points holds, and the webhooks' signature. The
text of the query is query.py's, reading answers answer.py's.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

import httpx

from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnreadable
from parcelwatch.model import ShopOrder
from parcelwatch.shops.base import Account, Granted, Knock, Looking, Mark, Page, Reading, Tells, Wait, compact, value
from parcelwatch.shops.cells import inner, moment, word
from parcelwatch.shops.shopify.answer import VERSION, Told, followed, order, read
from parcelwatch.shops.shopify.query import PARTS, orders
from parcelwatch.shops.tokens import granted

ASKED: Final = "2026-07"
_PAGE: Final = 25
_MOST_PAGES: Final = 10_000
_PATIENCE: Final = 10
"""Times that one page is asked for, shrunk or waited for, before the shop counts as busy."""


class Shopify:
    """Shopify, with the lasting token of an app of the shop's own."""

    api: ClassVar[str] = "shopify"
    base_url: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ("base_url", "token")
    options: ClassVar[Mapping[str, str]] = {"version": f"the version of the Admin API, {ASKED} when left out"}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "4/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=5)
    farthest: ClassVar[timedelta | None] = timedelta(days=60)
    tells: ClassVar[Tells] = Tells(hand_over=True, refunded=True)
    doubt: ClassVar[str] = "its webhooks, and how it says that its bucket is empty, were not read in its own documents"

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Page after page, those that changed first before the others."""
        since = mark.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asking = _Asking(account, f"updated_at:>='{since}'")
        newest = mark.at
        for _ in range(_MOST_PAGES):
            response, told = yield from asking.page()
            found = tuple(order(response, node) for node in told.orders or () if followed(node))
            newest = max((newest, *(at for node in told.orders or () if (at := moment(node.get("updatedAt"))))))
            yield Page(found, mark=Mark(newest), remarks=asking.remarks)
            if not told.orders or not told.after or told.after == asking.after:
                return
            asking.after = told.after
            if told.cost.wait():
                yield Wait(told.cost.wait())

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its id or its name, with or without what the shop puts before it."""
        digits = ref.removeprefix("gid://shopify/Order/")
        searches = [f"id:{digits}"] if digits.isascii() and digits.isdigit() else []
        for search in (*searches, f"name:'{_quoted(ref)}'"):
            told = yield from _unhurried(_Asking(account, search, 5).page())
            found = (order(response, node) for response, node in told if followed(node))
            match = next((each for each in found if _meant(digits, each)), None)
            if match is not None:
                return match
        return None

    def knocked(self, account: Account, knock: Knock, now: datetime) -> tuple[str, ...]:
        """The order that a webhook of orders, fulfillments or refunds is about."""
        proof = b64encode(hmac.digest(account.secret.encode(), knock.body, hashlib.sha256)).decode()
        told_proof = knock.headers.get("x-shopify-hmac-sha256", "").encode("utf-8", "replace")
        if not account.secret or not hmac.compare_digest(proof.encode(), told_proof):
            raise CourierRefused("the webhook is not signed with `secret`, the app's client secret")
        try:
            told = value(httpx.Response(200, content=knock.body))
        except CourierUnreadable:
            return ()
        about = inner(told)
        ref = word(about.get("order_id")) or word(about.get("id"))
        return (ref,) if ref.isascii() and ref.isdigit() else ()


class ShopifyApp(Shopify):
    """Shopify, with key and secret of an app of the own organisation (Dev Dashboard), which get a token for a day."""

    api: ClassVar[str] = "shopify_app"
    needs: ClassVar[tuple[str, ...]] = ("base_url", "key", "secret")
    doubt: ClassVar[str] = "how such an app gets its token was not read in Shopify's own documents"

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """Client credentials; nothing renews them but themselves."""
        body = {"client_id": account.key, "client_secret": account.secret, "grant_type": "client_credentials"}
        return httpx.Request("POST", f"{account.base_url}/admin/oauth/access_token", data=body)

    def renewed(self, response: httpx.Response) -> Granted:
        """The token, for a day unless it says otherwise."""
        return granted(response, timedelta(days=1))


class _Asking:
    """One search, page after page: how many orders a page may hold, and what the app was denied.

    `remarks`: what operators are to know of it.
    """

    def __init__(self, account: Account, search: str, size: int = _PAGE) -> None:
        self._account = account
        self._search = search
        self._size = size
        self._denied: frozenset[str] = frozenset()
        self._withheld: frozenset[str] = frozenset()
        self._version = account.options.get("version") or ASKED
        self.after = ""
        self._other = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        found = []
        if self._withheld:
            what = ", ".join(sorted(self._withheld))
            found.append(f"Shopify does not let this app read {what} of orders: letters and deadlines do without")
        if self._other:
            found.append(f"Shopify answers by version {self._other} of its API and not {self._version}")
        return tuple(found)

    def page(self) -> Generator[Any, Any, tuple[httpx.Response, Told]]:
        """Ask until the page comes: less of it where that is too much, later where the bucket is empty."""
        for _ in range(_PATIENCE):
            response = yield self._request()
            version = response.headers.get(VERSION, "")
            self._other = version[:20] if version not in ("", self._version) else ""
            told = read(response, PARTS.keys() - self._denied)
            self._withheld |= told.denied
            if told.orders is not None:
                return response, told
            self._denied |= told.denied
            if told.costly:
                self._size = max(1, self._size // 2)
            elif told.throttled:
                yield Wait(told.cost.wait() or timedelta(seconds=1))
        raise CourierBusy("Shopify's bucket of points stays empty", None)

    def _request(self) -> httpx.Request:
        variables = {"q": self._search, "n": self._size, "after": self.after or None}
        body = compact({"query": orders(self._denied), "variables": variables})
        headers = {"X-Shopify-Access-Token": self._account.token, "Content-Type": "application/json"}
        url = f"{self._account.base_url}/admin/api/{self._version}/graphql.json"
        return httpx.Request("POST", url, headers=headers, content=body.encode())


def _unhurried(steps: Generator[Any, Any, tuple[httpx.Response, Told]]) -> Generator[Any, Any, list[Any]]:
    """The orders of a page where nobody can wait: an empty bucket is a busy shop."""
    answer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as done:
            response, told = done.value
            return [(response, node) for node in told.orders or ()]
        if isinstance(step, Wait):
            raise CourierBusy("Shopify's bucket of points is empty", None)
        answer = yield step


def _quoted(text: str) -> str:
    return text[:60].replace("\\", "").replace("'", "\\'")


def _meant(ref: str, found: ShopOrder) -> bool:
    """Whether an order is the one asked for: by its id, by its name, or by its name without what is put around it."""
    digits = "".join(character for character in found.number if character.isdigit())
    return ref.strip().casefold() in (found.ref, found.number.casefold(), found.number.lstrip("#").casefold(), digits)
