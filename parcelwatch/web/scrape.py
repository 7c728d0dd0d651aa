"""GET /metrics: what Prometheus scrapes.

What belongs here: the answer; what stands in it is running/metrics.py's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Scrape:
    """Where Prometheus asks. `text`: the answer, of that `content_type`."""

    def __init__(self, text: Callable[[], Awaitable[bytes]], content_type: str) -> None:
        self._text = text
        self._content_type = content_type
        self.route = Route("/metrics", self._answer, methods=["GET"])

    async def _answer(self, _: Request) -> Response:
        return Response(await self._text(), headers={"Content-Type": self._content_type, "Cache-Control": "no-store"})
