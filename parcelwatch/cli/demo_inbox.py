"""The demonstration's stand-in for a chat: a receiver on loopback that Apprise really posts to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Final, Self

_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as the channel got it."""

    channel: str
    title: str
    body: str


class Inbox:
    """A context manager; what is posted to a path of `address` came over the channel of that name."""

    def __init__(self) -> None:
        self._arrived: SimpleQueue[Arrived] = SimpleQueue()
        arrived = self._arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers.get("content-length") or 0), _LARGEST))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                said = json.loads(body)
                arrived.put(Arrived(self.path.strip("/"), str(said.get("title", "")), str(said.get("message", ""))))

            def log_message(self, *_: Any) -> None:
                """Nothing: what arrives is shown by whoever asks."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="inbox")

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def new(self) -> list[Arrived]:
        """What arrived since the last call, in order."""
        found: list[Arrived] = []
        while True:
            try:
                found.append(self._arrived.get_nowait())
            except Empty:
                return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
