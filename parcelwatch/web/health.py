"""GET /health: 200 while everything is as it should be, else 503 with what is not.

What belongs here: the answer. What is wrong is core.service.health's to say, and texts about it are for whoever may
look at the machine: here stand the names of the matters, which hold nothing about any parcel.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from parcelwatch.core.service.health import Remark

Look = Callable[[], Awaitable[tuple[Remark, ...]]]


class Health:
    """Where whoever watches us asks how we are."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.route = Route("/health", self._answer, methods=["GET"])

    async def _answer(self, _: Request) -> JSONResponse:
        failing = list(dict.fromkeys(one.key for one in await self._look() if one.wrong))
        document = {"ok": not failing, "failing": failing}
        return JSONResponse(document, 503 if failing else 200, headers={"Cache-Control": "no-store"})
