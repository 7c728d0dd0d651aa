"""POST /hooks/<account>, where couriers call us.

What belongs here: limits of size and time, whose hand it is, and the answer. A push is kept before it is answered
with 200; read it is later. Whoever cannot prove to be the courier leaves no trace but a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from parcelwatch.asking import pushes
from parcelwatch.asking.posts import Post
from parcelwatch.couriers.base import Push, Pushes
from parcelwatch.errors import CourierError, StoreError, whereabouts
from parcelwatch.store.writer import Writer
from parcelwatch.web.serving import PATIENCE, body_of

log = structlog.get_logger()

LIMIT: Final = 1024 * 1024  # bytes of a push; the largest of the couriers' own documents allow 100 parcels


class Hooks:
    """Where couriers call. `posts`: the accounts that may be called. `patience`: seconds for a push to arrive."""

    def __init__(
        self, posts: Sequence[Post], writer: Writer, now: Callable[[], datetime], patience: float = PATIENCE
    ) -> None:
        self._posts: Mapping[str, Post] = {one.name: one for one in posts if isinstance(one.courier, Pushes)}
        self._writer = writer
        self._now = now
        self._patience = patience
        self._turned_away: Counter[str] = Counter()
        self.route = Route("/hooks/{account}", self._hook, methods=["POST"])

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that may be called."""
        return tuple(self._posts)

    async def _hook(self, request: Request) -> Response:
        post = self._posts.get(request.path_params["account"])
        if post is None:
            return _said(404, "no such account, or its courier does not push")
        body = await body_of(request, LIMIT, self._patience)
        if body is None:
            return _said(413, f"more than {LIMIT} bytes, or too slow")
        push = Push({name.lower(): value for name, value in request.headers.items()}, dict(request.query_params), body)
        return await self._take(post, push)

    async def _take(self, post: Post, push: Push) -> Response:
        now = self._now()
        assert isinstance(post.courier, Pushes)
        try:
            trust = post.courier.verify(post.account, push, now)
        except CourierError as error:
            self._turn_away(post.name, str(error))
            return _said(401, "the signature is missing or wrong")
        except Exception as error:  # noqa: BLE001 - an adapter's bug must not close the door to the others
            log.warning("the adapter failed", account=post.name, error=whereabouts(error))
            return _said(400, "this cannot be read")
        try:
            signed = post.courier.signed(push)
            new = await self._writer.run(pushes.keep, post.name, push, trust, signed, now)
        except StoreError as error:
            log.warning("a push could not be kept, its courier will come again", account=post.name, error=str(error))
            return _said(503, "not now")
        log.debug("a push came", account=post.name, new=new)
        return Response(post.courier.reply(post.account, now), media_type="application/json")

    def _turn_away(self, account: str, why: str) -> None:
        """The first, second, fourth… one is logged: a scanner writes a dozen lines, not thousands."""
        self._turned_away[account] += 1
        times = self._turned_away[account]
        if times & (times - 1) == 0:
            log.warning("a push was turned away", account=account, times=times, why=why)


def _said(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status)
