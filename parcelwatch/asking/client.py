"""Sending one request to a courier and getting its whole answer, or one of our errors.

What belongs here: limits of time and size, where a request may go, and whose fault it is when none comes back.
What an answer means, 4xx and 5xx included, is the adapter's to say.

Requests go straight to the transport: httpx.AsyncClient on top of it costs half as much again and adds only
what we switch off (cookies, redirects, proxies of the environment).
"""

from __future__ import annotations

import asyncio
import ipaddress
import zlib
from collections.abc import AsyncIterable
from typing import Final, Protocol, Self

import aiohttp
import httpx
import yarl
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

from parcelwatch import __version__
from parcelwatch.errors import CourierError, CourierRefused, CourierUnavailable, CourierUnreadable

LIMIT: Final = 2 * 1024 * 1024  # bytes, both as sent and after decompression
KEPT: Final = 64 * 1024  # bytes of an unreadable answer that are kept
DEADLINE: Final = 20.0  # seconds for the whole exchange
CONNECT: Final = 5.0  # seconds for a connection to be made
CONNECTIONS: Final = 100
IDLE: Final = 4.0  # seconds an unused connection is kept: less than servers do, or a POST meets a closed one

HEADERS: Final = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, identity",
    "User-Agent": f"parcelwatch/{__version__}",
}
GZIP: Final = 31  # zlib's wbits
_WBITS: Final = {"": 0, "identity": 0, "gzip": GZIP, "x-gzip": GZIP, "deflate": zlib.MAX_WBITS}
_UNTRUE_ONCE_READ: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

# The first line that fits names whose fault it is and says so. What the exception itself says is never repeated:
# httpx and aiohttp quote URLs, and URLs may hold keys.
FAULTS: Final[tuple[tuple[type[Exception], type[CourierError], str], ...]] = (
    (aiohttp.ClientProxyConnectionError, CourierUnavailable, "the proxy cannot be reached"),
    (aiohttp.ClientHttpProxyError, CourierUnavailable, "the proxy does not let us through"),
    (aiohttp.ClientConnectorDNSError, CourierUnavailable, "no connection: its name has no address"),
    (aiohttp.ClientSSLError, CourierUnavailable, "no connection: its certificate cannot be trusted"),
    (httpx.ConnectTimeout, CourierUnavailable, "no connection"),
    (httpx.PoolTimeout, CourierUnavailable, "no free connection in time"),
    (httpx.TimeoutException, CourierUnavailable, "no answer in time"),
    (httpx.ConnectError, CourierUnavailable, "no connection"),
    (httpx.ProxyError, CourierUnavailable, "the proxy failed"),
    (httpx.NetworkError, CourierUnavailable, "the connection broke"),
    (httpx.LocalProtocolError, CourierRefused, "the request is not valid HTTP"),
    (httpx.UnsupportedProtocol, CourierRefused, "the address is not http or https"),
    (httpx.RemoteProtocolError, CourierUnavailable, "the connection broke"),
    (httpx.DecodingError, CourierUnreadable, "the answer cannot be decompressed"),
    (httpx.TooManyRedirects, CourierUnreadable, "redirect; base_url may be out of date"),
    (httpx.HTTPError, CourierUnavailable, "the exchange failed"),
    (httpx.InvalidURL, CourierRefused, "the address is not valid"),
    (httpx.CookieConflict, CourierRefused, "the request's cookies contradict each other"),
    (httpx.StreamError, CourierRefused, "the request cannot be sent twice"),
    (zlib.error, CourierUnreadable, "the answer cannot be decompressed"),
    (aiohttp.InvalidURL, CourierRefused, "the address is not valid"),
    (aiohttp.ClientResponseError, CourierUnreadable, "the answer is not HTTP"),
    (aiohttp.ClientError, CourierUnavailable, "the connection broke"),
    (TimeoutError, CourierUnavailable, "no answer in time"),
    (OSError, CourierUnavailable, "the connection broke"),
    (ValueError, CourierRefused, "the request cannot be sent as it is"),
)
_CAUGHT: Final = tuple(fault for fault, _, _ in FAULTS)


class Client:
    """Every account's way out. Send and close it in one event loop; any number of tasks may use it.

    `proxy`: the address of one by way of which everything goes but what is on this machine; "" for none.
    """

    def __init__(self, *, proxy: str = "", deadline: float = DEADLINE, connections: int = CONNECTIONS) -> None:
        self.deadline = deadline
        self._connections = connections
        self._transport = AiohttpTransport(client=self._session, trust_env=False)
        self._by_proxy = (
            AiohttpTransport(client=self._session, trust_env=False, proxy=httpx.Proxy(proxy))
            if proxy
            else self._transport
        )

    async def send(self, request: httpx.Request, account: str) -> httpx.Response:
        """The whole answer, decompressed, whatever its status below 300 or from 400 on.

        Raises CourierUnavailable, CourierRefused or CourierUnreadable, within the deadline; none of their texts
        holds more of the request than its host. Cancelling it frees its connection.
        """
        who = f"{account}: {request.url.host}"
        try:
            check_address(request.url, who)
            request.extensions = {**request.extensions, "timeout": {"connect": CONNECT}}
            async with asyncio.timeout(self.deadline):
                return await self._exchange(request, who)
        except _CAUGHT as error:
            raise translate(error, who) from None  # its text may quote the address, query and all

    async def ping(self, url: str, who: str) -> None:
        """GET an address that wants to hear from us. Raises CourierError, without the address, if it did not."""
        response = await self.send(httpx.Request("GET", url), who)
        if response.status_code >= 400:
            raise CourierUnavailable(f"{who}: it answers {response.status_code}")

    async def aclose(self) -> None:
        """Close every connection. Does no harm twice, or before anything was sent."""
        await self._transport.aclose()
        await self._by_proxy.aclose()

    def _session(self) -> aiohttp.ClientSession:
        tls = self._transport.ssl_context
        connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE, ssl=tls)
        return aiohttp.ClientSession(
            connector=connector, headers=HEADERS, cookie_jar=aiohttp.DummyCookieJar(), response_class=_Answer
        )

    async def _exchange(self, request: httpx.Request, who: str) -> httpx.Response:
        transport = self._transport if is_loopback(request.url.host) else self._by_proxy
        response = await transport.handle_async_request(request)
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        try:
            if 300 <= response.status_code < 400:
                raise CourierUnreadable(f"{who}: redirect ({response.status_code}); base_url may be out of date")
            headers, encoding = _split(response.headers.raw)
            body = await read(stream, encoding, who)
        finally:
            await stream.aclose()
        return httpx.Response(response.status_code, headers=headers, content=body, request=request)


def translate(error: Exception, who: str) -> CourierError:
    """Our error for one of httpx, of the transport or of the network."""
    causes = (error, error.__cause__)
    kind, what = next((kind, what) for fault, kind, what in FAULTS if any(isinstance(one, fault) for one in causes))
    return kind(f"{who}: {what} ({type(error.__cause__ or error).__name__})")


def check_address(url: httpx.URL, who: str) -> None:
    """Refuse plain http to any other machine, and an address that the transport would read as another host's."""
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host)):
        raise CourierRefused(f"{who}: only https is spoken there; plain http is for a sandbox on this machine")
    if (yarl.URL(str(url)).raw_host or "") != url.raw_host.decode("ascii"):
        raise CourierRefused(f"{who}: the address can be read in two ways")


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine."""
    if host in _LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(raw: list[tuple[bytes, bytes]]) -> tuple[list[tuple[bytes, bytes]], str]:
    """The headers that stay true of a body once read, and its Content-Encoding."""
    kept = [(name, value) for name, value in raw if name.lower() not in _UNTRUE_ONCE_READ]
    encodings = [value for name, value in raw if name.lower() == b"content-encoding"]
    return kept, b",".join(encodings).decode("latin-1")


async def read(stream: AsyncIterable[bytes], encoding: str, who: str) -> bytes:
    """The body, decompressed as it comes. Raises CourierUnreadable when it is too long or not what it says."""
    inflater = None
    body, sent = bytearray(), 0
    async for chunk in stream:
        inflater = inflater or _inflater(encoding, chunk, who)
        body += inflater.decompress(chunk, LIMIT + 1 - len(body)) if inflater else chunk
        sent += len(chunk)
        if max(sent, len(body)) > LIMIT:
            raise CourierUnreadable(f"{who}: the answer is longer than 2 MiB", bytes(body[:KEPT]))
    if inflater and not inflater.eof:
        raise CourierUnreadable(f"{who}: the compressed answer is cut short", bytes(body[:KEPT]))
    return bytes(body)


class _Answer(aiohttp.ClientResponse):
    """One without the words beside its status: nobody reads them, and the transport fails on what is no UTF-8."""

    async def start(self, connection: Connection) -> Self:
        await super().start(connection)
        self.reason = ""
        return self


class _Inflates(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _inflater(encoding: str, first: bytes, who: str) -> _Inflates | None:
    """What undoes `encoding`, None when there is nothing to undo."""
    wbits = _WBITS.get(encoding.strip().lower())
    if wbits is None:
        raise CourierUnreadable(f"{who}: the answer is compressed in a way that was not offered")
    if wbits == zlib.MAX_WBITS and first[0] & 0x0F != zlib.DEFLATED:
        wbits = -zlib.MAX_WBITS  # "deflate" means zlib, but some servers send it without the header
    return zlib.decompressobj(wbits) if wbits else None
