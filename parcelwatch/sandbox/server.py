"""The sandbox on a socket: one courier API over real HTTP on loopback, in a thread of its own.

What belongs here: uvicorn and Starlette, starting, stopping and counting. What is said is decided by `desk_*` and
`wire_*`, what goes wrong by `trouble`.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from textwrap import wrap
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from parcelwatch import clock
from parcelwatch.errors import BadInput
from parcelwatch.sandbox import reading
from parcelwatch.sandbox.desk_17track import SeventeenTrack
from parcelwatch.sandbox.story import APIS, Story, StoryParcel
from parcelwatch.sandbox.trouble import LOGIN, LOGIN_PATH, Scene, plain, play
from parcelwatch.sandbox.wire import Api, Call
from parcelwatch.sandbox.wire_dhl import Dhl
from parcelwatch.sandbox.wire_kuaidi100 import Kuaidi100
from parcelwatch.sandbox.world import World

MAKERS: Mapping[str, Callable[[World], Api]] = {"17track": SeventeenTrack, "dhl": Dhl, "kuaidi100": Kuaidi100}
SECONDS_TO_STOP = 10
SHOWN = 10


class SandboxServer:
    """One API of a world, listening from `start` to `stop`; also a context manager, sync or async.

    `base_url` is what to put into an account and stays the same over stop and start, as do the API's books.
    `calls` counts requests, `asked` them by number, `paths` by path, `statuses` by the status answered; `api` holds
    what the courier itself remembers (17TRACK's `records`, kuaidi100's `too_soon`).
    """

    def __init__(self, world: World, api: str, host: str = "127.0.0.1", port: int = 0) -> None:
        if api not in MAKERS:
            raise BadInput(f"there is no sandbox for {api!r}; choose one of {', '.join(APIS)}")
        self.world = world
        self.api = MAKERS[api](world)
        self.calls = 0
        self.asked: Counter[str] = Counter()
        self.paths: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._routes = frozenset(self.api.routes)
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._uvicorn: _Uvicorn | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return self._address[1]

    @property
    def origin(self) -> str:
        return f"http://{self._address[0]}:{self.port}"

    @property
    def base_url(self) -> str:
        """What takes the place of the courier's own address, path included."""
        return self.origin + self.api.base

    def start(self) -> Self:
        """Listens when it returns. Raises BadInput if the port is taken."""
        server = self._prepared()
        self._thread = threading.Thread(target=server.run, args=([self._bound()],), name=f"sandbox-{self.api.name}")
        self._thread.daemon = True
        self._thread.start()
        server.up.wait(SECONDS_TO_STOP)
        return self

    def run(self, up: Callable[[], None] | None = None) -> None:
        """Serves in this thread until a signal ends it. `up` is called once it answers, and a signal is heard."""
        server, listening = self._prepared(), self._bound()
        server.tell = up
        try:
            server.run([listening])
        except KeyboardInterrupt:
            pass
        finally:
            self._close()

    def stop(self) -> None:
        """Ends open answers, hanging ones within a second, and frees the port."""
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True
        if self._thread is not None:
            self._thread.join(SECONDS_TO_STOP)
        self._close()

    def listen(self) -> Self:
        """Takes the port, so that `base_url` is known before anything runs."""
        self._bound()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    # --- one call --------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application. Without a router: a sandbox has a handful of paths and should be quick."""
        request = Request(scope, receive)
        where = (scope["method"], scope["path"])
        if where in self._routes:
            response = await self._take(request)
        elif where[1] == LOGIN_PATH:
            self.paths[LOGIN_PATH] += 1
            response = Response(LOGIN, media_type="text/html")
        else:
            response = Response(b"no such path here", 404, media_type="text/plain")
        await response(scope, receive, send)

    async def _take(self, request: Request) -> Response:
        scope = request.scope
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        body = b"" if scope["method"] == "GET" else await request.body()
        call = Call(scope["path"], query, request.headers, body)
        numbers = self.api.numbers(call)
        self.calls += 1
        self.paths[call.path] += 1
        self.asked.update(numbers)
        now = self.world.clock()
        response = await self._answer(request, call, numbers, now)
        response.raw_headers.append((b"date", _date(int(now.timestamp()))))
        self.statuses[response.status_code] += 1
        return response

    async def _answer(self, request: Request, call: Call, numbers: tuple[str, ...], now: datetime) -> Response:
        trouble = self.world.trouble(self.api.name, numbers, now)
        if trouble is not None:
            return await play(Scene(trouble, request, self.api, lambda: self.api.answer(call, now), now))
        return plain(self.api.answer(call, now))

    # --- the socket ------------------------------------------------------------------------------

    def _prepared(self) -> _Uvicorn:
        config = uvicorn.Config(
            self,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            http="h11",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            backlog=2048,
        )
        self._uvicorn = _Uvicorn(config)
        return self._uvicorn

    def _bound(self) -> socket.socket:
        if self._socket is None:
            # asyncio turns Nagle's algorithm off only where the protocol is named; with it on, answers take 40 ms.
            listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind(self._address)
            except OSError as error:
                listening.close()
                raise BadInput(f"cannot listen on {self._address[0]}:{self.port}: {error.strerror or error}") from error
            self._address = (self._address[0], listening.getsockname()[1])
            self._socket = listening
        return self._socket

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = self._uvicorn = self._thread = None


@lru_cache(maxsize=16)
def _date(seconds: int) -> bytes:
    """The Date header tells the time of the world, as Retry-After is counted from it."""
    return formatdate(seconds, usegmt=True).encode()


class _Uvicorn(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self.tell: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()
        if self.tell is not None:
            self.tell()


def serve(api: str, port: int = 0, story_path: Path | None = None, echo: Callable[[str], None] = print) -> None:
    """Plays a story (by default the API's own) until Ctrl-C; first tells what to put into a configuration."""
    story = reading.default(api) if story_path is None else reading.read(story_path)
    if api not in story.apis:
        raise BadInput(f"{story_path} is a story of {', '.join(story.apis)}, not of {api!r}")
    server = SandboxServer(World(story, clock.now), api, port=port).listen()

    def introduce() -> None:
        for line in introduction(server, story):
            echo(line)

    server.run(introduce)


def introduction(server: SandboxServer, story: Story) -> list[str]:
    """What a person needs to use a sandbox: its address, keys, numbers, and a piece of configuration to paste."""
    api = server.api.name
    access, parcels = story.access, [parcel for parcel in story.parcels if parcel.api == api]
    customer = [f'customer = "{access.customer}"'] if api == "kuaidi100" else []
    return [
        f"A sandbox that speaks {api} listens on {server.base_url}" + (f": {story.title}" if story.title else ""),
        "Paste this into config.toml (its key opens nothing but this sandbox):",
        "",
        f"[couriers.sandbox_{api}]",
        f'api = "{api}"',
        f'key = "{access.key}"',
        *customer,
        f'base_url = "{server.base_url}"',
        'rate = "50/s"',
        'quota = "1000000/d"',
        "",
        "and watch its parcels:",
        "",
        *(f"parcelwatch parcels add {_options(parcel, api)}" for parcel in parcels[:SHOWN]),
        *_wrapped("also:", [parcel.number for parcel in parcels[SHOWN:]]),
        "",
        *_announced(server, story),
        "Ctrl-C ends it.",
    ]


def _announced(server: SandboxServer, story: Story) -> list[str]:
    """The troubles of this courier that are still to come, so that nobody takes them for a fault of ours."""
    coming = [trouble for trouble in story.troubles if trouble.api in ("", server.api.name)]
    lines = [f"  {trouble.kind}: from {trouble.begins} to {trouble.ends}" for trouble in coming if not trouble.numbers]
    return ["Part of the story, counted from its start:", *lines, ""] if lines else []


def _options(parcel: StoryParcel, api: str) -> str:
    wanted = (("company", parcel.company), ("phone-last4", parcel.phone_last4))
    return f"{parcel.number} --courier sandbox_{api}" + "".join(f" --{name} {value}" for name, value in wanted if value)


def _wrapped(head: str, numbers: Sequence[str]) -> list[str]:
    """Lines in which no number is broken; none where there are no numbers."""
    return wrap(f"{head} {', '.join(numbers)}", 79, break_on_hyphens=False) if numbers else []
