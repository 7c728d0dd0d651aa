"""The HTTP we answer: POST /hooks/<account>, where couriers call us.

What belongs here: limits of size and time, whose hand it is, and the answer. A push is kept before it is answered
with 200; read it is later. Whoever cannot prove to be the courier leaves no trace but a count.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from parcelwatch import pushes
from parcelwatch.couriers.base import Push, Pushes
from parcelwatch.errors import ConfigError, CourierError, StoreError, whereabouts
from parcelwatch.posts import Post
from parcelwatch.store.writer import Writer

log = structlog.get_logger()

LIMIT: Final = 1024 * 1024  # bytes of a push; the largest of the couriers' own documents allow 100 parcels
PATIENCE: Final = 10.0  # seconds for a push to arrive
CONNECTIONS: Final = 64


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
        self.app = Starlette(routes=[Route("/hooks/{account}", self._hook, methods=["POST"])])

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that may be called."""
        return tuple(self._posts)

    async def _hook(self, request: Request) -> Response:
        post = self._posts.get(request.path_params["account"])
        if post is None:
            return _said(404, "no such account, or its courier does not push")
        body = await _body(request, self._patience)
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


async def _body(request: Request, patience: float) -> bytes | None:
    """The body, None when it is too long, too slow or cut off."""
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LIMIT:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(body)


def _said(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status)


# --- serving -------------------------------------------------------------------------------------


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ConfigError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host.strip("[]"), port))
        # From here on callers wait rather than being refused, though nobody answers yet.
        listening.listen(CONNECTIONS)
    except OSError as error:
        listening.close()
        why = error.strerror or str(error)
        raise ConfigError(
            [f'[service] listen: cannot listen on {host}:{port}: {why}; name another port, or "" for none']
        ) from None
    return listening


def impatient(seconds: float) -> type[H11Protocol]:
    """Connections that are closed when nothing is asked on them for so long, however slowly they speak."""

    class Impatient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch = self.loop.call_later(seconds, self._look)

        def connection_lost(self, exc: Exception | None) -> None:
            self._watch.cancel()
            super().connection_lost(exc)

        def _look(self) -> None:
            if self.cycle is None or self.cycle.response_complete:
                self.transport.close()
            else:
                self._watch = self.loop.call_later(seconds, self._look)

    return Impatient


class _Quiet(uvicorn.Server):
    """A server inside a process that handles its signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """Serves an application in the running event loop, from `start` to `stop`."""

    def __init__(self, app: Starlette, listening: socket.socket, patience: float = PATIENCE) -> None:
        config = uvicorn.Config(
            app,
            http=impatient(patience),
            log_config=None,
            access_log=False,
            lifespan="off",
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            server_header=False,
            h11_max_incomplete_event_size=32 * 1024,
        )
        self._server = _Quiet(config)
        self._listening = listening
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Serve from now on."""
        self._task = asyncio.create_task(self._server.serve([self._listening]))

    async def stop(self) -> None:
        """Answer what is on its way and close the port."""
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.wait([self._task])
        self._listening.close()
