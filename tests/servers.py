"""Loopback servers that misbehave on purpose, made of raw sockets so that nothing puts their answers right.

`Server` speaks what a behaviour writes. Use it as an async context manager inside a running loop, or as a plain one,
in a thread of its own, for code that blocks. `python -m tests.servers` serves a realistic answer for measurements and
prints its port.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

LIFE = 3600.0
PATIENCE = 300.0
"""Seconds after which a test gives up on what must happen; how fast it happens is no test's business."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Loopback:
    """A listening socket on 127.0.0.1: its port, how many came and how many are connected now."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.connected = 0
        self.closing = asyncio.Event()
        self._stack = AsyncExitStack()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def pause(self, seconds: float = LIFE) -> None:
        """Do nothing for so long, or until the server is closed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """All that happens on one connection."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._stack.push_async_callback(self._shut, server)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _shut(self, server: asyncio.Server) -> None:
        self.closing.set()
        server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.connected += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.converse(reader, writer)
        finally:
            self.connected -= 1
            writer.close()

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self.closing.set)
        self._thread.join(PATIENCE)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        async with self:
            ready.set()
            await self.closing.wait()


Behaviour = Callable[["Server", Hit, asyncio.StreamWriter], Awaitable[None]]


class Server(Loopback):
    """An HTTP server that answers each request with its `behaviour`; change that at any time."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self.behaviour = behaviour
        self.hits: list[Hit] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Being told to close can swallow being cancelled, which comes at the same moment.
        while not (self.closing.is_set() or writer.is_closing()) and (hit := await _read_request(reader)):
            self.hits.append(hit)
            await self.behaviour(self, hit, writer)
            await writer.drain()


async def _read_request(reader: asyncio.StreamReader) -> Hit | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Hit(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def head(status: int = 200, length: int | None = None, **headers: str) -> bytes:
    """A status line and headers; `content_type` is written Content-Type."""
    sent = {"Content-Type": "application/json", **{name.replace("_", "-").title(): to for name, to in headers.items()}}
    if length is not None:
        sent["Content-Length"] = str(length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"HTTP/1.1 {status} Some Reason\r\n{lines}\r\n".encode("latin-1")


def answers(body: bytes = b"{}", status: int = 200, **headers: str) -> Behaviour:
    """Answers at once, the same every time."""
    whole = head(status, len(body), **headers) + body

    async def behave(_: Server, __: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(whole)

    return behave


def in_turn(behaviours: Iterable[Behaviour]) -> Behaviour:
    """The first for the first request, and so on; the last one for all that follow."""
    queue = list(behaviours)

    async def behave(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        await (queue.pop(0) if len(queue) > 1 else queue[0])(server, hit, writer)

    return behave


def writes(*pieces: bytes, every: float = 0.0) -> Behaviour:
    """Writes these pieces, waiting between them, then hangs up: truncated bodies, garbage, things that are not HTTP."""

    async def behave(server: Server, _: Hit, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if every:
                await server.pause(every)
        writer.close()

    return behave


def drips(whole: bytes, every: float) -> Behaviour:
    """Writes one byte at a time: headers, body, or both."""
    return writes(*(whole[at : at + 1] for at in range(len(whole))), every=every)


def hangs(after: bytes = b"") -> Behaviour:
    """Writes this, then nothing, and keeps the connection."""

    async def behave(server: Server, _: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(after)
        await writer.drain()
        await server.pause()

    return behave


def hangs_up() -> Behaviour:
    """Takes the request and closes without a word."""
    return writes()


def redirects(to: str, status: int = 302) -> Behaviour:
    """Points elsewhere."""
    return answers(b"", status, location=to)


def login_page() -> Behaviour:
    """What a captive portal or an expired session shows: a page, with 200."""
    page = b"<!doctype html><title>Sign in</title><form action=/login>Please sign in to continue</form>"
    return answers(page, content_type="text/html; charset=utf-8")


def bomb(mebibytes: int) -> Behaviour:
    """Zeroes, compressed to about a thousandth."""
    return answers(squeeze(mebibytes), content_encoding="gzip")


def squeeze(mebibytes: int) -> bytes:
    """That many MiB of zeroes under gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeroes = bytes(1024 * 1024)
    return b"".join(packer.compress(zeroes) for _ in range(mebibytes)) + packer.flush()


def gzipped(body: bytes) -> Behaviour:
    """An honest compressed answer."""
    return answers(gzip.compress(body), content_encoding="gzip")


TYPICAL = (
    b'{"shipments":[{"id":"7777777770","service":"express","status":{"statusCode":"transit"},"events":['
    + b",".join(
        b'{"timestamp":"2026-03-%02dT07:53:47","statusCode":"transit","location":{"address":{"addressLocality":'
        b'"Nirgendwo"}},"description":"The shipment was processed in the parcel center"}' % day
        for day in range(1, 10)
    )
    + b"]}]}"
)


class _Quick(asyncio.Protocol):
    """As little work as an HTTP server can do."""

    def __init__(self, whole: bytes) -> None:
        self._whole = whole
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._seen = (self._seen + data).split(b"\r\n\r\n")
        self._transport.write(self._whole * len(requests))


async def _measure_against() -> None:
    whole = head(length=len(TYPICAL), server="loopback", date="Sun, 01 Mar 2026 10:00:00 GMT") + TYPICAL
    server = await asyncio.get_running_loop().create_server(lambda: _Quick(whole), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_measure_against())
