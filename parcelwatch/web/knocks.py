"""POST /hooks/shops/<shop>, where shops say that an order changed.

What belongs here: limits of size and time, whose hand it is, and the answer, which waits for nothing. What a shop says
is never taken: its orders are asked for, by whoever asks that shop anyway. What is lost the next reading finds.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from parcelwatch.errors import CourierError, whereabouts
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.shops.base import Account, Greets, Knock, Knocks, Replies
from parcelwatch.web.hooks import LIMIT
from parcelwatch.web.serving import PATIENCE, body_of

Heard = TypeVar("Heard")

log = structlog.get_logger()

# Deliveries that are known again, of one shop.
_REMEMBERED: Final = 1000

_NOBODY: Final = "no such shop, or its platform does not call"


class ShopHooks:
    """Where shops call. `keepers`: who asks each, at the time. `patience`: seconds for a call to arrive."""

    def __init__(
        self, keepers: Callable[[], Sequence[Shopkeeper]], now: Callable[[], datetime], patience: float = PATIENCE
    ) -> None:
        self._keepers = keepers
        self._now = now
        self._patience = patience
        self._heard: dict[bytes, None] = {}
        self._turned_away: Counter[str] = Counter()
        self.route = Route("/hooks/shops/{shop}", self._hook, methods=["GET", "POST"])
        if called := self._called():
            log.info("shops may call", path="/hooks/shops/SHOP", shops=list(called))

    def _called(self) -> Mapping[str, Shopkeeper]:
        return {each.stall.name: each for each in self._keepers() if isinstance(each.stall.shop, Knocks)}

    async def _hook(self, request: Request) -> Response:
        shop = request.path_params["shop"]
        if shop not in self._called():
            return _said(404, _NOBODY)
        body = await body_of(request, LIMIT, self._patience)
        if body is None:
            return _said(413, f"more than {LIMIT} bytes, or too slow")
        # Who asked the shop when the call began may have left since.
        keeper = self._called().get(shop)
        if keeper is None:
            return _said(404, _NOBODY)
        headers = {name.lower(): value for name, value in request.headers.items()}
        knock = Knock(headers, dict(request.query_params), body)
        return self._take(keeper, knock) if request.method == "POST" else self._greet(keeper, knock)

    def _greet(self, keeper: Shopkeeper, knock: Knock) -> Response:
        """A platform tries the address before it calls there."""
        shop = keeper.stall.shop
        if not isinstance(shop, Greets):
            return Response(status_code=405, headers={"Allow": "POST"})
        answer = self._heard_by(keeper, shop.greeted, knock)
        return answer if isinstance(answer, Response) else _said(200, answer)

    def _take(self, keeper: Shopkeeper, knock: Knock) -> Response:
        shop = keeper.stall.shop
        assert isinstance(shop, Knocks)
        refs = self._heard_by(keeper, shop.knocked, knock)
        if isinstance(refs, Response):
            return refs
        if self._new(keeper.stall.name, knock):
            keeper.knock(refs)
        return _said(200, shop.heard if isinstance(shop, Replies) else "ok")

    def _heard_by(
        self, keeper: Shopkeeper, hear: Callable[[Account, Knock, datetime], Heard], knock: Knock
    ) -> Heard | Response:
        """What an adapter makes of a call, or the answer to one that is not its shop's."""
        stall = keeper.stall
        try:
            return hear(stall.account, knock, self._now())
        except CourierError as error:
            self._turn_away(stall.name, str(error))
            return _said(401, "the signature is missing or wrong")
        except Exception as error:  # noqa: BLE001 - an adapter's bug must not close the door to the others
            log.warning("the adapter failed", shop=stall.name, error=whereabouts(error))
            return _said(400, "this cannot be read")

    def _new(self, shop: str, knock: Knock) -> bool:
        """Whether it was not heard before: whoever gets no quick answer sends the very same again."""
        mark = hashlib.sha256(shop.encode() + b"\n" + knock.body).digest()
        if mark in self._heard:
            return False
        self._heard[mark] = None
        if len(self._heard) > _REMEMBERED * len(self._called()):
            del self._heard[next(iter(self._heard))]
        return True

    def _turn_away(self, shop: str, why: str) -> None:
        """The first, second, fourth… one is logged: a scanner writes a dozen lines, not thousands."""
        self._turned_away[shop] += 1
        times = self._turned_away[shop]
        if times & (times - 1) == 0:
            log.warning("a shop's call was turned away", shop=shop, times=times, why=why)


def _said(status: int, text: str) -> Response:
    if text.startswith("{"):
        return Response(text, status, media_type="application/json")
    return PlainTextResponse(text, status)
