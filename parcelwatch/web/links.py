"""/a/<token>: acting from a message. GET shows what it is about and changes nothing; POST does one thing once.

What belongs here: methods, headers, limits, languages. Chat services, mail scanners and browsers open links by
themselves, so nothing but POST acts. There are no cookies: a page of somebody else can make a browser send nothing
that it does not know already, so there is no request to forge without the token, and who has the token needs no
forgery. No token is logged, nor does a page hand it on: no referrer, no cache, nothing from elsewhere.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from parcelwatch.core import joint
from parcelwatch.core.messaging.links import Ended
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput, whereabouts
from parcelwatch.store.writer import Writer
from parcelwatch.verbs import links
from parcelwatch.verbs.links import Looked
from parcelwatch.web import saying
from parcelwatch.web.serving import PATIENCE, body_of
from parcelwatch.wording.pages import LANGUAGES, STYLE_DIGEST, Page, html

log = structlog.get_logger()

LIMIT: Final = 1024  # bytes of what a button sends
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_DIGEST}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    # Couriers share the port: a browser keeps no connection that a push may want.
    "Connection": "close",
}
_GONE: Final = {Ended.UNKNOWN: 404, Ended.EXPIRED: 410}


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads what: channels that are one person's own, languages of channels, and what else there is to go by."""

    people: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


class Links:
    """Where people come from a message."""

    def __init__(
        self,
        readers: Readers,
        policy: Policy,
        writer: Writer,
        now: Callable[[], datetime],
        patience: float = PATIENCE,
        *,
        together: links.Together = joint.together,
    ) -> None:
        self._readers = readers
        self._policy = policy
        self._writer = writer
        self._now = now
        self._together = together
        self._patience = patience
        self._rates = Rates()
        self.route = Route("/a/{token:path}", self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer whatever method was used, so that every answer has its headers."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> HTMLResponse:
        now, address = self._now(), request.client.host if request.client else ""
        language = preferred(request.headers.get("accept-language", ""), self._readers.language)
        if request.method not in ("GET", "HEAD", "POST"):
            return _page(405, saying.trouble("trouble", "method", language), language, Allow="GET, HEAD, POST")
        if not self._rates.allow(address, now):
            return _page(429, saying.trouble("trouble", "often", language), language, **{"Retry-After": "60"})
        try:
            seen = await self._see(request, now)
        except BadInput:
            return _page(400, saying.trouble("trouble", "bad", language), language)
        except Exception as error:  # noqa: BLE001 - an answer of our own, with its headers, whatever fails
            log.warning("a link could not be answered", error=whereabouts(error))
            return _page(503, saying.trouble("trouble", "busy", language), language, **{"Retry-After": "60"})
        if seen.link is None:
            self._rates.missed(address)
        return self._shown(seen, language, acting=request.method == "POST")

    async def _see(self, request: Request, now: datetime) -> Looked:
        """What the token leads to; after a POST, what was done. Raises BadInput."""
        token, people = request.path_params["token"], self._readers.people
        if request.method != "POST":
            return await self._writer.run(links.look, token, people, now)
        form = await body_of(request, LIMIT, self._patience)
        if form is None:
            raise BadInput("too long, or too slow")
        said = _form(form)
        verb, case = said.get("verb", ""), said.get("case", "")
        return await self._writer.run(links.press, token, verb, case, people, self._policy, now, self._together)

    def _shown(self, seen: Looked, language: str, *, acting: bool) -> HTMLResponse:
        if seen.link is not None:
            language = self._readers.languages.get(seen.link.channel) or language
        status = 200 if seen.ended is None else _GONE[seen.ended]
        if acting and seen.link is not None and not seen.person:
            status = 403
        return _page(status, saying.looked(seen, language, self._readers.zone), language)


def _form(body: bytes) -> dict[str, str]:
    """What a button sent. Raises BadInput."""
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=8))
    except ValueError:
        raise BadInput("no form") from None


def _page(status: int, page: Page, language: str, **headers: str) -> HTMLResponse:
    return HTMLResponse(html(page, language), status, {**_HEADERS, "Content-Language": language, **headers})


def preferred(accepted: str, otherwise: str) -> str:
    """The best of our languages for an Accept-Language header, `otherwise` where it names none of them."""
    wanted: list[tuple[float, str]] = []
    for each in accepted[:200].split(","):
        tag, _, weight = each.strip().partition(";q=")
        wanted.append((_weight(weight), tag.strip().lower()))
    for tag in (tag for weight, tag in sorted(wanted, key=lambda pair: -pair[0]) if weight > 0):
        for language in LANGUAGES:
            if tag.partition("-")[0] == language.partition("-")[0].lower():
                return language
    return otherwise


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


class Rates:
    """How often an address may come within a minute; a token that is none counts four times as much.

    Nobody finds a token by trying: this keeps the database free for its work.
    """

    _BUDGET: Final = 120
    _MISS: Final = 3
    _ADDRESSES: Final = 4096

    def __init__(self) -> None:
        self._minute = 0
        self._spent: Counter[str] = Counter()

    def allow(self, address: str, now: datetime) -> bool:
        """Count one request; False when it is one too many."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._spent = minute, Counter()
        key = self._key(address)
        self._spent[key] += 1
        return self._spent[key] <= self._BUDGET

    def missed(self, address: str) -> None:
        """Its token was none."""
        self._spent[self._key(address)] += self._MISS

    def _key(self, address: str) -> str:
        """The address, of IPv6 the network; all the same once there are too many of them."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return ""
        key = str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))
        return key if key in self._spent or len(self._spent) < self._ADDRESSES else ""
