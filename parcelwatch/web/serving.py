"""The port we answer on: a socket, the limits of every connection, and the server that runs in our own loop.

What belongs here: what holds for whoever calls. What is answered is hooks.py's and links.py's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from parcelwatch.errors import ConfigError

PATIENCE: Final = 10.0  # seconds for a request to arrive
CONNECTIONS: Final = 64


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


def application(*routes: BaseRoute) -> Starlette:
    """What is answered, and nothing else: whoever adds a slash is sent nowhere, for the caller alone says what this
    machine is called, and a token would go along.
    """
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return app


class _Quiet(uvicorn.Server):
    """A server inside a process that handles its signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """Serves an application in the running event loop, from `start` to `stop`."""

    def __init__(self, app: Starlette, listening: socket.socket, patience: float = PATIENCE) -> None:
        self._app = app
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
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

    def swap(self, app: Starlette) -> None:
        """Another application answers from the next request on."""
        self._app = app

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def start(self) -> None:
        """Serve from now on."""
        self._task = asyncio.create_task(self._server.serve([self._listening]))

    async def stop(self) -> None:
        """Answer what is on its way and close the port."""
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.wait([self._task])
        self._listening.close()


async def body_of(request: Request, limit: int, patience: float) -> bytes | None:
    """The body of a request, None when it is longer than `limit` bytes, takes over `patience` seconds or is cut off."""
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(body)
