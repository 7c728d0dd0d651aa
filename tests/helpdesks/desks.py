"""A helpdesk over loopback that speaks Chatwoot's documented wire format, and disagrees where an adapter may trip.

Pages overlap, a message comes twice, times are counts, and what is written may arrive without an answer.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Hit, Server, head

KEY = "chatwoot-key-1"
MAIL = "ann@example.com"

SETTINGS = """
[helpdesks.desk]
api = "chatwoot"
base_url = "{url}"
key = "{key}"
every = "1m"
rate = "10000/s"
options = {{ account = "1" }}
{more}
"""


@dataclass
class Chat:
    """Conversations by id. `fails`: statuses of the next answers, 0 for hanging up; `mute`: writes that go unanswered.

    `lost`: of those, the ones that are not even kept. `then`: what fails after one.
    """

    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    fails: list[int] = field(default_factory=list)
    mute: int = 0
    lost: bool = False
    then: list[int] = field(default_factory=list)
    clock: datetime | None = None

    def __post_init__(self) -> None:
        self.server = Server(self._answer)
        self._ids = 100

    def settings(self, more: str = "") -> str:
        """The table for config.toml."""
        return SETTINGS.format(url=self.server.url, key=KEY, more=more)

    def write(self, ref: str, at: datetime, said: str, *, kind: int = 0, mail: str = MAIL, **more: Any) -> None:
        """Somebody writes: 0 the customer, 1 an agent."""
        self._ids += 1
        seconds = int(at.timestamp())
        one = {"id": self._ids, "content": said, "message_type": kind, "private": False, "created_at": seconds, **more}
        self.messages.setdefault(ref, []).append(one)
        known = self.conversations.setdefault(
            ref,
            {
                "id": int(ref),
                "status": "open",
                "created_at": seconds,
                "labels": [],
                "custom_attributes": {},
                "meta": {"sender": {"id": 9, "name": "Ann", "email": mail}, "channel": "Channel::Email"},
            },
        )
        known["last_activity_at"] = seconds

    def notes(self, ref: str) -> list[str]:
        """What was written there by us."""
        return [one["content"] for one in self.messages[ref] if one.get("content_attributes")]

    @property
    def posts(self) -> int:
        return sum(hit.method == "POST" for hit in self.server.hits)

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        if self.fails:
            status = self.fails.pop(0)
            writer.write(head(status, 2) + b"{}") if status else writer.close()
            return
        if hit.headers.get("api_access_token") != KEY:
            writer.write(head(401, 2) + b"{}")
            return
        if hit.method == "POST" and self.mute:
            self.mute -= 1
            self.fails = [*self.then]
            if not self.lost:
                self._told(hit)
            writer.close()
            return
        status, told = self._told(hit)
        body = json.dumps(told).encode()
        writer.write(head(status, len(body)) + body)

    def _told(self, hit: Hit) -> tuple[int, Any]:
        parts = urlsplit(hit.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        steps = parts.path.strip("/").split("/")[5:]
        if not steps:
            return 200, {"data": {"meta": {}, "payload": self._page(int(query["page"]))}}
        ref = steps[0]
        if ref not in self.conversations:
            return 404, {"error": "Resource could not be found"}
        if hit.method == "POST":
            said = json.loads(hit.body)
            assert self.clock is not None
            kept = {name: said[name] for name in ("private", "content_attributes")}
            self.write(ref, self.clock, said["content"], kind=1, **kept)
            return 200, self.messages[ref][-1]
        if len(steps) == 1:
            return 200, self.conversations[ref]
        before = int(query.get("before", 10**9))
        older = [one for one in self.messages[ref] if one["id"] < before]
        return 200, {"payload": older[-20:] + older[-1:]}

    def _page(self, number: int) -> list[dict[str, Any]]:
        newest = sorted(self.conversations.values(), key=lambda one: -one["last_activity_at"])
        return newest[max(0, 2 * (number - 1) - (number > 1)) : 2 * number]
