"""What a courier's server can do to us, and whose fault the client says it is."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable

import aiohttp
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.asking.client import FAULTS, KEPT, LIMIT, Client, check_address, translate
from parcelwatch.errors import CourierError, CourierRefused, CourierUnavailable, CourierUnreadable
from tests.servers import (
    PATIENCE,
    Behaviour,
    Server,
    answers,
    bomb,
    drips,
    gzipped,
    hangs,
    hangs_up,
    head,
    in_turn,
    login_page,
    redirects,
    squeeze,
    writes,
)

SECRET = "s3cr3t-key"
SHORT = 0.3


def ask(server: Server, method: str = "GET", content: bytes | None = None) -> httpx.Request:
    url = f"{server.url}/track?number=7777777770&api_key={SECRET}"
    return httpx.Request(method, url, headers={"X-Api-Key": SECRET}, content=content)


def exchange(behaviour: Behaviour, *, deadline: float = PATIENCE, content: bytes | None = None) -> httpx.Response:
    """One request to a server that behaves like this."""

    async def run() -> httpx.Response:
        async with Server(behaviour) as server:
            client = Client(deadline=deadline)
            try:
                return await client.send(ask(server, "POST" if content else "GET", content), "my_dhl")
            finally:
                await client.aclose()

    return asyncio.run(run())


def failure(behaviour: Behaviour, *, deadline: float = 20.0) -> CourierError:
    with pytest.raises(CourierError) as caught:
        exchange(behaviour, deadline=deadline)
    return caught.value


# --- what comes through ---------------------------------------------------------------------------


def test_an_answer_arrives_with_its_status_headers_and_body() -> None:
    response = exchange(answers(b'{"a":1}', date="Sun, 01 Mar 2026 10:00:00 GMT"))
    assert (response.status_code, response.json()) == (200, {"a": 1})
    assert response.headers["date"] == "Sun, 01 Mar 2026 10:00:00 GMT"
    assert response.request.url.params["number"] == "7777777770"


@pytest.mark.parametrize("status", [204, 400, 401, 404, 429, 500, 503])
def test_what_a_status_means_is_left_to_the_adapter(status: int) -> None:
    assert exchange(answers(b"", status)).status_code == status


def test_a_page_where_data_was_expected_is_left_to_the_adapter() -> None:
    response = exchange(login_page())
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "sign in" in response.text


def test_the_body_of_a_request_arrives() -> None:
    async def run() -> bytes:
        async with Server(answers()) as server:
            client = Client()
            await client.send(ask(server, "POST", "快递".encode()), "x")
            await client.aclose()
            return server.hits[0].body

    assert asyncio.run(run()).decode() == "快递"


def test_a_request_says_who_asks_and_offers_only_what_we_can_undo() -> None:
    async def run() -> dict[str, str]:
        async with Server(answers()) as server:
            client = Client()
            await client.send(ask(server), "x")
            await client.aclose()
            return server.hits[0].headers

    headers = asyncio.run(run())
    assert headers["accept-encoding"] == "gzip, identity"
    assert headers["user-agent"].startswith("parcelwatch/")
    assert headers["x-api-key"] == SECRET


def test_no_cookie_of_one_answer_goes_with_the_next_request() -> None:
    async def run() -> list[dict[str, str]]:
        async with Server(answers(set_cookie="session=1; Path=/")) as server:
            client = Client()
            for _ in range(2):
                await client.send(ask(server), "x")
            await client.aclose()
            return [hit.headers for hit in server.hits]

    assert not any("cookie" in headers for headers in asyncio.run(run()))


def test_connections_are_used_again() -> None:
    async def run() -> int:
        async with Server(answers()) as server:
            client = Client()
            for _ in range(20):
                await client.send(ask(server), "x")
            await client.aclose()
            return server.connections

    assert asyncio.run(run()) == 1


def test_a_proxy_named_in_the_environment_is_not_used() -> None:
    program = (
        "import asyncio, httpx, sys; from parcelwatch.asking.client import Client;"
        "print(asyncio.run(Client().send(httpx.Request('GET', sys.argv[1]), 'x')).status_code)"
    )
    nowhere = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    with Server(answers()) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.url], env=nowhere, capture_output=True, check=True, timeout=PATIENCE
        )
    assert done.stdout == b"200\n"


@pytest.mark.parametrize("login", ["", "me:s3cret-canary@"])
def test_a_proxy_that_is_configured_is_asked_for_every_other_machine_and_for_none_here(login: str) -> None:
    """The tunnel is asked for and refused, which is as far as one can go without another machine."""
    heads: list[bytes] = []

    async def gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def run() -> int:
        proxy = await asyncio.start_server(gate, "127.0.0.1", 0)
        port = proxy.sockets[0].getsockname()[1]
        client = Client(proxy=f"http://{login}127.0.0.1:{port}")
        async with proxy, Server(answers()) as server:
            with pytest.raises(
                CourierUnavailable, match=r"x: api\.example\.com: the proxy does not let us through"
            ) as no:
                await client.send(httpx.Request("GET", "https://api.example.com/track?key=k"), "x")
            status = (await client.send(ask(server), "x")).status_code
            await client.aclose()
        assert "canary" not in str(no.value)
        return status

    assert asyncio.run(run()) == 200
    (head,) = heads
    assert head.startswith(b"CONNECT api.example.com:443 HTTP/1.1\r\n")
    assert (b"Proxy-Authorization: Basic" in head) is bool(login)
    assert b"key=k" not in head


def test_a_proxy_that_is_down_is_named_as_what_failed() -> None:
    async def run() -> None:
        client = Client(proxy="http://127.0.0.1:9")
        with pytest.raises(CourierUnavailable, match="the proxy cannot be reached"):
            await client.send(httpx.Request("GET", "https://api.example.com/"), "x")
        await client.aclose()

    asyncio.run(run())


# --- decompression --------------------------------------------------------------------------------


def test_gzip_is_undone_and_no_longer_claimed() -> None:
    response = exchange(gzipped(b'{"a":1}'))
    assert response.content == b'{"a":1}'
    assert "content-encoding" not in response.headers
    assert response.headers["content-length"] == "7"


@pytest.mark.parametrize("wbits", [15, -15])
def test_deflate_is_undone_with_and_without_its_header(wbits: int) -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, wbits)
    packed = packer.compress(b"hello " * 99) + packer.flush()
    assert exchange(answers(packed, content_encoding="deflate")).content == b"hello " * 99


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_a_compression_that_was_not_offered_is_unreadable(encoding: str) -> None:
    assert isinstance(failure(answers(b"xxxx", content_encoding=encoding)), CourierUnreadable)


@pytest.mark.parametrize("packed", [b"not gzip at all", squeeze(1)[:-9]])
def test_broken_or_cut_gzip_is_unreadable(packed: bytes) -> None:
    assert isinstance(failure(answers(packed, content_encoding="gzip")), CourierUnreadable)


def test_a_gzip_bomb_is_refused_without_being_unpacked() -> None:
    explosive = bomb(200)
    tracemalloc.start()
    try:
        error = failure(explosive)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, CourierUnreadable)
    assert len(error.payload) == KEPT
    assert peak < 16 * 1024 * 1024


def test_an_answer_as_long_as_allowed_is_read_and_one_byte_more_is_not() -> None:
    assert len(exchange(answers(b"x" * LIMIT)).content) == LIMIT
    assert isinstance(failure(answers(b"x" * (LIMIT + 1))), CourierUnreadable)


def test_a_compressed_answer_as_long_as_allowed_is_read() -> None:
    assert len(exchange(gzipped(bytes(LIMIT))).content) == LIMIT


# --- what goes wrong ------------------------------------------------------------------------------

WHOLE = head(length=4096) + bytes(4096)

PASSING: dict[str, Behaviour] = {
    "hangs before the head": hangs(),
    "hangs after the head": hangs(head(length=4096)),
    "drips the head": drips(WHOLE, 0.05),
    "drips the body": writes(head(length=4096), *([b"x"] * 100), every=0.05),
    "cuts the body short": writes(head(length=4096) + b"x" * 9),
    "hangs up": hangs_up(),
    "hangs up inside the head": writes(b"HTTP/1.1 200 OK\r\nContent-Ty"),
}


@pytest.mark.parametrize("how", PASSING)
def test_a_courier_that_fails_to_answer_is_unavailable_within_the_deadline(how: str) -> None:
    error = failure(PASSING[how], deadline=SHORT)
    assert isinstance(error, CourierUnavailable), error


def test_a_refused_connection_is_unavailable() -> None:
    async def run() -> None:
        async with Server(answers()) as server:
            request = ask(server)
        client = Client()
        try:
            await client.send(request, "my_dhl")
        finally:
            await client.aclose()

    with pytest.raises(CourierUnavailable, match=r"my_dhl: 127\.0\.0\.1: no connection"):
        asyncio.run(run())


def test_a_name_without_an_address_is_unavailable() -> None:
    with pytest.raises(CourierUnavailable, match="no connection"):
        asyncio.run(Client(deadline=5).send(httpx.Request("GET", "https://nowhere.invalid/"), "my_dhl"))


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_a_redirect_is_unreadable_and_not_followed(status: int) -> None:
    async def run() -> int:
        async with Server(answers()) as other, Server(redirects("", status)) as server:
            server.behaviour = redirects(other.url, status)
            client = Client()
            with pytest.raises(CourierUnreadable, match="redirect"):
                await client.send(ask(server), "x")
            await client.aclose()
            return len(other.hits)

    assert asyncio.run(run()) == 0


@pytest.mark.parametrize(
    "reason", ["Accès refusé".encode("latin-1"), "成功".encode("gbk"), "成功".encode(), b"\xff\xfe", b""]
)
def test_the_words_beside_a_status_may_be_in_any_encoding(reason: bytes) -> None:
    response = exchange(writes(b"HTTP/1.1 200 " + reason + b"\r\nContent-Length: 2\r\n\r\nok"))
    assert (response.status_code, response.content) == (200, b"ok")


NOT_HTTP = (
    b"\x16\x03\x01\x02\x00",
    b"220 mail.example ESMTP\r\n\r\n",
    b"HTTP/9.9 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nhello\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
)


@pytest.mark.parametrize("garbage", NOT_HTTP, ids=range(len(NOT_HTTP)))
def test_what_is_not_http_is_an_error_of_ours(garbage: bytes) -> None:
    assert isinstance(failure(writes(garbage), deadline=2), CourierUnreadable | CourierUnavailable)


@pytest.mark.parametrize("how", [*PASSING.values(), redirects("http://a.example/"), writes(NOT_HTTP[1]), bomb(5)])
def test_no_error_tells_a_secret(how: Behaviour) -> None:
    error = failure(how, deadline=SHORT)
    assert SECRET not in repr(error)
    assert SECRET not in str(error)
    assert error.__suppress_context__ or error.__context__ is None


@settings(max_examples=25)
@given(garbage=st.binary(max_size=300))
def test_whatever_bytes_come_back_only_a_courier_error_is_raised(garbage: bytes) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n", head(content_encoding="gzip")):
        try:
            exchange(writes(start + garbage), deadline=2)
        except CourierError as error:
            assert SECRET not in str(error)  # noqa: PT017 - an answer is as good as an error here


# --- deadlines and connections --------------------------------------------------------------------


async def none_leaks(cut: Callable[[Client, Server], Awaitable[None]]) -> None:
    """However requests were cut off, fifty more go through the same ten connections."""
    ways = [hangs(), hangs(head(length=9)), drips(WHOLE, 0.02), writes(head(length=99), *([b"x"] * 99), every=0.02)]
    async with Server(in_turn(ways * 200)) as server:
        client = Client(connections=10)
        for _ in range(50):
            await asyncio.gather(*(cut(client, server) for _ in range(10)))
        assert len(server.hits) > 100  # a busy machine cuts many before they are sent
        server.behaviour = answers(b"{}")
        client.deadline = 20.0
        responses = await asyncio.gather(*(client.send(ask(server), "x") for _ in range(50)))
        assert [response.status_code for response in responses] == [200] * 50
        await client.aclose()


def test_five_hundred_requests_cut_by_the_deadline_leak_no_connection() -> None:
    async def cut(client: Client, server: Server) -> None:
        client.deadline = 0.05
        with pytest.raises(CourierUnavailable):
            await client.send(ask(server), "x")

    asyncio.run(none_leaks(cut))


def test_five_hundred_requests_cancelled_from_outside_leak_no_connection() -> None:
    async def cut(client: Client, server: Server) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.send(ask(server), "x")

    asyncio.run(none_leaks(cut))


def test_one_slow_courier_does_not_keep_the_others_from_answering() -> None:
    async def run() -> int:
        async with Server(hangs()) as slow, Server(answers()) as quick:
            client = Client(deadline=PATIENCE)
            waiting = [asyncio.create_task(client.send(ask(slow), "slow")) for _ in range(20)]
            status = (await client.send(ask(quick), "quick")).status_code
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            await client.aclose()
            return status

    assert asyncio.run(run()) == 200


def test_closing_twice_or_before_anything_was_sent_does_no_harm() -> None:
    async def run() -> None:
        client = Client()
        await client.aclose()
        await client.aclose()

    asyncio.run(run())


# --- where a request may go -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/track",
        "http://10.0.0.7/track",
        "http://127.0.0.1.example/track",
        "http://localhost.example/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "/track",
    ],
)
def test_plain_http_to_another_machine_is_refused(url: str) -> None:
    with pytest.raises(CourierRefused):
        asyncio.run(Client().send(httpx.Request("GET", url), "x"))


@pytest.mark.parametrize(
    "url",
    ["https://api.example/", "http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:80/", "http://127.8.8.8/"],
)
def test_https_anywhere_and_plain_http_to_this_machine_are_fine(url: str) -> None:
    check_address(httpx.URL(url), "x")


# --- completeness ---------------------------------------------------------------------------------

HTTPX = [error for error in vars(httpx).values() if isinstance(error, type) and issubclass(error, Exception)]
AIOHTTP = [
    error for error in vars(aiohttp).values() if isinstance(error, type) and issubclass(error, aiohttp.ClientError)
]
PLAIN: list[type[Exception]] = [TimeoutError, OSError, ConnectionResetError, UnicodeError, zlib.error]


@pytest.mark.parametrize("kind", [*HTTPX, *AIOHTTP, *PLAIN], ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_error_of_the_libraries_below_is_mapped(kind: type[Exception]) -> None:
    error = translate(kind.__new__(kind), "my_dhl: api.example")
    assert isinstance(error, CourierUnavailable | CourierRefused | CourierUnreadable)
    assert str(error).startswith("my_dhl: api.example: ")


def test_the_libraries_below_have_errors_to_map() -> None:
    assert len(HTTPX) > 20
    assert len(AIOHTTP) > 20


def test_each_line_of_the_table_can_be_reached() -> None:
    for at, (fault, _, _) in enumerate(FAULTS):
        assert not any(issubclass(fault, earlier) for earlier, _, _ in FAULTS[:at]), fault
