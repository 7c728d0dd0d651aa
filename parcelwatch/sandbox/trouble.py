"""Playing a trouble: what goes out instead of, or out of, the courier's honest answer.

What belongs here: everything an API does wrong on the wire, as ASGI responses.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from parcelwatch.sandbox.story import Trouble
from parcelwatch.sandbox.wire import JSON, Api, Reply

BOMB_MIB = 200
NESTED = 100_000
LOGIN_PATH = "/login"
LOGIN = b"""<!DOCTYPE html><html><head><title>Sign in</title></head><body>
<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>
</body></html>"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One call that meets a trouble. `honest` makes the answer it would have had."""

    trouble: Trouble
    request: Request
    api: Api
    honest: Callable[[], Reply]
    now: datetime


def plain(reply: Reply, headers: Mapping[str, str] | None = None) -> Response:
    return Response(reply.body, reply.status, headers=headers, media_type=reply.media_type)


async def play(scene: Scene) -> Response:
    kind = scene.trouble.kind
    if kind in JUNK:
        return Response(JUNK[kind], media_type=JSON)
    return await PLAYS[kind](scene)


async def _redirect(_: Scene) -> Response:
    return Response(status_code=302, headers={"Location": LOGIN_PATH})


async def _login_page(_: Scene) -> Response:
    return Response(LOGIN, media_type="text/html")


async def _outage(scene: Scene) -> Response:
    return Response(b"<html><body>Service unavailable</body></html>", scene.trouble.status, media_type="text/html")


async def _internal_error(scene: Scene) -> Response:
    return plain(scene.api.broken())


async def _rate_limit(scene: Scene) -> Response:
    wait = scene.trouble.retry_after
    if wait is None:
        return plain(scene.api.busy())
    seconds = f"{wait.total_seconds():.0f}"
    date = format_datetime(scene.now + wait, usegmt=True)
    return plain(scene.api.busy(), {"Retry-After": date if scene.trouble.retry_as_date else seconds})


async def _unauthorized(scene: Scene) -> Response:
    return plain(scene.api.refused())


async def _hang(scene: Scene) -> Response:
    """Nothing at all until the client has gone."""
    while (await scene.request.receive())["type"] != "http.disconnect":
        continue
    return Response(status_code=204)


async def _hang_up(scene: Scene) -> Response:
    return _Cut(scene.honest().body, media_type=JSON)


async def _drip(scene: Scene) -> Response:
    pause = scene.trouble.pause.total_seconds()

    async def drops() -> AsyncIterator[bytes]:
        for byte in scene.honest().body:
            yield bytes([byte])
            await asyncio.sleep(pause)

    return StreamingResponse(drops(), media_type=JSON)


async def _truncated(scene: Scene) -> Response:
    body = scene.honest().body
    return Response(body[: len(body) * 2 // 3], media_type=JSON)


async def _gzip_bomb(scene: Scene) -> Response:
    """The honest answer behind 200 MiB of blanks, in some 200 KiB on the wire."""
    bomb = await asyncio.to_thread(_bomb, scene.honest().body)
    return Response(bomb, headers={"Content-Encoding": "gzip"}, media_type=JSON)


async def _partial(scene: Scene) -> Response:
    """Every second number is missing from a batch's answer."""
    reply = scene.honest()
    body = json.loads(reply.body)
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, dict) and isinstance(data.get("accepted"), list):
        data["accepted"] = data["accepted"][::2]
    return Response(json.dumps(body).encode(), reply.status, media_type=JSON)


class _Cut(Response):
    """Promises a whole body, sends half of it, and hangs up."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


def _bomb(tail: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * 2**20
    return b"".join([*(packer.compress(blanks) for _ in range(BOMB_MIB)), packer.compress(tail), packer.flush()])


# Bodies that pretend to be JSON, status 200 and all.
JUNK: Mapping[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "nested": b"[" * NESTED,
    "huge_number": b'{"code":' + b"9" * 10_000 + b"}",
    "wrong_schema": b'{"shipments":{"of":"another shape"},"data":"none","code":"0","state":[]}',
}
PLAYS: Mapping[str, Callable[[Scene], Awaitable[Response]]] = {
    "outage": _outage,
    "internal_error": _internal_error,
    "rate_limit": _rate_limit,
    "unauthorized": _unauthorized,
    "hang": _hang,
    "hang_up": _hang_up,
    "drip": _drip,
    "redirect": _redirect,
    "login_page": _login_page,
    "truncated": _truncated,
    "gzip_bomb": _gzip_bomb,
    "partial": _partial,
}
