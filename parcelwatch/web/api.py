"""POST /api/parcels, /api/orders and /api/complaints, where programs of the shop post what they know.

What belongs here: whose token it is and what it may, limits of size and pace, and a call that comes twice. What an item
means is shopping/posting.py's. GET /api/openapi.json describes it all to whoever asks; it holds no secret.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parcelwatch.core.service.pacing import Pace, PaceState, grant
from parcelwatch.couriers.base import decoded
from parcelwatch.errors import StoreError
from parcelwatch.shopping import posting
from parcelwatch.shopping.posting import Counters, Take
from parcelwatch.store import Store, posted
from parcelwatch.store.writer import Writer
from parcelwatch.web.links import Rates
from parcelwatch.web.openapi import described
from parcelwatch.web.serving import PATIENCE, body_of

log = structlog.get_logger()

LIMIT: Final = 1024 * 1024  # bytes of a call
LONGEST_KEY: Final = 200
_KINDS: Final[Mapping[str, tuple[Take, str]]] = {
    "parcels": (posting.parcel, "orders"),
    "orders": (posting.order, "orders"),
    "complaints": (posting.complaint, "complaints"),
}


@dataclass(slots=True)
class Caller:
    """Whoever has a token: what it may, and how its calls are paced. `counters`: what its items are held against."""

    name: str
    secret: str = field(repr=False)
    role: str
    pace: Pace
    counters: Counters
    state: PaceState = field(default_factory=PaceState)

    def may(self, role: str) -> bool:
        """Whether its role allows that."""
        return self.role in (role, "all")


class Api:
    """Where programs post. `callers`: those with a token."""

    def __init__(
        self, callers: Sequence[Caller], writer: Writer, now: Callable[[], datetime], patience: float = PATIENCE
    ) -> None:
        self._callers = callers
        self._writer = writer
        self._now = now
        self._patience = patience
        self._rates = Rates()
        self.routes = (
            Route("/api/openapi.json", self._describe, methods=["GET"]),
            Route("/api/{kind}", self._post, methods=["POST"]),
        )

    async def _describe(self, _: Request) -> Response:
        return JSONResponse(described(LIMIT))

    async def _post(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        caller = self._caller(request.headers.get("authorization", ""))
        if caller is None:
            return self._turned_away(request.client.host if request.client else "")
        if kind not in _KINDS:
            return _fault(404, f"there are {', '.join(f'/api/{each}' for each in _KINDS)}")
        take, role = _KINDS[kind]
        if not caller.may(role):
            return _fault(403, f"[tokens.{caller.name}] has the role {caller.role}, which may not post {kind}")
        if (wait := self._early(caller)) > 0:
            return _fault(429, f"[tokens.{caller.name}] calls faster than its rate", retry_after=wait)
        return await self._take(request, caller, take)

    def _turned_away(self, address: str) -> Response:
        """Whoever has no token is told so, seldom; one who has is kept waiting by nobody at the same address."""
        if not self._rates.allow(address, self._now()):
            return _fault(429, "too many calls from this address; again in a minute", retry_after=60)
        self._rates.missed(address)
        return _fault(401, "the token is missing or wrong: send Authorization: Bearer TOKEN of a [tokens.NAME]")

    async def _take(self, request: Request, caller: Caller, take: Take) -> Response:
        key = request.headers.get("idempotency-key", "")
        if len(key) > LONGEST_KEY or not key.isprintable():
            return _fault(400, f"an Idempotency-Key has at most {LONGEST_KEY} characters that can be printed")
        body = await body_of(request, LIMIT, self._patience)
        if body is None:
            return _fault(413, f"more than {LIMIT} bytes, or too slow")
        items = _items(body)
        if isinstance(items, Response):
            return items
        call = _Call(caller.name, key, posting.fingerprint(request.url.path, body))
        try:
            status, answer = await self._writer.run(_carry_out, call, caller.counters, take, items, self._now())
        except StoreError as error:
            log.warning("a call could not be kept", token=caller.name, error=str(error))
            return _fault(503, "not now; nothing of it was taken, call again", retry_after=5)
        return JSONResponse(answer, status)

    def _caller(self, header: str) -> Caller | None:
        scheme, _, told = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        # Every token is compared, so that the time taken tells nothing.
        fits = [one for one in self._callers if hmac.compare_digest(one.secret.encode(), told.strip().encode())]
        return fits[0] if fits else None

    def _early(self, caller: Caller) -> int:
        """Seconds until the caller may call again, 0 where it may now."""
        now = self._now()
        granted = grant(caller.pace, caller.state, now)
        if granted.slots and granted.slots[0] <= now:
            caller.state = granted.state
            return 0
        next_at = granted.slots[0] if granted.slots else granted.next_at
        return max(1, int((next_at - now).total_seconds() + 0.999)) if next_at else 1


@dataclass(frozen=True, slots=True)
class _Call:
    """One call: who makes it, under which key, and what tells it from others."""

    token: str
    key: str
    fingerprint: str


def _items(body: bytes) -> list[object] | Response:
    try:
        value = decoded(body)
    except (ValueError, RecursionError):
        return _fault(400, "the body is not JSON: send an object, or a list of objects")
    items = value if isinstance(value, list) else [value]
    if len(items) > posting.MOST:
        return _fault(413, f"more than {posting.MOST} items in one call")
    return items


def _carry_out(
    store: Store, call: _Call, counters: Counters, take: Take, items: Sequence[object], now: datetime
) -> tuple[int, Any]:
    """The answer, kept with what came of it; of a call that came before, the answer it got."""
    with store.transaction():
        if call.key and (before := posted.answer(store, call.token, call.key, now - posting.REMEMBERED)):
            fingerprint, answer = before
            if fingerprint != call.fingerprint:
                return 422, {"error": "this Idempotency-Key was used for another call"}
            return 200, answer
        answer = {"items": posting.take_all(store, take, counters, items, now)}
        if call.key:
            posted.keep(store, call.token, call.key, call.fingerprint, answer, now)
        return 200, answer


def _fault(status: int, text: str, *, retry_after: int = 0) -> Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": text}, status, headers)
